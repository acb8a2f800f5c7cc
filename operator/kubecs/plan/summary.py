"""The few facts of a task's Pod that counting needs, taken once when the Pod changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubecs.plan import containerstate, runs, taskstate
from kubecs.plan.launchtype import LAUNCH_TYPES
from kubecs.plan.timestamps import maybe, parse
from kubecs.translate import labels


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """One task's Pod, summed up.

    Attributes:
        uid: The Pod's uid.
        name: The Pod's name.
        deployment: The label of its ECS deployment, `ecs-svc-<digits>`; empty for a standalone task.
        owner_uid: The uid of its controlling ReplicaSet or ECSTask; empty without one.
        cluster: ECS's name of the cluster.
        service: ECS's name of the service; empty for a standalone task.
        owner: The name of the ECSService or ECSTask that it runs for.
        launch_type: EC2, FARGATE, …; empty where the label is none of these.
        last_status: ECS's lastStatus.
        created_epoch: Unix time at which its Pod was created.
        unplaced_reason: Why the scheduler found no node, in the metrics' terms; empty if it did or has not tried.
        restarts: Container restarts of the Pod, in all.
        node: Name of its node; empty while it has none.
        stays: Nobody has asked for its deletion.
        renewed_partly: It began with a restart in place that left other containers or volumes as they were.
        doomed: The operator has noted why it is about to stop.
        task_id: ECS's id of the task: 32 hex digits.
        unhealthy_from: Unix time from which its health checks make it UNHEALTHY unless they pass; 0 while they do.
        running_since: Unix time at which the last of its containers was started; 0 while its health checks pass.
        deletion_cost: What its ReplicaSet goes by when it has to choose one; empty where it has none.
        healthy_since: Unix time at which it became ready; 0 while it is not.
        renewed_epoch: Unix time of the restart in place that it began with; 0 for the first task of a Pod.
    """

    uid: str
    name: str
    deployment: str
    owner_uid: str
    cluster: str
    service: str
    owner: str
    launch_type: str
    last_status: str
    created_epoch: float
    unplaced_reason: str
    restarts: int
    healthy_since: float = 0.0
    node: str = ""
    stays: bool = True
    deletion_cost: str = ""
    doomed: bool = False
    renewed_partly: bool = False
    task_id: str = ""
    unhealthy_from: float = 0.0
    running_since: float = 0.0
    renewed_epoch: float = 0.0

    @property
    def running(self) -> bool:
        """Counts as a running task."""
        return self.last_status == "RUNNING"

    @property
    def pending(self) -> bool:
        """Counts as a pending task."""
        return self.last_status in {"PROVISIONING", "PENDING", "ACTIVATING"}


# What the scheduler writes into PodScheduled's message, to the reasons of ecs_cluster_unplaced_tasks; first match wins.
UNPLACED_REASONS = (
    ("Insufficient cpu", "resource_cpu"),
    ("Insufficient memory", "resource_memory"),
    ("free ports", "resource_ports"),
    ("nvidia.com/gpu", "resource_gpu"),
    ("node affinity/selector", "member_of"),
    ("untolerated taint", "attribute"),
    ("Too many pods", "no_capacity"),
    ("no nodes available", "no_capacity"),
    ("0/0 nodes", "no_capacity"),
)


DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"


def unplaced_reason(pod: Mapping[str, Any]) -> str:
    """Why the scheduler could not place a Pod; empty when it could, or was not asked."""
    for condition in (pod.get("status") or {}).get("conditions") or ():
        if condition.get("type") == "PodScheduled" and condition.get("reason") == "Unschedulable":
            message = condition.get("message", "")
            return next((reason for text, reason in UNPLACED_REASONS if text in message), "other")
    return ""


def _ready_since(pod: Mapping[str, Any]) -> float:
    for condition in (pod.get("status") or {}).get("conditions") or ():
        if condition.get("type") == "Ready" and condition.get("status") == "True":
            at = maybe(condition.get("lastTransitionTime"))
            return at.timestamp() if at else 0.0
    return 0.0


def _running_since(statuses: Iterable[Mapping[str, Any]]) -> float:
    starts = [runs.start_of(running) for each in statuses if (running := (each.get("state") or {}).get("running"))]
    return max((start.timestamp() for start in starts if start), default=0.0)


def summarise(pod: Mapping[str, Any]) -> TaskSummary:
    """Sum up a Pod that kubecs made."""
    metadata = pod["metadata"]
    marks, notes = metadata.get("labels") or {}, metadata.get("annotations") or {}
    owner = next((each for each in metadata.get("ownerReferences") or () if each.get("controller")), None)
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    unhealthy = containerstate.unhealthy_from(pod)
    renewed = runs.renewal_of(pod).at
    return TaskSummary(
        uid=metadata["uid"],
        name=metadata["name"],
        deployment=marks.get(labels.DEPLOYMENT, ""),
        owner_uid=owner["uid"] if owner else "",
        cluster=notes.get(labels.CLUSTER_NAME, ""),
        service=notes.get(labels.SERVICE_NAME, ""),
        owner=notes.get(labels.OWNER_OBJECT, ""),
        launch_type=launch if (launch := marks.get(labels.LAUNCH_TYPE, "")) in LAUNCH_TYPES else "",
        last_status=taskstate.last_status(pod),
        created_epoch=parse(metadata["creationTimestamp"]).timestamp(),
        renewed_epoch=renewed.timestamp() if renewed else 0.0,
        unplaced_reason=unplaced_reason(pod),
        restarts=sum(status.get("restartCount", 0) for status in statuses),
        healthy_since=_ready_since(pod),
        node=(pod.get("spec") or {}).get("nodeName") or "",
        stays=not metadata.get("deletionTimestamp"),
        deletion_cost=notes.get(DELETION_COST, ""),
        doomed=labels.STOP_REASON in notes,
        renewed_partly=labels.TASK_ID in notes and not runs.renews_whole(pod),
        task_id=runs.task_id(pod),
        unhealthy_from=unhealthy,
        running_since=_running_since(statuses) if unhealthy else 0.0,
    )
