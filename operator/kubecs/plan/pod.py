"""What one look at a task's Pod leads to: a record of a task that stopped, then the Pod's renewal, end or deletion."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from kubecs.plan import awaits, phases, record, runs, stopcause, taskstate
from kubecs.plan.account import Account
from kubecs.plan.actions import Action, Create, Delete, Observation, Patch, Plan, Ref
from kubecs.plan.launchtype import LAUNCH_TYPES
from kubecs.plan.record import RecordContext, task_record
from kubecs.plan.runs import Pod, Run
from kubecs.plan.stopcause import StopCause
from kubecs.plan.taskstate import TaskState, task_state
from kubecs.plan.timestamps import maybe
from kubecs.translate import labels
from kubecs.translate.hashing import compact

END_NOW = {"spec": {"activeDeadlineSeconds": 1}}  # the kubelet then ends the rest, with the grace period

CLOCKS = timedelta(seconds=2)  # so far apart times of the node and of the API server may be, both in whole seconds
FAILED_START_SECONDS = 120.0
LAST_WORD_SECONDS = 10.0  # after which a node that has ended a Pod will not tell how its containers ended
FIRST_BACK_OFF = 10.0  # seconds; until then the kubelet starts an ended container again at once
RETENTION_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class PodSnapshot:
    """Everything that a decision about one task's Pod depends on.

    Attributes:
        pod: The Pod; where it is gone, what was last seen of it.
        gone: The Pod was deleted.
        account: The account that the namespace is.
        recorded: The ECSTaskRecord named like the Pod's task id (runs.task_id), if there is one.
        task_definition: The registered document that the task ran, if it is still there.
        node: The Node that the Pod is on, if it is still there.
        replicas_fell: The Pod's ReplicaSet wants fewer Pods than it did, or is gone itself.
        retention_seconds: How long records are kept, and with them the Pods of tasks on their own.
        failed_start_seconds: How long a task may fail to pull or create before it is stopped.
        gap_seconds: How much longer the Pod of a service is kept because its tasks fail again and again.
        paused: The service is paused: its Pods are left as they are, and only recorded.
    """

    pod: Pod
    gone: bool
    account: Account
    recorded: Mapping[str, Any] | None = None
    task_definition: Mapping[str, Any] | None = None
    node: Mapping[str, Any] | None = None
    replicas_fell: bool = False
    retention_seconds: float = RETENTION_SECONDS
    failed_start_seconds: float = FAILED_START_SECONDS
    gap_seconds: float = 0.0
    paused: bool = False


def plan_pod(snapshot: PodSnapshot, now: datetime) -> Plan:
    """Decide what to do about a Pod that kubecs made; nothing where its task is well.

    Every step may be repeated: a record that exists is success, a deletion names the uid, a renewal tests the old id.
    A task that stopped is counted when its record is made, once, whatever becomes of its Pod.
    """
    plan = _decided(snapshot, now)
    return _records_alone(plan) if snapshot.paused else plan


def _records_alone(plan: Plan) -> Plan:
    kept = (tuple(action for action in step if isinstance(action, Create)) for step in plan.steps)
    return replace(plan, steps=tuple(step for step in kept if step))


def _decided(snapshot: PodSnapshot, now: datetime) -> Plan:
    pod = snapshot.pod
    state = task_state(pod, now)
    if snapshot.gone:
        return _gone(snapshot, state, now)
    if pod["metadata"].get("deletionTimestamp"):
        return Plan()  # what was last seen of it will have the exit codes
    if runs.standalone(pod):
        return _standalone(snapshot, state, now)
    return _of_service(snapshot, state, now)


def _gone(snapshot: PodSnapshot, state: TaskState, now: datetime) -> Plan:
    """Record what somebody deleted, unless its record came and went already."""
    ended = state.execution_stopped_at
    if ended is not None and ended + timedelta(seconds=snapshot.retention_seconds) <= now:
        return Plan()
    pod = snapshot.pod
    if taskstate.is_terminal(pod) and _never_began(snapshot, now):
        return Plan()
    if taskstate.is_terminal(pod) and taskstate.deletion_asked_at(pod) is None:
        cause = stopcause.of_terminal_pod(pod, snapshot.node)
    else:
        before = _ended_before_deletion(pod, state)
        cause = stopcause.of_deletion(pod, before, replicas_fell=snapshot.replicas_fell, node=snapshot.node)
    return _recorded(snapshot, state, cause, now)


def _ended_before_deletion(pod: Pod, state: TaskState) -> tuple[Run, ...]:
    """Ends that the deletion did not cause; those shortly before it may be its work, by another machine's clock."""
    asked = taskstate.deletion_asked_at(pod)
    if asked is None:
        return ()
    return tuple(run for run in state.ended if run.finished_at is not None and run.finished_at < asked - CLOCKS)


