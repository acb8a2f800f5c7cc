"""Told of every change in the cache: enqueues the keys that it concerns, and keeps what only an event shows."""

import time
from collections.abc import Callable
from typing import Any

from kubecs.controllers.cache import Cache
from kubecs.controllers.keys import Key
from kubecs.controllers.leading import Standing
from kubecs.controllers.queue import Priority, Queue
from kubecs.controllers.routing import ROUTES
from kubecs.kube.store import Change
from kubecs.metrics.registry import Metrics
from kubecs.plan import runs, taskstate
from kubecs.plan.summary import TaskSummary
from kubecs.translate import labels

Pod = dict[str, Any]

# Kinds that sum up many others: a change of one of these makes them look once it has been quiet for a moment. All that
# others have to do with a family is told in its status.
SUMMARIES = {"ECSAccount": Priority.EVENT, "ECSCluster": Priority.EVENT, "ECSTaskDefinition": Priority.REPORT}
SUMMARY_SECONDS = 0.1


# What becomes of a service is in the status of many objects, which change in bursts: one look answers a whole burst.
CHILDREN = frozenset(
    {
        "ControllerRevision",
        "DaemonSet",
        "Deployment",
        "ECSTaskRecord",
        "ExternalSecret",
        "Pod",
        "PodDisruptionBudget",
        "ReplicaSet",
        "RoleBinding",
        "ServiceAccount",
    }
)
BURST_SECONDS = 0.05

DIGEST_SECONDS = 0.3  # what an image turned out to be is not needed before the next deployment: others go first
OWNERS = frozenset({"ReplicaSet", "DaemonSet"})  # what owns the Pods of services


class Listener:
    """The cache's listener.

    Attributes:
        cache: Set once the cache is made, which needs the listener first.
        gone: Deleted Pods by (namespace, name), until they are recorded.
        deleted_revisions: Task definition revisions that somebody deleted, likewise, until that is dealt with.
        scaled_in: Uids of Pods that went because their ReplicaSet wanted fewer.
    """

    def __init__(
        self, queue: Queue[Key], metrics: Metrics, standing: Standing, clock: Callable[[], float] = time.time
    ) -> None:
        self.cache: Cache | None = None
        self.gone: dict[tuple[str, str], list[Pod]] = {}
        self.deleted_revisions: dict[tuple[str, str], dict[str, Any]] = {}
        self.scaled_in: set[str] = set()
        self._deleting: set[str] = set()
        self._unjudged: dict[str, Pod] = {}  # as each was when its deletion was first seen: that says since when
        self._queue = queue
        self._metrics = metrics
        self._standing = standing
        self._clock = clock

    def changed(self, kind: str, change: Change, before: object) -> None:
        """Enqueue every key that a change concerns; what the first lists bring waits behind events."""
        if self.cache is None:
            raise RuntimeError("the listener has no cache yet")
        if kind == "Pod":
            self._pod_changed(self.cache, change, before)
        elif kind == "ECSTaskRecord" and change.new is not None:
            self._recorded(change.new)
        elif kind == "ECSTaskDefinitionRevision":
            self._revision_changed(change)
        for key in ROUTES[kind](self.cache, change):
            self._enqueue(key, kind, change)

    def _enqueue(self, key: Key, kind: str, change: Change) -> None:
        if key.kind in SUMMARIES and key.kind != kind:
            self._queue.add_after(key, SUMMARY_SECONDS, SUMMARIES[key.kind])
        elif key.kind == "ECSTaskDefinitionRevision" and kind == "Pod":
            self._queue.add_after(key, DIGEST_SECONDS, Priority.REPORT)
        elif not self._standing.synced:
            self._queue.add(key, Priority.RESYNC)
        elif key.kind == kind == "ECSTaskDefinitionRevision" and change.new is not None:
            self._queue.add(key, Priority.REPORT)
        elif key.kind == "ECSService" and (kind in CHILDREN or (kind == key.kind and _only_told(change))):
            self._queue.add_after(key, BURST_SECONDS, Priority.REPORT)
        else:
            self._queue.add(key)

    def _revision_changed(self, change: Change) -> None:
        key = (change.namespace, change.name)
        if change.type == "DELETED":
            self.deleted_revisions[key] = change.last
        else:
            self.deleted_revisions.pop(key, None)

    def _pod_changed(self, cache: Cache, change: Change, before: object) -> None:
        if change.type == "DELETED":
            self._keep(cache, change.last)
        elif change.type == "ADDED" and change.old is not None:
            self._keep(cache, change.old)  # another Pod took its name before its end was seen
        elif change.last["metadata"].get("deletionTimestamp"):
            self._notice_scale_in(cache, change.last)
        after = cache.tasks.get((change.namespace, change.name))
        if isinstance(before, TaskSummary) and after is not None and after.running and not before.running:
            self._started(change.namespace, after)

    def _keep(self, cache: Cache, pod: Pod) -> None:
        """The final state of a deleted Pod is in the event alone; what is recorded already needs nothing more."""
        self._notice_scale_in(cache, pod)
        metadata = pod["metadata"]
        self._deleting.discard(metadata["uid"])
        if cache.holds("ECSTaskRecord", metadata["namespace"], runs.task_id(pod)):
            self.scaled_in.discard(metadata["uid"])
            self._unjudged.pop(metadata["uid"], None)
            return
        self.gone.setdefault((metadata["namespace"], metadata["name"]), []).append(pod)

    def _notice_scale_in(self, cache: Cache, pod: Pod) -> None:
        """While a ReplicaSet has more Pods than it wants, it is what deletes them.

        Its events may come before or after those of the Pods. What we wrote to the Deployment is known in time, so that
        is asked too, but only at the first sign of a deletion: a moment later the Pod may have been replaced.
        """
        metadata = pod["metadata"]
        owner = next((each for each in metadata.get("ownerReferences") or () if each["kind"] in OWNERS), None)
        if owner is None or metadata["uid"] in self.scaled_in:
            return
        if owner["kind"] == "DaemonSet":
            if _moved_on(cache.get("DaemonSet", metadata["namespace"], owner["name"]), pod):
                self.scaled_in.add(metadata["uid"])
            return
        if not self._standing.synced:
            self._unjudged.setdefault(metadata["uid"], pod)
            return
        pod = self._unjudged.pop(metadata["uid"], pod)
        first = metadata["uid"] not in self._deleting
        self._deleting.add(metadata["uid"])
        replica_set = cache.get("ReplicaSet", metadata["namespace"], owner["name"])
        if replica_set is None or _wants_fewer(replica_set) or (first and _one_too_many(cache, pod, owner["name"])):
            self.scaled_in.add(metadata["uid"])

    def is_scaled_in(self, pod: Pod) -> bool:
        """Whether a Pod went because fewer were wanted. What went while the lists were coming in is judged here."""
        uid = pod["metadata"]["uid"]
        if uid in self._unjudged and self.cache is not None:
            self._notice_scale_in(self.cache, pod)
        return uid in self.scaled_in

    def _started(self, namespace: str, task: TaskSummary) -> None:
        """Seen to reach RUNNING, so each task is observed once, by the leader alone."""
        if self._standing.leading and not task.restarts:
            self._metrics.observe(
                "ecs_task_start_duration_seconds",
                max(self._clock() - task.created_epoch, 0.0),
                namespace=namespace,
                cluster=task.cluster,
                launch_type=task.launch_type,
                origin="service" if task.service else "run_task",
            )

    def _recorded(self, record: dict[str, Any]) -> None:
        """A recorded Pod need not be kept any longer, whichever replica recorded it."""
        metadata = record["metadata"]
        name = (record["spec"].get("kubernetes") or {}).get("podName", "")
        for pod in tuple(self.gone.get((metadata["namespace"], name), ())):
            if runs.task_id(pod) == metadata["name"]:
                self.forget(pod)

    def handled_up_to(self, seen: int) -> int:
        """The resourceVersion up to which no deletion of a Pod is left to be recorded, given the newest one seen."""
        waiting = (int(pod["metadata"]["resourceVersion"]) for pods in self.gone.values() for pod in pods)
        return min(seen, min(waiting, default=seen + 1) - 1)

    def forget(self, pod: Pod) -> None:
        """Nothing is left to be done about a deleted Pod."""
        metadata = pod["metadata"]
        key = (metadata["namespace"], metadata["name"])
        left = [each for each in self.gone.get(key, ()) if each["metadata"]["uid"] != metadata["uid"]]
        if left:
            self.gone[key] = left
        else:
            self.gone.pop(key, None)
        self.scaled_in.discard(metadata["uid"])
        self._deleting.discard(metadata["uid"])
        self._unjudged.pop(metadata["uid"], None)


