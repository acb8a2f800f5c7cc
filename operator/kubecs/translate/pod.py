"""A task definition to a pod template: what a task of it is on Kubernetes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.values import AccountId
from kubecs.translate import labels
from kubecs.translate.agentenvironment import AgentEndpoint, agent_env
from kubecs.translate.arrangement import Arrangement, Means, arrange
from kubecs.translate.container import container_names, pod_containers
from kubecs.translate.delivery import Shim
from kubecs.translate.firelens import firelens_annotations
from kubecs.translate.grace import termination_grace_seconds
from kubecs.translate.hashing import compact
from kubecs.translate.health import is_essential, start_periods
from kubecs.translate.launchvolumes import LaunchVolumes
from kubecs.translate.maps import NO_MAPS, Maps, for_role
from kubecs.translate.names import container_name, label_value
from kubecs.translate.networkpolicy import isolation_labels
from kubecs.translate.podvalues import pod_facts, pod_values
from kubecs.translate.ports import pod_ports
from kubecs.translate.subnets import in_zones
from kubecs.translate.unsupported import refuse_unsupported
from kubecs.translate.versionconsistency import KnownImages, with_digests
from kubecs.translate.volumes import volume_names

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
        shim: Where the shim comes from, for tasks that need it.
        container_restart_rules: Whether the server keeps restart policies of single containers.
        maps: What the account says that the names of AWS stand for.
        agent: Where tasks ask about themselves; None while nothing answers there.
        launch_volumes: Volume name to what the service or the task says of a volume configured at launch.
        images: Container name to what its image is known to be.
        zones: The zones that the subnets of the service or task stand for; empty for any.
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
    shim: Shim = field(default_factory=Shim)
    container_restart_rules: bool = False
    maps: Maps = NO_MAPS
    agent: AgentEndpoint | None = None
    launch_volumes: LaunchVolumes = field(default_factory=dict)
    images: KnownImages = field(default_factory=dict)
    zones: tuple[str, ...] = ()


def pod_template(definition: RegisterTaskDefinitionRequest, context: PodContext, *, standalone: bool) -> Template:
    """The pod template of a task definition: `{"metadata": …, "spec": …}`, spelled as the API server stores it.

    The same input gives the same template, wherever and whenever.

    Args:
        definition: The task definition.
        context: Where its tasks run, and as whom.
        standalone: A task on its own, which runs once (restartPolicy Never), or one of a service (Always).

    Raises:
        ClientException: A task definition that ECS would refuse (see container.py), whose containers wait for each
            other in a way that cannot be kept (see dependencies.py), or that the account's maps lack something for.
        ResourceInitializationError: They lack a secret, credentials or an environment file.
    """
    refuse_unsupported(definition)
    context = replace(context, maps=for_role(context.maps, definition.execution_role_arn))
    ports = pod_ports(definition)
    means = Means(context.shim, context.maps, context.container_restart_rules, standalone)
    containers = with_digests(definition, pod_containers(definition, ports, context.maps), context.images)
    containers = with_agent_env(containers, context)
    arranged = arrange(definition, containers, means)
    values = pod_values(definition, context.maps, context.launch_volumes)
    return {
        "metadata": {
            "labels": {**context.extra_labels, **isolation_labels(definition), **_labels(context)},
            "annotations": {**context.extra_annotations, **_annotations(definition, context, ports.names, arranged)},
        },
        "spec": {
            **arranged.spec,
            "restartPolicy": "Never" if standalone else "Always",
            "terminationGracePeriodSeconds": termination_grace_seconds(definition),
            "serviceAccountName": context.service_account,
            "automountServiceAccountToken": context.mount_token,
            "enableServiceLinks": False,
            **values,
            **_present("affinity", in_zones(values.get("affinity", {}), context.zones)),
            **_present("volumes", [*values.get("volumes", ()), *arranged.volumes]),
            **_present("tolerations", [dict(each) for each in context.tolerations]),
            **_present("priorityClassName", context.priority_class),
        },
    }


def with_agent_env(containers: list[dict[str, Any]], context: PodContext) -> list[dict[str, Any]]:
    """The containers, each with what the ECS agent sets, before its own variables; its own win."""
    if context.agent is None:
        return containers
    made = []
    for each in containers:
        wanted = agent_env(context.agent, each["name"], context.launch_type, context.account.region)
        own = {variable["name"] for variable in each.get("env", ())}
        added = [variable for variable in wanted if variable["name"] not in own]
        made.append(each | {"env": [*added, *each.get("env", ())]})
    return made


def _labels(context: PodContext) -> dict[str, str]:
    return {
        labels.MANAGED_BY: labels.MANAGER,
        labels.CLUSTER: label_value(context.cluster),
        labels.FAMILY: label_value(context.family),
        labels.REVISION: str(context.revision),
        labels.LAUNCH_TYPE: label_value(context.launch_type),
    }


def _annotations(
    definition: RegisterTaskDefinitionRequest,
    context: PodContext,
    port_names: Mapping[str, str],
    arranged: Arrangement,
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
        **arranged.notes,
    }
    written = {key: compact(fact) for key, fact in facts.items() if fact}
    own = {labels.CLUSTER_NAME: context.cluster, labels.TASK_DEFINITION: context.task_definition_arn, **written}
    revision = f"{context.family}:{context.revision}"
    routing = firelens_annotations(definition, context.maps, context.cluster, revision)
    return {**pod_facts(definition, context.maps), **routing, **own}


def _present(name: str, value: object) -> dict[str, Any]:
    return {name: value} if value else {}
