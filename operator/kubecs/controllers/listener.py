"""Told of every change in the cache: enqueues the keys that it concerns, and keeps what only an event shows."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from kubecs.controllers.burst import Burst
from kubecs.controllers.cache import Cache
from kubecs.controllers.keys import Key
from kubecs.controllers.leading import Standing
from kubecs.controllers.queue import Priority, Queue
from kubecs.controllers.routing import ROUTES
from kubecs.controllers.scalein import ScaleIn
from kubecs.kube.resources import PLURALS
from kubecs.kube.store import Change
from kubecs.metrics.registry import Metrics
from kubecs.plan import phases, runs
from kubecs.plan.summary import TaskSummary

log = logging.getLogger("kubecs")

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

GONE_SECONDS = 1.0  # a deleted Pod needs only its record: what a rollout still has to do goes first

DIGEST_SECONDS = 0.3  # what an image turned out to be is not needed before the next deployment: others go first


class Listener:
    """The cache's listener.

    Attributes:
        cache: Set once the cache is made, which needs the listener first.
        gone: Deleted Pods by (namespace, name), until they are recorded.
        deleted_revisions: Task definition revisions that somebody deleted, likewise, until that is dealt with.
        dealt_with: The resourceVersion up to which the leader has dealt with deletions of Pods, where that is another.
        scale_in: Which Pods go because fewer are wanted.
        burst: Many task definitions that come in at once.
    """

    def __init__(
        self, queue: Queue[Key], metrics: Metrics, standing: Standing, clock: Callable[[], float] = time.time
    ) -> None:
        self.cache: Cache | None = None
        self.gone: dict[tuple[str, str], list[Pod]] = {}
        self.deleted_revisions: dict[tuple[str, str], dict[str, Any]] = {}
        self.dealt_with: Callable[[], int] = lambda: 0
        self.scale_in = ScaleIn(standing, clock)
        self.burst = Burst(queue)
        self._queue = queue
        self._metrics = metrics
        self._standing = standing
        self._clock = clock
        self._left_to_the_leader = False  # something has changed while another replica led
        self._forgotten_up_to = 0
        self._gone_by: dict[str, int] = {}  # by uid of a standby's: the resourceVersion by which the Pod had gone

    def changed(self, kind: str, change: Change) -> None:
        """Enqueue every key that a change concerns; what the first lists bring waits behind events."""
        if self.cache is None:
            raise RuntimeError("the listener has no cache yet")
        if kind == "Pod":
            self._pod_changed(self.cache, change)
        elif kind == "ECSTaskRecord" and change.new is not None:
            self._recorded(change.new)
        elif kind == "ECSTaskDefinitionRevision":
            self._revision_changed(change)
        elif kind == "ECSTaskDefinition" and change.new is not None and not _only_told(change):
            self.burst.note()
        for key in ROUTES[kind](self.cache, change):
            self._enqueue(key, kind, change)

    def unreadable(self, kind: str, namespace: str, name: str, error: Exception) -> None:
        """An object carries our labels and makes no sense: it was left out of the cache."""
        self._metrics.count("ecs_operator_unreadable_objects_total", resource=PLURALS[kind])
        facts = {"object": f"{kind}/{namespace}/{name}", "error": repr(error)}
        log.warning("left out, since somebody has made it unreadable", extra=facts)

    def take_over(self, kinds: Iterable[str]) -> None:
        """This replica leads from now on: ask for a look at all that may have changed while another one did."""
        if self.cache is None or not self._left_to_the_leader:
            return
        self._left_to_the_leader = False
        named = [Key(kind, *each) for kind in kinds for each in self.cache.keys(kind)]
        families = [Key("ECSTaskDefinition", *each) for each in self.cache.families()]
        gone = [Key("Pod", *each) for each in self.gone]
        deleted = [Key("ECSTaskDefinitionRevision", *each) for each in self.deleted_revisions]
        for key in (*named, *families, *gone, *deleted):
            self._queue.add(key, Priority.RESYNC)

    def _enqueue(self, key: Key, kind: str, change: Change) -> None:
        if self._standing.synced and not self._standing.leading:
            self._left_to_the_leader = True  # a standby's queue would only grow
        elif key.kind == kind == "Pod" and change.type == "DELETED":
            self._queue.add_after(key, GONE_SECONDS, Priority.REPORT)
        elif key.kind in SUMMARIES and key.kind != kind:
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

    def _pod_changed(self, cache: Cache, change: Change) -> None:
        if change.type == "DELETED":
            self._keep(cache, change.last, change.resource_version)
        elif change.type == "ADDED" and change.old is not None:
            self._keep(cache, change.old, change.resource_version)  # another Pod took its name before its end was seen
        elif change.last["metadata"].get("deletionTimestamp"):
            self.scale_in.notice(cache, change.last, in_time=True)
        after = cache.tasks.get((change.namespace, change.name)) if change.new is not None else None
        if after is not None and self._standing.leading and after.owner_uid:
            self._count_placement(change.namespace, change.before, after)
            if change.before is not None and after.running and not change.before.running:
                self._started(change.namespace, after, change.last)

    def _count_placement(self, namespace: str, before: TaskSummary | None, after: TaskSummary) -> None:
        """Each answer of the scheduler once: a node, or a reason that it had not given before."""
        where = {"namespace": namespace, "cluster": after.cluster}
        if after.node and (before is None or not before.node):
            self._metrics.count("ecs_task_placement_attempts_total", result="placed", **where)
        elif after.unplaced_reason and (before is None or before.unplaced_reason != after.unplaced_reason):
            self._metrics.count("ecs_task_placement_attempts_total", result="failed", **where)
            self._metrics.count("ecs_task_placement_failures_total", reason=after.unplaced_reason, **where)

    def _keep(self, cache: Cache, pod: Pod, at: int) -> None:
        """The final state of a deleted Pod is in the event alone; what is recorded already needs nothing more."""
        self.scale_in.notice(cache, pod, in_time=False)
        metadata = pod["metadata"]
        if cache.holds("ECSTaskRecord", metadata["namespace"], runs.task_id(pod)):
            self.scale_in.forget(metadata["uid"])
            return
        self.gone.setdefault((metadata["namespace"], metadata["name"]), []).append(pod)
        if not self._standing.leading:
            self._gone_by[metadata["uid"]] = at
            self._forget_dealt_with()

    def _forget_dealt_with(self) -> None:
        """Not every deletion leaves a record that would tell."""
        mark = self.dealt_with()
        if mark <= self._forgotten_up_to:
            return
        self._forgotten_up_to = mark
        for pod in [each for pods in self.gone.values() for each in pods]:
            if self._gone_by.get(pod["metadata"]["uid"], mark + 1) <= mark:  # one from when this replica led stays
                self.forget(pod)

    def is_scaled_in(self, pod: Pod) -> bool:
        """Whether a Pod that is gone went because fewer were wanted."""
        return self.cache is not None and self.scale_in.went(self.cache, pod)

    def _started(self, namespace: str, task: TaskSummary, pod: Pod) -> None:
        """Seen to reach RUNNING, so each task is observed once, by the leader alone."""
        if not task.launch_type or task.restarts:
            return
        now, common = self._clock(), {"namespace": namespace, "cluster": task.cluster, "launch_type": task.launch_type}
        origin = "service" if task.service else "run_task"
        seconds = max(now - task.created_epoch, 0.0)
        self._metrics.observe("ecs_task_start_duration_seconds", seconds, origin=origin, **common)
        for phase, took in phases.of_start(pod, now).items():
            self._metrics.observe("ecs_task_phase_duration_seconds", took, phase=phase, **common)

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
        self._gone_by.pop(metadata["uid"], None)
        self.scale_in.forget(metadata["uid"])


def _only_told(change: Change) -> bool:
    """Only the status of the object was written."""
    before, after = change.old, change.new
    return before is not None and after is not None and _wishes(before) == _wishes(after)


def _wishes(obj: dict[str, Any]) -> dict[str, Any]:
    metadata = {name: value for name, value in obj["metadata"].items() if name != "resourceVersion"}
    return obj | {"metadata": metadata, "status": None}