def _moved_on(daemon_set: dict[str, Any] | None, pod: Pod) -> bool:
    """Whether the Pod's DaemonSet is gone, or has the template of another deployment by now."""
    if daemon_set is None:
        return True
    shown = runs.labels_of(daemon_set["spec"]["template"]).get(labels.DEPLOYMENT)
    return bool(shown != runs.labels_of(pod).get(labels.DEPLOYMENT))


def _one_too_many(cache: Cache, pod: Pod, replica_set: str) -> bool:
    """Whether the Pod's Deployment has moved on, or has as many tasks as it wants without this Pod.

    Tasks that came to be after its deletion was asked for are its replacements, which a Pod too many gets none of.
    """
    metadata = pod["metadata"]
    deployment = cache.get("Deployment", metadata["namespace"], replica_set.rpartition("-")[0])
    label = runs.labels_of(pod).get(labels.DEPLOYMENT)
    if deployment is None or runs.labels_of(deployment["spec"]["template"]).get(labels.DEPLOYMENT) != label:
        return True
    owner = runs.annotations_of(pod).get(labels.OWNER_OBJECT, "")
    asked = taskstate.deletion_asked_at(pod)
    others = sum(
        task.deployment == label
        and task.uid != metadata["uid"]
        and (task.running or task.pending)
        and (asked is None or task.created_epoch < asked.timestamp())
        for task in cache.summaries("service", metadata["namespace"], owner)
    )
    wanted: int = deployment["spec"].get("replicas", 1)
    return bool(others >= wanted)


def _only_told(change: Change) -> bool:
    """Only the status of the object was written."""
    before, after = change.old, change.new
    return before is not None and after is not None and _wishes(before) == _wishes(after)


def _wishes(obj: dict[str, Any]) -> dict[str, Any]:
    metadata = {name: value for name, value in obj["metadata"].items() if name != "resourceVersion"}
    return obj | {"metadata": metadata, "status": None}


def _wants_fewer(replica_set: dict[str, Any]) -> bool:
    has: int = (replica_set.get("status") or {}).get("replicas", 0)
    wants: int = replica_set["spec"].get("replicas", 0)
    return wants < has
