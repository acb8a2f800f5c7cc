"""Nodes that are drained: their tasks are replaced first, and the PodDisruptionBudget holds the lower bound."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for
from tools.localcluster.api import ApiError

pytestmark = pytest.mark.usefixtures("operator")

SPOT_NOTICE = "aws-node-termination-handler/spot-itn"
SLOW = ecs.kwok(ready_delay="1s")


@pytest.fixture(autouse=True)
def _nodes_as_before(kubectl: Kubectl) -> Iterator[None]:
    yield
    for node in kubectl.cluster.api.call("GET", "/api/v1/nodes")["items"]:
        kubectl.cluster.kubectl("uncordon", node["metadata"]["name"])
        kubectl.cluster.kubectl("taint", "node", node["metadata"]["name"], f"{SPOT_NOTICE}-", check=False)


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
    records = wait_for(lambda: kubectl.list("ecstaskrecord"), 20)
    assert len(records) == 1, "one task was replaced by one"
    assert records[0]["spec"]["stopCode"] == "ServiceSchedulerInitiated"


def test_a_spot_notice_has_the_task_replaced_first(kubectl: Kubectl) -> None:
    (pod,) = _steady(kubectl, 1)
    node = pod["spec"]["nodeName"]
    kubectl.cluster.kubectl("taint", "node", node, f"{SPOT_NOTICE}=yes:NoSchedule")
    ready = ecs.sampled(
        lambda: sum(map(_is_ready, ecs.pods(kubectl, service="web"))), lambda: kubectl.list("ecstaskrecord"), 60
    )
    assert min(ready) >= 1
    (record,) = kubectl.list("ecstaskrecord")
    assert record["spec"]["stopCode"] == "SpotInterruption"
    (left,) = ecs.pods(kubectl, service="web")
    assert left["spec"]["nodeName"] != node


def test_no_eviction_takes_a_service_below_its_lower_bound(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition()])
    half = {"minimumHealthyPercent": 50, "maximumPercent": 200}
    kubectl.apply(ecs.service("web", 2, annotations=ecs.kwok(ready_delay="5s"), deploymentConfiguration=half))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    ecs.wait_evictable(kubectl, "web")
    first, second = ecs.pods(kubectl, service="web")
    ecs.evict(kubectl, first)
    with pytest.raises(ApiError) as refusal:
        ecs.evict(kubectl, second)
    assert refusal.value.status == 429


def test_a_task_that_is_not_healthy_may_be_evicted(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition()])
    kubectl.apply(ecs.service("web", 1, annotations=ecs.kwok(never_ready="true")))
    (pod,) = wait_for(lambda: _all_run(ecs.pods(kubectl, service="web")), 20, "it runs")
    wait_for(lambda: _expected(kubectl) == 1, 20, "it is counted")
    ecs.evict(kubectl, pod)
    wait_for(lambda: ecs.uids(ecs.pods(kubectl, service="web")).isdisjoint(ecs.uids([pod])), 20, "another")


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


def _expected(kubectl: Kubectl) -> int:
    return sum(ecs.status(each).get("expectedPods", 0) for each in kubectl.list("poddisruptionbudget"))


def _all_run(pods: list[ecs.Document]) -> list[ecs.Document]:
    return pods if pods and all(ecs.status(each).get("phase") == "Running" for each in pods) else []


def _is_ready(pod: ecs.Document) -> bool:
    conditions = ecs.status(pod).get("conditions", ())
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
