"""A fall of the count in the middle of a rollout: held first, then let go."""

from dataclasses import replace
from typing import Any

from kubecs.plan.scaledown import DESIRED_REPLICAS
from kubecs.plan.service import plan_service
from kubecs.plan.snapshot import ServiceSnapshot
from tests.unit.plan.services import NOW, applied, deployed, live, replica_set, service

BOUNDS = {"deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 100}}


def rolling(old: int, new: int, carried: int, desired: int) -> ServiceSnapshot:
    found = deployed()
    ident = found.service_revisions[0]["data"]["deploymentId"]
    note = {DESIRED_REPLICAS: str(carried)}
    return replace(
        found,
        service=service(desiredCount=desired, **BOUNDS),
        replica_sets=(replica_set("ecs-svc/1", old, **note), replica_set(ident, new, **note)),
    )


def strategy(found: ServiceSnapshot) -> dict[str, Any]:
    written = applied(plan_service(found, NOW), "Deployment")["spec"]
    rolling = written["strategy"]["rollingUpdate"]
    return {"replicas": written["replicas"], "paused": written.get("paused", False), **rolling}


def test_the_first_write_holds_the_replica_sets_as_they_are() -> None:
    found = rolling(5, 5, carried=10, desired=7)
    assert strategy(found) == {"replicas": 7, "paused": True, "maxSurge": 3, "maxUnavailable": 3}


def test_it_never_holds_less_than_the_true_surge() -> None:
    found = rolling(5, 5, carried=10, desired=7)
    wide = {"deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 200}}
    assert strategy(replace(found, service=service(desiredCount=7, **wide)))["maxSurge"] == 7


def test_the_second_write_lets_go_once_all_carry_the_new_count() -> None:
    found = rolling(5, 5, carried=10, desired=7)
    held = replace(found, deployment=live(applied(plan_service(found, NOW), "Deployment")))
    assert [step for step in plan_service(held, NOW).steps if "Deployment" in str(step)] == []
    told = rolling(5, 5, carried=7, desired=7)
    assert strategy(told) == {"replicas": 7, "paused": False, "maxSurge": 1, "maxUnavailable": 3} | {"maxSurge": 0}


def test_a_rise_and_a_fall_outside_a_rollout_take_one_write() -> None:
    assert not strategy(rolling(5, 5, carried=10, desired=12))["paused"]
    assert not strategy(rolling(0, 10, carried=10, desired=7))["paused"]
