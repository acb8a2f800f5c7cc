import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kubecs.crds.nodes import listing
from kubecs.crds.nodes import record as record_schema
from kubecs.crds.record import task_record_spec
from kubecs.plan import runs
from kubecs.plan.account import account_of
from kubecs.plan.actions import Create, Delete, Patch, Plan
from kubecs.plan.pod import PodSnapshot, plan_pod
from kubecs.plan.record import expired_records, plan_record, surplus_records
from kubecs.plan.timestamps import rfc3339
from kubecs.translate import labels
from tests.unit.plan.pods import (
    ARN,
    NOW,
    TASK_ID,
    UID,
    at,
    deleting,
    moment,
    pod,
    running,
    status,
    terminated,
    waiting,
)
from tests.unit.plan.schemas import problems

ACCOUNT = account_of({"spec": {"accountId": "111122223333", "region": "eu-west-1"}}, "shop", "us-east-1")
PREFIX = "arn:aws:ecs:eu-west-1:111122223333:"
SCHEMA = task_record_spec(record_schema("Overrides."), listing("Tags.", record_schema("A tag."), 50))


PHASES = "ecs_task_phase_duration_seconds"


def look(found, now=NOW, **more: Any) -> Plan:
    return plan_pod(PodSnapshot(found, more.pop("gone", False), more.pop("account", ACCOUNT), **more), now)


def kinds(plan: Plan) -> list[list[str]]:
    return [[type(action).__name__ for action in step] for step in plan.steps]


def record_of(plan: Plan) -> dict[str, Any]:
    create = plan.steps[0][0]
    assert isinstance(create, Create)
    assert create.exists_ok
    assert list(problems(create.manifest["spec"], SCHEMA)) == []
    return dict(create.manifest)


def stop(plan: Plan) -> tuple[str, str]:
    spec = record_of(plan)["spec"]
    return spec["stopCode"], spec["stoppedReason"]


@pytest.mark.parametrize(
    "found",
    [
        pod(names=["app"]),
        pod(status("app", waiting("ContainerCreating"))),
        pod(status("app", running())),
        pod(status("app", running()), metadata=deleting(60)),
        pod(status("app", terminated("a")), metadata=deleting(30)),
        pod(status("app", running()), standalone=True),
        pod(names=["app"], standalone=True, spec={"schedulingGates": [{"name": labels.GATE_RECORDED}]}),
    ],
)
def test_nothing_is_done_about_a_pod_whose_task_lives_or_is_on_its_way_out(found) -> None:
    assert look(found) == Plan()


@pytest.mark.parametrize(
    "found",
    [
        pod(status("app", running(61), terminated("a", 3), 1)),  # would be renewed
        pod(status("app", terminated("a", 3)), status("side", running())),  # would be deleted
        pod(status("app", terminated("a", 3)), state={"phase": "Failed"}),
    ],
)
def test_the_tasks_of_a_paused_service_are_only_recorded(found) -> None:
    assert len(kinds(look(found))) == 2
    assert kinds(look(found, paused=True)) == [["Create"]]


