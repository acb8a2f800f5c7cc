"""Containers of an account whose namespaces are under the Pod Security Standard `restricted`."""

from typing import Any

import pytest

from kubecs.plan.accountmaps import maps_of
from kubecs.translate.pod import pod_template
from kubecs.translate.security import security_context
from tests.unit.translate.documents import container, context, parsed, task

STRICT: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def adding(*names: str) -> dict[str, Any]:
    return {"linuxParameters": {"capabilities": {"add": list(names)}}}


@pytest.mark.parametrize(
    ("members", "differences"),
    [
        ({}, {}),
        ({"user": "1000:2000"}, {"runAsUser": 1000, "runAsGroup": 2000}),
        ({"user": "nginx"}, {}),
        ({"user": "root"}, {"runAsUser": 0, "runAsNonRoot": None}),
        ({"readonlyRootFilesystem": True}, {"readOnlyRootFilesystem": True}),
        (adding("NET_BIND_SERVICE"), {"capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}}),
        (
            adding("SYS_ADMIN"),
            {"capabilities": {"add": ["SYS_ADMIN"], "drop": ["ALL"]}, "allowPrivilegeEscalation": None},
        ),
        (
            {"dockerSecurityOptions": ["seccomp:own.json"]},
            {"seccompProfile": {"localhostProfile": "own.json", "type": "Localhost"}},
        ),
    ],
)
def test_what_is_not_asked_for_is_as_the_standard_wants_it(
    members: dict[str, Any], differences: dict[str, Any]
) -> None:
    expected = {name: value for name, value in (STRICT | differences).items() if value is not None}
    assert security_context(parsed(**members), restricted=True) == expected


def test_a_privileged_container_stays_what_it_is() -> None:
    assert security_context(parsed(privileged=True), restricted=True) == {"privileged": True}


def test_the_account_says_so() -> None:
    strict = maps_of({"podSecurity": "restricted"}, node_logs=False)
    for maps, expected in ((strict, STRICT), (maps_of({}, node_logs=False), None)):
        spec = pod_template(task(container()), context(maps=maps), standalone=False)["spec"]
        assert spec["containers"][0].get("securityContext") == expected