def _of_service(snapshot: PodSnapshot, state: TaskState, now: datetime) -> Plan:
    """A Pod of a service: its kubelet heals it, a ReplicaSet replaces it; here its tasks are told apart."""
    pod = snapshot.pod
    if taskstate.is_terminal(pod):
        deletion = _delete(pod, "its Pod has failed")
        if _never_began(snapshot, now):
            return Plan(((deletion,),))
        untold = _untold(pod, now)
        if untold > 0:
            return Plan(requeue_after=untold)
        return _recorded(snapshot, state, stopcause.of_terminal_pod(pod, snapshot.node), now, deletion)
    if not state.ended:
        return _starting(snapshot, state, now)
    if stopcause.by_disruption(pod, snapshot.node):
        return Plan()  # its end is on the way, with all exit codes
    cause = stopcause.by_operator(pod) or stopcause.of_end(pod, state.ended)
    if not runs.renews_whole(pod) and _gap_is_over(snapshot, state, now):
        return _recorded(snapshot, state, cause, now, _delete(pod, cause.reason))
    renewal = Patch(_ref(pod), runs.renewal_patch(pod), f"the restarted container of {state.task_id} is another task")
    return _recorded(snapshot, state, cause, now, renewal)


def _never_began(snapshot: PodSnapshot, now: datetime) -> bool:
    """The kubelet was ending the whole Pod when its container ended, which it may tell before: no task came after.

    A Pod that has waited for its container's next run is another thing: that task was there, and is recorded.
    """
    renewed = runs.renewal_of(snapshot.pod)
    if renewed.at is None or runs.runs_ended(snapshot.pod) > renewed.runs:
        return False
    return (now - renewed.at).total_seconds() < FIRST_BACK_OFF


def _untold(pod: Pod, now: datetime) -> float:
    """Seconds for which the kubelet's last word is waited for, which a Pod that is deleted before it never gets.

    It may tell that it has ended a Pod by a status that it made before the containers ended, and how they did by the
    next one.
    """
    since = taskstate.changed_at(pod)
    if since is None or not any("running" in (each.get("state") or {}) for each in runs.statuses(pod)):
        return 0.0
    return max((since - now).total_seconds() + LAST_WORD_SECONDS, 0.0)


def _gap_is_over(snapshot: PodSnapshot, state: TaskState, now: datetime) -> bool:
    """Within the gap the kubelet's restart is the next task, though it renews less than a new Pod would."""
    return now >= state.created_at + timedelta(seconds=snapshot.gap_seconds)


def _standalone(snapshot: PodSnapshot, state: TaskState, now: datetime) -> Plan:
    """A task on its own: it runs once, and its Pod stays for its logs as long as its record."""
    pod = snapshot.pod
    if taskstate.is_terminal(pod):
        return _finished(snapshot, state, now)
    if state.ended:
        return _end_the_rest(pod)
    return _starting(snapshot, state, now)


def _starting(snapshot: PodSnapshot, state: TaskState, now: datetime) -> Plan:
    """A task that cannot start is stopped in the end, for another to be started; one that lives is left alone."""
    if state.cause is not None and not state.essential_started:
        return _failed_start(snapshot, state, state.cause, now)
    return _limited_start(snapshot, state, now)


def _limited_start(snapshot: PodSnapshot, state: TaskState, now: datetime) -> Plan:
    """A startTimeout limits how long the others wait for a container to end."""
    found = awaits.overdue(snapshot.pod, now)
    if found is None:
        return Plan()
    name, remaining = found
    if remaining > 0:
        return Plan(requeue_after=remaining)
    cause = stopcause.of_overdue_start(name)
    if runs.standalone(snapshot.pod):
        return _stopped(snapshot.pod, cause)
    return _recorded(snapshot, state, cause, now, _delete(snapshot.pod, cause.reason))


def _stopped(pod: Pod, cause: StopCause) -> Plan:
    """End what runs of a task on its own; its Pod stays for its logs, and says why."""
    if _is_ending(pod):
        return Plan()
    note = compact({"stopCode": cause.code, "stoppedReason": cause.reason})
    body = {"metadata": {"annotations": {labels.STOP_REASON: note}}, **END_NOW}
    return Plan(((Patch(_ref(pod), body, cause.reason),),))


