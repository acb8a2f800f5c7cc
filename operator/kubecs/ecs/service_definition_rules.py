"""The rules of CreateService that hold a service against the task definition that it names, in ECS's words."""

from collections.abc import Iterator
from dataclasses import dataclass

from kubecs.ecs.model import ContainerDefinition, CreateServiceRequest, RegisterTaskDefinitionRequest
from kubecs.ecs.rules import Rule, Violation
from kubecs.ecs.values import PortRange

AWSVPC = "awsvpc"


@dataclass(frozen=True, slots=True)
class Pair:
    """A service and its task definition."""

    service: CreateServiceRequest
    definition: RegisterTaskDefinitionRequest


def _launch_type(pair: Pair) -> Iterator[Violation]:
    """Every task definition is for EC2; one for Fargate has its network, and sizes for the whole task."""
    definition = pair.definition
    sized = definition.cpu and definition.memory
    if pair.service.launch_type == "FARGATE" and not (definition.network_mode == AWSVPC and sized):
        yield Violation("launchType", "FARGATE")


def _network_needed(pair: Pair) -> Iterator[Violation]:
    if pair.definition.network_mode == AWSVPC and not _network(pair):
        yield Violation("networkConfiguration")


def _network_refused(pair: Pair) -> Iterator[Violation]:
    if pair.definition.network_mode != AWSVPC and _network(pair):
        yield Violation("networkConfiguration")


def _network(pair: Pair) -> bool:
    given = pair.service.network_configuration
    return given is not None and given.awsvpc_configuration is not None


def _named(pair: Pair) -> Iterator[tuple[str, str | None, int | None]]:
    """Path, containerName and containerPort of what leads traffic to a container."""
    for index, each in enumerate(pair.service.load_balancers or ()):
        yield f"loadBalancers[{index}]", each.container_name, each.container_port
    for index, registry in enumerate(pair.service.service_registries or ()):
        if registry.container_name is not None:
            yield f"serviceRegistries[{index}]", registry.container_name, registry.container_port


def _containers(pair: Pair) -> Iterator[Violation]:
    known = {each.name for each in pair.definition.container_definitions}
    for path, name, _ in _named(pair):
        if name not in known:
            yield Violation(f"{path}.containerName", name or "")


def _ports(pair: Pair) -> Iterator[Violation]:
    by_name = {each.name: each for each in pair.definition.container_definitions}
    for path, name, port in _named(pair):
        if name in by_name and (port is None or not _has_port(by_name[name], port)):
            subject = f"The container {name} did not have a container port {port or 0} defined"
            yield Violation(f"{path}.containerPort", subject)


def _has_port(container: ContainerDefinition, port: int) -> bool:
    mappings = container.port_mappings or ()
    ranges = (PortRange.parse(each.container_port_range) for each in mappings if each.container_port_range)
    return any(each.container_port == port for each in mappings) or any(r.first <= port <= r.last for r in ranges)


def _classic(pair: Pair) -> Iterator[Violation]:
    for index, each in enumerate(pair.service.load_balancers or ()):
        if each.load_balancer_name and pair.definition.network_mode == AWSVPC:
            yield Violation(f"loadBalancers[{index}].loadBalancerName")


def _port_names(pair: Pair) -> Iterator[Violation]:
    configuration = pair.service.service_connect_configuration
    if configuration is None or not configuration.enabled:
        return
    containers = pair.definition.container_definitions
    known = {mapping.name for each in containers for mapping in each.port_mappings or ()}
    for index, service in enumerate(configuration.services or ()):
        if service.port_name not in known:
            yield Violation(f"serviceConnectConfiguration.services[{index}].portName", service.port_name)


def _volumes(pair: Pair) -> Iterator[Violation]:
    known = {each.name for each in pair.definition.volumes or () if each.configured_at_launch}
    for index, each in enumerate(pair.service.volume_configurations or ()):
        if each.name not in known:
            yield Violation(f"volumeConfigurations[{index}].name", each.name)


PAIR_RULES: tuple[Rule[Pair], ...] = (
    Rule("tasks run on what they are made for", _launch_type, "Task definition does not support launch_type {}."),
    Rule(
        "a network of the tasks' own is configured",
        _network_needed,
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    ),
    Rule(
        "no other network is configured",
        _network_refused,
        "Network Configuration is not valid for the given networkMode of this task definition.",
    ),
    Rule(
        "traffic goes to containers that are there",
        _containers,
        "The container {} does not exist in the task definition",
    ),
    Rule("traffic goes to ports that are there", _ports, "{}"),
    Rule(
        "classic load balancers know no awsvpc",
        _classic,
        "Classic Load Balancers are not supported with networkMode 'awsvpc'.",
    ),
    Rule(
        "Service Connect names ports that are there",
        _port_names,
        "portName({}) does not refer to any named PortMapping in the container definitions",
    ),
    Rule(
        "volumes are configured that wait for it",
        _volumes,
        "The volume name '{}' in your request does not have a matching volume in your Task Definition",
    ),
)
