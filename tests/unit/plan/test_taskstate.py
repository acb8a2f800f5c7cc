import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.plan import runs, taskstate
from kubecs.plan.taskstate import task_state
from kubecs.translate import labels
from tests.unit.plan.pods import ARN, NOW, TASK_ID, at, deleting, moment, pod, running, status, terminated, waiting

OOM = {"reason": "OOMKilled"}


@pytest.mark.parametrize(
    ("found", "last", "desired"),
    [
        (pod(names=["app"], spec={"nodeName": None}), "PROVISIONING", "RUNNING"),
        (pod(names=["app"]), "PENDING", "RUNNING"),
        (pod(status("app", waiting("ContainerCreating"))), "PENDING", "RUNNING"),
        (pod(status("app", running()), status("log", waiting("ContainerCreating"))), "PENDING", "RUNNING"),
        (pod(status("app", running()), names=["app", "log"]), "PENDING", "RUNNING"),
        (pod(status("app", running()), status("log", running())), "RUNNING", "RUNNING"),
        (pod(status("app", running()), status("log", terminated("x")), essential=["app"]), "RUNNING", "RUNNING"),
        (
            pod(
                status("app", running()), status("log", waiting("CrashLoopBackOff"), terminated("x")), essential=["app"]
            ),
            "RUNNING",
            "RUNNING",
        ),
        (pod(status("app", terminated("a")), status("log", running())), "STOPPING", "STOPPED"),
        (pod(status("app", running(61), terminated("a"), 1)), "STOPPING", "STOPPED"),
        (pod(status("app", terminated("a"))), "DEPROVISIONING", "STOPPED"),
        (pod(status("app", running()), metadata=deleting(60)), "STOPPING", "STOPPED"),
        (pod(status("app", waiting("ContainerCreating")), metadata=deleting(60)), "DEPROVISIONING", "STOPPED"),
        (pod(status("app", terminated("a", 0)), standalone=True, state={"phase": "Succeeded"}), "STOPPED", "STOPPED"),
        (pod(status("app", terminated("a")), state={"phase": "Failed"}), "STOPPED", "STOPPED"),
    ],
)
def test_last_and_desired_status(found, last, desired) -> None:
    state = task_state(found, NOW)
    assert (state.last_status, state.desired_status) == (last, desired)
    assert taskstate.is_running(found) is (last == "RUNNING")
    assert taskstate.is_pending(found) is (last in {"PROVISIONING", "PENDING"})


def test_a_renewed_pod_runs_again() -> None:
    ended = status("app", running(61), terminated("a"), 1)
    notes = {labels.TASK_ID: runs.next_task_id(pod(ended))}
    notes[runs.RENEWED] = json.dumps({"at": at(60), "runs": 1})
    state = task_state(pod(ended, notes=notes), NOW)
    assert state.last_status == "RUNNING"
    assert state.task_id == notes[labels.TASK_ID]
    assert state.created_at == moment(60)
    assert state.started_at == moment(61)
    assert state.containers[0].exit_code is None
    assert state.pull_started_at is None


def test_a_renewed_pod_in_back_off_is_pending_and_shows_no_old_exit_code() -> None:
    ended = status("app", terminated("a"))
    notes = {labels.TASK_ID: runs.next_task_id(pod(ended))}
    for state in (ended, status("app", waiting("CrashLoopBackOff"), terminated("a"))):
        found = task_state(pod(state, notes=notes), NOW)
        assert found.last_status == "PENDING"
        assert found.containers[0].last_status == "PENDING"
        assert found.containers[0].exit_code is None


def test_identity_comes_from_the_annotations() -> None:
    state = task_state(pod(status("app", running())), NOW)
    assert state.task_id == TASK_ID
    assert (state.cluster, state.task_definition_arn, state.group) == ("Prod", ARN, "service:web")
    assert state.started_by == "ecs-svc/9223370268123456789"
    assert state.launch_type == "FARGATE"
    alone = task_state(pod(status("app", running()), standalone=True), NOW)
    assert (alone.group, alone.started_by) == ("family:web", None)


