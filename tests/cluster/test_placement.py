"""Which nodes tasks run on: by placement constraints and by subnets, as the real scheduler decides."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl
from tools.localcluster import LocalCluster

pytestmark = pytest.mark.usefixtures("operator")

STACK = "attr.kubecs.dev/stack"
ZONE = "topology.kubernetes.io/zone"
SUBNETS = {"awsvpcConfiguration": {"subnets": ["subnet-a"]}}


def _nodes(cluster: LocalCluster) -> dict[str, dict[str, str]]:
    found = cluster.api.call("GET", "/api/v1/nodes")["items"]
    return {each["metadata"]["name"]: each["metadata"]["labels"] for each in found}


@pytest.fixture
def stacks(cluster: LocalCluster) -> Iterator[tuple[str, str]]:
    """Two nodes that are called blue and green as long as the test lasts."""
    names = sorted(_nodes(cluster))[:2]
    for name, stack in zip(names, ("blue", "green"), strict=True):
        cluster.kubectl("label", "node", name, f"{STACK}={stack}")
    yield names[0], names[1]
    for name in names:
        cluster.kubectl("label", "node", name, f"{STACK}-")


def _run_on(kubectl: Kubectl, *expressions: str, desired: int = 3) -> set[str]:
    constraints = [{"type": "memberOf", "expression": each} for each in expressions]
    kubectl.apply([ecs.task_definition("web", placementConstraints=constraints), ecs.service("web", desired)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    return {pod["spec"]["nodeName"] for pod in ecs.pods(kubectl, service="web")}


def test_an_attribute_chooses_nodes(kubectl: Kubectl, stacks: tuple[str, str]) -> None:
    assert _run_on(kubectl, "attribute:stack == blue") == {stacks[0]}


def test_a_node_without_the_attribute_is_no_other_than_it(kubectl: Kubectl, stacks: tuple[str, str]) -> None:
    assert _run_on(kubectl, "attribute:stack != blue") == {stacks[1]}


def test_alternatives_and_what_stands_beside_them(kubectl: Kubectl, stacks: tuple[str, str]) -> None:
    either = "attribute:stack in [blue, red] or attribute:stack == green"
    assert _run_on(kubectl, either, "attribute:ecs.os-type == linux", desired=12) == set(stacks)


def test_what_no_node_has_keeps_tasks_pending(kubectl: Kubectl) -> None:
    constraint = {"type": "memberOf", "expression": "attribute:stack exists"}
    kubectl.apply([ecs.task_definition("web", placementConstraints=[constraint]), ecs.service("web", 1)])
    service = ecs.wait_state(kubectl, "ecsservice", "web", "Reconciling DeploymentInProgress")
    assert ecs.status(service)["runningCount"] == 0


def test_a_text_that_is_no_expression_is_not_registered(kubectl: Kubectl) -> None:
    constraint = {"type": "memberOf", "expression": "stack == blue"}
    kubectl.apply(ecs.task_definition("web", placementConstraints=[constraint]))
    family = ecs.wait_state(kubectl, "ecstaskdefinition", "web", "Stalled InvalidTaskDefinition")
    assert "Invalid placement constraint expression: at character 1 " in ecs.condition(family, "Ready")["message"]
    assert kubectl.list("ecstaskdefinitionrevision") == []


def test_subnets_choose_zones(kubectl: Kubectl, cluster: LocalCluster) -> None:
    zone = next(iter(_nodes(cluster).values()))[ZONE]
    kubectl.apply([ecs.account(subnets=[{"from": "subnet-a", "zones": [zone]}])])
    kubectl.apply([ecs.task_definition("web", networkMode="awsvpc")])
    kubectl.apply(ecs.service("web", 6, networkConfiguration=SUBNETS))
    (service,) = ecs.wait_ready(kubectl, "ecsservice", "web")
    zones = {_nodes(cluster)[pod["spec"]["nodeName"]][ZONE] for pod in ecs.pods(kubectl, service="web")}
    assert zones == {zone}
    assert ecs.condition(service, "SubnetsNotApplied") == {}
