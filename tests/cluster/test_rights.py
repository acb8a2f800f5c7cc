"""The operator has the rights that it uses: no call is refused, and nothing is granted that no call takes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from kubecs.plan.settings import Settings
from tests.cluster import ecs
from tests.cluster.audit import AuditLog, Right
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster
from tools.localcluster.access import OPERATOR, OPERATOR_NAMESPACE, operator_access

RBAC = "rbac.authorization.k8s.io"
ECS = "kubecs.dev"
REGISTRY = f"arn:aws:servicediscovery:{ecs.REGION}:{ecs.ACCOUNT_ID}:service/srv-web"
KEPT = Settings().service_revisions_kept
# Rights of calls that no run can be made to show, and what makes them.
UNSEEN = {
    Right(RBAC, "clusterroles", "bind"): "is asked of the authorizer when a RoleBinding is written, and not logged",
    Right("", "pods", "get"): "the Pod of an ECSTask was made by a leader that died before it knew",
    Right("", "persistentvolumeclaims", "get"): "a companion was made by somebody else in between",
    Right("networking.k8s.io", "networkpolicies", "get"): "likewise",
    **{
        Right("resource.k8s.io", "resourceclaimtemplates", verb): "only for a task that wants all devices of a node"
        for verb in ("get", "create")
    },
    **{
        Right("external-secrets.io", "externalsecrets", verb): "only where External Secrets is installed"
        for verb in ("get", "list", "watch", "create", "patch")
    },
    Right("apps", "controllerrevisions", "get"): "a service revision was made by a leader that died before it knew",
    Right("apps", "controllerrevisions", "patch"): "an ECSService came back after a deletion without its children",
    Right(ECS, "ecstaskdefinitionrevisions", "get"): "somebody registered the same number in between",
    Right(ECS, "ecstaskrecords", "get"): "a leader that died had made the record",
}


def granted() -> set[Right]:
    """Every right of the roles that the operator is bound to."""
    roles = [each for each in operator_access() if each["kind"] in ("Role", "ClusterRole")]
    own = [role for role in roles if role["metadata"]["name"].startswith(OPERATOR)]
    rules: list[dict[str, Any]] = [rule for role in own for rule in role["rules"]]
    found = (product(rule["apiGroups"], rule["resources"], rule["verbs"]) for rule in rules)
    return {Right(*each) for rights in found for each in rights}


@pytest.fixture
def audit(cluster: LocalCluster, operator: OperatorProcess) -> Iterator[AuditLog]:
    """The log since just before the operator started, with records that are soon forgotten."""
    operator.kill()
    log = AuditLog(cluster)
    cluster.kubectl("delete", "lease", OPERATOR, f"--namespace={OPERATOR_NAMESPACE}", "--ignore-not-found")
    operator.start("--record-retention-seconds=1")
    yield log
    operator.terminate()  # gives the Lease back


def test_rights_are_what_is_used(kubectl: Kubectl, audit: AuditLog) -> None:
    _live(kubectl)

    def all_used() -> bool:
        unused = granted() - audit.rights_used() - UNSEEN.keys()
        assert not unused, f"granted and not used: {sorted(unused)}"
        return True

    wait_for(all_used, 60)
    used = audit.rights_used() - {right for right in audit.rights_used() if not right.resource}
    assert used - granted() == set()
    assert audit.forbidden() == []
    assert UNSEEN.keys() <= granted()


def _anew(kubectl: Kubectl, before: set[str]) -> list[dict[str, Any]]:
    """The Pods of the service once none is left of those before."""
    pods = ecs.pods(kubectl, service="web")
    return pods if not ecs.uids(pods) & before else []


def _live(kubectl: Kubectl) -> None:
    """All that the operator does in its life, once."""
    role = f"arn:aws:iam::{ecs.ACCOUNT_ID}:role/reader"
    shared = {"name": "data", "dockerVolumeConfiguration": {"scope": "shared", "autoprovision": True}}
    mounted = ecs.container(mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}])
    soon_gone = ecs.task("job")
    soon_gone["spec"]["kubernetes"] = {
        "ttlSecondsAfterFinished": 1,
        "podAnnotations": ecs.kwok(exit_codes='{"app": 0}', exit_after="100ms"),
    }
    kubectl.apply(
        [
            ecs.account(
                roles=[{"role": "reader", "roleRefs": [{"kind": "ClusterRole", "name": "view"}]}],
                serviceRegistries=[{"from": "*", "to": "Headless"}],
            ),
            ecs.cluster("shop"),
            ecs.task_definition("web", ecs.container(), ecs.container("side"), taskRoleArn=role, tags=[]),
            ecs.task_definition("job"),
            ecs.task_definition("agent"),
            ecs.task_definition("shut", mounted, networkMode="none", volumes=[shared]),
            ecs.service(serviceRegistries=[{"registryArn": REGISTRY}]),
            ecs.daemon("agent", taskDefinition="agent"),
            soon_gone | {"spec": soon_gone["spec"] | {"taskDefinition": "job"}},
            ecs.task("shut", taskDefinition="shut"),
        ]
    )
    ecs.wait_ready(kubectl, "ecsservice", "web", "agent")
    wait_for(lambda: kubectl.list("networkpolicy") and kubectl.list("persistentvolumeclaim"), 10)
    for policy in kubectl.list("networkpolicy"):  # it is put right again
        kubectl.patch("networkpolicy", policy["metadata"]["name"], {"spec": {"policyTypes": ["Ingress"]}})
    kubectl.patch("ecsservice", "web", {"spec": {"serviceRegistries": []}})
    for number in range(KEPT + 1):
        kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"restartedAt": f"2030-01-01T00:00:{number:02}Z"}}})
        ecs.wait_ready(kubectl, "ecsservice", "web")
    before = ecs.uids(ecs.pods(kubectl, service="web"))
    for child in kubectl.list("deployment"):  # before it is put back, the service is asked for
        kubectl.delete("deployment", child["metadata"]["name"])
    kubectl.delete("ecstaskdefinitionrevision", "job.1")
    kubectl.apply(ecs.account())  # the role is mapped no more
    (pod,) = wait_for(lambda: _anew(kubectl, before), 30, "the new Deployment's Pod, and no other")
    kubectl.annotate("pod", pod["metadata"]["name"], exit_codes='{"app": 1}')
    wait_for(lambda: ecs.uids(ecs.pods(kubectl, service="web")) - ecs.uids([pod]), 20)
    kubectl.apply(ecs.task_definition("shut", mounted, networkMode="none", volumes=[shared], tags=[{"key": "a"}]))
    kubectl.apply(ecs.service("missing", taskDefinition="nowhere"))
    kubectl.delete("ecstaskdefinition", "agent")  # before its revision is deregistered, it is asked for