def test_a_run_that_ended_is_recorded_and_the_pod_becomes_the_next_task() -> None:
    found = pod(status("app", running(61), terminated("a", 3, message="boom"), 1))
    plan = look(found)
    assert kinds(plan) == [["Create"], ["Patch"]]
    manifest = record_of(plan)
    assert manifest["metadata"] == {
        "name": TASK_ID,
        "namespace": "shop",
        "labels": {
            labels.MANAGED_BY: labels.MANAGER,
            labels.CLUSTER: "Prod",
            labels.SERVICE: "web",
            labels.FAMILY: "web",
            labels.REVISION: "3",
            labels.DEPLOYMENT: "ecs-svc-9223370268123456789",
            labels.LAUNCH_TYPE: "FARGATE",
        },
        "annotations": {
            labels.CLUSTER_NAME: "Prod",
            labels.SERVICE_NAME: "web",
            labels.OWNER_OBJECT: "prod.web",
        },
    }
    spec = manifest["spec"]
    assert spec["taskArn"] == f"{PREFIX}task/Prod/{TASK_ID}"
    assert spec["clusterArn"] == f"{PREFIX}cluster/Prod"
    assert spec["taskDefinitionArn"] == ARN
    assert (spec["group"], spec["startedBy"]) == ("service:web", "ecs-svc/9223370268123456789")
    assert (spec["lastStatus"], spec["desiredStatus"], spec["stopCode"]) == (
        "STOPPED",
        "STOPPED",
        "EssentialContainerExited",
    )
    assert (spec["createdAt"], spec["startedAt"], spec["stoppingAt"]) == (at(0), at(5), at(60))
    assert spec["stoppedAt"] == rfc3339(NOW)
    assert spec["version"] == 4711
    assert spec["kubernetes"] == {
        "cluster": "Prod",
        "taskDefinition": "web:3",
        "podName": "web-abc",
        "podUID": UID,
        "nodeName": "node-1",
        "exitCode": 3,
        "object": "prod.web",
        "lastLogs": {"app": "boom"},
    }
    (container,) = spec["containers"]
    assert (container["name"], container["exitCode"], container["lastStatus"]) == ("app", 3, "STOPPED")
    assert container["containerArn"].startswith(f"{PREFIX}container/Prod/{TASK_ID}/")

    patch = plan.steps[1][0]
    assert isinstance(patch, Patch)
    assert patch.body == runs.renewal_patch(found)
    (create,) = plan.steps[0]
    assert isinstance(create, Create)
    counted = {each.metric: each.value for each in create.observations if each.metric != PHASES}
    assert counted == {
        "ecs_task_stopped_total": 1.0,
        "ecs_task_failed_total": 1.0,
        "ecs_task_container_restarts_total": 1.0,
    }
    took = {each.labels["phase"]: each.value for each in create.observations if each.metric == PHASES}
    assert took == {"stopping": 0.0, "deprovisioning": (NOW - moment(60)).total_seconds()}


@pytest.mark.parametrize(("code", "failed"), [(0, False), (1, True), (137, True)])
def test_a_task_that_ends_well_has_not_failed(code: int, failed: bool) -> None:
    phase = "Failed" if code else "Succeeded"
    plan = look(pod(status("app", terminated("c1", code)), standalone=True, state={"phase": phase}))
    (create,) = [each for step in plan.steps for each in step if isinstance(each, Create)]
    counted = {each.metric for each in create.observations} - {PHASES}
    assert counted == {"ecs_task_stopped_total"} | ({"ecs_task_failed_total"} if failed else set())


