"""The rules of RegisterTaskDefinition that go across members, in the order in which ECS checks them."""

from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter

from kubecs.ecs.base import Shape
from kubecs.ecs.errors import ClientException
from kubecs.ecs.fargate import RULES as FARGATE_RULES
from kubecs.ecs.model import ContainerDefinition, PortMapping, RegisterTaskDefinitionRequest
from kubecs.ecs.rules import Rule, Violation
from kubecs.ecs.values import PortRange, parse_cpu, parse_memory

Definition = RegisterTaskDefinitionRequest

TASK_CPU_UNITS = range(128, 196_608 + 1)
HOST_PORT_MODES = ("awsvpc", "host")  # the container's ports are the host's or the interface's own
ENDING_CONDITIONS = ("COMPLETE", "SUCCESS")
VOLUME_KINDS = (
    "host",
    "docker_volume_configuration",
    "efs_volume_configuration",
    "s3files_volume_configuration",
    "fsx_windows_file_server_volume_configuration",
    "configured_at_launch",
)


def containers(definition: Definition) -> Iterator[tuple[str, ContainerDefinition]]:
    """The containers with their paths."""
    for index, container in enumerate(definition.container_definitions):
        yield f"containerDefinitions[{index}]", container


def port_mappings(definition: Definition) -> Iterator[tuple[str, ContainerDefinition, PortMapping]]:
    """The port mappings of all containers with their paths."""
    for path, container in containers(definition):
        for index, mapping in enumerate(container.port_mappings or ()):
            yield f"{path}.portMappings[{index}]", container, mapping


def is_essential(container: ContainerDefinition) -> bool:
    """Essential is the default."""
    return container.essential is not False


def _container_list(definition: Definition) -> Iterator[Violation]:
    if not definition.container_definitions:
        yield Violation("containerDefinitions")


def _names_and_images(definition: Definition) -> Iterator[Violation]:
    for path, container in containers(definition):
        for member in ("name", "image"):
            if not getattr(container, member):
                yield Violation(f"{path}.{member}", member)


def _unique_containers(definition: Definition) -> Iterator[Violation]:
    seen: set[str | None] = set()
    for path, container in containers(definition):
        if container.name in seen:
            yield Violation(f"{path}.name")
        seen.add(container.name)


def _some_essential(definition: Definition) -> Iterator[Violation]:
    if not any(is_essential(container) for _, container in containers(definition)):
        yield Violation("containerDefinitions")


def _readable(member: str, parse: Callable[[str], int]) -> Callable[[Definition], Iterator[Violation]]:
    def check(definition: Definition) -> Iterator[Violation]:
        text = getattr(definition, member)
        try:
            if text is not None:
                parse(text)
        except ClientException:
            yield Violation(member)

    return check


def _cpu_in_range(definition: Definition) -> Iterator[Violation]:
    if definition.cpu is not None and parse_cpu(definition.cpu) not in TASK_CPU_UNITS:
        yield Violation("cpu")


def _some_memory(definition: Definition) -> Iterator[Violation]:
    if definition.memory is None:
        for path, container in containers(definition):
            if container.memory is None and container.memory_reservation is None:
                yield Violation(f"{path}.memory", container.name or "")


def _memory_covers_reservation(definition: Definition) -> Iterator[Violation]:
    for path, container in containers(definition):
        if container.memory is not None and container.memory < (container.memory_reservation or 0):
            yield Violation(f"{path}.memory", container.name or "")


def _memory_within_task(definition: Definition) -> Iterator[Violation]:
    if definition.memory is not None:
        for path, container in containers(definition):
            if (container.memory or 0) > parse_memory(definition.memory):
                yield Violation(f"{path}.memory", container.name or "")


def _cpu_sum_within_task(definition: Definition) -> Iterator[Violation]:
    if definition.cpu is not None:
        total = sum(container.cpu or 0 for _, container in containers(definition))
        if total > parse_cpu(definition.cpu):
            yield Violation("cpu")


def _reservation_sum_within_task(definition: Definition) -> Iterator[Violation]:
    if definition.memory is not None:
        total = sum(container.memory_reservation or 0 for _, container in containers(definition))
        if total > parse_memory(definition.memory):
            yield Violation("memory")


