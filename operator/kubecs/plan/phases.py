"""How long a task was in each of ECS's states on its way up and down, from what its Pod shows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kubecs.plan.taskstate import TaskState
from kubecs.plan.timestamps import maybe, parse

PROVISIONING, PENDING, STOPPING, DEPROVISIONING = "provisioning", "pending", "stopping", "deprovisioning"


def of_start(pod: Mapping[str, Any], running_at: float) -> Mapping[str, float]:
    """Seconds by state of a task that has just become RUNNING: until it had a node, and from then on.

    Args:
        pod: The Pod.
        running_at: Unix time at which it was RUNNING.
    """
    created = parse(pod["metadata"]["creationTimestamp"]).timestamp()
    placed = _placed_at(pod) or created
    return {PROVISIONING: max(placed - created, 0.0), PENDING: max(running_at - placed, 0.0)}


def _placed_at(pod: Mapping[str, Any]) -> float | None:
    for condition in (pod.get("status") or {}).get("conditions") or ():
        if condition.get("type") == "PodScheduled" and condition.get("status") == "True":
            at = maybe(condition.get("lastTransitionTime"))
            return at.timestamp() if at else None
    return None


def of_stop(state: TaskState, now: datetime) -> Mapping[str, float]:
    """Seconds by state of a task that has stopped: until the last container had ended, and until that is recorded."""
    ended = state.execution_stopped_at or now
    began = state.stopping_at or ended
    return {
        STOPPING: max((ended - began).total_seconds(), 0.0),
        DEPROVISIONING: max((now - ended).total_seconds(), 0.0),
    }
