"""Tasks whose containers wait for each other, run once, or are started again: read from their Pods."""

import json
from typing import Any

import pytest

from kubecs.ecs.values import AccountId
from kubecs.plan import runs
from kubecs.plan.account import Account
from kubecs.plan.actions import Create, Delete, Patch, Plan
from kubecs.plan.pod import PodSnapshot, plan_pod
from kubecs.plan.taskstate import task_state
from kubecs.translate import labels
from tests.unit.plan.pods import NOW, at, moment, pod, running, status, terminated, waiting

ACCOUNT = Account("shop", AccountId("111122223333", "eu-west-1", "aws"))
INITIALIZING = waiting("PodInitializing")


def told(code: int, **more: Any) -> str:
    """A termination message of the shim."""
    facts = {"startedAt": at(5), "finishedAt": at(20), "exitCode": code, **more}
    return json.dumps({"kubecs": facts}, separators=(",", ":"))


def task(
    *regular: dict[str, Any],
    early: tuple[dict[str, Any], ...] = (),
    notes: dict[str, Any] | None = None,
    order: tuple[str, ...] = (),
    **more: Any,
) -> dict[str, Any]:
    """A Pod with early containers too; `notes` as facts, `order` where it is not that of the Pod."""
    own = order or tuple(each["name"] for each in (*early, *regular))
    written = {labels.CONTAINERS: json.dumps(own)} | {key: json.dumps(fact) for key, fact in (notes or {}).items()}
    found = pod(*regular, notes=written, **more)
    found["spec"]["initContainers"] = [
        {"name": each["name"], "image": "registry/early:1", **each.pop("spec", {})} for each in early
    ]
    found["status"]["initContainerStatuses"] = list(early)
    return found


def decided(found: dict[str, Any], seconds: float = 1800) -> Plan:
    return plan_pod(PodSnapshot(found, gone=False, account=ACCOUNT), moment(seconds))


def record(plan: Plan) -> dict[str, Any]:
    create = plan.steps[0][0]
    assert isinstance(create, Create)
    spec: dict[str, Any] = create.manifest["spec"]
    return spec


SUCCESS = {labels.AWAITED: {"job": "SUCCESS"}}
FAILED = status("job", waiting("CrashLoopBackOff"), terminated("j", 3, until=20), restarts=1)
WAITS = status("app", INITIALIZING)


def test_containers_are_shown_in_ecs_order_without_what_kubecs_adds() -> None:
    installer, job = status("kubecs-shim", terminated("i", 0)), status("job", terminated("j", 0, until=20))
    found = task(
        status("app", running()),
        status("kubecs-keeper", running()),
        early=(installer, job),
        notes=SUCCESS,
        essential=["app"],
        order=("app", "job"),
    )
    state = task_state(found, NOW)
    assert [(each.name, each.last_status, each.exit_code) for each in state.containers] == [
        ("app", "RUNNING", None),
        ("job", "STOPPED", 0),
    ]
    assert state.last_status == "RUNNING"
    assert state.ended == ()
    assert decided(found) == Plan()


def test_a_task_is_pending_while_containers_that_others_wait_for_run() -> None:
    found = task(WAITS, early=(status("job", running()),), notes=SUCCESS, essential=["app"])
    assert task_state(found, NOW).last_status == "PENDING"
    assert [each.last_status for each in task_state(found, NOW).containers] == ["RUNNING", "PENDING"]


def test_an_awaited_container_that_fails_ends_the_task_before_it_started() -> None:
    found = task(WAITS, early=(FAILED,), notes=SUCCESS, essential=["app"])
    plan = decided(found)
    assert record(plan)["stopCode"] == "TaskFailedToStart"
    assert "container job had to end with exit code 0" in record(plan)["stoppedReason"]
    assert "ended with exit code 3" in record(plan)["stoppedReason"]
    assert record(plan)["containers"][0]["exitCode"] == 3
    assert isinstance(plan.steps[1][0], Delete)


def test_the_same_in_a_task_on_its_own() -> None:
    failed = status("job", terminated("j", 3, until=20))
    found = task(WAITS, early=(failed,), notes=SUCCESS, essential=["app"], standalone=True, state={"phase": "Failed"})
    assert record(decided(found))["stopCode"] == "TaskFailedToStart"


@pytest.mark.parametrize(
    ("state", "fails"),
    [
        (terminated("j", 0, message=told(3)), False),
        (terminated("j", 127, message=told(127, startError="no such file")), True),
    ],
)
def test_any_exit_code_completes_but_not_a_failed_start(state: dict[str, Any], fails: bool) -> None:
    found = task(WAITS, early=(status("job", state),), notes={labels.AWAITED: {"job": "COMPLETE"}}, essential=["app"])
    shown = task_state(found, NOW)
    assert bool(shown.ended) is fails
    assert shown.containers[0].exit_code == (None if fails else 3)
    if fails:
        assert "could not be started: no such file" in record(decided(found))["stoppedReason"]


def test_what_ends_before_it_was_healthy_fails_the_start_and_not_afterwards() -> None:
    notes = {labels.AWAITED: {"db": "HEALTHY"}}
    ended = ("db", running(30), terminated("d", 1, until=20), 1)
    early = task(WAITS, early=(status(*ended),), notes=notes, essential=["app"])
    assert record(decided(early))["stopCode"] == "TaskFailedToStart"
    late = task(status("app", running()), early=(status(*ended),), notes=notes, essential=["app"])
    assert decided(late) == Plan()
    assert task_state(late, NOW).last_status == "RUNNING"


