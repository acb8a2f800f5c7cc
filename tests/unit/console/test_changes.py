"""What an apply would do, as the operator itself decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kubecs.console import changes
from kubecs.plan.account import account_of
from kubecs.plan.family import FamilySnapshot
from kubecs.plan.service import plan_service
from kubecs.plan.snapshot import ServiceSnapshot
from tests.unit.console.objects import NOW

ACCOUNT = account_of({"spec": {"accountId": "111122223333", "region": "eu-central-1"}}, "ns", "eu-central-1")


def document(image: str = "app:1", **members: Any) -> dict[str, Any]:
    container = {"name": "app", "image": image, "memory": 64, "essential": True, **members}
    return {"family": "web", "containerDefinitions": [container]}


def revision(number: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "apiVersion": "kubecs.dev/v1alpha1",
        "kind": "ECSTaskDefinitionRevision",
        "metadata": {"name": f"web.{number}", "namespace": "ns", "creationTimestamp": "2026-01-02T03:00:00Z"},
        "spec": {
            "taskDefinition": document(**members),
            "revision": number,
            "lifecycle": "ACTIVE",
            "origin": {"kind": "Object", "uid": "u"},
        },
    }


def family(**members: Any) -> dict[str, Any]:
    metadata = {
        "name": "web",
        "namespace": "ns",
        "uid": "u",
        "generation": 2,
        "creationTimestamp": "2026-01-02T03:00:00Z",
    }
    status = {"latestRevision": 1, "observedGeneration": 1}
    return {
        "apiVersion": "kubecs.dev/v1alpha1",
        "kind": "ECSTaskDefinition",
        "metadata": metadata,
        "spec": document(**members),
        "status": status,
    }


def service(desired: int = 2, task_definition: str = "web:1") -> dict[str, Any]:
    return {
        "apiVersion": "kubecs.dev/v1alpha1",
        "kind": "ECSService",
        "metadata": {
            "name": "web",
            "namespace": "ns",
            "uid": "s",
            "generation": 1,
            "creationTimestamp": "2026-01-02T03:00:00Z",
        },
        "spec": {"serviceName": "web", "taskDefinition": task_definition, "desiredCount": desired},
    }


def snapshot(wanted: dict[str, Any], *revisions: dict[str, Any], **parts: Any) -> ServiceSnapshot:
    return ServiceSnapshot(
        service=wanted,
        account=ACCOUNT,
        cluster_known=True,
        family_object=parts.pop("family_object", None),
        revisions=revisions,
        deployment=None,
        service_revisions=(),
        replica_sets=(),
        tasks=(),
    )


def running() -> ServiceSnapshot:
    """The service with everything that the operator makes of it."""
    fresh = snapshot(service(), revision())
    made = [action.manifest for step in plan_service(fresh, NOW).steps for action in step]  # type: ignore[union-attr]  # no Delete
    by_kind: dict[str, Any] = {each["kind"]: each for each in made}
    by_kind["Deployment"]["metadata"]["resourceVersion"] = "7"
    identities = {(each["kind"], each["metadata"]["name"]): each for each in made if each["kind"] == "ServiceAccount"}
    return replace(
        fresh,
        deployment=by_kind["Deployment"],
        service_revisions=(by_kind["ControllerRevision"],),
        identities=identities,
        disruption_budget=by_kind["PodDisruptionBudget"],
    )


def test_a_new_service_starts_tasks_and_rolls_none() -> None:
    found = changes.of_service(snapshot(service(), revision()), None, NOW)
    assert "starts 2 tasks of web:1" in found.says
    assert found.tasks == 0
    assert any(line.startswith("+++ deployment/") for line in found.lines)


def test_the_same_again_is_no_change() -> None:
    assert changes.of_service(running(), service(), NOW).empty


def test_another_revision_rolls_every_task() -> None:
    there = running()
    wanted = service(task_definition="web:2")
    found = changes.of_service(
        replace(there, service=wanted, revisions=(revision(), revision(2, image="app:2"))), service(), NOW
    )
    assert "rolls 2 tasks to web:2" in found.says
    assert found.tasks == 2
    assert any(line.startswith("-") and "app:1" in line for line in found.lines)
    assert any(line.startswith("+") and "app:2" in line for line in found.lines)


def test_scaling_replaces_none() -> None:
    found = changes.of_service(replace(running(), service=service(5)), service(), NOW)
    assert (found.says, found.tasks) == (("scales from 2 to 5 tasks, replaces none",), 0)
    assert "+  replicas: 5" in found.lines


def test_what_would_be_refused_is_said_and_changes_no_child() -> None:
    there = running()
    wanted = service(task_definition="web:2")
    privileged = revision(2, privileged=True)
    found = changes.of_service(replace(there, service=wanted, revisions=(revision(), privileged)), service(), NOW)
    assert found.refused
    assert any(said.startswith("would be Stalled, NotAllowed") for said in found.says)
    assert not any("deployment/" in line for line in found.lines)


def test_a_missing_revision_is_waited_for() -> None:
    wanted = service(task_definition="web:9")
    found = changes.of_service(replace(running(), service=wanted), service(), NOW)
    assert any(said.startswith("would be Reconciling, TaskDefinitionNotFound") for said in found.says)
    assert not found.refused


def test_an_edit_of_a_family_registers_a_revision_and_tells_its_conditions() -> None:
    logs = {"logDriver": "awslogs", "options": {"awslogs-group": "web", "awslogs-region": "eu-central-1"}}
    wanted = family(image="app:2", logConfiguration=logs)
    found = changes.of_family(FamilySnapshot(wanted, (revision(),), ACCOUNT), family(), ACCOUNT, NOW)
    assert "registers revision 2" in found.change.says
    assert any(said.startswith("condition LogsNotDelivered=True") for said in found.change.says)
    assert found.revision is not None
    assert found.family_object["status"] == {"latestRevision": 2, "observedGeneration": 2}
    following = snapshot(service(task_definition="web"), revision(), found.revision, family_object=found.family_object)
    assert "starts 2 tasks of web:2" in changes.of_service(following, None, NOW).says


def test_the_same_family_registers_nothing() -> None:
    found = changes.of_family(FamilySnapshot(family(), (revision(),), ACCOUNT), family(), ACCOUNT, NOW)
    assert found.revision is None
    assert found.change.empty


def test_only_what_a_manifest_speaks_of_is_compared() -> None:
    live = {"a": 1, "server": "default", "list": [{"x": 1, "y": 2}], "longer": [1, 2]}
    assert changes.projected(live, {"a": 2, "new": 1, "list": [{"x": 3}], "longer": [1]}) == {
        "a": 1,
        "list": [{"x": 1}],
        "longer": [1, 2],
    }
