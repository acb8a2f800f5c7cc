"""An ECSService that is deleted without its children, and comes back: what it left goes on as its own."""

from __future__ import annotations

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for

pytestmark = pytest.mark.usefixtures("operator")

OURS = "app.kubernetes.io/managed-by=kubecs"
KINDS = ("deployment", "controllerrevision", "poddisruptionbudget", "service")


def _owners(kubectl: Kubectl) -> dict[str, set[str]]:
    """By kind the uids of those who own our objects; "" where nobody does."""
    return {
        kind: {
            reference["uid"]
            for each in kubectl.list(kind, OURS)
            for reference in each["metadata"].get("ownerReferences") or ({"uid": ""},)
        }
        for kind in KINDS
    }


def test_what_an_orphaning_deletion_leaves_is_adopted(kubectl: Kubectl) -> None:
    target_group = f"arn:aws:elasticloadbalancing:{ecs.REGION}:{ecs.ACCOUNT_ID}:targetgroup/web/0123456789abcdef"
    account = ecs.account(targetGroups=[{"from": target_group, "to": "ClusterIP"}])
    ports = ecs.container(portMappings=[{"containerPort": 80}], command=["sh", "-c", "a <b >c && d"])
    balanced = {"targetGroupArn": target_group, "containerName": "app", "containerPort": 80}
    service = ecs.service(desired=2, loadBalancers=[balanced])
    kubectl.apply([account, ecs.task_definition("web", ports)])
    wait_for(lambda: ecs.status(kubectl.get("ecstaskdefinition", "web")).get("latestRevision") == 1, 20)
    kubectl.apply(service)
    ecs.wait_ready(kubectl, "ecsservice", "web")
    pods, old = ecs.uids(kubectl.list("pod")), kubectl.get("ecsservice", "web")["metadata"]["uid"]
    assert _owners(kubectl) == {kind: {old} for kind in KINDS}
    kubectl("delete", "ecsservice", "web", "--cascade=orphan", "--timeout=20s")
    wait_for(lambda: _owners(kubectl) == {kind: {""} for kind in KINDS}, 20, "nobody owns what is left")

    kubectl.apply(service)
    ecs.wait_ready(kubectl, "ecsservice", "web")
    new = kubectl.get("ecsservice", "web")["metadata"]["uid"]
    wait_for(lambda: _owners(kubectl) == {kind: {new} for kind in KINDS}, 20, "the new one owns it")
    assert ecs.uids(kubectl.list("pod")) == pods
    assert [each["revision"] for each in kubectl.list("controllerrevision", OURS)] == [1]
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"restartedAt": "2026-01-01T00:00:00Z"}}})
    wait_for(lambda: len(kubectl.list("controllerrevision", OURS)) == 2, 20, "the next revision has the next number")
    kubectl.delete("ecsservice", "web")
    wait_for(lambda: not any(_owners(kubectl).values()), 30, "all goes with its owner")
