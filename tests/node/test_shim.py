"""Order, ends and restarts of a task's containers, and the shim, seen in running containers."""

from __future__ import annotations

import time

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tests.node.containers import Containers, Document, container_of, status_of

pytestmark = pytest.mark.usefixtures("operator")

LASTS = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
SHARED = {"mountPoints": [{"sourceVolume": "shared", "containerPath": "/shared"}]}
LIMIT = {"name": "nofile", "softLimit": 77, "hardLimit": 77}
VOLUMES = {"volumes": [{"name": "shared"}]}


def awaits(**conditions: str) -> dict[str, list[dict[str, str]]]:
    return {"dependsOn": [{"containerName": name, "condition": condition} for name, condition in conditions.items()]}


def test_what_others_wait_for_comes_first_whatever_its_exit_code(containers: Containers) -> None:
    record = containers.run(
        containers.shell("cat /shared/log; exit 5", **awaits(db="HEALTHY", job="SUCCESS", clean="COMPLETE"), **SHARED),
        containers.shell("echo job >> /shared/log", "job", essential=False, **awaits(db="HEALTHY"), **SHARED),
        containers.shell(
            "echo clean >> /shared/log; exit 3", "clean", essential=False, **awaits(job="SUCCESS"), **SHARED
        ),
        containers.shell(
            f"sleep 1; echo db >> /shared/log; touch /tmp/ready; {LASTS}",
            "db",
            healthCheck={"command": ["CMD", "test", "-e", "/tmp/ready"], "interval": 5, "startPeriod": 10},
            **SHARED,
        ),
        **VOLUMES,
    )
    assert [each["name"] for each in record["containers"]] == ["app", "job", "clean", "db"]
    assert [container_of(record, name)["exitCode"] for name in ("app", "job", "clean")] == [5, 0, 3]
    assert record["stopCode"] == "EssentialContainerExited"
    assert containers.output(record["kubernetes"]["podName"]) == "db\njob\nclean"


def test_a_failing_success_ends_a_task_on_its_own(containers: Containers) -> None:
    job = containers.shell("exit 4", "job", essential=False)
    record = containers.run(containers.shell("true", **awaits(job="SUCCESS")), job)
    assert record["stopCode"] == "TaskFailedToStart"
    assert "container job had to end with exit code 0" in record["stoppedReason"]
    assert container_of(record, "job")["exitCode"] == 4
    assert "exitCode" not in container_of(record)


def test_a_failing_success_is_recorded_and_replaced_in_a_service(containers: Containers, kubectl: Kubectl) -> None:
    job = containers.shell("exit 4", "job", essential=False)
    kubectl.apply([ecs.task_definition("web", containers.shell(LASTS, **awaits(job="SUCCESS")), job)])
    kubectl.apply(ecs.service("web", 1, taskDefinition="web"))
    first, second, *_ = containers.wait_records(2)
    assert {first["stopCode"], second["stopCode"]} == {"TaskFailedToStart"}
    assert first["taskArn"] != second["taskArn"]
    assert container_of(first, "job")["exitCode"] == 4


@pytest.mark.parametrize("code", [0, 3])
def test_what_is_not_essential_stays_ended_and_harms_nothing(
    containers: Containers, kubectl: Kubectl, code: int
) -> None:
    helper = containers.shell(f"echo ran >> /shared/log; sleep 2; exit {code}", "helper", essential=False, **SHARED)
    pod = containers.serve(containers.shell(LASTS, **SHARED), helper, **VOLUMES)
    name = pod["metadata"]["name"]

    def waits() -> Document:
        found = kubectl.get("pod", name)
        assert status_of(found, "helper")["restartCount"] == 1
        assert "running" in status_of(found, "helper")["state"]
        return found

    found = wait_for(waits, 30, "the helper to have ended and to wait")
    lost = time.monotonic()
    wait_for(lambda: _is_ready(kubectl.get("pod", name)), 10, "the Pod to be ready again")
    assert time.monotonic() - lost < 5
    assert status_of(found, "helper")["lastState"]["terminated"]["exitCode"] == code
    assert containers.execute(found, "cat /shared/log") == "ran"
    assert containers.records() == []
    kubectl("delete", "pod", name, "--wait=false")
    (record,) = containers.wait_records(1)
    assert container_of(record, "helper")["exitCode"] == code


def _is_ready(pod: Document) -> bool:
    conditions = {each["type"]: each["status"] for each in ecs.status(pod)["conditions"]}
    return conditions["Ready"] == "True"


def test_an_init_process_reaps_orphans(containers: Containers) -> None:
    script = (
        "(sh -c 'sleep 0.2' &); sleep 1; ls /proc | grep -c '^[0-9]'; grep -l 'State:.Z' /proc/[0-9]*/status | wc -l"
    )
    wish = {"linuxParameters": {"initProcessEnabled": True}}
    known = containers.shell("", entryPoint=["sh", "-c", script], **wish)
    del known["command"]
    for family, definition in (("known", known), ("unknown", containers.shell(script, **wish))):
        record = containers.run(definition, family=family)
        assert containers.output(record["kubernetes"]["podName"]).splitlines()[-1] == "0"


def test_ulimits(containers: Containers) -> None:
    limits = [{"name": "nofile", "softLimit": 99, "hardLimit": 222}, {"name": "core", "softLimit": 0, "hardLimit": 0}]
    definition = containers.shell("", entryPoint=["sh", "-c", "ulimit -Sn; ulimit -Hn; ulimit -c"], ulimits=limits)
    del definition["command"]
    record = containers.run(definition)
    assert containers.output(record["kubernetes"]["podName"]) == "99\n222\n0"
    assert container_of(record)["exitCode"] == 0


def test_a_stop_signal_passes_through_the_shim(containers: Containers) -> None:
    script = "trap 'echo stopped; exit 7' TERM; touch /shared/traps; while :; do sleep 0.1; done"
    app = containers.shell("until [ -e /shared/traps ]; do sleep 0.1; done", **SHARED)
    helper = containers.shell("", "helper", essential=False, entryPoint=["sh", "-c", script], **SHARED)
    del helper["command"]
    helper["linuxParameters"] = {"initProcessEnabled": True}
    record = containers.run(app, helper, **VOLUMES)
    assert container_of(record, "helper")["exitCode"] == 7
    assert containers.output(record["kubernetes"]["podName"], "helper") == "stopped"


def test_an_ignored_code_is_the_end_and_so_is_a_run_that_was_too_short(containers: Containers) -> None:
    policy = {"enabled": True, "ignoredExitCodes": [3], "restartAttemptPeriod": 60}
    for code in (3, 4):
        script = f"echo ran >> /shared/log; cat /shared/log; exit {code}"
        definition = containers.shell(script, restartPolicy=policy, **SHARED)
        record = containers.run(definition, family=f"with-{code}", **VOLUMES)
        assert record["stopCode"] == "EssentialContainerExited"
        assert container_of(record)["exitCode"] == code
        if code == 3:
            assert containers.output(record["kubernetes"]["podName"]) == "ran"


def test_the_shim_comes_by_image_volume_too(containers: Containers, operator: OperatorProcess) -> None:
    operator.kill()
    operator.start("--shim-delivery=imageVolume")
    definition = containers.shell("", entryPoint=["sh", "-c", "ulimit -n"], ulimits=[LIMIT])
    del definition["command"]
    record = containers.run(definition)
    assert containers.output(record["kubernetes"]["podName"]) == "77"
