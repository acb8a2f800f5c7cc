"""Task roles on the real control plane: who a task is, what it may do, and how it loses what the map takes away."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster
from tools.localcluster.api import ApiError

pytestmark = pytest.mark.usefixtures("operator")

ROLE = f"arn:aws:iam::{ecs.ACCOUNT_ID}:role/shop/reader"
READER = "ecs-role-reader"
VIEW = {"kind": "ClusterRole", "name": "view"}  # what the chart lets the operator bind
GRANTED = {"roles": [{"role": "reader", "roleRefs": [VIEW]}]}


def _family(role: str | None = None, name: str = "web", **members: Any) -> dict[str, Any]:
    return ecs.task_definition(name, **({"taskRoleArn": role} if role else {}), **members)


def _bindings(kubectl: Kubectl) -> list[tuple[str, str]]:
    """(ServiceAccount, role) of each RoleBinding of ours."""
    found = kubectl.list("rolebinding", "app.kubernetes.io/managed-by=kubecs")
    return [(each["subjects"][0]["name"], each["roleRef"]["name"]) for each in found]


def _may(kubectl: Kubectl, account: str, verb: str, resource: str, namespace: str | None = None) -> bool:
    """What the API server's authorizers say of a ServiceAccount."""
    where = kubectl.namespace
    attributes = {"namespace": namespace or where, "verb": verb, "resource": resource}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": f"system:serviceaccount:{where}:{account}", "resourceAttributes": attributes},
    }
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    return bool(kubectl.cluster.api.call("POST", path, review)["status"]["allowed"])


def _wait_bound(kubectl: Kubectl) -> None:
    """The map may be seen after the service, which is Ready without it: RoleNotMapped is only a notice."""
    wait_for(lambda: _bindings(kubectl) == [(READER, "view")], 10, "the binding")
    wait_for(lambda: _may(kubectl, READER, "list", "pods"), 10, "the authorizer has heard of it")


def _apply_known(kubectl: Kubectl, account: dict[str, Any], *others: dict[str, Any]) -> None:
    """Applies the others when the operator has seen the account, whose id is in the family's ARN: each has a watch."""
    kubectl.apply([account, _family(ROLE)])
    arn = ecs.task_definition_arn("web:1")
    seen = "the account is seen"
    wait_for(lambda: ecs.status(kubectl.get("ecstaskdefinition", "web")).get("taskDefinitionArn") == arn, 20, seen)
    kubectl.apply(others)


