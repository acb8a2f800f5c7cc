"""dependsOn: what starts when, seen in what the containers wrote one after another."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for
from tests.node.containers import UNTIL_TOLD, Containers, Document, container_of, status_of

pytestmark = pytest.mark.usefixtures("operator")

VOLUMES = [{"name": "log"}]
POINTS = [{"sourceVolume": "log", "containerPath": "/log"}]
CHECK = {"command": ["CMD-SHELL", "test -e /log/healthy"], "interval": 5, "retries": 3, "timeout": 2}


def _writing(containers: Containers, name: str, script: str = "true", **members: Any) -> Document:
    """A container that writes its name into the common log, then goes on with a script."""
    return containers.shell(f"echo {name} >> /log/log; {script}", name=name, mountPoints=POINTS, **members)


def _after(**conditions: str) -> list[Document]:
    return [{"containerName": name, "condition": condition} for name, condition in conditions.items()]


def _reader(containers: Containers, **conditions: str) -> Document:
    """The essential container, which shows the log as it is when it starts."""
    return _writing(containers, "app", "cat /log/log", dependsOn=_after(**conditions))


@pytest.mark.parametrize(
    ("condition", "script"),
    [
        ("SUCCESS", "sleep 1; echo ended >> /log/log"),
        ("COMPLETE", "sleep 1; echo ended >> /log/log; exit 3"),
        ("HEALTHY", "sleep 1; echo ended >> /log/log; touch /log/healthy; sleep 600"),
    ],
)
def test_container_starts_after_the_one_that_it_awaits(containers: Containers, condition: str, script: str) -> None:
    checked = {"healthCheck": CHECK} if condition == "HEALTHY" else {}
    first = _writing(containers, "first", script, essential=False, **checked)
    record = containers.run(_reader(containers, first=condition), first, volumes=VOLUMES)
    assert container_of(record)["exitCode"] == 0
    output = containers.output(record["kubernetes"]["podName"])
    assert output.splitlines() == ["first", "ended", "app"]
    if condition == "COMPLETE":
        assert container_of(record, "first")["exitCode"] == 3


def test_chain_of_dependencies(containers: Containers) -> None:
    one = _writing(containers, "one", essential=False)
    two = _writing(containers, "two", "sleep 600", essential=False, dependsOn=_after(one="SUCCESS"))
    three = _writing(containers, "three", essential=False, dependsOn=_after(two="START"))
    record = containers.run(_reader(containers, three="COMPLETE"), three, two, one, volumes=VOLUMES)
    output = containers.output(record["kubernetes"]["podName"])
    assert output.splitlines() == ["one", "two", "three", "app"]


def test_service_waits_for_a_healthy_container_that_stays(containers: Containers) -> None:
    first = _writing(containers, "first", f"touch /log/healthy; {UNTIL_TOLD}", healthCheck=CHECK)
    app = containers.shell(UNTIL_TOLD, dependsOn=_after(first="HEALTHY"))
    pod = containers.serve(app, first, volumes=VOLUMES)
    started = ecs.status(pod)["initContainerStatuses"]
    assert [each["name"] for each in started if each.get("started")][-1:] == ["first"]
    assert "running" in status_of(pod)["state"]
    with containers.loss() as loss:
        containers.end(pod, 1, "first")
        (record,) = containers.wait_records(1)
        wait_for(lambda: containers.pod(service="web")["metadata"]["uid"] != pod["metadata"]["uid"], 10)
        ecs.wait_ready(containers.kubectl, "ecsservice", "web")
    assert container_of(record, "first")["exitCode"] == 1
    assert loss.seconds < 20  # the next task waits for its check, too


def test_health_goes_from_healthy_to_unhealthy(containers: Containers, kubectl: Kubectl) -> None:
    check = {"command": ["CMD-SHELL", "test -e /tmp/healthy"], "interval": 5, "retries": 1, "timeout": 2}
    containers.start_task(containers.shell("touch /tmp/healthy; sleep 600", healthCheck=check))

    def health() -> str | None:
        (container,) = ecs.status(kubectl.get("ecstask", "web")).get("containers") or ({},)
        word: str | None = container.get("healthStatus")
        return word

    wait_for(lambda: health() == "HEALTHY", 45)  # the start of the task is in it
    containers.execute(containers.pod(family="web"), "rm /tmp/healthy")
    wait_for(lambda: health() == "UNHEALTHY", 20)
