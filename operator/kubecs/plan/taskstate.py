"""A task as ECS describes it, read from its Pod: lastStatus, desiredStatus, times, health, why it stopped.

The states DEACTIVATING and ACTIVATING belong to load balancers and are not reached yet. Between the end of an
essential container and the renewal or deletion of its Pod, a task is on its way to STOPPED whatever the kubelet has
started meanwhile: it counts neither as running nor as pending.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from kubecs.ecs.values import short_name
from kubecs.plan import runs, stopcause
from kubecs.plan.containerstate import HEALTHY, STOPPED, UNHEALTHY, UNKNOWN, ContainerState, container_states
from kubecs.plan.runs import Pod, Run
from kubecs.plan.stopcause import StopCause
from kubecs.plan.timestamps import maybe
from kubecs.translate import labels

PROVISIONING = "PROVISIONING"
PENDING = "PENDING"
ACTIVATING = "ACTIVATING"
RUNNING = "RUNNING"
STOPPING = "STOPPING"
DEPROVISIONING = "DEPROVISIONING"

COUNTED_AS_PENDING = frozenset({PROVISIONING, PENDING, ACTIVATING})
HEADED_FOR_STOP = frozenset({STOPPING, DEPROVISIONING, STOPPED})

TERMINAL_PHASES = frozenset({"Succeeded", "Failed"})
DEFAULT_GRACE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class TaskState:
    """One task.

    Attributes:
        task_id: 32 hex digits.
        cluster: ECS's name of its cluster.
        task_definition_arn: Full ARN of the revision that it runs.
        group: `service:<name>`, `family:<family>` or what was given.
        started_by: The deployment's id for a service's task, else what was given; None when nothing was.
        launch_type: EC2, FARGATE, …; empty when unknown.
        last_status: ECS's lastStatus.
        desired_status: RUNNING or STOPPED.
        health_status: HEALTHY, UNHEALTHY or UNKNOWN.
        containers: Its containers, in ECS's order.
        created_at: When the task came to be.
        pull_started_at: When its images were about to be pulled.
        pull_stopped_at: When the last of its containers could start.
        started_at: When it reached RUNNING; None when it never did.
        stopping_at: When its stop began.
        execution_stopped_at: When the last of its containers had ended.
        exit_code: That of the essential container that ended first; None when none ran to its end.
        ended: The runs of essential containers that ended it.
        cause: Why it stopped or cannot start, as far as the Pod says so; None while all is well, and for a deletion.
    """

    task_id: str
    cluster: str
    task_definition_arn: str
    group: str
    started_by: str | None
    launch_type: str
    last_status: str
    desired_status: str
    health_status: str
    containers: tuple[ContainerState, ...]
    created_at: datetime
    pull_started_at: datetime | None
    pull_stopped_at: datetime | None
    started_at: datetime | None
    stopping_at: datetime | None
    execution_stopped_at: datetime | None
    exit_code: int | None
    ended: tuple[Run, ...]
    cause: StopCause | None

    @property
    def never_started(self) -> bool:
        """None of its containers has run."""
        return all(container.started_at is None for container in self.containers)

    @property
    def essential_started(self) -> bool:
        """All of its essential containers have run."""
        return all(container.started_at is not None for container in self.containers if container.essential)


def task_state(pod: Pod, now: datetime) -> TaskState:
    """Describe the task that a Pod is now.

    Args:
        pod: The Pod, or what was last seen of it.
        now: The clock, for health checks.
    """
    ended = runs.ended_runs(pod)
    containers = container_states(pod, ended, now)
    status = last_status(pod)
    times = _times(pod, containers, ended)
    notes, marks = runs.annotations_of(pod), runs.labels_of(pod)
    family = family_and_revision(notes.get(labels.TASK_DEFINITION, ""))[0]
    return TaskState(
        task_id=runs.task_id(pod),
        cluster=notes.get(labels.CLUSTER_NAME, ""),
        task_definition_arn=notes.get(labels.TASK_DEFINITION, ""),
        group=notes.get(labels.TASK_GROUP) or f"family:{family}",
        started_by=notes.get(labels.STARTED_BY) or stopcause.deployment(pod) or None,
        launch_type=marks.get(labels.LAUNCH_TYPE, ""),
        last_status=status,
        desired_status=STOPPED if status in HEADED_FOR_STOP else RUNNING,
        health_status=_health(containers),
        containers=containers,
        created_at=times.created_at,
        pull_started_at=times.pull_started_at,
        pull_stopped_at=times.pull_stopped_at,
        started_at=times.started_at,
        stopping_at=times.stopping_at,
        execution_stopped_at=times.execution_stopped_at,
        exit_code=_exit_code(containers),
        ended=ended,
        cause=_cause(pod, ended),
    )


def family_and_revision(task_definition_arn: str) -> tuple[str, str]:
    """`web` and `3` from a task definition's ARN, which need not be one."""
    family, _, revision = short_name(task_definition_arn).partition(":")
    return family, revision


def last_status(pod: Pod) -> str:
    """ECS's lastStatus of the task that a Pod is now; asked for each Pod at each of its changes, so kept cheap."""
    if is_terminal(pod):
        return STOPPED
    if pod["metadata"].get("deletionTimestamp") or runs.ended_runs(pod):
        return STOPPING if _any_running(pod) else DEPROVISIONING
    if _all_started(pod):
        return RUNNING
    return PENDING if pod["spec"].get("nodeName") else PROVISIONING


