"""Rules about volumes and where they are mounted."""

from collections.abc import Callable, Iterator

from kubecs.ecs.base import Shape
from kubecs.ecs.definition import Definition, container_names, containers, volumes
from kubecs.ecs.model import EFSVolumeConfiguration, HostVolumeProperties
from kubecs.ecs.rules import Check, Rule, Violation

VOLUME_KINDS = (
    "host",
    "docker_volume_configuration",
    "efs_volume_configuration",
    "s3files_volume_configuration",
    "fsx_windows_file_server_volume_configuration",
    "configured_at_launch",
)


def _unique_volumes(definition: Definition) -> Iterator[Violation]:
    seen: set[str] = set()
    for path, volume in volumes(definition):
        if volume.name in seen:
            yield Violation(f"{path}.name", volume.name)
        if volume.name:
            seen.add(volume.name)


def _one_kind_of_volume(definition: Definition) -> Iterator[Violation]:
    for path, volume in volumes(definition):
        if sum(_is_configured(getattr(volume, kind)) for kind in VOLUME_KINDS) > 1:
            yield Violation(path, volume.name or "")


def _is_configured(kind: Shape | bool | None) -> bool:
    """Tell a kind of volume that says something from an absent one; a host without a path is in many exports."""
    return bool(kind.source_path) if isinstance(kind, HostVolumeProperties) else bool(kind)


def _known_volumes(definition: Definition) -> Iterator[Violation]:
    known = {volume.name or "" for _, volume in volumes(definition)}
    for path, container in containers(definition):
        for index, mount in enumerate(container.mount_points or ()):
            if (mount.source_volume or "") not in known:
                yield Violation(f"{path}.mountPoints[{index}].sourceVolume", mount.source_volume or "")


def _known_volume_sources(definition: Definition) -> Iterator[Violation]:
    known = container_names(definition)
    for path, container in containers(definition):
        for index, source in enumerate(container.volumes_from or ()):
            if source.source_container not in known:
                yield Violation(f"{path}.volumesFrom[{index}].sourceContainer", source.source_container or "")


def _efs(member: str, bad: Callable[[EFSVolumeConfiguration], bool]) -> Check[Definition]:
    def check(definition: Definition) -> Iterator[Violation]:
        for path, volume in volumes(definition):
            if volume.efs_volume_configuration and bad(volume.efs_volume_configuration):
                yield Violation(f"{path}.efsVolumeConfiguration.{member}", volume.name or "")

    return check


def _in_clear(efs: EFSVolumeConfiguration) -> bool:
    return efs.transit_encryption != "ENABLED"


def _iam_in_clear(efs: EFSVolumeConfiguration) -> bool:
    return bool(efs.authorization_config and efs.authorization_config.iam == "ENABLED") and _in_clear(efs)


def _port_in_clear(efs: EFSVolumeConfiguration) -> bool:
    return efs.transit_encryption_port is not None and _in_clear(efs)


def _root_beside_access_point(efs: EFSVolumeConfiguration) -> bool:
    access_point = efs.authorization_config and efs.authorization_config.access_point_id
    return bool(access_point) and (efs.root_directory or "/") != "/"


RULES: tuple[Rule[Definition], ...] = (
    Rule("volume names are unique", _unique_volumes, "Volume names must be unique, but '{}' is used twice."),
    Rule("a volume is of one kind", _one_kind_of_volume, "The volume '{}' must have one kind of configuration only."),
    Rule("mounted volumes exist", _known_volumes, "Unknown volume '{}'"),
    Rule(
        "containers that lend their mounts exist",
        _known_volume_sources,
        "Invalid 'volumesFrom' setting. Unknown container: '{}'",
    ),
    Rule(
        "EFS knows who asks over an encrypted line only",
        _efs("transitEncryption", _iam_in_clear),
        "EFS IAM authorization requires TransitEncryption to be enabled",
    ),
    Rule(
        "a port for encryption goes with encryption",
        _efs("transitEncryption", _port_in_clear),
        "TransitEncryptionPort requires that TransitEncryption is enabled",
    ),
    Rule(
        "an access point brings its own root",
        _efs("rootDirectory", _root_beside_access_point),
        'When using an EFS access point, the root directory must either be set to "/" or be omitted',
    ),
)
