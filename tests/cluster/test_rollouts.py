"""Random rollouts under a watcher: no start or stop crosses the bounds of the operator's last write."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.boundsreplay import crossings
from tests.cluster.podwatch import watching
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
