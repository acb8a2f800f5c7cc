"""What follows when a deployment fails: it is given up, rolled back where that is wished for, and not tried again."""

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kubecs.plan.account import account_of
from kubecs.plan.actions import Create, Plan
from kubecs.plan.service import plan_service
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.translate import labels
from tests.unit.plan.services import (
    NAMESPACE,
    NOW,
    actions,
    applied,
    condition,
    created,
    deployed,
    live,
    replica_set,
    revision,
    service,
    tasks,
    with_status,
)

LATER = NOW + timedelta(seconds=10)
FAILED_AT = NOW + timedelta(seconds=20)


def spec(*, rollback: bool, **more: Any) -> dict[str, Any]:
    breaker = {"enable": True, "rollback": rollback}
    bounds = {"minimumHealthyPercent": 100, "maximumPercent": 200}
    return {"deploymentConfiguration": {"deploymentCircuitBreaker": breaker, **bounds}} | more


def with_children(found: ServiceSnapshot, plan: Plan) -> ServiceSnapshot:
    """The snapshot after the plan's Deployment and ControllerRevision are written, and its status."""
    made = [action.manifest for action in actions(plan, Create)]
    shown = live(applied(plan, "Deployment")) if actions_on_deployment(plan) else found.deployment
    return with_status(
        replace(found, deployment=shown, service_revisions=(*found.service_revisions, *map(with_uid, made))), plan
    )


def with_uid(manifest: Any) -> dict[str, Any]:
    held = copy.deepcopy(dict(manifest))
    held["metadata"] |= {"uid": f"uid-{held['revision']}"}
    return held


def actions_on_deployment(plan: Plan) -> bool:
    return any(getattr(action, "manifest", {}).get("kind") == "Deployment" for step in plan.steps for action in step)


def failing(*, rollback: bool) -> ServiceSnapshot:
    """web:1 completed, web:2 on its way with three failed tasks, and nothing of it runs."""
    first = replace(deployed(), service=service(**spec(rollback=rollback)), revisions=(revision(1), revision(2)))
    first = with_status(first, plan_service(first, NOW))
    moved = replace(
        first, service={**service(**spec(rollback=rollback, taskDefinition="web:2")), "status": first.status}
    )
    started = with_children(moved, plan_service(moved, LATER))
    old, new = (each["data"]["deploymentId"] for each in started.service_revisions)
    label = new.replace("/", "-")
    return replace(
        started,
        replica_sets=(replica_set(old, 3), replica_set(new, 3)),
        failures={label: (FAILED_AT, FAILED_AT, FAILED_AT)},
    )


def primary(plan: Plan) -> dict[str, Any]:
    assert plan.status is not None
    return dict(plan.status["deployments"][0])


