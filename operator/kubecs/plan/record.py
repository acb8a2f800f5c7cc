"""ECSTaskRecords: a stopped task written down whole, in ECS's shape, and when such a record may go."""

import hashlib
import uuid
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kubecs.ecs.values import cluster_arn, container_arn, cpu_text, memory_text, parse_cpu, parse_memory, task_arn
from kubecs.plan import runs
from kubecs.plan.account import Account
from kubecs.plan.actions import Delete, Plan, Ref
from kubecs.plan.containerstate import STOPPED, ContainerState
from kubecs.plan.launchtype import LAUNCH_TYPES
from kubecs.plan.runs import Pod
from kubecs.plan.stopcause import ESSENTIAL_CONTAINER_EXITED, TASK_FAILED_TO_START, UNHEALTHY, StopCause
from kubecs.plan.taskstate import TaskState, family_and_revision
from kubecs.plan.timestamps import parse, rfc3339
from kubecs.translate import labels

KIND = "ECSTaskRecord"
LAST_LINES = 4096  # characters of each container's output, as many as the kubelet keeps
SENTENCE = 4096  # characters of a reason
SPARE = 10  # one in so many records goes beyond what has to
POD_GOES_SECONDS = 10.0  # between two looks at an expired record whose Pod is about to be deleted

KEPT_LABELS = (labels.CLUSTER, labels.SERVICE, labels.FAMILY, labels.REVISION, labels.DEPLOYMENT, labels.LAUNCH_TYPE)
KEPT_ANNOTATIONS = (labels.CLUSTER_NAME, labels.SERVICE_NAME, labels.OWNER_OBJECT)


@dataclass(frozen=True, slots=True)
class RecordContext:
    """What a record needs beside the Pod.

    Attributes:
        account: The account that the namespace is.
        task_definition: The registered document that the task ran, for its sizes; None when it is gone.
    """

    account: Account
    task_definition: Mapping[str, Any] | None = None


def task_record(pod: Pod, state: TaskState, cause: StopCause, context: RecordContext, now: datetime) -> dict[str, Any]:
    """The manifest of the record of the task that a Pod is now.

    Its name is the task id, so that writing it twice is one record; nobody owns it, so that it outlives all else.

    Args:
        pod: The Pod, or what was last seen of it.
        state: taskstate.task_state of it.
        cause: Why the task stopped.
        context: See there.
        now: The clock: a task is STOPPED when that is written down.
    """
    return {
        "apiVersion": labels.API_VERSION,
        "kind": KIND,
        "metadata": {
            "name": state.task_id,
            "namespace": pod["metadata"]["namespace"],
            "labels": {labels.MANAGED_BY: labels.MANAGER, **_kept(runs.labels_of(pod), KEPT_LABELS)},
            "annotations": _kept(runs.annotations_of(pod), KEPT_ANNOTATIONS),
        },
        "spec": _present(_task(pod, state, cause, context, now)),
    }


def _kept(source: Mapping[str, str], keys: tuple[str, ...]) -> dict[str, str]:
    return {key: source[key] for key in keys if key in source}


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _task(pod: Pod, state: TaskState, cause: StopCause, context: RecordContext, now: datetime) -> dict[str, Any]:
    account, document = context.account.id, context.task_definition or {}
    scheduled = bool(pod["spec"].get("nodeName"))
    return {
        "taskArn": task_arn(account, state.cluster, state.task_id),
        "clusterArn": cluster_arn(account, state.cluster),
        "taskDefinitionArn": state.task_definition_arn,
        "group": state.group,
        "startedBy": state.started_by,
        "launchType": state.launch_type if state.launch_type in LAUNCH_TYPES else None,
        "lastStatus": STOPPED,
        "desiredStatus": STOPPED,
        "stopCode": cause.code,
        "stoppedReason": cause.reason[:SENTENCE],
        "healthStatus": state.health_status,
        "cpu": cpu_text(parse_cpu(document["cpu"])) if document.get("cpu") else None,
        "memory": memory_text(parse_memory(document["memory"])) if document.get("memory") else None,
        "connectivity": "CONNECTED" if scheduled else None,
        "connectivityAt": _moment(state.started_at) if scheduled else None,
        **_times(state, now),
        "containers": [_container(container, state, context) for container in state.containers],
        "version": int(pod["metadata"]["resourceVersion"]),
        "kubernetes": _present(_kubernetes(pod, state, context)),
    }


def _times(state: TaskState, now: datetime) -> dict[str, str | None]:
    """ECS's order holds also where the Pod's node is ahead of us; what has no time of its own happened by now."""
    stopped = max(now, *(at for at in (state.created_at, state.stopping_at, state.execution_stopped_at) if at))
    return {
        "createdAt": rfc3339(state.created_at),
        "pullStartedAt": _moment(state.pull_started_at),
        "pullStoppedAt": _moment(state.pull_stopped_at),
        "startedAt": _moment(state.started_at),
        "stoppingAt": rfc3339(state.stopping_at or state.execution_stopped_at or stopped),
        "executionStoppedAt": rfc3339(state.execution_stopped_at or stopped),
        "stoppedAt": rfc3339(stopped),
    }


