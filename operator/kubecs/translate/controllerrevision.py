"""A service revision and the ControllerRevision that holds it: ECS's parameters and the pod template made from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kubecs.translate import labels
from kubecs.translate.deployment import child_labels, deployment_label
from kubecs.translate.hashing import digest


@dataclass(frozen=True, slots=True)
class ServiceRevision:
    """One state that a service was deployed in. It is never rendered again.

    Attributes:
        number: Counts the revisions of one service from 1.
        parameters: The ECS parameters that make a deployment, with the task definition's ARN.
        template: The pod template rendered from them.
        task_definition: ARN of the task definition revision.
        deployment_id: ECS's id of the deployment that it came with.
        min_ready_seconds: minReadySeconds that goes with the template.
        requested: The parameters as the user wrote them, before the task definition was resolved.
        waiting: The members that only this deployment took up (parameters.WAITING).
        created_at: RFC 3339 time of the deployment's start.
        companions: Manifests of what has to be there for its tasks, beside their Pods.
        rolled_back_from: Of a rollback: deploymentId and parameters that had failed, toDeploymentId gone back to.
    """

    number: int
    parameters: Mapping[str, Any]
    template: Mapping[str, Any]
    task_definition: str
    deployment_id: str
    min_ready_seconds: int = 0
    requested: Mapping[str, Any] = field(default_factory=dict)
    waiting: Mapping[str, Any] = field(default_factory=dict)
    created_at: str = ""
    companions: Sequence[Mapping[str, Any]] = ()
    rolled_back_from: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RevisionOwner:
    """The service that a revision belongs to.

    Attributes:
        child_name: names.child_name of the service.
        namespace: Its namespace.
        reference: Owner reference to the ECSService.
        cluster: ECS's name of the cluster.
        service: ECS's name of the service.
    """

    child_name: str
    namespace: str
    reference: Mapping[str, Any]
    cluster: str
    service: str


def parameters_hash(parameters: Mapping[str, Any]) -> str:
    """Equal for equal ECS parameters: the same revision of the service."""
    return digest(parameters)


def controller_revision(revision: ServiceRevision, owner: RevisionOwner) -> dict[str, Any]:
    """The manifest of a service revision, named `<child>-<number>`: AlreadyExists means that the number is taken."""
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {
            "name": f"{owner.child_name}-{revision.number}",
            "namespace": owner.namespace,
            "labels": {
                **child_labels(owner.cluster, owner.service),
                labels.DEPLOYMENT: deployment_label(revision.deployment_id),
            },
            "annotations": {
                labels.CLUSTER_NAME: owner.cluster,
                labels.SERVICE_NAME: owner.service,
                labels.DEPLOYMENT_ID: revision.deployment_id,
                labels.OWNER_OBJECT: owner.reference["name"],
                labels.PARAMETERS_HASH: parameters_hash(revision.parameters),
                labels.TASK_DEFINITION: revision.task_definition,
            },
            "ownerReferences": [dict(owner.reference)],
        },
        "data": {
            "parameters": revision.parameters,
            "template": revision.template,
            "taskDefinition": revision.task_definition,
            "deploymentId": revision.deployment_id,
            "minReadySeconds": revision.min_ready_seconds,
            "requested": revision.requested,
            "waiting": revision.waiting,
            "createdAt": revision.created_at,
            **({"companions": list(revision.companions)} if revision.companions else {}),
            **({"rolledBackFrom": revision.rolled_back_from} if revision.rolled_back_from else {}),
        },
        "revision": revision.number,
    }


def read_revision(manifest: Mapping[str, Any]) -> ServiceRevision:
    """The service revision in a ControllerRevision.

    Raises:
        KeyError: The object was not made by `controller_revision`.
    """
    data = manifest["data"]
    return ServiceRevision(
        number=manifest["revision"],
        parameters=data["parameters"],
        template=data["template"],
        task_definition=data["taskDefinition"],
        deployment_id=data["deploymentId"],
        min_ready_seconds=data["minReadySeconds"],
        requested=data["requested"],
        waiting=data["waiting"],
        created_at=data["createdAt"],
        companions=tuple(data.get("companions") or ()),
        rolled_back_from=data.get("rolledBackFrom") or {},
    )