def test_a_deployment_whose_tasks_fail_is_given_up_and_said_so_before_anything_is_done() -> None:
    plan = plan_service(failing(rollback=True), FAILED_AT)
    assert plan.steps == ()
    assert (primary(plan)["rolloutState"], primary(plan)["failedTasks"]) == ("FAILED", 3)
    assert primary(plan)["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert "DeploymentFailed" in [event.reason for event in plan.events]
    assert [(each.labels["outcome"], each.value) for each in plan.observations] == [("failed", 10.0)]
    assert condition(plan, "Stalled")["reason"] == "DeploymentFailed"


def test_without_the_breaker_it_goes_on() -> None:
    found = failing(rollback=False)
    open_ended = {**found.service, "spec": service(taskDefinition="web:2")["spec"]}
    plan = plan_service(replace(found, service=open_ended), FAILED_AT)
    assert (primary(plan)["rolloutState"], primary(plan)["failedTasks"]) == ("IN_PROGRESS", 3)
    assert "TasksThrottled" in [event.reason for event in plan.events]


def rolled_back() -> tuple[ServiceSnapshot, Plan]:
    found = failing(rollback=True)
    found = with_status(found, plan_service(found, FAILED_AT))
    return found, plan_service(found, FAILED_AT + timedelta(seconds=1))


def test_a_rollback_deploys_the_last_completed_revision_under_a_new_id() -> None:
    found, plan = rolled_back()
    good, bad = found.service_revisions
    kept, deployment = created(plan), applied(plan, "Deployment")
    assert kept["revision"] == 3
    assert kept["data"]["parameters"] == good["data"]["parameters"]
    assert kept["data"]["deploymentId"] not in {good["data"]["deploymentId"], bad["data"]["deploymentId"]}
    template = deployment["spec"]["template"]
    assert template["spec"] == good["data"]["template"]["spec"]
    assert template["metadata"]["labels"][labels.DEPLOYMENT] == kept["data"]["deploymentId"].replace("/", "-")
    # the ControllerRevision alone remembers what failed, so it is there first
    assert [[type(action).__name__ for action in step] for step in plan.steps] == [["Create"], ["Apply"]]
    assert (
        primary(plan)["rolloutStateReason"]
        == f"ECS deployment circuit breaker: rolling back to deploymentId {good['data']['deploymentId']}."
    )
    assert f"(service web) rolling back to deployment {good['data']['deploymentId']}." in [
        event.message for event in plan.events
    ]
    assert (condition(plan, "Ready")["status"], condition(plan, "Reconciling")["reason"]) == ("False", "RolledBack")
    assert [(each.metric, each.labels["trigger"]) for each in plan.observations if "trigger" in each.labels] == [
        ("ecs_deployment_rollbacks_total", "circuit_breaker")
    ]


def settled() -> ServiceSnapshot:
    """The rollback has completed."""
    found, plan = rolled_back()
    found = with_children(found, plan)
    ident = found.service_revisions[-1]["data"]["deploymentId"]
    assert found.deployment is not None
    found = replace(found, deployment=live(dict(found.deployment), 3), replica_sets=(replica_set(ident, 3),))
    found = replace(found, tasks=tasks(ident, 3), failures={})
    return with_status(found, plan_service(found, FAILED_AT + timedelta(seconds=9)))


def test_after_a_rollback_the_status_says_what_runs() -> None:
    found = settled()
    plan = plan_service(found, FAILED_AT + timedelta(seconds=10))
    assert plan.steps == ()
    assert plan.status is not None
    assert plan.status["taskDefinition"].endswith("/web:1")
    assert primary(plan)["rolloutState"] == "COMPLETED"
    assert (condition(plan, "Ready")["status"], condition(plan, "Ready")["reason"]) == ("False", "RolledBack")
    assert [each["outcome"] for each in plan.status["history"]] == ["COMPLETED", "FAILED", "COMPLETED"]
    assert plan_service(with_status(found, plan), FAILED_AT + timedelta(hours=1)).status == plan.status


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"desiredCount": 7}, False),
        ({"propagateTags": "SERVICE"}, False),
        ({"kubernetes": {"restartedAt": "2026-11-24T13:00:00Z"}}, True),
        ({"platformVersion": "1.4.0"}, True),
    ],
)
def test_what_failed_is_tried_again_only_when_it_changes(change: dict[str, Any], again: bool) -> None:
    found = settled()
    edited = {**found.service, "spec": service(**spec(rollback=True, taskDefinition="web:2", **change))["spec"]}
    plan = plan_service(replace(found, service=edited), FAILED_AT + timedelta(minutes=1))
    assert [
        manifest["data"]["taskDefinition"][-1] for manifest in (each.manifest for each in actions(plan, Create))
    ] == (["2"] if again else [])
    assert condition(plan, "Ready")["status"] == "False"


def test_another_account_id_is_no_change_of_what_failed() -> None:
    account = {"spec": {"accountId": "123456789012"}}
    found = replace(settled(), account=account_of(account, NAMESPACE, "eu-central-1"))
    plan = plan_service(found, FAILED_AT + timedelta(seconds=200))
    assert (actions(plan, Create), actions_on_deployment(plan)) == ([], False)
    assert condition(plan, "Ready")["reason"] == "RolledBack"


