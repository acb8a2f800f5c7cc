"""`kubectl ecs why`: one timeline of a service or a task, its last output, and what to do."""

import argparse
from collections.abc import Iterable
from functools import partial
from typing import Any

from kubecs.cli import session
from kubecs.cli.exitcodes import CommandError, ExitCode
from kubecs.cli.session import Object, Session
from kubecs.console import tasklist, timeline
from kubecs.console.advice import advise
from kubecs.console.table import table
from kubecs.console.target import Target
from kubecs.console.timeline import Entry, View
from kubecs.kube import resources
from kubecs.kube.direct import together
from kubecs.plan import conditions
from kubecs.plan.timestamps import rfc3339
from kubecs.translate import labels

TASKS = 8  # Pods whose Events are asked for: those that are not well, then the newest
OUTPUTS = 2  # tasks whose last lines are shown


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `why`."""
    parser.add_argument("target", metavar="SERVICE|TASK", help="name, cluster/name, task id, Pod or ARN")
    parser.add_argument("--cluster", metavar="NAME", help="ECS cluster of the service")
    parser.add_argument("--all", action="store_true", help="the whole timeline, not its last 40 lines")
    session.add_output(parser)
    session.add_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Tell what happened, and what to do about it."""
    here = session.opened(arguments)
    wanted = session.understood(arguments.target, arguments.cluster)
    view = gathered(here, wanted)
    entries = timeline.timeline(view, here.now)
    steps = advise(timeline.symptoms(view, tasks_of(view, here), here.now))
    outputs = timeline.last_lines(view, here.now)[:OUTPUTS]
    if arguments.output:
        session.show(_document(view, entries, outputs, steps), arguments.output)
    else:
        print(_text(view, entries if arguments.all else entries[-40:], outputs, steps))
    return ExitCode.OK


def tasks_of(view: View, here: Session) -> list[tasklist.Task]:
    """The tasks of a view as rows, newest first."""
    return tasklist.collect(view.pods, view.records, (), here.now)


def gathered(here: Session, wanted: Target) -> View:
    """Everything about the target.

    Raises:
        CommandError: There is neither a service nor a task of that name.
    """
    service = here.service(wanted) if wanted.sort != "task" else None
    view = _of_service(here, service) if service else None if wanted.sort == "service" else _of_task(here, wanted)
    if view is None:
        message = f"there is no service or task {wanted.name} in the namespace {here.home}"
        raise CommandError(ExitCode.NOT_FOUND, f"{message}; kubectl ecs ps lists the tasks")
    return view


def _of_service(here: Session, service: Object) -> View:
    deployments, replica_sets, pods, records = together(
        [
            lambda: here.workloads(service),
            lambda: here.children(resources.REPLICA_SETS, service),
            lambda: here.children(resources.PODS, service),
            lambda: here.children(resources.ECS_TASK_RECORDS, service),
        ]
    )
    live = [each for each in replica_sets if each["spec"].get("replicas")]
    shown = sorted(pods, key=lambda pod: (_well(pod), pod["metadata"]["creationTimestamp"]))[:TASKS]
    events = _events(here, [service, *deployments, *live, *shown])
    return View(service, next(iter(deployments), None), tuple(pods), tuple(records), tuple(events))


def _well(pod: Object) -> bool:
    """Ready for as long as it runs: there is little to tell of it."""
    stated = (pod.get("status") or {}).get("conditions") or ()
    return any(each["type"] == "Ready" and each["status"] == "True" for each in stated)


def _of_task(here: Session, wanted: Target) -> View | None:
    """By record, Pod or ECSTask, whichever is there."""
    request, record, pod = here.task(wanted)
    if request is None and (record or pod):
        request = _request(here, record or pod or {})
    if not (request or record or pod):
        return None
    about = [each for each in (request, pod) if each]
    if record and not pod and record["spec"]["kubernetes"].get("podName"):
        name = record["spec"]["kubernetes"]["podName"]
        about.append({"kind": "Pod", "metadata": {"name": name, "namespace": here.home}})
    return View(request, None, (pod,) if pod else (), (record,) if record else (), tuple(_events(here, about)))


def _request(here: Session, task: Object) -> Object | None:
    """The ECSTask that a standalone task runs for, if it is still there."""
    notes = task["metadata"].get("annotations") or {}
    name = notes.get(labels.OWNER_OBJECT)
    return here.api.find(resources.ECS_TASKS, here.home, name) if name and labels.SERVICE_NAME not in notes else None


def _events(here: Session, about: Iterable[Object]) -> list[Object]:
    """Kubernetes Events about objects, asked for beside each other."""

    def ask(obj: Object) -> list[Object]:
        fields = f"regarding.kind={obj['kind']},regarding.name={obj['metadata']['name']}"
        return here.api.list(resources.EVENTS, here.home, fields=fields)

    return [event for found in together([partial(ask, obj) for obj in about]) for event in found]


def _headline(view: View) -> str:
    subject = view.subject
    if subject is None:
        task = (*view.records, *view.pods)[0]
        return f"task {task['metadata']['name']}"
    stored = conditions.stored(subject)
    kinds = (conditions.READY, conditions.RECONCILING, conditions.STALLED)
    state = next((kind for kind in kinds if conditions.is_true(stored, kind)), "not looked at yet")
    ready = conditions.find(stored, conditions.READY) or {}
    said = f" ({ready['reason']}: {ready.get('message', '')})" if ready.get("reason") else ""
    return f"{subject['kind']} {subject['metadata']['name']}: {state}{said}"


def _deployments(view: View) -> list[str]:
    status = (view.subject or {}).get("status") or {}
    return [
        f"deployment {each['id']} {each['status']} {each.get('rolloutState', '')}: "
        f"{each['taskDefinition'].rpartition('/')[2]}, {each.get('runningCount', 0)} of {each.get('desiredCount', 0)} "
        f"running, {each.get('pendingCount', 0)} pending, {each.get('failedTasks', 0)} failed"
        for each in status.get("deployments") or ()
    ]


def _text(view: View, entries: list[Entry], outputs: list[tuple[str, list[str]]], steps: list[str]) -> str:
    lines = [_headline(view), *_deployments(view), ""]
    lines.append(table(timeline.HEAD, ((rfc3339(each.at), each.source, each.text) for each in entries)))
    for owner, output in outputs:
        lines += ["", f"LAST OUTPUT of {owner}", *(f"  {line}" for line in output)]
    lines += ["", "WHAT TO DO", *(f"  {step}" for step in steps)]
    return "\n".join(lines)


def _document(
    view: View, entries: list[Entry], outputs: list[tuple[str, list[str]]], steps: list[str]
) -> dict[str, Any]:
    return {
        "summary": _headline(view),
        "deployments": list(((view.subject or {}).get("status") or {}).get("deployments") or ()),
        "timeline": [{"time": rfc3339(each.at), "from": each.source, "what": each.text} for each in entries],
        "lastOutput": [{"of": owner, "lines": output} for owner, output in outputs],
        "whatToDo": steps,
    }
