"""One container definition to one Kubernetes container."""

from typing import Any

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.containervalues import container_values
from kubecs.translate.escape import escape_all
from kubecs.translate.health import readiness_probe
from kubecs.translate.maps import Maps
from kubecs.translate.names import container_name
from kubecs.translate.placement import is_windows
from kubecs.translate.ports import PodPorts
from kubecs.translate.resources import container_resources

Container = dict[str, Any]


def pod_containers(document: RegisterTaskDefinitionRequest, ports: PodPorts, maps: Maps) -> list[Container]:
    """Each container as it is by itself, in the order of the task definition; arrangement.py puts them in place.

    Raises:
        ClientException: A container without name or image, two of one name, or what the account's maps lack.
        ResourceInitializationError: A secret or an environment file that they lack.
    """
    _require_names(document)
    laid_out = zip(document.container_definitions, ports.containers, container_resources(document, maps), strict=True)
    return [
        _container(each, document, container_values(each, document, maps), own_ports, resources)
        for each, own_ports, resources in laid_out
    ]


def container_names(document: RegisterTaskDefinitionRequest) -> dict[str, str]:
    """Kubernetes container name to ECS name, in the order of the task definition."""
    return {container_name(each.name): each.name for each in document.container_definitions if each.name}


def _require_names(document: RegisterTaskDefinitionRequest) -> None:
    seen: set[str] = set()
    for index, container in enumerate(document.container_definitions):
        path = f"containerDefinitions[{index}]"
        if not container.name:
            raise ClientException("Container.name should not be null or empty.", f"{path}.name")
        if not container.image:
            raise ClientException("Container.image should not be null or empty.", f"{path}.image")
        if container.name in seen:
            raise ClientException(f"Container name {container.name} is not unique.", f"{path}.name")
        seen.add(container.name)


def _container(
    container: ContainerDefinition,
    document: RegisterTaskDefinitionRequest,
    values: dict[str, Any],
    ports: list[dict[str, Any]],
    resources: dict[str, Any],
) -> Container:
    members: Container = {
        "name": container_name(container.name or ""),
        **values,
        "command": escape_all(container.entry_point or ()),
        "args": escape_all(container.command or ()),
        "ports": ports,
        "resources": resources,
        "readinessProbe": readiness_probe(container, windows=is_windows(document)),
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    return {name: value for name, value in members.items() if value}
