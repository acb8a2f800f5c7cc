"""What happened to a service or a task, in the order in which it happened, whoever noted it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kubecs.console.tasklist import Task, of_record, unplaced
from kubecs.plan import conditions
from kubecs.plan.taskstate import TaskState, task_state
from kubecs.plan.timestamps import maybe, parse

HEAD = ("TIME", "FROM", "WHAT")
SHORT = 8  # hex digits of a task id in a line

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: when, who says so (`service`, `task 0a1b2c3d`, `Pod web-x`), and what."""

    at: datetime
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class View:
    """All that is known of what is asked about; what there is none of is empty.

    Attributes:
        subject: The ECSService or ECSTask; None for a task whose ECSTask is gone or that belongs to a service.
        deployment: The service's Deployment, or its DaemonSet.
        pods: Pods of its tasks.
        records: Records of its stopped tasks.
        events: Kubernetes Events about any of these.
    """

    subject: Object | None
    deployment: Object | None = None
    pods: tuple[Object, ...] = ()
    records: tuple[Object, ...] = ()
    events: tuple[Object, ...] = field(default=())


def timeline(view: View, now: datetime) -> list[Entry]:
    """Everything, oldest first; what two of them say in the same words is said once."""
    entries = [
        *_of_subject(view.subject),
        *_of_deployment(view.deployment),
        *(entry for pod in view.pods for entry in _of_pod(pod, now)),
        *(entry for record in view.records for entry in _of_record(record)),
    ]
    said = {entry.text for entry in entries}
    entries += [entry for event in view.events for entry in _of_event(event) if entry.text not in said]
    return sorted(dict.fromkeys(entries), key=lambda entry: (entry.at, entry.source))


def _of_subject(subject: Object | None) -> Iterator[Entry]:
    if subject is None:
        return
    status, source = subject.get("status") or {}, subject["kind"].removeprefix("ECS").lower()
    yield Entry(parse(subject["metadata"]["creationTimestamp"]), source, f"{subject['metadata']['name']} created")
    for event in status.get("events") or ():
        yield Entry(parse(event["createdAt"]), source, event["message"])
    for condition in status.get("conditions") or ():
        at = maybe(condition.get("lastTransitionTime"))
        if at and condition["type"] not in (conditions.RECONCILING, conditions.STALLED):  # they say Ready's again
            said = f"{condition.get('reason', '')}: {condition.get('message', '')}".removesuffix(": ")
            yield Entry(at, "condition", f"{condition['type']}={condition['status']} {said}")


def _of_deployment(deployment: Object | None) -> Iterator[Entry]:
    """What Kubernetes says of a Deployment that does not get on."""
    for condition in ((deployment or {}).get("status") or {}).get("conditions") or ():
        failing = condition["type"] == "ReplicaFailure" or condition.get("reason") == "ProgressDeadlineExceeded"
        at = maybe(condition.get("lastTransitionTime"))
        if failing and at:
            yield Entry(at, "Deployment", f"{condition.get('reason', '')}: {condition.get('message', '')}")


def _of_pod(pod: Object, now: datetime) -> Iterator[Entry]:
    state = task_state(pod, now)
    source, node = f"task {state.task_id[:SHORT]}", pod["spec"].get("nodeName")
    yield Entry(state.created_at, source, f"created as Pod {pod['metadata']['name']} ({_task_definition(state)})")
    if state.started_at:
        yield Entry(state.started_at, source, f"started on {node}")
    for container in state.containers:
        if container.finished_at:
            yield Entry(container.finished_at, source, _ended(container.name, container.exit_code, container.reason))
    for condition in (pod.get("status") or {}).get("conditions") or ():
        if condition.get("reason") == "Unschedulable" and condition.get("lastTransitionTime"):
            yield Entry(parse(condition["lastTransitionTime"]), "scheduler", condition.get("message", ""))
    if state.cause:
        yield Entry(state.stopping_at or state.created_at, source, f"{state.cause.code}: {state.cause.reason}")


