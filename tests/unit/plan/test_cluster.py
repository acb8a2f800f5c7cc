from typing import Any

from kubecs.crds import status as statuses
from kubecs.plan import conditions
from kubecs.plan.account import account_of
from kubecs.plan.cluster import ClusterSnapshot, plan_cluster
from tests.unit.plan.pods import NOW
from tests.unit.plan.schemas import problems

ACCOUNT = account_of({"spec": {"accountId": "111122223333", "region": "eu-west-1"}}, "shop", "us-east-1")


def look(name: str = "prod", **spec: Any):
    cluster = {"metadata": {"name": name, "namespace": "shop", "generation": 2}, "spec": spec}
    return plan_cluster(ClusterSnapshot(cluster, ACCOUNT, 2, 7, 3, 5), NOW)


def test_the_counts_are_shown() -> None:
    plan = look(clusterName="prod")
    assert plan.steps == ()
    assert plan.events == ()
    assert plan.status is not None
    assert list(problems(plan.status, statuses.CLUSTER)) == []
    shown = {name: value for name, value in plan.status.items() if name != "conditions"}
    assert shown == {
        "clusterArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod",
        "status": "ACTIVE",
        "activeServicesCount": 2,
        "runningTasksCount": 7,
        "pendingTasksCount": 3,
        "registeredContainerInstancesCount": 5,
        "observedGeneration": 2,
    }
    assert conditions.is_true(plan.status["conditions"], "Ready")


def test_a_cluster_without_a_name_is_the_default_one() -> None:
    assert look("default").status["clusterArn"].endswith("cluster/default")


def test_a_name_that_does_not_fit_is_refused() -> None:
    plan = look("prod", clusterName="Prod")
    assert conditions.is_true(plan.status["conditions"], "Stalled")
    assert [each.reason for each in plan.events] == ["NameMismatch"]


def test_members_without_effect_are_named() -> None:
    plan = look(clusterName="prod", tags=[{}], capacityProviders=["FARGATE"], kubernetes={"instanceRole": "r"})
    found = conditions.find(plan.status["conditions"], "NotTranslated")
    assert found is not None
    assert found["message"].endswith("capacityProviders, kubernetes.instanceRole")
