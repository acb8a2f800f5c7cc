"""A fall of desiredCount in the middle of a rollout, in two writes.

A Deployment shrinks its ReplicaSets in proportion to their size, whichever of their Pods are ready, and so may go below
the lower bound. Therefore it is first paused, with as large a surge as its ReplicaSets together have above the new
count: it then only notes the new count on them. Once all carry it, the rollout goes on with the true values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kubecs.plan.rollout import Bounds
from kubecs.plan.snapshot import ServiceSnapshot

DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas"


def is_under_way(snapshot: ServiceSnapshot, replicas: int) -> bool:
    """Several ReplicaSets have tasks, and one of them still carries a higher count."""
    active = _active(snapshot)
    return len(active) > 1 and any(_carried(each) > replicas for each in active)


def held(snapshot: ServiceSnapshot, bounds: Bounds, replicas: int) -> Bounds:
    """The bounds of the first write: none of the ReplicaSets has to shrink."""
    total = sum(each["spec"]["replicas"] for each in _active(snapshot))
    return replace(bounds, max_surge=max(total - replicas, bounds.max_surge))


def _active(snapshot: ServiceSnapshot) -> Sequence[Mapping[str, Any]]:
    return [each for each in snapshot.replica_sets if each["spec"].get("replicas", 0)]


def _carried(replica_set: Mapping[str, Any]) -> int:
    return int((replica_set["metadata"].get("annotations") or {}).get(DESIRED_REPLICAS, 0))
