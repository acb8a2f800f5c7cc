"""A service to its Deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubecs.translate import labels
from kubecs.translate.names import label_value

NO_DEADLINE = 2**31 - 1  # Kubernetes' word for no progress deadline: ECS gives up only by its circuit breaker
OLD_REPLICA_SETS = 2  # a rollback renders a new template, so old ReplicaSets are kept only to be looked at


@dataclass(frozen=True, slots=True)
class DeploymentContext:
    """What the Deployment of a service is made from.

    Attributes:
        name: Its name (names.child_name).
        namespace: Its namespace.
        owner: Owner reference to the ECSService (owner.owner_reference).
        cluster: ECS's name of the cluster.
        service: ECS's name of the service.
        deployment_id: ECS's id of the deployment: `ecs-svc/<19 digits>`.
        service_revision: Number of the ControllerRevision that holds the template.
        template: The pod template of that revision, used as it is.
        replicas: Desired count.
        max_surge: Tasks above the desired count, an integer.
        max_unavailable: Tasks below it, an integer.
        min_ready_seconds: How long a ready Pod waits until it counts (health.min_ready_seconds).
        paused: Whether the rollout stands still.
        annotations: More annotations; those that are kubecs's own win.
    """

    name: str
    namespace: str
    owner: Mapping[str, Any]
    cluster: str
    service: str
    deployment_id: str
    service_revision: int
    template: Mapping[str, Any]
    replicas: int
    max_surge: int
    max_unavailable: int
    min_ready_seconds: int = 0
    paused: bool = False
    annotations: Mapping[str, str] = field(default_factory=dict)


def deployment(context: DeploymentContext) -> dict[str, Any]:
    """The manifest of the Deployment, spelled as the API server stores it."""
    surge = {"maxSurge": context.max_surge, "maxUnavailable": context.max_unavailable}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": context.name,
            "namespace": context.namespace,
            "labels": child_labels(context.cluster, context.service),
            "annotations": {**context.annotations, **_annotations(context)},
            "ownerReferences": [dict(context.owner)],
        },
        "spec": {
            "replicas": context.replicas,
            "selector": {"matchLabels": selector_labels(context.cluster, context.service)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": surge},
            **({"minReadySeconds": context.min_ready_seconds} if context.min_ready_seconds else {}),
            **({"paused": True} if context.paused else {}),
            "progressDeadlineSeconds": NO_DEADLINE,
            "revisionHistoryLimit": OLD_REPLICA_SETS,
            "template": context.template,
        },
    }


def selector_labels(cluster: str, service: str) -> dict[str, str]:
    """The labels that all Pods of a service carry and nothing else does."""
    return {labels.CLUSTER: label_value(cluster), labels.SERVICE: label_value(service)}


def service_pod_labels(cluster: str, service: str, deployment_id: str) -> dict[str, str]:
    """The labels that a service adds to its pod template: PodContext.extra_labels, over those of the user."""
    return {**selector_labels(cluster, service), labels.DEPLOYMENT: deployment_label(deployment_id)}


def service_pod_annotations(service: str, object_name: str) -> dict[str, str]:
    """The annotations that a service adds to its pod template: PodContext.extra_annotations."""
    return {
        labels.OWNER_OBJECT: object_name,
        labels.SERVICE_NAME: service,
        labels.TASK_GROUP: f"{labels.TASK_GROUP_SERVICE}:{service}",
    }


def child_labels(cluster: str, service: str) -> dict[str, str]:
    """The labels of the objects that a service owns."""
    return {labels.MANAGED_BY: labels.MANAGER, **selector_labels(cluster, service)}


def deployment_label(deployment_id: str) -> str:
    """ECS's deployment id as a label value: `ecs-svc/123` is `ecs-svc-123`."""
    return deployment_id.replace("/", "-")


def _annotations(context: DeploymentContext) -> dict[str, str]:
    return {
        labels.CLUSTER_NAME: context.cluster,
        labels.SERVICE_NAME: context.service,
        labels.DEPLOYMENT_ID: context.deployment_id,
        labels.SERVICE_REVISION: str(context.service_revision),
    }
