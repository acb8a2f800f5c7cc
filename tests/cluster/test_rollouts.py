"""Random rollouts under a watcher: no start or stop crosses the bounds of the operator's last write."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.podwatch import Happening, watching
from tests.cluster.rig import Kubectl, wait_for
from tests.soak import SEED, sample

pytestmark = pytest.mark.usefixtures("operator")

SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 10, 12, 15, 20, 30, 50)
PERCENTS = ((100, 200), (50, 100), (50, 200), (75, 130), (0, 100), (100, 150), (90, 120), (25, 110))
BATCH = 10  # services that roll out at the same time


@dataclass(frozen=True)
class Step:
    """Something that a person does, so many seconds after the rollout has begun."""

    at: float
    spec: dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """One service and what happens to it."""

    name: str
    desired: int
    percents: tuple[int, int]
    steps: tuple[Step, ...]

    def document(self) -> ecs.Document:
        """The service before anything happens to it."""
        low, high = self.percents
        bounds = {"minimumHealthyPercent": low, "maximumPercent": high}
        return ecs.service(self.name, self.desired, deploymentConfiguration=bounds)


def _scenario(number: int) -> Scenario:
    """A rollout, mostly scaled on its way; sometimes overtaken by another, or failing until that one comes."""
    chance = random.Random(SEED + number)  # noqa: S311 - a choice of tests, no secret
    fails = chance.random() < 0.25
    steps = [_rollout(chance, 0.0, fails=fails)]
    at = 0.0
    for _ in range(chance.randint(0, 3)):
        at += chance.uniform(0.2, 2.5)
        steps.append(Step(at, {"desiredCount": chance.choice(SIZES)}))
    if fails or chance.random() < 0.4:
        steps.append(_rollout(chance, at + chance.uniform(0.5, 2.5), fails=False))
    return Scenario(f"web-{number}", chance.choice(SIZES), chance.choice(PERCENTS), tuple(steps))


def _rollout(chance: random.Random, at: float, *, fails: bool) -> Step:
    delay = f"{chance.randint(0, 3000)}ms"
    notes = ecs.kwok(ready_delay=delay) | {"play.kwok/waiting": "ErrImagePull" if fails else None, "at": f"{at:.3f}"}
    return Step(at, {"kubernetes": {"podAnnotations": notes}})


def _batches() -> Iterator[list[int]]:
    chosen = sample(range(200), 20)
    for start in range(0, len(chosen), BATCH):
        yield chosen[start : start + BATCH]


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("numbers", list(_batches()), ids=lambda numbers: f"{numbers[0]}-{numbers[-1]}")
def test_no_start_or_stop_crosses_the_bounds(kubectl: Kubectl, numbers: list[int]) -> None:
    scenarios = [_scenario(number) for number in numbers]
    names = [each.name for each in scenarios]
    kubectl.apply([ecs.account(), ecs.task_definition(), *(each.document() for each in scenarios)])
    ecs.wait_ready(kubectl, "ecsservice", *names, timeout=120)
    with watching(kubectl) as seen:
        _act(kubectl, scenarios)
        wait_for(lambda: _settled(kubectl, names), 240, "all rollouts have come to an end")
    assert sum(each.kind == "Pod" and each.type == "DELETED" for each in seen) > len(scenarios), "nothing was replaced"
    for scenario in scenarios:
        own = [each for each in seen if each.service == scenario.name]
        crossed = list(crossings(own))
        assert crossed == [], "\n".join([str(scenario), *map(str, own), *crossed])


def _act(kubectl: Kubectl, scenarios: list[Scenario]) -> None:
    begun = time.monotonic()
    due = sorted(((step.at, each.name, step.spec) for each in scenarios for step in each.steps), key=lambda it: it[0])
    for at, name, spec in due:
        time.sleep(max(begun + at - time.monotonic(), 0.0))  # the scenario's own pace
        kubectl.patch("ecsservice", name, {"spec": spec})


def _settled(kubectl: Kubectl, names: list[str]) -> bool:
    found = {each["metadata"]["name"]: each for each in kubectl.list("ecsservice")}
    waiting = [name for name in names if not ecs.is_ready(found[name]) and not _blocked(found[name])]
    assert not waiting, waiting
    return True


def _blocked(service: ecs.Document) -> bool:
    """Its percents leave no room at the count that it has come to, and it says so."""
    return ecs.answered(service) and ecs.condition(service, "Ready").get("reason") == "DeploymentBlocked"


# The replay


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
        """Forget bounds that nothing depends on any more."""
        counts = {uid: sum(self.owners[name] == uid for name in self.ready) for uid in self.wanted}
        if self.observed and counts == self.wanted:
            self.bounds = self.bounds[-1:]


def crossings(happenings: Iterable[Happening]) -> Iterator[str]:
    """What crossed the bounds, in words."""
    replay = Replay()
    for each in happenings:
        yield from _TAKE[each.kind](replay, each)
        replay.settle()


def _take_deployment(replay: Replay, happening: Happening) -> Iterator[str]:
    yield from ()
    spec, status = happening.object["spec"], happening.object.get("status") or {}
    rolling = spec["strategy"]["rollingUpdate"]
    bounds = (spec["replicas"] + rolling["maxSurge"], spec["replicas"] - rolling["maxUnavailable"])
    replay.bounds.append(bounds)
    replay.observed = status.get("observedGeneration", 0) >= happening.object["metadata"]["generation"]


def _take_replica_set(replay: Replay, happening: Happening) -> Iterator[str]:
    yield from ()
    uid, wanted = happening.object["metadata"]["uid"], happening.object["spec"]["replicas"]
    if happening.type == "DELETED":
        replay.wanted.pop(uid, None)
        return
    if wanted < replay.wanted.get(uid, 0):
        replay.shrunk(uid, ecs.status(happening.object).get("readyReplicas", 0))
    replay.wanted[uid] = wanted


def _take_pod(replay: Replay, happening: Happening) -> Iterator[str]:
    metadata = happening.object["metadata"]
    name, owner = metadata["name"], metadata["ownerReferences"][0]["uid"]
    before = replay.ready.get(name)
    if metadata.get("deletionTimestamp") or happening.type == "DELETED":
        replay.ready.pop(name, None)
        healthy, lowest = sum(replay.ready.values()), min((low for _, low in replay.bounds), default=0)
        spent = before is False or (before and healthy < lowest)
        if spent and not replay.gives_up(owner) and before:
            yield f"{happening.version}: the stop of {name} leaves {healthy} healthy, at least {lowest} are wanted"
        return
    replay.owners[name] = owner
    ready = _is_ready(happening.object)
    if ready != before:
        replay.ready.pop(name, None)  # the newest is last
    replay.ready[name] = ready
    highest = max((high for high, _ in replay.bounds), default=0)
    if before is None and replay.bounds and replay.alive() > highest:
        yield f"{happening.version}: the start of {name} makes {replay.alive()}, at most {highest} are allowed"


_TAKE: dict[str, Callable[[Replay, Happening], Iterator[str]]] = {
    "Deployment": _take_deployment,
    "ReplicaSet": _take_replica_set,
    "Pod": _take_pod,
}


def _is_ready(pod: ecs.Document) -> bool:
    return any(each["type"] == "Ready" and each["status"] == "True" for each in ecs.status(pod).get("conditions", ()))
