"""`deployments[]` of a service's status: the PRIMARY one and the ACTIVE older ones, in ECS's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubecs.plan import rollout
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.timestamps import rfc3339
from kubecs.translate import labels

IN_PROGRESS = "IN_PROGRESS"
COMPLETED = "COMPLETED"
PRIMARY = "PRIMARY"
ACTIVE = "ACTIVE"

REASONS = {
    IN_PROGRESS: "ECS deployment {id} in progress.",
    COMPLETED: "ECS deployment {id} completed.",
}


def label_of(deployment_id: str) -> str:
    """`ecs-svc/123` as a label value: `ecs-svc-123`."""
    return deployment_id.replace("/", "-")


@dataclass(frozen=True, slots=True)
class Rollout:
    """Where the PRIMARY deployment stands.

    Attributes:
        entries: status.deployments as it should read.
        state: IN_PROGRESS or COMPLETED.
        steady: The service is at its desired count, and nothing older runs.
        just_started: The status that is stored does not know the PRIMARY deployment yet.
        just_completed: In that status it was not COMPLETED yet.
    """

    entries: tuple[Mapping[str, Any], ...]
    state: str
    steady: bool
    just_started: bool
    just_completed: bool


def rollout_of(snapshot: ServiceSnapshot, primary: Mapping[str, Any], now: datetime) -> Rollout:
    """Build `deployments[]`.

    Args:
        snapshot: The service.
        primary: The newest service revision (a ControllerRevision), which may be about to be made.
        now: The clock, for updatedAt.
    """
    deployment_id = primary["data"]["deploymentId"]
    older = _older(snapshot, label_of(deployment_id))
    steady = not older and _reached(snapshot, label_of(deployment_id))
    before = _previous(snapshot, deployment_id)
    was_complete = before.get("rolloutState") == COMPLETED
    state = COMPLETED if steady or was_complete else IN_PROGRESS
    entries = [_entry(snapshot, primary, PRIMARY, state, now)]
    entries += [_entry(snapshot, revision, ACTIVE, _state_of_older(snapshot, revision), now) for revision in older]
    completed = state == COMPLETED and not was_complete
    return Rollout(tuple(entries), state, steady, just_started=not before, just_completed=completed)


def _reached(snapshot: ServiceSnapshot, label: str) -> bool:
    """The PRIMARY deployment has its desired count, healthy; with none desired there is nothing to wait for."""
    running = sum(task.running for task in snapshot.tasks)
    pending = sum(task.pending for task in snapshot.tasks)
    own = sum(task.running for task in snapshot.tasks if task.deployment == label)
    if pending or running != snapshot.desired or own != running:
        return False
    return snapshot.desired == 0 or _rolled_out(snapshot, label)


def _rolled_out(snapshot: ServiceSnapshot, label: str) -> bool:
    deployment = snapshot.deployment
    if deployment is None:
        return False
    template = deployment["spec"]["template"]["metadata"].get("labels") or {}
    current = template.get(labels.DEPLOYMENT) == label
    return current and rollout.progress(deployment).complete(snapshot.desired)


def _older(snapshot: ServiceSnapshot, primary_label: str) -> list[Mapping[str, Any]]:
    """The older service revisions that still have tasks or want some, newest first."""
    alive = {task.deployment for task in snapshot.tasks if task.running or task.pending}
    alive |= {
        (replica_set["metadata"].get("labels") or {}).get(labels.DEPLOYMENT, "")
        for replica_set in snapshot.replica_sets
        if replica_set["spec"].get("replicas", 0)
    }
    found = [
        revision
        for revision in snapshot.service_revisions
        if (label := label_of(revision["data"]["deploymentId"])) in alive and label != primary_label
    ]
    return sorted(found, key=lambda revision: -int(revision["revision"]))


def _previous(snapshot: ServiceSnapshot, deployment_id: str) -> Mapping[str, Any]:
    stored = snapshot.status.get("deployments") or ()
    return next((entry for entry in stored if entry.get("id") == deployment_id), {})


def _state_of_older(snapshot: ServiceSnapshot, revision: Mapping[str, Any]) -> str:
    """An older deployment keeps the state that it had."""
    return str(_previous(snapshot, revision["data"]["deploymentId"]).get("rolloutState", COMPLETED))


def _entry(
    snapshot: ServiceSnapshot, revision: Mapping[str, Any], status: str, state: str, now: datetime
) -> Mapping[str, Any]:
    """One deployment; `updatedAt` moves only when something else in it does."""
    data = revision["data"]
    label = label_of(data["deploymentId"])
    own = [task for task in snapshot.tasks if task.deployment == label]
    before = _previous(snapshot, data["deploymentId"])
    entry = {
        "id": data["deploymentId"],
        "status": status,
        "taskDefinition": data["taskDefinition"],
        "desiredCount": snapshot.desired if status == PRIMARY else _desired_of_older(snapshot, label),
        "pendingCount": sum(task.pending for task in own),
        "runningCount": sum(task.running for task in own),
        "failedTasks": max(snapshot.failed_to_start.get(label, 0), before.get("failedTasks", 0)),
        "rolloutState": state,
        "rolloutStateReason": REASONS[state].format(id=data["deploymentId"]),
        "createdAt": data["createdAt"],
    }
    same = all(before.get(name) == value for name, value in entry.items())
    return entry | {"updatedAt": before["updatedAt"] if same and before.get("updatedAt") else rfc3339(now)}


def _desired_of_older(snapshot: ServiceSnapshot, label: str) -> int:
    return sum(
        replica_set["spec"].get("replicas", 0)
        for replica_set in snapshot.replica_sets
        if (replica_set["metadata"].get("labels") or {}).get(labels.DEPLOYMENT) == label
    )
