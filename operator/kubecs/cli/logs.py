"""`kubectl ecs logs`: output of tasks that live, and the tail that is kept of those that stopped."""

import argparse
import json
import sys
from collections.abc import Callable
from threading import Lock
from urllib.parse import urlencode

from kubecs.cli import session
from kubecs.cli.exitcodes import CommandError, ExitCode
from kubecs.cli.session import Object, Session
from kubecs.console.target import Target
from kubecs.kube import resources
from kubecs.kube.direct import together
from kubecs.kube.errors import ApiError
from kubecs.plan import runs
from kubecs.translate import labels

_PRINTING = Lock()


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `logs`."""
    parser.add_argument("target", metavar="SERVICE|TASK", help="name, cluster/name, task id, Pod or ARN")
    parser.add_argument("--cluster", metavar="NAME", help="ECS cluster of the service")
    parser.add_argument("-c", "--container", metavar="NAME", help="ECS name of one container; absent: all")
    parser.add_argument("-f", "--follow", action="store_true", help="go on as output comes")
    parser.add_argument("-p", "--previous", action="store_true", help="of the run before the present one")
    parser.add_argument("--tail", type=int, metavar="LINES", help="only the last lines of each container")
    session.add_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print output, each line led by its task and container where there are several."""
    here = session.opened(arguments)
    wanted = session.understood(arguments.target, arguments.cluster)
    pods, records = _tasks(here, wanted)
    sources = [(pod, name) for pod in pods for name in _containers(pod, arguments.container)]
    kept = [each for record in records for each in _kept(record, arguments.container, arguments.tail)]
    many = len(sources) + len(kept) > 1
    for owner, text in kept:
        for line in text.splitlines():
            print(f"[{owner}] {line}" if many else line)
    problems = together([_reading(here, pod, name, arguments, many=many) for pod, name in sources])
    if sources and all(problems):
        raise CommandError(ExitCode.REFUSED, problems[0] or "")
    if not sources and not kept:
        raise CommandError(ExitCode.NOT_FOUND, f"{wanted.name}: no task lives, and no output of a stopped one is kept")
    return ExitCode.OK


def _tasks(here: Session, wanted: Target) -> tuple[list[Object], list[Object]]:
    """Pods, and records of tasks without one."""
    service = here.service(wanted) if wanted.sort != "task" else None
    if service is not None:
        pods = here.children(resources.PODS, service)
        return pods, [] if pods else here.children(resources.ECS_TASK_RECORDS, service)
    _, record, pod = here.task(wanted)
    if pod is not None:
        return [pod], []
    if record is None:
        raise CommandError(ExitCode.NOT_FOUND, f"there is no service or task {wanted.name} in {here.home}")
    return [], [record]


def _containers(pod: Object, wanted: str | None) -> list[str]:
    """Kubernetes names of the task's containers."""
    ecs_names = json.loads(runs.annotations_of(pod).get(labels.CONTAINER_NAMES) or "{}")
    return [name for name in runs.container_names(pod) if wanted in (None, ecs_names.get(name, name))]


def _kept(record: Object, wanted: str | None, tail: int | None) -> list[tuple[str, str]]:
    lines = (record["spec"].get("kubernetes") or {}).get("lastLogs") or {}
    short = record["metadata"]["name"][:8]
    return [
        (f"{short} {name}", "\n".join(text.splitlines()[-tail:] if tail else text.splitlines()))
        for name, text in lines.items()
        if wanted in (None, name)
    ]


def _reading(
    here: Session, pod: Object, name: str, arguments: argparse.Namespace, *, many: bool
) -> Callable[[], str | None]:
    """Reads one container's output to its end; returns what kept it from that, if anything did."""
    asked = {"container": name, "follow": arguments.follow, "previous": arguments.previous, "tailLines": arguments.tail}
    query = urlencode({key: str(value).lower() for key, value in asked.items() if value not in (None, False)})
    path = resources.PODS.path(pod["metadata"]["namespace"], pod["metadata"]["name"], "log")
    lead = f"[{runs.task_id(pod)[:8]} {name}] " if many else ""

    def read() -> str | None:
        try:
            for line in here.api.lines(f"{path}?{query}"):
                with _PRINTING:
                    sys.stdout.write(f"{lead}{line.decode(errors='replace').rstrip()}\n")
                    sys.stdout.flush()
        except ApiError as error:
            with _PRINTING:
                print(f"{lead}{error.message}", file=sys.stderr)
            return error.message
        return None

    return read