@pytest.fixture
def reader(kubectl: Kubectl) -> dict[str, Any]:
    """A service whose tasks have a role that is granted something; its one Pod."""
    kubectl.apply([ecs.account(**GRANTED), _family(ROLE), ecs.service()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    _wait_bound(kubectl)
    (pod,) = ecs.pods(kubectl, service="web")
    return pod


def _mounts_token(pod: dict[str, Any]) -> bool:
    projected = [volume["projected"]["sources"] for volume in pod["spec"].get("volumes", ()) if "projected" in volume]
    return any("serviceAccountToken" in source for sources in projected for source in sources)


def test_no_role_means_no_token(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(**GRANTED), _family(), ecs.service(), ecs.task()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    ecs.wait_ready(kubectl, "ecstask", "job")
    pods = kubectl.list("pod")
    assert len(pods) == 2
    for pod in pods:
        assert pod["spec"]["serviceAccountName"] == "ecs-default"
        assert not _mounts_token(pod)
    assert kubectl.get("serviceaccount", "ecs-default")["automountServiceAccountToken"] is False
    assert _bindings(kubectl) == []
    assert not _may(kubectl, "ecs-default", "list", "pods")


def test_a_role_is_a_service_account_with_what_the_map_grants(kubectl: Kubectl, reader: dict[str, Any]) -> None:
    assert reader["spec"]["serviceAccountName"] == READER
    assert _mounts_token(reader)
    notes = kubectl.get("serviceaccount", READER)["metadata"]["annotations"]
    assert notes["eks.amazonaws.com/role-arn"] == ROLE
    assert _bindings(kubectl) == [(READER, "view")]
    assert _may(kubectl, READER, "list", "pods")
    assert not _may(kubectl, READER, "delete", "pods")
    assert not _may(kubectl, READER, "get", "secrets")
    assert not _may(kubectl, READER, "list", "pods", namespace="default")
    kubectl.apply([ecs.task(), ecs.service("same-role")])
    ecs.wait_ready(kubectl, "ecstask", "job")
    ecs.wait_ready(kubectl, "ecsservice", "same-role")
    assert {pod["spec"]["serviceAccountName"] for pod in kubectl.list("pod")} == {READER}
    assert _bindings(kubectl) == [(READER, "view")]


def test_the_token_of_a_task_really_has_these_rights(
    cluster: LocalCluster, kubectl: Kubectl, reader: dict[str, Any]
) -> None:
    """With a token as the kubelet would mount it, bound to the very Pod, the API server lets the task do its part."""
    path = kubectl.cluster.api.resource("serviceaccount").path(kubectl.namespace, READER, "token")
    bound = {"kind": "Pod", "apiVersion": "v1", "name": reader["metadata"]["name"], "uid": reader["metadata"]["uid"]}
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"boundObjectRef": bound}}
    token = cluster.api.call("POST", path, request)["status"]["token"]
    found = json.loads(_as_task(cluster, token, f"/api/v1/namespaces/{kubectl.namespace}/pods"))
    assert [each["metadata"]["uid"] for each in found["items"]] == [reader["metadata"]["uid"]]
    with pytest.raises(urllib.error.HTTPError) as refusal:
        _as_task(cluster, token, f"/api/v1/namespaces/{kubectl.namespace}/secrets")
    assert refusal.value.code == 403


def _as_task(cluster: LocalCluster, token: str, path: str) -> str:
    headers = {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(cluster.url + path, headers=headers)  # noqa: S310 -- always https
    trust = ssl.create_default_context(cafile=str(cluster.certificate_authority))
    with urllib.request.urlopen(request, timeout=10, context=trust) as answer:  # noqa: S310
        text: str = answer.read().decode()
    return text


def test_what_the_map_no_longer_grants_is_revoked_without_touching_a_task(
    kubectl: Kubectl, reader: dict[str, Any]
) -> None:
    kubectl.apply(ecs.account(roles=[{"role": "reader", "roleRefs": []}]))
    wait_for(lambda: _bindings(kubectl) == [], 10, "no binding")
    wait_for(lambda: not _may(kubectl, READER, "list", "pods"), 10, "the right is gone")
    kubectl.apply(ecs.account(**GRANTED))
    wait_for(lambda: _bindings(kubectl) == [(READER, "view")], 10, "the binding again")
    kubectl.apply(ecs.account())  # the entry is taken out of the map
    wait_for(lambda: _bindings(kubectl) == [], 10, "no binding")
    service = wait_for(lambda: _with_condition(kubectl, "RoleNotMapped"), 10)
    assert "reader" in ecs.condition(service, "RoleNotMapped")["message"]
    assert ecs.uids(ecs.pods(kubectl, service="web")) == ecs.uids([reader])


def _with_condition(kubectl: Kubectl, kind: str) -> dict[str, Any] | None:
    service = kubectl.get("ecsservice", "web")
    return service if ecs.condition(service, kind) else None


def test_what_was_revoked_stays_so_after_the_service_has_gone(kubectl: Kubectl, reader: dict[str, Any]) -> None:
    """The ServiceAccount outlives its last service; its rights must not outlive the map."""
    assert reader["spec"]["serviceAccountName"] == READER
    kubectl.delete("ecsservice", "web")
    wait_for(lambda: kubectl.list("pod") == [], 20)
    kubectl.apply(ecs.account())
    wait_for(lambda: _bindings(kubectl) == [], 10, "no binding")
    wait_for(lambda: not _may(kubectl, READER, "list", "pods"), 10, "the right is gone")


def test_a_running_task_loses_what_the_map_no_longer_grants(kubectl: Kubectl) -> None:
    """No service has the role, only an ECSTask that runs."""
    kubectl.apply([ecs.account(**GRANTED), _family(ROLE), ecs.task()])
    ecs.wait_ready(kubectl, "ecstask", "job")
    _wait_bound(kubectl)
    kubectl.apply(ecs.account())
    wait_for(lambda: _bindings(kubectl) == [], 10, "no binding")
    wait_for(lambda: not _may(kubectl, READER, "list", "pods"), 10, "the authorizer has heard of it")


def test_a_binding_that_somebody_takes_away_comes_back(kubectl: Kubectl, reader: dict[str, Any]) -> None:
    assert reader["spec"]["serviceAccountName"] == READER
    (binding,) = kubectl.list("rolebinding", "app.kubernetes.io/managed-by=kubecs")
    kubectl.delete("rolebinding", binding["metadata"]["name"])
    wait_for(lambda: _bindings(kubectl) == [(READER, "view")], 10)
    kubectl.delete("serviceaccount", READER)
    wait_for(lambda: kubectl.find("serviceaccount", READER), 10)


def test_a_foreign_binding_of_the_same_account_is_left_alone(kubectl: Kubectl, reader: dict[str, Any]) -> None:
    assert reader["spec"]["serviceAccountName"] == READER
    kubectl("create", "rolebinding", "own", "--clusterrole=edit", f"--serviceaccount={kubectl.namespace}:{READER}")
    kubectl.apply(ecs.account())
    wait_for(lambda: _bindings(kubectl) == [], 10)
    assert kubectl.get("rolebinding", "own")["roleRef"]["name"] == "edit"


def test_roles_of_other_accounts_are_other_accounts(kubectl: Kubectl, reader: dict[str, Any]) -> None:
    assert reader["spec"]["serviceAccountName"] == READER
    kubectl.apply(ecs.account(roles=[{"role": ROLE, "roleRefs": [VIEW]}]))  # by its ARN it is this account's alone
    kubectl.apply([_family("arn:aws:iam::999988887777:role/reader", "other"), ecs.service("b", taskDefinition="other")])
    ecs.wait_ready(kubectl, "ecsservice", "b")
    (pod,) = ecs.pods(kubectl, service="b")
    assert pod["spec"]["serviceAccountName"] not in (READER, "ecs-default")
    wait_for(lambda: _bindings(kubectl) == [(READER, "view")], 10)


def test_annotations_of_the_map_reach_the_service_account(kubectl: Kubectl) -> None:
    notes = {"iam.gke.io/gcp-service-account": "reader@shop.iam.gserviceaccount.com"}
    role = {"role": ROLE, "roleRefs": [VIEW], "serviceAccountAnnotations": notes}
    kubectl.apply([ecs.account(roles=[role]), _family("reader"), ecs.service()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    _wait_bound(kubectl)
    wait_for(lambda: notes.items() <= kubectl.get("serviceaccount", READER)["metadata"]["annotations"].items(), 10)


def test_a_role_that_the_operator_may_not_bind_is_refused_and_named(kubectl: Kubectl) -> None:
    """An ECSAccount's author cannot make the operator give away what it was not allowed to give."""
    admin = {"role": "reader", "roleRefs": [{"kind": "ClusterRole", "name": "cluster-admin"}]}
    _apply_known(kubectl, ecs.account(roles=[admin]), ecs.service(), ecs.task())
    service = ecs.wait_state(kubectl, "ecsservice", "web", "Stalled KubernetesForbidden")
    message = ecs.condition(service, "Ready")["message"]
    assert message.startswith(f"grant role {ROLE} the ClusterRole cluster-admin: ")
    wait_for(lambda: message in ecs.event_notes(kubectl, "ECSAccount", "default", "KubernetesForbidden"), 10)
    ecs.wait_state(kubectl, "ecstask", "job", "Stalled KubernetesForbidden")
    assert _bindings(kubectl) == []
    assert kubectl.list("pod") == []
    kubectl.apply(ecs.account(**GRANTED))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    ecs.wait_ready(kubectl, "ecstask", "job")


@pytest.mark.parametrize("kind", ["ecsservice", "ecstask"])
def test_a_role_that_the_account_does_not_allow(kubectl: Kubectl, kind: str) -> None:
    document = ecs.service() if kind == "ecsservice" else ecs.task("web")
    _apply_known(kubectl, ecs.account(allow={"roles": ["writer"]}), document)
    found = ecs.wait_state(kubectl, kind, "web", "Stalled RoleNotAllowed")
    assert f"taskRoleArn: the role {ROLE} is not allowed" in ecs.condition(found, "Ready")["message"]
    assert kubectl.list("pod") == []
    assert kubectl.find("serviceaccount", READER) is None
    kubectl.apply(ecs.account(allow={"roles": ["writer", "reader"]}))
    ecs.wait_ready(kubectl, kind, "web")


def test_text_that_is_no_role(kubectl: Kubectl) -> None:
    assert "spec.taskRoleArn" in kubectl.refused(_family("arn:aws:iam::1:user/me"))
    assert kubectl.list("ecstaskdefinition") == []


def test_ids_of_an_account_are_for_good(kubectl: Kubectl) -> None:
    kubectl.apply(ecs.account())
    for member, value in (("accountId", "999988887777"), ("region", "us-east-1")):
        with pytest.raises(ApiError, match=rf"spec\.{member}") as refusal:
            kubectl.patch("ecsaccount", "default", {"spec": {member: value}})
        assert refusal.value.status == 422


def test_an_account_that_comes_late_or_goes_starts_no_deployment(kubectl: Kubectl, own: OperatorProcess) -> None:
    own.start("--missing-grace-seconds=0")
    kubectl.apply([_family(), _family("reader", "named"), _family(ROLE, "foreign")])
    kubectl.apply([ecs.service(), ecs.service("named", taskDefinition="named")])
    kubectl.apply(ecs.service("foreign", taskDefinition="foreign"))
    names = ("web", "named", "foreign")
    ecs.wait_ready(kubectl, "ecsservice", *names)

    def revisions() -> dict[str, int]:
        found = kubectl.list("controllerrevision", "app.kubernetes.io/managed-by=kubecs")
        return {name: sum(each["metadata"]["labels"]["kubecs.dev/service"] == name for each in found) for name in names}

    kubectl.apply(ecs.account(**GRANTED))
    wait_for(lambda: revisions()["foreign"] == 2, 20, "its role is the account's own now, with another ServiceAccount")
    arn = ecs.task_definition_arn("web:1")
    wait_for(lambda: ecs.status(kubectl.get("ecstaskdefinition", "web")).get("taskDefinitionArn") == arn, 20)
    for kind in ("ecsservice", "ecstaskdefinition"):
        ecs.wait_ready(kubectl, kind, *names)
    assert revisions() == {"web": 1, "named": 1, "foreign": 2}
    kubectl.delete("ecsaccount", "default")
    wait_for(lambda: revisions()["foreign"] == 3, 20, "and the foreign one's again")
    wait_for(lambda: ecs.status(kubectl.get("ecstaskdefinition", "web")).get("taskDefinitionArn") != arn, 20)
    for kind in ("ecsservice", "ecstaskdefinition"):
        ecs.wait_ready(kubectl, kind, *names)
    assert revisions() == {"web": 1, "named": 1, "foreign": 3}
    kubectl("scale", "ecsservice/web", "--replicas=2")
    wait_for(lambda: ecs.status(kubectl.get("ecsservice", "web"))["runningCount"] == 2, 20, "two tasks")