def test_containers_carry_ecs_names_and_their_ends() -> None:
    found = pod(
        status("app", terminated("a", 137, **OOM)),
        status("my-log-1a2b3c4d", terminated("x", 0)),
        essential=["app"],
        notes={labels.CONTAINER_NAMES: json.dumps({"my-log-1a2b3c4d": "My_Log"})},
        state={"phase": "Failed"},
        standalone=True,
    )
    app, log = task_state(found, NOW).containers
    assert (app.name, app.last_status, app.exit_code) == ("app", "STOPPED", 137)
    assert app.reason == "OutOfMemoryError: Container killed due to memory usage"
    assert (app.runtime_id, app.image_digest) == ("a", "sha256:abc")
    assert (log.name, log.kubernetes_name, log.essential, log.exit_code) == ("My_Log", "my-log-1a2b3c4d", False, 0)


@pytest.mark.parametrize(
    ("found", "code", "reason", "exit_code"),
    [
        (pod(status("app", terminated("a", 3))), "EssentialContainerExited", "Essential container in task exited", 3),
        (
            pod(status("app", waiting("CrashLoopBackOff"), terminated("c", 4), 2)),
            "EssentialContainerExited",
            "Essential container in task exited (3 times before this was seen; what is shown is the last run)",
            4,
        ),
        (
            pod(status("app", waiting("ImagePullBackOff", "no such tag"))),
            "TaskFailedToStart",
            "CannotPullContainerError: no such tag",
            None,
        ),
        (
            pod(status("app", waiting("InvalidImageName"))),
            "TaskFailedToStart",
            "CannotPullContainerError: InvalidImageName",
            None,
        ),
        (
            pod(status("app", waiting("CreateContainerConfigError", "no user"))),
            "TaskFailedToStart",
            "CannotCreateContainerError: no user",
            None,
        ),
        (
            pod(status("app", waiting("CreateContainerConfigError", "couldn't find key k in Secret a/db"))),
            "TaskFailedToStart",
            "ResourceInitializationError: unable to pull secrets or registry auth: couldn't find key k in Secret a/db",
            None,
        ),
        (
            pod(status("app", waiting("CreateContainerConfigError", 'configmap "settings" not found'))),
            "TaskFailedToStart",
            'ResourceInitializationError: failed to download env files: configmap "settings" not found',
            None,
        ),
        (
            pod(
                status(
                    "app",
                    terminated("a", 128, reason="StartError", message="exec: no", startedAt="1970-01-01T00:00:00Z"),
                )
            ),
            "TaskFailedToStart",
            "CannotStartContainerError: exec: no",
            None,
        ),
        (
            pod(
                status(
                    "app",
                    terminated(
                        "a",
                        126,
                        message='{"kubecs":{"startedAt":"2025-01-01T00:00:00Z","finishedAt":"2025-01-01T00:00:00Z",'
                        '"exitCode":126,"startError":"failed to download env files: open /.kubecs/env/0"}}',
                    ),
                )
            ),
            "TaskFailedToStart",
            "ResourceInitializationError: failed to download env files: open /.kubecs/env/0",
            None,
        ),
        (
            pod(status("app", terminated("a", 143)), state={"phase": "Failed", "reason": "Evicted", "message": "disk"}),
            "InfrastructureHealth",
            "Evicted: disk",
            143,
        ),
        (
            pod(names=["app"], state={"phase": "Failed", "reason": "OutOfcpu", "message": "node is full"}),
            "TaskFailedToStart",
            "Task failed to start: node is full",
            None,
        ),
        (
            pod(
                status("app", terminated("a", 143)),
                standalone=True,
                state={"phase": "Failed", "reason": "DeadlineExceeded", "message": "active too long"},
            ),
            "EssentialContainerExited",
            "Essential container in task exited",
            143,
        ),
        (
            pod(
                status("app", terminated("a", 143)),
                standalone=True,
                state={"phase": "Failed"},
                notes={labels.STOP_REASON: '{"stopCode": "UserInitiated", "stoppedReason": "enough"}'},
            ),
            "UserInitiated",
            "enough",
            143,
        ),
    ],
)
def test_why_it_stopped_or_cannot_start(found, code, reason, exit_code) -> None:
    state = task_state(found, NOW)
    assert state.cause is not None
    assert (state.cause.code, state.cause.reason) == (code, reason)
    assert state.exit_code == exit_code


def test_a_task_that_is_well_has_no_cause() -> None:
    assert task_state(pod(status("app", running())), NOW).cause is None
    assert task_state(pod(status("app", waiting("ContainerCreating"))), NOW).cause is None


