"""Volumes and mounts."""

from typing import Any

import pytest

from kubecs.ecs.errors import ClientException
from kubecs.translate.dockervolumes import claims
from kubecs.translate.launchvolumes import launch_volumes
from kubecs.translate.maps import NO_MAPS, FileSystem, Maps, VolumeDriver
from kubecs.translate.mounts import container_mounts, mount_findings
from kubecs.translate.pod import pod_template
from kubecs.translate.volumes import (
    pod_volumes,
    volume_findings,
    volume_names,
    volumes_from_findings,
)
from tests.unit.translate.documents import container, context, task


def mounts(*points: dict[str, Any], volumes: tuple[str, ...] = ("data",)) -> list[dict[str, Any]]:
    definition = container(mountPoints=list(points))
    document = task(definition, volumes=[{"name": name} for name in volumes])
    return container_mounts(document.container_definitions[0], document, NO_MAPS)


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ({"host": {"sourcePath": "/srv"}}, {"hostPath": {"path": "/srv"}}),
        ({"host": {}}, {"emptyDir": {}}),
        ({}, {"emptyDir": {}}),
        ({"configuredAtLaunch": True}, {"emptyDir": {}}),
        ({"dockerVolumeConfiguration": {"scope": "task"}}, {"emptyDir": {}}),
        (
            {"dockerVolumeConfiguration": {"scope": "shared"}},
            {"persistentVolumeClaim": {"claimName": "data"}},
        ),
        (
            {"dockerVolumeConfiguration": {"driverOpts": {"type": "tmpfs", "o": "size=64m,uid=7"}}},
            {"emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
        ),
        (
            {"dockerVolumeConfiguration": {"driverOpts": {"type": "nfs4", "o": "addr=nfs,ro", "device": ":/a"}}},
            {"nfs": {"path": "/a", "server": "nfs", "readOnly": True}},
        ),
        (
            {"dockerVolumeConfiguration": {"driverOpts": {"o": "bind", "device": "/srv/a"}}},
            {"hostPath": {"path": "/srv/a"}},
        ),
    ],
)
def test_sources(volume: dict[str, Any], expected: dict[str, Any]) -> None:
    assert pod_volumes(task(volumes=[{"name": "data", **volume}]), NO_MAPS, {}) == [{"name": "data", **expected}]


def test_names_are_made_valid_in_both_places() -> None:
    document = task(
        container(mountPoints=[{"sourceVolume": "My_Data", "containerPath": "/d"}]), volumes=[{"name": "My_Data"}]
    )
    (volume,) = pod_volumes(document, NO_MAPS, {})
    (mount,) = container_mounts(document.container_definitions[0], document, NO_MAPS)
    assert volume["name"] == mount["name"]
    assert volume_names(document) == {volume["name"]: "My_Data"}


def test_read_only_is_written_only_when_true() -> None:
    listed = mounts(
        {"sourceVolume": "data", "containerPath": "/a", "readOnly": True},
        {"sourceVolume": "data", "containerPath": "/b", "readOnly": False},
    )
    assert listed == [
        {"mountPath": "/a", "name": "data", "readOnly": True},
        {"mountPath": "/b", "name": "data"},
    ]


def test_an_unknown_volume_is_refused_as_ecs_does() -> None:
    with pytest.raises(ClientException, match="Unknown volume 'other'") as refused:
        mounts({"sourceVolume": "other", "containerPath": "/a"})
    assert refused.value.path == "containerDefinitions[web].mountPoints"


def test_mount_points_that_cannot_be_made_are_reported() -> None:
    points = [
        {"sourceVolume": "data", "containerPath": "/a"},
        {"sourceVolume": "more", "containerPath": "/a"},
        {"containerPath": "/c"},
    ]
    assert mounts(*points, volumes=("data", "more")) == [{"mountPath": "/a", "name": "data"}]
    document = task(container(mountPoints=points), volumes=[{"name": "data"}, {"name": "more"}])
    found = mount_findings(document.container_definitions[0], document, NO_MAPS)
    assert {each.member: each.reason for each in found} == {
        "containerDefinitions[web].mountPoints[1]": "DuplicatePath",
        "containerDefinitions[web].mountPoints[2]": "Incomplete",
    }


def test_volumes_that_nothing_can_mount_are_reported() -> None:
    document = task(volumes=[{"name": "a"}, {}, {"name": "a", "host": {"sourcePath": "/srv"}}])
    assert pod_volumes(document, NO_MAPS, {}) == [{"name": "a", "hostPath": {"path": "/srv"}}]
    assert [each.reason for each in volume_findings(document, NO_MAPS)] == ["NameNotUnique", "NameMissing"]


