"""What is decided about one ECSService, over snapshots as the cache would show them."""

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kubecs.plan import servicerevision
from kubecs.plan.account import account_of
from kubecs.plan.actions import Apply, Create
from kubecs.plan.service import plan_service
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.translate import labels
from kubecs.translate.owner import owner_reference
from tests.unit.plan.services import (
    NAMESPACE,
    NOW,
    actions,
    applied,
    condition,
    created,
    deployed,
    live,
    revision,
    service,
    snapshot,
    with_status,
)


def test_the_first_look_makes_the_deployment_then_keeps_its_revision() -> None:
    plan = plan_service(snapshot(), NOW)
    assert [len(step) for step in plan.steps] == [1, 1, 1, 1]
    deployment, kept = applied(plan, "Deployment"), created(plan)
    assert kept["metadata"]["name"] == f"{deployment['metadata']['name']}-1"
    assert deployment["spec"]["template"] == kept["data"]["template"]
    assert deployment["spec"]["replicas"] == 3
    assert deployment["metadata"]["ownerReferences"] == [owner_reference(service())]
    assert condition(plan, "Reconciling")["status"] == "True"


def test_a_second_look_changes_nothing() -> None:
    found = deployed()
    first = plan_service(found, NOW)
    assert first.steps == ()
    again = plan_service(with_status(found, first), NOW + timedelta(minutes=5))
    assert again.steps == ()
    assert again.status == first.status
    assert again.events == ()
    assert again.observations == ()


def test_steady_state_is_said_once_and_measured_once() -> None:
    plan = plan_service(deployed(), NOW + timedelta(seconds=7))
    assert condition(plan, "Ready")["status"] == "True"
    assert [event.reason for event in plan.events] == ["DeploymentStarted", "DeploymentCompleted", "SteadyState"]
    assert [(each.metric, each.labels["outcome"], each.value) for each in plan.observations] == [
        ("ecs_deployment_duration_seconds", "completed", 7.0)
    ]


def test_a_steady_state_is_said_though_the_way_to_it_went_unseen() -> None:
    found = deployed()
    ready = {"type": "Ready", "status": "True", "reason": "SteadyState", "message": "3 of 3 tasks are running"}
    before = {
        "desiredCount": 3,
        "conditions": [ready],
        "deployments": [{"id": "ecs-svc/1", "createdAt": "2026-11-24T11:00:00Z"}],
    }
    plan = plan_service(replace(found, service=service() | {"status": before}), NOW)
    assert [event.reason for event in plan.events] == ["DeploymentStarted", "DeploymentCompleted", "SteadyState"]
    assert plan.status is not None
    again = replace(found, service=service() | {"status": plan.status})
    assert plan_service(again, NOW).events == ()


def test_what_is_put_back_is_put_back_only_if_the_service_is_still_there() -> None:
    whole = deployed()
    assert not plan_service(snapshot(), NOW).confirm  # the first children of a new service
    assert not plan_service(whole, NOW).confirm
    assert not plan_service(replace(whole, service=service(desiredCount=5)), NOW).confirm
    assert plan_service(replace(whole, deployment=None), NOW).confirm
    assert plan_service(replace(whole, service_revisions=()), NOW).confirm
    known = with_status(whole, plan_service(whole, NOW))
    assert plan_service(replace(known, disruption_budget=None), NOW).confirm
    described = service() | {"status": {"deployments": [{"id": "ecs-svc/1", "createdAt": "2026-11-24T11:00:00Z"}]}}
    assert plan_service(snapshot(service=described), NOW).confirm


def test_desired_zero_is_complete_at_once() -> None:
    plan = plan_service(snapshot(service=service(desiredCount=0)), NOW)
    assert plan.status is not None
    assert plan.status["deployments"][0]["rolloutState"] == "COMPLETED"
    assert condition(plan, "Ready")["status"] == "True"


def test_a_scale_keeps_the_deployment_id_and_the_template() -> None:
    found = deployed()
    plan = plan_service(replace(found, service=service(desiredCount=5)), NOW)
    deployment = applied(plan, "Deployment")
    assert deployment["spec"]["replicas"] == 5
    assert deployment["spec"]["template"] == found.service_revisions[0]["data"]["template"]
    assert actions(plan, Create) == []


