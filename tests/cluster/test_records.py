"""Records of stopped tasks on the real control plane: one for each, with who stopped it and why, kept for a while."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster.api import ApiError

pytestmark = pytest.mark.usefixtures("operator")

EXITED = "Essential container in task exited"
TIMES = ("createdAt", "pullStartedAt", "pullStoppedAt", "startedAt", "stoppingAt", "executionStoppedAt", "stoppedAt")


def _records(kubectl: Kubectl, **labels: str) -> list[dict[str, Any]]:
    return kubectl.list("ecstaskrecord", ecs.selector(**labels))


def _wait_records(kubectl: Kubectl, count: int) -> list[dict[str, Any]]:
    """Waits for exactly so many records, and returns their specs, oldest first."""
    found = wait_for(lambda: len(each := _records(kubectl)) >= count and each, 20, f"{count} records")
    assert len(found) == count
    return [each["spec"] for each in found]


def _cause(record: dict[str, Any]) -> tuple[str, str]:
    return record["stopCode"], record["stoppedReason"]


def _task_id(pod: dict[str, Any]) -> str:
    notes = pod["metadata"].get("annotations") or {}
    return str(notes.get("kubecs.dev/task-id") or pod["metadata"]["uid"].replace("-", ""))


def _exit(kubectl: Kubectl, pod: dict[str, Any], codes: dict[str, int], **notes: str) -> None:
    kubectl.annotate("pod", pod["metadata"]["name"], exit_codes=json.dumps(codes), **notes)


@pytest.fixture
def web(kubectl: Kubectl) -> dict[str, Any]:
    """A service of two tasks, steady."""
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service(desired=2)])
    return ecs.wait_ready(kubectl, "ecsservice", "web")[0]


def test_a_task_that_its_user_stops(kubectl: Kubectl, web: dict[str, Any]) -> None:
    pod = ecs.pods(kubectl, service="web")[0]
    kubectl.delete("pod", pod["metadata"]["name"])
    (record,) = _wait_records(kubectl, 1)
    prefix = f"arn:aws:ecs:{ecs.REGION}:{ecs.ACCOUNT_ID}"
    task_arn = f"{prefix}:task/default/{pod['metadata']['uid'].replace('-', '')}"
    expected = {
        "taskArn": task_arn,
        "clusterArn": f"{prefix}:cluster/default",
        "taskDefinitionArn": f"{prefix}:task-definition/web:1",
        "group": "service:web",
        "startedBy": ecs.status(web)["deployments"][0]["id"],
        "launchType": "EC2",
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "stopCode": "UserInitiated",
        "stoppedReason": "Task stopped by user",
        "connectivity": "CONNECTED",
    }
    assert {name: record.get(name) for name in expected} == expected
    times = [record[name] for name in TIMES]
    assert times == sorted(times)
    (container,) = record["containers"]
    assert container["containerArn"].startswith(f"{prefix}:container/default/{task_arn.rpartition('/')[2]}/")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", container["imageDigest"])
    assert {name: container[name] for name in ("taskArn", "name", "image", "lastStatus", "exitCode", "memory")} == {
        "taskArn": task_arn,
        "name": "app",
        "image": "registry.example/app:1",
        "lastStatus": "STOPPED",
        "exitCode": 143,
        "memory": "64",
    }
    kubernetes = {name: record["kubernetes"][name] for name in ("cluster", "taskDefinition", "podUID", "nodeName")}
    assert kubernetes == {
        "cluster": "default",
        "taskDefinition": "web:1",
        "podUID": pod["metadata"]["uid"],
        "nodeName": pod["spec"]["nodeName"],
    }
    assert record["kubernetes"]["object"] == "web"
    ecs.wait_ready(kubectl, "ecsservice", "web")  # another task took its place


def test_tasks_that_the_service_stops(kubectl: Kubectl, web: dict[str, Any]) -> None:
    first = ecs.status(web)["deployments"][0]["id"]
    scaled = ("ServiceSchedulerInitiated", f"Scaling activity initiated by (deployment {first})")
    kubectl("scale", "ecsservice/web", "--replicas=1")
    assert [_cause(record) for record in _wait_records(kubectl, 1)] == [scaled]
    ecs.wait_ready(kubectl, "ecsservice", "web")
    kubectl.apply(ecs.task_definition("web", ecs.container(image="registry.example/app:2")))
    records = _wait_records(kubectl, 2)
    assert [_cause(record) for record in records] == [scaled, scaled]
    assert {record["taskDefinitionArn"] for record in records} == {ecs.task_definition_arn("web:1")}
    kubectl.delete("ecsservice", "web")
    last = _wait_records(kubectl, 3)[-1]  # they outlive their service
    assert last["taskDefinitionArn"] == ecs.task_definition_arn("web:2")
    assert _cause(last)[0] == "ServiceSchedulerInitiated"
    assert len({record["taskArn"] for record in _wait_records(kubectl, 3)}) == 3


@pytest.mark.usefixtures("web")
def test_an_evicted_task(kubectl: Kubectl) -> None:
    kubectl.patch("ecsservice", "web", {"spec": {"deploymentConfiguration": {"minimumHealthyPercent": 50}}})
    ecs.wait_evictable(kubectl, "web")
    ecs.evict(kubectl, ecs.pods(kubectl, service="web")[0])
    code, reason = _cause(_wait_records(kubectl, 1)[0])
    assert code == "InfrastructureHealth"
    assert reason.startswith("EvictionByEvictionAPI: ")


@pytest.mark.usefixtures("web")
def test_an_essential_end_makes_the_restarted_pod_another_task(kubectl: Kubectl) -> None:
    pod, other = ecs.pods(kubectl, service="web")
    _exit(kubectl, pod, {"app": 3}, exit_message="last words")
    (record,) = _wait_records(kubectl, 1)
    assert _cause(record) == ("EssentialContainerExited", EXITED)
    assert record["taskArn"].rpartition("/")[2] == pod["metadata"]["uid"].replace("-", "")
    assert record["containers"][0]["exitCode"] == record["kubernetes"]["exitCode"] == 3
    assert record["kubernetes"]["lastLogs"] == {"app": "last words"}

    def renewed() -> dict[str, Any] | None:
        found = kubectl.get("pod", pod["metadata"]["name"])
        runs = "running" in found["status"]["containerStatuses"][0]["state"]  # stopped before that it is no task
        return found if runs and _task_id(found) != _task_id(pod) else None

    same = wait_for(renewed, 20, "another task id, and it runs")
    assert same["metadata"]["uid"] == pod["metadata"]["uid"]
    assert re.fullmatch(r"[0-9a-f]{32}", _task_id(same))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    assert _task_id(kubectl.get("pod", other["metadata"]["name"])) == _task_id(other)
    kubectl.delete("pod", pod["metadata"]["name"])  # the next task of the same Pod, with a record of its own
    last = _wait_records(kubectl, 2)[-1]
    assert last["taskArn"].endswith(_task_id(same))
    assert _cause(last) == ("UserInitiated", "Task stopped by user")
    assert last["createdAt"] >= record["executionStoppedAt"]


def test_each_crash_of_a_loop_is_a_task(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    (pod,) = ecs.pods(kubectl, service="web")
    _exit(kubectl, pod, {"app": 1}, exit_repeat="true", exit_after="400ms", restart_delay="400ms")
    wait_for(lambda: len(_records(kubectl)) >= 3, 20, "three records")
    kubectl.annotate("pod", pod["metadata"]["name"], exit_codes=None, exit_repeat=None)
    ecs.wait_ready(kubectl, "ecsservice", "web")
    found = wait_for(lambda: _settled(kubectl, pod["metadata"]["name"]), 20, "every end has its record and its restart")
    ends = found["status"]["containerStatuses"][0]["restartCount"]
    records = _wait_records(kubectl, ends)
    assert len({record["taskArn"] for record in records}) == ends
    assert {record["containers"][0]["exitCode"] for record in records} == {1}
    assert len({record["containers"][0]["runtimeId"] for record in records}) == ends
    assert _task_id(found) not in {record["taskArn"].rpartition("/")[2] for record in records}


def _settled(kubectl: Kubectl, name: str) -> dict[str, Any] | None:
    """The Pod, once its container runs for good: as many restarts as records."""
    pod = kubectl.get("pod", name)
    status = pod["status"]["containerStatuses"][0]
    return pod if "running" in status["state"] and status["restartCount"] == len(_records(kubectl)) else None


def test_a_pod_that_a_restart_would_not_renew_is_replaced(kubectl: Kubectl) -> None:
    side = ecs.container("side", essential=False)
    kubectl.apply([ecs.account(), ecs.task_definition("web", ecs.container(), side), ecs.service()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    (pod,) = ecs.pods(kubectl, service="web")
    _exit(kubectl, pod, {"app": 9})
    (record,) = _wait_records(kubectl, 1)
    assert _cause(record) == ("EssentialContainerExited", EXITED)
    assert {each["name"]: each.get("exitCode") for each in record["containers"]}["app"] == 9
    wait_for(lambda: ecs.uids(ecs.pods(kubectl, service="web")).isdisjoint(ecs.uids([pod])), 15, "another Pod")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    assert len(_records(kubectl)) == 1  # its deletion is no second end


def test_the_end_of_what_is_not_essential_is_no_end(kubectl: Kubectl) -> None:
    side = ecs.container("side", essential=False)
    kubectl.apply([ecs.account(), ecs.task_definition("web", ecs.container(), side), ecs.service()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    (pod,) = ecs.pods(kubectl, service="web")
    _exit(kubectl, pod, {"side": 0})
    name = pod["metadata"]["name"]

    def restarted() -> bool:
        found = kubectl.get("pod", name)["status"]["containerStatuses"]
        return any(each["name"] == "side" and each["restartCount"] for each in found)

    wait_for(restarted, 15)
    kubectl("scale", "ecsservice/web", "--replicas=2")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    assert _task_id(kubectl.get("pod", name)) == _task_id(pod)
    assert _records(kubectl) == []


@pytest.mark.usefixtures("web")
def test_a_record_cannot_be_edited_and_shows_in_a_row(kubectl: Kubectl) -> None:
    pod = ecs.pods(kubectl, service="web")[0]
    _exit(kubectl, pod, {"app": 3})
    _wait_records(kubectl, 1)
    (record,) = _records(kubectl)
    name = record["metadata"]["name"]
    assert "ownerReferences" not in record["metadata"]
    with pytest.raises(ApiError, match="a record can't be changed") as refusal:
        kubectl.patch("ecstaskrecord", name, {"spec": {"stopCode": "UserInitiated"}})
    assert refusal.value.status == 422
    head, row = kubectl("get", "ecstaskrecords").splitlines()
    assert head.split() == ["NAME", "CLUSTER", "TASKDEF", "GROUP", "LAST", "STOPCODE", "EXIT", "NODE", "AGE"]
    node = pod["spec"]["nodeName"]
    expected = [name, "default", "web:1", "service:web", "STOPPED", "EssentialContainerExited", "3", node]
    assert row.split()[:-1] == expected


def test_records_and_the_pods_of_tasks_on_their_own_go_when_their_time_is_over(
    kubectl: Kubectl, operator: OperatorProcess
) -> None:
    operator.terminate()
    operator.start("--record-retention-seconds=4")
    notes = ecs.kwok(exit_codes='{"app": 0}', exit_after="100ms")
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    kubectl.apply(ecs.task(annotations=notes))
    kubectl.delete("pod", ecs.pods(kubectl, service="web")[0]["metadata"]["name"])
    seen: set[str] = set()

    def both() -> bool:
        seen.update(ecs.names(_records(kubectl)))  # one may be gone before the other is made
        return len(seen) == 2

    wait_for(both, 20, "two records")
    wait_for(lambda: _records(kubectl) == [], 20, "no record")
    wait_for(lambda: len(kubectl.list("pod")) == 1, 20, "only the service's Pod")
    assert ecs.status(kubectl.get("ecstask", "job"))["lastStatus"] == "STOPPED"  # the object itself has no ttl
    kubectl("annotate", "ecstask/job", "example.com/touched=true")
    kubectl("scale", "ecsservice/web", "--replicas=2")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    wait_for(lambda: _records(kubectl) == [], 10, "no record again")
    assert [pod for pod in kubectl.list("pod") if pod["metadata"]["annotations"]["kubecs.dev/object"] == "job"] == []
    operator.terminate()
