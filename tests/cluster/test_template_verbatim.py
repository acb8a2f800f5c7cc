"""A pod template is rendered once for each ECS deployment: an upgrade of kubecs replaces no Pod."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import ecs, shim
from tests.cluster.audit import AuditLog
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster

RENDERING = "example.com/rendering"


@pytest.fixture
def upgrade(operator: OperatorProcess, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Ends the operator and starts one that renders pod templates otherwise."""

    def restart() -> None:
        operator.terminate()
        operator.start(env=shim.environment(tmp_path / "upgrade", shim.NEW_RENDERING))
        _wait_until_looked_at(operator)

    yield restart
    operator.terminate()  # gives the Lease back, so that the next one need not wait


def _wait_until_looked_at(operator: OperatorProcess) -> None:
    """Every service that the operator found at its start has been reconciled."""

    def looked() -> bool:
        text = operator.metrics()
        leads = ecs.sample(text, "ecs_operator_leader") == 1
        waiting = ecs.sample(text, "ecs_operator_workqueue_depth", name="reconcile")
        working = ecs.sample(text, "ecs_operator_reconcile_in_progress", controller="ECSService")
        return leads and waiting == 0 and not working

    wait_for(looked, 20, "the operator has looked at all services")


def _deploy(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.task_definition("web"), ecs.service("web", 2)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    ecs.wait_ready(kubectl, "ecstaskdefinition", "web")


def _rollout(kubectl: Kubectl) -> list[dict[str, Any]]:
    """A new deployment of `web`; returns the Pods that it made."""
    before = ecs.uids(ecs.pods(kubectl, service="web"))
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"restartedAt": "2026-01-01T00:00:00Z"}}})

    def rolled() -> list[dict[str, Any]]:
        service, pods = kubectl.get("ecsservice", "web"), ecs.pods(kubectl, service="web")
        assert ecs.is_ready(service)
        assert len(pods) == 2
        return [] if before & ecs.uids(pods) else pods

    return wait_for(rolled, 30, "web was deployed anew")


def _templates(kubectl: Kubectl) -> list[dict[str, Any]]:
    """The pod templates in the service's ControllerRevisions, oldest first."""
    found = kubectl.list("controllerrevision", ecs.selector(service="web"))
    return [each["data"]["template"] for each in sorted(found, key=lambda each: each["revision"])]


def test_an_upgrade_replaces_no_pod(
    cluster: LocalCluster, operator: OperatorProcess, kubectl: Kubectl, upgrade: Callable[[], None]
) -> None:
    assert operator.pid is not None
    _deploy(kubectl)
    pods, deployment = ecs.uids(ecs.pods(kubectl, service="web")), ecs.deployment_of(kubectl, "web")
    audit = AuditLog(cluster)
    audit.settle(kubectl.namespace)
    audit.mark()

    upgrade()

    audit.settle(kubectl.namespace)
    assert audit.counts(kubectl.namespace, shared=True) == {}
    assert ecs.deployment_of(kubectl, "web")["metadata"]["generation"] == deployment["metadata"]["generation"]
    assert ecs.uids(ecs.pods(kubectl, service="web")) == pods

    # What makes no deployment makes no new template either.
    kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 3}})
    ecs.wait_ready(kubectl, "ecsservice", "web")
    scaled = ecs.pods(kubectl, service="web")
    assert len(scaled) == 3
    assert pods < ecs.uids(scaled)
    assert all(RENDERING not in pod["metadata"]["annotations"] for pod in scaled)
    assert ecs.deployment_of(kubectl, "web")["spec"]["template"] == deployment["spec"]["template"]


def test_the_next_deployment_is_rendered_anew(
    operator: OperatorProcess, kubectl: Kubectl, upgrade: Callable[[], None]
) -> None:
    assert operator.pid is not None
    _deploy(kubectl)
    upgrade()

    pods = _rollout(kubectl)

    assert [pod["metadata"]["annotations"].get(RENDERING) for pod in pods] == ["new", "new"]
    assert [pod["spec"]["dnsConfig"]["options"] for pod in pods] == [[{"name": "ndots", "value": "2"}]] * 2
    old, new = _templates(kubectl)
    assert RENDERING not in old["metadata"]["annotations"]
    assert new["metadata"]["annotations"][RENDERING] == "new"


def test_a_lost_controller_revision_is_made_from_the_deployments_own_template(
    cluster: LocalCluster, operator: OperatorProcess, kubectl: Kubectl, upgrade: Callable[[], None]
) -> None:
    assert operator.pid is not None
    _deploy(kubectl)
    pods, deployment = ecs.uids(ecs.pods(kubectl, service="web")), ecs.deployment_of(kubectl, "web")
    (before,) = kubectl.list("controllerrevision", ecs.selector(service="web"))
    upgrade()
    audit = AuditLog(cluster)

    kubectl.delete("controllerrevision", before["metadata"]["name"])

    def made_again() -> dict[str, Any] | None:
        found = kubectl.find("controllerrevision", before["metadata"]["name"])
        return found if found and found["metadata"]["uid"] != before["metadata"]["uid"] else None

    after = wait_for(made_again, 20, "the ControllerRevision is there again")
    kept = ("parameters", "requested", "waiting", "taskDefinition", "deploymentId", "minReadySeconds")
    assert {name: after["data"][name] for name in kept} == {name: before["data"][name] for name in kept}
    assert after["data"]["template"] == _without_timestamp(deployment["spec"]["template"])
    assert RENDERING not in after["data"]["template"]["metadata"]["annotations"]
    service = ecs.wait_ready(kubectl, "ecsservice", "web")[0]
    assert [entry["id"] for entry in service["status"]["deployments"]] == [before["data"]["deploymentId"]]
    audit.settle(kubectl.namespace)
    assert audit.counts(kubectl.namespace) == {"create controllerrevisions": 1}
    assert ecs.uids(ecs.pods(kubectl, service="web")) == pods

    # The revision that was found again is as good as the first: the next deployment is number 2.
    _rollout(kubectl)
    revisions = kubectl.list("controllerrevision", ecs.selector(service="web"))
    assert sorted(each["revision"] for each in revisions) == [1, 2]


def _without_timestamp(template: dict[str, Any]) -> dict[str, Any]:
    metadata = {name: value for name, value in template["metadata"].items() if name != "creationTimestamp"}
    return {**template, "metadata": metadata}
