"""The uses of a node that an account must allow before a task may have them."""

from collections.abc import Iterator

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.capabilities import extraordinary
from kubecs.translate.devices import device_uses
from kubecs.translate.dockervolumes import bound_directory
from kubecs.translate.finding import container_path
from kubecs.translate.hostpath import cleaned
from kubecs.translate.securityoptions import unconfined_options

HOST_VOLUMES = "hostVolumes"

Use = tuple[str, str]


def restricted_uses(definition: RegisterTaskDefinitionRequest) -> tuple[Use, ...]:
    """(member path, need) of every such use.

    A need is `privileged`, `hostNetwork`, `hostPID`, `hostIPC`, `unconfined`, `capability:<name>` or
    `hostVolumes:<path>`.
    """
    modes = {"networkMode": definition.network_mode, "pidMode": definition.pid_mode, "ipcMode": definition.ipc_mode}
    needs = {"networkMode": "hostNetwork", "pidMode": "hostPID", "ipcMode": "hostIPC"}
    shared = [(member, needs[member]) for member, mode in modes.items() if mode == "host"]
    containers = [use for each in definition.container_definitions for use in _container_uses(each)]
    return (*shared, *containers, *_volume_uses(definition))


def _container_uses(container: ContainerDefinition) -> Iterator[Use]:
    if container.privileged:
        yield container_path(container, "privileged"), "privileged"
    for name in extraordinary(container):
        yield container_path(container, "linuxParameters.capabilities.add"), f"capability:{name}"
    for option in unconfined_options(container):
        yield container_path(container, f"dockerSecurityOptions[{option}]"), "unconfined"
    for path, directory in device_uses(container):
        yield path, f"{HOST_VOLUMES}:{directory}"


def _volume_uses(definition: RegisterTaskDefinitionRequest) -> Iterator[Use]:
    for volume in definition.volumes or ():
        if volume.host and volume.host.source_path:
            yield f"volumes[{volume.name or ''}].host.sourcePath", f"{HOST_VOLUMES}:{cleaned(volume.host.source_path)}"
        directory = bound_directory(volume)
        if directory:
            yield f"volumes[{volume.name or ''}].dockerVolumeConfiguration.driverOpts", f"{HOST_VOLUMES}:{directory}"
