"""EFS, FSx for Windows and S3 Files: the account's map gives each a claim, an NFS export or a CSI driver."""

from collections.abc import Iterator
from dataclasses import replace
from posixpath import join
from typing import Any

from kubecs.ecs.model import EFSVolumeConfiguration, Volume
from kubecs.translate.finding import Finding
from kubecs.translate.maps import FileSystem, Maps, fits
from kubecs.translate.volumesource import Missing, VolumeSource

NOT_MAPPED = "VolumeNotMapped"
NOT_APPLIED = "VolumeOptionsNotApplied"


def efs_source(volume: Volume, maps: Maps) -> VolumeSource | Missing:
    """A file system of EFS, through an access point or without one."""
    efs = volume.efs_volume_configuration
    if efs is None:
        return VolumeSource()
    point = _access_point(efs)
    found = _mapped(maps, efs.file_system_id, point)
    if found is None and _is_known(maps, efs.file_system_id) and point:
        return _no_entry("efsVolumeConfiguration.authorizationConfig.accessPointId", f"the access point {point}")
    made = _source(found, efs.root_directory, "efsVolumeConfiguration.fileSystemId", efs.file_system_id)
    return _with_port(made, found, efs.transit_encryption_port)


def s3_files_source(volume: Volume, maps: Maps) -> VolumeSource | Missing:
    """A file system of S3 Files."""
    files = volume.s3files_volume_configuration
    if files is None:
        return VolumeSource()
    point = files.access_point_arn
    found = _mapped(maps, files.file_system_arn, point)
    if found is None and _is_known(maps, files.file_system_arn) and point:
        return _no_entry("s3filesVolumeConfiguration.accessPointArn", f"the access point {point}")
    made = _source(found, files.root_directory, "s3filesVolumeConfiguration.fileSystemArn", files.file_system_arn)
    return _with_port(made, found, files.transit_encryption_port)


def fsx_source(volume: Volume, maps: Maps) -> VolumeSource | Missing:
    """A share of FSx for Windows File Server; who may mount it is the mapped claim's or driver's matter."""
    fsx = volume.fsx_windows_file_server_volume_configuration
    if fsx is None:
        return VolumeSource()
    found = _mapped(maps, fsx.file_system_id, None)
    root = fsx.root_directory.replace("\\", "/")
    return _source(found, root, "fsxWindowsFileServerVolumeConfiguration.fileSystemId", fsx.file_system_id)


def file_system_findings(volume: Volume, maps: Maps, path: str) -> Iterator[Finding]:
    """What a mapped NFS export cannot keep of EFS, encryption on the way and IAM; a port that nothing is told."""
    yield from _port_findings(volume, maps, path)
    efs = volume.efs_volume_configuration
    found = _mapped(maps, efs.file_system_id, _access_point(efs)) if efs else None
    if efs is None or found is None or found.nfs is None:
        return
    if efs.transit_encryption == "ENABLED":
        message = "the NFS export in ECSAccount spec.fileSystems is mounted without TLS"
        yield Finding(f"{path}.efsVolumeConfiguration.transitEncryption", NOT_APPLIED, NOT_APPLIED, message)
    if efs.authorization_config and efs.authorization_config.iam == "ENABLED":
        message = "the NFS export in ECSAccount spec.fileSystems is mounted without IAM"
        yield Finding(f"{path}.efsVolumeConfiguration.authorizationConfig.iam", NOT_APPLIED, NOT_APPLIED, message)


def _port_findings(volume: Volume, maps: Maps, path: str) -> Iterator[Finding]:
    efs, files = volume.efs_volume_configuration, volume.s3files_volume_configuration
    if efs and efs.transit_encryption_port:
        member, found = "efsVolumeConfiguration", _mapped(maps, efs.file_system_id, _access_point(efs))
    elif files and files.transit_encryption_port:
        member, found = "s3filesVolumeConfiguration", _mapped(maps, files.file_system_arn, files.access_point_arn)
    else:
        return
    if found is None or not found.port_attribute:
        message = "its entry in ECSAccount spec.fileSystems has no transitEncryptionPortAttribute: the port is not set"
        yield Finding(f"{path}.{member}.transitEncryptionPort", NOT_APPLIED, NOT_APPLIED, message)


def _with_port(made: VolumeSource | Missing, found: FileSystem | None, port: int | None) -> VolumeSource | Missing:
    """The source with the port in the attribute that the map names, where it is a driver's."""
    if isinstance(made, Missing) or not port or not found or not found.port_attribute or "csi" not in made.source:
        return made
    csi = made.source["csi"]
    attributes = {**csi.get("volumeAttributes", {}), found.port_attribute: str(port)}
    return replace(made, source={"csi": {**csi, "volumeAttributes": attributes}})


def _access_point(efs: EFSVolumeConfiguration) -> str | None:
    return efs.authorization_config.access_point_id if efs.authorization_config else None


def _mapped(maps: Maps, name: str, access_point: str | None) -> FileSystem | None:
    """The entry for a file system; one with an access point is another thing than the whole of it."""
    fitting = [each for each in maps.file_systems if fits(each.source, name) and _same_point(each, access_point)]
    exact = (each for each in fitting if each.source == name)
    return next(exact, fitting[0] if fitting else None)


def _is_known(maps: Maps, name: str) -> bool:
    return any(fits(each.source, name) for each in maps.file_systems)


def _no_entry(member: str, what: str) -> Missing:
    return Missing(member, NOT_MAPPED, f"{what} needs an entry in ECSAccount spec.fileSystems")


def _same_point(entry: FileSystem, access_point: str | None) -> bool:
    if not access_point or not entry.access_point:
        return not access_point and not entry.access_point
    return fits(entry.access_point, access_point)


def _source(found: FileSystem | None, root: str | None, member: str, name: str) -> VolumeSource | Missing:
    below = (root or "").strip("/")
    if found is None:
        return _no_entry(member, f"the file system {name}")
    if ".." in below.split("/"):
        return Missing(member, NOT_MAPPED, f"the root directory {root} leads out of the file system {name}")
    if found.nfs:
        return VolumeSource(
            {
                "nfs": {
                    "path": join(found.nfs["path"], below) if below else found.nfs["path"],
                    "server": found.nfs["server"],
                }
            }
        )
    source: dict[str, Any] = (
        {"persistentVolumeClaim": {"claimName": found.claim}} if found.claim else {"csi": dict(found.csi or {})}
    )
    return VolumeSource(source, below)
