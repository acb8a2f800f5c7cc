"""`kubectl ecs logs` of containers that really print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster import ecs
from tests.cluster.plugin import installed
from tests.cluster.rig import wait_for
from tests.node.containers import UNTIL_TOLD, Containers

pytestmark = pytest.mark.usefixtures("operator")


def test_output_of_a_live_service_and_of_the_run_before(containers: Containers, tmp_path: Path) -> None:
    plugin = installed(containers.kubectl, tmp_path)
    pod = containers.serve(containers.shell(f"echo started; echo again; {UNTIL_TOLD}"))
    wait_for(lambda: containers.output(pod) == "started\nagain", 10)  # it is Ready when its container runs
    assert plugin("logs", "web") == "started\nagain\n"
    assert plugin("logs", pod["metadata"]["name"], "--tail", "1") == "again\n"
    containers.end(pod, 3)
    (record,) = containers.wait_records(1)
    containers.running_pod(service="web")  # the service may be Ready yet of the run before
    ecs.wait_ready(containers.kubectl, "ecsservice", "web")
    assert plugin("logs", "web", "--previous") == "started\nagain\n"
    assert plugin("logs", record["taskArn"]) == "started\nagain\n", "the tail that the record keeps"
    assert "The program ended with an error" in plugin("why", record["taskArn"])


def test_lines_of_several_containers_say_whose_they_are(containers: Containers, tmp_path: Path) -> None:
    plugin = installed(containers.kubectl, tmp_path)
    pod = containers.serve(
        containers.shell(f"echo one; {UNTIL_TOLD}"), containers.shell(f"echo two; {UNTIL_TOLD}", name="other")
    )
    for name, printed in (("app", "one"), ("other", "two")):
        wait_for(lambda name=name, printed=printed: containers.output(pod, name) == printed, 10)
    lines = sorted(line.split(" ", 1)[1] for line in plugin("logs", "web").splitlines())
    assert lines == ["app] one", "other] two"]
    assert plugin("logs", "web", "-c", "other") == "two\n"
