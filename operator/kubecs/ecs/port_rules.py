"""Rules about port mappings."""

from collections.abc import Iterator

from kubecs.ecs.definition import Definition, port_mappings
from kubecs.ecs.model import PortMapping
from kubecs.ecs.rules import Rule, Violation
from kubecs.ecs.values import PortRange

HOST_PORT_MODES = ("awsvpc", "host")  # the container's ports are the host's or the interface's own


def _port_or_range(definition: Definition) -> Iterator[Violation]:
    for path, container, mapping in port_mappings(definition):
        if mapping.container_port is not None and mapping.container_port_range is not None:
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


def _named_protocols(definition: Definition) -> Iterator[Violation]:
    for path, container, mapping in port_mappings(definition):
        if mapping.app_protocol is not None and mapping.name is None:
            yield Violation(f"{path}.appProtocol", container.name or "")


RULES: tuple[Rule[Definition], ...] = (
    Rule(
        "a port mapping has a port or a range",
        _port_or_range,
        "Invalid 'portMappings' setting for container '{}'. It cannot specify both single port and port range.",
    ),
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
    Rule(
        "a port with an application protocol has a name",
        _named_protocols,
        "Invalid 'appProtocol' setting for container '{}'. The port mapping must have a name.",
    ),
)
