"""A task definition to a pod template: what a task of it is on Kubernetes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.values import AccountId
from kubecs.translate import labels
from kubecs.translate.container import container_names, pod_containers
from kubecs.translate.grace import termination_grace_seconds
from kubecs.translate.hashing import compact
from kubecs.translate.health import is_essential, start_periods
from kubecs.translate.names import container_name, label_value
from kubecs.translate.ports import pod_ports
from kubecs.translate.resources import pod_resources
from kubecs.translate.volumes import pod_volumes, volume_names

Template = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PodContext:
    """What a pod template depends on beside the task definition.

    Attributes:
        cluster: ECS's name of the cluster.
        account: The account that the namespace is.
        task_definition_arn: Full ARN of the revision.
        family: ECS's name of the family.
        revision: Number of the revision.
        launch_type: EC2, FARGATE, EXTERNAL or MANAGED_INSTANCES.
        service_account: Name of the ServiceAccount.
        mount_token: Whether the Pod mounts that account's token.
        extra_labels: More labels; those that are kubecs's own win.
        extra_annotations: More annotations; those that are kubecs's own win.
        tolerations: Kubernetes tolerations, as they are.
        priority_class: Name of a PriorityClass.
    """

    cluster: str
    account: AccountId
    task_definition_arn: str
    family: str
    revision: int
    launch_type: str
    service_account: str
    mount_token: bool
    extra_labels: Mapping[str, str] = field(default_factory=dict)
    extra_annotations: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Mapping[str, Any], ...] = ()
    priority_class: str | None = None


def pod_template(definition: RegisterTaskDefinitionRequest, context: PodContext, *, standalone: bool) -> Template:
    """The pod template of a task definition: `{"metadata": …, "spec": …}`, spelled as the API server stores it.

    The same input gives the same template, wherever and whenever.

    Args:
        definition: The task definition.
        context: Where its tasks run, and as whom.
        standalone: A task on its own, which runs once (restartPolicy Never), or one of a service (Always).

    Raises:
        ClientException: A task definition that ECS would refuse (see container.py).
    """
    ports = pod_ports(definition)
    return {
        "metadata": {
            "labels": {**context.extra_labels, **_labels(context)},
            "annotations": {**context.extra_annotations, **_annotations(definition, context, ports.names)},
        },
        "spec": {
            "containers": pod_containers(definition, ports),
            "restartPolicy": "Never" if standalone else "Always",
            "terminationGracePeriodSeconds": termination_grace_seconds(definition),
            "serviceAccountName": context.service_account,
            "automountServiceAccountToken": context.mount_token,
            "enableServiceLinks": False,
            **_network(definition),
            **_present("volumes", pod_volumes(definition)),
            **_present("resources", pod_resources(definition)),
            **_present("tolerations", [dict(each) for each in context.tolerations]),
            **_present("priorityClassName", context.priority_class),
        },
    }


def _labels(context: PodContext) -> dict[str, str]:
    return {
        labels.MANAGED_BY: labels.MANAGER,
        labels.CLUSTER: label_value(context.cluster),
        labels.FAMILY: label_value(context.family),
        labels.REVISION: str(context.revision),
        labels.LAUNCH_TYPE: label_value(context.launch_type),
    }


def _annotations(
    definition: RegisterTaskDefinitionRequest, context: PodContext, port_names: Mapping[str, str]
) -> dict[str, str]:
    containers = definition.container_definitions
    facts: dict[str, Any] = {
        labels.CONTAINER_NAMES: {mine: name for mine, name in container_names(definition).items() if mine != name},
        labels.DOCKER_LABELS: {each.name: each.docker_labels for each in containers if each.docker_labels},
        labels.ESSENTIAL: [container_name(each.name or "") for each in containers if is_essential(each)],
        labels.PORT_NAMES: port_names,
        labels.START_PERIODS: start_periods(definition),
        labels.START_TIMEOUTS: {each.name: each.start_timeout for each in containers if each.start_timeout},
        labels.VOLUME_NAMES: volume_names(definition),
    }
    written = {key: compact(fact) for key, fact in facts.items() if fact}
    return {labels.CLUSTER_NAME: context.cluster, labels.TASK_DEFINITION: context.task_definition_arn, **written}


def _network(definition: RegisterTaskDefinitionRequest) -> dict[str, Any]:
    """Host mode shares the node's network and still finds names of the cluster; any other is the Pod's own."""
    if definition.network_mode != "host":
        return {}
    return {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}


def _present(name: str, value: object) -> dict[str, Any]:
    return {name: value} if value else {}