MAPS = Maps(
    file_systems=(
        FileSystem("fs-*", claim="any"),
        FileSystem("fs-1", nfs={"server": "nfs.example", "path": "/exports"}),
        FileSystem("fs-1", access_point="fsap-1", csi={"driver": "csi.example"}),
    ),
    volume_drivers=(
        VolumeDriver("rexray/*", "fast", "5Gi"),
        VolumeDriver("ebs", "slow"),
        VolumeDriver("ebs/io2", "io"),
    ),
)


@pytest.mark.parametrize(
    ("efs", "source", "sub_path"),
    [
        ({"fileSystemId": "fs-2"}, {"persistentVolumeClaim": {"claimName": "any"}}, None),
        (
            {"fileSystemId": "fs-2", "rootDirectory": "/a/b/"},
            {"persistentVolumeClaim": {"claimName": "any"}},
            "a/b",
        ),
        (
            {"fileSystemId": "fs-1", "rootDirectory": "/a"},
            {"nfs": {"path": "/exports/a", "server": "nfs.example"}},
            None,
        ),
        (
            {"fileSystemId": "fs-1", "authorizationConfig": {"accessPointId": "fsap-1"}},
            {"csi": {"driver": "csi.example"}},
            None,
        ),
    ],
)
def test_file_systems_are_what_the_map_says(efs: dict[str, Any], source: dict[str, Any], sub_path: str | None) -> None:
    document = task(
        container(mountPoints=[{"sourceVolume": "data", "containerPath": "/d"}]),
        volumes=[{"name": "data", "efsVolumeConfiguration": efs}],
    )
    assert pod_volumes(document, MAPS, {}) == [{"name": "data", **source}]
    (mount,) = container_mounts(document.container_definitions[0], document, MAPS)
    assert mount.get("subPath") == sub_path


@pytest.mark.parametrize(
    ("volume", "member", "message"),
    [
        (
            {"efsVolumeConfiguration": {"fileSystemId": "gone"}},
            "efsVolumeConfiguration.fileSystemId",
            "the file system gone needs an entry in ECSAccount spec.fileSystems",
        ),
        (
            {"efsVolumeConfiguration": {"fileSystemId": "fs-1", "authorizationConfig": {"accessPointId": "fsap-2"}}},
            "efsVolumeConfiguration.authorizationConfig.accessPointId",
            "the access point fsap-2 needs an entry",
        ),
        (
            {"efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "/a/../../b"}},
            "efsVolumeConfiguration.fileSystemId",
            "leads out of the file system",
        ),
        (
            {"dockerVolumeConfiguration": {"driver": "flocker"}},
            "dockerVolumeConfiguration.driver",
            "the volume driver flocker needs an entry",
        ),
    ],
)
def test_what_the_map_lacks_is_refused_and_reported(volume: dict[str, Any], member: str, message: str) -> None:
    document = task(volumes=[{"name": "data", **volume}])
    with pytest.raises(ClientException, match=message) as refused:
        pod_volumes(document, MAPS, {})
    assert refused.value.path == f"volumes[data].{member}"
    (found,) = volume_findings(document, MAPS)
    assert (found.member, found.message) == (refused.value.path, f"it is not run: {refused.value.message}")


@pytest.mark.parametrize(
    ("wanted", "storage_class", "size"),
    [
        ({"sizeInGiB": 7, "volumeType": "io2"}, "io", "7Gi"),
        ({"sizeInGiB": 7, "volumeType": "gp2"}, "slow", "7Gi"),
        ({}, "slow", "10Gi"),
    ],
)
def test_volumes_configured_at_launch_are_claims(wanted: dict[str, Any], storage_class: str, size: str) -> None:
    launch = launch_volumes([{"name": "data", "managedEBSVolume": wanted}])
    (made,) = pod_volumes(task(volumes=[{"name": "data", "configuredAtLaunch": True}]), MAPS, launch)
    spec = made["ephemeral"]["volumeClaimTemplate"]["spec"]
    assert (spec["storageClassName"], spec["resources"]["requests"]["storage"]) == (storage_class, size)


def test_mounts_are_taken_over_from_other_containers() -> None:
    lender = container(name="lender", mountPoints=[{"sourceVolume": "data", "containerPath": "/a"}])
    between = container(
        name="between",
        mountPoints=[{"sourceVolume": "data", "containerPath": "/b"}],
        volumesFrom=[{"sourceContainer": "lender", "readOnly": True}],
    )
    taker = container(
        mountPoints=[{"sourceVolume": "own", "containerPath": "/b"}], volumesFrom=[{"sourceContainer": "between"}]
    )
    document = task(taker, between, lender, volumes=[{"name": "data"}, {"name": "own"}])
    assert container_mounts(document.container_definitions[0], document, NO_MAPS) == [
        {"mountPath": "/b", "name": "own"},
        {"mountPath": "/a", "name": "data", "readOnly": True},
    ]


def test_containers_that_take_over_from_each_other_end() -> None:
    one = container(volumesFrom=[{"sourceContainer": "other"}])
    document = task(one, container(name="other", volumesFrom=[{"sourceContainer": "web"}]))
    assert container_mounts(document.container_definitions[0], document, NO_MAPS) == []
    assert [each.condition for each in volumes_from_findings(document)] == ["ImageVolumeNotShared"] * 2


def test_claims_that_a_document_asks_for() -> None:
    shared = {"scope": "shared", "autoprovision": True, "driver": "rexray/ebs"}
    kept = {"scope": "shared", "autoprovision": False}
    document = task(
        volumes=[
            {"name": "Data", "dockerVolumeConfiguration": shared},
            {"name": "kept", "dockerVolumeConfiguration": kept},
        ]
    )
    (claim,) = claims(document, MAPS, "shop")
    (volume, _) = pod_volumes(document, MAPS, {})
    assert claim["metadata"]["name"] == volume["persistentVolumeClaim"]["claimName"]
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "5Gi"}},
        "storageClassName": "fast",
    }