def _task_definition(state: TaskState) -> str:
    return state.task_definition_arn.rpartition("/")[2]


def _of_record(record: Object) -> Iterator[Entry]:
    spec, task = record["spec"], of_record(record)
    source = f"task {task.task_id[:SHORT]}"
    if task.created_at:
        yield Entry(task.created_at, source, f"created as Pod {task.pod} ({task.task_definition})")
    started, ended = maybe(spec.get("startedAt")), maybe(spec.get("executionStoppedAt")) or task.stopped_at
    if started:
        yield Entry(started, source, f"started on {task.node}")
    if ended is None:
        return
    for container in spec.get("containers") or ():
        if container.get("exitCode") is not None or container.get("reason"):
            text = _ended(container["name"], container.get("exitCode"), container.get("reason"))
            yield Entry(ended, source, text)
    yield Entry(task.stopped_at or ended, source, f"STOPPED {task.stop_code}: {task.reason}")


def _ended(name: str, exit_code: int | None, reason: str | None) -> str:
    how = f"ended with exit code {exit_code}" if exit_code is not None else "did not run"
    return f"container {name} {how}{f': {reason}' if reason else ''}"


def _of_event(event: Object) -> Iterator[Entry]:
    series, regarding = event.get("series") or {}, event.get("regarding") or {}
    count = series.get("count") or event.get("deprecatedCount") or 1
    times = (series.get("lastObservedTime"), event.get("deprecatedLastTimestamp"), event.get("eventTime"))
    at = maybe(next((each for each in (*times, event["metadata"].get("creationTimestamp")) if each), None))
    if at is None:
        return
    note, source = str(event.get("note") or ""), f"{regarding.get('kind')} {regarding.get('name')}"
    if regarding.get("kind", "").startswith("ECS") and count == 1:
        yield Entry(at, regarding["kind"].removeprefix("ECS").lower(), note)
    else:
        yield Entry(at, source, f"{event.get('reason', '')}: {note}{f' (x{count})' if count > 1 else ''}")


def last_lines(view: View, now: datetime, limit: int = 10) -> list[tuple[str, list[str]]]:
    """The last output that is kept of containers that ended with an error, newest tasks first: (whose, lines)."""
    found: list[tuple[datetime, str, str]] = []
    for record in view.records:
        task = of_record(record)
        for name, text in ((record["spec"].get("kubernetes") or {}).get("lastLogs") or {}).items():
            found.append((task.stopped_at or now, f"task {task.task_id[:SHORT]}, container {name}", text))
    for pod in view.pods:
        state = task_state(pod, now)
        for container in state.containers:
            if container.last_lines and container.finished_at:
                owner = f"task {state.task_id[:SHORT]}, container {container.name}"
                found.append((container.finished_at, owner, container.last_lines))
    newest = sorted(found, key=lambda each: each[0], reverse=True)
    return [(owner, text.rstrip().splitlines()[-limit:]) for _, owner, text in newest]


def symptoms(view: View, tasks: Iterable[Task], now: datetime) -> list[str]:
    """What is wrong, in the words that advice.advise knows, the most telling first; empty when nothing is."""
    subject = view.subject or {}
    ready = conditions.find(conditions.stored(subject), conditions.READY)
    found = []
    if ready is not None and ready["status"] != "True":
        found.append(f"{ready.get('reason', '')}: {ready.get('message', '')}")
    found += [f"Unschedulable: {message}" for pod in view.pods if (message := unplaced(pod))]
    for task in tasks:
        if task.stop_code:
            found.append(f"{task.stop_code}: {task.reason or ''}")
            well = task.exit_code == 0 and task.service is None  # a task on its own may end so
            if task.exit_code is not None and task.stop_code == "EssentialContainerExited" and not well:
                found.append(f"exit code {task.exit_code}")
    for record in view.records:
        found += [str(each["reason"]) for each in record["spec"].get("containers") or () if each.get("reason")]
    for pod in view.pods:
        found += [each.reason for each in task_state(pod, now).containers if each.reason]
    return list(dict.fromkeys(found))
