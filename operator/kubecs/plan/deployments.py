"""`deployments[]` of a service's status: the PRIMARY one and the ACTIVE older ones, in ECS's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubecs.plan import history, rollout, stopdeployment
from kubecs.plan.breaker import Breaker, Failures, breaker_of, failures_of
from kubecs.plan.snapshot import ServiceSnapshot, deployment_of
from kubecs.plan.timestamps import rfc3339

IN_PROGRESS = "IN_PROGRESS"
COMPLETED = "COMPLETED"
FAILED = "FAILED"
PRIMARY = "PRIMARY"
ACTIVE = "ACTIVE"

REASONS = {
    IN_PROGRESS: "ECS deployment {id} in progress.",
    COMPLETED: "ECS deployment {id} completed.",
    FAILED: "ECS deployment circuit breaker: tasks failed to start.",
}
ROLLING_BACK = "ECS deployment circuit breaker: rolling back to deploymentId {id}."


def label_of(deployment_id: str) -> str:
    """`ecs-svc/123` as a label value: `ecs-svc-123`."""
    return deployment_id.replace("/", "-")


@dataclass(frozen=True, slots=True)
class Rollout:
    """Where the PRIMARY deployment stands.

    Attributes:
        entries: status.deployments as it should read.
        state: IN_PROGRESS, COMPLETED or FAILED.
        steady: The service is at its desired count, and nothing older runs.
        just_started: The status that is stored does not know the PRIMARY deployment yet.
        just_completed: In that status it was not COMPLETED yet.
        just_failed: In that status it was not FAILED yet.
        history: status.history as it should read.
    """

    entries: tuple[Mapping[str, Any], ...]
    state: str
    steady: bool
    just_started: bool
    just_completed: bool
    just_failed: bool
    history: tuple[Mapping[str, Any], ...]

    @property
    def failed_tasks(self) -> int:
        """Failed tasks of the PRIMARY deployment."""
        return int(self.entries[0]["failedTasks"])


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
    before = previous(snapshot, deployment_id)
    breaker = breaker_of(snapshot.spec, snapshot.desired)
    failures = failures_of(snapshot, label_of(deployment_id), before, breaker, now)
    stopped = stopdeployment.requested(snapshot, deployment_id) is not None
    state = _state(before, breaker, failures, steady=steady, stopped=stopped)
    entries = [_entry(snapshot, primary, PRIMARY, state, failures, now)]
    entries += [_older_entry(snapshot, revision, now) for revision in older]
    ended = _ended(snapshot, primary, state, now)
    return Rollout(
        tuple(entries),
        state,
        steady and state != FAILED,
        just_started=not before,
        just_completed=state == COMPLETED and before.get("rolloutState") != COMPLETED,
        just_failed=state == FAILED and before.get("rolloutState") != FAILED,
        history=tuple(history.with_entries(history.stored(snapshot), ended)),
    )


def _state(before: Mapping[str, Any], breaker: Breaker, failures: Failures, *, steady: bool, stopped: bool) -> str:
    """What has completed or failed stays so: the breaker watches a deployment only while it is on its way."""
    known = str(before.get("rolloutState", IN_PROGRESS))
    if known != IN_PROGRESS:
        return known
    if steady:
        return COMPLETED
    tripped = breaker.enabled and failures.count >= breaker.threshold
    return FAILED if stopped or tripped else IN_PROGRESS


def _ended(
    snapshot: ServiceSnapshot, primary: Mapping[str, Any], state: str, now: datetime
) -> tuple[Mapping[str, Any], ...]:
    """The deployments that ended by now: the PRIMARY one, and one that was on its way when this one began."""
    found = []
    if state != IN_PROGRESS:
        text = _reason(snapshot, primary, state)
        stopped = text == stopdeployment.reason(primary["data"]["deploymentId"])
        found.append(history.entry(primary, history.STOPPED if stopped else state, text, now))
    for revision in snapshot.service_revisions:
        before = previous(snapshot, revision["data"]["deploymentId"])
        if revision["revision"] < primary["revision"] and before.get("rolloutState") == IN_PROGRESS:
            text = f"ECS deployment {primary['data']['deploymentId']} took its place."
            found.append(history.entry(revision, history.SUPERSEDED, text, now))
    return tuple(found)


def _reason(snapshot: ServiceSnapshot, revision: Mapping[str, Any], state: str) -> str:
    """ECS's rolloutStateReason; that of a deployment which has ended stays."""
    ident, back = revision["data"]["deploymentId"], revision["data"].get("rolledBackFrom")
    before = previous(snapshot, ident)
    if state == FAILED and before.get("rolloutState") == FAILED:
        return str(before.get("rolloutStateReason"))
    if state == FAILED and stopdeployment.requested(snapshot, ident):
        return stopdeployment.reason(ident)
    if back and state == IN_PROGRESS:
        return ROLLING_BACK.format(id=back["toDeploymentId"])
    return REASONS[state].format(id=ident)


