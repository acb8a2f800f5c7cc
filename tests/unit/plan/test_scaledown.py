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


def written(found: ServiceSnapshot, **status: int) -> ServiceSnapshot:
    """The same after the Deployment is written as it should be, and its controller has looked at it, unless not."""
    shown = live(applied(plan_service(found, NOW), "Deployment"))
    shown["status"] |= status
    return replace(found, deployment=shown)


def fallen(found: ServiceSnapshot, desired: int) -> ServiceSnapshot:
    return replace(found, service=service(desiredCount=desired, **BOUNDS))


def test_what_the_controller_may_have_started_since_is_held_too() -> None:
    seen = written(rolling(5, 3, carried=10, desired=10))  # it allows 10: two more of the newest may be there by now
    assert strategy(fallen(seen, 7))["maxSurge"] == 3
    wide = {"deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 200}}
    full = replace(rolling(5, 10, carried=10, desired=10), service=service(desiredCount=10, **wide))
    assert strategy(fallen(written(full), 7))["maxSurge"] == 8, "the newest has all it wants: the others only shrink"


def test_what_is_held_is_not_let_go_by_halves() -> None:
    seen = written(fallen(written(rolling(5, 3, carried=10, desired=10)), 7))
    assert [step for step in plan_service(seen, NOW).steps if "kind': 'Deployment'" in str(step)] == []
    assert strategy(fallen(seen, 4)) == {"replicas": 4, "paused": True, "maxSurge": 6, "maxUnavailable": 2}


def test_a_rollout_that_may_have_begun_unseen_is_held() -> None:
    begun = rolling(10, 0, carried=10, desired=10)
    assert strategy(fallen(written(begun, observedGeneration=0), 7))["paused"]
    assert not strategy(fallen(written(begun, observedGeneration=1), 7))["paused"]


def test_a_rise_while_there_are_too_many_holds_them_too() -> None:
    found = rolling(23, 16, carried=2, desired=10)
    assert strategy(found) == {"replicas": 10, "paused": True, "maxSurge": 29, "maxUnavailable": 5}
    assert not strategy(rolling(23, 16, carried=10, desired=10))["paused"]


def test_a_task_too_many_is_stopped_though_the_percents_leave_no_room() -> None:
    assert not strategy(rolling(1, 1, carried=1, desired=1))["paused"]
    assert strategy(rolling(1, 0, carried=1, desired=1))["paused"]


def test_a_rise_and_a_fall_outside_a_rollout_take_one_write() -> None:
    assert not strategy(rolling(5, 5, carried=10, desired=12))["paused"]
    assert not strategy(rolling(0, 10, carried=10, desired=7))["paused"]
