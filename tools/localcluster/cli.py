"""`python -m tools.localcluster up|down|status`: a cluster that outlives the command, kept in a directory."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.binaries import BuildError, NoGoError
from tools.localcluster.cluster import ClusterError, LocalCluster
from tools.localcluster.process import end, start_time

_STATE = "cluster.json"


def up(directory: Path, nodes: int, *, audit: bool = False) -> LocalCluster:
    """Starts a detached cluster in a directory, whose processes are written down there; data from before is dropped.

    Raises:
        ClusterError: it did not come up, or one runs there already.
    """
    if running(directory):
        raise ClusterError(f"a cluster runs in {directory} already")
    cluster = LocalCluster(nodes=nodes, directory=directory, audit=audit, detached=True)
    cluster.__enter__()
    state = {
        "kubeconfig": str(cluster.admin_kubeconfig),
        "url": cluster.url,
        "processes": [part.identity() for part in cluster.components.values()],
    }
    (directory / _STATE).write_text(json.dumps(state, indent=1))
    return cluster


def add_process(directory: Path, name: str, pid: int) -> None:
    """Writes down one more process that `down` shall end with the cluster, for example the operator."""
    state = _state(directory)
    state["processes"].append({"name": name, "pid": pid, "started": start_time(pid)})
    (directory / _STATE).write_text(json.dumps(state, indent=1))


def running(directory: Path) -> list[Mapping[str, Any]]:
    """The processes of a directory's cluster that still run; a pid that another process got since is not one."""
    return [entry for entry in _state(directory)["processes"] if start_time(entry["pid"]) == entry["started"]]


def down(directory: Path) -> int:
    """Ends exactly the processes that `up` started in a directory, and removes it; returns how many still ran."""
    alive = running(directory)
    for entry in reversed(alive):
        end(entry["pid"], entry["started"], patience=3.0)
    if (directory / _STATE).exists():
        shutil.rmtree(directory)
    return len(alive)


def _state(directory: Path) -> dict[str, Any]:
    path = directory / _STATE
    state: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"processes": []}
    return state


def _up(arguments: argparse.Namespace) -> int:
    try:
        cluster = up(arguments.dir, arguments.nodes, audit=arguments.audit)
    except (ClusterError, NoGoError, BuildError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"up in {cluster.seconds_to_start:.1f} s: {cluster.url}, {arguments.nodes} nodes")
    print(f"export KUBECONFIG={cluster.admin_kubeconfig}")
    return 0


def _down(arguments: argparse.Namespace) -> int:
    ended = down(arguments.dir)
    print(f"ended {ended} processes" if ended else f"no cluster runs in {arguments.dir}")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    state = _state(arguments.dir)
    alive = running(arguments.dir)
    for entry in state["processes"]:
        print(f"{entry['name']:24} {entry['pid']:>8} {'running' if entry in alive else 'ended'}")
    if alive:
        print(f"export KUBECONFIG={state['kubeconfig']}")
    return 0 if alive and len(alive) == len(state["processes"]) else 1


def main(arguments: Sequence[str]) -> int:
    """The command; returns its exit code (of `status`: 0 when every process runs)."""
    parser = argparse.ArgumentParser(prog="python -m tools.localcluster", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="up|down|status")
    for name, run in (("up", _up), ("down", _down), ("status", _status)):
        command = commands.add_parser(name)
        command.add_argument("--dir", type=lambda text: Path(text).resolve(), required=True)
        command.set_defaults(run=run)
        if name == "up":
            command.add_argument("--nodes", type=int, default=5)
            command.add_argument("--audit", action="store_true", help="log every write")
    chosen = parser.parse_args(arguments)
    code: int = chosen.run(chosen)
    return code
