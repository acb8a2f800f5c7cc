"""sharedMemorySize and tmpfs: directories in memory, which live as long as the Pod and count toward its memory."""

from collections.abc import Iterator
from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest, Tmpfs
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.names import container_name
from kubecs.translate.quantities import memory_quantity

SHARED_MEMORY = "/dev/shm"  # noqa: S108 - where Linux has it
READ_ONLY = "ro"
HARMLESS = frozenset({"defaults", "rw", READ_ONLY})

Volume = dict[str, Any]


def memory_volumes(document: RegisterTaskDefinitionRequest) -> list[Volume]:
    """`volumes` in memory of all containers."""
    return [
        {"name": name, "emptyDir": {"medium": "Memory", "sizeLimit": memory_quantity(mebibytes)}}
        for container in document.container_definitions
        for name, _, mebibytes, _ in _wanted(container)
    ]


def memory_mounts(container: ContainerDefinition) -> list[Volume]:
    """`volumeMounts` of them in one container."""
    return [
        {"mountPath": path, "name": name} | ({"readOnly": True} if read_only else {})
        for name, path, _, read_only in _wanted(container)
    ]


def memory_findings(container: ContainerDefinition) -> Iterator[Finding]:
    """TmpfsOptionsNotApplied, for mount options other than ro and rw: Kubernetes sets none."""
    for index, mount in enumerate(_tmpfs(container)):
        lost = [option for option in mount.mount_options or () if option not in HARMLESS]
        if lost:
            path = container_path(container, f"linuxParameters.tmpfs[{index}].mountOptions")
            message = f"the directory in memory is mounted without {', '.join(lost)}"
            yield Finding(path, "TmpfsOptionsNotApplied", "TmpfsOptionsNotApplied", message)


def _wanted(container: ContainerDefinition) -> Iterator[tuple[str, str, int, bool]]:
    """Name, path, size in MiB, and whether it is read-only; a path that was there before is not mounted again."""
    taken = {point.container_path for point in container.mount_points or ()}
    linux = container.linux_parameters
    if linux and linux.shared_memory_size and SHARED_MEMORY not in taken:
        yield _name(container, "shm"), SHARED_MEMORY, linux.shared_memory_size, False
        taken.add(SHARED_MEMORY)
    for index, mount in enumerate(_tmpfs(container)):
        if mount.container_path not in taken:
            taken.add(mount.container_path)
            read_only = READ_ONLY in (mount.mount_options or ())
            yield _name(container, f"tmpfs{index}"), mount.container_path, mount.size, read_only


def _tmpfs(container: ContainerDefinition) -> tuple[Tmpfs, ...]:
    return (container.linux_parameters and container.linux_parameters.tmpfs) or ()


def _name(container: ContainerDefinition, what: str) -> str:
    """A volume's name that no volume of ECS can have, since theirs hold no dots."""
    return container_name(f"{what}.{container.name or ''}")
