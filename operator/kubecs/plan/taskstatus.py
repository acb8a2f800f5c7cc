"""The status of an ECSTask: from its Pod while there is one to read, from its record once that is written."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from kubecs.ecs.values import cluster_arn, task_arn
from kubecs.plan import conditions, references
from kubecs.plan.actions import Plan
from kubecs.plan.carried import carried, with_carried
from kubecs.plan.conditions import Condition
from kubecs.plan.containerstate import STOPPED, ContainerState
from kubecs.plan.members import not_translated, without_effect
from kubecs.plan.refusal import Refusal
from kubecs.plan.runs import Pod
from kubecs.plan.tasksnapshot import TaskSnapshot
from kubecs.plan.taskstate import DEPROVISIONING, HEADED_FOR_STOP, RUNNING, TaskState
from kubecs.plan.timestamps import rfc3339
from kubecs.translate.finding import by_condition
from kubecs.translate.servicefindings import service_findings

STOPPED_CONDITION = "Stopped"
POD_GONE = "PodGone"  # present, as True, while a record of a Pod that is gone is still expected

RECORD_SECONDS = 10.0  # after the Pod has gone, its record is there in well under a second
NOBODY_SAW = "The task's Pod is gone, and nobody saw how it stopped"

# Members of RunTask that have an effect, or are shown where ECS shows them and have none there either.
KNOWN = frozenset(
    {
        "cluster",
        "count",
        "group",
        "kubernetes",
        "launchType",
        "networkConfiguration",
        "overrides",
        "platformVersion",
        "startedBy",
        "tags",
        "taskDefinition",
    }
)


def of_pod(snapshot: TaskSnapshot, pod: Pod, state: TaskState, now: datetime) -> dict[str, Any]:
    """The status of a task whose Pod is there; it is STOPPED only when that is recorded."""
    account = snapshot.account.id
    last_status = DEPROVISIONING if state.last_status == STOPPED else state.last_status
    headed_for_stop = last_status in HEADED_FOR_STOP
    fields = {
        "podUID": pod["metadata"]["uid"],
        "podName": pod["metadata"]["name"],
        "nodeName": pod["spec"].get("nodeName"),
        "taskArn": task_arn(account, state.cluster, state.task_id),
        "taskDefinitionArn": state.task_definition_arn,
        "clusterArn": cluster_arn(account, state.cluster),
        "group": state.group,
        "lastStatus": last_status,
        "desiredStatus": state.desired_status,
        "stopCode": state.cause.code if state.cause and headed_for_stop else None,
        "stoppedReason": state.cause.reason if state.cause and headed_for_stop else None,
        "exitCode": state.exit_code,
        "createdAt": rfc3339(state.created_at),
        "startedAt": rfc3339(state.started_at) if state.started_at else None,
        "containers": [_container(container) for container in state.containers],
    }
    return _whole(snapshot, fields, _progress(last_status, state), now)


def _container(container: ContainerState) -> dict[str, Any]:
    shown = {
        "name": container.name,
        "lastStatus": container.last_status,
        "exitCode": container.exit_code,
        "reason": container.reason,
        "runtimeId": container.runtime_id,
        "image": container.image,
        "healthStatus": container.health_status,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _progress(last_status: str, state: TaskState) -> tuple[Condition, ...]:
    reason = last_status.capitalize()
    if last_status == RUNNING:
        return conditions.ready(reason, "all containers have been started")
    waiting = [f"{each.name}: {each.reason}" for each in state.containers if each.reason]
    return conditions.reconciling(reason, "; ".join(waiting) or f"the task is in {last_status}")


def of_record(snapshot: TaskSnapshot, record: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The status of a task that stopped and was recorded."""
    spec = record["spec"]
    kubernetes = spec.get("kubernetes") or {}
    fields = {name: kubernetes.get(name) for name in ("podUID", "podName", "nodeName", "exitCode")} | {
        name: spec.get(name)
        for name in (
            "taskArn",
            "taskDefinitionArn",
            "clusterArn",
            "group",
            "lastStatus",
            "desiredStatus",
            "stopCode",
            "stoppedReason",
            "createdAt",
            "startedAt",
            "stoppedAt",
        )
    }
    fields["containers"] = [_of_recorded(container) for container in spec.get("containers") or ()]
    return _whole(snapshot, fields, _end(fields), now)


