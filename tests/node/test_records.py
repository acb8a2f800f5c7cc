"""Records of what stopped on a real kubelet: each end once, in time, with its code, whoever was looking meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from kubecs.plan.stopcause import REMOVED
from kubecs.plan.termination import LOST
from kubecs.translate import labels
from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tests.node.containers import UNTIL_TOLD, Containers, Document, container_of, status_of

pytestmark = pytest.mark.usefixtures("operator")

TIMES = ("createdAt", "pullStartedAt", "pullStoppedAt", "startedAt", "stoppingAt", "executionStoppedAt", "stoppedAt")
EXITED = "Essential container in task exited"
TOGETHER = "until [ -e /shared/end ]; do sleep 0.02; done; exit {code}"
SHARED = {"mountPoints": [{"sourceVolume": "shared", "containerPath": "/shared"}]}
VOLUMES = {"volumes": [{"name": "shared"}]}

Tell = Callable[[str], None]


def _task_id(pod: Document) -> str:
    own: str | None = pod["metadata"]["annotations"].get(labels.TASK_ID)
    return own or pod["metadata"]["uid"].replace("-", "")


def _in_order(record: Document) -> bool:
    times = [record[name] for name in TIMES if name in record]
    return times == sorted(times) and {"createdAt", "stoppingAt", "executionStoppedAt", "stoppedAt"} <= record.keys()


def _stopped(record: Document) -> tuple[str, str]:
    return record["stopCode"], record["stoppedReason"]


@dataclass
class Lag:
    """When the kubelet's report of an end and the record of it were first seen, in seconds of one clock."""

    reported: float | None = None
    recorded: float | None = None
    failures: list[BaseException] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        assert not self.failures, self.failures
        assert self.reported is not None
        assert self.recorded is not None
        return self.recorded - self.reported


@contextmanager
def _lag(containers: Containers, pod: Document, service: str) -> Iterator[Lag]:
    """Looks at the Pod and at the records, many times a second, until both show the next end."""
    found, over = Lag(), threading.Event()
    restarts = status_of(pod)["restartCount"]

    def look() -> None:
        while not over.wait(0.005) and (found.reported is None or found.recorded is None):
            seen = containers.kubectl.find("pod", pod["metadata"]["name"])
            if found.reported is None and (seen is None or _has_ended(seen, restarts)):
                found.reported = time.monotonic()
            if found.recorded is None and containers.records(service):
                found.recorded = time.monotonic()

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield found
        wait_for(lambda: found.recorded is not None and found.reported is not None, 20, "the end and its record")
    finally:
        over.set()
        looking.join()


def _has_ended(pod: Document, restarts: int) -> bool:
    status = status_of(pod)
    return "terminated" in status["state"] or status["restartCount"] > restarts


def test_record_comes_within_a_second_of_the_kubelets_report(containers: Containers, tell: Tell) -> None:
    lags: dict[str, float] = {}
    other = containers.shell(UNTIL_TOLD, name="other")
    for name, others in (("in-place", []), ("replaced", [other])):
        pod = containers.serve(containers.shell(UNTIL_TOLD), *others, name=name)
        with _lag(containers, pod, name) as lag:
            containers.end(pod, 3)
        lags[name] = lag.seconds
        assert _in_order(containers.records(name)[0])
    assert all(seconds < 1 for seconds in lags.values()), lags
    tell("record after the kubelet's report: " + ", ".join(f"{name} {lags[name]:.2f} s" for name in lags))


def test_last_lines_of_a_container_that_failed_are_in_its_record(containers: Containers) -> None:
    record = containers.run(
        containers.shell("seq 1 2000; echo the reason; exit 3"),  # one stream: two come to the log in any order
        containers.shell(f"echo well; {UNTIL_TOLD}", "other"),
    )
    lines = record["kubernetes"]["lastLogs"]["app"].strip().splitlines()
    assert lines[-1] == "the reason"
    assert 10 <= len(lines) <= 80  # as many as the kubelet keeps of them
    assert _in_order(record)


def test_ends_that_nobody_saw_are_one_record(containers: Containers, operator: OperatorProcess) -> None:
    pod = containers.serve(containers.shell(UNTIL_TOLD))
    first = _task_id(pod)
    operator.kill()
    for code, restarts in ((3, 1), (4, 2)):
        containers.end(containers.running_pod(service="web"), code)
        wait_for(lambda restarts=restarts: _restarts(containers) == restarts, 40)  # 10 s of back-off are in it
    healed = containers.running_pod(service="web")
    assert _task_id(healed) == first  # Kubernetes has healed it, and nobody has told the tasks apart
    operator.start()
    (record,) = containers.wait_records(1)
    assert record["taskArn"].endswith(first)
    assert container_of(record)["exitCode"] == 4
    assert _stopped(record)[0] == "EssentialContainerExited"
    assert "2 times before this was seen" in record["stoppedReason"]
    assert _in_order(record)
    wait_for(lambda: _task_id(containers.pod(service="web")) != first, 10)
    assert containers.pod(service="web")["metadata"]["uid"] == pod["metadata"]["uid"]
    assert len(containers.records()) == 1