def test_a_start_timeout_limits_how_long_others_wait() -> None:
    notes = SUCCESS | {labels.START_TIMEOUTS: {"job": 90}}
    found = task(WAITS, early=(status("job", running(5)),), notes=notes, essential=["app"])
    assert decided(found, 65) == Plan(requeue_after=30)
    plan = decided(found, 95)
    assert record(plan)["stoppedReason"] == "Task failed to start: container job did not end within its startTimeout"
    assert isinstance(plan.steps[1][0], Delete)
    alone = task(WAITS, early=(status("job", running(5)),), notes=notes, essential=["app"], standalone=True)
    patch = decided(alone, 95).steps[0][0]
    assert isinstance(patch, Patch)
    assert isinstance(patch.body, dict)
    assert patch.body["spec"] == {"activeDeadlineSeconds": 1}
    alone["metadata"]["annotations"] |= patch.body["metadata"]["annotations"]
    alone["spec"] |= patch.body["spec"]
    assert decided(alone, 96) == Plan()
    alone["status"] |= {"phase": "Failed"}
    assert record(decided(alone, 97))["stopCode"] == "TaskFailedToStart"


def test_one_that_only_waits_is_stopped_though_it_runs() -> None:
    notes = {labels.RUNS_ONCE: ["helper"]}
    waits = status("helper", running(21), terminated("h", 3, until=20), 1)
    found = task(status("app", running()), waits, notes=notes, essential=["app"])
    state = task_state(found, NOW)
    assert state.last_status == "RUNNING"
    assert (state.containers[1].last_status, state.containers[1].exit_code) == ("STOPPED", 3)
    assert state.containers[1].finished_at == moment(20)
    assert decided(found) == Plan()


def test_the_shim_tells_the_end_of_the_program_when_it_ends_itself() -> None:
    stopped = terminated("second", 3, since=21, until=90, message=told(3))
    found = task(
        status("app", terminated("a", 0, until=90)),
        status("helper", stopped, terminated("h", 3, until=20), 1),
        notes={labels.RUNS_ONCE: ["helper"]},
        essential=["app"],
    )
    helper = task_state(found, NOW).containers[1]
    assert (helper.exit_code, helper.started_at, helper.finished_at) == (3, moment(5), moment(20))
    assert helper.last_lines is None


POLICY = {labels.RESTARTS: {"app": {"period": 60, "ignored": [4]}}}


@pytest.mark.parametrize(
    ("code", "until", "ends"),
    [(1, 65, False), (1, 64, True), (4, 65, True), (0, 600, False)],
)
def test_a_restart_policy_lets_the_task_go_on(code: int, until: float, ends: bool) -> None:
    notes = {key: json.dumps(fact) for key, fact in POLICY.items()}
    found = pod(status("app", running(until + 1), terminated("a", code, 5, until), 1), notes=notes)
    state = task_state(found, NOW)
    assert bool(state.ended) is ends
    assert state.last_status == ("STOPPING" if ends else "RUNNING")
    assert state.containers[0].last_status == ("STOPPED" if ends else "RUNNING")


def test_a_policy_that_the_server_does_not_keep_restarts_nothing() -> None:
    notes = {key: json.dumps(fact) for key, fact in POLICY.items()}
    ended = status("app", terminated("a", 1, 5, 600))
    assert task_state(pod(ended, notes=notes, standalone=True), NOW).ended
    kept = pod(ended, notes=notes, standalone=True)
    kept["spec"]["containers"][0]["restartPolicy"] = "Always"
    assert not task_state(kept, NOW).ended


def test_the_shim_does_not_keep_a_restart_from_renewing_the_task() -> None:
    notes = {labels.COMMANDS: {"app": {"entryPoint": ["/app"]}}}
    found = task(status("app", running()), notes=notes, spec={"volumes": [{"name": "kubecs-shim", "emptyDir": {}}]})
    found["metadata"]["annotations"][labels.CONTAINERS] = '["app"]'
    found["spec"]["initContainers"] = [{"name": "kubecs-shim"}]
    assert runs.renews_whole(found)
    found["spec"]["volumes"].append({"name": "cache", "emptyDir": {}})
    assert not runs.renews_whole(found)


def test_health_of_what_was_awaited_in_health() -> None:
    started = status("db", running()) | {"started": True, "spec": {"startupProbe": {"periodSeconds": 10}}}
    notes = {labels.AWAITED: {"db": "HEALTHY"}}
    found = task(status("app", running()), early=(started,), notes=notes, essential=["app"])
    assert task_state(found, NOW).containers[0].health_status == "HEALTHY"
    found["status"]["initContainerStatuses"][0]["started"] = False
    assert task_state(found, NOW).containers[0].health_status == "UNKNOWN"


def test_a_second_essential_container_that_cannot_start_ends_a_task_on_its_own() -> None:
    failing = status("side", waiting("ImagePullBackOff", "no such image"))
    found = pod(status("app", running()), failing, standalone=True)
    assert decided(found, 60).requeue_after == 61
    patch = decided(found, 121).steps[0][0]
    assert isinstance(patch, Patch)
    assert isinstance(patch.body, dict)
    noted = json.loads(patch.body["metadata"]["annotations"][labels.STOP_REASON])
    assert noted == {
        "stopCode": "TaskFailedToStart",
        "stoppedReason": "CannotPullContainerError: no such image",
    }
    assert decided(pod(status("app", running()), failing, standalone=True, essential=["app"]), 600) == Plan()


def test_an_image_of_kubecs_that_cannot_be_pulled_is_told() -> None:
    installer = status("kubecs-shim", waiting("ErrImagePull", "no such image"))
    found = task(WAITS, early=(installer,), order=("app",), standalone=True)
    plan = decided(found, 200)
    assert record(plan)["stoppedReason"] == "CannotPullContainerError: no such image"
