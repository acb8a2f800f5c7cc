"""Deployments that are stopped on their way, by the annotation that stands for StopServiceDeployment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for

pytestmark = pytest.mark.usefixtures("operator")

NEVER_READY = {"spec": {"kubernetes": {"podAnnotations": ecs.kwok(never_ready="true")}}}


def _deployments(kubectl: Kubectl) -> list[dict[str, Any]]:
    return list(ecs.status(kubectl.get("ecsservice", "web"))["deployments"])


def _stop(kubectl: Kubectl, deployment: str, how: str | None = None) -> None:
    notes = {"kubecs.dev/stop-deployment": deployment, "kubecs.dev/stop-type": how}
    kubectl.patch("ecsservice", "web", {"metadata": {"annotations": notes}})


@pytest.fixture
def stuck(kubectl: Kubectl) -> tuple[str, set[str]]:
    """The id of a deployment that gets no further, and the uids of the tasks that ran before it."""
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service("web", 2)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    before = ecs.uids(ecs.pods(kubectl, service="web"))
    kubectl.patch("ecsservice", "web", NEVER_READY)

    def beside() -> str:
        newest = _deployments(kubectl)[0]
        assert newest["rolloutState"] == "IN_PROGRESS"
        assert newest["pendingCount"] + newest["runningCount"] == 2
        return str(newest["id"])

    return wait_for(beside, 20, "its tasks run beside the others"), before


def test_a_deployment_that_is_stopped_is_rolled_back(
    kubectl: Kubectl, operator: OperatorProcess, stuck: tuple[str, set[str]]
) -> None:
    ident, _ = stuck
    _stop(kubectl, ident)
    counts = ecs.sampled(
        lambda: sum(ecs.condition(pod, "Ready").get("status") == "True" for pod in ecs.pods(kubectl, service="web")),
        lambda: ecs.states(kubectl.get("ecsservice", "web")) == "Stalled RolledBack",
    )
    assert min(counts) >= 2
    status = ecs.status(kubectl.get("ecsservice", "web"))
    assert [each["outcome"] for each in status["history"]] == ["COMPLETED", "STOPPED", "COMPLETED"]
    assert status["history"][1]["reason"] == f"ECS deployment {ident} was stopped."
    said = [each["message"] for each in status["events"]]
    assert f"(service web) (deployment {ident}) deployment stopped." in said
    assert f"(service web) rolling back to deployment {status['history'][2]['id']}." in said
    labels = {"namespace": kubectl.namespace, "cluster": "default", "trigger": "user"}
    wait_for(lambda: ecs.sample(operator.metrics(), "ecs_deployment_rollbacks_total", **labels) == 1, 10, "counted")


def test_a_deployment_that_is_aborted_leaves_what_ran_before(kubectl: Kubectl, stuck: tuple[str, set[str]]) -> None:
    ident, before = stuck
    _stop(kubectl, ident, "ABORT")
    service = ecs.wait_state(kubectl, "ecsservice", "web", "Stalled DeploymentFailed")
    assert ecs.status(service)["deployments"][0]["rolloutStateReason"] == f"ECS deployment {ident} was stopped."
    wait_for(lambda: ecs.uids(ecs.pods(kubectl, service="web")) == before, 20, "only what ran before is left")
    assert [each["outcome"] for each in ecs.status(service)["history"]] == ["STOPPED", "COMPLETED"]


def test_a_deployment_that_has_ended_is_not_stopped(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service("web", 1)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    before = _deployments(kubectl)
    _stop(kubectl, before[0]["id"])
    kubectl("scale", "ecsservice/web", "--replicas=2")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    assert [each["id"] for each in _deployments(kubectl)] == [before[0]["id"]]
    assert _deployments(kubectl)[0]["rolloutState"] == "COMPLETED"