def _restarts(containers: Containers) -> int:
    return int(status_of(containers.pod(service="web"))["restartCount"])


def test_two_essential_containers_that_end_together_are_one_record(containers: Containers) -> None:
    pod = containers.serve(
        containers.shell(TOGETHER.format(code=5), **SHARED),
        containers.shell(TOGETHER.format(code=6), name="other", **SHARED),
        **VOLUMES,
    )
    with containers.statuses(pod) as statuses:
        containers.execute(pod, "touch /shared/end")
        wait_for(lambda: containers.pod(service="web")["metadata"]["uid"] != pod["metadata"]["uid"], 20)
        containers.running_pod(service="web")
        (record,) = containers.wait_records(1)
    assert record["taskArn"].endswith(_task_id(pod))
    codes = {each["name"]: each.get("exitCode") for each in record["containers"]}
    told = next(filter(None, map(_ended, statuses)))  # now and then the kubelet tells of one end before the other
    assert codes in ({"app": 5, "other": 6}, {"app": None, "other": None} | told), statuses
    ecs.wait_ready(containers.kubectl, "ecsservice", "web")
    assert len(containers.records()) == 1


def _ended(status: Document) -> dict[str, int]:
    """The exit codes of those containers of which a Pod's status says that they have ended."""
    found = {}
    for each in status.get("containerStatuses", ()):
        end = each["state"].get("terminated") or each.get("lastState", {}).get("terminated")
        if end:
            found[each["name"]] = end["exitCode"]
    return found


def test_each_run_of_a_crash_loop_is_a_task(containers: Containers, kubectl: Kubectl, tell: Tell) -> None:
    kubectl.apply([ecs.task_definition("web", containers.shell("echo crashed; exit 7"))])
    kubectl.apply(ecs.service(taskDefinition="web"))
    records = containers.wait_records(3, timeout=60)

    def backs_off() -> list[Document]:
        pod, records = containers.pod(service="web"), containers.records()
        assert status_of(pod)["state"].get("waiting", {}).get("reason") == "CrashLoopBackOff"
        assert len(records) == status_of(pod)["restartCount"] + 1
        assert _task_id(pod) not in {each["taskArn"].rpartition("/")[2] for each in records}
        waiting = ecs.status(kubectl.get("ecsservice", "web"))
        assert (waiting["runningCount"], waiting["pendingCount"]) == (0, 1)
        return records

    records = wait_for(backs_off, 40, "CrashLoopBackOff, a record of each run, and the next task that waits")
    assert {container_of(each)["exitCode"] for each in records} == {7}
    assert len({each["taskArn"] for each in records}) == len({container_of(each)["runtimeId"] for each in records})
    assert len({each["taskArn"] for each in records}) == len(records)
    assert all(_in_order(each) and each["kubernetes"]["lastLogs"] == {"app": "crashed\n"} for each in records)
    tell(f"crash loop: {len(records)} runs, a record of each, while the kubelet backs off")


def test_end_whose_container_the_node_has_removed(containers: Containers, operator: OperatorProcess) -> None:
    pod = containers.serve(containers.shell(f"echo told; {UNTIL_TOLD}"))
    name = pod["metadata"]["name"]
    operator.kill()
    containers.end(pod, 3)
    wait_for(lambda: _restarts(containers) == 1, 20)
    containers.node.remove_container(status_of(pod)["containerID"].removeprefix("containerd://"))
    containers.kubectl("annotate", "pod", name, "example.com/look=again")  # has the kubelet look at the Pod
    wait_for(lambda: "told" not in containers.kubectl("logs", name, "--previous", check=False), 20, "its log is gone")
    operator.start()
    (record,) = containers.wait_records(1)
    assert record["taskArn"].endswith(_task_id(pod))
    assert record["stopCode"] == "EssentialContainerExited"
    assert container_of(record)["exitCode"] == 3
    assert _in_order(record)
    wait_for(lambda: _task_id(containers.pod(service="web")) != _task_id(pod), 10)
    assert len(containers.records()) == 1


@pytest.mark.usefixtures("impatient")
def test_container_that_cannot_be_created(containers: Containers) -> None:
    record = containers.run(containers.image("interrupted"))  # an image without a command
    assert record["stopCode"] == "TaskFailedToStart"
    assert record["stoppedReason"].startswith("CannotCreateContainerError: ")
    assert "exitCode" not in container_of(record)
    assert _in_order(record)


