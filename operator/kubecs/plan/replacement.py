"""Replacement of single tasks outside a rollout, the new one first: of those on cordoned nodes and unhealthy ones.

The Deployment gets one replica more for each of them, as far as the upper bound allows; once all others are available,
one less at a time. Its ReplicaSet then takes one of them, by readiness and deletion cost.
"""

from kubecs.plan import drain, health, rollout
from kubecs.plan.snapshot import ServiceSnapshot


def extra_replicas(snapshot: ServiceSnapshot, bounds: rollout.Bounds, settled_before: float) -> int:
    """How many more tasks than the desired count there should be now.

    Only Pods are looked at: what the Deployment says of them comes by another watch, and may be older or newer.

    Args:
        snapshot: The service.
        bounds: Its bounds.
        settled_before: Unix time; what has been ready since then is available.
    """
    leaving = {task.uid: task for task in (*drain.draining(snapshot), *health.doomed(snapshot))}
    extra = min(len(leaving), room(snapshot, bounds))
    not_ready = sum(not task.healthy_since for task in leaving.values())
    ready = sum(task.stays and 0 < task.healthy_since <= settled_before for task in snapshot.tasks)
    return extra - 1 if extra and ready >= snapshot.desired + extra - not_ready else extra


def room(snapshot: ServiceSnapshot, bounds: rollout.Bounds) -> int:
    """How many tasks beyond the desired count the maximum allows."""
    return max(bounds.upper - snapshot.desired, 0)
