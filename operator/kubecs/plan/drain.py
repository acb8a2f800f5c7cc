"""Draining: tasks on a node that is about to go are replaced elsewhere first, as ECS replaces those on a DRAINING one.

A deletion cost has their ReplicaSet take them when their replacements are there (plan/replacement.py).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kubecs.plan import spot
from kubecs.plan.actions import Action, Patch, Ref
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.summary import DELETION_COST, TaskSummary

LEAVES_FIRST = "-100"

# Taints by which node autoscalers say, instead of with a cordon, that they are about to evict what runs on a node.
LEAVING = frozenset({"ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted", "karpenter.sh/disruption"})


def is_draining(node: Mapping[str, Any]) -> bool:
    """Whether a Node is cordoned, about to be removed, or a spot instance that is taken back."""
    spec = node.get("spec") or {}
    leaving = any(taint["key"] in LEAVING for taint in spec.get("taints") or ())
    return bool(spec.get("unschedulable")) or leaving or spot.is_interrupted(node, shut_down=False)


def draining(snapshot: ServiceSnapshot) -> tuple[TaskSummary, ...]:
    """The tasks on draining nodes that nobody has told to stop."""
    return tuple(task for task in snapshot.tasks if task.node in snapshot.draining_nodes and task.stays)


def marked_nodes(tasks: Iterable[TaskSummary]) -> frozenset[str]:
    """The nodes that the operator takes for draining, by the marks that `cost_actions` has set."""
    return frozenset(task.node for task in tasks if task.deletion_cost == LEAVES_FIRST and not task.doomed)


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