@pytest.mark.parametrize("last", [{}, {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown"}}])
def test_a_run_whose_container_is_lost_is_told_by_the_restarts_alone(last) -> None:
    found = pod(status("app", running(61), last, restarts=2))
    plan = look(found)
    assert kinds(plan) == [["Create"], ["Patch"]]
    spec = record_of(plan)["spec"]
    assert spec["stopCode"] == "EssentialContainerExited"
    assert "2 times before this was seen" in spec["stoppedReason"]
    (container,) = spec["containers"]
    assert "exitCode" not in container
    assert container["reason"] == "The node has lost the container before its end was seen"
    found["metadata"]["annotations"] |= {
        step["path"].rpartition("/")[2].replace("~1", "/"): step["value"]
        for step in runs.renewal_patch(found)
        if step["op"] == "add"
    }
    assert look(found) == Plan()
    again = status("app", running(90), restarts=3)
    found["status"]["containerStatuses"] = [again]
    assert record_of(look(found))["metadata"]["name"] != spec["taskArn"].rpartition("/")[2]


def test_after_a_crash_between_record_and_renewal_only_the_renewal_is_left() -> None:
    found = pod(status("app", running(61), terminated("a"), 1))
    recorded = record_of(look(found))
    plan = look(found, recorded=recorded)
    assert kinds(plan) == [["Patch"]]


def test_a_pod_that_a_restart_does_not_renew_is_deleted_after_the_record() -> None:
    found = pod(status("app", terminated("a", 2)), status("log", running()))
    plan = look(found)
    assert kinds(plan) == [["Create"], ["Delete"]]
    delete = plan.steps[1][0]
    assert isinstance(delete, Delete)
    assert (delete.ref.kind, delete.ref.name, delete.ref.uid) == ("Pod", "web-abc", UID)
    app, log = record_of(plan)["spec"]["containers"]
    assert app["exitCode"] == 2
    assert "exitCode" not in log


def test_a_failed_pod_of_a_service_is_recorded_and_cleared_away() -> None:
    found = pod(
        status("app", terminated("a", 137)), state={"phase": "Failed", "reason": "Evicted", "message": "low on memory"}
    )
    plan = look(found)
    assert kinds(plan) == [["Create"], ["Delete"]]
    assert stop(plan) == ("InfrastructureHealth", "Evicted: low on memory")


def _renewed(**state: Any) -> dict[str, Any]:
    """A Pod whose container's end was recorded before its kubelet said more."""
    told = status("app", terminated("a", 5, until=60))
    notes = {labels.TASK_ID: runs.id_after(pod(told), runs.ended_runs(pod(told))[0])}
    notes[runs.RENEWED] = json.dumps({"at": at(60), "runs": 1})
    return pod(told, notes=notes, state=state)


EVICTED = {"phase": "Failed", "reason": "Evicted", "message": "disk"}


def _ended_at(seconds: float) -> dict[str, Any]:
    gone = {"type": "Ready", "status": "False", "reason": "PodFailed", "lastTransitionTime": at(seconds)}
    return EVICTED | {"conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": at(0)}, gone]}


@pytest.mark.parametrize("standalone", [False, True])
def test_how_the_containers_ended_may_be_the_kubelets_last_word(*, standalone: bool) -> None:
    found = pod(status("app", running()), standalone=standalone, state=_ended_at(60))
    assert look(found, moment(61)) == Plan(requeue_after=9)
    told = pod(status("app", terminated("a", 5)), standalone=standalone, state=_ended_at(60))
    assert record_of(look(told, moment(62)))["spec"]["containers"][0]["exitCode"] == 5
    assert stop(look(found, moment(70)))[0] == "InfrastructureHealth"  # a node that will not tell
    assert stop(look(found, moment(61), gone=True))[0] == "InfrastructureHealth"


def test_no_task_comes_after_an_end_that_was_told_before_the_eviction() -> None:
    plan = look(_renewed(**EVICTED), moment(62))
    assert kinds(plan) == [["Delete"]]
    assert look(_renewed(**EVICTED), moment(62), gone=True) == Plan()


def test_a_task_that_waited_for_its_run_is_recorded_when_its_pod_is_evicted() -> None:
    plan = look(_renewed(**EVICTED), moment(75))
    assert kinds(plan) == [["Create"], ["Delete"]]
    assert stop(plan) == ("InfrastructureHealth", "Evicted: disk")


def test_what_the_node_is_about_to_end_is_recorded_when_it_has() -> None:
    disrupted = {"type": "DisruptionTarget", "status": "True", "reason": "TerminationByKubelet", "message": "memory"}
    found = pod(status("app", terminated("a", 143)), state={"conditions": [disrupted]})
    assert look(found) == Plan()
    ended = pod(status("app", terminated("a", 143)), state={"conditions": [disrupted], "phase": "Failed"})
    assert stop(look(ended)) == ("InfrastructureHealth", "TerminationByKubelet: memory")
    assert record_of(look(ended))["spec"]["kubernetes"]["exitCode"] == 143


def test_a_pod_of_a_service_does_not_end_by_itself() -> None:
    found = pod(status("app", terminated("a", 0)), state={"phase": "Succeeded"})
    assert stop(look(found)) == ("InfrastructureHealth", "Evicted: its node has ended the Pod")


DISRUPTED = {"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI", "message": "drained"}
NOTED = {labels.STOP_REASON: '{"stopCode": "ServiceSchedulerInitiated", "stoppedReason": "unhealthy"}'}
LAST = terminated("now", 143, until=61)


@pytest.mark.parametrize(
    ("more", "fell", "expected"),
    [
        ({}, False, ("UserInitiated", "Task stopped by user")),
        (
            {},
            True,
            (
                "ServiceSchedulerInitiated",
                "Scaling activity initiated by (deployment ecs-svc/9223370268123456789)",
            ),
        ),
        ({"conditions": [DISRUPTED]}, True, ("InfrastructureHealth", "EvictionByEvictionAPI: drained")),
        (
            {"conditions": [DISRUPTED | {"reason": "DeletionByPodGC"}]},
            False,
            ("TerminationNotice", "Host EC2 (instance node-1) terminated."),
        ),
    ],
)
def test_who_stopped_a_deleted_task(more, fell, expected) -> None:
    found = pod(status("app", LAST), metadata=deleting(60), state={"phase": "Failed", **more})
    assert stop(look(found, gone=True, replicas_fell=fell)) == expected
    own = pod(status("app", LAST), metadata=deleting(60), state={"phase": "Failed", **more}, notes=NOTED)
    assert stop(look(own, gone=True, replicas_fell=fell)) == ("ServiceSchedulerInitiated", "unhealthy")


TAINTED = {"metadata": {"name": "node-1"}, "spec": {"taints": [{"key": "aws-node-termination-handler/spot-itn"}]}}
SPOT = {"metadata": {"name": "node-1", "labels": {"cloud.google.com/gke-spot": "true"}}, "spec": {}}
GOING = SPOT | {"spec": {"taints": [{"key": "remediator.kubernetes.azure.com/unschedulable"}]}}
ON_DEMAND = {"metadata": {"name": "node-1"}, "spec": GOING["spec"]}
INTERRUPTED = ("SpotInterruption", "Your Spot Task was interrupted.")


@pytest.mark.parametrize(
    ("node", "reason", "code"),
    [
        (TAINTED, "EvictionByEvictionAPI", "SpotInterruption"),
        (TAINTED, "DeletionByPodGC", "SpotInterruption"),
        (SPOT, "TerminationByKubelet", "SpotInterruption"),
        (GOING, "EvictionByEvictionAPI", "SpotInterruption"),
        (SPOT, "EvictionByEvictionAPI", "InfrastructureHealth"),
        (ON_DEMAND, "EvictionByEvictionAPI", "InfrastructureHealth"),
        (ON_DEMAND, "TerminationByKubelet", "InfrastructureHealth"),
        (None, "DeletionByPodGC", "TerminationNotice"),
    ],
)
def test_what_a_spot_node_takes_with_it(node, reason, code) -> None:
    found = pod(status("app", LAST), metadata=deleting(60), state={"conditions": [DISRUPTED | {"reason": reason}]})
    assert stop(look(found, gone=True, node=node))[0] == code


def test_a_spot_node_that_shuts_down_takes_its_tasks_with_it() -> None:
    failed = {"phase": "Failed", "reason": "Terminated", "message": "imminent node shutdown"}
    assert stop(look(pod(status("app", LAST), state=failed), node=SPOT)) == INTERRUPTED
    assert stop(look(pod(status("app", LAST), state=failed)))[0] == "InfrastructureHealth"


def test_a_spot_node_that_is_taken_back_has_its_tasks_scaled_in() -> None:
    found = pod(status("app", LAST), metadata=deleting(60))
    assert stop(look(found, gone=True, replicas_fell=True, node=TAINTED)) == INTERRUPTED
    assert stop(look(found, gone=True, replicas_fell=True, node=SPOT))[0] == "ServiceSchedulerInitiated"


def test_who_deletes_a_task_on_a_spot_node_is_still_its_user() -> None:
    found = pod(status("app", LAST), metadata=deleting(60))
    assert stop(look(found, gone=True, node=TAINTED)) == ("UserInitiated", "Task stopped by user")


def test_an_end_before_the_deletion_is_what_stopped_the_task() -> None:
    found = pod(status("app", LAST, terminated("first", 9, until=50), 1), metadata=deleting(60))
    plan = look(found, gone=True, replicas_fell=True)
    assert stop(plan)[0] == "EssentialContainerExited"
    assert kinds(plan) == [["Create"]]


def test_an_end_just_before_the_deletion_may_be_its_work_by_another_clock() -> None:
    found = pod(status("app", terminated("first", 143, until=59)), metadata=deleting(60))
    assert stop(look(found, gone=True, replicas_fell=True))[0] == "ServiceSchedulerInitiated"


def test_a_forced_deletion_is_recorded_without_codes() -> None:
    plan = look(pod(status("app", running()), metadata=deleting(60, grace=0)), gone=True)
    spec = record_of(plan)["spec"]
    assert spec["stopCode"] == "UserInitiated"
    assert "exitCode" not in spec["containers"][0]
    assert spec["stoppingAt"] == at(60)


def test_a_deleted_pod_that_never_ran_has_no_code_even_if_the_kubelet_invents_one() -> None:
    lost = {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown"}}
    spec = record_of(look(pod(status("app", lost), metadata=deleting(60)), gone=True))["spec"]
    assert "exitCode" not in spec["containers"][0]
    assert "startedAt" not in spec


def test_what_was_recorded_before_it_went_is_not_recorded_again() -> None:
    found = pod(status("app", LAST), metadata=deleting(60))
    recorded = record_of(look(found, gone=True))
    assert look(found, gone=True, recorded=recorded) == Plan()


def test_a_pod_that_goes_after_its_record_expired_leaves_no_new_one() -> None:
    found = pod(status("app", terminated("a", 0, until=60)), standalone=True, state={"phase": "Succeeded"})
    assert look(found, moment(60 + 3600), gone=True) == Plan()
    assert kinds(look(found, moment(60 + 3599), gone=True)) == [["Create"]]


def test_the_rest_of_a_standalone_task_is_ended_with_its_essential_container() -> None:
    found = pod(status("app", terminated("a", 0)), status("log", running()), standalone=True)
    plan = look(found)
    assert kinds(plan) == [["Patch"]]
    patch = plan.steps[0][0]
    assert isinstance(patch, Patch)
    assert patch.body == {"spec": {"activeDeadlineSeconds": 1}}
    found["spec"]["activeDeadlineSeconds"] = 1
    assert look(found) == Plan()


def test_a_finished_standalone_task_is_recorded_and_its_pod_stays_as_long_as_the_record() -> None:
    found = pod(status("app", terminated("a", 0)), standalone=True, state={"phase": "Succeeded"})
    plan = look(found)
    assert kinds(plan) == [["Create"]]
    assert plan.requeue_after == 3600.0
    recorded = record_of(plan)
    assert recorded["spec"]["kubernetes"]["exitCode"] == 0
    assert look(found, NOW + timedelta(seconds=600), recorded=recorded) == Plan(requeue_after=3000.0)
    assert kinds(look(found, NOW + timedelta(seconds=3600), recorded=recorded)) == [["Delete"]]


def test_a_standalone_task_that_cannot_start_is_given_two_minutes() -> None:
    found = pod(status("app", waiting("ErrImagePull", "no such tag")), standalone=True)
    assert look(found, moment(21)) == Plan(requeue_after=100.0)
    plan = look(found, moment(121))
    assert kinds(plan) == [["Create"], ["Delete"]]
    assert stop(plan) == ("TaskFailedToStart", "CannotPullContainerError: no such tag")
    assert "startedAt" not in record_of(plan)["spec"]


def test_a_task_of_a_service_that_cannot_start_is_recorded_and_replaced() -> None:
    found = pod(status("app", waiting("CreateContainerError", "no command specified")), status("log", running()))
    assert look(found, moment(21)) == Plan(requeue_after=100.0)
    plan = look(found, moment(121))
    assert kinds(plan) == [["Create"], ["Delete"]]
    assert stop(plan) == ("TaskFailedToStart", "CannotCreateContainerError: no command specified")


def test_a_restart_that_cannot_start_is_given_its_own_two_minutes() -> None:
    loop = pod(status("app", waiting("ImagePullBackOff", "no registry"), terminated("a", until=600), 1))
    notes = {labels.TASK_ID: runs.next_task_id(loop), runs.RENEWED: f'{{"at": "{at(600)}", "runs": 1}}'}
    loop["metadata"]["annotations"] |= notes
    assert look(loop, moment(620)) == Plan(requeue_after=100.0)
    assert stop(look(loop, moment(720))) == ("TaskFailedToStart", "CannotPullContainerError: no registry")


def test_what_waits_for_its_first_retry_of_a_crash_is_no_failed_start() -> None:
    loop = pod(status("app", waiting("CrashLoopBackOff"), terminated("a"), 1))
    loop["metadata"]["annotations"][labels.TASK_ID] = runs.next_task_id(loop)
    assert look(loop, moment(3000)) == Plan()


def test_a_standalone_task_that_no_node_admits_is_recorded_then_deleted() -> None:
    found = pod(names=["app"], standalone=True, state={"phase": "Failed", "reason": "OutOfcpu", "message": "full"})
    plan = look(found)
    assert kinds(plan) == [["Create"], ["Delete"]]
    assert stop(plan) == ("TaskFailedToStart", "Task failed to start: full")


def test_sizes_come_from_the_task_definition_and_logs_can_be_left_out() -> None:
    document = {
        "cpu": "1 vCPU",
        "memory": "2 GB",
        "containerDefinitions": [{"name": "app", "cpu": 256, "memory": 512}],
    }
    found = pod(status("app", terminated("a", 1, message="secret")))
    spec = record_of(look(found, task_definition=document, account=replace(ACCOUNT, keep_logs=False)))["spec"]
    assert (spec["cpu"], spec["memory"]) == ("1024", "2048")
    assert (spec["containers"][0]["cpu"], spec["containers"][0]["memory"]) == ("256", "512")
    assert "lastLogs" not in spec["kubernetes"]


def test_records_go_when_they_are_old_and_their_pod_is_gone() -> None:
    def recorded(name: str, age: float) -> dict[str, Any]:
        stopped = rfc3339(NOW - timedelta(seconds=age))
        return {"metadata": {"name": name, "namespace": "shop", "uid": name}, "spec": {"stoppedAt": stopped}}

    records = [recorded("old", 3600), recorded("young", 3599), recorded("present", 9999)]
    (delete,) = expired_records(records, NOW, 3600, present={"present"})
    assert (delete.ref.kind, delete.ref.name, delete.ref.uid) == ("ECSTaskRecord", "old", "old")


def test_the_oldest_records_of_a_service_go_when_there_are_too_many() -> None:
    def recorded(index: int) -> dict[str, Any]:
        stopped = rfc3339(NOW - timedelta(seconds=index))
        name = f"age-{index:03}"
        return {"metadata": {"name": name, "namespace": "shop", "uid": name}, "spec": {"stoppedAt": stopped}}

    records = [recorded(index) for index in range(21)]
    assert surplus_records(records, 21) == ()
    gone = [delete.ref.name for delete in surplus_records(records, 20, present={"age-020"})]
    assert gone == ["age-019", "age-018"]


def test_a_record_waits_for_its_pod_to_go() -> None:
    found = pod(status("app", terminated("a", 0)), standalone=True, state={"phase": "Succeeded"})
    recorded = record_of(look(found))
    assert plan_record(recorded, found, NOW + timedelta(seconds=3000), 3600) == Plan(requeue_after=600.0)
    assert plan_record(recorded, found, NOW + timedelta(seconds=3600), 3600) == Plan(requeue_after=10.0)
    assert kinds(plan_record(recorded, None, NOW + timedelta(seconds=3600), 3600)) == [["Delete"]]
    renewed = pod(status("app", running()), notes={labels.TASK_ID: "f" * 32})
    assert kinds(plan_record(recorded, renewed, NOW + timedelta(seconds=3600), 3600)) == [["Delete"]]


def test_a_snapshot_reads_the_same_however_often() -> None:
    snapshot = PodSnapshot(pod(status("app", terminated("a"))), gone=False, account=ACCOUNT)
    assert plan_pod(snapshot, NOW) == plan_pod(replace(snapshot), NOW)


def test_a_task_of_a_service_that_cannot_start_is_stopped_for_another_to_be_started() -> None:
    found = pod(status("app", waiting("ImagePullBackOff", "no such image")), state={"startTime": at(0)})
    early = look(found, moment(100))
    assert (early.steps, early.requeue_after) == ((), 20.0)
    plan = look(found, moment(121))
    assert kinds(plan) == [["Create"], ["Delete"]]
    assert stop(plan) == ("TaskFailedToStart", "CannotPullContainerError: no such image")
    throttled = look(found, moment(121), gap_seconds=30.0)
    assert (throttled.steps, throttled.requeue_after) == ((), 29.0)


def test_within_a_gap_the_restart_in_place_is_the_next_task() -> None:
    ended = pod(status("app", running(70), terminated("a")), status("side", running()))
    assert kinds(look(ended, moment(80))) == [["Create"], ["Delete"]]
    assert kinds(look(ended, moment(80), gap_seconds=900.0)) == [["Create"], ["Patch"]]