def is_running(pod: Pod) -> bool:
    """Counts in runningCount."""
    return last_status(pod) == RUNNING


def is_pending(pod: Pod) -> bool:
    """Counts in pendingCount."""
    return last_status(pod) in COUNTED_AS_PENDING


def is_terminal(pod: Pod) -> bool:
    """All containers have ended for good."""
    return (pod.get("status") or {}).get("phase") in TERMINAL_PHASES


def changed_at(pod: Pod) -> datetime | None:
    """When the Pod last changed by its conditions, such as from ready to failed; None while it has none."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return max((at for each in conditions if (at := maybe(each.get("lastTransitionTime")))), default=None)


def _any_running(pod: Pod) -> bool:
    return any("running" in (status.get("state") or {}) for status in runs.statuses(pod))


def _all_started(pod: Pod) -> bool:
    """All containers were started, and the essential ones run."""
    found = runs.statuses(pod)
    idle = [status for status in found if "running" not in (status.get("state") or {})]
    if len(found) < len(runs.container_names(pod)):
        return False
    if not idle:
        return bool(found)
    essential = runs.essential_names(pod)
    return all(status["name"] not in essential and _has_ended_once(status) for status in idle)


def _has_ended_once(status: runs.Pod) -> bool:
    return any("terminated" in (status.get(place) or {}) for place in ("state", "lastState"))


def _health(containers: tuple[ContainerState, ...]) -> str:
    """A task is as healthy as its essential containers that have a check; without any it is UNKNOWN."""
    said = {container.health_status for container in containers if container.essential and container.checked}
    return next((each for each in (UNHEALTHY, UNKNOWN, HEALTHY) if each in said), UNKNOWN)


def _exit_code(containers: tuple[ContainerState, ...]) -> int | None:
    ended = [each for each in containers if each.essential and each.exit_code is not None]
    first = min(ended, key=lambda each: each.finished_at.timestamp() if each.finished_at else 0.0, default=None)
    return first.exit_code if first else None


def _cause(pod: Pod, ended: tuple[Run, ...]) -> StopCause | None:
    if is_terminal(pod):
        return stopcause.of_terminal_pod(pod)
    if pod["metadata"].get("deletionTimestamp"):
        return stopcause.by_operator(pod)
    return stopcause.of_end(pod, ended) if ended else stopcause.of_failed_start(pod)


@dataclass(frozen=True, slots=True)
class _Times:
    created_at: datetime
    pull_started_at: datetime | None
    pull_stopped_at: datetime | None
    started_at: datetime | None
    stopping_at: datetime | None
    execution_stopped_at: datetime | None


def _times(pod: Pod, containers: tuple[ContainerState, ...], ended: tuple[Run, ...]) -> _Times:
    """The times in ECS's order: clocks differ between nodes and the API server, so a later one is never earlier."""
    renewed = runs.renewal_of(pod).at
    created = renewed or maybe(pod["metadata"]["creationTimestamp"])
    if created is None:
        raise ValueError(f"Pod {pod['metadata']['name']} has no creationTimestamp")
    started = _started(pod, containers)
    found = (
        None if renewed else _pull_started(pod),
        None if renewed else started,
        started,
        _stopping(pod, ended),
        _all_ended(containers),
    )
    return _Times(created, *_in_order(created, found))


def _in_order(earliest: datetime, moments: tuple[datetime | None, ...]) -> Iterator[datetime | None]:
    for moment in moments:
        if moment is not None:
            earliest = max(earliest, moment)
            yield earliest
        else:
            yield None


def _pull_started(pod: Pod) -> datetime | None:
    """When the Pod's network was there, since the kubelet pulls after that; else when the kubelet took the Pod."""
    status = pod.get("status") or {}
    for condition in status.get("conditions") or ():
        if condition.get("type") == "PodReadyToStartContainers" and condition.get("status") == "True":
            return maybe(condition.get("lastTransitionTime"))
    return maybe(status.get("startTime"))


def _started(pod: Pod, containers: tuple[ContainerState, ...]) -> datetime | None:
    """When all containers had been started; a restart of one that is not essential does not move it."""
    restarts = {status["name"]: status.get("restartCount", 0) for status in runs.statuses(pod)}
    counted = [each for each in containers if each.essential or not restarts.get(each.kubernetes_name)]
    starts = [each.started_at for each in counted]
    if not starts or None in starts:
        return None
    return max(start for start in starts if start is not None)


def _stopping(pod: Pod, ended: tuple[Run, ...]) -> datetime | None:
    """The earliest of: somebody asked for the deletion, an essential container ended."""
    asked = deletion_asked_at(pod)
    ends = [run.finished_at for run in ended if run.finished_at is not None]
    moments = [*ends, *([asked] if asked else [])]
    return min(moments, default=None)


def deletion_asked_at(pod: Pod) -> datetime | None:
    """When the Pod's deletion was asked for: deletionTimestamp is that plus the grace period."""
    metadata = pod["metadata"]
    ends_at = maybe(metadata.get("deletionTimestamp"))
    if ends_at is None:
        return None
    return ends_at - timedelta(seconds=metadata.get("deletionGracePeriodSeconds", DEFAULT_GRACE_SECONDS))


def _all_ended(containers: tuple[ContainerState, ...]) -> datetime | None:
    """When the last container had ended; None while one of them runs."""
    ends = [each.finished_at for each in containers if each.started_at is not None]
    if not ends or None in ends:
        return None
    return max(end for end in ends if end is not None)
