"""How a task definition could be used to get more than one has: each way is tried, and refused with the reason."""

from __future__ import annotations

import base64
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for
from tools.localcluster import LocalCluster
from tools.localcluster.access import MANIFEST

pytestmark = pytest.mark.usefixtures("operator")

HOST = {"name": "root", "host": {"sourcePath": "/"}}
BOUND = {"name": "root", "dockerVolumeConfiguration": {"driverOpts": {"type": "none", "o": "bind", "device": "/etc"}}}
MOUNTED = ecs.container(mountPoints=[{"sourceVolume": "root", "containerPath": "/host"}])


def _linux(**members: Any) -> dict[str, Any]:
    return ecs.container(linuxParameters=members)


# What a document asks of the node, and what the refusal has to name.
NODE_ATTACKS = {
    "privileged": (ecs.task_definition("web", ecs.container(privileged=True)), "privileged"),
    "host network": (ecs.task_definition(networkMode="host"), "networkMode"),
    "host processes": (ecs.task_definition(pidMode="host"), "pidMode"),
    "host ipc": (ecs.task_definition(ipcMode="host"), "ipcMode"),
    "host path": (ecs.task_definition("web", MOUNTED, volumes=[HOST]), "hostVolumes"),
    "bind mount of a Docker volume": (ecs.task_definition("web", MOUNTED, volumes=[BOUND]), "hostVolumes"),
    "capability": (ecs.task_definition("web", _linux(capabilities={"add": ["SYS_ADMIN"]})), "SYS_ADMIN"),
    "device": (ecs.task_definition("web", _linux(devices=[{"hostPath": "/dev/sda"}])), "/dev/sda"),
    "unconfined": (
        ecs.task_definition("web", ecs.container(dockerSecurityOptions=["apparmor:unconfined"])),
        "unconfined",
    ),
}


@pytest.mark.parametrize("attack", NODE_ATTACKS)
def test_node_is_not_to_be_had(kubectl: Kubectl, attack: str) -> None:
    family, named = NODE_ATTACKS[attack]
    kubectl.apply([ecs.account(), family, ecs.service(), ecs.task()])
    for kind, name in (("ecsservice", "web"), ("ecstask", "job")):
        found = wait_for(partial(_stalled, kubectl, kind, name), 20)
        assert named in ecs.condition(found, "Stalled")["message"]
    assert kubectl.list("pod") == []
    assert kubectl.list("deployment") == []


def _stalled(kubectl: Kubectl, kind: str, name: str, reason: str | None = None) -> dict[str, Any] | None:
    """The object once it is Stalled, for one reason or for any: the account may be seen after what it allows."""
    found = kubectl.get(kind, name)
    stalled = ecs.condition(found, "Stalled")
    return found if stalled.get("status") == "True" and reason in (None, stalled["reason"]) else None


def test_pod_security_of_the_namespace_stands_above_the_account(kubectl: Kubectl) -> None:
    """An account that allows everything is still held by the namespace's level."""
    kubectl("label", "namespace", kubectl.namespace, "pod-security.kubernetes.io/enforce=baseline")
    kubectl.apply([ecs.account(allow={"privileged": True}), ecs.task_definition("web", ecs.container(privileged=True))])
    kubectl.apply(ecs.task())
    found = wait_for(lambda: _stalled(kubectl, "ecstask", "job", "KubernetesForbidden"), 20)
    assert "PodSecurity" in ecs.condition(found, "Stalled")["message"]
    assert kubectl.list("pod") == []


def test_path_does_not_climb_out_of_what_is_allowed(kubectl: Kubectl) -> None:
    for path in ("/var/lib/shop/../../../etc", "/var/lib/shopping", "/var/lib"):
        volume = {"name": "root", "host": {"sourcePath": path}}
        kubectl.apply([ecs.account(allow={"hostVolumes": ["/var/lib/shop"]})])
        kubectl.apply([ecs.task_definition("web", MOUNTED, volumes=[volume]), ecs.task()])
        assert wait_for(lambda: _stalled(kubectl, "ecstask", "job"), 20), path
        kubectl.delete("ecstask", "job")
        wait_for(lambda: kubectl.find("ecstask", "job") is None, 10)
    assert kubectl.list("pod") == []


def test_service_account_is_not_the_authors_choice(kubectl: Kubectl) -> None:
    """Neither of another namespace nor a mighty one of this: a role's name leads to an account of its own."""
    kubectl("create", "serviceaccount", "mighty")
    kubectl("create", "rolebinding", "mighty", "--clusterrole=admin", f"--serviceaccount={kubectl.namespace}:mighty")
    role = f"arn:aws:iam::{ecs.ACCOUNT_ID}:role/mighty"
    kubectl.apply([ecs.account(), ecs.task_definition(taskRoleArn=role), ecs.task()])
    ecs.wait_ready(kubectl, "ecstask", "job")
    (pod,) = kubectl.list("pod")
    assert pod["spec"]["serviceAccountName"] == "ecs-role-mighty"
    assert "serviceAccountName" in kubectl.refused(ecs.task("b", kubernetes={"serviceAccountName": "mighty"}))


def test_pull_secrets_are_the_accounts_choice(kubectl: Kubectl) -> None:
    """A secret that the account's map does not name is not used, whatever a document says."""
    text = base64.b64encode(b"{}").decode()
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "theirs"}, "data": {"a": text}}
    kubectl.apply(secret)
    container = ecs.container(repositoryCredentials={"credentialsParameter": "theirs"})
    kubectl.apply([ecs.account(), ecs.task_definition("web", container), ecs.task()])
    found = wait_for(lambda: _stalled(kubectl, "ecstask", "job"), 20)
    assert "theirs" in ecs.condition(found, "Stalled")["message"]
    assert kubectl.list("pod") == []