def _port_or_range(definition: Definition) -> Iterator[Violation]:
    for path, container, mapping in port_mappings(definition):
        if mapping.container_port is not None and mapping.container_port_range is not None:
            yield Violation(f"{path}.containerPortRange", container.name or "")


def _readable_ranges(definition: Definition) -> Iterator[Violation]:
    for path, container, mapping in port_mappings(definition):
        try:
            if mapping.container_port_range is not None:
                PortRange.parse(mapping.container_port_range)
        except ClientException:
            yield Violation(f"{path}.containerPortRange", container.name or "")


def _host_ports_match(definition: Definition) -> Iterator[Violation]:
    if definition.network_mode in HOST_PORT_MODES:
        for path, _, mapping in port_mappings(definition):
            if mapping.host_port and mapping.host_port != mapping.container_port:
                yield Violation(f"{path}.hostPort", definition.network_mode)


def _ports_used_once(definition: Definition) -> Iterator[Violation]:
    if definition.network_mode in HOST_PORT_MODES:
        used: list[tuple[str, PortRange]] = []
        for path, _, mapping in port_mappings(definition):
            protocol, ports = mapping.protocol or "tcp", _ports_of(mapping)
            if any(protocol == other and _overlap(ports, taken) for other, taken in used):
                yield Violation(path, f"{ports.first}/{protocol}")
            used.append((protocol, ports))


def _ports_of(mapping: PortMapping) -> PortRange:
    if mapping.container_port_range is not None:
        return PortRange.parse(mapping.container_port_range)
    return PortRange(mapping.container_port or 0, mapping.container_port or 0)


def _overlap(one: PortRange, other: PortRange) -> bool:
    return one.first <= other.last and other.first <= one.last


def _unique_port_names(definition: Definition) -> Iterator[Violation]:
    seen: set[str] = set()
    for path, _, mapping in port_mappings(definition):
        if mapping.name in seen:
            yield Violation(f"{path}.name", mapping.name)
        if mapping.name:
            seen.add(mapping.name)


def _unique_volumes(definition: Definition) -> Iterator[Violation]:
    seen: set[str] = set()
    for index, volume in enumerate(definition.volumes or ()):
        if volume.name in seen:
            yield Violation(f"volumes[{index}].name", volume.name)
        if volume.name:
            seen.add(volume.name)


def _one_kind_of_volume(definition: Definition) -> Iterator[Violation]:
    for index, volume in enumerate(definition.volumes or ()):
        if sum(_is_configured(getattr(volume, kind)) for kind in VOLUME_KINDS) > 1:
            yield Violation(f"volumes[{index}]", volume.name or "")


def _is_configured(kind: Shape | bool | None) -> bool:
    """Tell a kind of volume that says something from an absent one; `host: {}` stands beside others in exports."""
    return bool(kind.model_fields_set) if isinstance(kind, Shape) else bool(kind)


def _known_volumes(definition: Definition) -> Iterator[Violation]:
    known = {volume.name for volume in definition.volumes or ()}
    for path, container in containers(definition):
        for index, mount in enumerate(container.mount_points or ()):
            if mount.source_volume not in known:
                yield Violation(f"{path}.mountPoints[{index}].sourceVolume", mount.source_volume or "")


def _known_volume_sources(definition: Definition) -> Iterator[Violation]:
    known = {container.name for _, container in containers(definition)}
    for path, container in containers(definition):
        for index, source in enumerate(container.volumes_from or ()):
            if source.source_container not in known:
                yield Violation(f"{path}.volumesFrom[{index}].sourceContainer", source.source_container or "")


def _dependencies(definition: Definition) -> Iterator[tuple[str, str, ContainerDefinition | None]]:
    """Every dependency: its path, its condition and the container it waits for, None when there is no such one."""
    by_name = {container.name: container for _, container in containers(definition)}
    for path, container in containers(definition):
        for index, dependency in enumerate(container.depends_on or ()):
            yield f"{path}.dependsOn[{index}]", dependency.condition, by_name.get(dependency.container_name)


def _known_dependencies(definition: Definition) -> Iterator[Violation]:
    known = {container.name for _, container in containers(definition)}
    for path, container in containers(definition):
        for index, dependency in enumerate(container.depends_on or ()):
            if dependency.container_name not in known:
                yield Violation(f"{path}.dependsOn[{index}].containerName", dependency.container_name)


