"""Whether a service's scheduler deleted a Pod: its ReplicaSet, since fewer were wanted, or its DaemonSet, moved on."""

from collections.abc import Iterable, Mapping
from typing import Any

from kubecs.plan import runs, taskstate
from kubecs.plan.containerstate import STOPPED
from kubecs.plan.runs import Pod
from kubecs.plan.summary import TaskSummary
from kubecs.translate import labels

Object = Mapping[str, Any]


def beside(pod: Pod, tasks: Iterable[TaskSummary], *, in_time: bool) -> int:
    """How many tasks of its deployment a Pod leaves behind, which its ReplicaSet counts.

    Tasks that came to be after its deletion was asked for are its replacements, which a Pod too many gets none of.

    Args:
        pod: The Pod, whose deletion was asked for.
        tasks: All tasks of its service.
        in_time: Nothing can have replaced it yet: the deletion was seen when it was asked for. Times are in whole
            seconds, so what is as old as the deletion is else taken for a replacement.
    """
    asked = taskstate.deletion_asked_at(pod)
    latest = None if asked is None else asked.timestamp() - (0 if in_time else 1)
    label = runs.labels_of(pod).get(labels.DEPLOYMENT)
    return sum(
        task.deployment == label
        and task.uid != pod["metadata"]["uid"]
        and task.stays
        and task.last_status != STOPPED
        and (latest is None or task.created_epoch <= latest)
        for task in tasks
    )


def is_too_many(pod: Pod, others: int, replica_set: Object | None, deployment: Object | None) -> bool:
    """Whether a Pod of a ReplicaSet went because it was one too many.

    The Pod's ReplicaSet deletes Pods as long as it has more than it wants. What is known of it may be older than the
    Pod's end, or newer; what we wrote to the Deployment is known in time. Each of them alone is proof.

    Args:
        pod: The Pod.
        others: See `beside`, as counted when the deletion was first seen.
        replica_set: The Pod's ReplicaSet, None when it is gone.
        deployment: Its Deployment, likewise.
    """
    if replica_set is None or deployment is None or has_moved_on(deployment, pod):
        return True
    wants, has = _wanted(replica_set), (replica_set.get("status") or {}).get("replicas", 0)
    return bool(wants < has or min(wants, _wanted(deployment)) <= others)


def _wanted(workload: Object) -> int:
    return int(workload["spec"].get("replicas", 1))


def has_moved_on(workload: Object | None, pod: Pod) -> bool:
    """Whether the Pod's Deployment or DaemonSet is gone, or has the template of another deployment by now."""
    if workload is None:
        return True
    shown = runs.labels_of(workload["spec"]["template"]).get(labels.DEPLOYMENT)
    return shown != runs.labels_of(pod).get(labels.DEPLOYMENT)
