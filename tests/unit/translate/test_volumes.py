"""Volumes and mounts."""

from typing import Any

import pytest

from kubecs.ecs.errors import ClientException
from kubecs.translate.volumes import mount_findings, pod_volumes, volume_findings, volume_mounts, volume_names
from tests.unit.translate.documents import container, parsed, task


def mounts(*points: dict[str, Any], volumes: tuple[str, ...] = ("data",)) -> list[dict[str, Any]]:
    definition = container(mountPoints=list(points))
    document = task(definition, volumes=[{"name": name} for name in volumes])
    return volume_mounts(document.container_definitions[0], document)


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ({"host": {"sourcePath": "/srv"}}, {"hostPath": {"path": "/srv"}}),
        ({"host": {}}, {"emptyDir": {}}),
        ({}, {"emptyDir": {}}),
        ({"efsVolumeConfiguration": {"fileSystemId": "fs-1"}}, {"emptyDir": {}}),
    ],
)
def test_sources(volume: dict[str, Any], expected: dict[str, Any]) -> None:
    assert pod_volumes(task(volumes=[{"name": "data", **volume}])) == [{"name": "data", **expected}]


def test_names_are_made_valid_in_both_places() -> None:
    document = task(
        container(mountPoints=[{"sourceVolume": "My_Data", "containerPath": "/d"}]), volumes=[{"name": "My_Data"}]
    )
    (volume,) = pod_volumes(document)
    (mount,) = volume_mounts(document.container_definitions[0], document)
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
    found = mount_findings(parsed(mountPoints=points))
    assert [(each.member, each.reason) for each in found] == [
        ("containerDefinitions[web].mountPoints[1]", "DuplicatePath"),
        ("containerDefinitions[web].mountPoints[2]", "Incomplete"),
    ]


def test_volumes_that_nothing_can_mount_are_reported() -> None:
    document = task(volumes=[{"name": "a"}, {}, {"name": "a", "host": {"sourcePath": "/srv"}}])
    assert pod_volumes(document) == [{"name": "a", "hostPath": {"path": "/srv"}}]
    assert [each.reason for each in volume_findings(document)] == ["NameNotUnique", "NameMissing"]
