"""Why tasks stop, each reason made to happen on the real control plane: nodes that go, preemption, spot notices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster import kwok
from tools.localcluster.cluster import LocalCluster, is_ready

pytestmark = pytest.mark.usefixtures("operator")

NAME = "kwok-own"
BOARD = "example.com/board"  # a resource of that node alone
POD_GC_SECONDS = 100  # the controller looks every 20 s, and again 40 s later, before it gives up the Pods of a node

SIZE = {"cpu": "2", "memory": "8Gi", "pods": "100", BOARD: "4"}


@pytest.fixture
def node(cluster: LocalCluster) -> Iterator[str]:
    """A node of the test's own: the only one that has boards, and two CPUs."""
    document = kwok.node(90)
    document["metadata"]["name"] = document["metadata"]["labels"]["kubernetes.io/hostname"] = NAME
    document["status"] |= {"allocatable": SIZE, "capacity": SIZE}
    cluster.api.call("POST", "/api/v1/nodes", document)
    wait_for(lambda: is_ready(cluster.api.call("GET", f"/api/v1/nodes/{NAME}")), 30, "the node is ready")
    yield NAME
    if cluster.api.answers(f"/api/v1/nodes/{NAME}"):
        cluster.api.call("DELETE", f"/api/v1/nodes/{NAME}")


@pytest.fixture
def on_node(kubectl: Kubectl, node: str) -> dict[str, Any]:
    """A service of one task, steady on that node; its Pod."""
    account = ecs.account(accelerators=[{"from": "GPU", "resourceName": BOARD}])
    container = ecs.container(cpu=1024, resourceRequirements=[{"type": "GPU", "value": "1"}])
    bounds = {"minimumHealthyPercent": 0, "maximumPercent": 200}  # no other node could take a replacement
    kubectl.apply([account, ecs.task_definition("web", container), ecs.service(deploymentConfiguration=bounds)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    (pod,) = ecs.pods(kubectl, service="web")
    assert pod["spec"]["nodeName"] == node
    return pod


def _record(kubectl: Kubectl, timeout: float = 30) -> dict[str, Any]:
    """The one record of the task, and what it holds."""
    (record,) = wait_for(lambda: kubectl.list("ecstaskrecord"), timeout, "a record")
    spec: dict[str, Any] = record["spec"]
    return spec


def _taint(kubectl: Kubectl, node: str, key: str, effect: str) -> None:
    kubectl.cluster.kubectl("taint", "node", node, f"{key}=yes:{effect}")


def test_a_node_that_throws_its_tasks_out(kubectl: Kubectl, on_node: dict[str, Any], node: str) -> None:
    _taint(kubectl, node, "example.com/maintenance", "NoExecute")
    record = _record(kubectl)
    assert record["stopCode"] == "InfrastructureHealth"
    assert record["stoppedReason"].startswith("DeletionByTaintManager: ")
    assert record["kubernetes"]["podUID"] == on_node["metadata"]["uid"]


def _records_of(kubectl: Kubectl, pod: dict[str, Any]) -> list[dict[str, Any]]:
    specs = [each["spec"] for each in kubectl.list("ecstaskrecord")]
    return [each for each in specs if each["kubernetes"]["podUID"] == pod["metadata"]["uid"]]


def test_a_spot_notice(kubectl: Kubectl, on_node: dict[str, Any], node: str) -> None:
    _taint(kubectl, node, "aws-node-termination-handler/spot-itn", "NoSchedule")
    ecs.wait_evictable(kubectl, "web")
    ecs.evict(kubectl, on_node)  # as the termination handler drains
    (record,) = wait_for(lambda: _records_of(kubectl, on_node), 30, "a record")
    assert (record["stopCode"], record["stoppedReason"]) == ("SpotInterruption", "Your Spot Task was interrupted.")
    # One more was wanted while the node was draining, and the ReplicaSet replaced the evicted one too: one goes again.
    wait_for(lambda: len(ecs.pods(kubectl, service="web")) == 1, 15, "one replacement is left")
    others = [each["spec"] for each in kubectl.list("ecstaskrecord") if each["spec"] != record]
    assert all(each["stopCode"] == "ServiceSchedulerInitiated" and "startedAt" not in each for each in others)
    assert len({each["kubernetes"]["podUID"] for each in (record, *others)}) == len(others) + 1


def test_a_task_that_makes_room_for_another(kubectl: Kubectl, on_node: dict[str, Any], node: str) -> None:
    cluster = kubectl.cluster
    urgent = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": kubectl.namespace}}
    cluster.api.call("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", urgent | {"value": 1000})
    container = {"name": "big", "image": "big:1", "resources": {"requests": {"cpu": "1500m"}}}
    spec = {"priorityClassName": kubectl.namespace, "nodeSelector": {"kubernetes.io/hostname": node}}
    big = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "big"}, "spec": spec | {"containers": [container]}}
    # Admission knows of the class a moment after it is made.
    wait_for(lambda: "created" in kubectl("create", "-f", "-", input=json.dumps(big), check=False), 20, "it is taken")
    record = _record(kubectl)
    assert record["stopCode"] == "InfrastructureHealth"
    assert record["stoppedReason"].startswith("PreemptionByScheduler: ")
    assert record["kubernetes"]["podUID"] == on_node["metadata"]["uid"]
    wait_for(lambda: kubectl.get("pod", "big")["spec"].get("nodeName") == node, 15, "the other has the room")
    cluster.kubectl("delete", "priorityclass", kubectl.namespace)


