"""What the translator writes is what the API server stores: no spelling of ours is changed, dropped or refused."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.plan.account import account_of
from kubecs.translate.controllerrevision import RevisionOwner, ServiceRevision, controller_revision
from kubecs.translate.deployment import DeploymentContext, deployment, service_pod_labels
from kubecs.translate.pod import PodContext, pod_template
from kubecs.translate.serviceaccount import role_bindings, service_account
from tools.localcluster import LocalCluster

TASKDEFS = Path(__file__).parents[1] / "golden" / "taskdefs"
NAMESPACE = account_of(yaml.safe_load((TASKDEFS.parent / "account.yaml").read_text(encoding="utf-8")), "default", "")
ACCOUNT = NAMESPACE.id
DEPLOYMENT_ID = "ecs-svc/9223370363131061263"
OWNER = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "0-0", "controller": True}
PATHS = {
    "Pod": "/api/v1/namespaces/default/pods",
    "ServiceAccount": "/api/v1/namespaces/default/serviceaccounts",
    "Deployment": "/apis/apps/v1/namespaces/default/deployments",
    "ControllerRevision": "/apis/apps/v1/namespaces/default/controllerrevisions",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
}


def template(name: str, *, standalone: bool) -> dict[str, Any]:
    document = RegisterTaskDefinitionRequest.model_validate(orjson.loads((TASKDEFS / f"{name}.json").read_bytes()))
    context = PodContext(
        cluster="default",
        account=ACCOUNT,
        task_definition_arn="arn:aws:ecs:eu-west-1:111122223333:task-definition/web:1",
        family=document.family,
        revision=1,
        launch_type="EC2",
        service_account="default",
        mount_token=False,
        maps=NAMESPACE.maps,
        launch_volumes={"database": {"sizeInGiB": 40, "volumeType": "gp3"}},
        extra_labels=service_pod_labels("default", "web", DEPLOYMENT_ID),
    )
    return pod_template(document, context, standalone=standalone)


def manifests(name: str) -> Iterator[dict[str, Any]]:
    """What one document becomes: a Deployment, a Pod of its own, a ControllerRevision."""
    rendered = template(name, standalone=False)
    labels = {"owner": OWNER, "cluster": "default", "service": "web", "deployment_id": DEPLOYMENT_ID}
    yield deployment(
        DeploymentContext(
            "web",
            "default",
            **labels,
            service_revision=1,
            template=rendered,
            replicas=0,
            max_surge=1,
            max_unavailable=0,
            min_ready_seconds=40,
        )
    )
    revision = ServiceRevision(1, {"taskDefinition": "web"}, rendered, "arn", DEPLOYMENT_ID, 40)
    yield controller_revision(revision, RevisionOwner("web", "default", OWNER, "default", "web"))
    alone = template(name, standalone=True)
    yield {
        "apiVersion": "v1",
        "kind": "Pod",
        **alone,
        "metadata": {"name": "web", "namespace": "default", **alone["metadata"]},
    }


def identities() -> Iterator[dict[str, Any]]:
    """The ServiceAccounts and RoleBindings of tasks."""
    yield service_account(None, ACCOUNT, "default")
    yield (own := service_account("app", ACCOUNT, "default", {"note": "a"}))
    yield from role_bindings(own, [{"kind": "ClusterRole", "name": "view"}, {"kind": "Role", "name": "app"}])


def changes(sent: Any, stored: Any, path: str = "") -> Iterator[str]:
    """Where the stored value lacks something of the sent one or has it otherwise; it may have more members."""
    if isinstance(sent, Mapping) and isinstance(stored, Mapping):
        for name, value in sent.items():
            yield from changes(value, stored.get(name), f"{path}.{name}")
    elif (
        isinstance(sent, Sequence)
        and not isinstance(sent, str)
        and isinstance(stored, list)
        and len(sent) == len(stored)
    ):
        for index, (mine, theirs) in enumerate(zip(sent, stored, strict=True)):
            yield from changes(mine, theirs, f"{path}[{index}]")
    elif sent != stored or type(sent) is not type(stored):
        yield f"{path}: {sent!r} became {stored!r}"


def stored(cluster: LocalCluster, manifest: dict[str, Any]) -> Any:
    path = f"{PATHS[manifest['kind']]}?dryRun=All&fieldValidation=Strict"
    return cluster.api.call("POST", path, manifest)


@pytest.fixture(scope="module", autouse=True)
def runtime_class(cluster: LocalCluster) -> Iterator[None]:
    """The one that the account's map names: the API server refuses Pods of a class that is not there."""
    path, name = "/apis/node.k8s.io/v1/runtimeclasses", "kata-cc"
    body = {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": name}, "handler": "kata"}
    cluster.api.call("POST", path, body)
    yield
    cluster.api.call("DELETE", f"{path}/{name}")


@pytest.mark.parametrize("name", sorted(path.stem for path in TASKDEFS.glob("*.json")))
def test_a_task_definition_is_stored_as_it_was_sent(cluster: LocalCluster, name: str) -> None:
    for manifest in manifests(name):
        assert list(changes(manifest, stored(cluster, manifest))) == []


def test_identities_are_stored_as_they_were_sent(cluster: LocalCluster) -> None:
    for manifest in identities():
        assert list(changes(manifest, stored(cluster, manifest))) == []
