"""DAEMON services on the real control plane: one task on each node."""

from __future__ import annotations

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for

pytestmark = pytest.mark.usefixtures("operator")


def test_one_task_on_each_node_rolled_out_within_the_minimum(kubectl: Kubectl) -> None:
    bounds = {"minimumHealthyPercent": 50, "maximumPercent": 100}
    slow = ecs.kwok(ready_delay="500ms")
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.daemon(deploymentConfiguration=bounds, annotations=slow)])
    service = ecs.wait_ready(kubectl, "ecsservice", "web", timeout=60)[0]
    nodes = kubectl.cluster.api.call("GET", "/api/v1/nodes")["items"]
    assert (ecs.status(service)["desiredCount"], ecs.status(service)["runningCount"]) == (len(nodes), len(nodes))
    assert len({pod["spec"]["nodeName"] for pod in ecs.pods(kubectl, service="web")}) == len(nodes)
    assert kubectl.list("poddisruptionbudget") == []
    assert kubectl.list("deployment") == []
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"restartedAt": "2026-01-02T03:04:05Z"}}})
    first = ecs.status(service)["deployments"][0]["id"]

    def over() -> bool:
        shown = kubectl.get("ecsservice", "web")
        return ecs.is_ready(shown) and ecs.status(shown)["deployments"][0]["id"] != first

    counts = ecs.sampled(lambda: sum(map(_is_ready, ecs.pods(kubectl, service="web"))), over, 60)
    assert min(counts) >= -(-len(nodes) // 2)
    records = wait_for(lambda: kubectl.list("ecstaskrecord"), 20)
    assert {each["spec"]["stopCode"] for each in records} == {"ServiceSchedulerInitiated"}


def test_a_failed_rollout_of_a_daemon_brings_the_previous_template_back(
    kubectl: Kubectl, operator: OperatorProcess
) -> None:
    operator.kill()
    operator.start("--failed-start-seconds=1")
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    bounds = {"minimumHealthyPercent": 50, "maximumPercent": 100} | breaker
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.daemon(deploymentConfiguration=bounds)])
    ecs.wait_ready(kubectl, "ecsservice", "web", timeout=60)
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"podAnnotations": ecs.kwok(waiting="ErrImagePull")}}})
    ecs.wait_state(kubectl, "ecsservice", "web", "Stalled RolledBack", 90)
    assert all("play.kwok/waiting" not in pod["metadata"]["annotations"] for pod in ecs.pods(kubectl, service="web"))


def test_fargate_has_no_nodes_to_run_a_daemon_on(kubectl: Kubectl) -> None:
    sized = {"networkMode": "awsvpc", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"]}
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
    kubectl.apply([ecs.account(), ecs.task_definition(**sized)])
    said = "The daemon scheduling strategy does not support the launch type FARGATE."
    with pytest.raises(RuntimeError, match=said):
        kubectl.apply(ecs.daemon(launchType="FARGATE", networkConfiguration=network))
    provider = [{"capacityProvider": "FARGATE", "weight": 1}]
    kubectl.apply(ecs.daemon(capacityProviderStrategy=provider, networkConfiguration=network))
    service = ecs.wait_state(kubectl, "ecsservice", "web", "Stalled InvalidService")
    assert said in ecs.condition(service, "Ready")["message"]
    assert kubectl.list("daemonset") == []


def _is_ready(pod: ecs.Document) -> bool:
    conditions = ecs.status(pod).get("conditions", ())
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
