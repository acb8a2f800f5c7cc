"""Tasks that fail their container health checks on the real control plane."""

from __future__ import annotations

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for

pytestmark = pytest.mark.usefixtures("operator")

CHECK = {"command": ["CMD", "true"], "interval": 5, "retries": 1, "timeout": 2}


def _steady(kubectl: Kubectl, minimum: int, maximum: int) -> list[ecs.Document]:
    bounds = {"minimumHealthyPercent": minimum, "maximumPercent": maximum}
    kubectl.apply([ecs.account(), ecs.task_definition("web", ecs.container(healthCheck=CHECK))])
    kubectl.apply(ecs.service("web", 2, deploymentConfiguration=bounds))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    return ecs.pods(kubectl, service="web")


@pytest.mark.parametrize(("minimum", "maximum", "most"), [(100, 200, 3), (50, 100, 2)])
def test_an_unhealthy_task_is_replaced(kubectl: Kubectl, minimum: int, maximum: int, most: int) -> None:
    ill, well = _steady(kubectl, minimum, maximum)
    name = ill["metadata"]["name"]
    kubectl.annotate("pod", name, never_ready="true")
    counts = ecs.sampled(
        lambda: len(ecs.pods(kubectl, service="web")),
        lambda: name not in ecs.names(ecs.pods(kubectl, service="web")),
        60,
    )
    assert max(counts) <= most
    ecs.wait_ready(kubectl, "ecsservice", "web", timeout=60)
    assert well["metadata"]["name"] in ecs.names(ecs.pods(kubectl, service="web"))
    (record,) = wait_for(lambda: kubectl.list("ecstaskrecord"), 20)
    assert (record["spec"]["stopCode"], record["spec"]["stoppedReason"]) == (
        "ServiceSchedulerInitiated",
        "Task failed container health checks",
    )
    said = [each["message"] for each in ecs.status(kubectl.get("ecsservice", "web"))["events"]]
    assert f"(service web) (task {record['metadata']['name']}) failed container health checks." in said
