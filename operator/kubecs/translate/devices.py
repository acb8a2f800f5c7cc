"""linuxParameters.devices: resources of a device plugin by map, or what a privileged container can see anyway."""

from collections.abc import Iterator
from typing import Any

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import ContainerDefinition, Device, RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.maps import Maps, entry
from kubecs.translate.names import container_name
from kubecs.translate.volumesource import Wanted

ALL_PERMISSIONS = frozenset({"read", "write", "mknod"})


def device_limits(container: ContainerDefinition, maps: Maps) -> dict[str, str]:
    """`resources.limits` for the devices that the account's map knows.

    Raises:
        ClientException: A device that it does not know, in a container that is not privileged.
    """
    counts: dict[str, int] = {}
    for index, device in enumerate(_devices(container)):
        found = entry(maps.devices, device.host_path)
        if found:
            counts[found.resource] = counts.get(found.resource, 0) + 1
        elif not container.privileged:
            raise ClientException(_unmapped(device), _path(container, index))
    return {resource: str(count) for resource, count in counts.items()}


def device_volumes(document: RegisterTaskDefinitionRequest, maps: Maps) -> list[dict[str, Any]]:
    """`volumes` for devices that a privileged container wants at another path than the node has them."""
    found = (
        {"name": _name(device), "hostPath": {"path": device.host_path}}
        for container in document.container_definitions
        for _, device in _moved(container, maps)
    )
    return list({each["name"]: each for each in found}.values())


def device_mounts(container: ContainerDefinition, maps: Maps) -> Iterator[Wanted]:
    """`volumeMounts` of those in one container."""
    for index, device in _moved(container, maps):
        mount = {"mountPath": device.container_path, "name": _name(device)}
        yield Wanted(f"linuxParameters.devices[{index}]", mount)


def device_uses(container: ContainerDefinition) -> Iterator[tuple[str, str]]:
    """(path, directory of the node) of devices that would be mounted from the node."""
    if container.privileged:
        for index, device in enumerate(_devices(container)):
            if device.container_path not in (None, "", device.host_path):
                yield _path(container, index), device.host_path


def device_findings(container: ContainerDefinition, maps: Maps) -> Iterator[Finding]:
    """Devices that the map lacks, and what a device plugin decides by itself."""
    for index, device in enumerate(_devices(container)):
        path = _path(container, index)
        if entry(maps.devices, device.host_path) is None:
            if not container.privileged:
                yield Finding(path, "DeviceNotMapped", "DeviceNotMapped", f"it is not run: {_unmapped(device)}")
            continue
        if device.container_path not in (None, "", device.host_path):
            message = "the device plugin decides about the path in the container"
            yield Finding(f"{path}.containerPath", "DeviceOptionsNotApplied", "DeviceOptionsNotApplied", message)
        if device.permissions and set(device.permissions) != ALL_PERMISSIONS:
            message = "the device plugin decides about reading, writing and mknod"
            yield Finding(f"{path}.permissions", "DeviceOptionsNotApplied", "DeviceOptionsNotApplied", message)


def _devices(container: ContainerDefinition) -> tuple[Device, ...]:
    return (container.linux_parameters and container.linux_parameters.devices) or ()


def _moved(container: ContainerDefinition, maps: Maps) -> Iterator[tuple[int, Device]]:
    """Place and value of the unmapped devices of a privileged container with a path of their own there."""
    for index, device in enumerate(_devices(container)):
        moved = container.privileged and device.container_path not in (None, "", device.host_path)
        if moved and entry(maps.devices, device.host_path) is None:
            yield index, device


def _path(container: ContainerDefinition, index: int) -> str:
    return container_path(container, f"linuxParameters.devices[{index}]")


def _name(device: Device) -> str:
    return container_name(f"device.{device.host_path.strip('/')}")


def _unmapped(device: Device) -> str:
    return f"the device {device.host_path} needs an entry in ECSAccount spec.devices, or a privileged container"