def test_a_new_revision_of_the_family_rolls_out_only_when_it_is_followed() -> None:
    found = replace(deployed(), revisions=(revision(1), revision(2)))
    assert plan_service(found, NOW).steps == ()
    family = {"metadata": {"generation": 2}, "status": {"observedGeneration": 2, "latestRevision": 2}}
    plan = plan_service(replace(found, family_object=family), NOW)
    template = applied(plan, "Deployment")["spec"]["template"]
    assert template["spec"]["containers"][0]["image"] == "docker.io/library/web:2"
    assert created(plan)["revision"] == 2
    known = applied(plan, "Deployment")["metadata"]["resourceVersion"]
    assert known == "7", "it begins on the Deployment that was seen, or is decided again"


def test_restarted_at_makes_a_new_deployment_of_the_same_revision() -> None:
    found = deployed()
    plan = plan_service(
        replace(found, service=service(kubernetes={"restartedAt": "2026-11-24T12:00:00Z"})), NOW + timedelta(seconds=1)
    )
    before = found.service_revisions[0]["data"]["deploymentId"]
    assert created(plan)["data"]["deploymentId"] != before
    assert created(plan)["data"]["taskDefinition"] == found.service_revisions[0]["data"]["taskDefinition"]


def test_another_account_id_starts_no_deployment_and_is_in_the_next_one() -> None:
    account = {"spec": {"accountId": "123456789012"}}
    found = replace(deployed(), account=account_of(account, NAMESPACE, "eu-central-1"))
    plan = plan_service(found, NOW + timedelta(minutes=5))
    assert actions(plan, Create) == []
    assert [each for each in actions(plan, Apply) if each.manifest["kind"] == "Deployment"] == []
    just_begun = created(plan_service(found, NOW + timedelta(seconds=5)))["data"]["taskDefinition"]
    assert just_begun == "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:1"

    forced = replace(found, service=service(kubernetes={"restartedAt": "2026-11-24T12:00:00Z"}))
    arn = created(plan_service(forced, NOW + timedelta(seconds=1)))["data"]["taskDefinition"]
    assert arn == "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:1"


def test_taking_restarted_at_away_is_no_new_deployment() -> None:
    found, later = deployed(), NOW + timedelta(seconds=1)
    at, other = {"restartedAt": "2026-11-24T12:00:00Z"}, {"podLabels": {"team": "shop"}}

    def asked(kubernetes: dict[str, Any]) -> list[Any]:
        return actions(plan_service(replace(found, service=service(kubernetes=kubernetes)), later), Create)

    def taken(kubernetes: dict[str, Any]) -> ServiceSnapshot:
        plan = plan_service(replace(found, service=service(kubernetes=kubernetes)), later)
        revisions = (*found.service_revisions, created(plan))
        return replace(found, service_revisions=revisions, deployment=live(applied(plan, "Deployment"), 3))

    found = taken(at)
    assert asked({}) == []
    found = taken(other)
    assert asked(other) == []
    assert asked(other | at) == [], "it comes back as it was"
    assert asked(other | {"restartedAt": "2026-11-24T13:00:00Z"}) != []


def test_a_later_deployment_runs_the_digest_that_is_known_unless_it_is_forced() -> None:
    digest = f"sha256:{'a' * 64}"
    image = {"containerName": "app", "image": "docker.io/library/web:1", "imageDigest": digest}
    found = replace(deployed(), revisions=(revision(1) | {"status": {"containerImages": [image]}},))
    assert plan_service(found, NOW).steps == ()

    def images(**kubernetes: Any) -> list[str]:
        plan = plan_service(replace(found, service=service(kubernetes=kubernetes)), NOW + timedelta(seconds=1))
        template = applied(plan, "Deployment")["spec"]["template"]
        return [each["image"] for each in template["spec"]["containers"]]

    assert images(podLabels={"team": "shop"}) == [f"docker.io/library/web@{digest}"]
    assert images(restartedAt="2026-11-24T12:00:00Z") == ["docker.io/library/web:1"]


def test_a_changed_translator_replaces_no_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    found = deployed()

    def other(*_: object, **__: object) -> dict[str, Any]:
        raise AssertionError("a template was rendered again")

    monkeypatch.setattr(servicerevision, "pod_template", other)
    assert plan_service(found, NOW).steps == ()


def test_a_deployment_without_its_revision_gives_it_its_own_template() -> None:
    found = deployed()
    plan = plan_service(replace(found, service_revisions=()), NOW + timedelta(hours=1))
    kept = created(plan)
    assert kept["revision"] == 1
    assert kept["data"]["deploymentId"] == found.service_revisions[0]["data"]["deploymentId"]
    assert kept["data"]["parameters"] == found.service_revisions[0]["data"]["parameters"]
    assert kept["data"]["template"]["spec"] == found.deployment["spec"]["template"]["spec"]  # type: ignore[index]  # there
    assert kept["data"]["createdAt"] == found.service_revisions[0]["data"]["createdAt"]