def _awaited_ends(definition: Definition) -> Iterator[Violation]:
    for path, condition, target in _dependencies(definition):
        if condition in ENDING_CONDITIONS and target and is_essential(target):
            yield Violation(f"{path}.condition")


def _awaited_health(definition: Definition) -> Iterator[Violation]:
    for path, condition, target in _dependencies(definition):
        if condition == "HEALTHY" and target and target.health_check is None:
            yield Violation(f"{path}.condition")


def _no_cycle(definition: Definition) -> Iterator[Violation]:
    graph = {
        container.name: {dependency.container_name for dependency in container.depends_on or ()}
        for _, container in containers(definition)
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        first = next(path for path, container in containers(definition) if container.name in cycle.args[1])
        yield Violation(f"{first}.dependsOn")


REQUIRED: tuple[Rule[Definition], ...] = (
    Rule("there is a container", _container_list, "Container list cannot be empty."),
    Rule("containers have names and images", _names_and_images, "Container.{} should not be null or empty."),
)

RULES: tuple[Rule[Definition], ...] = (
    Rule(
        "container names are unique",
        _unique_containers,
        "Container names must be unique within a task definition",
    ),
    Rule("a container is essential", _some_essential, "Task definition doesn't have any essential container"),
    Rule("task CPU is a size", _readable("cpu", parse_cpu), "Invalid 'cpu' setting for task."),
    Rule("task memory is a size", _readable("memory", parse_memory), "Invalid 'memory' setting for task."),
    Rule("task CPU is within EC2's range", _cpu_in_range, "Invalid 'cpu' setting for task."),
    Rule(
        "every container has memory, or the task has",
        _some_memory,
        "Invalid setting for container '{}'. At least one of 'memory' or 'memoryReservation' must be specified.",
    ),
    Rule(
        "the hard memory limit covers the reservation",
        _memory_covers_reservation,
        "Invalid setting for container '{}'. 'memory' must be greater than or equal to 'memoryReservation'.",
    ),
    Rule(
        "no container has more memory than the task",
        _memory_within_task,
        "The 'memory' setting for container '{}' is greater than for the task",
    ),
    Rule(
        "container CPU adds up to the task's at most",
        _cpu_sum_within_task,
        "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'",
    ),
    Rule(
        "memory reservations add up to the task's memory at most",
        _reservation_sum_within_task,
        "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'",
    ),
    Rule(
        "a port mapping has a port or a range",
        _port_or_range,
        "Invalid 'portMappings' setting for container '{}'. It cannot specify both single port and port range.",
    ),
    Rule("port ranges are ranges", _readable_ranges, "Invalid 'containerPortRange' setting for container '{}'."),
    Rule(
        "host ports equal container ports where they are the same thing",
        _host_ports_match,
        "When networkMode={}, the host ports and container ports in port mappings must match.",
    ),
    Rule(
        "a container port is used once where containers share an address",
        _ports_used_once,
        "The container port {} is used multiple times.",
    ),
    Rule("port names are unique in the task", _unique_port_names, "The port mapping name '{}' is already used."),
    Rule("volume names are unique", _unique_volumes, "Volume names must be unique, but '{}' is used twice."),
    Rule("a volume is of one kind", _one_kind_of_volume, "The volume '{}' must have one kind of configuration only."),
    Rule("mounted volumes exist", _known_volumes, "Unknown volume '{}'"),
    Rule(
        "containers that lend their mounts exist",
        _known_volume_sources,
        "Invalid 'volumesFrom' setting. Unknown container: '{}'",
    ),
    Rule(
        "awaited containers exist",
        _known_dependencies,
        "Cannot depend on container + '{}' because it does not exist",  # the plus sign is AWS's
    ),
    Rule(
        "only a non-essential container's end is awaited",
        _awaited_ends,
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
    ),
    Rule(
        "health is awaited of containers with a health check",
        _awaited_health,
        "A dependency container with HEALTHY condition must have health check configured",
    ),
    Rule("no container waits for itself", _no_cycle, "Container dependencies should not have a cycle"),
    *FARGATE_RULES,
)
