"""How containers end, and what becomes of their tasks: records, the next task in place, replaced Pods, availability."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from kubecs.translate import labels
from tests import soak
from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for
from tests.node.containers import UNTIL_TOLD, Containers, container_of, status_of

pytestmark = pytest.mark.usefixtures("operator")

Tell = Callable[[str], None]


def _task_id(containers: Containers) -> str:
    pod = containers.pod(service="web")
    own: str | None = pod["metadata"]["annotations"].get(labels.TASK_ID)
    return own or pod["metadata"]["uid"].replace("-", "")


def test_essential_container_that_ends_is_the_next_task_in_place(containers: Containers, tell: Tell) -> None:
    pod = containers.serve(containers.shell(UNTIL_TOLD))
    first = _task_id(containers)
    with containers.loss() as loss:
        containers.end(pod, 3)
        (record,) = containers.wait_records(1)
        wait_for(lambda: _task_id(containers) != first, 10)
        again = containers.running_pod(service="web")
        ecs.wait_ready(containers.kubectl, "ecsservice", "web")
    assert record["taskArn"].endswith(first)
    assert container_of(record)["exitCode"] == 3
    assert record["stopCode"] == "EssentialContainerExited"
    assert again["metadata"]["uid"] == pod["metadata"]["uid"]
    assert status_of(again)["restartCount"] == 1
    assert loss.seconds < 3
    tell(f"essential container ends, restarted in place: {loss.seconds:.2f} s of availability lost")


def test_pod_with_other_containers_is_replaced(containers: Containers, tell: Tell) -> None:
    pod = containers.serve(containers.shell(UNTIL_TOLD), containers.shell(UNTIL_TOLD, name="other"))
    with containers.loss() as loss:
        containers.end(pod, 5)
        (record,) = containers.wait_records(1)
        wait_for(lambda: containers.pod(service="web")["metadata"]["uid"] != pod["metadata"]["uid"], 10)
        containers.running_pod(service="web")
        ecs.wait_ready(containers.kubectl, "ecsservice", "web")
    assert container_of(record)["exitCode"] == 5
    assert record["stopCode"] == "EssentialContainerExited"
    assert loss.seconds < 8
    tell(f"essential container ends, Pod replaced: {loss.seconds:.2f} s of availability lost")


def test_non_essential_container_stays_ended(containers: Containers, tell: Tell) -> None:
    helper = containers.shell(UNTIL_TOLD.replace("trap", "echo once; trap"), name="helper", essential=False)
    pod = containers.serve(containers.shell(UNTIL_TOLD), helper)
    with containers.loss() as loss:
        containers.end(pod, 4, "helper")

        def waits() -> bool:
            seen = status_of(containers.pod(service="web"), "helper")
            return seen["restartCount"] == 1 and seen["ready"]

        wait_for(waits, 15)
    assert loss.seconds < 3
    assert containers.output(pod, "helper", "--previous") == "once"
    assert containers.output(pod, "helper") == ""
    assert containers.records() == []
    containers.end(pod, 0)
    (record,) = containers.wait_records(1)
    assert container_of(record, "helper")["exitCode"] == 4
    tell(f"non-essential container ends and stays ended: {loss.seconds:.2f} s of availability lost")


@pytest.mark.skipif(not soak.whole(), reason="ECS restarts only what ran for a minute: KUBECS_SOAK=1 waits for that")
def test_restart_policy_goes_on_in_the_same_task_until_an_ignored_code(containers: Containers, tell: Tell) -> None:
    policy = {"enabled": True, "restartAttemptPeriod": 60, "ignoredExitCodes": [9]}
    pod = containers.serve(containers.shell(UNTIL_TOLD, restartPolicy=policy))
    first, began = _task_id(containers), time.monotonic()
    wait_for(lambda: time.monotonic() - began > 61, 70)
    with containers.loss() as loss:
        containers.end(pod, 3)
        wait_for(lambda: status_of(containers.running_pod(service="web"))["restartCount"] == 1, 10)
        ecs.wait_ready(containers.kubectl, "ecsservice", "web")
    assert loss.seconds < 3
    tell(f"restarted by its restartPolicy: {loss.seconds:.2f} s of availability lost")
    assert _task_id(containers) == first
    assert containers.records() == []
    containers.end(containers.pod(service="web"), 9)
    (record,) = containers.wait_records(1)
    assert container_of(record)["exitCode"] == 9
    assert record["taskArn"].endswith(first)


def test_end_of_a_task_on_its_own_stops_its_other_containers(containers: Containers) -> None:
    shared = {"mountPoints": [{"sourceVolume": "shared", "containerPath": "/shared"}]}
    app = containers.shell("until [ -e /shared/traps ]; do sleep 0.05; done; exit 2", **shared)
    other = containers.shell("trap 'exit 6' TERM; touch /shared/traps; sleep 600 & wait", name="other", **shared)
    record = containers.run(app, other, volumes=[{"name": "shared"}])
    codes = {each["name"]: each.get("exitCode") for each in record["containers"]}
    assert codes == {"app": 2, "other": 6}
    assert record["stopCode"] == "EssentialContainerExited"


def test_out_of_memory(containers: Containers) -> None:
    record = containers.run(containers.shell("x=aaaaaaaa; while :; do x=$x$x; done", memory=16))
    container = container_of(record)
    assert container["exitCode"] == 137
    assert container["reason"] == "OutOfMemoryError: Container killed due to memory usage"
    assert record["stopCode"] == "EssentialContainerExited"


@pytest.mark.usefixtures("impatient")
def test_missing_image(containers: Containers) -> None:
    record = containers.run(containers.image("missing"))
    assert record["stopCode"] == "TaskFailedToStart"
    assert record["stoppedReason"].startswith("CannotPullContainerError: ")
    assert "registry.test/missing:1" in record["stoppedReason"]
    assert "exitCode" not in container_of(record)


@pytest.mark.usefixtures("impatient")
def test_program_that_is_not_there(containers: Containers) -> None:
    record = containers.run(containers.shell("", entryPoint=["/bin/absent"]))
    assert record["stopCode"] == "TaskFailedToStart"
    assert record["stoppedReason"].startswith("CannotStartContainerError: ")
    assert "/bin/absent" in record["stoppedReason"]


def test_stop_signal_and_timeout(containers: Containers, kubectl: Kubectl) -> None:
    definitions = {
        "polite": containers.shell("trap 'exit 7' TERM; sleep 600 & wait"),
        "stubborn": containers.shell("trap '' TERM; while :; do sleep 600; done", stopTimeout=2),
        "interrupted": containers.image("interrupted", command=["sh", "-c", "trap 'exit 9' INT; sleep 600 & wait"]),
    }
    for name, definition in definitions.items():
        kubectl.apply([ecs.task_definition(name, definition), ecs.service(name, taskDefinition=name)])
    ecs.wait_ready(kubectl, "ecsservice", *definitions, timeout=60)
    for name in definitions:
        containers.running_pod(service=name)
        kubectl.patch("ecsservice", name, {"spec": {"desiredCount": 0}})
    records = {name: containers.wait_records(1, name)[0] for name in definitions}
    codes = {name: container_of(record).get("exitCode") for name, record in records.items()}
    assert codes == {"polite": 7, "stubborn": 137, "interrupted": 9}
    assert {record["stopCode"] for record in records.values()} == {"ServiceSchedulerInitiated"}


@pytest.mark.usefixtures("impatient")
def test_missing_secret(containers: Containers, kubectl: Kubectl) -> None:
    arn = f"arn:aws:secretsmanager:{ecs.REGION}:{ecs.ACCOUNT_ID}:secret:db"
    kubectl.apply(ecs.account(secrets=[{"from": arn, "secretName": "absent"}]))
    secrets = [{"name": "PASSWORD", "valueFrom": f"{arn}:password::"}]
    record = containers.run(containers.shell("env", secrets=secrets))
    assert record["stopCode"] == "TaskFailedToStart"
    assert record["stoppedReason"].startswith("ResourceInitializationError: ")
    assert "absent" in record["stoppedReason"]


def test_secret_becomes_a_variable(containers: Containers, kubectl: Kubectl) -> None:
    arn = f"arn:aws:secretsmanager:{ecs.REGION}:{ecs.ACCOUNT_ID}:secret:db"
    kubectl.apply(ecs.account(secrets=[{"from": arn, "secretName": "db"}]))
    kubectl("create", "secret", "generic", "db", "--from-literal=password=s3$(x)cret")
    secrets = [{"name": "PASSWORD", "valueFrom": f"{arn}:password::"}]
    assert containers.outputs(web=containers.shell("echo $PASSWORD", secrets=secrets)) == {"web": "s3$(x)cret"}