@pytest.mark.usefixtures("impatient")
def test_tasks_of_services_that_cannot_start_are_recorded_and_replaced(
    containers: Containers, kubectl: Kubectl
) -> None:
    arn = f"arn:aws:secretsmanager:{ecs.REGION}:{ecs.ACCOUNT_ID}:secret:db"
    kubectl.apply(ecs.account(secrets=[{"from": arn, "secretName": "absent"}]))
    secrets = [{"name": "PASSWORD", "valueFrom": f"{arn}:password::"}]
    expected = {
        "pulls": (containers.image("missing"), "CannotPullContainerError: "),
        "creates": (containers.image("interrupted"), "CannotCreateContainerError: "),
        "starts": (containers.shell("", entryPoint=["/bin/absent"]), "CannotStartContainerError: "),
        "secrets": (containers.shell("env", secrets=secrets), "ResourceInitializationError: "),
    }
    for name, (definition, _) in expected.items():
        kubectl.apply([ecs.task_definition(name, definition), ecs.service(name, taskDefinition=name)])
    for name, (_, reason) in expected.items():
        first, second, *_ = containers.wait_records(2, name, timeout=60)
        assert first["taskArn"] != second["taskArn"]
        for record in (first, second):
            assert record["stopCode"] == "TaskFailedToStart", record
            assert record["stoppedReason"].startswith(reason), record
            assert "exitCode" not in container_of(record)
            assert _in_order(record)


def _all_ended(status: Document) -> bool:
    return all("terminated" in each["state"] for each in status.get("containerStatuses") or [{"state": {}}])


def _has_lost(status: Document) -> bool:
    """The kubelet removes the containers of a Pod that it evicts, now and then before it has read how they ended."""
    lasts = [each.get("lastState", {}).get("terminated", {}) for each in status.get("containerStatuses", ())]
    return any(each.get("reason") == LOST for each in lasts)


@pytest.mark.parametrize("code", [0, 5])
def test_eviction_by_the_kubelet(containers: Containers, kubectl: Kubectl, tell: Tell, code: int) -> None:
    limit = {"type": "Container", "default": {"ephemeral-storage": "2Mi"}}
    ranged = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"}, "spec": {"limits": [limit]}}
    kubectl.apply(ranged)
    pod = containers.serve(containers.shell(UNTIL_TOLD.replace("exit 0", f"exit {code}")))
    with containers.loss() as loss, containers.statuses(pod) as statuses:
        containers.execute(pod, "head -c 8000000 /dev/zero > /root/big")
        (record,) = containers.wait_records(1, timeout=90)
        wait_for(lambda: containers.pod(service="web")["metadata"]["uid"] != pod["metadata"]["uid"], 20)
        ecs.wait_ready(kubectl, "ecsservice", "web")
    # Now and then the kubelet tells that the container has ended before it tells that it ends the Pod.
    early = any(each["phase"] == "Running" and _all_ended(each) for each in statuses)
    evicted = record["stopCode"] == "InfrastructureHealth" and record["stoppedReason"].startswith("Evicted: ")
    assert evicted or (early and _stopped(record) == ("EssentialContainerExited", EXITED)), statuses
    assert len(containers.records()) == 1
    container = container_of(record)
    if any(_has_lost(each) for each in statuses):
        assert container["reason"] == REMOVED
        assert "exitCode" not in container
    else:
        assert container["exitCode"] == code, statuses
    assert _in_order(record)
    assert loss.seconds < 10
    tell(f"evicted by the kubelet, with exit code {code}: {loss.seconds:.2f} s of availability lost")


def test_what_others_take_away_costs_little(containers: Containers, kubectl: Kubectl, tell: Tell) -> None:
    polite = UNTIL_TOLD
    pod = containers.serve(containers.shell(polite))
    with containers.loss() as loss:
        kubectl("delete", "pod", pod["metadata"]["name"], "--wait=false")
        (record,) = containers.wait_records(1)
        ecs.wait_ready(kubectl, "ecsservice", "web")
        containers.running_pod(service="web")
    assert _stopped(record) == ("UserInitiated", "Task stopped by user")
    assert container_of(record)["exitCode"] == 0
    assert loss.seconds < 5
    tell(f"deleted by its user: {loss.seconds:.2f} s of availability lost")


def test_out_of_memory_in_a_service(containers: Containers, kubectl: Kubectl, tell: Tell) -> None:
    script = "until [ -e /tmp/eat ]; do sleep 0.05; done; x=aaaaaaaa; while :; do x=$x$x; done"
    pod = containers.serve(containers.shell(script, memory=16))
    first = _task_id(pod)
    with containers.loss() as loss:
        containers.execute(pod, "touch /tmp/eat")
        (record,) = containers.wait_records(1)
        wait_for(lambda: _task_id(containers.pod(service="web")) != first, 10)
        containers.running_pod(service="web")
        ecs.wait_ready(kubectl, "ecsservice", "web")
    assert _stopped(record) == ("EssentialContainerExited", "Essential container in task exited")
    container = container_of(record)
    assert container["exitCode"] == 137
    assert container["reason"] == "OutOfMemoryError: Container killed due to memory usage"
    assert loss.seconds < 3
    tell(f"out of memory, restarted in place: {loss.seconds:.2f} s of availability lost")
