"""portMappings to ports: what listens where, in one network that all containers of the Pod share."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kubecs.ecs.model import ContainerDefinition, PortMapping, RegisterTaskDefinitionRequest
from kubecs.ecs.values import PortRange
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.names import digits

DEFAULT_NETWORK_MODE = "bridge"
NAME_LIMIT = 15
MOST_LISTED = 100  # ports of a range that are listed one by one; the Pod's ports only inform, whether listed or not
NOT_LISTED = "PortsNotListed"

_NAME = re.compile(r"(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")
_READABLE = 6

Endpoint = tuple[int, str]  # port and protocol


@dataclass(frozen=True, slots=True)
class PodPorts:
    """The ports of a Pod.

    Attributes:
        containers: `ports` of each container, in the order of the containers.
        names: Kubernetes port name to ECS name, where they differ.
        findings: Mappings that one shared network cannot hold.
    """

    containers: tuple[list[dict[str, Any]], ...]
    names: dict[str, str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Wide:
    """A range that is not listed port by port, and whose it is."""

    owner: str | None
    ports: PortRange
    protocol: str

    def holds(self, endpoint: Endpoint) -> bool:
        port, protocol = endpoint
        return protocol == self.protocol and self.ports.first <= port <= self.ports.last


@dataclass(slots=True)
class _Ledger:
    """What is taken so far, while the mappings are gone through in order."""

    mode: str
    owner: dict[Endpoint, str | None] = field(default_factory=dict)
    wide: list[_Wide] = field(default_factory=list)
    host_ports: dict[Endpoint, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def pod_ports(document: RegisterTaskDefinitionRequest) -> PodPorts:
    """Lay out the ports of all containers.

    A containerPort is listed once with each protocol: two containers cannot both listen on it (PortConflict), and a
    second host port for it is not opened (PortConflict too). In host mode the host port is the container port, in
    bridge mode it is opened when the mapping names it, else the Pod has an address of its own and needs none.

    Of a range of more than MOST_LISTED ports the first is listed, with the mapping's name; a mapping of port 0 maps
    nothing (PortsNotListed, both).
    """
    ledger = _Ledger(document.network_mode or DEFAULT_NETWORK_MODE)
    containers = tuple(_container_ports(ledger, each) for each in document.container_definitions)
    renamed = {port: name for port, name in ledger.names.items() if port != name}
    return PodPorts(containers, renamed, tuple(ledger.findings))


def app_protocols(document: RegisterTaskDefinitionRequest) -> dict[str, str]:
    """Port and protocol (`8080/tcp`) to the protocol that is spoken there: what a Service of these ports will say."""
    return {
        f"{mapping.container_port_range or mapping.container_port}/{mapping.protocol or 'tcp'}": mapping.app_protocol
        for container in document.container_definitions
        for mapping in container.port_mappings or ()
        if mapping.app_protocol
    }


def port_name(name: str) -> str:
    """An ECS port name as a Kubernetes one: at most 15 of [a-z0-9-] with a letter, itself where possible."""
    if len(name) <= NAME_LIMIT and _NAME.fullmatch(name):
        return name
    readable = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not re.search(r"[a-z]", readable[:_READABLE]):
        readable = f"p{readable}"
    readable = readable[:_READABLE].rstrip("-")
    return f"{readable}-{digits(name)}"


def _container_ports(ledger: _Ledger, container: ContainerDefinition) -> list[dict[str, Any]]:
    mappings = [
        single
        for index, mapping in enumerate(container.port_mappings or ())
        for single in _singles(ledger, container, mapping, container_path(container, f"portMappings[{index}]"))
    ]
    return [port for mapping in mappings if (port := _port(ledger, container, mapping)) is not None]


def _singles(ledger: _Ledger, container: ContainerDefinition, mapping: PortMapping, path: str) -> Iterator[PortMapping]:
    """A mapping of one port as it is, one of a range as a mapping for each port; the name goes to the first."""
    if mapping.container_port_range is None:
        if mapping.container_port:
            yield mapping
        else:
            ledger.findings.append(Finding(path, NOT_LISTED, "NoPort", "it has no port, so nothing is mapped"))
        return
    ports = PortRange.parse(mapping.container_port_range)
    last = ports.last
    if last - ports.first >= MOST_LISTED:
        last = ports.first
        _note_wide(ledger, container, _Wide(container.name, ports, (mapping.protocol or "tcp").upper()), path)
    for port in range(ports.first, last + 1):
        name = mapping.name if port == ports.first else None
        yield mapping.model_copy(update={"container_port": port, "container_port_range": None, "name": name})


def _note_wide(ledger: _Ledger, container: ContainerDefinition, wide: _Wide, path: str) -> None:
    message = (
        f"of {wide.ports} only {wide.ports.first} is listed in the Pod; its other ports can be reached all the same"
    )
    ledger.findings.append(Finding(path, NOT_LISTED, "WideRange", message))
    listening = {owner: endpoint for endpoint, owner in reversed(ledger.owner.items()) if wide.holds(endpoint)}
    listening |= {other.owner: (first, wide.protocol) for other in ledger.wide if (first := _shared(wide, other))}
    listening.pop(container.name, None)
    # _port says it of the first port, which is listed
    ledger.findings += [
        _taken(container, each, owner) for owner, each in listening.items() if each[0] > wide.ports.first
    ]
    ledger.wide.append(wide)


def _shared(one: _Wide, other: _Wide) -> int:
    """The first port that is in both; 0 for none."""
    first, last = max(one.ports.first, other.ports.first), min(one.ports.last, other.ports.last)
    return first if first <= last and one.protocol == other.protocol else 0


def _port(ledger: _Ledger, container: ContainerDefinition, mapping: PortMapping) -> dict[str, Any] | None:
    endpoint = (mapping.container_port or 0, (mapping.protocol or "tcp").upper())
    if endpoint in ledger.owner:
        _note_repetition(ledger, container, mapping, endpoint)
        return None
    others = [each.owner for each in ledger.wide if each.owner != container.name and each.holds(endpoint)]
    if others:
        ledger.findings.append(_taken(container, endpoint, others[0]))
        return None
    ledger.owner[endpoint] = container.name
    port = {"containerPort": endpoint[0], "protocol": endpoint[1]}
    return port | _host_port(ledger, container, mapping, endpoint) | _name(ledger, container, mapping)


def _note_repetition(ledger: _Ledger, container: ContainerDefinition, mapping: PortMapping, endpoint: Endpoint) -> None:
    """The port was listed before: by another container, or by this one, maybe with another host port."""
    owner = ledger.owner[endpoint]
    if owner != container.name:
        ledger.findings.append(_taken(container, endpoint, owner))
        return
    wanted = _wanted_host_port(ledger.mode, mapping)
    if wanted and ledger.host_ports.get((wanted, endpoint[1])) != endpoint[0]:
        ledger.findings.append(_conflict(container, endpoint, f"it has one host port, {wanted} is not opened"))


def _wanted_host_port(mode: str, mapping: PortMapping) -> int:
    """The port of the node that a mapping opens; 0 for none."""
    if mode == "host":
        return mapping.container_port or 0
    return (mapping.host_port or 0) if mode == "bridge" else 0


def _host_port(
    ledger: _Ledger, container: ContainerDefinition, mapping: PortMapping, endpoint: Endpoint
) -> dict[str, Any]:
    wanted = _wanted_host_port(ledger.mode, mapping)
    if not wanted:
        return {}
    if (wanted, endpoint[1]) in ledger.host_ports:
        ledger.findings.append(_conflict(container, endpoint, f"host port {wanted} is taken by another mapping"))
        return {}
    ledger.host_ports[wanted, endpoint[1]] = endpoint[0]
    return {"hostPort": wanted}


def _name(ledger: _Ledger, container: ContainerDefinition, mapping: PortMapping) -> dict[str, Any]:
    if not mapping.name:
        return {}
    name = port_name(mapping.name)
    if name in ledger.names:
        path = container_path(container, f"portMappings[{mapping.container_port}].name")
        message = f"the name {mapping.name} stays with the first port that has it"
        ledger.findings.append(Finding(path, "PortConflict", "DuplicatePortName", message))
        return {}
    ledger.names[name] = mapping.name
    return {"name": name}


def _taken(container: ContainerDefinition, endpoint: Endpoint, owner: str | None) -> Finding:
    what = f"also {owner} listens there, and the containers of a task share one network"
    return _conflict(container, endpoint, what)


def _conflict(container: ContainerDefinition, endpoint: Endpoint, what: str) -> Finding:
    port, protocol = endpoint
    path = container_path(container, f"portMappings[{port}]")
    return Finding(path, "PortConflict", "PortConflict", f"port {port}/{protocol.lower()}: {what}")
