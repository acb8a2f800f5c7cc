"""The examples: applied in one go, in any order, they become steady; the bad ones are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import PROJECT, Kubectl

WaitFor = Callable[..., Any]

EXAMPLES = PROJECT / "examples"
GOOD = sorted(EXAMPLES.glob("*.yaml"))
STEADY = ("wait", "--for=condition=Ready", "ecsclusters,ecstaskdefinitions,ecsservices,ecstasks", "--all")

REFUSED = {
    "misspelled.yaml": 'unknown field "spec.containerDefinitions[0].enviroment"',
    "no-memory.yaml": "At least one of 'memory' or 'memoryReservation' must be specified.",
}

pytestmark = pytest.mark.usefixtures("operator")


def _true_conditions(kubectl: Kubectl, kind: str) -> list[set[str]]:
    """Of each object."""
    found = [ecs.status(item).get("conditions", ()) for item in kubectl.list(kind)]
    return [{each["type"] for each in conditions if each["status"] == "True"} for conditions in found]


def test_examples_become_steady_and_nothing_of_them_is_lost(kubectl: Kubectl, wait_for: WaitFor) -> None:
    kubectl("apply", "-f", str(EXAMPLES))
    kubectl(*STEADY, "--timeout=60s")
    # The account may be seen after the services, which then have its notices; revisions are described last of all.
    wait_for(lambda: _true_conditions(kubectl, "ecsservice") == [{"Ready", "Available"}] * 2, 20)
    wait_for(lambda: _true_conditions(kubectl, "ecstaskdefinitionrevision") == [{"Ready"}] * 3, 20)
    pods = kubectl.list("pod")
    families = sorted(pod["metadata"]["labels"]["kubecs.dev/family"] for pod in pods)
    assert families == ["migrate", "web", "web", "web", "worker"]
    accounts = {pod["metadata"]["labels"]["kubecs.dev/family"]: pod["spec"]["serviceAccountName"] for pod in pods}
    assert accounts == {"migrate": "ecs-default", "web": "ecs-default", "worker": "ecs-role-worker"}
    again = kubectl("apply", "-f", str(EXAMPLES)).splitlines()
    assert [line for line in again if not line.endswith(" unchanged")] == []


def test_examples_become_steady_in_any_order(kubectl: Kubectl) -> None:
    for path in reversed(GOOD):
        kubectl.apply(path.read_text())
    kubectl(*STEADY, "--timeout=60s")
    assert len(kubectl.list("ecstaskdefinitionrevision")) == 3


def test_autoscaler_drives_a_service(kubectl: Kubectl, wait_for: WaitFor) -> None:
    kubectl("apply", "-f", str(EXAMPLES))
    kubectl.patch("hpa", "worker", {"spec": {"minReplicas": 2}})
    running = "the autoscaler's two tasks"
    wait_for(lambda: ecs.status(kubectl.get("ecsservice", "worker")).get("runningCount") == 2, 90, running)
    service = kubectl.get("ecsservice", "worker")
    assert service["spec"]["desiredCount"] == 2
    assert len(kubectl.list("pod", service["status"]["selector"])) == 2


def test_every_bad_example_has_its_answer() -> None:
    assert {path.name for path in (EXAMPLES / "bad").glob("*.yaml")} == REFUSED.keys()


@pytest.mark.parametrize("name", REFUSED)
def test_bad_example_is_refused(name: str, kubectl: Kubectl) -> None:
    path: Path = EXAMPLES / "bad" / name
    assert REFUSED[name] in kubectl("apply", "-f", str(path), check=False)
    assert kubectl.list("ecstaskdefinition") == []