def test_a_revision_without_its_deployment_is_used_as_it_is() -> None:
    found = deployed()
    plan = plan_service(replace(found, deployment=None, tasks=()), NOW + timedelta(hours=1))
    assert applied(plan, "Deployment")["spec"]["template"] == found.service_revisions[0]["data"]["template"]
    assert actions(plan, Create) == []


def test_a_change_by_somebody_else_is_put_back() -> None:
    found = deployed()
    changed = copy.deepcopy(dict(found.deployment or {}))
    changed["spec"]["template"]["spec"]["containers"][0]["image"] = "evil:1"
    plan = plan_service(replace(found, deployment=changed), NOW)
    assert (
        applied(plan, "Deployment")["spec"]["template"]["spec"]["containers"][0]["image"] == "docker.io/library/web:1"
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"revisions": ()}, "TaskDefinitionNotFound"),
        ({"service": service(taskDefinition="web:9")}, "TaskDefinitionNotFound"),
        (
            {"revisions": (revision(1, "INACTIVE"),), "service": service(taskDefinition="web:1")},
            "TaskDefinitionInactive",
        ),
        ({"cluster_known": False, "service": service(cluster="prod")}, "ClusterNotFound"),
    ],
)
def test_a_missing_reference_waits_a_minute_and_then_stalls(changes: dict[str, Any], reason: str) -> None:
    found = snapshot(**changes)
    first = plan_service(found, NOW)
    assert first.steps == ()
    assert condition(first, "Reconciling")["reason"] == reason
    assert first.requeue_after == 60.0
    assert [event.type for event in first.events] == ["Warning"]
    later = plan_service(with_status(found, first), NOW + timedelta(seconds=61))
    assert condition(later, "Stalled")["status"] == "True"
    assert later.requeue_after is None


def test_before_a_task_definition_is_said_to_be_missing_the_api_server_is_asked() -> None:
    found = snapshot(revisions=())
    first = plan_service(found, NOW)
    assert (first.unseen, bool(first.events)) == ("web", True)
    assert plan_service(with_status(found, first), NOW).unseen is None, "it was said"
    family = {"metadata": {"name": "web", "generation": 1}, "spec": {"family": "web"}}
    assert plan_service(replace(found, family_object=family), NOW).unseen is None, "it is there"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"service": service(deploymentConfiguration={"strategy": "BLUE_GREEN"})}, "DeploymentStrategyNotAvailable"),
        ({"service": service(deploymentController={"type": "EXTERNAL"})}, "DeploymentControllerNotAvailable"),
        ({"revisions": (revision(1, privileged=True),)}, "NotAllowed"),
        ({"revisions": (revision(1, name="a" * 300),)}, "InvalidTaskDefinition"),
    ],
)
def test_what_cannot_be_served_stalls_and_touches_nothing(changes: dict[str, Any], reason: str) -> None:
    plan = plan_service(snapshot(**changes), NOW)
    assert plan.steps == ()
    assert condition(plan, "Stalled")["status"] == "True"
    assert condition(plan, "Stalled")["reason"] == reason


def test_a_wrong_object_name_is_refused() -> None:
    wrong = service()
    wrong["metadata"]["name"] = "web-12345678"
    assert condition(plan_service(snapshot(service=wrong), NOW), "Stalled")["reason"] == "NameMismatch"


def test_a_refused_edit_leaves_what_runs_and_describes_it() -> None:
    found = replace(deployed(), service=service(taskDefinition="gone"), revisions=())
    plan = plan_service(found, NOW)
    assert plan.steps == ()
    assert plan.status is not None
    assert plan.status["runningCount"] == 3
    assert plan.status["taskDefinition"].endswith("task-definition/web:1")


def test_paused_writes_nothing_to_the_children() -> None:
    paused = service(desiredCount=9, kubernetes={"paused": True})
    plan = plan_service(replace(deployed(), service=paused), NOW)
    assert plan.steps == ()
    assert condition(plan, "Reconciling")["reason"] == "Paused"
    untouched = plan_service(snapshot(service=paused), NOW)
    assert untouched.steps == ()
    assert condition(untouched, "Reconciling")["reason"] == "Paused"
    assert untouched.events == ()