def test_a_node_that_is_gone(kubectl: Kubectl, on_node: dict[str, Any], node: str) -> None:
    kubectl.cluster.api.call("DELETE", f"/api/v1/nodes/{node}")
    record = _record(kubectl, POD_GC_SECONDS)
    assert record["stopCode"] == "TerminationNotice"
    assert record["stoppedReason"] == f"Host EC2 (instance {node}) terminated."
    assert record["kubernetes"]["podUID"] == on_node["metadata"]["uid"]


def test_an_image_that_a_service_cannot_pull(kubectl: Kubectl, operator: OperatorProcess) -> None:
    operator.terminate()
    operator.start("--failed-start-seconds=2")
    notes = ecs.kwok(waiting="ImagePullBackOff")
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service(annotations=notes)])

    def replaced() -> list[dict[str, Any]]:
        found = kubectl.list("ecstaskrecord")
        assert len(found) >= 2
        return [each["spec"] for each in found]

    records = wait_for(replaced, 30, "two records")
    assert {each["stopCode"] for each in records} == {"TaskFailedToStart"}
    assert all(each["stoppedReason"].startswith("CannotPullContainerError: ") for each in records)
    assert len({each["taskArn"] for each in records}) == len(records)
    assert all("startedAt" not in each and "exitCode" not in each["containers"][0] for each in records)


def test_records_of_a_service_are_capped_and_logs_are_left_out(kubectl: Kubectl, operator: OperatorProcess) -> None:
    operator.terminate()
    operator.start("--records-per-service=5")
    settings = [{"name": "kubecs.dev/lastLogs", "value": "disabled"}]
    kubectl.apply([ecs.account(settings=settings), ecs.task_definition(), ecs.service()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    (pod,) = ecs.pods(kubectl, service="web")
    crashing = {"exit_codes": '{"app": 1}', "exit_message": "a secret", "exit_repeat": "true"}
    kubectl.annotate("pod", pod["metadata"]["name"], **crashing, exit_after="300ms", restart_delay="300ms")

    def ended() -> int:
        return int(ecs.status(kubectl.get("pod", pod["metadata"]["name"]))["containerStatuses"][0]["restartCount"])

    wait_for(lambda: ended() >= 8, 30, "eight ends")
    kubectl.annotate("pod", pod["metadata"]["name"], exit_codes=None, exit_repeat=None)
    ecs.wait_ready(kubectl, "ecsservice", "web")

    def capped() -> list[dict[str, Any]]:
        (container,) = ecs.status(kubectl.get("pod", pod["metadata"]["name"]))["containerStatuses"]
        found = kubectl.list("ecstaskrecord")
        assert "running" in container["state"], container["state"]
        assert 0 < len(found) <= 5, len(found)
        newest = max(each["spec"]["stoppedAt"] for each in found)
        assert newest >= container["lastState"]["terminated"]["finishedAt"], newest
        return found

    records = wait_for(capped, 20, "five at most, of the last end too")
    codes = {each["spec"]["containers"][0]["exitCode"] for each in records}
    assert codes == {1}
    assert all("lastLogs" not in each["spec"]["kubernetes"] for each in records)