@pytest.mark.parametrize("name", ["../kube-system", "web.1/status", "a\nb", "a" * 300, "$(whoami)", "web;rm"])
def test_crafted_names_are_refused_or_mangled(kubectl: Kubectl, name: str) -> None:
    refusal = kubectl.refused(
        ecs.document("ECSTaskDefinition", "web", ecs.task_definition()["spec"] | {"family": name})
    )
    assert "family" in refusal or "metadata.name" in refusal


@pytest.mark.parametrize("key", ["kubecs.dev/service", "kubecs.dev/task-id", "sub.kubecs.dev/x"])
def test_forged_labels_are_refused(kubectl: Kubectl, key: str) -> None:
    assert "podLabels" in kubectl.refused(ecs.service(kubernetes={"podLabels": {key: "other"}}))
    assert "podAnnotations" in kubectl.refused(ecs.task(kubernetes={"podAnnotations": {key: "other"}}))


def test_forged_status_and_records_are_nobodys_to_write(kubectl: Kubectl, people: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    patch = '{"status": {"taskDefinition": "forged"}}'
    flags = ("--type=merge", f"--patch={patch}", "--subresource=status", "--as=ed")
    assert "forbidden" in people("patch", "ecsservice", "web", *flags, check=False).lower()


# Who may hand out a role


@pytest.fixture(scope="module")
def policy(cluster: LocalCluster, crds: list[str]) -> Path:
    """The chart's policy and roles of people, applied to the cluster."""
    assert crds
    kinds = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ClusterRole")
    documents = [each for each in yaml.safe_load_all(MANIFEST.read_text()) if each["kind"] in kinds]
    cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", input=yaml.safe_dump_all(documents))
    return MANIFEST


@pytest.fixture
def people(kubectl: Kubectl, policy: Path) -> Kubectl:
    """Kubectl, with ed who edits and ada who administers the namespace; the policy is at work.

    That is found out by trying in vain: nobody passes the role that is there already.
    """
    assert policy
    for name, role in (("ed", "edit"), ("ada", "admin")):
        kubectl("create", "rolebinding", name, f"--clusterrole={role}", f"--user={name}")
    document, dry = WITH_ROLE["task role"], "--dry-run=server"
    wait_for(lambda: REFUSED in _apply_as(kubectl, "ed", document, dry), 20, "ed edits, and the policy is at work")
    wait_for(lambda: "serverside-applied" in _apply_as(kubectl, "ada", document, dry), 20, "ada passes roles")
    return kubectl


ROLE = f"arn:aws:iam::{ecs.ACCOUNT_ID}:role/shop/reader"
REFUSED = "ed may not pass the role reader"
WITH_ROLE = {
    "task role": ecs.task_definition(taskRoleArn=ROLE),
    "execution role": ecs.task_definition(executionRoleArn=ROLE),
    "by its name": ecs.task_definition(taskRoleArn="reader"),
    "override of a task": ecs.task(overrides={"taskRoleArn": ROLE}),
    "role of a cluster's instances": ecs.document(
        "ECSCluster", "shop", {"clusterName": "shop", "kubernetes": {"instanceRole": ROLE}}
    ),
}


def _apply_as(people: Kubectl, name: str, document: dict[str, Any], *more: str) -> str:
    flags = ("--server-side", "--force-conflicts", f"--as={name}", "-f", "-", *more)
    return people("apply", *flags, input=yaml.safe_dump(document), check=False)


@pytest.mark.parametrize("way", WITH_ROLE)
def test_role_is_passed_only_by_who_may(people: Kubectl, way: str) -> None:
    document = WITH_ROLE[way]
    assert REFUSED in _apply_as(people, "ed", document)
    assert people.find(document["kind"].lower(), document["metadata"]["name"]) is None
    assert "serverside-applied" in _apply_as(people, "ada", document)


def test_refusal_names_all_roles_of_a_document(people: Kubectl) -> None:
    both = ecs.task_definition(taskRoleArn=ROLE, executionRoleArn="writer")
    assert "ed may not pass one of the roles reader, writer" in _apply_as(people, "ed", both)


def test_right_to_pass_is_granted_by_name(people: Kubectl) -> None:
    assert REFUSED in _apply_as(people, "ed", ecs.task_definition(taskRoleArn=ROLE))
    rule = {"apiGroups": ["kubecs.dev"], "resources": ["roles"], "resourceNames": ["reader"], "verbs": ["pass"]}
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "pass"}, "rules": [rule]}
    people.apply(role)
    people("create", "rolebinding", "pass", "--role=pass", "--user=ed")
    document = ecs.task_definition(taskRoleArn=ROLE)
    wait_for(lambda: "serverside-applied" in _apply_as(people, "ed", document), 15)
    other = ecs.task_definition(taskRoleArn=ROLE.replace("reader", "writer"))
    assert "ed may not pass the role writer" in _apply_as(people, "ed", other)


def test_documents_without_a_role_and_what_is_not_changed_pass(people: Kubectl) -> None:
    assert "serverside-applied" in _apply_as(people, "ed", ecs.task_definition("plain"))
    assert "serverside-applied" in _apply_as(people, "ada", ecs.task_definition(taskRoleArn=ROLE))
    assert "labeled" in people("label", "ecstaskdefinition", "web", "team=a", "--as=ed", check=False)
    ecs.wait_ready(people, "ecstaskdefinition", "web")  # the operator registers what ada wrote
