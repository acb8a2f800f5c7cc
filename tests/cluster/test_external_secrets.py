"""External Secrets on the real API server: used where its CRD is installed, also when that comes later.

Only the kind is there, not the controller, so the Secrets that it would make are made by the test where one is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubecs.controllers.optionalkinds import served
from kubecs.kube.resources import DEPLOYMENTS, Resource
from tests.cluster import ecs, shim
from tests.cluster.kube_rig import connect
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for, wait_for_async
from tools.localcluster import LocalCluster

SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop/db-AbCdEf"
STORES = [
    {"from": "arn:aws:secretsmanager:*", "name": "manager", "executionRole": "shop-*"},
    {"from": "*", "name": "parameters", "kind": "ClusterSecretStore"},
]
NEEDY = ecs.container(
    secrets=[
        {"name": "PASSWORD", "valueFrom": f"{SECRET}:password:AWSPREVIOUS:"},
        {"name": "TOKEN", "valueFrom": "/shop/token"},
    ]
)
DEFINITION = ecs.task_definition("web", NEEDY, executionRoleArn="shop-exec")
CRD = "externalsecrets.external-secrets.io"
ASK_OFTEN = """
import kubecs.controllers.optionalkinds as optionalkinds

optionalkinds.ASK_SECONDS = 0.5
"""

_TEXT = {"type": "string"}
_REMOTE = {
    "type": "object",
    "required": ["key"],
    "properties": {"key": _TEXT, "property": _TEXT, "version": _TEXT},
}
_DATA = {
    "type": "object",
    "required": ["secretKey", "remoteRef"],
    "properties": {"secretKey": _TEXT, "remoteRef": _REMOTE},
}
_SPEC = {
    "type": "object",
    "properties": {
        "refreshInterval": _TEXT,
        "secretStoreRef": {"type": "object", "properties": {"name": _TEXT, "kind": _TEXT}},
        "target": {"type": "object", "properties": {"name": _TEXT, "creationPolicy": _TEXT}},
        "data": {"type": "array", "items": _DATA},
    },
}
_SCHEMA = {
    "type": "object",
    "properties": {"spec": _SPEC, "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
}
DOCUMENT = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": CRD},
    "spec": {
        "group": "external-secrets.io",
        "names": {"kind": "ExternalSecret", "listKind": "ExternalSecretList", "plural": "externalsecrets"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": _SCHEMA},
                "subresources": {"status": {}},
            }
        ],
    },
}


def _groups(cluster: LocalCluster) -> list[str]:
    return [each["name"] for each in cluster.api.call("GET", "/apis")["groups"]]


@pytest.fixture
def installed(cluster: LocalCluster, kubectl: Kubectl, operator: OperatorProcess, tmp_path: Path) -> Iterator[None]:
    """The operator runs first, and decides about a service; then the CRD is installed."""
    operator.terminate()  # gives the Lease back
    operator.start(env=shim.environment(tmp_path / "ask-often", ASK_OFTEN))
    kubectl.apply([ecs.account(secretStores=STORES), DEFINITION, ecs.service()])
    stalled = ecs.wait_state(kubectl, "ecsservice", "web", "Stalled ResourceInitializationError")
    assert "unable to pull secrets or registry auth" in str(ecs.status(stalled)["conditions"])
    kubectl.apply(DOCUMENT)
    wait_for(lambda: cluster.api.answers("/apis/external-secrets.io/v1/externalsecrets"), 20, "the kind")
    wait_for(lambda: "external-secrets.io" in _groups(cluster), 20, "the list of groups, which has it a little later")
    yield
    operator.terminate()
    kubectl.delete("crd", CRD)
    wait_for(lambda: not cluster.api.answers("/apis/external-secrets.io/v1"), 20, "the end of the kind")


def _by_key(kubectl: Kubectl) -> dict[str, dict[str, Any]]:
    """The ExternalSecrets by the remote key that they name."""
    return {each["spec"]["data"][0]["remoteRef"]["key"]: each for each in kubectl.list("externalsecret")}


@pytest.mark.usefixtures("installed")
def test_references_are_fetched_and_put_back_and_go_with_the_service(kubectl: Kubectl) -> None:
    (pod,) = wait_for(lambda: kubectl.list("pod"), 30, "the task")
    made = _by_key(kubectl)
    assert set(made) == {SECRET, "/shop/token"}
    secret, token = made[SECRET], made["/shop/token"]
    assert secret["spec"] == {
        "refreshInterval": "5m",
        "secretStoreRef": {"kind": "SecretStore", "name": "manager"},
        "target": {"name": secret["metadata"]["name"], "creationPolicy": "Owner"},
        "data": [
            {
                "secretKey": "value",
                "remoteRef": {"key": SECRET, "property": "password", "version": "AWSPREVIOUS"},
            }
        ],
    }
    assert token["spec"]["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "parameters"}
    assert [each["valueFrom"]["secretKeyRef"] for each in pod["spec"]["containers"][0]["env"]] == [
        {"name": secret["metadata"]["name"], "key": "value"},
        {"name": token["metadata"]["name"], "key": "value"},
    ]
    for each in made.values():
        assert [owner["kind"] for owner in each["metadata"]["ownerReferences"]] == ["ECSService"]
        assert each["metadata"]["creationTimestamp"] <= pod["metadata"]["creationTimestamp"]

    kubectl.delete("externalsecret", secret["metadata"]["name"])
    wait_for(
        lambda: _by_key(kubectl).get(SECRET, secret)["metadata"]["uid"] != secret["metadata"]["uid"], 20, "it, anew"
    )
    kubectl.patch("externalsecret", token["metadata"]["name"], {"spec": {"refreshInterval": "1s"}})
    wait_for(lambda: _by_key(kubectl)["/shop/token"]["spec"]["refreshInterval"] == "5m", 20, "it, as it was")
    assert ecs.uids(kubectl.list("pod")) == {pod["metadata"]["uid"]}


@pytest.mark.usefixtures("installed")
def test_a_task_on_its_own_has_its_own(kubectl: Kubectl) -> None:
    kubectl.delete("ecsservice", "web")
    kubectl.apply(ecs.task())
    owned = wait_for(lambda: _both_of_a_task(kubectl), 30, "the task's own")
    (pod,) = wait_for(
        lambda: [each for each in kubectl.list("pod") if each["metadata"]["ownerReferences"][0]["kind"] == "ECSTask"],
        30,
        "its Pod",
    )
    named = {each["valueFrom"]["secretKeyRef"]["name"] for each in pod["spec"]["containers"][0]["env"]}
    assert named == {each["metadata"]["name"] for each in owned}


def _both_of_a_task(kubectl: Kubectl) -> list[ecs.Document]:
    found = kubectl.list("externalsecret")
    owned = [each for each in found if each["metadata"]["ownerReferences"][0]["kind"] == "ECSTask"]
    assert len(owned) == 2
    return owned


async def test_a_kind_that_may_not_be_listed_counts_as_one_that_is_not_there(cluster: LocalCluster) -> None:
    async with connect(cluster.operator_kubeconfig()) as client:
        may = await wait_for_async(lambda: served(client, (DEPLOYMENTS,), None), 20, "the authorizer knows the rights")
        assert may is DEPLOYMENTS
        assert await served(client, (Resource("StatefulSet", "apps/v1", "statefulsets"),), None) is None