def _reached(snapshot: ServiceSnapshot, label: str) -> bool:
    """The PRIMARY deployment has its desired count, healthy; with none desired there is nothing to wait for."""
    running = sum(task.running for task in snapshot.tasks)
    pending = sum(task.pending for task in snapshot.tasks)
    own = sum(task.running for task in snapshot.tasks if task.deployment == label)
    if pending or running != snapshot.desired or own != running:
        return False
    if snapshot.daemon and not rollout.progress(snapshot.deployment).observed:
        return False  # nobody has counted the nodes yet
    return snapshot.desired == 0 or _rolled_out(snapshot, label)


def _rolled_out(snapshot: ServiceSnapshot, label: str) -> bool:
    deployment = snapshot.deployment
    if deployment is None:
        return False
    current = deployment_of(deployment["spec"]["template"]) == label
    return current and rollout.progress(deployment).complete(snapshot.desired)


def _older(snapshot: ServiceSnapshot, primary_label: str) -> list[Mapping[str, Any]]:
    """The older service revisions that still have tasks or want some, newest first."""
    alive = {task.deployment for task in snapshot.tasks if task.running or task.pending}
    alive |= {deployment_of(each) for each in snapshot.replica_sets if each["spec"].get("replicas", 0)}
    found = [
        revision
        for revision in snapshot.service_revisions
        if (label := label_of(revision["data"]["deploymentId"])) in alive and label != primary_label
    ]
    return sorted(found, key=lambda revision: -int(revision["revision"]))


def previous(snapshot: ServiceSnapshot, deployment_id: str) -> Mapping[str, Any]:
    """A deployment as the status that is stored has it; empty where it does not know it."""
    stored = snapshot.status.get("deployments") or ()
    return next((entry for entry in stored if entry.get("id") == deployment_id), {})


def _older_entry(snapshot: ServiceSnapshot, revision: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """An older deployment keeps the state and the failed tasks that it had."""
    before = previous(snapshot, revision["data"]["deploymentId"])
    state = str(before.get("rolloutState", COMPLETED))
    failures = Failures(int(before.get("failedTasks", 0)), str(before.get("healthyAt") or ""))
    return _entry(snapshot, revision, ACTIVE, state, failures, now)


def _entry(
    snapshot: ServiceSnapshot,
    revision: Mapping[str, Any],
    status: str,
    state: str,
    failures: Failures,
    now: datetime,
) -> Mapping[str, Any]:
    """One deployment; `updatedAt` moves only when something else in it does."""
    data = revision["data"]
    label = label_of(data["deploymentId"])
    own = [task for task in snapshot.tasks if task.deployment == label]
    before = previous(snapshot, data["deploymentId"])
    entry = {
        "id": data["deploymentId"],
        "status": status,
        "taskDefinition": data["taskDefinition"],
        "desiredCount": snapshot.desired if status == PRIMARY else snapshot.wanted_by(label),
        "pendingCount": sum(task.pending for task in own),
        "runningCount": sum(task.running for task in own),
        "failedTasks": failures.count,
        "rolloutState": state,
        "rolloutStateReason": _reason(snapshot, revision, state),
        "createdAt": data["createdAt"],
        **({"healthyAt": failures.healthy_at} if failures.healthy_at else {}),
    }
    same = all(before.get(name) == value for name, value in entry.items())
    return entry | {"updatedAt": before["updatedAt"] if same and before.get("updatedAt") else rfc3339(now)}
