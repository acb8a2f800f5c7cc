"""The account's maps on the real control plane: what they lack keeps a task from running, what they hold runs it."""

from __future__ import annotations

from typing import Any

import pytest

from kubecs.translate.networkpolicy import NAME as POLICY
from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for

pytestmark = pytest.mark.usefixtures("operator")

SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop/db-AbCdEf"
ENTRY = {"from": "arn:aws:secretsmanager:*:secret:shop/db-*", "secretName": "shop-db"}
NEEDY = ecs.container(secrets=[{"name": "PASSWORD", "valueFrom": f"{SECRET}:password::"}])
REVISION = "ecstaskdefinitionrevision"


def _secrets_condition(kubectl: Kubectl) -> str:
    """The message about secrets on web:1; empty while it has none."""
    conditions = ecs.status(kubectl.get(REVISION, "web.1")).get("conditions", ())
    return next((str(each["message"]) for each in conditions if each["type"] == "SecretNotMapped"), "")


def _variable(pod: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = pod["spec"]["containers"][0]["env"][0]
    return found


@pytest.mark.parametrize(("kind", "runner"), [("ecsservice", ecs.service()), ("ecstask", ecs.task("web"))])
def test_a_secret_that_is_not_mapped_keeps_the_task_from_running_until_it_is(
    kubectl: Kubectl, kind: str, runner: dict[str, Any]
) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition("web", NEEDY), runner])
    stalled = ecs.wait_state(kubectl, kind, "web", "Stalled ResourceInitializationError")
    assert f"unable to pull secrets or registry auth: no entry of ECSAccount spec.secrets is for {SECRET}" in str(
        ecs.status(stalled)["conditions"]
    )
    assert kubectl.list("pod") == []
    assert SECRET in wait_for(lambda: _secrets_condition(kubectl), 10, "the condition on the revision")

    kubectl.apply(ecs.account(secrets=[ENTRY]))
    (pod,) = wait_for(lambda: kubectl.list("pod"), 20, "the Pod")
    assert _variable(pod) == {
        "name": "PASSWORD",
        "valueFrom": {"secretKeyRef": {"name": "shop-db", "key": "password"}},
    }
    wait_for(lambda: not _secrets_condition(kubectl), 10, "the end of the condition on the revision")


def test_an_edit_of_a_map_replaces_no_task(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(secrets=[ENTRY]), ecs.task_definition("web", NEEDY), ecs.service()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    before = ecs.uids(kubectl.list("pod"))
    kubectl.apply(ecs.account(secrets=[ENTRY | {"secretName": "other"}]))
    kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 2}})
    wait_for(lambda: ecs.status(kubectl.get("ecsservice", "web")).get("runningCount") == 2, 20, "two tasks")
    pods = kubectl.list("pod")
    assert before < ecs.uids(pods)
    assert {_variable(pod)["valueFrom"]["secretKeyRef"]["name"] for pod in pods} == {"shop-db"}


def test_what_tasks_share_is_there_before_them_and_outlives_them(kubectl: Kubectl) -> None:
    shared = {"name": "data", "dockerVolumeConfiguration": {"scope": "shared", "autoprovision": True}}
    container = ecs.container(mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}])
    definition = ecs.task_definition("web", container, networkMode="none", volumes=[shared])
    kubectl.apply([ecs.account(), definition, ecs.service(), ecs.task()])
    pods = wait_for(lambda: found if len(found := kubectl.list("pod")) == 2 else None, 20, "both tasks")
    policy, claim = kubectl.get("networkpolicy", POLICY), kubectl.get("pvc", "data")
    selected = policy["spec"]["podSelector"]["matchLabels"]
    for pod in pods:
        assert selected.items() <= pod["metadata"]["labels"].items()
        assert policy["metadata"]["creationTimestamp"] <= pod["metadata"]["creationTimestamp"]
        assert {"name": "data", "persistentVolumeClaim": {"claimName": "data"}} in pod["spec"]["volumes"]
    assert "ownerReferences" not in claim["metadata"]
    kubectl.delete("ecsservice", "web")
    wait_for(lambda: len(kubectl.list("pod")) == 1, 20, "the end of the service's task")
    assert kubectl.get("pvc", "data")["metadata"]["uid"] == claim["metadata"]["uid"]


def test_every_device_of_a_node_is_claimed(kubectl: Kubectl) -> None:
    entry = {"from": "GPU", "resourceName": "nvidia.com/gpu", "deviceClassName": "gpu.example"}
    greedy = ecs.container(resourceRequirements=[{"type": "GPU", "value": "ALL"}])
    kubectl.apply([ecs.account(accelerators=[entry]), ecs.task_definition("web", greedy), ecs.service()])
    (pod,) = wait_for(lambda: kubectl.list("pod"), 20, "the task")
    (claim,) = pod["spec"]["resourceClaims"]
    assert pod["spec"]["containers"][0]["resources"]["claims"] == [{"name": claim["name"]}]
    template = kubectl.get("resourceclaimtemplate", claim["resourceClaimTemplateName"])
    assert template["spec"]["spec"]["devices"]["requests"][0]["exactly"]["allocationMode"] == "All"
    kubectl.delete("resourceclaimtemplate", claim["resourceClaimTemplateName"])
    wait_for(lambda: kubectl.list("resourceclaimtemplate"), 20, "the template, made again")


@pytest.mark.parametrize("runner", [ecs.service(), ecs.task()])
def test_the_isolation_of_tasks_is_put_back(kubectl: Kubectl, runner: dict[str, Any]) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition("web", networkMode="none"), runner])
    first = wait_for(lambda: kubectl.list("networkpolicy"), 20, "the policy")[0]
    wait_for(lambda: kubectl.list("pod"), 20, "the task")
    kubectl.delete("networkpolicy", POLICY)
    (again,) = wait_for(lambda: kubectl.list("networkpolicy"), 20, "the policy, made again")
    assert again["metadata"]["uid"] != first["metadata"]["uid"]
    kubectl.patch("networkpolicy", POLICY, {"spec": {"ingress": [{}]}})
    wait_for(lambda: "ingress" not in kubectl.get("networkpolicy", POLICY)["spec"], 20, "the policy, closed again")


@pytest.mark.parametrize(
    ("member", "message"),
    [
        ({"disableNetworking": True}, "disableNetworking is not supported by this endpoint"),
        (
            {"resourceRequirements": [{"type": "InferenceAccelerator", "value": "a"}]},
            "resourceRequirements of type InferenceAccelerator is not supported by this endpoint",
        ),
    ],
)
def test_what_is_not_supported_is_not_registered(kubectl: Kubectl, member: dict[str, Any], message: str) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition("web", ecs.container(**member))])
    family = ecs.wait_state(kubectl, "ecstaskdefinition", "web", "Stalled InvalidTaskDefinition")
    assert message in str(ecs.status(family)["conditions"])
    assert kubectl.list(REVISION) == []
