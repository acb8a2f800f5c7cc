"""The mounts of a container put together: each path once, as Kubernetes wants it, and the first that asks gets it.

A container's own mount points go first, as in ECS before volumesFrom; then directories in memory, devices, and what the
log router needs.
"""

from collections.abc import Iterator
from posixpath import normpath

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.devices import device_mounts
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.firelens import firelens_mounts
from kubecs.translate.maps import Maps
from kubecs.translate.memoryvolumes import memory_mounts
from kubecs.translate.placement import is_windows
from kubecs.translate.volumes import lent_mounts, own_mounts
from kubecs.translate.volumesource import Mount, Wanted

NOT_APPLIED = "MountPointNotApplied"
OWN_DIRECTORY = "/.kubecs/"  # below it kubecs puts the shim, and what that reads

Document = RegisterTaskDefinitionRequest


def container_mounts(container: ContainerDefinition, document: Document, maps: Maps) -> list[Mount]:
    """`volumeMounts` of a container.

    Raises:
        ClientException: A mount point names a volume that the task definition lacks.
    """
    kept: dict[str, Mount] = {}
    for each in _wanted(container, document, maps):
        if not _is_reserved(each):
            kept.setdefault(_place(each), each.mount)
    return list(kept.values())


def mount_findings(container: ContainerDefinition, document: Document, maps: Maps) -> Iterator[Finding]:
    """MountPointNotApplied: half of a mount point is missing, or its path is taken, by another mount or by kubecs."""
    for index, point in enumerate(container.mount_points or ()):
        if not point.source_volume or not point.container_path:
            message = "nothing is mounted: sourceVolume and containerPath are both needed"
            yield Finding(container_path(container, f"mountPoints[{index}]"), NOT_APPLIED, "Incomplete", message)
    winners: dict[str, Wanted] = {}
    try:
        wanted = list(_wanted(container, document, maps))
    except ClientException:
        return  # no task of it can run, and its error says why
    for each in wanted:
        path, winner = container_path(container, each.member), winners.setdefault(_place(each), each)
        if _is_reserved(each):
            message = f"it is not mounted: {OWN_DIRECTORY} is kubecs's own"
            yield Finding(path, NOT_APPLIED, "ReservedPath", message)
        elif winner is not each and not _is_same(each, winner):
            message = f"it is not mounted: {each.mount['mountPath']} is taken by {winner.member}"
            yield Finding(path, NOT_APPLIED, "DuplicatePath", message)


def _wanted(container: ContainerDefinition, document: Document, maps: Maps) -> Iterator[Wanted]:
    yield from own_mounts(container, document, maps)
    yield from lent_mounts(container, document, maps)
    if not is_windows(document):
        yield from memory_mounts(container)
        yield from device_mounts(container, maps)
    yield from (Wanted("firelensConfiguration", each) for each in firelens_mounts(container, maps))


def _place(wanted: Wanted) -> str:
    """The path without what makes no difference to it."""
    return normpath(f"/{wanted.mount['mountPath'].lstrip('/')}")


def _is_reserved(wanted: Wanted) -> bool:
    return _place(wanted).startswith(OWN_DIRECTORY)


def _is_same(wanted: Wanted, winner: Wanted) -> bool:
    """Whether a container takes over what it has there by itself."""
    same_volume = all(wanted.mount.get(name) == winner.mount.get(name) for name in ("name", "subPath"))
    return same_volume and wanted.member.startswith("volumesFrom")