def test_times() -> None:
    sandbox = {"type": "PodReadyToStartContainers", "status": "True", "lastTransitionTime": at(2)}
    found = pod(
        status("app", terminated("a", since=6, until=60)),
        status("log", terminated("x", since=4, until=70)),
        standalone=True,
        state={"phase": "Failed", "conditions": [sandbox]},
    )
    state = task_state(found, NOW)
    assert state.created_at == moment(0)
    assert state.pull_started_at == moment(2)
    assert state.pull_stopped_at == state.started_at == moment(6)
    assert state.stopping_at == moment(60)
    assert state.execution_stopped_at == moment(70)


def test_a_task_that_failed_before_running_has_no_start() -> None:
    state = task_state(pod(status("app", terminated("a")), status("log", waiting("ErrImagePull"))), NOW)
    assert state.started_at is None
    assert not state.never_started


def test_a_restart_of_what_is_not_essential_does_not_move_the_start() -> None:
    log = status("log", running(500), terminated("x", until=499), 3)
    state = task_state(pod(status("app", running(6)), log, essential=["app"]), NOW)
    assert state.started_at == moment(6)
    assert state.last_status == "RUNNING"


def test_the_stop_begins_when_the_deletion_is_asked_for() -> None:
    state = task_state(pod(status("app", running()), metadata=deleting(60, grace=45)), NOW)
    assert state.stopping_at == moment(60)


PROBE = {"periodSeconds": 30, "failureThreshold": 3}
LOST = {"type": "ContainersReady", "status": "False", "lastTransitionTime": at(100)}


def probed(ready, seconds, probe=PROBE, conditions=(), essential=("app",), start_period=None):
    notes = {labels.START_PERIODS: json.dumps({"app": start_period})} if start_period else {}
    found = pod(status("app", running(5)) | {"ready": ready}, essential=list(essential), notes=notes)
    found["spec"]["containers"][0] |= {"readinessProbe": probe} if probe else {}
    found["status"]["conditions"] = list(conditions)
    return task_state(found, moment(seconds)).health_status


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        (probed(ready=True, seconds=6, probe=None), "UNKNOWN"),
        (probed(ready=True, seconds=40), "HEALTHY"),
        (probed(ready=False, seconds=94), "UNKNOWN"),
        (probed(ready=False, seconds=95), "UNHEALTHY"),
        (probed(ready=False, seconds=95, start_period=20), "UNKNOWN"),
        (probed(ready=False, seconds=115, start_period=20), "UNHEALTHY"),
        (
            probed(ready=False, seconds=40, start_period=60, conditions=[LOST | {"lastTransitionTime": at(30)}]),
            "UNHEALTHY",
        ),
        (probed(ready=False, seconds=120, conditions=[LOST]), "UNHEALTHY"),
        (probed(ready=False, seconds=40, conditions=[LOST | {"lastTransitionTime": at(1)}]), "UNKNOWN"),
        (probed(ready=False, seconds=40, conditions=[LOST | {"lastTransitionTime": at(30)}]), "UNHEALTHY"),
        (probed(ready=False, seconds=200, essential=()), "UNKNOWN"),
    ],
)
def test_health(health, expected) -> None:
    assert health == expected


SECONDS = st.integers(-300, 300)


@given(created=SECONDS, sandbox=SECONDS, starts=st.lists(SECONDS, min_size=2, max_size=2), ends=SECONDS, asked=SECONDS)
def test_times_are_in_ecs_order_whatever_the_clocks_say(created, sandbox, starts, ends, asked) -> None:
    ready = {"type": "PodReadyToStartContainers", "status": "True", "lastTransitionTime": at(sandbox)}
    found = pod(
        *(status(name, terminated(name, since=start, until=ends)) for name, start in zip("ab", starts, strict=True)),
        metadata={"creationTimestamp": at(created), **deleting(asked)},
        state={"phase": "Failed", "conditions": [ready]},
    )
    state = task_state(found, NOW)
    times = [
        state.created_at,
        state.pull_started_at,
        state.pull_stopped_at,
        state.started_at,
        state.stopping_at,
        state.execution_stopped_at,
    ]
    known = [each for each in times if each is not None]
    assert known == sorted(known)
    assert len(known) == 6
