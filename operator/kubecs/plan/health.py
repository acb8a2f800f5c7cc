"""Health: tasks of a service that fail their container health checks are replaced; ECS calls them UNHEALTHY.

Each is first told of in the service's events, then marked, then replaced: what is marked has been told of, whatever
happens in between.
"""

from datetime import datetime

from kubecs.plan.actions import Action, Delete, Patch, Ref
from kubecs.plan.drain import LEAVES_FIRST
from kubecs.plan.serviceevents import Message
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.stopcause import SERVICE_SCHEDULER_INITIATED, UNHEALTHY
from kubecs.plan.summary import DELETION_COST, TaskSummary
from kubecs.translate import labels
from kubecs.translate.hashing import compact


def doomed(snapshot: ServiceSnapshot) -> tuple[TaskSummary, ...]:
    """The tasks that were found unhealthy and are about to be replaced, whatever their checks say since."""
    return tuple(task for task in snapshot.tasks if task.doomed and task.stays)


def _unhealthy(snapshot: ServiceSnapshot, now: datetime, *, told: bool) -> tuple[TaskSummary, ...]:
    """The tasks that fail their checks and are not marked yet, by whether the stored events tell of them."""
    found = [task for task in _failing(snapshot) if _from(snapshot, task) <= now.timestamp()]
    events = {each["message"] for each in snapshot.status.get("events") or ()} if found else set()
    return tuple(task for task in found if (_message(task).of(snapshot.name) in events) is told)


def next_look(snapshot: ServiceSnapshot, now: datetime) -> float | None:
    """Seconds until another task counts as unhealthy unless its checks pass; no event tells of that."""
    waits = [_from(snapshot, task) - now.timestamp() for task in _failing(snapshot)]
    return min((wait for wait in waits if wait > 0), default=None)


def _failing(snapshot: ServiceSnapshot) -> tuple[TaskSummary, ...]:
    return tuple(task for task in snapshot.tasks if task.unhealthy_from and task.stays and not task.doomed)


def _from(snapshot: ServiceSnapshot, task: TaskSummary) -> float:
    """When the task counts as unhealthy: its checks say so, and the service's grace period is over."""
    grace = float(snapshot.spec.get("healthCheckGracePeriodSeconds") or 0)
    return max(task.unhealthy_from, task.running_since + grace)


def mark_actions(snapshot: ServiceSnapshot, now: datetime) -> tuple[Action, ...]:
    """Note on each why it stops, and have its ReplicaSet take it first."""
    return tuple(_mark(snapshot, task) for task in _unhealthy(snapshot, now, told=True))


def _mark(snapshot: ServiceSnapshot, task: TaskSummary) -> Patch:
    note = compact({"stopCode": SERVICE_SCHEDULER_INITIATED, "stoppedReason": UNHEALTHY})
    notes = {labels.STOP_REASON: note, DELETION_COST: LEAVES_FIRST}
    body = {"metadata": {"uid": task.uid, "annotations": notes}}
    return Patch(Ref("v1", "Pod", snapshot.namespace, task.name), body, f"task {task.task_id}: {UNHEALTHY}")


def stop_actions(snapshot: ServiceSnapshot, *, replacement_first: bool) -> tuple[Action, ...]:
    """Stop the doomed tasks at once where no replacement can be started before; being unhealthy, none is missed."""
    if replacement_first:
        return ()
    refs = (Ref("v1", "Pod", snapshot.namespace, task.name, task.uid) for task in doomed(snapshot))
    return tuple(Delete(ref, UNHEALTHY) for ref in refs)


def messages(snapshot: ServiceSnapshot, now: datetime) -> list[Message]:
    """ECS's event about each."""
    return [_message(task) for task in _unhealthy(snapshot, now, told=False)]


def _message(task: TaskSummary) -> Message:
    return Message("Warning", "TaskUnhealthy", f"(task {task.task_id}) failed container health checks.")
