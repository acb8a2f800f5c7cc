"""The Services of an ECS service: which there are, what is in them, and what is said where there can be none."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from kubecs.plan.actions import Apply, Delete, Plan
from kubecs.plan.loadbalancers import connect_namespace, service_names
from kubecs.plan.service import plan_service
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.translate import names
from tests.unit.plan.service_documents import GROUP, REGISTRY, balanced, connected, mapped, shown
from tests.unit.plan.services import NOW, applied, condition, created, live, tasks

CHILD = names.child_name("default", "web")


def services(plan: Plan) -> list[dict[str, Any]]:
    found = [each.manifest for step in plan.steps for each in step if isinstance(each, Apply)]
    return [dict(each) for each in found if each["kind"] == "Service"]


def only(spec: dict[str, Any]) -> dict[str, Any]:
    (found,) = services(plan_service(shown(spec), NOW))
    return found


def ready(plan: Plan) -> tuple[str, str, str]:
    found = condition(plan, "Ready")
    return found["status"], found["reason"], found["message"]


def running(spec: dict[str, Any]) -> ServiceSnapshot:
    """A service at work, with all of its children."""
    plan = plan_service(shown(spec), NOW)
    held = created(plan)
    held["metadata"] |= {"uid": "revision-uid"}
    identity = applied(plan, "ServiceAccount")
    return shown(
        spec,
        deployment=live(applied(plan, "Deployment"), 3),
        disruption_budget=applied(plan, "PodDisruptionBudget"),
        service_revisions=(held,),
        identities={("ServiceAccount", identity["metadata"]["name"]): identity},
        tasks=tasks(held["data"]["deploymentId"], 3),
        kubernetes_services={each["metadata"]["name"]: existing(each) for each in services(plan)},
    )


def existing(manifest: dict[str, Any]) -> dict[str, Any]:
    held = copy.deepcopy(manifest)
    held["metadata"]["uid"] = f"uid of {held['metadata']['name']}"
    held["spec"] |= {"clusterIP": held["spec"].get("clusterIP", "10.0.0.1"), "sessionAffinity": "None"}
    return held


def test_a_target_group_is_a_service_of_the_tasks() -> None:
    found = only(balanced("internal"))
    assert found["metadata"]["name"] == f"{CHILD}-{names.digits(GROUP + 'internal')}"
    assert found["metadata"]["annotations"]["kubecs.dev/stands-for"] == f"{GROUP}internal"
    assert found["metadata"]["annotations"]["example.com/zone"] == "a"
    assert [each["kind"] for each in found["metadata"]["ownerReferences"]] == ["ECSService"]
    assert found["spec"] == {
        "type": "ClusterIP",
        "selector": {"kubecs.dev/cluster": "default", "kubecs.dev/service": "web"},
        "ports": [{"name": "tcp-80", "port": 80, "protocol": "TCP", "targetPort": 80}],
    }


@pytest.mark.parametrize(
    ("spec", "kind", "port"),
    [
        (balanced("nodes"), {"type": "NodePort"}, {"port": 8443, "targetPort": 80, "nodePort": 30443}),
        (balanced("public"), {"type": "LoadBalancer", "loadBalancerClass": "example.com/nlb"}, {"port": 80}),
        (balanced("internal", 8080), {}, {"targetPort": "api", "name": "api", "appProtocol": "kubernetes.io/h2c"}),
        (balanced("internal", 9000, containerName="side"), {}, {"protocol": "UDP", "targetPort": 9000}),
        (balanced("route"), {"type": "ClusterIP"}, {"port": 80}),
        ({"serviceRegistries": [{"registryArn": REGISTRY, "port": 8080}]}, {"clusterIP": "None"}, {"port": 8080}),
        (connected({"portName": "api", "clientAliases": [{"port": 81}]}), {}, {"port": 81, "targetPort": "api"}),
        (connected({"portName": "dns"}), {}, {"port": 53, "protocol": "UDP", "targetPort": "dns"}),
    ],
)
def test_kinds_and_ports(spec: dict[str, Any], kind: dict[str, Any], port: dict[str, Any]) -> None:
    found = only(spec)["spec"]
    assert found | kind == found
    assert found["ports"][0] | port == found["ports"][0]


def test_a_registry_without_a_port_is_names_alone() -> None:
    found = only({"serviceRegistries": [{"registryArn": REGISTRY}]})
    assert found["metadata"]["name"] == "web-records"
    assert "ports" not in found["spec"]


def test_two_ports_of_one_target_group_are_one_service() -> None:
    both = balanced("internal")["loadBalancers"] + balanced("internal", 8080)["loadBalancers"]
    assert [each["port"] for each in only({"loadBalancers": both})["spec"]["ports"]] == [80, 8080]


@pytest.mark.parametrize(
    ("alias", "name", "served"),
    [
        ({"dnsName": "api"}, "api", True),
        ({"dnsName": "api.shop"}, "api", True),
        ({"dnsName": "API.shop.svc.cluster.local."}, "api", True),
        ({"dnsName": "api.internal"}, "api", False),
        ({"dnsName": "1st"}, "svc-1st", False),
        ({}, "found", True),
    ],
)
def test_names_of_service_connect(alias: dict[str, Any], name: str, served: bool) -> None:
    given = {"portName": "api", "discoveryName": "found", "clientAliases": [{"port": 80, **alias}]}
    plan = plan_service(shown(connected(given)), NOW)
    assert [each["metadata"]["name"] for each in services(plan)] == [name]
    types = {each["type"] for each in (plan.status or {})["conditions"]}
    assert ("ServiceConnectNameNotServed" not in types) == served
    assert "ServiceConnectWithoutProxy" in types


def test_the_namespace_comes_from_the_cluster_where_the_service_names_none() -> None:
    spec = connected({"portName": "api"}, namespace=None)
    cluster = {"spec": {"serviceConnectDefaults": {"namespace": "shop"}}}
    assert services(plan_service(shown(spec, cluster_object=cluster), NOW))[0]["metadata"]["name"] == "api"
    assert service_names(spec, mapped(), CHILD, connect_namespace(cluster)) == ["api"]
    message = "serviceConnectConfiguration.namespace: InvalidParameterException: Namespace is missing"
    assert ready(plan_service(shown(spec), NOW)) == ("False", "ServiceConnectNotMapped", message)


@pytest.mark.parametrize(
    ("spec", "reason", "map_name"),
    [
        (balanced("lost"), "TargetGroupNotMapped", "targetGroups"),
        (
            {"loadBalancers": [{"loadBalancerName": "lost", "containerName": "app", "containerPort": 80}]},
            "TargetGroupNotMapped",
            "targetGroups",
        ),
        ({"serviceRegistries": [{"registryArn": f"{REGISTRY}-lost"}]}, "ServiceRegistryNotMapped", "serviceRegistries"),
        (connected({"portName": "api"}, namespace="lost"), "ServiceConnectNotMapped", "serviceConnect"),
    ],
)
def test_what_is_not_mapped_runs_and_is_not_ready(spec: dict[str, Any], reason: str, map_name: str) -> None:
    first = plan_service(shown(spec), NOW)
    assert applied(first, "Deployment")
    assert services(first) == []
    status, why, message = ready(first)
    assert (status, why) == ("False", reason)
    assert f"ECSAccount spec.{map_name} has no entry for" in message
    assert [each.reason for each in first.events].count(reason) == 1
    steady = running(spec)
    said = plan_service(steady, NOW)
    assert (said.status or {})["deployments"][0]["rolloutState"] == "COMPLETED"
    told = replace(steady, service={**steady.service, "status": said.status})
    again = plan_service(told, NOW)
    assert (again.steps, again.events) == ((), ())
    assert again.status == said.status


@pytest.mark.parametrize(
    "spec",
    [
        balanced("off"),
        {"serviceRegistries": [{"registryArn": f"{REGISTRY}-off"}]},
        connected({"portName": "api", "discoveryName": "hidden"}),
        connected(),
    ],
)
def test_what_is_mapped_to_none_needs_nothing(spec: dict[str, Any]) -> None:
    plan = plan_service(running(spec), NOW)
    assert services(plan) == []
    assert ready(plan)[:2] == ("True", "SteadyState")


def test_a_route_is_left_to_others() -> None:
    plan = plan_service(running(balanced("route")), NOW)
    assert ready(plan)[0] == "True"
    assert "no HTTPRoute is made; it can lead to Service" in condition(plan, "RouteNotMade")["message"]


def test_what_is_as_it_should_be_is_left_alone() -> None:
    assert plan_service(running(balanced("nodes")), NOW).steps == ()


SELECTOR = {"kubecs.dev/cluster": "default", "kubecs.dev/service": "web"}


@pytest.mark.parametrize("change", [{"selector": SELECTOR | {"app": "x"}}, {"type": "ClusterIP"}, {"ports": []}])
def test_what_somebody_changed_is_put_right(change: dict[str, Any]) -> None:
    look = running(balanced("nodes"))
    look.kubernetes_services["nodes"]["spec"].update(change)
    assert [each["metadata"]["name"] for each in services(plan_service(look, NOW))] == ["nodes"]


def test_what_is_gone_is_put_back_if_the_service_is_still_there() -> None:
    plan = plan_service(replace(running(balanced("nodes")), kubernetes_services={}), NOW)
    assert len(services(plan)) == 1
    assert plan.confirm


def test_what_is_no_longer_asked_for_goes_when_no_older_task_is_left() -> None:
    before, after = running(balanced("nodes")), running({})
    look = replace(after, kubernetes_services=before.kubernetes_services)
    (step,) = plan_service(look, NOW).steps
    (gone,) = step
    assert isinstance(gone, Delete)
    assert (gone.ref.kind, gone.ref.name, gone.ref.uid) == ("Service", "nodes", "uid of nodes")
    older = {"metadata": {"labels": {"kubecs.dev/deployment": "older"}}, "spec": {"replicas": 1}}
    assert plan_service(replace(look, replica_sets=(older,)), NOW).steps == ()


def test_the_service_of_somebody_else_is_never_taken() -> None:
    look = running(balanced("nodes"))
    theirs = {"metadata": {"name": "nodes", "namespace": "shop", "uid": "theirs"}}
    plan = plan_service(replace(look, kubernetes_services={"nodes": theirs}), NOW)
    assert plan.steps == ()
    assert plan.requeue_after == 30
    status, reason, message = ready(plan)
    assert (status, reason) == ("False", "ServiceNameTaken")
    assert "there is another Service nodes, which is left as it is" in message
    owned = {"metadata": theirs["metadata"] | {"ownerReferences": [{"kind": "ECSService", "name": "api", "uid": "x"}]}}
    other = plan_service(replace(look, kubernetes_services={"nodes": owned}), NOW)
    assert "another Service nodes of ECSService api" in ready(other)[2]


def test_a_port_that_is_no_longer_there_is_told() -> None:
    look = running(connected({"portName": "api"}))
    document = copy.deepcopy(look.revisions)
    for each in document:
        each["spec"]["taskDefinition"]["containerDefinitions"][0].pop("portMappings")
    plan = plan_service(replace(look, revisions=document), NOW)
    assert plan.steps == ()
    assert ready(plan)[1] == "ServicePortMissing"


def test_a_port_that_never_was_there_is_refused_as_ecs_does() -> None:
    plan = plan_service(shown(connected({"portName": "lost"})), NOW)
    assert plan.steps == ()
    assert "InvalidParameterException: portName(lost) does not refer to any named" in ready(plan)[2]
