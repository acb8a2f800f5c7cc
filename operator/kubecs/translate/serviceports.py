"""The ports of a task that a Service can lead to: by container and number, or by the name of a port mapping."""

from collections.abc import Iterator
from dataclasses import dataclass

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.ports import app_protocols, pod_ports


@dataclass(frozen=True, slots=True)
class PodPort:
    """One port of the Pod.

    Attributes:
        number: containerPort.
        protocol: TCP or UDP.
        name: The port's name in the Pod; None where the mapping has none.
        app_protocol: What is spoken there, in ECS's words: http, http2 or grpc.
    """

    number: int
    protocol: str = "TCP"
    name: str | None = None
    app_protocol: str | None = None


@dataclass(frozen=True, slots=True)
class _Exposed:
    container: str
    called: str | None
    port: PodPort


def pod_port(
    document: RegisterTaskDefinitionRequest | None, container: str | None, number: int | None
) -> PodPort | None:
    """The port of that number, in that container if several have it; one that is not mapped is taken as TCP.

    None without a number, and without a task definition.
    """
    if document is None or not number:
        return None
    fitting = [each for each in _exposed(document) if each.port.number == number]
    own = [each for each in fitting if each.container == container]
    return next((each.port for each in (*own, *fitting)), PodPort(number))


def port_called(document: RegisterTaskDefinitionRequest | None, name: str) -> PodPort | None:
    """The port whose mapping has that name."""
    found = (each.port for each in _exposed(document) if each.called == name) if document else iter(())
    return next(found, None)


def _exposed(document: RegisterTaskDefinitionRequest) -> Iterator[_Exposed]:
    laid_out, spoken = pod_ports(document), app_protocols(document)
    for container, ports in zip(document.container_definitions, laid_out.containers, strict=True):
        for port in ports:
            name, number, protocol = port.get("name"), port["containerPort"], port["protocol"]
            called = laid_out.names.get(name, name) if name else None
            speaks = spoken.get(f"{number}/{protocol.lower()}")
            yield _Exposed(container.name or "", called, PodPort(number, protocol, name, speaks))
