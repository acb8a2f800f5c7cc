"""DAEMON services on the real control plane: one task on each node."""

from __future__ import annotations

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for

pytestmark = pytest.mark.usefixtures("operator")


def _daemon(**members: object) -> ecs.Document:
    found = ecs.service("web", **members)
    del found["spec"]["desiredCount"]
    found["spec"]["schedulingStrategy"] = "DAEMON"
    return found


def test_one_task_on_each_node_rolled_out_within_the_minimum(kubectl: Kubectl) -> None:
    bounds = {"minimumHealthyPercent": 50, "maximumPercent": 100}
    slow = ecs.kwok(ready_delay="500ms")
    kubectl.apply([ecs.account(), ecs.task_definition(), _daemon(deploymentConfiguration=bounds, annotations=slow)])
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
    kubectl.apply([ecs.account(), ecs.task_definition(), _daemon(deploymentConfiguration=bounds)])
    ecs.wait_ready(kubectl, "ecsservice", "web", timeout=60)
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"podAnnotations": ecs.kwok(waiting="ErrImagePull")}}})
    ecs.wait_state(kubectl, "ecsservice", "web", "Stalled RolledBack", 90)
    assert all("play.kwok/waiting" not in pod["metadata"]["annotations"] for pod in ecs.pods(kubectl, service="web"))


def _is_ready(pod: ecs.Document) -> bool:
    conditions = ecs.status(pod).get("conditions", ())
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
