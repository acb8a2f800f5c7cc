"""Pods whose deletion was seen, and which of them their service's scheduler deleted (plan.scalein)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kubecs.controllers.cache import Cache
from kubecs.controllers.leading import Standing
from kubecs.plan import runs
from kubecs.plan.scalein import beside, has_moved_on, is_too_many
from kubecs.translate import labels

Pod = dict[str, Any]

OWNERS = frozenset({"ReplicaSet", "DaemonSet"})  # what owns the Pods of services
LAG_SECONDS = 5.0  # for so long other watches may be behind that of the Pods; what changes later has other causes


@dataclass(frozen=True, slots=True)
class Leaving:
    """A Pod that goes: how many tasks of its deployment were left when that was first seen, and the time then."""

    others: int
    since: float


class ScaleIn:
    """Judges each Pod that goes at the first sign of that, and again until it has gone and is recorded.

    Attributes:
        scaled_in: Uids of Pods that went because fewer were wanted.
    """

    def __init__(self, standing: Standing, clock: Callable[[], float]) -> None:
        """Prepares it.

        Args:
            standing: Until the first lists are there, nobody is judged.
            clock: Seconds.
        """
        self.scaled_in: set[str] = set()
        self._leaving: dict[str, Leaving] = {}
        self._unjudged: dict[str, Pod] = {}  # as each was when its deletion was first seen: that says since when
        self._standing = standing
        self._clock = clock

    def notice(self, cache: Cache, pod: Pod, *, in_time: bool) -> None:
        """Look at a Pod that goes, at every event of it.

        Args:
            cache: What is known of everything else.
            pod: The Pod.
            in_time: Its deletion is seen at the first event of it.
        """
        metadata = pod["metadata"]
        owner = next((each for each in metadata.get("ownerReferences") or () if each["kind"] in OWNERS), None)
        if owner is None or metadata["uid"] in self.scaled_in:
            return
        if owner["kind"] == "DaemonSet":
            by_scheduler = has_moved_on(cache.get("DaemonSet", metadata["namespace"], owner["name"]), pod)
        elif self._standing.synced:
            by_scheduler = self._is_too_many(cache, pod, owner["name"], in_time=in_time)
        else:
            self._unjudged.setdefault(metadata["uid"], pod)
            return
        if by_scheduler:
            self.scaled_in.add(metadata["uid"])

    def _is_too_many(self, cache: Cache, pod: Pod, replica_set: str, *, in_time: bool) -> bool:
        uid, namespace, now = pod["metadata"]["uid"], pod["metadata"]["namespace"], self._clock()
        first = self._unjudged.pop(uid, None)
        if uid not in self._leaving:
            owner = runs.annotations_of(pod).get(labels.OWNER_OBJECT, "")
            tasks = cache.summaries("service", namespace, owner)
            others = beside(first or pod, tasks, in_time=in_time and first is None)
            self._leaving[uid] = Leaving(others, now)
        leaving = self._leaving[uid]
        return now - leaving.since <= LAG_SECONDS and is_too_many(
            pod,
            leaving.others,
            cache.get("ReplicaSet", namespace, replica_set),
            cache.get("Deployment", namespace, replica_set.rpartition("-")[0]),
        )

    def went(self, cache: Cache, pod: Pod) -> bool:
        """Whether a Pod that is gone went because fewer were wanted: the last look, when its record is due."""
        self.notice(cache, pod, in_time=False)
        return pod["metadata"]["uid"] in self.scaled_in

    def forget(self, uid: str) -> None:
        """Nothing is left to be done about a Pod that is gone."""
        self.scaled_in.discard(uid)
        self._leaving.pop(uid, None)
        self._unjudged.pop(uid, None)