def test_percents_without_room_pause_the_rollout_and_say_so() -> None:
    blocked = {"deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 100}, "desiredCount": 1}
    found = deployed(1)
    old = {"metadata": {"labels": {labels.DEPLOYMENT: "ecs-svc-1"}}, "spec": {"replicas": 1}}
    older = copy.deepcopy(dict(found.service_revisions[0]))
    older["revision"], older["data"]["deploymentId"], older["data"]["parameters"] = 1, "ecs-svc/1", {"old": True}
    plan = plan_service(
        replace(found, service=service(**blocked), service_revisions=(older,), replica_sets=(old,), tasks=()), NOW
    )
    deployment = applied(plan, "Deployment")
    assert deployment["spec"]["paused"] is True
    assert deployment["spec"]["strategy"]["rollingUpdate"]["maxSurge"] == 1
    assert condition(plan, "Reconciling")["reason"] == "DeploymentBlocked"
    assert any("unable to stop or start tasks" in event.message for event in plan.events)


def test_pods_that_are_refused_are_said_once_for_as_long_as_they_are() -> None:
    found = deployed(0)
    failing = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}
    assert found.deployment is not None
    found.deployment["status"]["conditions"] = [failing]
    plan = plan_service(replace(found, service=service(desiredCount=2)), NOW)
    text = "(service web) was unable to start a task: exceeded quota"
    assert (condition(plan, "Reconciling")["reason"], condition(plan, "Ready")["message"]) == ("TasksRefused", text)
    assert [event.message for event in plan.events if event.type == "Warning"] == [text]
    again = plan_service(replace(found, service=service(desiredCount=2) | {"status": plan.status}), NOW)
    assert again.events == ()
    assert again.status == plan.status


def test_untranslated_members_are_named() -> None:
    plan = plan_service(snapshot(service=service(propagateTags="SERVICE")), NOW)
    assert condition(plan, "NotTranslated")["message"] == "propagateTags: tasks have no tags yet"


def test_a_restart_that_did_not_renew_all_of_a_task_is_named() -> None:
    found = deployed()
    partly = (replace(found.tasks[0], renewed_partly=True), *found.tasks[1:])
    assert "web-0" in condition(plan_service(replace(found, tasks=partly), NOW), "NotRenewed")["message"]


def test_a_member_for_new_tasks_only_waits_for_the_next_deployment() -> None:
    plan = plan_service(replace(deployed(), service=service(propagateTags="SERVICE")), NOW)
    assert plan.steps == ()
    assert "propagateTags" in condition(plan, "PendingNextDeployment")["message"]


def test_annotations_of_other_tools_are_not_copied() -> None:
    marked = service()
    marked["metadata"]["labels"] = {"argocd.argoproj.io/instance": "x", "app": "mine"}
    marked["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    text = str(applied(plan_service(snapshot(service=marked), NOW), "Deployment"))
    assert "argocd" not in text
    assert "last-applied" not in text
    assert "mine" not in text


def isolated() -> ServiceSnapshot:
    """A service whose tasks have no network, with its Deployment and its service revision."""
    closed = revision(1)
    closed["spec"]["taskDefinition"]["networkMode"] = "none"
    before = snapshot(revisions=(closed,))
    plan = plan_service(before, NOW)
    kept = next(each.manifest for each in actions(plan, Create) if each.manifest["kind"] == "ControllerRevision")
    identities = {
        (each.manifest["kind"], each.manifest["metadata"]["name"]): each.manifest
        for each in actions(plan, Apply)
        if each.manifest["kind"] == "ServiceAccount"
    }
    deployment, budget = live(applied(plan, "Deployment")), applied(plan, "PodDisruptionBudget")
    return replace(
        before, deployment=deployment, service_revisions=(kept,), identities=identities, disruption_budget=budget
    )


def test_companions_are_kept_in_the_service_revision_and_put_back() -> None:
    found = isolated()
    (policy,) = found.service_revisions[0]["data"]["companions"]
    assert actions(plan_service(found, NOW), Create) == [
        Create(policy, f"{policy['metadata']['name']} has to be there before the tasks", exists_ok=True)
    ]
    held = {(policy["kind"], policy["metadata"]["name"]): policy}
    assert plan_service(replace(found, companions=held), NOW).steps == ()


def test_a_deployment_found_without_its_revision_is_isolated_as_before() -> None:
    found = replace(isolated(), service_revisions=())
    made = {each.manifest["kind"] for each in actions(plan_service(found, NOW), Create)}
    assert made == {"ControllerRevision", "NetworkPolicy"}
