"""Who a container runs as, and with which rights."""

from typing import Any

import pytest

from kubecs.ecs.errors import ClientException
from kubecs.translate.pod import pod_template
from kubecs.translate.restricted import restricted_uses
from kubecs.translate.security import security_context, user_findings
from kubecs.translate.securityoptions import security_option_findings
from kubecs.translate.verdicts import findings
from tests.unit.translate.documents import container, context, parsed, task


@pytest.mark.parametrize(
    ("user", "expected", "lost"),
    [
        ("1000", {"runAsUser": 1000}, ""),
        ("0:0", {"runAsUser": 0, "runAsGroup": 0}, ""),
        ("1000:3000", {"runAsUser": 1000, "runAsGroup": 3000}, ""),
        ("root", {"runAsUser": 0}, ""),
        ("1000:root", {"runAsUser": 1000, "runAsGroup": 0}, ""),
        ("nginx", {}, "user"),
        ("nginx:3000", {}, "user"),
        ("1000:nginx", {"runAsUser": 1000}, "group"),
        ("99999999999", {}, "user"),
        ("", {}, ""),
    ],
)
def test_user(user: str, expected: dict[str, int], lost: str) -> None:
    definition = parsed(user=user)
    assert security_context(definition) == expected
    found = user_findings(definition)
    assert [each.condition for each in found] == (["UserNameNotNumeric"] if lost else [])
    assert all(f"as the {lost} of its image" in each.message for each in found)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, {}),
        ({"privileged": False, "readonlyRootFilesystem": False}, {}),
        ({"privileged": True}, {"privileged": True}),
        ({"readonlyRootFilesystem": True}, {"readOnlyRootFilesystem": True}),
    ],
)
def test_rights(members: dict[str, bool], expected: dict[str, Any]) -> None:
    assert security_context(parsed(**members)) == expected


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("seccomp:web/p.json", {"seccompProfile": {"localhostProfile": "web/p.json", "type": "Localhost"}}),
        ("seccomp:/abs/p.json", {}),
        ("seccomp=web/../p.json", {}),
        ("apparmor:/abs/p", {"appArmorProfile": {"localhostProfile": "/abs/p", "type": "Localhost"}}),
        ("apparmor: p", {}),
        (f"apparmor:{'p' * 4096}", {}),
    ],
)
def test_profiles_are_named_as_kubernetes_takes_them(option: str, expected: dict[str, Any]) -> None:
    definition = parsed(dockerSecurityOptions=[option])
    assert security_context(definition) == expected
    found = [each.condition for each in security_option_findings(definition)]
    assert found == ([] if expected else ["SecurityOptionNotApplied"])


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"containerDefinitions": [container(image="ngi nx")]}, "containerDefinitions[web].image"),
        ({"containerDefinitions": [container(image="nginx\n")]}, "containerDefinitions[web].image"),
    ],
)
def test_values_that_no_pod_can_hold_are_refused_by_name(members: dict[str, Any], path: str) -> None:
    document = task(**members)
    with pytest.raises(ClientException) as refused:
        pod_template(document, context(), standalone=False)
    assert refused.value.path == path
    assert [(each.member, each.condition, each.reason) for each in findings(document)] == [
        (path, "NotSupported", "ClientException")
    ]


def test_restricted_uses_are_named_with_their_place() -> None:
    document = task(
        container(privileged=True),
        container(name="other", privileged=False),
        networkMode="host",
        volumes=[{"name": "logs", "host": {"sourcePath": "/var/log"}}, {"name": "scratch"}],
    )
    assert restricted_uses(document) == (
        ("networkMode", "hostNetwork"),
        ("containerDefinitions[web].privileged", "privileged"),
        ("volumes[logs].host.sourcePath", "hostVolumes:/var/log"),
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/var/lib/shop/../../../etc", "/etc"),
        ("/../..//etc/./", "/etc"),
        ("//var/log", "/var/log"),
        ("/..", "/"),
        ("/a..b/...", "/a..b/..."),
    ],
)
def test_a_directory_of_the_node_is_the_one_that_docker_would_mount(written: str, meant: str) -> None:
    host = task(volumes=[{"name": "a", "host": {"sourcePath": written}}])
    assert restricted_uses(host) == (("volumes[a].host.sourcePath", f"hostVolumes:{meant}"),)
    assert pod_template(host, context(), standalone=False)["spec"]["volumes"] == [
        {"name": "a", "hostPath": {"path": meant}}
    ]
    options = {"o": "bind", "device": written}
    bound = task(volumes=[{"name": "a", "dockerVolumeConfiguration": {"driverOpts": options}}])
    assert restricted_uses(bound) == (("volumes[a].dockerVolumeConfiguration.driverOpts", f"hostVolumes:{meant}"),)


def test_an_ordinary_task_has_no_restricted_use() -> None:
    assert restricted_uses(task(networkMode="awsvpc", volumes=[{"name": "scratch", "host": {}}])) == ()
