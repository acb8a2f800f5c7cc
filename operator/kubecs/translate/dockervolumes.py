"""dockerVolumeConfiguration: volumes of a task are made with its Pod, shared ones are claims of the namespace."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kubecs.ecs.model import DockerVolumeConfiguration, RegisterTaskDefinitionRequest, Volume
from kubecs.translate import labels
from kubecs.translate.finding import Finding
from kubecs.translate.hostpath import cleaned
from kubecs.translate.maps import Maps, VolumeDriver, entry
from kubecs.translate.names import object_name
from kubecs.translate.volumesource import Missing, VolumeSource

LOCAL = "local"
BUILT_IN = VolumeDriver(LOCAL)
BIND = frozenset({"bind", "rbind"})
KNOWN_OPTIONS = frozenset({"type", "o", "device"})
KNOWN_MOUNT_OPTIONS = frozenset({"addr", "ro", "rw", "size", *BIND})
NOT_MAPPED = "VolumeDriverNotMapped"
NOT_PROVISIONED = "VolumeNotProvisioned"
OPTIONS = "VolumeOptionsNotApplied"

_SIZE = re.compile(r"([1-9][0-9]{0,8})([kmgKMG])")


def docker_source(volume: Volume, maps: Maps) -> VolumeSource | Missing:
    """What the driver of a volume stands for."""
    docker = volume.docker_volume_configuration
    if docker is None:
        return VolumeSource()
    driver = _driver(docker, maps)
    if driver is None:
        what = f"the volume driver {docker.driver} needs an entry in ECSAccount spec.volumeDrivers"
        return Missing("dockerVolumeConfiguration.driver", NOT_MAPPED, what)
    local = _local_source(docker) if driver is BUILT_IN else None
    if local is not None:
        return VolumeSource(local)
    if docker.scope == "shared":
        return VolumeSource({"persistentVolumeClaim": {"claimName": claim_name(volume)}})
    if driver is BUILT_IN:
        return VolumeSource()
    return VolumeSource({"ephemeral": {"volumeClaimTemplate": {"spec": claim_spec(driver)}}})


def bound_directory(volume: Volume) -> str | None:
    """The directory of the node that a local volume with the option bind is; None for any other volume."""
    docker = volume.docker_volume_configuration
    options = (docker.driver_opts if docker else None) or {}
    is_bind = bool(BIND & set(_mount_options(options)))
    device = options.get("device") if docker and _is_local(docker) and is_bind else None
    return cleaned(device) if device else None


def claim_name(volume: Volume) -> str:
    """The claim of a shared volume: one of that name for all tasks of the namespace."""
    return object_name(volume.name or "")


def claims(document: RegisterTaskDefinitionRequest, maps: Maps, namespace: str) -> list[dict[str, Any]]:
    """The claims that `autoprovision` asks for. Nobody owns them: a shared volume outlives the tasks that use it."""
    return [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {
                "name": claim_name(volume),
                "namespace": namespace,
                "labels": {labels.MANAGED_BY: labels.MANAGER},
            },
            "spec": claim_spec(_driver(volume.docker_volume_configuration, maps) or BUILT_IN),
        }
        for volume in document.volumes or ()
        if volume.docker_volume_configuration and _is_provisioned(volume, maps)
    ]


def claim_spec(driver: VolumeDriver, size: str | None = None) -> dict[str, Any]:
    """The spec of a claim; without a StorageClass the cluster's default one is taken."""
    named = {"storageClassName": driver.storage_class} if driver.storage_class else {}
    return {
        "accessModes": [driver.access_mode],
        "resources": {"requests": {"storage": size or driver.size}},
        **named,
    }


def docker_findings(volume: Volume, path: str) -> Iterator[Finding]:
    """Options of a driver that have no effect, and claims that have to be there."""
    docker = volume.docker_volume_configuration
    if docker is None:
        return
    if docker.scope == "shared" and not docker.autoprovision:
        message = f"the PersistentVolumeClaim {claim_name(volume)} has to be there: it is not made"
        yield Finding(f"{path}.dockerVolumeConfiguration.scope", NOT_PROVISIONED, NOT_PROVISIONED, message)
    used = _is_local(docker) and _local_source(docker) is not None
    lost = sorted(_lost_options(docker.driver_opts or {}, used=used))
    if lost:
        message = f"the options {', '.join(lost)} of the driver have no effect"
        yield Finding(f"{path}.dockerVolumeConfiguration.driverOpts", OPTIONS, OPTIONS, message)


def _lost_options(options: Mapping[str, str], *, used: bool) -> set[str]:
    return set(_mount_options(options)) - KNOWN_MOUNT_OPTIONS | set(options) - KNOWN_OPTIONS if used else set(options)


def _is_provisioned(volume: Volume, maps: Maps) -> bool:
    docker = volume.docker_volume_configuration
    made = docker_source(volume, maps)
    is_claim = isinstance(made, VolumeSource) and "persistentVolumeClaim" in made.source
    return bool(docker and docker.autoprovision) and is_claim


def _driver(docker: DockerVolumeConfiguration | None, maps: Maps) -> VolumeDriver | None:
    """The entry for a driver; `local` is built in, so that only an entry of that very name takes its place."""
    name = (docker.driver if docker else None) or LOCAL
    found = entry(maps.volume_drivers, name)
    return BUILT_IN if name == LOCAL and (found is None or found.source != LOCAL) else found


def _is_local(docker: DockerVolumeConfiguration) -> bool:
    return (docker.driver or LOCAL) == LOCAL


def _local_source(docker: DockerVolumeConfiguration) -> dict[str, Any] | None:
    """What the local driver mounts by its options: an NFS export, a directory of the node, or memory."""
    options = docker.driver_opts or {}
    device, mount = options.get("device", ""), _mount_options(options)
    if options.get("type", "").startswith("nfs") and mount.get("addr") and ":" in device:
        read_only = {"readOnly": True} if "ro" in mount else {}
        return {"nfs": {"path": device.partition(":")[2], "server": mount["addr"], **read_only}}
    if BIND & set(mount) and device:
        return {"hostPath": {"path": device}}
    if options.get("type") == "tmpfs":
        size = _SIZE.fullmatch(mount.get("size", ""))
        limit = {"sizeLimit": f"{size[1]}{size[2].upper()}i"} if size else {}
        return {"emptyDir": {"medium": "Memory", **limit}}
    return None


def _mount_options(options: Mapping[str, str]) -> dict[str, str]:
    pairs = (each.partition("=") for each in options.get("o", "").split(",") if each)
    return {name: value for name, _, value in pairs}