def _of_recorded(container: Mapping[str, Any]) -> dict[str, Any]:
    names = ("name", "lastStatus", "exitCode", "reason", "runtimeId", "image", "healthStatus")
    return {name: container[name] for name in names if name in container}


def _end(fields: Mapping[str, Any]) -> tuple[Condition, ...]:
    """A task that ended well is Ready for good; any other end is one that nothing but a new ECSTask mends."""
    reason = fields.get("stopCode") or STOPPED_CONDITION
    message = fields.get("stoppedReason") or "the task has stopped"
    code = fields.get("exitCode")
    if code == 0:
        return conditions.ready("Completed", f"{message} (exit code 0)")
    return conditions.stalled(reason, message if code is None else f"{message} (exit code {code})")


def vanished(snapshot: TaskSnapshot, now: datetime) -> Plan:
    """The status of a task whose Pod is gone without a record: it is awaited a moment, then the task is STOPPED."""
    began = conditions.since(conditions.stored(snapshot.task), POD_GONE) or now
    remaining = RECORD_SECONDS - (now - began).total_seconds()
    before = _kept(snapshot)
    if remaining > 0:
        fields = before | {"lastStatus": DEPROVISIONING, "desiredStatus": STOPPED}
        gone = Condition(POD_GONE, "True", POD_GONE, "the Pod is gone; its record is awaited")
        triple = conditions.reconciling(DEPROVISIONING.capitalize(), gone.message)
        return Plan(status=_whole(snapshot, fields, (*triple, gone), now), requeue_after=remaining)
    fields = before | {
        "lastStatus": STOPPED,
        "desiredStatus": STOPPED,
        "stoppedReason": before.get("stoppedReason") or NOBODY_SAW,
        "stoppedAt": rfc3339(now),
    }
    return Plan(status=_whole(snapshot, fields, _end(fields), now))


def refused(snapshot: TaskSnapshot, refusal: Refusal, now: datetime) -> Plan:
    """The status of an ECSTask that gets no Pod as it is; what is known of a Pod that it had is never forgotten."""
    stored = conditions.stored(snapshot.task)
    wanted: tuple[Condition, ...] = conditions.stalled(refusal.reason, refusal.message)
    again: float | None = None
    if refusal.missing:
        grace = snapshot.settings.missing_grace_seconds
        missing = references.missing(stored, refusal.reason, refusal.message, now, grace)
        wanted, again = missing.conditions, missing.requeue_after
    fields = _kept(snapshot) | {"clusterArn": cluster_arn(snapshot.account.id, snapshot.cluster)}
    events = () if refusal.quiet and again is not None else conditions.announced(stored, wanted)
    return Plan(
        status=_whole(snapshot, fields, wanted, now),
        events=events,
        requeue_after=again,
        unseen=refusal.unseen if events else None,
    )


def _kept(snapshot: TaskSnapshot) -> dict[str, Any]:
    return {name: value for name, value in snapshot.status.items() if name not in ("conditions", "observedGeneration")}


def notices(snapshot: TaskSnapshot) -> tuple[Condition, ...]:
    """Conditions that an ECSTask has from its beginning to its end: members of its spec without effect."""
    network = {name: snapshot.spec[name] for name in ("networkConfiguration",) if name in snapshot.spec}
    found = by_condition(service_findings(network, snapshot.account.maps))
    return (
        *not_translated(without_effect(snapshot.spec, KNOWN)),
        *(Condition(kind, "True", reason, message) for kind, (reason, message) in found.items()),
    )


def _whole(
    snapshot: TaskSnapshot, fields: Mapping[str, Any], wanted: Iterable[Condition], now: datetime
) -> dict[str, Any]:
    stopped = fields.get("lastStatus") == STOPPED
    end = Condition(
        STOPPED_CONDITION,
        "True" if stopped else "False",
        (fields.get("stopCode") if stopped else None) or (STOPPED_CONDITION if stopped else "NotStopped"),
        (fields.get("stoppedReason") if stopped else None) or "",
    )
    running = () if stopped else carried(snapshot.revisions, fields.get("taskDefinitionArn"))
    everything = (*wanted, end, *with_carried(notices(snapshot), running))
    stored = conditions.stored(snapshot.task)
    return {
        **fields,
        "cluster": snapshot.cluster,
        "observedGeneration": snapshot.generation,
        "conditions": conditions.set_conditions(stored, everything, snapshot.generation, now),
    }
