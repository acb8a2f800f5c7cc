"""Whether the controller of a Deployment is at rest: it has seen what it did, and does no more until a task changes.

It decides by its cache of ReplicaSets, which is some milliseconds old. Told of another template or count just after it
has grown one of them, it reckons with the size before, and starts too many tasks: at 4 with a maximum of 100 % a fifth
was seen. So such a write waits for a moment in which no ReplicaSet is about to grow, at most `LONGEST_WAIT`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from kubecs.plan.rollout import progress, refused_pods
from kubecs.plan.snapshot import Manifest, ServiceSnapshot, deployment_of, wanted_by_all

LONGEST_WAIT = timedelta(seconds=2)
LOOK_AGAIN_SECONDS = 0.25  # should no event come


def must_wait(wanted: Manifest, snapshot: ServiceSnapshot, now: datetime) -> bool:
    """Whether a write of the Deployment is to be put off: it changes what runs, and the controller is not at rest."""
    live = snapshot.deployment
    if live is None or snapshot.daemon or _shape(wanted) == _shape(live):
        return False
    late = snapshot.put_off_since is not None and now - snapshot.put_off_since >= LONGEST_WAIT
    return not late and not _at_rest(live, snapshot)


def _shape(deployment: Manifest) -> tuple[Any, ...]:
    spec = deployment["spec"]
    return deployment_of(spec["template"]), spec.get("replicas", 1), spec.get("paused", False)


def _at_rest(live: Manifest, snapshot: ServiceSnapshot) -> bool:
    sets = snapshot.replica_sets
    if any(refused_pods(each) for each in sets):
        return True  # the Pods that are missing may never come
    uids = {each["metadata"]["uid"] for each in sets}
    ready = sum(task.stays and task.healthy_since > 0 and task.owner_uid in uids for task in snapshot.tasks)
    made = all(each["spec"].get("replicas", 0) == _told(each, "replicas") for each in sets)
    told = all(_total(sets, name) == _told(live, name) for name in ("replicas", "readyReplicas", "availableReplicas"))
    seen = progress(live).observed and made and told and ready == _told(live, "readyReplicas")
    return seen and not _moves(live, sets)


def _moves(live: Manifest, sets: Sequence[Manifest]) -> bool:
    """Whether the controller is about to start or stop tasks, by its own arithmetic (pkg/controller/deployment)."""
    spec = live["spec"]
    rolling = (spec.get("strategy") or {}).get("rollingUpdate") or {}
    surge, unavailable = rolling.get("maxSurge"), rolling.get("maxUnavailable")
    if spec.get("paused") or not isinstance(surge, int) or not isinstance(unavailable, int):
        return False
    label = deployment_of(spec["template"])
    newest = [each for each in sets if deployment_of(each) == label]
    wanted, newest_wanted = wanted_by_all(sets), wanted_by_all(newest)
    if newest_wanted < spec["replicas"] and wanted < spec["replicas"] + surge:
        return True
    spare = wanted - (spec["replicas"] - unavailable) - (newest_wanted - _total(newest, "availableReplicas"))
    unhealthy = wanted - newest_wanted - (_total(sets, "availableReplicas") - _total(newest, "availableReplicas"))
    healthy_spare = _total(sets, "availableReplicas") > spec["replicas"] - unavailable
    return wanted > newest_wanted and spare > 0 and (unhealthy > 0 or healthy_spare)


def _total(sets: Sequence[Manifest], name: str) -> int:
    return sum(_told(each, name) for each in sets)


def _told(workload: Mapping[str, Any], name: str) -> int:
    return int((workload.get("status") or {}).get(name, 0))
