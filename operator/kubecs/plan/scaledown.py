"""A fall of desiredCount in the middle of a rollout, in two writes.

A Deployment shrinks its ReplicaSets in proportion to their size, whichever of their Pods are ready, and so may go below
the lower bound. Therefore it is first paused, with as large a surge as its ReplicaSets together have above the new
count: it then only notes the new count on them. Once all carry it, the rollout goes on with the true values. So is a
rise while there are still more tasks than the new count allows, as after such a fall.

The controller may be a step ahead of what is seen of its ReplicaSets, so what it may have come to is reckoned with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kubecs.plan.rollout import Bounds, progress
from kubecs.plan.snapshot import ServiceSnapshot, deployment_of, wanted_by_all

DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas"


def is_under_way(snapshot: ServiceSnapshot, bounds: Bounds, replicas: int) -> bool:
    """Several ReplicaSets have tasks, or may have by now, and to tell one of another count would shrink them."""
    active = _active(snapshot)
    several = len(active) > 1 or not progress(snapshot.deployment).observed
    too_many = _most(snapshot) > replicas + bounds.max_surge
    carried = [_carried(each) for each in active]
    return several and any(count > replicas or (too_many and count != replicas) for count in carried)


def held(snapshot: ServiceSnapshot, bounds: Bounds, replicas: int) -> Bounds:
    """The bounds of the first write: none of the ReplicaSets has to shrink."""
    return replace(bounds, max_surge=max(_most(snapshot) - replicas, bounds.max_surge))


def _most(snapshot: ServiceSnapshot) -> int:
    """How many tasks the ReplicaSets may together want by now, as far as the Deployment's last write allows.

    In a rollout the newest may have grown since, and the others only shrink; while it is paused, all may have grown.
    """
    total = wanted_by_all(snapshot.replica_sets)
    if snapshot.deployment is None:
        return total
    spec = snapshot.deployment["spec"]
    wanted, surge = int(spec["replicas"]), ((spec.get("strategy") or {}).get("rollingUpdate") or {}).get("maxSurge")
    allowed = wanted + surge if isinstance(surge, int) else total  # else somebody has edited the Deployment
    newest = snapshot.wanted_by(deployment_of(spec["template"]))
    most = allowed if spec.get("paused") else min(total + max(wanted - newest, 0), allowed)
    return max(most, total)


def _active(snapshot: ServiceSnapshot) -> Sequence[Mapping[str, Any]]:
    return [each for each in snapshot.replica_sets if each["spec"].get("replicas", 0)]


def _carried(replica_set: Mapping[str, Any]) -> int:
    return int((replica_set["metadata"].get("annotations") or {}).get(DESIRED_REPLICAS, 0))