def test_asking_for_what_runs_is_no_deployment() -> None:
    found = settled()
    edited = {**found.service, "spec": service(**spec(rollback=True, taskDefinition="web:1"))["spec"]}
    plan = plan_service(replace(found, service=edited), FAILED_AT + timedelta(minutes=1))
    assert plan.steps == ()
    assert condition(plan, "Ready")["status"] == "True"


def test_a_rollback_that_fails_is_the_end() -> None:
    found, plan = rolled_back()
    found = with_children(found, plan)
    ident = found.service_revisions[-1]["data"]["deploymentId"]
    found = replace(found, failures={ident.replace("/", "-"): (FAILED_AT,) * 3})
    given_up = plan_service(found, FAILED_AT + timedelta(seconds=30))
    assert primary(given_up)["rolloutState"] == "FAILED"
    after = plan_service(with_status(found, given_up), FAILED_AT + timedelta(seconds=31))
    assert actions(after, Create) == []


def test_a_failed_deployment_without_rollback_starts_nothing() -> None:
    found = failing(rollback=False)
    old, new = (each["data"]["deploymentId"] for each in found.service_revisions)
    found = with_status(found, plan_service(found, FAILED_AT))
    plan = plan_service(found, FAILED_AT + timedelta(seconds=1))
    deployment = applied(plan, "Deployment")
    # the older deployment's template: its tasks stay, those that failed go
    assert deployment["spec"]["template"]["metadata"]["labels"][labels.DEPLOYMENT] == old.replace("/", "-")
    assert deployment["spec"]["replicas"] == 3
    assert primary(plan)["id"] == new
    assert actions(plan, Create) == []
    more = {**found.service, "spec": service(**spec(rollback=False, taskDefinition="web:2", desiredCount=9))["spec"]}
    held = replace(found, deployment=live(deployment, 3), replica_sets=(replica_set(old, 3),))
    scaled = plan_service(replace(held, service=more), FAILED_AT + timedelta(seconds=2))
    assert applied(scaled, "Deployment")["spec"]["replicas"] == 3


def test_a_first_deployment_that_fails_keeps_what_runs_of_it() -> None:
    first = deployed(1)
    ident = first.service_revisions[0]["data"]["deploymentId"]
    found = replace(
        first,
        service=service(**spec(rollback=True)),
        replica_sets=(replica_set(ident, 3),),
        failures={ident.replace("/", "-"): (FAILED_AT,) * 3},
    )
    found = with_status(found, plan_service(found, FAILED_AT))
    plan = plan_service(found, FAILED_AT + timedelta(seconds=1))
    assert applied(plan, "Deployment")["spec"]["replicas"] == 1
    assert condition(plan, "Stalled")["reason"] == "DeploymentFailed"


@pytest.mark.parametrize(("notes", "rolls_back"), [({}, True), ({labels.STOP_TYPE: "ABORT"}, False)])
def test_a_deployment_that_is_stopped_is_rolled_back_unless_that_is_not_wished(
    notes: dict[str, str], rolls_back: bool
) -> None:
    found = replace(failing(rollback=True), failures={})
    ident = found.service_revisions[-1]["data"]["deploymentId"]
    metadata = {**found.service["metadata"], "annotations": {labels.STOP_DEPLOYMENT: ident, **notes}}
    found = replace(found, service={**found.service, "metadata": metadata})
    plan = plan_service(found, FAILED_AT)
    assert primary(plan)["rolloutStateReason"] == f"ECS deployment {ident} was stopped."
    assert plan.status is not None
    assert plan.status["history"][0]["outcome"] == "STOPPED"
    assert f"(service web) (deployment {ident}) deployment stopped." in [event.message for event in plan.events]
    after = plan_service(with_status(found, plan), FAILED_AT + timedelta(seconds=1))
    assert bool(actions(after, Create)) is rolls_back
