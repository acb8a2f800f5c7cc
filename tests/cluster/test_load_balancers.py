"""Target groups, registries and Service Connect as Services: real EndpointSlices list the tasks that are ready."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.audit import AuditLog
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster

pytestmark = pytest.mark.usefixtures("operator")

GROUP = f"arn:aws:elasticloadbalancing:{ecs.REGION}:{ecs.ACCOUNT_ID}:targetgroup/web/1"
REGISTRY = f"arn:aws:servicediscovery:{ecs.REGION}:{ecs.ACCOUNT_ID}:service/srv-web"
BALANCED = {"loadBalancers": [{"targetGroupArn": GROUP, "containerName": "app", "containerPort": 80}]}
NOT_READY = ecs.kwok(never_ready="true")


def _target(to: str = "ClusterIP", **members: Any) -> dict[str, Any]:
    return {"from": GROUP, "to": to, "serviceName": "front", **members}


def _definition(port: int = 80, image: str = "registry.example/app:1") -> dict[str, Any]:
    mappings = [{"containerPort": port, "name": "http", "appProtocol": "http"}]
    return ecs.task_definition("web", ecs.container(image=image, portMappings=mappings))


def _apply(kubectl: Kubectl, *maps: dict[str, Any], desired: int = 2, **members: Any) -> None:
    kubectl.apply(
        [ecs.account(targetGroups=list(maps)), _definition(), ecs.service(desired=desired, **(BALANCED | members))]
    )


def _endpoints(kubectl: Kubectl, service: str) -> set[tuple[str, int]]:
    """(Pod, port) of every ready endpoint that the EndpointSlices of a Service list."""
    return {
        (endpoint["targetRef"]["name"], port["port"])
        for each in kubectl.list("endpointslice", f"kubernetes.io/service-name={service}")
        for endpoint in each.get("endpoints") or ()
        if endpoint["conditions"]["ready"]
        for port in each.get("ports") or ()
    }


def _ready_pods(kubectl: Kubectl) -> set[str]:
    found = ecs.pods(kubectl, service="web")
    return {each["metadata"]["name"] for each in found if ecs.condition(each, "Ready").get("status") == "True"}


def _serves(kubectl: Kubectl, service: str, count: int, port: int = 80) -> None:
    def lists_the_ready_pods() -> bool:
        pods = _ready_pods(kubectl)
        return len(pods) == count and _endpoints(kubectl, service) == {(pod, port) for pod in pods}

    wait_for(lists_the_ready_pods, 20, f"{service} leads to {count} tasks")


def test_a_target_group_leads_to_the_tasks_that_are_ready(kubectl: Kubectl) -> None:
    _apply(kubectl, _target(port=8080))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    service = kubectl.get("service", "front")
    (port,) = service["spec"]["ports"]
    assert (service["spec"]["type"], port["port"], port["targetPort"]) == ("ClusterIP", 8080, "http")
    assert (port["appProtocol"], service["spec"]["clusterIP"] not in ("", "None")) == ("http", True)
    _serves(kubectl, "front", 2)
    kubectl("scale", "ecsservice", "web", "--replicas=4")
    _serves(kubectl, "front", 4)
    kubectl("scale", "ecsservice", "web", "--replicas=1")
    _serves(kubectl, "front", 1)


def test_a_task_that_is_not_ready_gets_no_traffic(kubectl: Kubectl) -> None:
    _apply(kubectl, _target(), desired=1, kubernetes={"podAnnotations": NOT_READY})
    (pod,) = wait_for(lambda: ecs.pods(kubectl, service="web"), 20, "the task")
    name = pod["metadata"]["name"]

    def listed_as_not_ready() -> bool:
        found = kubectl.list("endpointslice", "kubernetes.io/service-name=front")
        ready = {each["targetRef"]["name"]: each["conditions"]["ready"] for s in found for each in s["endpoints"] or ()}
        return ready == {name: False}

    wait_for(listed_as_not_ready, 20, "the endpoint, not ready")
    kubectl.annotate("pod", name, never_ready=None)
    _serves(kubectl, "front", 1)


def test_a_named_port_follows_each_task_in_a_rollout(kubectl: Kubectl) -> None:
    _apply(kubectl, _target())
    ecs.wait_ready(kubectl, "ecsservice", "web")
    moved = {"loadBalancers": [BALANCED["loadBalancers"][0] | {"containerPort": 8081}]}
    kubectl.apply([_definition(8081), ecs.service(desired=2, **moved)])
    _serves(kubectl, "front", 2, 8081)
    ecs.wait_ready(kubectl, "ecsservice", "web")
    assert kubectl.get("service", "front")["spec"]["ports"][0]["port"] == 8081


@pytest.mark.parametrize("kind", ["NodePort", "LoadBalancer"])
def test_the_kind_of_the_map_and_back(kubectl: Kubectl, kind: str) -> None:
    _apply(kubectl, _target(kind, annotations={"example.com/a": "b"}))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    service = kubectl.get("service", "front")
    assert service["spec"]["type"] == kind
    assert service["spec"]["ports"][0]["nodePort"]
    assert service["metadata"]["annotations"]["example.com/a"] == "b"
    kubectl.apply(ecs.account(targetGroups=[_target()]))

    def is_plain_again() -> bool:
        found = kubectl.get("service", "front")
        return found["spec"]["type"] == "ClusterIP" and "example.com/a" not in found["metadata"]["annotations"]

    wait_for(is_plain_again, 10, "a ClusterIP Service")
    assert kubectl.get("service", "front")["metadata"]["uid"] == service["metadata"]["uid"]


def test_registry_and_service_connect(kubectl: Kubectl) -> None:
    account = ecs.account(
        serviceRegistries=[{"from": REGISTRY, "to": "Headless"}], serviceConnect=[{"from": "mesh", "to": "ClusterIP"}]
    )
    members = {
        "serviceRegistries": [{"registryArn": REGISTRY}],
        "serviceConnectConfiguration": {
            "enabled": True,
            "services": [
                {"portName": "http", "clientAliases": [{"port": 8000, "dnsName": "api"}]},
                {"portName": "http", "discoveryName": "inner"},
            ],
        },
    }
    mesh = ecs.cluster("shop")
    mesh["spec"]["serviceConnectDefaults"] = {"namespace": "mesh"}
    kubectl.apply([account, mesh, _definition(), ecs.service(desired=2, cluster="shop", **members)])
    service = ecs.wait_ready(kubectl, "ecsservice", "shop.web")[0]
    assert "inner.mesh" in ecs.condition(service, "ServiceConnectNameNotServed")["message"]
    assert ecs.condition(service, "ServiceConnectWithoutProxy")["status"] == "True"
    found = {each["metadata"]["name"]: each["spec"] for each in kubectl.list("service")}
    (registry,) = set(found) - {"api", "inner"}
    assert found[registry]["clusterIP"] == "None"
    assert [port["port"] for port in found["api"]["ports"]] == [8000]
    for name in ("api", "inner"):
        _serves(kubectl, name, 2)

    def lists_both_tasks() -> bool:
        slices = kubectl.list("endpointslice", f"kubernetes.io/service-name={registry}")
        return sum(len(each.get("endpoints") or ()) for each in slices) == 2

    wait_for(lists_both_tasks, 20, "the registry lists both tasks")


def test_without_an_entry_it_runs_and_is_not_ready_until_there_is_one(kubectl: Kubectl) -> None:
    _apply(kubectl)
    service = ecs.wait_state(kubectl, "ecsservice", "web", "Stalled TargetGroupNotMapped")
    assert GROUP in ecs.condition(service, "Ready")["message"]
    wait_for(lambda: ecs.status(kubectl.get("ecsservice", "web"))["runningCount"] == 2, 20, "two tasks")
    before = ecs.uids(ecs.pods(kubectl, service="web"))
    assert kubectl.list("service") == []
    kubectl.apply(ecs.account(targetGroups=[{"from": "*", "to": "none"}]))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    assert kubectl.list("service") == []
    kubectl.apply(ecs.account(targetGroups=[_target()]))
    _serves(kubectl, "front", 2)
    assert ecs.uids(ecs.pods(kubectl, service="web")) == before
    told = wait_for(lambda: ecs.event_notes(kubectl, "ECSService", "web", "TargetGroupNotMapped"), 10, "an Event")
    assert len(told) == 1


def test_it_is_put_back_and_goes_with_the_member_and_with_the_service(kubectl: Kubectl) -> None:
    _apply(kubectl, _target())
    ecs.wait_ready(kubectl, "ecsservice", "web")
    first = kubectl.get("service", "front")
    kubectl.delete("service", "front")
    wait_for(lambda: (kubectl.find("service", "front") or first)["metadata"]["uid"] != first["metadata"]["uid"], 10)
    kubectl.patch("service", "front", {"spec": {"selector": {"app": "other"}}})
    right = {"kubecs.dev/cluster": "default", "kubecs.dev/service": "web"}
    wait_for(lambda: kubectl.get("service", "front")["spec"]["selector"] == right, 10, "its tasks")
    kubectl.patch("ecsservice", "web", {"spec": {"loadBalancers": []}})
    wait_for(lambda: kubectl.find("service", "front") is None, 30, "its end with the member")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    kubectl.patch("ecsservice", "web", {"spec": BALANCED})
    _serves(kubectl, "front", 2)
    kubectl.delete("ecsservice", "web")
    wait_for(lambda: kubectl.find("service", "front") is None, 30, "its end with the service")


def test_a_service_of_somebody_else_is_left_alone(kubectl: Kubectl) -> None:
    theirs = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "front"},
        "spec": {"selector": {"app": "theirs"}, "ports": [{"port": 1}]},
    }
    kubectl.apply(theirs)
    before = kubectl.get("service", "front")
    _apply(kubectl, _target())
    ecs.wait_state(kubectl, "ecsservice", "web", "Stalled ServiceNameTaken")
    assert kubectl.get("service", "front") == before
    kubectl.delete("ecsservice", "web")
    wait_for(lambda: not ecs.pods(kubectl), 20, "the end of its tasks")
    assert kubectl.get("service", "front") == before


def test_it_costs_one_write_and_none_when_nothing_changes(
    cluster: LocalCluster, operator: OperatorProcess, kubectl: Kubectl
) -> None:
    assert operator.pid is not None
    kubectl.apply([ecs.account(targetGroups=[_target()]), _definition(), ecs.service("first", 0)])
    ecs.wait_ready(kubectl, "ecsservice", "first")
    audit = AuditLog(cluster)
    audit.settle(kubectl.namespace)
    audit.mark()
    kubectl.apply(ecs.service(desired=0, **BALANCED))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    audit.settle(kubectl.namespace)
    assert audit.counts(kubectl.namespace)["patch services"] == 1
    audit.mark()
    operator.terminate()
    operator.start()
    wait_for(lambda: ecs.sample(operator.metrics(), "ecs_operator_leader") == 1, 20, "leading")
    audit.settle(kubectl.namespace)
    assert audit.counts(kubectl.namespace) == {}
