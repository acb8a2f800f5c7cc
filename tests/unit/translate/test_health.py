"""Health checks as readiness, and the time that a task has to stop."""

from typing import Any

import pytest

from kubecs.translate.grace import grace_findings, termination_grace_seconds
from kubecs.translate.health import health_findings, min_ready_seconds, readiness_probe, startup_probe
from tests.unit.translate.documents import container, parsed, task


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["CMD-SHELL", "curl -f localhost || exit 1"], ["/bin/sh", "-c", "curl -f localhost || exit 1"]),
        (["CMD", "test", "-e", "$(file)"], ["test", "-e", "$$(file)"]),
        (["/healthy", "--quick"], ["/healthy", "--quick"]),
        (["NONE"], None),
        (["CMD"], None),
        (["CMD-SHELL"], None),
        ([], None),
    ],
)
def test_commands(command: list[str], expected: list[str] | None) -> None:
    probe = readiness_probe(parsed(healthCheck={"command": command}))
    assert probe.get("exec", {}).get("command") == expected


def test_ecs_defaults_are_written_out() -> None:
    assert readiness_probe(parsed(healthCheck={"command": ["CMD", "true"]})) == {
        "exec": {"command": ["true"]},
        "failureThreshold": 3,
        "periodSeconds": 30,
        "successThreshold": 1,
        "timeoutSeconds": 5,
    }


def test_given_times_are_taken() -> None:
    check = {"command": ["CMD", "true"], "interval": 10, "timeout": 2, "retries": 5, "startPeriod": 60}
    probe = readiness_probe(parsed(healthCheck=check))
    assert (probe["periodSeconds"], probe["timeoutSeconds"], probe["failureThreshold"]) == (10, 2, 5)
    assert "initialDelaySeconds" not in probe


def test_a_container_that_is_not_essential_gets_no_probe() -> None:
    sidecar = parsed(essential=False, healthCheck={"command": ["CMD", "true"]})
    assert readiness_probe(sidecar) == {}
    assert [each.condition for each in health_findings(sidecar)] == ["NonEssentialHealthNotEvaluated"]
    assert health_findings(parsed(healthCheck={"command": ["CMD", "true"]})) == ()


@pytest.mark.parametrize(
    ("times", "start_timeout", "ecs_waits"),
    [
        ({}, None, 90),
        ({"interval": 10, "retries": 1}, None, 10),
        ({"interval": 10, "retries": 2, "startPeriod": 25}, None, 45),
        ({"interval": 10, "retries": 2, "startPeriod": 25}, 61, 61),
        ({"interval": 300}, 2, 2),
    ],
)
def test_the_startup_probe_gives_the_time_that_ecs_gives(
    times: dict[str, int], start_timeout: int | None, ecs_waits: int
) -> None:
    """The kubelet checks at once and then after each interval; it ends the container at the last allowed failure."""
    members = {} if start_timeout is None else {"startTimeout": start_timeout}
    probe = startup_probe(parsed(healthCheck={"command": ["CMD", "true"], **times}, **members))
    ends = (probe["failureThreshold"] - 1) * probe["periodSeconds"]
    assert ecs_waits <= ends < ecs_waits + probe["periodSeconds"]


CHECK: dict[str, Any] = {"healthCheck": {"command": ["CMD", "true"]}}


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ([container()], 40),
        ([container(**CHECK)], 0),
        ([container(), container(name="b", **CHECK)], 0),
        ([container(), container(name="b", essential=False, **CHECK)], 40),
    ],
)
def test_steady_time(containers: list[dict[str, Any]], expected: int) -> None:
    assert min_ready_seconds(task(*containers)) == expected


def test_steady_time_is_a_setting() -> None:
    assert min_ready_seconds(task(), without_check=0) == 0


@pytest.mark.parametrize(
    ("timeouts", "expected"),
    [([None], 30), ([5], 5), ([5, None], 30), ([5, 120], 120), ([0], 2), ([60, None], 60)],
)
def test_grace(timeouts: list[int | None], expected: int) -> None:
    containers = [
        container(name=f"c{index}", **({} if timeout is None else {"stopTimeout": timeout}))
        for index, timeout in enumerate(timeouts)
    ]
    assert termination_grace_seconds(task(*containers)) == expected


def test_a_shorter_stop_timeout_is_said_to_be_shared() -> None:
    document = task(container(stopTimeout=5), container(name="b"), container(name="c", stopTimeout=30))
    assert [(each.member, each.condition) for each in grace_findings(document)] == [
        ("containerDefinitions[web].stopTimeout", "StopTimeoutShared")
    ]
    assert list(grace_findings(task(container(stopTimeout=5)))) == []
