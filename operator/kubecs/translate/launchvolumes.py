"""configuredAtLaunch: volumes of EBS, whose size a service or a task brings, as claims that live as long as the Pod."""

from collections.abc import Mapping
from typing import Any

from kubecs.translate.dockervolumes import claim_spec
from kubecs.translate.maps import Maps, VolumeDriver, entry
from kubecs.translate.volumesource import VolumeSource

DRIVER = "ebs"

LaunchVolumes = Mapping[str, Mapping[str, Any]]  # volume name to managedEBSVolume, as the request spells it


def launch_volumes(configurations: object) -> dict[str, Mapping[str, Any]]:
    """Read `volumeConfigurations` of a service or a task, as they stand in its spec."""
    items = configurations if isinstance(configurations, (list, tuple)) else ()
    return {each["name"]: each.get("managedEBSVolume") or {} for each in items}


def launch_source(name: str, launch: LaunchVolumes, maps: Maps) -> VolumeSource:
    """A claim of that size; the StorageClass comes from the entries `ebs/<volumeType>` and `ebs` of the driver map.

    A volume that nobody has configured is an empty directory.
    """
    if name not in launch:
        return VolumeSource()
    wanted = launch[name]
    kind = wanted.get("volumeType")
    driver = (entry(maps.volume_drivers, f"{DRIVER}/{kind}") if kind else None) or entry(maps.volume_drivers, DRIVER)
    size = f"{wanted['sizeInGiB']}Gi" if wanted.get("sizeInGiB") else None
    return VolumeSource(
        {"ephemeral": {"volumeClaimTemplate": {"spec": claim_spec(driver or VolumeDriver(DRIVER), size)}}}
    )
