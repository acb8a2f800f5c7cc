"""Nodes that are drained: their tasks are replaced first, and the PodDisruptionBudget holds the lower bound."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for

pytestmark = pytest.mark.usefixtures("operator")

SLOW = ecs.kwok(ready_delay="1s")


@pytest.fixture(autouse=True)
def _nodes_as_before(kubectl: Kubectl) -> Iterator[None]:
    yield
    for node in kubectl.cluster.api.call("GET", "/api/v1/nodes")["items"]:
        kubectl.cluster.kubectl("uncordon", node["metadata"]["name"])


def _steady(kubectl: Kubectl, desired: int, **percents: int) -> list[ecs.Document]:
    bounds = {"deploymentConfiguration": percents} if percents else {}
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service("web", desired, annotations=SLOW, **bounds)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    return ecs.pods(kubectl, service="web")


def test_a_service_has_a_budget_in_percent(kubectl: Kubectl) -> None:
    _steady(kubectl, 2, minimumHealthyPercent=50, maximumPercent=200)
    (budget,) = kubectl.list("poddisruptionbudget")
    assert budget["spec"]["minAvailable"] == "50%"
    assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    generation = budget["metadata"]["generation"]
    kubectl("scale", "ecsservice/web", "--replicas=4")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    wait_for(lambda: kubectl.list("poddisruptionbudget")[0]["status"]["desiredHealthy"] == 2, 20, "it follows")
    assert kubectl.list("poddisruptionbudget")[0]["metadata"]["generation"] == generation
    kubectl.patch("ecsservice", "web", {"spec": {"deploymentConfiguration": {"minimumHealthyPercent": 100}}})
    wait_for(lambda: kubectl.list("poddisruptionbudget")[0]["spec"]["minAvailable"] == "100%", 20)


def test_draining_the_node_of_the_only_task_loses_nothing(kubectl: Kubectl) -> None:
    (pod,) = _steady(kubectl, 1)
    node = pod["spec"]["nodeName"]
    ready: list[int] = []
    names: set[str] = set()

    def look() -> None:
        found = ecs.pods(kubectl, service="web")
        names.update(ecs.names(found))
        ready.append(sum(_is_ready(each) for each in found))

    def left() -> bool:
        found = ecs.pods(kubectl, service="web")
        return len(found) == 1 and found[0]["spec"].get("nodeName") != node and _is_ready(found[0])

    kubectl.cluster.kubectl("cordon", node)
    ecs.sampled(look, left, 60)
    kubectl.cluster.kubectl(
        "drain", node, "--ignore-daemonsets", "--force", "--pod-selector=kubecs.dev/service=web", "--timeout=60s"
    )
    look()
    assert min(ready) >= 1
    assert len(names) == 2, f"a third task was started: {names}"
    ecs.wait_ready(kubectl, "ecsservice", "web")


def test_kubectl_drain_waits_for_the_replacement(kubectl: Kubectl) -> None:
    (pod,) = _steady(kubectl, 1)
    output = kubectl.cluster.kubectl(
        "drain",
        pod["spec"]["nodeName"],
        "--ignore-daemonsets",
        "--force",
        f"--pod-selector=kubecs.dev/service=web,kubecs.dev/deployment={pod['metadata']['labels']['kubecs.dev/deployment']}",
        "--timeout=90s",
    )
    assert "drained" in output
    (left,) = ecs.pods(kubectl, service="web")
    assert left["spec"]["nodeName"] != pod["spec"]["nodeName"]
    assert _is_ready(left)
    assert len(kubectl.list("ecstaskrecord")) == 1, "one task was replaced by one"
    records = wait_for(lambda: kubectl.list("ecstaskrecord"), 20)
    assert records[0]["spec"]["stopCode"] == "ServiceSchedulerInitiated"


def test_an_uncordoned_node_keeps_its_tasks(kubectl: Kubectl) -> None:
    (pod,) = _steady(kubectl, 1, minimumHealthyPercent=0, maximumPercent=100)
    name, node = pod["metadata"]["name"], pod["spec"]["nodeName"]

    def cost() -> str | None:
        notes: dict[str, str] = kubectl.get("pod", name)["metadata"]["annotations"]
        return notes.get("controller.kubernetes.io/pod-deletion-cost")

    kubectl.cluster.kubectl("cordon", node)
    wait_for(lambda: cost() == "-100", 20, "marked")
    kubectl.cluster.kubectl("uncordon", node)
    wait_for(lambda: cost() is None, 20, "not marked any more")
    assert ecs.names(ecs.pods(kubectl, service="web")) == [name]


def _is_ready(pod: ecs.Document) -> bool:
    conditions = ecs.status(pod).get("conditions", ())
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
