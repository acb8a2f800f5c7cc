"""What crossed the bounds of a service's Deployment, found by going through all that its watches saw, in order.

The bounds are those of the operator's last write that the Deployment's controller has seen. Only what the scheduler
decides is held against them: what people, nodes and containers do crosses them as it likes, and what was decided before
the controllers knew of that was right when it was decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from tests.cluster import ecs
from tests.cluster.podwatch import Happening


@dataclass
class Replay:
    """A service's Pods and the bounds that hold, as they were after each write.

    `bounds` are those of the newest write that the Deployment's controller has seen, and of those before it until all
    ReplicaSets have as many Pods as they want: what was decided before may still be on its way.
    """

    ready: dict[str, bool] = field(default_factory=dict)  # Pods that nobody has told to stop
    owners: dict[str, str] = field(default_factory=dict)
    wanted: dict[str, int] = field(default_factory=dict)
    bounds: list[tuple[int, int]] = field(default_factory=list)
    observed: bool = False
    given_up: dict[str, int] = field(default_factory=dict)  # by ReplicaSet, see `shrunk`
    lost: set[str] = field(default_factory=set)  # Pods, see `loses`
    counted: bool = True  # the Deployment's controller knows of all that is lost
    over: bool = False  # the Deployment is deleted, and all of its Pods with it

    def healthy(self) -> int:
        """How many healthy Pods there are as far as those who decide can know."""
        return sum(self.ready.values()) + len(self.lost)

    def loses(self, name: str) -> None:
        """A healthy Pod is taken away, or is healthy no more, by nobody's decision.

        Until the Deployment's controller has counted again, and all that it decided before is carried out, it counts.
        """
        self.lost.add(name)
        self.counted = False

    def alive(self) -> int:
        """How many Pods there are, without those that their ReplicaSet does not want any more.

        The scheduler has decided to stop those; that a ReplicaSet's controller needs some milliseconds to delete them,
        while another already starts its own, is so with every Deployment.
        """
        counts = Counter(self.owners[name] for name in self.ready)
        return sum(min(count, self.wanted.get(uid, 0)) for uid, count in counts.items())

    def shrunk(self, uid: str, known_ready: int) -> None:
        """A ReplicaSet wants fewer Pods.

        That was decided by what its status said of them, so it gives up as many unhealthy tasks as were not ready then,
        or not known to be, though they may have become ready on the way. Which of its Pods go for them nobody decides:
        those that have just become ready are alike to its controller, which then chooses by their uids.
        """
        self.given_up[uid] = sum(self.owners[name] == uid for name in self.ready) - known_ready

    def gives_up(self, uid: str) -> bool:
        """Whether one more stop is that of a task given up as unhealthy; counts it if so."""
        left = self.given_up.get(uid, 0)
        self.given_up[uid] = left - 1
        return left > 0

    def settle(self) -> None:
        """Forget bounds and losses that nothing depends on any more."""
        counts = {uid: sum(self.owners[name] == uid for name in self.ready) for uid in self.wanted}
        if not (self.observed and counts == self.wanted):
            return
        self.bounds = self.bounds[-1:]
        if self.counted:
            self.lost.clear()


def by_deployment(happenings: Collection[Happening]) -> dict[str, list[Happening]]:
    """The happenings of each Deployment with its ReplicaSets and Pods, by the Deployment's uid, in order."""
    sets = {each.uid: each.owner for each in happenings if each.kind == "ReplicaSet"}
    found: dict[str, list[Happening]] = {each.uid: [] for each in happenings if each.kind == "Deployment"}
    for each in happenings:
        belongs_to = {"Deployment": each.uid, "ReplicaSet": each.owner}.get(each.kind) or sets.get(each.owner, "")
        if belongs_to in found:
            found[belongs_to].append(each)
    return found


def crossings(happenings: Iterable[Happening], taken: Collection[str] = ()) -> Iterator[str]:
    """What crossed the bounds, in words.

    Args:
        happenings: Those of one Deployment, its ReplicaSets and Pods.
        taken: Uids of Pods that somebody else than the scheduler deleted; those that were evicted and the like say so.
    """
    replay = Replay()
    for each in happenings:
        found = list(_TAKE[each.kind](replay, each, taken))
        if not replay.over:
            yield from found
        replay.settle()


def _take_deployment(replay: Replay, happening: Happening, _taken: Collection[str]) -> Iterator[str]:
    yield from ()
    replay.over = replay.over or happening.type == "DELETED" or happening.is_going
    spec, status = happening.object["spec"], ecs.status(happening.object)
    rolling = spec["strategy"]["rollingUpdate"]
    bounds = (spec["replicas"] + rolling["maxSurge"], spec["replicas"] - rolling["maxUnavailable"])
    replay.bounds.append(bounds)
    replay.observed = status.get("observedGeneration", 0) >= happening.object["metadata"]["generation"]
    replay.counted = replay.counted or status.get("readyReplicas", 0) <= sum(replay.ready.values())


def _take_replica_set(replay: Replay, happening: Happening, _taken: Collection[str]) -> Iterator[str]:
    yield from ()
    uid, wanted = happening.uid, happening.object["spec"]["replicas"]
    if happening.type == "DELETED":
        replay.wanted.pop(uid, None)
        return
    if wanted < replay.wanted.get(uid, 0):
        replay.shrunk(uid, ecs.status(happening.object).get("readyReplicas", 0))
    replay.wanted[uid] = wanted


def _take_pod(replay: Replay, happening: Happening, taken: Collection[str]) -> Iterator[str]:
    name = happening.object["metadata"]["name"]
    before = replay.ready.get(name)
    if happening.is_going or happening.type == "DELETED":
        replay.ready.pop(name, None)
        if before is not None:
            yield from _take_end(replay, happening, taken, was_ready=before)
        return
    replay.owners[name] = happening.owner
    ready = _is_true(happening.object, "Ready")
    if ready != before:
        replay.ready.pop(name, None)  # the newest is last
    replay.ready[name] = ready
    if ready:
        replay.lost.discard(name)
    elif before:
        replay.loses(name)
    highest = max((high for high, _ in replay.bounds), default=0)
    if before is None and replay.bounds and replay.alive() > highest:
        yield f"{happening.version}: the start of {name} makes {replay.alive()}, at most {highest} are allowed"


def _take_end(replay: Replay, happening: Happening, taken: Collection[str], *, was_ready: bool) -> Iterator[str]:
    name = happening.object["metadata"]["name"]
    if happening.uid in taken or _is_true(happening.object, "DisruptionTarget"):
        if was_ready:
            replay.loses(name)
        return
    lowest = min((low for _, low in replay.bounds), default=0)
    healthy = replay.healthy()
    spent = not was_ready or healthy < lowest
    if spent and not replay.gives_up(happening.owner) and was_ready:
        yield f"{happening.version}: the stop of {name} leaves {healthy} healthy, at least {lowest} are wanted"


_TAKE: dict[str, Callable[[Replay, Happening, Collection[str]], Iterator[str]]] = {
    "Deployment": _take_deployment,
    "ReplicaSet": _take_replica_set,
    "Pod": _take_pod,
}


def _is_true(pod: ecs.Document, condition: str) -> bool:
    found = ecs.status(pod).get("conditions", ())
    return any(each["type"] == condition and each["status"] == "True" for each in found)
