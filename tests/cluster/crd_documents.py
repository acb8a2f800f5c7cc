"""Documents for the tests of the CRDs, and what the real API server answers to them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kubecs.translate.labels import API_VERSION
from kubecs.translate.names import object_name, revision_object_name, service_object_name
from tools.localcluster import LocalCluster
from tools.localcluster.api import ApiError

APPLY = "application/apply-patch+yaml"
TASK_ID = "0123456789abcdef0123456789abcdef"
ARN = "arn:aws:ecs:eu-central-1:123456789012"

_TYPED = re.compile(r'^(Invalid value: )"(?:object|array|string|integer|number|boolean)": ')

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Cause:
    """One thing that the API server does not like."""

    field: str
    message: str
    reason: str


@dataclass(frozen=True)
class Refusal:
    """The API server's answer to what it does not take."""

    status: int
    message: str
    causes: tuple[Cause, ...]

    def about(self, text: str) -> Cause | None:
        """The cause whose message holds the text."""
        return next((cause for cause in self.causes if text in cause.message), None)


def document(kind: str, name: str, spec: Spec) -> dict[str, Any]:
    """A whole object; members that are None are left out."""
    given = {member: value for member, value in spec.items() if value is not None}
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": given}


def container(name: str = "app", **members: Any) -> dict[str, Any]:
    """A container that ECS takes in a task with memory."""
    return {"name": name, "image": "nginx"} | members


def task_definition(family: str = "web", **members: Any) -> dict[str, Any]:
    """An ECSTaskDefinition with one container and 512 MiB, but for what is given."""
    spec = {"family": family, "memory": "512", "containerDefinitions": [container()]} | members
    return document("ECSTaskDefinition", object_name(family), spec)


def revision(family: str = "web", number: int = 1, **members: Any) -> dict[str, Any]:
    """An ECSTaskDefinitionRevision."""
    registered = task_definition(family)["spec"]
    spec = {"taskDefinition": registered, "revision": number, "lifecycle": "ACTIVE"} | members
    return document("ECSTaskDefinitionRevision", revision_object_name(family, number), spec)


def service(name: str = "web", **members: Any) -> dict[str, Any]:
    """An ECSService of task definition web."""
    cluster = str(members.get("cluster", "default")).rsplit("/", 1)[-1]
    spec = {"serviceName": name, "taskDefinition": "web"} | members
    return document("ECSService", service_object_name(cluster, name), spec)


def task(**members: Any) -> dict[str, Any]:
    """An ECSTask of task definition web."""
    return document("ECSTask", "once", {"taskDefinition": "web"} | members)


def cluster_object(name: str = "default", **members: Any) -> dict[str, Any]:
    """An ECSCluster."""
    return document("ECSCluster", object_name(name), {"clusterName": name} | members)


def account(**members: Any) -> dict[str, Any]:
    """An ECSAccount."""
    return document("ECSAccount", "default", {"accountId": "123456789012", "region": "eu-central-1"} | members)


def record(**members: Any) -> dict[str, Any]:
    """An ECSTaskRecord."""
    spec = {
        "taskArn": f"{ARN}:task/default/{TASK_ID}",
        "clusterArn": f"{ARN}:cluster/default",
        "taskDefinitionArn": f"{ARN}:task-definition/web:1",
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "stoppedAt": "2026-01-02T03:04:05Z",
    } | members
    return document("ECSTaskRecord", TASK_ID, spec)


def changed(original: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """The same object with other members of spec; None takes one away."""
    copy = deepcopy(dict(original))
    copy["spec"].update(members)
    copy["spec"] = {name: value for name, value in copy["spec"].items() if value is not None}
    return copy


def path_of(cluster: LocalCluster, namespace: str, manifest: Mapping[str, Any]) -> str:
    """Where an object is served."""
    return cluster.api.resource(manifest["kind"]).path(namespace, manifest["metadata"]["name"])


def sent(
    cluster: LocalCluster,
    namespace: str,
    manifest: Mapping[str, Any],
    *,
    dry: bool = True,
    manager: str = "test",
    force: bool = True,
) -> dict[str, Any] | Refusal:
    """Server-side apply, strict, as `kubectl apply --server-side` does it; a dry run unless it is told otherwise."""
    query = f"?fieldManager={manager}&fieldValidation=Strict&force={str(force).lower()}" + (
        "&dryRun=All" if dry else ""
    )
    try:
        return cluster.api.call("PATCH", path_of(cluster, namespace, manifest) + query, manifest, APPLY)
    except ApiError as error:
        return refusal_of(error)


def refusal_of(error: ApiError) -> Refusal:
    """What an API server says in its Status object."""
    status = json.loads(str(error).partition(": ")[2])
    causes = status.get("details", {}).get("causes") or ()
    found = tuple(Cause(each.get("field", ""), _said(each["message"]), each.get("reason", "")) for each in causes)
    return Refusal(error.status, status["message"], found)


def _said(message: str) -> str:
    """The message of a rule; Kubernetes 1.34 puts the type of what is wrong before it."""
    return _TYPED.sub(r"\1", message)


def refusal(cluster: LocalCluster, namespace: str, manifest: Mapping[str, Any]) -> Refusal:
    """Asserts that the API server refuses an object, and returns its answer."""
    answer = sent(cluster, namespace, manifest)
    assert isinstance(answer, Refusal), f"not refused: {json.dumps(manifest)}"
    return answer


def taken(cluster: LocalCluster, namespace: str, manifest: Mapping[str, Any], *, dry: bool = True) -> dict[str, Any]:
    """Asserts that the API server takes an object, and returns the object as it stands then."""
    answer = sent(cluster, namespace, manifest, dry=dry)
    assert not isinstance(answer, Refusal), answer
    return answer
