"""volumes and mountPoints: directories of the node, and empty ones that live as long as the task."""

from typing import Any

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest, Volume
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.names import container_name


def pod_volumes(document: RegisterTaskDefinitionRequest) -> list[dict[str, Any]]:
    """`volumes` of the Pod, each name once.

    A host path gets no type, so the runtime does as Docker does: it mounts what is there, be it a directory, a file or
    a socket, and makes a directory where there is nothing. A kind of volume that is not translated yet is an empty
    directory, so that the containers can still share it; verdicts.py reports it.
    """
    named = {each.name: each for each in document.volumes or () if each.name}
    return [{"name": container_name(name), **_source(volume)} for name, volume in named.items()]


def volume_mounts(container: ContainerDefinition, document: RegisterTaskDefinitionRequest) -> list[dict[str, Any]]:
    """`volumeMounts` of a container, each path once.

    Raises:
        ClientException: A mount point names a volume that the task definition lacks.
    """
    known = {each.name for each in document.volumes or ()}
    mounts: dict[str, dict[str, Any]] = {}
    for point in container.mount_points or ():
        if not point.source_volume or not point.container_path:
            continue
        if point.source_volume not in known:
            path = container_path(container, "mountPoints")
            raise ClientException(f"Unknown volume '{point.source_volume}'.", path)
        mount = {"mountPath": point.container_path, "name": container_name(point.source_volume)}
        mounts.setdefault(point.container_path, mount | ({"readOnly": True} if point.read_only else {}))
    return list(mounts.values())


def volume_names(document: RegisterTaskDefinitionRequest) -> dict[str, str]:
    """Kubernetes volume name to ECS name, where they differ."""
    names = ((container_name(each.name), each.name) for each in document.volumes or () if each.name)
    return {mangled: name for mangled, name in names if mangled != name}


def mount_findings(container: ContainerDefinition) -> tuple[Finding, ...]:
    """Mount points that cannot be made: half of it missing, or a path that is taken."""
    findings: list[Finding] = []
    paths: set[str] = set()
    for index, point in enumerate(container.mount_points or ()):
        path = container_path(container, f"mountPoints[{index}]")
        if not point.source_volume or not point.container_path:
            message = "nothing is mounted: sourceVolume and containerPath are both needed"
            findings.append(Finding(path, "MountPointNotApplied", "Incomplete", message))
        elif point.container_path in paths:
            message = f"{point.source_volume} is not mounted: {point.container_path} is taken by an earlier mount point"
            findings.append(Finding(path, "MountPointNotApplied", "DuplicatePath", message))
        else:
            paths.add(point.container_path)
    return tuple(findings)


def volume_findings(document: RegisterTaskDefinitionRequest) -> tuple[Finding, ...]:
    """Volumes that nothing can refer to: without a name, or with one that a later volume has."""
    names = [each.name for each in document.volumes or ()]
    lost = [(index, name) for index, name in enumerate(names) if not name or name in names[index + 1 :]]
    return tuple(
        Finding(
            f"volumes[{index}]",
            "VolumeNotApplied",
            "NameNotUnique" if name else "NameMissing",
            "the volume is not made",
        )
        for index, name in lost
    )


def _source(volume: Volume) -> dict[str, Any]:
    path = volume.host.source_path if volume.host else None
    return {"hostPath": {"path": path}} if path else {"emptyDir": {}}
