"""Draining: tasks on a cordoned node are replaced elsewhere first, as ECS replaces those on a DRAINING instance.

A deletion cost has their ReplicaSet take them when their replacements are there (plan/replacement.py).
"""

from kubecs.plan.actions import Action, Patch, Ref
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.summary import DELETION_COST, TaskSummary

LEAVES_FIRST = "-100"


def draining(snapshot: ServiceSnapshot) -> tuple[TaskSummary, ...]:
    """The tasks on cordoned nodes that nobody has told to stop."""
    return tuple(task for task in snapshot.tasks if task.node in snapshot.draining_nodes and task.stays)


def cost_actions(snapshot: ServiceSnapshot) -> tuple[Action, ...]:
    """Mark the tasks that leave first, and take the mark from those whose node takes tasks again."""
    leaving = {task.uid for task in snapshot.tasks if task.doomed} | {task.uid for task in draining(snapshot)}
    marked = [task for task in snapshot.tasks if (task.deletion_cost == LEAVES_FIRST) != (task.uid in leaving)]
    return tuple(_mark(snapshot, task, leaves=task.uid in leaving) for task in marked if task.stays)


def _mark(snapshot: ServiceSnapshot, task: TaskSummary, *, leaves: bool) -> Patch:
    ref = Ref("v1", "Pod", snapshot.namespace, task.name)
    body = {"metadata": {"uid": task.uid, "annotations": {DELETION_COST: LEAVES_FIRST if leaves else None}}}
    where = "is being drained" if leaves else "takes tasks again"
    return Patch(ref, body, f"the node {task.node} of {task.name} {where}")