AT_A = [{"sourceVolume": "data", "containerPath": "/a"}]
FROM_LENDER = [{"sourceContainer": "lender"}]
CONF = "/fluent-bit/etc/fluent-bit.conf"


@pytest.mark.parametrize(
    ("members", "winner", "dropped", "reason"),
    [
        ({"mountPoints": [{"sourceVolume": "own", "containerPath": "/a"}], "volumesFrom": FROM_LENDER}, "own",
         "volumesFrom[0]", "DuplicatePath"),
        ({"mountPoints": AT_A, "volumesFrom": FROM_LENDER}, "data", None, None),
        ({"volumesFrom": FROM_LENDER, "linuxParameters": {"tmpfs": [{"containerPath": "/a/", "size": 1}]}}, "data",
         "linuxParameters.tmpfs[0]", "DuplicatePath"),
        ({"mountPoints": [{"sourceVolume": "data", "containerPath": "/dev/shm"}],
          "linuxParameters": {"sharedMemorySize": 1}}, "data", "linuxParameters.sharedMemorySize", "DuplicatePath"),
        ({"mountPoints": AT_A, "privileged": True,
          "linuxParameters": {"devices": [{"hostPath": "/dev/a", "containerPath": "/a"}]}}, "data",
         "linuxParameters.devices[0]", "DuplicatePath"),
        ({"mountPoints": [{"sourceVolume": "data", "containerPath": CONF}],
          "firelensConfiguration": {"type": "fluentbit"}}, "data", "firelensConfiguration", "DuplicatePath"),
        ({"mountPoints": [{"sourceVolume": "data", "containerPath": "/.kubecs/shim"}]}, None, "mountPoints[0]",
         "ReservedPath"),
    ],
)  # fmt: skip
def test_a_path_is_mounted_once(
    members: dict[str, Any], winner: str | None, dropped: str | None, reason: str | None
) -> None:
    volumes = [{"name": "data"}, {"name": "own"}]
    document = task(container(**members), container(name="lender", mountPoints=AT_A), volumes=volumes)
    spec = pod_template(document, context(), standalone=False)["spec"]
    (web,) = (each for each in (*spec.get("initContainers", ()), *spec["containers"]) if each["name"] == "web")
    assert [each["name"] for each in web.get("volumeMounts", ())] == ([winner] if winner else [])
    found = mount_findings(document.container_definitions[0], document, NO_MAPS)
    expected = [(f"containerDefinitions[web].{dropped}", "MountPointNotApplied", reason)] if dropped else []
    assert [(each.member, each.condition, each.reason) for each in found] == expected


def test_of_several_lenders_the_last_goes_first() -> None:
    one = container(name="one", mountPoints=AT_A)
    two = container(name="two", mountPoints=[{"sourceVolume": "own", "containerPath": "/a"}])
    taker = container(volumesFrom=[{"sourceContainer": "one"}, {"sourceContainer": "two"}])
    document = task(taker, one, two, volumes=[{"name": "data"}, {"name": "own"}])
    assert container_mounts(document.container_definitions[0], document, NO_MAPS) == [
        {"mountPath": "/a", "name": "own"}
    ]
