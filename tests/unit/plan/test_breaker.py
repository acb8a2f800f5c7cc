"""The circuit breaker: thresholds, what counts, what sets the count back, and the throttling of failing starts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kubecs.plan.breaker import breaker_of, failures_of
from kubecs.plan.throttle import ended_lately, gap_seconds
from tests.unit.plan.services import NOW, deployed, replica_set


def spec(**given: Any) -> dict[str, Any]:
    breaker = {"enable": True, "rollback": False} | given
    return {"deploymentConfiguration": {"deploymentCircuitBreaker": breaker}}


@pytest.mark.parametrize(
    ("desired", "configuration", "expected"),
    [
        (1, None, 3),
        (25, None, 13),
        (1000, None, 200),
        (10, {"type": "BOUNDED_PERCENT", "value": 80}, 8),
        (1000, {"type": "UNBOUNDED_PERCENT", "value": 50}, 500),
        (1, {"type": "UNBOUNDED_PERCENT", "value": 50}, 1),
        (0, {"type": "UNBOUNDED_PERCENT", "value": 50}, 1),
        (10, {"type": "COUNT", "value": 7}, 7),
    ],
)
def test_threshold(desired: int, configuration: dict[str, Any] | None, expected: int) -> None:
    given = {} if configuration is None else {"thresholdConfiguration": configuration}
    assert breaker_of(spec(**given), desired).threshold == expected


def test_a_service_without_one_has_no_breaker() -> None:
    assert not breaker_of({}, 1).enabled
    assert not breaker_of(spec(enable=False, rollback=True), 1).rollback


def failed(
    *seconds: float, healthy: float = 0.0, before: dict[str, Any] | None = None, **given: Any
) -> tuple[int, str]:
    found = deployed()
    label = found.tasks[0].deployment
    times = tuple(NOW + timedelta(seconds=each) for each in seconds)
    since = NOW.timestamp() + healthy if healthy else 0.0
    seen = replace(found, failures={label: times}, tasks=(replace(found.tasks[0], healthy_since=since),))
    counted = failures_of(seen, label, before or {}, breaker_of(spec(**given), 4), NOW + timedelta(minutes=5))
    return counted.count, counted.healthy_at


def test_failed_tasks_since_one_was_last_healthy_count() -> None:
    assert failed() == (0, "")
    assert failed(1, 2, 3) == (3, "")
    assert failed(1, 2, 3, healthy=2) == (1, "2026-11-24T12:00:02Z")
    assert failed(1, 2, 3, healthy=2, resetOnHealthyTask=False)[0] == 3


def test_failures_are_remembered_when_their_records_have_gone() -> None:
    assert failed(9, before={"failedTasks": 5}) == (5, "")
    known = {"failedTasks": 5, "healthyAt": "2026-11-24T12:00:02Z"}
    assert failed(9, before=known, healthy=2) == (5, "2026-11-24T12:00:02Z")
    assert failed(9, before=known, healthy=4) == (1, "2026-11-24T12:00:04Z")
    assert failed(9, before=known) == (5, "2026-11-24T12:00:02Z")


def test_tasks_that_the_api_server_refuses_fail_as_time_goes_by() -> None:
    found = deployed(1)
    label, ident = found.tasks[0].deployment, found.service_revisions[0]["data"]["deploymentId"]
    refusal = {"type": "ReplicaFailure", "status": "True", "lastTransitionTime": "2026-11-24T12:00:00Z"}
    assert found.deployment is not None
    found.deployment["status"]["conditions"] = [refusal]
    seen = replace(found, replica_sets=(replica_set(ident, 3),))
    counts = [
        failures_of(seen, label, {}, breaker_of(spec(), 4), NOW + timedelta(seconds=seconds)).count
        for seconds in (0, 119, 120, 250)
    ]
    assert counts == [0, 0, 2, 4]


@pytest.mark.parametrize(
    ("spec", "counts"),
    [
        ({}, True),
        ({"startedBy": "ecs-svc/2"}, False),
        ({"stopCode": "ServiceSchedulerInitiated"}, False),
        ({"stoppedAt": "2026-11-24T11:44:00Z"}, False),
    ],
)
def test_tasks_that_end_in_a_row_are_throttled_too(spec: dict[str, str], counts: bool) -> None:
    ended = {"startedBy": "ecs-svc/1", "stopCode": "EssentialContainerExited", "stoppedAt": "2026-11-24T11:59:00Z"}
    assert ended_lately({"spec": ended | spec}, "ecs-svc/1", NOW) is counts


def test_gaps_double_with_each_round_up_to_a_quarter_of_an_hour() -> None:
    assert [gap_seconds(failed, 1) for failed in (0, 2, 3, 6, 9, 300)] == [0, 0, 15, 30, 60, 900]
    assert [gap_seconds(failed, 100) for failed in (99, 100, 200)] == [0, 15, 30]
