"""ECSClusters on the real control plane: they sum up what runs in them, and own none of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for
from tools.localcluster import LocalCluster

pytestmark = pytest.mark.usefixtures("operator")

COUNTS = ("activeServicesCount", "runningTasksCount", "pendingTasksCount")


def _wait_counts(kubectl: Kubectl, name: str, *expected: int) -> dict[str, Any]:
    """Waits until services, running and pending tasks of a cluster are as expected; returns the ECSCluster."""

    def counted() -> dict[str, Any]:
        found = kubectl.get("ecscluster", name)
        counts = tuple(ecs.status(found).get(each) for each in COUNTS)
        assert counts == expected, f"services, running, pending are {counts}, not {expected}"
        return found

    return wait_for(counted, 20, f"the counts of {name}")


def test_services_and_tasks_are_counted(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.cluster("shop"), ecs.cluster("other"), ecs.task_definition()])
    empty = _wait_counts(kubectl, "shop", 0, 0, 0)
    assert ecs.states(empty) == "Ready Active"
    assert ecs.status(empty)["status"] == "ACTIVE"
    assert ecs.status(empty)["clusterArn"] == f"arn:aws:ecs:{ecs.REGION}:{ecs.ACCOUNT_ID}:cluster/shop"
    kubectl.apply([ecs.service("a", 2, cluster="shop"), ecs.service("b", 1, cluster="shop")])
    kubectl.apply(ecs.task(cluster="shop"))
    _wait_counts(kubectl, "shop", 2, 4, 0)
    stuck = ecs.kwok(waiting="ImagePullBackOff")
    kubectl.apply([ecs.service("c", 3, cluster="shop", annotations=stuck), ecs.task("d", cluster="other")])
    _wait_counts(kubectl, "shop", 3, 4, 3)
    _wait_counts(kubectl, "other", 0, 1, 0)
    kubectl("scale", "ecsservice/shop.a", "--replicas=0")
    kubectl.delete("ecsservice", "shop.c")
    _wait_counts(kubectl, "shop", 2, 2, 0)
    head, *rows = kubectl("get", "ecsclusters").splitlines()
    assert head.split() == ["NAME", "STATUS", "SERVICES", "RUNNING", "PENDING", "AGE"]
    assert [row.split()[:5] for row in rows] == [["other", "ACTIVE", "0", "1", "0"], ["shop", "ACTIVE", "2", "2", "0"]]
    kubectl.delete("ecstask", "job")
    _wait_counts(kubectl, "shop", 2, 1, 0)


def test_the_default_cluster_needs_no_object_and_may_have_one(cluster: LocalCluster, kubectl: Kubectl) -> None:
    kubectl.apply([ecs.task_definition(), ecs.service(desired=2), ecs.task(), ecs.service("named", cluster="default")])
    ecs.wait_ready(kubectl, "ecsservice", "web", "named")
    ecs.wait_ready(kubectl, "ecstask", "job")
    kubectl.apply(ecs.cluster("default"))
    found = _wait_counts(kubectl, "default", 2, 4, 0)
    assert ecs.status(found)["registeredContainerInstancesCount"] == cluster.nodes


def test_a_cluster_in_another_namespace_is_another_cluster(cluster: LocalCluster, kubectl: Kubectl) -> None:
    other = Kubectl(cluster, f"{kubectl.namespace}-b")
    cluster.kubectl("create", "namespace", other.namespace)
    try:
        for each in (kubectl, other):
            each.apply([ecs.cluster("shop"), ecs.task_definition()])
        other.apply(ecs.service(desired=2, cluster="shop"))
        _wait_counts(other, "shop", 1, 2, 0)
        _wait_counts(kubectl, "shop", 0, 0, 0)
    finally:
        cluster.api.call("DELETE", f"/api/v1/namespaces/{other.namespace}")


def test_the_end_of_a_cluster_stops_nothing(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.cluster("shop"), ecs.task_definition(), ecs.service(desired=2, cluster="shop")])
    ecs.wait_ready(kubectl, "ecsservice", "shop.web")
    before = ecs.uids(ecs.pods(kubectl, cluster="shop"))
    kubectl.delete("ecscluster", "shop")
    service = ecs.wait_state(kubectl, "ecsservice", "shop.web", "Reconciling ClusterNotFound")
    assert ecs.status(service)["runningCount"] == 2
    kubectl.apply(ecs.cluster("shop"))
    ecs.wait_ready(kubectl, "ecsservice", "shop.web")
    assert ecs.uids(ecs.pods(kubectl, cluster="shop")) == before


def test_members_without_effect_are_named(kubectl: Kubectl) -> None:
    document = ecs.cluster("shop")
    document["spec"]["settings"] = [{"name": "containerInsights", "value": "enabled"}]
    kubectl.apply(document)
    found = ecs.wait_ready(kubectl, "ecscluster", "shop")[0]
    assert "settings" in ecs.condition(found, "NotTranslated")["message"]
    (note,) = wait_for(lambda: ecs.event_notes(kubectl, "ECSCluster", "shop", "NotTranslated"), 10)
    assert "settings" in note
