"""DAEMON services: one task on each node, by a DaemonSet."""

from dataclasses import replace
from typing import Any

from kubecs.plan.actions import Apply
from kubecs.plan.service import plan_service
from kubecs.plan.snapshot import ServiceSnapshot
from tests.unit.plan.services import NOW, actions, applied, condition, created, live, service, snapshot, tasks


def daemon(**percents: int) -> dict[str, Any]:
    bounds = {"deploymentConfiguration": percents} if percents else {}
    return service(schedulingStrategy="DAEMON", desiredCount=1, **bounds)


def running(nodes: int, ready: int, **percents: int) -> ServiceSnapshot:
    first = plan_service(snapshot(service=daemon(**percents)), NOW)
    shown = live(applied(first, "DaemonSet"))
    shown["status"] = {
        "observedGeneration": 1,
        "desiredNumberScheduled": nodes,
        "currentNumberScheduled": nodes,
        "updatedNumberScheduled": nodes,
        "numberAvailable": ready,
    }
    revision = created(first)
    revision["metadata"] |= {"uid": "revision-uid"}
    return snapshot(
        service=daemon(**percents),
        deployment=shown,
        service_revisions=(revision,),
        tasks=tasks(revision["data"]["deploymentId"], ready),
    )


def test_the_first_look_makes_a_daemon_set_and_no_budget() -> None:
    plan = plan_service(snapshot(service=daemon()), NOW)
    assert [each.manifest["kind"] for each in actions(plan, Apply)] == ["ServiceAccount", "DaemonSet"]
    spec = applied(plan, "DaemonSet")["spec"]
    assert set(spec) == {"selector", "revisionHistoryLimit", "template", "updateStrategy"}
    assert plan.status is not None
    assert plan.status["deployments"][0]["rolloutState"] == "IN_PROGRESS"


def test_the_nodes_say_how_many_tasks_are_desired() -> None:
    plan = plan_service(running(5, 5), NOW)
    assert plan.status is not None
    assert (plan.status["desiredCount"], plan.status["runningCount"]) == (5, 5)
    assert condition(plan, "Ready")["status"] == "True"
    assert condition(plan_service(running(5, 3), NOW), "Ready")["status"] == "False"


def test_the_minimum_percent_bounds_how_many_stop_at_once() -> None:
    def unavailable(**percents: int) -> int:
        found = running(5, 5, **percents)
        strategy = applied(plan_service(replace(found, deployment=stale(found)), NOW), "DaemonSet")["spec"]
        return int(strategy["updateStrategy"]["rollingUpdate"]["maxUnavailable"])

    assert unavailable() == 5
    assert unavailable(minimumHealthyPercent=50) == 2
    assert unavailable(minimumHealthyPercent=80) == 1


def stale(found: ServiceSnapshot) -> dict[str, Any]:
    """Its DaemonSet as written when its controller had not counted the nodes."""
    shown = dict(found.deployment or {})
    return shown | {"spec": {**shown["spec"], "minReadySeconds": 99, "updateStrategy": {"type": "OnDelete"}}}
