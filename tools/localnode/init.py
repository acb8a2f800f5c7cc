"""The first process of the node's own namespaces: `python -m tools.localnode.init FILE`.

It mounts what the node shall have for itself, starts the programs, and reaps what is left to it. When it ends, the
kernel ends everything in its process namespace and undoes every mount.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# Settings of the whole machine that a kubelet insists on: it gets files of its own to write them to.
_SHIELDED = (
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "kernel/panic",
    "kernel/panic_on_oops",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
)
_OWN = ("/run", "/var/lib", "/var/log")
PATIENCE = 30.0


def main(file: str) -> int:
    """Runs the node until one of its programs ends, or we are told to end; returns the exit code."""
    plan = json.loads(Path(file).read_text())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _mount(Path(plan["directory"]))
    programs = {_start(program): program["name"] for program in plan["programs"]}
    while True:
        pid, status = os.wait()  # also for what shims leave behind
        if pid in programs:
            print(f"{programs[pid]} ended with {os.waitstatus_to_exitcode(status)}", flush=True)
            return 1


def _mount(directory: Path) -> None:
    _run("mount", "--make-rshared", "/")
    _run("mount", "-t", "proc", "proc", "/proc")
    for name in _SHIELDED:
        setting, own = Path("/proc/sys", name), directory / "sys" / name
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(setting.read_text())
        _run("mount", "--bind", own, setting)
    for path in _OWN:
        own = directory / "own" / path.strip("/").replace("/", "-")
        own.mkdir(parents=True)
        _run("mount", "--bind", own, path)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True)


def _start(program: Mapping[str, Any]) -> int:
    """Starts one program; returns its pid once the file is there that says that it is ready."""
    with Path(program["log"]).open("ab") as log:
        pid = _spawn(program["command"], log.fileno())
    deadline = time.monotonic() + PATIENCE
    while program["ready"] and not Path(program["ready"]).exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{program['name']} made no {program['ready']}")
        time.sleep(0.01)
    return pid


def _spawn(command: Sequence[str], log: int) -> int:
    actions = [(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
    return os.posix_spawnp(command[0], list(command), os.environ, file_actions=actions)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
