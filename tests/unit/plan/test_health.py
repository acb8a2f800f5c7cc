"""Tasks that fail their health checks: when, what is noted on them, and what takes their place."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from kubecs.plan.actions import Delete, Patch, Plan
from kubecs.plan.containerstate import unhealthy_from
from kubecs.plan.service import plan_service
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.timestamps import rfc3339
from kubecs.translate import labels
from tests.unit.plan import pods
from tests.unit.plan.services import NOW, actions, applied, deployed, live, service

TOLD = "(service web) (task abc) failed container health checks."
PROBE = {"readinessProbe": {"periodSeconds": 5, "failureThreshold": 2}}


def checked(found: dict[str, Any], *, ready: bool) -> dict[str, Any]:
    found["spec"]["containers"][0] |= PROBE
    found["status"]["containerStatuses"][0]["ready"] = ready
    return found


def test_a_task_is_unhealthy_when_its_check_can_no_longer_pass_for_the_first_time() -> None:
    running = pods.status("app", pods.running(10))
    notes = {labels.START_PERIODS: json.dumps({"app": 30})}
    seen = checked(pods.pod(running, notes=notes), ready=False)
    assert unhealthy_from(seen) == pods.moment(10 + 30 + 2 * 5).timestamp()
    assert unhealthy_from(checked(pods.pod(running), ready=True)) == 0
    assert unhealthy_from(pods.pod(pods.status("app", pods.running(10)))) == 0


def test_a_check_that_passed_once_makes_it_unhealthy_at_once() -> None:
    lost = {"type": "ContainersReady", "status": "False", "lastTransitionTime": pods.at(60)}
    seen = checked(pods.pod(pods.status("app", pods.running(10)), state={"conditions": [lost]}), ready=False)
    assert unhealthy_from(seen) <= pods.moment(60).timestamp()


def unhealthy(maximum: int = 200, available: int = 2, grace: int = 0, **task: Any) -> ServiceSnapshot:
    """A service of three tasks, of which the first fails its checks from NOW on."""
    found = deployed()
    facts = {"unhealthy_from": NOW.timestamp(), "running_since": NOW.timestamp() - 60, "task_id": "abc"} | task
    well = (*found.tasks[1:], replace(found.tasks[1], uid="new"))
    rest = tuple(replace(each, healthy_since=1.0) for each in well[:available])
    bounds = {"minimumHealthyPercent": 50, "maximumPercent": maximum}
    assert found.deployment is not None
    return replace(
        found,
        service=service(deploymentConfiguration=bounds, healthCheckGracePeriodSeconds=grace),
        deployment=live(dict(found.deployment), available),
        tasks=(replace(found.tasks[0], **facts), *rest),
    )


def told(found: ServiceSnapshot) -> ServiceSnapshot:
    """The same with a status that tells of the task."""
    status = dict(found.status) | {"events": [{"id": "1", "createdAt": rfc3339(NOW), "message": TOLD}]}
    return replace(found, service={**found.service, "status": status})


def notes_of(plan: Plan) -> list[dict[str, Any]]:
    return [dict(each.body["metadata"]["annotations"]) for each in actions(plan, Patch)]


def test_it_is_told_of_and_then_marked_with_why_it_stops() -> None:
    first = plan_service(unhealthy(), NOW)
    assert notes_of(first) == []
    assert [event.message for event in first.events].count(TOLD) == 1
    plan = plan_service(told(unhealthy()), NOW)
    (noted,) = notes_of(plan)
    assert json.loads(noted[labels.STOP_REASON]) == {
        "stopCode": "ServiceSchedulerInitiated",
        "stoppedReason": "Task failed container health checks",
    }
    assert TOLD not in [event.message for event in plan.events]
    assert actions(plan, Delete) == []


def test_the_grace_period_and_checks_that_can_still_pass_are_waited_for() -> None:
    plan = plan_service(told(unhealthy(grace=90)), NOW)
    assert (notes_of(plan), plan.requeue_after) == ([], 30.0)
    plan = plan_service(told(unhealthy()), NOW - timedelta(seconds=7))
    assert (notes_of(plan), plan.requeue_after) == ([], 7.0)


def replicas(found: ServiceSnapshot) -> int:
    return int(applied(plan_service(found, NOW), "Deployment")["spec"]["replicas"])


def test_its_replacement_comes_first_where_the_maximum_allows() -> None:
    assert replicas(unhealthy(doomed=True)) == 4
    assert replicas(unhealthy(doomed=True, available=3)) == 3
    assert actions(plan_service(unhealthy(doomed=True), NOW), Delete) == []


def test_it_is_stopped_first_where_the_maximum_leaves_no_room() -> None:
    found = unhealthy(maximum=100, doomed=True)
    assert [each.ref.name for each in actions(plan_service(found, NOW), Delete)] == ["web-0"]
    assert replicas(found) == 3


def test_one_that_is_marked_is_not_marked_again() -> None:
    assert notes_of(plan_service(unhealthy(doomed=True, deletion_cost="-100"), NOW)) == []