def _moment(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None


def _container(container: ContainerState, state: TaskState, context: RecordContext) -> dict[str, Any]:
    account = context.account.id
    sizes = _sizes(container.name, context.task_definition)
    return _present(
        {
            "containerArn": container_arn(account, state.cluster, state.task_id, _uuid(state.task_id, container.name)),
            "taskArn": task_arn(account, state.cluster, state.task_id),
            "name": container.name,
            "image": container.image,
            "imageDigest": container.image_digest,
            "runtimeId": container.runtime_id,
            "lastStatus": STOPPED,
            "exitCode": container.exit_code,
            "reason": container.reason[:SENTENCE] if container.reason else None,
            "healthStatus": container.health_status,
            **sizes,
        }
    )


def _sizes(name: str, document: Mapping[str, Any] | None) -> dict[str, str]:
    """The sizes of a container; ECS prints these numbers as text here."""
    for definition in (document or {}).get("containerDefinitions") or ():
        if definition.get("name") == name:
            found = {each: definition.get(each) for each in ("cpu", "memory", "memoryReservation")}
            return {each: str(size) for each, size in found.items() if size is not None}
    return {}


def _uuid(task_id: str, container: str) -> str:
    digest = hashlib.sha256(f"{task_id}/{container}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _kubernetes(pod: Pod, state: TaskState, context: RecordContext) -> dict[str, Any]:
    family, revision = family_and_revision(state.task_definition_arn)
    lines = {each.name: each.last_lines[-LAST_LINES:] for each in state.containers if each.last_lines}
    return {
        "cluster": state.cluster,
        "taskDefinition": f"{family}:{revision}",
        "podName": pod["metadata"]["name"],
        "podUID": pod["metadata"]["uid"],
        "nodeName": pod["spec"].get("nodeName"),
        "exitCode": state.exit_code,
        "object": runs.annotations_of(pod).get(labels.OWNER_OBJECT),
        "lastLogs": (lines or None) if context.account.keep_logs else None,
    }


def is_failure(record: Mapping[str, Any]) -> bool:
    """The task failed to start or to become healthy: it counts for ECS's failedTasks."""
    spec = record["spec"]
    unhealthy = spec.get("stoppedReason", "").startswith(UNHEALTHY)
    never_ran = spec.get("stopCode") == ESSENTIAL_CONTAINER_EXITED and not spec.get("startedAt")
    return unhealthy or never_ran or spec.get("stopCode") == TASK_FAILED_TO_START


def stopped_at(record: Mapping[str, Any]) -> datetime:
    """When the task of a record reached STOPPED."""
    return parse(record["spec"]["stoppedAt"])


def expires_in(record: Mapping[str, Any], now: datetime, retention_seconds: float) -> float:
    """Seconds until a record may go; not positive when it may."""
    return (stopped_at(record) + timedelta(seconds=retention_seconds) - now).total_seconds()


def expired_records(
    records: Iterable[Mapping[str, Any]],
    now: datetime,
    retention_seconds: float,
    present: Container[str] = (),
) -> tuple[Delete, ...]:
    """The deletions of records that are old enough.

    Args:
        records: ECSTaskRecords.
        now: The clock.
        retention_seconds: How long a record is kept.
        present: Task ids whose Pods are still there. Their records stay until the Pod has gone: without one, a Pod
            that was recorded long ago would look like one that never was.
    """
    return tuple(
        Delete(_ref(record), "its time is over")
        for record in records
        if record["metadata"]["name"] not in present and expires_in(record, now, retention_seconds) <= 0
    )


def surplus_records(
    records: Sequence[Mapping[str, Any]], limit: int, present: Container[str] = ()
) -> tuple[Delete, ...]:
    """The deletions of a service's oldest records where it has more than it may have.

    A tenth more than needed goes at once, so that not every further stop has to look for the oldest.

    Args:
        records: All ECSTaskRecords of the service.
        limit: How many it may have.
        present: As for expired_records.
    """
    if len(records) <= limit:
        return ()
    oldest = sorted(records, key=lambda each: (stopped_at(each), each["metadata"]["name"]))
    surplus = oldest[: len(records) - limit + limit // SPARE]
    return tuple(
        Delete(_ref(record), f"its service has more than {limit} records")
        for record in surplus
        if record["metadata"]["name"] not in present
    )


def plan_record(record: Mapping[str, Any], pod: Pod | None, now: datetime, retention_seconds: float) -> Plan:
    """Delete a record whose time is over, once the Pod of its task has gone; look again when that may be.

    Args:
        record: The ECSTaskRecord.
        pod: The Pod of the name that the record gives (spec.kubernetes.podName), if there is one.
        now: The clock.
        retention_seconds: How long a record is kept.
    """
    remaining = expires_in(record, now, retention_seconds)
    if remaining > 0:
        return Plan(requeue_after=remaining)
    present = {runs.task_id(pod)} if pod is not None else ()
    deletions = expired_records((record,), now, retention_seconds, present)
    return Plan((deletions,)) if deletions else Plan(requeue_after=POD_GOES_SECONDS)


def _ref(record: Mapping[str, Any]) -> Ref:
    metadata = record["metadata"]
    return Ref(labels.API_VERSION, KIND, metadata["namespace"], metadata["name"], metadata.get("uid"))
