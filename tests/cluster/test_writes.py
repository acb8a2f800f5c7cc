"""What the operator writes for each thing that a person does, counted from the API server's audit log."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cluster import ecs
from tests.cluster.audit import AuditLog
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster

ONE_STATUS = "patch ecsservices/status"
NOT_READY = ecs.kwok(never_ready="true")


@pytest.fixture
def audit(cluster: LocalCluster, operator: OperatorProcess, kubectl: Kubectl) -> AuditLog:
    """The log, in a namespace whose family is registered and whose ServiceAccount a first service has brought."""
    assert operator.pid is not None
    kubectl.apply([ecs.task_definition("web"), ecs.service("first", 0)])
    ecs.wait_ready(kubectl, "ecsservice", "first")
    log = AuditLog(cluster)
    log.settle(kubectl.namespace)
    log.mark()
    return log


def _applied(kubectl: Kubectl, audit: AuditLog, desired: int, **members: object) -> None:
    """A service that is steady, with nothing counted yet."""
    kubectl.apply(ecs.service("web", desired, **members))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    if desired:
        wait_for(lambda: _images_are_known(kubectl), 20, "the revision has learned its images from a task")
    audit.settle(kubectl.namespace)
    audit.mark()


def _images_are_known(kubectl: Kubectl) -> bool:
    return "imagesResolvedBy" in ecs.status(kubectl.get("ecstaskdefinitionrevision", "web.1"))


def _wait_records(kubectl: Kubectl, count: int) -> None:
    """Tasks may be going still when their service is steady without them."""
    wait_for(lambda: len(kubectl.list("ecstaskrecord")) >= count, 30, f"{count} records")


def _scale(kubectl: Kubectl, desired: int) -> None:
    kubectl("scale", "ecsservice", "web", f"--replicas={desired}")
    ecs.wait_ready(kubectl, "ecsservice", "web")


def test_a_service_costs_four_writes(audit: AuditLog, kubectl: Kubectl) -> None:
    kubectl.apply(ecs.service("web", 0))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    audit.settle(kubectl.namespace)
    assert audit.counts(kubectl.namespace) == {
        "patch deployments": 1,
        "patch poddisruptionbudgets": 1,
        "create controllerrevisions": 1,
        ONE_STATUS: 1,
    }


def test_the_first_service_costs_the_service_account_too(
    cluster: LocalCluster, operator: OperatorProcess, kubectl: Kubectl
) -> None:
    assert operator.pid is not None
    audit = AuditLog(cluster)
    kubectl.apply(ecs.task_definition("web"))
    ecs.wait_ready(kubectl, "ecstaskdefinition", "web")
    ecs.wait_ready(kubectl, "ecstaskdefinitionrevision", "web.1")
    audit.settle(kubectl.namespace)
    assert audit.counts(kubectl.namespace, shared=True) == {
        "create ecstaskdefinitionrevisions": 1,
        "patch ecstaskdefinitionrevisions/status": 1,
        "patch ecstaskdefinitions/status": 1,  # once the revision is seen
    }
    kubectl.apply(ecs.service("web", 0))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    audit.settle(kubectl.namespace)
    assert audit.counts(kubectl.namespace)["patch serviceaccounts"] == 1


def test_scaling_writes_the_deployment_once(audit: AuditLog, kubectl: Kubectl) -> None:
    _applied(kubectl, audit, 0)
    for desired in (3, 1):
        _scale(kubectl, desired)
        _wait_records(kubectl, 2 if desired == 1 else 0)
        audit.settle(kubectl.namespace)
        counted = audit.counts(kubectl.namespace)
        counted.pop(ONE_STATUS)
        records = counted.pop("create ecstaskrecords", 0)
        assert counted == {"patch deployments": 1}
        assert records == (2 if desired == 1 else 0)
        _check_pace(audit, kubectl)
        audit.mark()


def test_status_is_written_at_most_four_times_a_second(audit: AuditLog, kubectl: Kubectl) -> None:
    _applied(kubectl, audit, 0, annotations=NOT_READY)
    kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 24}})

    def started() -> list[ecs.Document]:
        pods = ecs.pods(kubectl, service="web")
        return pods if len(pods) == 24 and all(pod["status"]["phase"] == "Running" for pod in pods) else []

    # one after the other, so that the counts move for seconds
    for pod in wait_for(started, 30, "24 tasks"):
        kubectl.annotate("pod", pod["metadata"]["name"], never_ready=None)
        name = pod["metadata"]["name"]
        wait_for(lambda name=name: _pod_is_ready(kubectl, name), 20, f"{name} ready")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    assert _check_pace(audit, kubectl) >= 5, "the counts were to move for more than a second"


def _check_pace(audit: AuditLog, kubectl: Kubectl) -> int:
    """No more than four status writes of `web` in any second; returns how many there were."""
    times = [
        write.at
        for write in audit.writes(kubectl.namespace)
        if (write.resource, write.name) == ("ecsservices/status", "web")
    ]
    gaps = [fifth - first for first, fifth in zip(times, times[4:], strict=False)]
    late = timedelta(seconds=0.25)  # of the time from sending to arrival no more can count: the next awaits the answer
    assert all(gap >= timedelta(seconds=1) - late for gap in gaps), gaps
    return len(times)


def _pod_is_ready(kubectl: Kubectl, name: str) -> bool:
    return ecs.condition(kubectl.get("pod", name), "Ready").get("status") == "True"


def test_a_new_revision_costs_one_more_controller_revision(audit: AuditLog, kubectl: Kubectl) -> None:
    kubectl.delete("ecsservice", "first")
    _applied(kubectl, audit, 2)
    kubectl.apply(ecs.task_definition("web", ecs.container(image="registry.example/app:2")))
    _wait_task_definition(kubectl, "web:2")
    _wait_records(kubectl, 2)
    audit.settle(kubectl.namespace)
    counted = audit.counts(kubectl.namespace)
    counted.pop(ONE_STATUS)
    assert counted == {
        "patch deployments": 1,
        "create controllerrevisions": 1,
        "create ecstaskrecords": 2,
    }
    _check_pace(audit, kubectl)


def _wait_task_definition(kubectl: Kubectl, name: str) -> None:
    def runs() -> bool:
        service = kubectl.get("ecsservice", "web")
        return ecs.is_ready(service) and service["status"]["taskDefinition"].endswith(f"/{name}")

    wait_for(runs, 30, f"web runs {name}")


def test_deleting_a_service_costs_nothing(audit: AuditLog, kubectl: Kubectl) -> None:
    _applied(kubectl, audit, 0)
    kubectl("delete", "ecsservice", "web")
    wait_for(lambda: len(kubectl.list("deployment")) == 1, 30, "its Deployment is gone")
    audit.settle(kubectl.namespace)
    assert audit.counts(kubectl.namespace) == {}


def test_deleting_a_service_with_tasks_costs_their_records(audit: AuditLog, kubectl: Kubectl) -> None:
    _applied(kubectl, audit, 2)
    kubectl.delete("ecsservice", "web")
    wait_for(lambda: not kubectl.list("pod"), 30, "the tasks are gone")
    _wait_records(kubectl, 2)
    audit.settle(kubectl.namespace)
    assert audit.counts(kubectl.namespace) == {"create ecstaskrecords": 2}


def test_a_change_that_makes_no_difference_costs_nothing(audit: AuditLog, kubectl: Kubectl) -> None:
    _applied(kubectl, audit, 2)
    kubectl("label", "ecsservice,ecstaskdefinition,deployment,replicaset,pod", "--all", "example.com/seen=yes")
    audit.settle(kubectl.namespace)
    assert audit.counts(kubectl.namespace, shared=True) == {}


def test_a_restart_costs_nothing(audit: AuditLog, kubectl: Kubectl, operator: OperatorProcess) -> None:
    kubectl.apply([ecs.cluster("shop"), ecs.task("job"), ecs.service("shop-web", 1, cluster="shop")])
    _applied(kubectl, audit, 2)
    wait_for(lambda: ecs.status(kubectl.get("ecstask", "job")).get("lastStatus") == "RUNNING", 20)
    ecs.wait_ready(kubectl, "ecsservice", "shop.shop-web")
    wait_for(lambda: ecs.status(kubectl.get("ecscluster", "shop")).get("runningTasksCount") == 1, 20, "counted")
    audit.settle(kubectl.namespace)
    audit.mark()
    operator.terminate()
    operator.start()
    wait_for(lambda: ecs.sample(operator.metrics(), "ecs_operator_leader") == 1, 20, "leading")
    # Everything that it knows is looked at anew, and found to be as it should be.
    wait_for(lambda: _looked_at_services(operator) >= 3, 20, "the services have been looked at")
    audit.settle(kubectl.namespace)
    written = [write for write in audit.writes() if write.resource not in {"leases", "events"}]
    assert [write for write in written if write.namespace == kubectl.namespace] == []


def _looked_at_services(operator: OperatorProcess) -> float:
    looked = ecs.sample(operator.metrics(), "ecs_operator_reconcile_total", controller="ECSService", result="success")
    return looked or 0.0
