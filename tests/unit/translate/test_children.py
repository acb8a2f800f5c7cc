"""What a service owns and what its tasks run as: Deployment, ControllerRevision, ServiceAccount, RoleBindings."""

import re
from typing import Any

import pytest

from kubecs.ecs.errors import ClientException
from kubecs.translate import labels
from kubecs.translate.controllerrevision import (
    RevisionOwner,
    ServiceRevision,
    controller_revision,
    parameters_hash,
    read_revision,
)
from kubecs.translate.deployment import DeploymentContext, deployment, service_pod_annotations, service_pod_labels
from kubecs.translate.names import child_name
from kubecs.translate.owner import owner_reference
from kubecs.translate.serviceaccount import role_bindings, service_account, service_account_name
from tests.unit.translate.documents import ACCOUNT

SERVICE = {"apiVersion": "kubecs.dev/v1alpha1", "kind": "ECSService", "metadata": {"name": "shop.web", "uid": "u-1"}}
DEPLOYMENT_ID = "ecs-svc/9223370363131061263"
TEMPLATE: dict[str, Any] = {"metadata": {"labels": service_pod_labels("shop", "web", DEPLOYMENT_ID)}, "spec": {}}


def deployment_of(**changes: Any) -> dict[str, Any]:
    members: dict[str, Any] = {
        "name": child_name("shop", "web"),
        "namespace": "team-a",
        "owner": owner_reference(SERVICE),
        "cluster": "shop",
        "service": "web",
        "deployment_id": DEPLOYMENT_ID,
        "service_revision": 3,
        "template": TEMPLATE,
        "replicas": 4,
        "max_surge": 4,
        "max_unavailable": 0,
    }
    return deployment(DeploymentContext(**(members | changes)))


def test_deployment() -> None:
    manifest = deployment_of(min_ready_seconds=40, annotations={"note": "a"})
    assert manifest["metadata"] == {
        "name": child_name("shop", "web"),
        "namespace": "team-a",
        "labels": {labels.MANAGED_BY: "kubecs", labels.CLUSTER: "shop", labels.SERVICE: "web"},
        "annotations": {
            "note": "a",
            labels.CLUSTER_NAME: "shop",
            labels.SERVICE_NAME: "web",
            labels.DEPLOYMENT_ID: DEPLOYMENT_ID,
            labels.SERVICE_REVISION: "3",
        },
        "ownerReferences": [
            {
                "apiVersion": "kubecs.dev/v1alpha1",
                "kind": "ECSService",
                "name": "shop.web",
                "uid": "u-1",
                "controller": True,
            }
        ],
    }
    assert manifest["spec"] == {
        "replicas": 4,
        "selector": {"matchLabels": {labels.CLUSTER: "shop", labels.SERVICE: "web"}},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 4, "maxUnavailable": 0}},
        "minReadySeconds": 40,
        "progressDeadlineSeconds": 2147483647,
        "revisionHistoryLimit": 2,
        "template": TEMPLATE,
    }


def test_what_the_api_server_drops_is_not_written() -> None:
    spec = deployment_of()["spec"]
    assert "minReadySeconds" not in spec
    assert "paused" not in spec
    assert deployment_of(paused=True)["spec"]["paused"] is True
    assert deployment_of(replicas=0)["spec"]["replicas"] == 0


def test_the_selector_matches_the_template() -> None:
    manifest = deployment_of(cluster="My_Shop", service="Front_End")
    selector = manifest["spec"]["selector"]["matchLabels"]
    assert selector.items() <= service_pod_labels("My_Shop", "Front_End", DEPLOYMENT_ID).items()


def test_what_a_service_adds_to_its_pods() -> None:
    assert service_pod_labels("shop", "web", DEPLOYMENT_ID)[labels.DEPLOYMENT] == "ecs-svc-9223370363131061263"
    assert service_pod_annotations("web", "shop.web") == {
        labels.OWNER_OBJECT: "shop.web",
        labels.SERVICE_NAME: "web",
        labels.TASK_GROUP: "service:web",
    }


REVISION = ServiceRevision(
    number=3,
    parameters={"taskDefinition": "arn:x:task-definition/web:7"},
    template=TEMPLATE,
    task_definition="arn:x:task-definition/web:7",
    deployment_id=DEPLOYMENT_ID,
    min_ready_seconds=40,
    requested={"taskDefinition": "web"},
    waiting={"propagateTags": "SERVICE"},
    created_at="2026-01-02T03:04:05Z",
)
OWNER = RevisionOwner("shop-web-00000000", "team-a", owner_reference(SERVICE), "shop", "web")


