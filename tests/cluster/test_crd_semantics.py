"""How objects behave: scale, defaults, unknown members, nulls, lists under two field managers, wrong types."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any

import pytest

from tests.cluster.crd_documents import (
    Refusal,
    account,
    changed,
    container,
    document,
    record,
    refusal,
    refusal_of,
    sent,
    service,
    taken,
    task_definition,
)
from tests.cluster.rig import Kubectl
from tools.localcluster import LocalCluster
from tools.localcluster.api import ApiError

WHOLE_SERVICE = {
    "cluster": "prod",
    "desiredCount": 2,
    "launchType": "FARGATE",
    "platformVersion": "LATEST",
    "schedulingStrategy": "REPLICA",
    "deploymentController": {"type": "ECS"},
    "deploymentConfiguration": {
        "maximumPercent": 200,
        "minimumHealthyPercent": 50,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "strategy": "CANARY",
        "canaryConfiguration": {"canaryPercent": 10.5},
        "lifecycleHooks": [{"hookTargetArn": "a", "hookDetails": {"any": [1, "thing", None]}}],
    },
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s-1", "s-1"], "assignPublicIp": "ENABLED"}},
    "loadBalancers": [{"targetGroupArn": "t", "containerName": "app", "containerPort": 80}],
    "serviceConnectConfiguration": {"enabled": True, "namespace": "shop"},
    "tags": [{"key": "team", "value": ""}],
    "propagateTags": "SERVICE",
    "kubernetes": {"paused": False, "restartedAt": "2026-01-02T03:04:05Z", "podLabels": {"a": "b"}},
}


def as_json(manifest: Mapping[str, Any], **members: Any) -> str:
    return json.dumps({**manifest, "spec": {**manifest["spec"], **members}})


def posted(cluster: LocalCluster, namespace: str, manifest: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """A create without fieldValidation, as most clients send it: the object and the server's warnings."""
    context = ssl.create_default_context(cafile=str(cluster.api.authority))
    context.load_cert_chain(cluster.api.user.certificate, cluster.api.user.key)
    connection = http.client.HTTPSConnection("127.0.0.1", cluster.api.port, context=context, timeout=30)
    path = cluster.api.resource(manifest["kind"]).path(namespace)
    connection.request("POST", path, json.dumps(manifest), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    created = json.loads(answer.read())
    connection.close()
    assert answer.status == 201, created
    return created, answer.headers.get("Warning") or ""


@pytest.mark.usefixtures("crds_alone")
def test_a_service_scales(kubectl: Kubectl) -> None:
    created = taken(kubectl.cluster, kubectl.namespace, service(), dry=False)
    assert created["spec"]["desiredCount"] == 1
    assert "scaled" in kubectl("scale", "ecsservice", "web", "--replicas=3")
    assert kubectl.get("ecsservice", "web")["spec"]["desiredCount"] == 3
    selector = "kubecs.dev/service=web"
    kubectl.patch("ecsservice", "web", {"status": {"runningCount": 2, "selector": selector}}, subresource="status")
    path = kubectl.cluster.api.resource("ecsservice").path(kubectl.namespace, "web", "scale")
    scale = kubectl.cluster.api.call("GET", path)
    assert scale["kind"] == "Scale"
    assert (scale["spec"], scale["status"]) == ({"replicas": 3}, {"replicas": 2, "selector": selector})


@pytest.mark.usefixtures("crds_alone")
def test_scaling_does_not_fall_below_zero(kubectl: Kubectl) -> None:
    taken(kubectl.cluster, kubectl.namespace, service(), dry=False)
    path = kubectl.cluster.api.resource("ecsservice").path(kubectl.namespace, "web", "scale")
    with pytest.raises(ApiError, match="greater than or equal to 0"):
        kubectl.cluster.api.call("PATCH", path, {"spec": {"replicas": -1}}, "application/merge-patch+json")


@pytest.mark.usefixtures("crds_alone")
def test_what_was_applied_is_what_is_stored(cluster: LocalCluster, namespace: str) -> None:
    manifests = [
        service(**WHOLE_SERVICE),
        task_definition(tags=[{"key": "a"}], containerDefinitions=[container(environment=[], command=[])]),
        account(roles=[{"role": "r"}], settings=[{"name": "n", "value": "v"}]),
    ]
    for manifest in manifests:
        assert taken(cluster, namespace, manifest)["spec"] == manifest["spec"]


@pytest.mark.usefixtures("crds_alone")
def test_a_new_object_is_known_to_be_unobserved(kubectl: Kubectl) -> None:
    created = taken(kubectl.cluster, kubectl.namespace, service(), dry=False)
    assert created["status"] == {"observedGeneration": -1}
    patched = kubectl.patch("ecsservice", "web", {"status": {"runningCount": 1}}, subresource="status")
    assert patched["status"] == {"observedGeneration": -1, "runningCount": 1}


@pytest.mark.usefixtures("crds_alone")
def test_a_status_in_an_applied_document_changes_nothing(cluster: LocalCluster, namespace: str) -> None:
    created = taken(cluster, namespace, service() | {"status": {"runningCount": 7}})
    assert created["status"] == {"observedGeneration": -1}


@pytest.mark.usefixtures("crds_alone")
@pytest.mark.parametrize("way", [(), ("--server-side",)], ids=["client-side", "server-side"])
def test_kubectl_apply_refuses_unknown_members(way: tuple[str, ...], kubectl: Kubectl) -> None:
    text = as_json(service(), deploymentConfiguration={"maximumPercents": 1})
    with pytest.raises(RuntimeError, match=r"spec\.deploymentConfiguration\.maximumPercents"):
        kubectl("apply", *way, "-f", "-", input=text)
    assert kubectl.find("ecsservice", "web") is None


@pytest.mark.usefixtures("crds_alone")
def test_other_clients_get_a_warning_for_unknown_members(cluster: LocalCluster, namespace: str) -> None:
    created, warning = posted(cluster, namespace, json.loads(as_json(service(), platformFamily="LINUX")))
    assert 'unknown field \\"spec.platformFamily\\"' in warning
    assert "platformFamily" not in created["spec"]


NULLS = {"cpu": None, "networkMode": None, "volumes": None}


@pytest.mark.usefixtures("crds_alone")
def test_server_side_apply_refuses_nulls(kubectl: Kubectl) -> None:
    with pytest.raises(RuntimeError) as refused:
        kubectl("apply", "--server-side", "-f", "-", input=as_json(task_definition(), **NULLS))
    for member in NULLS:
        assert f"spec.{member} in body must be of type" in str(refused.value)


@pytest.mark.usefixtures("crds_alone")
def test_client_side_apply_and_plain_creates_take_nulls_for_absent_members(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", input=as_json(task_definition("a"), **NULLS))
    posted(kubectl.cluster, kubectl.namespace, json.loads(as_json(task_definition("b"), cpu=None, volumes=None)))
    for name in ("a", "b"):
        assert kubectl.get("ecstaskdefinition", name)["spec"] == task_definition(name)["spec"]


@pytest.mark.usefixtures("crds_alone")
def test_nulls_in_lists_are_always_refused(kubectl: Kubectl) -> None:
    text = as_json(task_definition(), containerDefinitions=[container(command=[None])])
    with pytest.raises(RuntimeError, match=r"containerDefinitions\[0\]\.command\[0\]"):
        kubectl("create", "-f", "-", input=text)


def containers_of(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {each["name"]: each for each in manifest["spec"]["containerDefinitions"]}


@pytest.mark.usefixtures("crds_alone")
def test_two_managers_share_the_containers(cluster: LocalCluster, namespace: str) -> None:
    taken(cluster, namespace, task_definition(), dry=False)
    sidecar = document("ECSTaskDefinition", "web", {"containerDefinitions": [container("agent", essential=False)]})
    added = sent(cluster, namespace, sidecar, dry=False, manager="injector", force=False)
    assert not isinstance(added, Refusal), added
    assert list(containers_of(added)) == ["app", "agent"]
    again = taken(cluster, namespace, task_definition(cpu="256"), dry=False)
    assert list(containers_of(again)) == ["app", "agent"]
    gone = document("ECSTaskDefinition", "web", {"family": "web"})
    removed = sent(cluster, namespace, gone, dry=False, manager="injector", force=False)
    assert not isinstance(removed, Refusal), removed
    assert list(containers_of(removed)) == ["app"]


@pytest.mark.usefixtures("crds_alone")
def test_a_list_with_duplicates_belongs_to_one_manager(cluster: LocalCluster, namespace: str) -> None:
    variables = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    ports = [{"containerPort": 80}, {"containerPort": 80}]
    first = containers_of(
        taken(
            cluster,
            namespace,
            task_definition(containerDefinitions=[container(environment=variables, portMappings=ports)]),
            dry=False,
        )
    )
    assert (first["app"]["environment"], first["app"]["portMappings"]) == (variables, ports)
    more = document(
        "ECSTaskDefinition",
        "web",
        {"containerDefinitions": [{"name": "app", "image": "nginx", "environment": [{"name": "B"}]}]},
    )
    answer = sent(cluster, namespace, more, manager="other", force=False)
    assert isinstance(answer, Refusal)
    assert answer.status == 409
    assert [cause.field for cause in answer.causes] == ['.spec.containerDefinitions[name="app"].environment']


@pytest.mark.usefixtures("crds_alone")
def test_containers_have_names_of_their_own(cluster: LocalCluster, namespace: str) -> None:
    twice = task_definition(containerDefinitions=[container(), container()])
    assert 'containerDefinitions: duplicate entries for key [name="app"]' in refusal(cluster, namespace, twice).message
    with pytest.raises(ApiError) as refused:
        cluster.api.call("POST", cluster.api.resource("ECSTaskDefinition").path(namespace), twice)
    assert [each.field for each in refusal_of(refused.value).causes if "Duplicate" in each.message] == [
        "spec.containerDefinitions[1]"
    ]


BAD_VALUES = [
    (
        task_definition(networkMode="overlay"),
        "spec.networkMode",
        'supported values: "awsvpc", "bridge", "host", "none"',
    ),
    (task_definition(family="a b"), "spec.family", "should match"),
    (task_definition(containerDefinitions=[]), "spec.containerDefinitions", "at least 1 items"),
    (
        task_definition(containerDefinitions=[{"name": "app"}]),
        "spec.containerDefinitions[0].image",
        "Required value",
    ),
    (
        task_definition(containerDefinitions=[container(portMappings=[{"containerPort": 70000}])]),
        "spec.containerDefinitions[0].portMappings[0].containerPort",
        "less than or equal to 65535",
    ),
    (
        task_definition(containerDefinitions=[container(str(number)) for number in range(11)]),
        "spec.containerDefinitions",
        "at most 10 items",
    ),
    (changed(task_definition(), family=None), "spec.family", "Required value"),
    (changed(service(), serviceName=None), "spec.serviceName", "Required value"),
    (service(desiredCount=-1), "spec.desiredCount", "greater than or equal to 0"),
    (service(deploymentConfiguration={"minimumHealthyPercent": 101}), "minimumHealthyPercent", "less than or equal"),
    (service(kubernetes={"restartedAt": "now"}), "spec.kubernetes.restartedAt", "date-time"),
    (account(accountId="12"), "spec.accountId", "should match"),
    (account(allow={"hostVolumes": ["var"]}), "spec.allow.hostVolumes[0]", "should match"),
    (account(allow={"roles": ["arn:aws:iam"]}), "spec.allow.roles[0]", "should match"),
    (account(roles=[{"role": "arn:x"}]), "spec.roles[0].role", "should match"),
    (service(kubernetes={"podLabels": {"a": "no good value"}}), "spec.kubernetes.podLabels.a", "should match"),
    (service(kubernetes={"priorityClassName": "High"}), "spec.kubernetes.priorityClassName", "should match"),
    (changed(record(), stoppedAt=None), "spec.stoppedAt", "Required value"),
]


@pytest.mark.parametrize(
    ("manifest", "field", "words"), BAD_VALUES, ids=lambda value: value if isinstance(value, str) else ""
)
@pytest.mark.usefixtures("crds_alone")
def test_a_bad_value_is_refused_at_its_field(
    manifest: Mapping[str, Any], field: str, words: str, cluster: LocalCluster, namespace: str
) -> None:
    cause = refusal(cluster, namespace, manifest).about(words)
    assert cause is not None
    assert cause.field.endswith(field)


WRONG_TYPES = [
    (task_definition(cpu=256), "spec.cpu", "string"),
    (task_definition(memory=512), "spec.memory", "string"),
    (service(desiredCount="2"), "spec.desiredCount", "integer"),
    (
        task_definition(containerDefinitions=[container(privileged="true")]),
        "spec.containerDefinitions[0].privileged",
        "boolean",
    ),
]


@pytest.mark.parametrize(("manifest", "field", "wanted"), WRONG_TYPES, ids=[field for _, field, _ in WRONG_TYPES])
@pytest.mark.usefixtures("crds_alone")
def test_nothing_is_coerced(
    manifest: Mapping[str, Any], field: str, wanted: str, cluster: LocalCluster, namespace: str
) -> None:
    assert field.rsplit(".", 1)[-1] in refusal(cluster, namespace, manifest).message
    with pytest.raises(ApiError) as refused:
        cluster.api.call("POST", cluster.api.resource(manifest["kind"]).path(namespace), manifest)
    cause = refusal_of(refused.value).about(f"must be of type {wanted}")
    assert cause is not None
    assert cause.field == field
