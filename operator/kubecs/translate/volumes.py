"""volumes, mountPoints and volumesFrom: what is mounted where, each kind of volume by its own module."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import ContainerDefinition, MountPoint, RegisterTaskDefinitionRequest, Volume, VolumeFrom
from kubecs.translate.dockervolumes import docker_findings, docker_source
from kubecs.translate.filesystems import efs_source, file_system_findings, fsx_source, s3_files_source
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.hostpath import cleaned
from kubecs.translate.launchvolumes import LaunchVolumes, launch_source
from kubecs.translate.maps import Maps
from kubecs.translate.names import container_name
from kubecs.translate.volumesource import Missing, Mount, VolumeSource, Wanted

Document = RegisterTaskDefinitionRequest


def host_source(volume: Volume, _: Maps) -> VolumeSource | Missing:
    """A directory of the node, or an empty one that lives as long as the task.

    A host path gets no type, so the runtime does as Docker does: it mounts what is there, be it a directory, a file or
    a socket, and makes a directory where there is nothing.
    """
    path = volume.host.source_path if volume.host else None
    return VolumeSource({"hostPath": {"path": cleaned(path)}}) if path else VolumeSource()


# Attribute of the model to what makes a volume of it; the first that is there decides.
KINDS: Mapping[str, Callable[[Volume, Maps], VolumeSource | Missing]] = {
    "efs_volume_configuration": efs_source,
    "s3files_volume_configuration": s3_files_source,
    "fsx_windows_file_server_volume_configuration": fsx_source,
    "docker_volume_configuration": docker_source,
    "host": host_source,
}


def pod_volumes(document: Document, maps: Maps, launch: LaunchVolumes) -> list[dict[str, Any]]:
    """`volumes` of the Pod that the task definition names, each name once.

    Raises:
        ClientException: A volume that the account's map lacks.
    """
    made: list[dict[str, Any]] = []
    for name, volume in _named(document).items():
        found = launch_source(name, launch, maps) if volume.configured_at_launch else _source(volume, maps)
        if isinstance(found, Missing):
            raise ClientException(found.message, f"volumes[{name}].{found.member}")
        made.append({"name": container_name(name), **found.source})
    return made


def own_mounts(container: ContainerDefinition, document: Document, maps: Maps) -> Iterator[Wanted]:
    """The mounts of a container's mountPoints.

    Raises:
        ClientException: A mount point names a volume that the task definition lacks.
    """
    for index, point in enumerate(container.mount_points or ()):
        yield from _mounts(container, f"mountPoints[{index}]", [point], document, maps)


def lent_mounts(container: ContainerDefinition, document: Document, maps: Maps) -> Iterator[Wanted]:
    """The mounts that it takes over by volumesFrom; of several containers the last goes first, as in Docker.

    Raises:
        ClientException: As for own_mounts.
    """
    for index, lender in reversed(list(enumerate(container.volumes_from or ()))):
        points = _lent(container, lender, document, frozenset())
        yield from _mounts(container, f"volumesFrom[{index}]", points, document, maps)


def _mounts(
    container: ContainerDefinition, member: str, points: Iterable[MountPoint], document: Document, maps: Maps
) -> Iterator[Wanted]:
    known = _named(document)
    for point in points:
        if not point.source_volume or not point.container_path:
            continue
        if point.source_volume not in known:
            path = container_path(container, "mountPoints")
            raise ClientException(f"Unknown volume '{point.source_volume}'.", path)
        yield Wanted(member, _mount(point, known[point.source_volume], maps))


def volume_names(document: Document) -> dict[str, str]:
    """Kubernetes volume name to ECS name, where they differ."""
    names = ((container_name(each.name), each.name) for each in document.volumes or () if each.name)
    return {mangled: name for mangled, name in names if mangled != name}


def volume_labels(document: Document) -> dict[str, dict[str, str]]:
    """Labels of Docker volumes by the volume's ECS name; nothing reads them but people."""
    found = ((name, volume.docker_volume_configuration) for name, volume in _named(document).items())
    return {name: dict(docker.labels) for name, docker in found if docker and docker.labels}


def volume_findings(document: Document, maps: Maps) -> Iterator[Finding]:
    """Volumes that nothing can refer to, that the account's map lacks, or whose options are lost."""
    names = [each.name for each in document.volumes or ()]
    for index, name in enumerate(names):
        if not name or name in names[index + 1 :]:
            reason = "NameNotUnique" if name else "NameMissing"
            yield Finding(f"volumes[{index}]", "VolumeNotApplied", reason, "the volume is not made")
    for name, volume in _named(document).items():
        path = f"volumes[{name}]"
        found = _source(volume, maps)
        if isinstance(found, Missing):
            yield Finding(f"{path}.{found.member}", found.condition, found.condition, f"it is not run: {found.message}")
        if volume.configured_at_launch:
            message = "an empty directory, unless volumeConfigurations of the service or task give its size"
            yield Finding(f"{path}.configuredAtLaunch", "VolumeConfiguredAtLaunch", "VolumeConfiguredAtLaunch", message)
        yield from docker_findings(volume, path)
        yield from file_system_findings(volume, maps, path)


def volumes_from_findings(document: Document) -> Iterator[Finding]:
    """Containers whose mounts are wanted and that have none: what their image declares is not shared."""
    by_name = {each.name: each for each in document.container_definitions}
    for container in document.container_definitions:
        for index, lender in enumerate(container.volumes_from or ()):
            source = by_name.get(lender.source_container)
            if source is None or not list(_points(source, document)):
                path = container_path(container, f"volumesFrom[{index}].sourceContainer")
                message = f"{lender.source_container} has no mount points, and volumes of its image are not shared"
                yield Finding(path, "ImageVolumeNotShared", "ImageVolumeNotShared", message)


def _named(document: Document) -> dict[str, Volume]:
    return {each.name: each for each in document.volumes or () if each.name}


def _source(volume: Volume, maps: Maps) -> VolumeSource | Missing:
    present = (make for attribute, make in KINDS.items() if getattr(volume, attribute) is not None)
    return next(present, host_source)(volume, maps)


def _mount(point: MountPoint, volume: Volume, maps: Maps) -> Mount:
    found = _source(volume, maps)
    mount: Mount = {"mountPath": point.container_path, "name": container_name(point.source_volume or "")}
    if point.read_only:
        mount["readOnly"] = True
    if isinstance(found, VolumeSource) and found.sub_path:
        mount["subPath"] = found.sub_path
    return mount


def _points(
    container: ContainerDefinition, document: Document, seen: frozenset[str | None] = frozenset()
) -> Iterator[MountPoint]:
    """The mount points of a container, and those of the containers that it takes over from, and so on."""
    yield from container.mount_points or ()
    for lender in reversed(container.volumes_from or ()):
        yield from _lent(container, lender, document, seen)


def _lent(
    container: ContainerDefinition, lender: VolumeFrom, document: Document, seen: frozenset[str | None]
) -> Iterator[MountPoint]:
    """What a container takes over from one other."""
    by_name = {each.name: each for each in document.container_definitions}
    source = by_name.get(lender.source_container)
    if source is None or source.name in seen:
        return
    for point in _points(source, document, seen | {container.name}):
        yield point.model_copy(update={"read_only": True}) if lender.read_only else point