def test_controller_revision() -> None:
    manifest = controller_revision(REVISION, OWNER)
    metadata = manifest["metadata"]
    assert (metadata["name"], metadata["namespace"], manifest["revision"]) == ("shop-web-00000000-3", "team-a", 3)
    assert metadata["ownerReferences"] == [owner_reference(SERVICE)]
    assert metadata["labels"][labels.DEPLOYMENT] == "ecs-svc-9223370363131061263"
    assert metadata["annotations"][labels.PARAMETERS_HASH] == parameters_hash(REVISION.parameters)
    assert manifest["data"]["template"] is TEMPLATE


def test_a_revision_is_read_as_it_was_written() -> None:
    assert read_revision(controller_revision(REVISION, OWNER)) == REVISION


def test_parameters_are_compared_by_value() -> None:
    assert parameters_hash({"a": 1, "b": [2]}) == parameters_hash({"b": [2], "a": 1})
    assert parameters_hash({"a": 1}) != parameters_hash({"a": 2})


OWN = "arn:aws:iam::123456789012:role/"


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (None, "ecs-default"),
        ("", "ecs-default"),
        ("app", "ecs-role-app"),
        (OWN + "app", "ecs-role-app"),
        (OWN + "team/path/app", "ecs-role-app"),
        (OWN + "AppRole", r"ecs-role-approle-[0-9a-f]{8}"),
        ("arn:aws:iam::999999999999:role/app", r"ecs-role-999999999999-app-[0-9a-f]{8}"),
        ("a" * 64, r"ecs-role-a{45}-[0-9a-f]{8}"),
    ],
)
def test_service_account_names(role: str | None, name: str) -> None:
    made = service_account_name(role, ACCOUNT)
    assert re.fullmatch(name, made)
    assert len(made) <= 63


@pytest.mark.parametrize("role", ["arn:aws:iam::123456789012:user/app", "arn:aws:s3:::bucket", "a b", "${ROLE}", "x/y"])
def test_what_is_no_role_is_refused(role: str) -> None:
    with pytest.raises(ClientException, match="Role is not valid") as refused:
        service_account_name(role, ACCOUNT)
    assert refused.value.path == "taskRoleArn"


def test_a_role_has_its_arn_on_its_account() -> None:
    manifest = service_account("app", ACCOUNT, "team-a", {"eks.amazonaws.com/sts-regional-endpoints": "true"})
    assert manifest == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {
            "name": "ecs-role-app",
            "namespace": "team-a",
            "labels": {labels.MANAGED_BY: "kubecs"},
            "annotations": {
                "eks.amazonaws.com/role-arn": OWN + "app",
                "eks.amazonaws.com/sts-regional-endpoints": "true",
                labels.ROLE_ARN: OWN + "app",
            },
        },
    }


def test_the_role_map_may_name_another_irsa_role() -> None:
    other = "arn:aws:iam::999999999999:role/other"
    annotations = service_account("app", ACCOUNT, "team-a", {labels.IRSA_ROLE_ARN: other})["metadata"]["annotations"]
    assert annotations == {labels.IRSA_ROLE_ARN: other, labels.ROLE_ARN: OWN + "app"}


def test_no_role_mounts_no_token() -> None:
    manifest = service_account(None, ACCOUNT, "team-a")
    assert manifest["automountServiceAccountToken"] is False
    assert "annotations" not in manifest["metadata"]


def test_role_bindings() -> None:
    account = service_account("app", ACCOUNT, "team-a")
    reader, writer = {"kind": "ClusterRole", "name": "reader"}, {"kind": "Role", "name": "reader"}
    first, second = role_bindings(account, [reader, writer, reader])
    assert first["metadata"]["name"] != second["metadata"]["name"]
    assert re.fullmatch(r"ecs-role-app-[0-9a-f]{8}", first["metadata"]["name"])
    assert first["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", **reader}
    assert first["subjects"] == [{"kind": "ServiceAccount", "name": "ecs-role-app", "namespace": "team-a"}]
    assert first["metadata"]["annotations"] == {labels.ROLE_ARN: OWN + "app"}
    assert role_bindings(account, []) == []
