"""ECSTasks on the real control plane: run once, ever; their status in ECS's words; and what is left of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.faultproxy import After, Before, FaultProxy
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster
from tools.localcluster.api import ApiError

pytestmark = pytest.mark.usefixtures("operator")

ENDS = {"exit_after": "100ms"}


def _wait_stopped(kubectl: Kubectl, name: str = "job") -> dict[str, Any]:
    """Waits until an ECSTask is STOPPED, and returns its status."""

    def stopped() -> dict[str, Any]:
        found = ecs.status(kubectl.get("ecstask", name))
        assert found.get("lastStatus") == "STOPPED", found
        return found

    return wait_for(stopped, 30, f"{name} STOPPED")


def _exits(code: int, **notes: str) -> dict[str, str]:
    return ecs.kwok(exit_codes=json.dumps({"app": code}), **ENDS, **notes)


@pytest.fixture
def job(kubectl: Kubectl) -> dict[str, Any]:
    """An ECSTask that runs on."""
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.task()])
    return ecs.wait_ready(kubectl, "ecstask", "job")[0]


def test_a_running_task_reads_as_ecs_shows_it(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.cluster("shop"), ecs.task_definition()])
    kubectl.apply(ecs.task(cluster="shop", group="nightly", startedBy="cron"))
    kubectl("wait", "--for=condition=Ready", "ecstask/job", "--timeout=30s")
    task = kubectl.get("ecstask", "job")
    (pod,) = kubectl.list("pod")
    status = ecs.status(task)
    prefix = f"arn:aws:ecs:{ecs.REGION}:{ecs.ACCOUNT_ID}"
    expected = {
        "taskArn": f"{prefix}:task/shop/{pod['metadata']['uid'].replace('-', '')}",
        "taskDefinitionArn": f"{prefix}:task-definition/web:1",
        "clusterArn": f"{prefix}:cluster/shop",
        "group": "nightly",
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "podUID": pod["metadata"]["uid"],
        "podName": pod["metadata"]["name"],
        "nodeName": pod["spec"]["nodeName"],
    }
    assert {name: status[name] for name in expected} == expected
    assert status["createdAt"] <= status["startedAt"]
    (container,) = status["containers"]
    runtime_id = pod["status"]["containerStatuses"][0]["containerID"].removeprefix("containerd://")
    assert container == {
        "name": "app",
        "lastStatus": "RUNNING",
        "image": "registry.example/app:1",
        "runtimeId": runtime_id,
        "healthStatus": "UNKNOWN",
    }
    assert pod["metadata"]["annotations"]["kubecs.dev/started-by"] == "cron"
    assert [each["kind"] for each in pod["metadata"]["ownerReferences"]] == ["ECSTask"]
    assert pod["spec"]["restartPolicy"] == "Never"
    ecs.wait_notes(kubectl, "ECSTask", "job", "TaskStarted", [f"created Pod {pod['metadata']['name']} for web:1"])


@pytest.mark.parametrize(
    ("code", "state"), [(0, "Ready Completed"), (3, "Stalled EssentialContainerExited")], ids=["well", "badly"]
)
def test_the_end_of_its_container_stops_it(kubectl: Kubectl, code: int, state: str) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.task(annotations=_exits(code, exit_message="the end"))])
    status = _wait_stopped(kubectl)
    assert {name: status.get(name) for name in ("exitCode", "stopCode", "stoppedReason", "desiredStatus")} == {
        "exitCode": code,
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "desiredStatus": "STOPPED",
    }
    assert (status["containers"][0]["lastStatus"], status["containers"][0]["exitCode"]) == ("STOPPED", code)
    assert status["createdAt"] <= status["startedAt"] <= status["stoppedAt"]
    task = kubectl.get("ecstask", "job")
    assert ecs.states(task) == state
    assert ecs.condition(task, "Stopped")["reason"] == "EssentialContainerExited"
    kubectl("wait", "--for=condition=Stopped", "ecstask/job", "--timeout=5s")
    (pod,) = kubectl.list("pod")  # stays for its logs
    assert pod["status"]["phase"] == ("Failed" if code else "Succeeded")
    row = kubectl("get", "ecstasks", "-o", "custom-columns=X:.status.exitCode").split()[1]
    assert row == str(code)


def test_an_essential_end_ends_the_others(kubectl: Kubectl) -> None:
    side = ecs.container("side", essential=False)
    kubectl.apply([ecs.account(), ecs.task_definition("web", ecs.container(), side)])
    kubectl.apply(ecs.task(annotations=_exits(0)))
    status = _wait_stopped(kubectl)
    codes = {each["name"]: each["exitCode"] for each in status["containers"]}
    assert codes == {"app": 0, "side": 143}
    assert (status["exitCode"], status["stopCode"]) == (0, "EssentialContainerExited")


def test_the_end_of_what_is_not_essential_stops_nothing(kubectl: Kubectl) -> None:
    side = ecs.container("side", essential=False)
    kubectl.apply([ecs.account(), ecs.task_definition("web", ecs.container(), side)])
    kubectl.apply(ecs.task(annotations=ecs.kwok(exit_codes='{"side": 5}', **ENDS)))

    def side_ended() -> bool:
        containers = ecs.status(kubectl.get("ecstask", "job")).get("containers", ())
        return any(each["name"] == "side" and each.get("exitCode") == 5 for each in containers)

    wait_for(side_ended, 20)
    status = ecs.status(kubectl.get("ecstask", "job"))
    assert (status["lastStatus"], status["desiredStatus"]) == ("RUNNING", "RUNNING")
    assert kubectl.list("ecstaskrecord") == []


def test_a_task_whose_pod_was_deleted_never_gets_a_second_one(kubectl: Kubectl, job: dict[str, Any]) -> None:
    kubectl.delete("pod", ecs.status(job)["podName"])
    status = _wait_stopped(kubectl)
    assert (status["stopCode"], status["stoppedReason"]) == ("UserInitiated", "Task stopped by user")
    assert status["taskArn"] == ecs.status(job)["taskArn"]
    kubectl("annotate", "ecstask/job", "example.com/touched=true")  # one more look at it
    kubectl.apply(ecs.task("next"))
    ecs.wait_ready(kubectl, "ecstask", "next")
    assert [pod["metadata"]["annotations"]["kubecs.dev/object"] for pod in kubectl.list("pod")] == ["next"]


def test_deleting_the_object_stops_the_task(kubectl: Kubectl, job: dict[str, Any]) -> None:
    kubectl.delete("ecstask", "job")
    (record,) = wait_for(lambda: kubectl.list("ecstaskrecord"), 20, "a record")
    assert record["spec"]["taskArn"] == ecs.status(job)["taskArn"]
    assert record["spec"]["stopCode"] == "UserInitiated"
    assert record["spec"]["containers"][0]["exitCode"] == 143
    wait_for(lambda: kubectl.list("pod") == [], 10)


def test_an_object_of_the_same_name_is_another_task(kubectl: Kubectl, job: dict[str, Any]) -> None:
    kubectl.delete("ecstask", "job")
    kubectl.apply(ecs.task())
    again = ecs.wait_ready(kubectl, "ecstask", "job")[0]
    assert ecs.status(again)["taskArn"] != ecs.status(job)["taskArn"]
    wait_for(lambda: len(kubectl.list("ecstaskrecord")) == len(kubectl.list("pod")) == 1, 20)


def test_what_ran_cannot_be_edited(kubectl: Kubectl, job: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match=r"spec") as refusal:
        kubectl.patch("ecstask", "job", {"spec": {"taskDefinition": "web:2"}})
    assert refusal.value.status == 422
    assert kubectl.get("ecstask", "job")["spec"] == job["spec"]


def test_time_to_live_takes_the_object_and_leaves_the_record(kubectl: Kubectl) -> None:
    kubernetes = {"ttlSecondsAfterFinished": 1, "podAnnotations": _exits(0)}
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.task(kubernetes=kubernetes)])
    kubectl.apply(ecs.task("stays", annotations=_exits(0)))
    wait_for(lambda: kubectl.find("ecstask", "job") is None, 20)
    _wait_stopped(kubectl, "stays")
    found = {each["spec"]["kubernetes"]["object"] for each in kubectl.list("ecstaskrecord")}
    assert found == {"job", "stays"}


def test_an_image_that_cannot_be_pulled_is_named(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.task_definition(), ecs.task(annotations=ecs.kwok(waiting="ImagePullBackOff"))])

    def waiting() -> dict[str, Any]:
        task = kubectl.get("ecstask", "job")
        assert "CannotPullContainerError" in ecs.condition(task, "Ready").get("message", ""), ecs.status(task)
        return task

    status = ecs.status(wait_for(waiting, 20))
    assert status["lastStatus"] == "PENDING"
    assert status["containers"][0]["reason"].startswith("CannotPullContainerError: ")


def test_a_task_that_overrides_is_not_run_without_them(kubectl: Kubectl) -> None:
    overrides = {"containerOverrides": [{"name": "app", "command": ["other"]}]}
    kubectl.apply([ecs.task_definition(), ecs.task(overrides=overrides), ecs.task("plain")])
    ecs.wait_state(kubectl, "ecstask", "job", "Stalled OverridesNotAvailable")
    ecs.wait_ready(kubectl, "ecstask", "plain")
    assert len(kubectl.list("pod")) == 1


# At most once, also when the operator is killed in between


@pytest.fixture
def proxy(cluster: LocalCluster, operator: OperatorProcess) -> Iterator[FaultProxy]:
    """The operator runs through a fault proxy; whoever kills it starts it again."""
    operator.terminate()
    with FaultProxy(cluster.url, cluster.certificate_authority) as between:
        operator.start(kubeconfig=between.kubeconfig(operator.kubeconfig))
        yield between
        operator.kill()
    cluster.api.call("DELETE", LEASE)  # the dead leader's, else the next one waits until it is over


LEASE = "/apis/coordination.k8s.io/v1/namespaces/kubecs-system/leases/kubecs-operator"
CREATED = ("POST", "pods")
NOTED = ("PATCH", "ecstasks/job/status")
UNGATED = ("PATCH", "pods/web-")


def _pods_that_ran(kubectl: Kubectl, seen: list[dict[str, Any]]) -> set[str]:
    """Uids of those Pods that were ever given a node."""
    return {pod["metadata"]["uid"] for pod in [*seen, *kubectl.list("pod")] if pod["spec"].get("nodeName")}


@pytest.mark.parametrize(
    ("call", "action", "runs"),
    [
        pytest.param(CREATED, Before, True, id="before its Pod is created"),
        pytest.param(CREATED, After, True, id="after its Pod is created"),
        pytest.param(NOTED, After, False, id="after that is written down"),
        pytest.param(UNGATED, After, False, id="after it may be scheduled"),
    ],
)
def test_one_pod_at_most_ever_runs_whenever_the_operator_is_killed(
    cluster: LocalCluster,
    kubectl: Kubectl,
    operator: OperatorProcess,
    proxy: FaultProxy,
    call: tuple[str, str],
    action: type[Before | After],
    *,
    runs: bool,
) -> None:
    """The Pod goes while nobody operates. If it may have run, there is no second one; else one runs."""
    kubectl.apply([ecs.account(), ecs.task_definition()])
    ecs.wait_ready(kubectl, "ecstaskdefinition", "web")
    killed = proxy.add(action(operator.kill), method=call[0], path=f"/{kubectl.namespace}/{call[1]}")
    kubectl.apply(ecs.task())
    wait_for(lambda: killed.hits and operator.pid is None, 20, "the crash")
    seen = kubectl.list("pod")
    for pod in seen:
        kubectl("delete", f"pod/{pod['metadata']['name']}", "--timeout=20s")
    cluster.api.call("DELETE", LEASE)
    operator.start()
    if runs:
        ecs.wait_ready(kubectl, "ecstask", "job")
    else:
        status = _wait_stopped(kubectl)
        assert status["podUID"] == seen[0]["metadata"]["uid"]
    kubectl.apply(ecs.task("next"))
    ecs.wait_ready(kubectl, "ecstask", "next")
    of_job = [pod for pod in kubectl.list("pod") if pod["metadata"]["annotations"]["kubecs.dev/object"] == "job"]
    assert len(of_job) == int(runs)
    others = {pod["metadata"]["uid"] for pod in kubectl.list("pod")} - ecs.uids(of_job)
    assert len(_pods_that_ran(kubectl, seen) - others) <= 1


def test_a_task_runs_on_when_the_operator_is_killed_after_its_pod_was_created(
    cluster: LocalCluster, kubectl: Kubectl, operator: OperatorProcess, proxy: FaultProxy
) -> None:
    killed = proxy.add(After(operator.kill), method=CREATED[0], path=f"/{kubectl.namespace}/{CREATED[1]}")
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.task()])
    wait_for(lambda: killed.hits and operator.pid is None, 20, "the crash")
    (pod,) = kubectl.list("pod")
    assert pod["spec"]["schedulingGates"] == [{"name": "kubecs.dev/recorded"}]
    cluster.api.call("DELETE", LEASE)
    operator.start()
    task = ecs.wait_ready(kubectl, "ecstask", "job")[0]
    assert ecs.status(task)["podUID"] == pod["metadata"]["uid"]
    assert ecs.uids(kubectl.list("pod")) == {pod["metadata"]["uid"]}
