"""sharedMemorySize and tmpfs: directories in memory, which live as long as the Pod and count toward its memory."""

from collections.abc import Iterator
from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest, Tmpfs
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.names import container_name
from kubecs.translate.quantities import memory_quantity
from kubecs.translate.volumesource import Wanted

SHARED_MEMORY = "/dev/shm"  # noqa: S108 - where Linux has it
READ_ONLY = "ro"
HARMLESS = frozenset({"defaults", "rw", READ_ONLY})

Volume = dict[str, Any]


def memory_volumes(document: RegisterTaskDefinitionRequest) -> list[Volume]:
    """`volumes` in memory of all containers."""
    return [
        {"name": name, "emptyDir": {"medium": "Memory", "sizeLimit": memory_quantity(mebibytes)}}
        for container in document.container_definitions
        for name, _, mebibytes in _directories(container)
    ]


def memory_mounts(container: ContainerDefinition) -> Iterator[Wanted]:
    """`volumeMounts` of them in one container."""
    return (wanted for _, wanted, _ in _directories(container))


def memory_findings(container: ContainerDefinition) -> Iterator[Finding]:
    """TmpfsOptionsNotApplied, for mount options other than ro and rw: Kubernetes sets none."""
    for index, mount in enumerate(_tmpfs(container)):
        lost = [option for option in mount.mount_options or () if option not in HARMLESS]
        if lost:
            path = container_path(container, f"linuxParameters.tmpfs[{index}].mountOptions")
            message = f"the directory in memory is mounted without {', '.join(lost)}"
            yield Finding(path, "TmpfsOptionsNotApplied", "TmpfsOptionsNotApplied", message)


def _directories(container: ContainerDefinition) -> Iterator[tuple[str, Wanted, int]]:
    """Name of the volume, its mount, and its size in MiB."""
    linux = container.linux_parameters
    if linux and linux.shared_memory_size:
        name = _name(container, "shm")
        mount = Wanted("linuxParameters.sharedMemorySize", {"mountPath": SHARED_MEMORY, "name": name})
        yield name, mount, linux.shared_memory_size
    for index, each in enumerate(_tmpfs(container)):
        name = _name(container, f"tmpfs{index}")
        read_only = {"readOnly": True} if READ_ONLY in (each.mount_options or ()) else {}
        mount = Wanted(f"linuxParameters.tmpfs[{index}]", {"mountPath": each.container_path, "name": name} | read_only)
        yield name, mount, each.size


def _tmpfs(container: ContainerDefinition) -> tuple[Tmpfs, ...]:
    return (container.linux_parameters and container.linux_parameters.tmpfs) or ()


def _name(container: ContainerDefinition, what: str) -> str:
    """A volume's name that no volume of ECS can have, since theirs hold no dots."""
    return container_name(f"{what}.{container.name or ''}")
