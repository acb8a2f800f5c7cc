"""`kubectl ecs` on the real control plane, run by the real kubectl as a person runs it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster import ecs
from tests.cluster.plugin import Plugin, installed
from tests.cluster.rig import Kubectl, wait_for

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture
def plugin(kubectl: Kubectl, tmp_path: Path) -> Plugin:
    return installed(kubectl, tmp_path)


def _rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()[1:]]


@pytest.fixture
def shop(kubectl: Kubectl) -> None:
    """A service of two tasks in a cluster of its own, and one task that has ended with exit code 3."""
    ended = ecs.kwok(exit_codes='{"app": 3}')
    documents = [ecs.account(), ecs.cluster("shop"), ecs.task_definition()]
    kubectl.apply([*documents, ecs.service("web", 2, cluster="shop"), ecs.task("job", annotations=ended)])
    ecs.wait_ready(kubectl, "ecsservice", "shop.web")
    wait_for(lambda: len(kubectl.list("ecstaskrecord")) == 1, 20, "the record of the task")


@pytest.mark.usefixtures("shop")
def test_ps_lists_live_tasks_and_records_alike(plugin: Plugin, kubectl: Kubectl) -> None:
    text = plugin("ps")
    assert text.split("\n")[0].split() == [
        "TASK", "CLUSTER", "GROUP", "TASKDEF", "LAST", "HEALTH", "STOPCODE", "EXIT", "NODE", "AGE",
    ]  # fmt: skip
    assert sorted(row[4] for row in _rows(text)) == ["RUNNING", "RUNNING", "STOPPED"]
    (stopped,) = _rows(plugin("ps", "--status", "stopped"))
    assert stopped[0] == kubectl.list("ecstaskrecord")[0]["metadata"]["name"]
    assert stopped[6:8] == ["EssentialContainerExited", "3"]
    assert len(_rows(plugin("ps", "--cluster", "shop"))) == 2
    assert len(_rows(plugin("ps", "--service", "web", "--family", "web", "--status", "live"))) == 2
    assert plugin("ps", "--service", "other") == "No tasks found.\n"
    assert {each["lastStatus"] for each in json.loads(plugin("ps", "-o", "json"))} == {"RUNNING", "STOPPED"}
    assert len(yaml.safe_load(plugin("ps", "-o", "yaml"))) == 3
    everywhere = plugin.run("ecs", "ps", "-A").stdout
    assert kubectl.namespace in everywhere


@pytest.mark.usefixtures("shop")
def test_why_tells_of_a_task_that_ended_by_id_and_by_arn(plugin: Plugin, kubectl: Kubectl) -> None:
    record = kubectl.list("ecstaskrecord")[0]
    for word in (record["metadata"]["name"], record["spec"]["taskArn"], "ecstask/job"):
        text = plugin("why", word)
        assert "container app ended with exit code 3" in text
        assert "STOPPED EssentialContainerExited" in text
        assert text.rpartition("WHAT TO DO\n")[2].strip().startswith("The program ended with an error")


@pytest.mark.usefixtures("shop")
def test_why_tells_of_a_steady_service(plugin: Plugin, kubectl: Kubectl) -> None:
    service = kubectl.get("ecsservice", "shop.web")
    for word in ("shop.web", "shop/web", service["status"]["serviceArn"]):
        text = plugin("why", word)
        assert text.startswith("ECSService shop.web: Ready (SteadyState")
        assert "has reached a steady state" in text
        assert "Nothing: all is as the spec wants it." in text
    told = json.loads(plugin("why", "web", "--cluster", "shop", "-o", "json"))
    assert told["timeline"] == sorted(told["timeline"], key=lambda each: each["time"])
    assert [each["status"] for each in told["deployments"]] == ["PRIMARY"]


@pytest.mark.usefixtures("shop")
def test_a_live_task_is_found_by_its_id(plugin: Plugin, kubectl: Kubectl) -> None:
    pod = ecs.pods(kubectl, service="web")[0]["metadata"]
    task_id = pod["uid"].replace("-", "")
    for word in (task_id, f"task/{pod['uid']}", pod["name"]):
        assert plugin("why", word).startswith(f"task {pod['name']}\n")
    assert "there is no service or task" in plugin("why", "0" * 32, code=3)
    assert "there is no service or task" in plugin("logs", "0" * 32, code=3)


def test_why_ends_with_what_to_do(plugin: Plugin, kubectl: Kubectl) -> None:
    huge = ecs.task_definition("huge", ecs.container(cpu=262_144))
    kubectl.apply([ecs.account(), huge, ecs.service("huge", 1, taskDefinition="huge")])
    kubectl.apply(ecs.service("lost", 1, taskDefinition="nothing:7"))
    ecs.wait_state(kubectl, "ecsservice", "lost", "Reconciling TaskDefinitionNotFound")
    assert "Apply the ECSTaskDefinition" in plugin("why", "lost").rpartition("WHAT TO DO")[2]

    def told() -> bool:
        return "no node has so much left" in plugin("why", "huge").rpartition("WHAT TO DO")[2]

    wait_for(told, 20, "the scheduler has said why")
    assert "Insufficient cpu" in plugin("top")


def test_unknown_names_and_places_have_their_exit_codes(plugin: Plugin, tmp_path: Path) -> None:
    assert "there is no service or task nobody" in plugin("why", "nobody", code=3)
    assert "no ECSService nobody" in plugin("rollout", "status", "nobody", code=3)
    assert "neither the ARN" in plugin("why", "arn:aws:s3:::bucket", code=2)
    assert "no kubeconfig" in plugin("ps", code=5, kubeconfig=tmp_path / "missing")
    assert "cannot list" in plugin("ps", "--as", "nobody", code=4)


def test_rollouts_are_followed_listed_undone_and_restarted(plugin: Plugin, kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service("web", 2)])
    assert "rolled out web:1, 2 of 2 tasks are running" in plugin("rollout", "status", "web", "--timeout", "30")
    kubectl.apply(ecs.task_definition("web", ecs.container(image="registry.example/app:2")))
    wait_for(lambda: kubectl.get("ecsservice", "web")["status"]["taskDefinition"].endswith("web:2"), 20)
    assert "rolled out web:2" in plugin("rollout", "status", "web", "--timeout", "30")
    rows = _rows(plugin("rollout", "history", "web"))
    assert [row[:2] for row in rows] == [["2", "web:2"], ["1", "web:1"]]
    assert rows[0][3:5] == ["PRIMARY", "COMPLETED"]

    assert "would be written" in plugin("rollout", "undo", "web", "--dry-run")
    assert kubectl.get("ecsservice", "web")["spec"]["taskDefinition"] == "web"
    said = plugin("rollout", "undo", "web")
    assert "spec.taskDefinition web:1 written" in said
    assert "no longer follows the family web" in said
    service = kubectl.get("ecsservice", "web")
    assert service["spec"]["taskDefinition"] == "web:1"
    managers = {each["manager"] for each in service["metadata"]["managedFields"] if "f:taskDefinition" in str(each)}
    assert "kubectl-ecs" in managers, "the user's edit, not the operator's"
    assert "rolled out web:1" in plugin("rollout", "status", "web", "--timeout", "30")

    plugin("rollout", "restart", "web")
    assert "rolled out web:1" in plugin("rollout", "status", "web", "--timeout", "30")
    assert _rows(plugin("rollout", "history", "web"))[0][1] == "web:1"
    assert "there is no revision 99" in plugin("rollout", "undo", "web", "--to-revision", "99", code=3)


def test_rollout_status_of_one_that_cannot_end(plugin: Plugin, kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition("web", ecs.container(privileged=True)), ecs.service()])
    ecs.wait_state(kubectl, "ecsservice", "web", "Stalled NotAllowed")
    assert "stalled, NotAllowed" in plugin("rollout", "status", "web", code=1)
    kubectl.apply(ecs.service("lost", 1, taskDefinition="nothing:7"))
    assert "has not ended after 0.5 s" in plugin("rollout", "status", "lost", "--timeout", "0.5", code=6)


def test_diff_tells_what_an_apply_would_roll(plugin: Plugin, kubectl: Kubectl) -> None:
    documents = [ecs.account(), ecs.task_definition(), ecs.service("web", 3)]
    kubectl.apply(documents)
    ecs.wait_ready(kubectl, "ecsservice", "web")
    ecs.wait_ready(kubectl, "ecstaskdefinition", "web")
    kubectl("rollout", "status", "deployment", "-w=false")

    def asked(*changed: dict[str, Any], code: int = 1) -> str:
        return plugin("diff", "-f", "-", code=code, input=yaml.safe_dump_all(changed))

    assert "0 of 3 objects would change; rolls 0 tasks" in asked(*documents, code=0)
    text = asked(ecs.task_definition("web", ecs.container(image="registry.example/app:2")))
    assert "registers revision 2" in text
    assert "rolls 3 tasks to web:2" in text
    removed, added = ([line for line in text.splitlines() if line[0:1] == sign] for sign in "-+")
    assert sum("image: registry.example/app:1" in line for line in removed) == 2, "in the family and the Deployment"
    assert sum("image: registry.example/app:2" in line for line in added) == 2
    assert text.endswith("2 of 2 objects would change; rolls 3 tasks\n")
    assert "scales from 3 to 5 tasks, replaces none" in asked(ecs.service("web", 5))
    assert "would be Stalled, NotAllowed" in asked(ecs.task_definition("web", ecs.container(privileged=True)), code=4)
    assert "would be refused: " in asked(ecs.service("web", -1), code=4)
    assert "spec.desiredCount" in asked(ecs.service("web", -1), code=4)
    assert len(kubectl.list("ecstaskdefinitionrevision")) == 1, "nothing was written"


def test_diff_takes_no_replacement_on_a_drained_node_for_a_difference(plugin: Plugin, kubectl: Kubectl) -> None:
    documents = [ecs.account(), ecs.task_definition(), ecs.service("web", 3)]
    kubectl.apply(documents)
    ecs.wait_ready(kubectl, "ecsservice", "web")
    nodes = ecs.names(kubectl.cluster.api.call("GET", "/api/v1/nodes")["items"])
    try:
        kubectl.cluster.kubectl("cordon", *nodes)  # all of them, so that it stays so: no replacement gets a node
        wait_for(lambda: ecs.deployment_of(kubectl, "web")["spec"]["replicas"] == 6, 20, "one more for each task")
        text = plugin("diff", "-f", "-", input=yaml.safe_dump_all(documents))
        assert "0 of 3 objects would change" in text
        more = plugin("diff", "-f", "-", code=1, input=yaml.safe_dump(ecs.service("web", 4)))
        assert "scales from 6 to 7 tasks, replaces none" in more
    finally:
        kubectl.cluster.kubectl("uncordon", *nodes)


@pytest.mark.usefixtures("shop")
def test_top_shows_clusters(plugin: Plugin) -> None:
    lines = [line.split() for line in plugin("top").splitlines()]
    assert ["shop", "1", "1", "2", "2", "0"] in lines
    assert "ROLLOUTS: none" in plugin("top", "--cluster", "shop")


@pytest.mark.usefixtures("shop")
def test_kubectl_completes_commands_and_names(plugin: Plugin, kubectl: Kubectl) -> None:
    def offered(*words: str) -> list[str]:
        return plugin.run("__complete", "ecs", *words).stdout.splitlines()

    assert "rollout" in offered("")
    assert offered("rollout", "un")[0] == "undo"
    assert offered("why", "-n", kubectl.namespace, "sh")[0] == "shop.web"
    assert offered("ps", "--status", "RUN")[0] == "RUNNING"


def test_logs_of_a_stopped_task_are_the_kept_tail(plugin: Plugin, kubectl: Kubectl) -> None:
    note = ecs.kwok(exit_codes='{"app": 1}', exit_message="first line\nlast line")
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.task("job", annotations=note)])
    (record,) = wait_for(lambda: kubectl.list("ecstaskrecord"), 20, "the record")
    kubectl.delete("pod", record["spec"]["kubernetes"]["podName"])
    wait_for(lambda: kubectl.list("pod") == [], 20, "the Pod is gone")
    assert plugin("logs", record["metadata"]["name"]) == "first line\nlast line\n"
    assert plugin("logs", record["metadata"]["name"], "--tail", "1") == "last line\n"


@pytest.mark.usefixtures("shop")
def test_a_command_is_quick(plugin: Plugin) -> None:
    """A loose bound for the best of three: all that a busy machine does is to make one slower.

    docs/plugin.md has what was measured with 1,000 services.
    """
    assert min(_seconds(plugin) for _ in range(3)) < 5


def _seconds(plugin: Plugin) -> float:
    began = time.monotonic()
    plugin("ps")
    return time.monotonic() - began