def _finished(snapshot: PodSnapshot, state: TaskState, now: datetime) -> Plan:
    pod = snapshot.pod
    untold = _untold(pod, now)
    if untold > 0:
        return Plan(requeue_after=untold)
    cause = stopcause.of_terminal_pod(pod, snapshot.node)
    if state.never_started:
        return _recorded(snapshot, state, cause, now, _delete(pod, "its task never started"))
    if snapshot.recorded is None:
        plan = _recorded(snapshot, state, cause, now)
        return Plan(plan.steps, requeue_after=snapshot.retention_seconds)
    remaining = record.expires_in(snapshot.recorded, now, snapshot.retention_seconds)
    if remaining > 0:
        return Plan(requeue_after=remaining)
    return Plan(((_delete(pod, "the record of its task has expired"),),))


def _end_the_rest(pod: Pod) -> Plan:
    if _is_ending(pod):
        return Plan()
    return Plan(((Patch(_ref(pod), END_NOW, "an essential container has ended: end the others"),),))


def _is_ending(pod: Pod) -> bool:
    deadline = pod["spec"].get("activeDeadlineSeconds")
    return deadline is not None and deadline <= 1


def _failed_start(snapshot: PodSnapshot, state: TaskState, cause: StopCause, now: datetime) -> Plan:
    """The kubelet would try for ever; ECS gives up. Some failures pass by themselves, so not at once."""
    pod = snapshot.pod
    taken = maybe((pod.get("status") or {}).get("startTime")) or state.created_at
    since = max(taken, state.created_at)  # a Pod that became another task is older than that
    remaining = snapshot.failed_start_seconds + snapshot.gap_seconds - (now - since).total_seconds()
    if remaining > 0:
        return Plan(requeue_after=remaining)
    if runs.standalone(pod) and not state.never_started:
        return _stopped(pod, cause)
    return _recorded(snapshot, state, cause, now, _delete(pod, cause.reason))


def _recorded(
    snapshot: PodSnapshot, state: TaskState, cause: StopCause, now: datetime, then: Action | None = None
) -> Plan:
    """Record the task, unless that is done; only then touch its Pod."""
    after = ((then,),) if then else ()
    if snapshot.recorded is not None:
        return Plan(after)
    context = RecordContext(snapshot.account, snapshot.task_definition)
    manifest = task_record(snapshot.pod, state, cause, context, now)
    reason = f"task {state.task_id} stopped: {cause.code}: {cause.reason}"
    create = Create(manifest, reason, exists_ok=True, observations=_observed(snapshot, state, cause, then, now))
    return Plan(((create,), *after))


def _observed(
    snapshot: PodSnapshot, state: TaskState, cause: StopCause, then: Action | None, now: datetime
) -> tuple[Observation, ...]:
    of_cluster = {"namespace": snapshot.account.namespace, "cluster": state.cluster}
    found = [
        Observation("ecs_task_stopped_total", {**of_cluster, "stop_code": cause.code}),
        *_phases(state, now, of_cluster),
    ]
    if _failed(state, cause):
        found.append(Observation("ecs_task_failed_total", of_cluster))
    if isinstance(then, Patch):
        restarts = float(runs.unseen_runs(snapshot.pod))
        found.append(Observation("ecs_task_container_restarts_total", of_cluster, restarts))
    return tuple(found)


def _phases(state: TaskState, now: datetime, of_cluster: Mapping[str, str]) -> tuple[Observation, ...]:
    if state.launch_type not in LAUNCH_TYPES:
        return ()
    common = {**of_cluster, "launch_type": state.launch_type}
    return tuple(
        Observation("ecs_task_phase_duration_seconds", {**common, "phase": phase}, seconds)
        for phase, seconds in phases.of_stop(state, now).items()
    )


def _failed(state: TaskState, cause: StopCause) -> bool:
    """A task on its own whose program has done its work stops with the same code as one that crashed."""
    if cause.code == stopcause.ESSENTIAL_CONTAINER_EXITED:
        return state.exit_code != 0
    return cause.code == stopcause.TASK_FAILED_TO_START


def _delete(pod: Pod, reason: str) -> Delete:
    return Delete(_ref(pod), reason)


def _ref(pod: Pod) -> Ref:
    metadata = pod["metadata"]
    return Ref("v1", "Pod", metadata["namespace"], metadata["name"], metadata["uid"])
