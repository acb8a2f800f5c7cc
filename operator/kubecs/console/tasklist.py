"""Tasks as rows: live ones from their Pods, stopped ones from their records, ECSTasks that have neither yet."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from kubecs.console.table import age
from kubecs.plan import conditions
from kubecs.plan.taskstate import family_and_revision, task_state
from kubecs.plan.timestamps import maybe, rfc3339
from kubecs.translate import labels, names

HEAD = ("TASK", "CLUSTER", "GROUP", "TASKDEF", "LAST", "HEALTH", "STOPCODE", "EXIT", "NODE", "AGE")
STOPPED = "STOPPED"

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One task, live or stopped.

    Attributes:
        task_id: 32 hex digits; empty for an ECSTask that has no Pod yet.
        namespace: Its namespace.
        cluster: ECS's name of its cluster.
        group: `service:<name>`, `family:<family>` or what was given.
        task_definition: `family:revision`, or what the ECSTask asks for.
        last_status: ECS's lastStatus.
        health: HEALTHY, UNHEALTHY or UNKNOWN.
        stop_code: Why it stopped, ECS's word; None while it lives.
        reason: Why it stopped or does not start, for a person; None while all is well.
        exit_code: Of the essential container that ended first.
        node: Where it runs or ran.
        pod: Name of its Pod.
        created_at: When it came to be.
        stopped_at: When it stopped; None while it lives.
    """

    task_id: str
    namespace: str
    cluster: str
    group: str
    task_definition: str
    last_status: str
    health: str | None
    stop_code: str | None
    reason: str | None
    exit_code: int | None
    node: str | None
    pod: str | None
    created_at: datetime | None
    stopped_at: datetime | None

    @property
    def family(self) -> str:
        """The family of its task definition."""
        return self.task_definition.partition(":")[0]

    @property
    def service(self) -> str | None:
        """The service that it belongs to, by ECS's name."""
        return self.group.removeprefix("service:") if self.group.startswith("service:") else None


@dataclass(frozen=True, slots=True)
class Filters:
    """What to show; None: everything. `status` is a lastStatus, or `live` for all but STOPPED."""

    cluster: str | None = None
    service: str | None = None
    family: str | None = None
    status: str | None = None

    def take(self, task: Task) -> bool:
        """Whether a task is to be shown."""
        wanted = ((self.cluster, task.cluster), (self.service, task.service), (self.family, task.family))
        return all(each is None or each == has for each, has in wanted) and self._in_status(task.last_status)

    def _in_status(self, last_status: str) -> bool:
        if self.status is None:
            return True
        return last_status != STOPPED if self.status.lower() == "live" else last_status == self.status.upper()

    def selector(self) -> str:
        """The label selector that leaves most of the others out at the server already."""
        by_label = ((labels.CLUSTER, self.cluster), (labels.SERVICE, self.service), (labels.FAMILY, self.family))
        wanted = [f"{label}={names.label_value(value)}" for label, value in by_label if value is not None]
        return ",".join([f"{labels.MANAGED_BY}={labels.MANAGER}", *wanted])


def of_pod(pod: Object, now: datetime) -> Task:
    """A task that is its Pod."""
    state = task_state(pod, now)
    family, revision = family_and_revision(state.task_definition_arn)
    waits = unplaced(pod)
    return Task(
        task_id=state.task_id,
        namespace=pod["metadata"]["namespace"],
        cluster=state.cluster,
        group=state.group,
        task_definition=f"{family}:{revision}",
        last_status=state.last_status,
        health=state.health_status,
        stop_code=state.cause.code if state.cause else None,
        reason=state.cause.reason if state.cause else f"not placed: {waits}" if waits else None,
        exit_code=state.exit_code,
        node=pod["spec"].get("nodeName"),
        pod=pod["metadata"]["name"],
        created_at=state.created_at,
        stopped_at=None,
    )


def unplaced(pod: Object) -> str:
    """Why the scheduler finds no node for a Pod, in its words; empty when it found one or was not asked."""
    stated = (pod.get("status") or {}).get("conditions") or ()
    return next((str(each.get("message", "")) for each in stated if each.get("reason") == "Unschedulable"), "")


def of_record(record: Object) -> Task:
    """A task that stopped."""
    spec = record["spec"]
    own = spec.get("kubernetes") or {}
    family, revision = family_and_revision(spec["taskDefinitionArn"])
    return Task(
        task_id=record["metadata"]["name"],
        namespace=record["metadata"]["namespace"],
        cluster=own.get("cluster") or names.cluster_name(spec["clusterArn"]),
        group=spec.get("group") or "",
        task_definition=own.get("taskDefinition") or f"{family}:{revision}",
        last_status=spec["lastStatus"],
        health=spec.get("healthStatus"),
        stop_code=spec.get("stopCode"),
        reason=spec.get("stoppedReason"),
        exit_code=own.get("exitCode"),
        node=own.get("nodeName"),
        pod=own.get("podName"),
        created_at=maybe(spec.get("createdAt")),
        stopped_at=maybe(spec.get("stoppedAt")),
    )


def of_request(request: Object) -> Task:
    """An ECSTask without a Pod: it waits, or will never run; its Ready condition says why."""
    spec, ready = request["spec"], conditions.find(conditions.stored(request), conditions.READY) or {}
    reference = str(spec.get("taskDefinition") or "").rpartition("/")[2]
    return Task(
        task_id="",
        namespace=request["metadata"]["namespace"],
        cluster=names.cluster_name(spec.get("cluster")),
        group=spec.get("group") or f"family:{reference.partition(':')[0]}",
        task_definition=reference,
        last_status="PROVISIONING",
        health=None,
        stop_code=None,
        reason=f"{ready['reason']}: {ready.get('message', '')}" if ready.get("reason") else None,
        exit_code=None,
        node=None,
        pod=None,
        created_at=maybe(request["metadata"].get("creationTimestamp")),
        stopped_at=None,
    )


def collect(pods: Iterable[Object], records: Iterable[Object], requests: Iterable[Object], now: datetime) -> list[Task]:
    """Every task once, the newest first; where a Pod is still there after its record, the record speaks."""
    stopped = {record["metadata"]["name"]: of_record(record) for record in records}
    live = {task.task_id: task for task in (of_pod(pod, now) for pod in pods)}
    waiting = [of_request(each) for each in requests if not (each.get("status") or {}).get("podUID")]
    found = [*(live | stopped).values(), *waiting]
    return sorted(found, key=lambda task: (-(task.created_at.timestamp() if task.created_at else 0.0), task.task_id))


def row(task: Task, now: datetime) -> tuple[object, ...]:
    """The cells under HEAD."""
    return (
        task.task_id,
        task.cluster,
        task.group,
        task.task_definition,
        task.last_status,
        task.health,
        task.stop_code,
        task.exit_code,
        task.node,
        age(task.created_at, now),
    )


def document(task: Task) -> dict[str, Any]:
    """The task for a program, in camelCase, times as text; what is not known is left out."""
    members = {name: rfc3339(value) if isinstance(value, datetime) else value for name, value in asdict(task).items()}
    return {_camel(name): value for name, value in members.items() if value not in (None, "")}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
