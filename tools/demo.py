"""The demo: a real control plane with nodes that kwok plays, the operator, the examples, and what one does with them.

    python -m tools.demo up|down [--dir DIR]

Everything that a person would type is shown as it is typed. The cluster stays up until `down`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.binaries import SETS, ensure
from tools.localcluster import LocalCluster
from tools.localcluster.cli import add_process, down, running, up
from tools.localcluster.process import free_port, spawn, start_time

PROJECT = Path(__file__).resolve().parents[1]
DIRECTORY = PROJECT / "build" / "demo"
NODES = 5
STEADY_SECONDS = 2
READY_SECONDS = 30.0

# What is shown of the metrics: lines that begin so.
METRICS = (
    "ecs_service_desired_tasks{",
    "ecs_service_running_tasks{",
    "ecs_task_start_duration_seconds_count{",
    "ecs_task_start_duration_seconds_sum{",
    "ecs_task_stopped_total{",
    "ecs_deployment_duration_seconds_count{",
    "ecs_operator_leader ",
)


class StepError(RuntimeError):
    """A step of the demo did not do what it shows."""


@dataclass(frozen=True)
class Scene:
    """One step that is all kubectl.

    Attributes:
        title: The heading.
        commands: Shell commands, shown and run one after the other in the project's directory.
        refused: The commands have to fail.
    """

    title: str
    commands: tuple[str, ...]
    refused: bool = False


_PODS = "-o custom-columns=POD:.metadata.name,IMAGE:.spec.containers[*].image,NODE:.spec.nodeName,PHASE:.status.phase"
_EVENTS = "-o jsonpath='{range .status.events[*]}{.createdAt}  {.message}{\"\\n\"}{end}'"

SCENES = (
    Scene("Apply the examples", ("kubectl apply -f examples/",)),
    Scene(
        "Wait until everything is steady",
        ("kubectl wait --for=condition=Ready ecsclusters,ecstaskdefinitions,ecsservices --all --timeout=60s",),
    ),
    Scene(
        "Look around",
        ("kubectl get ecs", f"kubectl get pods {_PODS}", f"kubectl get ecsservice shop.web {_EVENTS}"),
    ),
    Scene(
        "Scale a service",
        (
            "kubectl scale ecsservice shop.web --replicas=5",
            "kubectl wait --for=condition=Ready ecsservice/shop.web --timeout=60s",
            "kubectl get ecsservice shop.web",
        ),
    ),
    Scene(
        "Roll out a new revision: edit the task definition",
        (
            "sed s/nginx:1.28/nginx:1.29/ examples/03-web-taskdefinition.yaml | kubectl apply -f -",
            "kubectl wait --for=condition=Ready ecstaskdefinition/web --timeout=60s",
            "kubectl get ecstaskdefinitionrevisions",
            f"kubectl get pods -l kubecs.dev/service=web {_PODS}",
            "kubectl get ecsservice shop.web",
            f"kubectl get ecsservice shop.web {_EVENTS}",
        ),
    ),
    Scene(
        "End the one-off task (kwok plays the end of its container) and read its record",
        (
            "kubectl annotate pod -l kubecs.dev/family=migrate 'play.kwok/exit-codes={\"migrate\": 0}'",
            "kubectl wait --for=jsonpath='{.status.lastStatus}'=STOPPED ecstask/migrate --timeout=60s",
            "kubectl get ecstasks",
            "kubectl get ecstaskrecords",
        ),
    ),
    Scene(
        "See what does not carry over, before anything exists",
        ("kubectl apply --dry-run=server -f examples/warned/",),
    ),
    Scene("See bad documents refused", ("kubectl apply -f examples/bad/",), refused=True),
)


@dataclass
class Demo:
    """One run of the demo, its files in a directory of its own."""

    directory: Path
    cluster: LocalCluster | None = None
    metrics_port: int = field(default_factory=free_port)
    health_port: int = field(default_factory=free_port)

    @property
    def operator_log(self) -> Path:
        """What the operator writes."""
        return self.directory / "logs" / "operator.log"

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        """Headings and what is done under them, in order."""
        scenes = [(scene.title, lambda scene=scene: self.play(scene)) for scene in SCENES]
        return [
            ("Tools: etcd, Kubernetes and kwok from pinned sources", self.tools),
            (f"A Kubernetes cluster with {NODES} nodes", self.start_cluster),
            (
                "Custom resource definitions, warnings at apply, and the operator with no rights but its own",
                self.start_operator,
            ),
            *scenes,
            ("Some of the metrics", self.show_metrics),
        ]

    def tools(self) -> None:
        """Builds what is missing."""
        paths = ensure(SETS["default"])
        print(f"  in {paths['kubectl'].parent}")

    def start_cluster(self) -> None:
        """Starts a cluster that outlives this process; ends the one of an earlier demo first."""
        if running(self.directory):
            print("  a demo is up already: it is ended, and a new one started")
            down(self.directory)
        self.cluster = up(self.directory, NODES)
        print(f"  {self.cluster.url}, files in {self.directory}")

    def start_operator(self) -> None:
        """Installs CRDs and warnings and starts the operator as a process that `down` ends with the cluster."""
        cluster = self._running_cluster()
        for name in [*cluster.install_crds(), *cluster.install_warnings()]:
            print(f"  {name}")
        options = {
            "kubeconfig": cluster.operator_kubeconfig(),
            "bind-address": "127.0.0.1",
            "health-port": self.health_port,
            "metrics-port": self.metrics_port,
            "steady-seconds": STEADY_SECONDS,
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        environment = os.environ | {"PYTHONPATH": str(PROJECT / "operator"), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "kubecs.cli.main", "operator", *flags]
        process = spawn(command, self.operator_log, env=environment, detached=True)
        add_process(self.directory, "operator", process.pid)
        self._wait_until_ready(process)
        print(f"  operator: process {process.pid}, log {self.operator_log}")
        print(f"  A task without a health check counts as steady after {STEADY_SECONDS} s here, in ECS after 40 s.")

    def play(self, scene: Scene) -> None:
        """Runs the commands of a scene.

        Raises:
            StepError: one failed, or should have failed and did not.
        """
        for command in scene.commands:
            print(f"\n  $ {command}", flush=True)
            done = subprocess.run(
                ["sh", "-c", command],
                env=self._environment(),
                cwd=PROJECT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            print("".join(f"  {line}\n" for line in done.stdout.splitlines()), end="", flush=True)
            if (done.returncode != 0) != scene.refused:
                raise StepError(f"`{command}` ended with {done.returncode}")

    def show_metrics(self) -> None:
        """Scrapes the operator once.

        Raises:
            StepError: none of the metrics was there.
        """
        address = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(address, timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        shown = [line for line in lines if line.startswith(METRICS)]
        print(f"  GET {address}: {len(lines)} lines, among them")
        print("".join(f"  {line}\n" for line in shown), end="")
        missing = [start for start in METRICS if not any(line.startswith(start) for line in shown)]
        if missing:
            raise StepError(f"no metric {', '.join(missing)}")

    def _running_cluster(self) -> LocalCluster:
        if self.cluster is None:
            raise StepError("the cluster is not up")
        return self.cluster

    def _environment(self) -> dict[str, str]:
        cluster = self._running_cluster()
        return os.environ | {
            "KUBECONFIG": str(cluster.admin_kubeconfig),
            "KUBECACHEDIR": str(self.directory / "discovery"),
            "PATH": f"{cluster.binaries['kubectl'].parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        address = f"http://127.0.0.1:{self.health_port}/readyz"
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(address):
            if start_time(process.pid) is None or time.monotonic() > deadline:
                last = "\n".join(self.operator_log.read_text(errors="replace").splitlines()[-15:])
                raise StepError(f"the operator did not become ready:\n{last}")
            time.sleep(0.05)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


def run(directory: Path) -> int:
    """Plays all steps, each with a heading and its seconds; returns the exit code."""
    demo = Demo(directory)
    began = time.monotonic()
    for number, (title, act) in enumerate(demo.steps(), 1):
        print(f"\n{number}. {title}", flush=True)
        started = time.monotonic()
        try:
            act()
        except (RuntimeError, OSError) as error:
            print(f"\nStep {number} failed after {time.monotonic() - started:.1f} s: {error}", flush=True)
            print(f"Logs: {directory / 'logs'}. What runs still is ended by `make demo-down`.")
            return 1
        print(f"  ({time.monotonic() - started:.1f} s)", flush=True)
    print(f"\nAll of it took {time.monotonic() - began:.1f} s. The cluster is up; to go on by yourself:")
    print(f"  export KUBECONFIG={demo.directory / 'config' / 'admin.kubeconfig'}")
    print(f"  export PATH={ensure(['kubectl'], quiet=True)['kubectl'].parent}:$PATH    # kubectl")
    print("When done:\n  make demo-down")
    return 0


def end(directory: Path) -> int:
    """Ends the demo's processes and removes its files; returns the exit code."""
    ended = down(directory)
    print(f"ended {ended} processes" if ended else "no demo is up")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description="The demo of kubecs.")
    parser.add_argument("action", nargs="?", choices=("up", "down"), default="up")
    parser.add_argument("--dir", type=lambda text: Path(text).resolve(), default=DIRECTORY, help="where its files go")
    chosen = parser.parse_args(arguments)
    try:
        return run(chosen.dir) if chosen.action == "up" else end(chosen.dir)
    except KeyboardInterrupt:
        print("\ninterrupted; what runs is ended by `make demo-down`")
        return 130


if __name__ == "__main__":
    sys.exit(main())
