"""Tasks on cordoned nodes: one replica more, a deletion cost, and one less when the replacement is there."""

from dataclasses import replace
from typing import Any

import pytest

from kubecs.plan.actions import Patch
from kubecs.plan.disruption import budget
from kubecs.plan.drain import is_draining, marked_nodes
from kubecs.plan.service import plan_service
from kubecs.plan.snapshot import ServiceSnapshot
from tests.unit.plan.services import NOW, actions, applied, deployed, live, service


def drained(available: int, leaving: int, maximum: int = 200, **task: Any) -> ServiceSnapshot:
    """A service of three, of whose tasks some are on a cordoned node."""
    found = deployed()
    known = (*found.tasks, *(replace(found.tasks[0], uid=f"new-{index}") for index in range(available - 3)))
    facts = {"healthy_since": 1.0} | task
    tasks = tuple(replace(each, node="old" if at < leaving else "new", **facts) for at, each in enumerate(known))
    assert found.deployment is not None
    shown = live(dict(found.deployment), available)
    wanted = {"minimumHealthyPercent": 50, "maximumPercent": maximum}
    return replace(
        found,
        service=service(deploymentConfiguration=wanted),
        deployment=shown,
        tasks=tasks,
        draining_nodes=frozenset({"old"}),
    )


def replicas(found: ServiceSnapshot) -> int:
    return int(applied(plan_service(found, NOW), "Deployment")["spec"]["replicas"])


@pytest.mark.parametrize(
    ("available", "leaving", "maximum", "expected"),
    [
        (3, 0, 200, 3),
        (3, 1, 200, 4),
        (4, 1, 200, 3),  # the replacement is there
        (3, 3, 200, 6),
        (6, 3, 200, 5),  # one after the other
        (3, 3, 134, 4),  # as far as the upper bound allows
        (3, 1, 100, 3),  # no room
    ],
)
def test_replicas(available: int, leaving: int, maximum: int, expected: int) -> None:
    assert replicas(drained(available, leaving, maximum)) == expected


def test_a_task_that_stops_already_needs_no_replacement() -> None:
    assert replicas(drained(3, 1, stays=False)) == 3


def marks(found: ServiceSnapshot) -> list[tuple[str, str | None]]:
    patches = actions(plan_service(found, NOW), Patch)
    return [(each.ref.name, *each.body["metadata"]["annotations"].values()) for each in patches]


def test_the_tasks_that_leave_are_marked_until_their_node_takes_tasks_again() -> None:
    found = drained(3, 1)
    assert marks(found) == [("web-0", "-100")]
    marked = replace(found, tasks=(replace(found.tasks[0], deletion_cost="-100"), *found.tasks[1:]))
    assert marks(marked) == []
    assert marks(replace(marked, draining_nodes=frozenset())) == [("web-0", None)]


def test_the_marks_tell_which_nodes_are_draining() -> None:
    leaving, sick, staying = drained(3, 2).tasks
    marked = (replace(leaving, deletion_cost="-100"), replace(sick, node="other", deletion_cost="-100", doomed=True))
    assert marked_nodes((*marked, staying)) == {"old"}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, False),
        ({"unschedulable": True}, True),
        ({"taints": [{"key": "karpenter.sh/disrupted", "effect": "NoSchedule"}]}, True),
        ({"taints": [{"key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"}]}, True),
        ({"taints": [{"key": "aws-node-termination-handler/spot-itn", "effect": "NoSchedule"}]}, True),
        ({"taints": [{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]}, False),
    ],
)
def test_a_node_drains_when_it_is_cordoned_or_about_to_go(spec: dict[str, Any], expected: bool) -> None:
    assert is_draining({"metadata": {"name": "n"}, "spec": spec}) is expected


def test_the_budget_is_the_lower_bound_in_percent() -> None:
    spec = budget(drained(3, 0))["spec"]
    assert (spec["minAvailable"], spec["unhealthyPodEvictionPolicy"]) == ("50%", "AlwaysAllow")
    assert budget(deployed())["spec"]["minAvailable"] == "100%"
