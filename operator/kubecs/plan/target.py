"""What the Deployment of a service should show: whose template, how many tasks, within which bounds."""

from dataclasses import dataclass, replace
from datetime import datetime

from kubecs.plan import deployments, replacement, scaledown
from kubecs.plan.rollout import Bounds
from kubecs.plan.snapshot import Manifest, ServiceSnapshot, deployment_of
from kubecs.translate.controllerrevision import ServiceRevision, read_revision
from kubecs.translate.deployment import deployment_label


@dataclass(frozen=True, slots=True)
class Target:
    """The wanted state of the Deployment.

    Attributes:
        revision: The service revision whose template it has.
        replicas: How many tasks.
        bounds: How far it may go above and below.
        paused: Whether its rollout stands still.
        settled: No rollout is under way, so that single tasks can be replaced.
    """

    revision: ServiceRevision
    replicas: int
    bounds: Bounds
    paused: bool = False
    settled: bool = False


def target_of(snapshot: ServiceSnapshot, primary: ServiceRevision, now: datetime) -> Target:
    """The target, given the service revision of the PRIMARY deployment."""
    failed = deployments.previous(snapshot, primary.deployment_id).get("rolloutState") == deployments.FAILED
    if failed:
        return _standing(snapshot, primary)
    bounds = snapshot.bounds
    older = older_wanted(snapshot, primary)
    if snapshot.daemon:
        return Target(primary, snapshot.desired, bounds, paused=snapshot.blocked and older)
    if older and scaledown.is_under_way(snapshot, bounds, snapshot.desired):
        return Target(primary, snapshot.desired, scaledown.held(snapshot, bounds, snapshot.desired), paused=True)
    if older or not _shows(snapshot, primary):
        return Target(primary, snapshot.desired, bounds, paused=snapshot.blocked and older)
    extra = replacement.extra_replicas(snapshot, bounds, now.timestamp() - primary.min_ready_seconds)
    return Target(primary, snapshot.desired + extra, bounds, settled=True)


def _shows(snapshot: ServiceSnapshot, revision: ServiceRevision) -> bool:
    live = snapshot.deployment
    return live is not None and deployment_of(live["spec"]["template"]) == deployment_label(revision.deployment_id)


def _standing(snapshot: ServiceSnapshot, primary: ServiceRevision) -> Target:
    """A failed deployment starts nothing: what runs stays, under the template of the older deployment if one has tasks.

    Its tasks then take the place of what the failed one still runs; without one the failed tasks alone go.
    """
    kept = _older_alive(snapshot, primary)
    revision = read_revision(kept) if kept else primary
    replicas = min(snapshot.desired, _standing_count(snapshot, revision, primary))
    bounds = snapshot.bounds
    return Target(revision, replicas, replace(bounds, max_unavailable=max(replicas - bounds.lower, 0)))


def _standing_count(snapshot: ServiceSnapshot, revision: ServiceRevision, primary: ServiceRevision) -> int:
    live = snapshot.deployment
    shown = deployment_of(live["spec"]["template"]) if live else ""
    running = sum(task.running for task in snapshot.tasks if task.deployment == deployment_label(primary.deployment_id))
    if revision.number == primary.number:
        return min(running, int(live["spec"].get("replicas", 1)) if live else running)
    own = deployment_label(revision.deployment_id)
    if live is not None and shown == own:
        return int(live["spec"].get("replicas", 1))
    return running + snapshot.wanted_by(own)


def _older_alive(snapshot: ServiceSnapshot, primary: ServiceRevision) -> Manifest | None:
    """The older service revision with the most tasks."""
    older = [
        (snapshot.wanted_by(deployment_label(each["data"]["deploymentId"])), int(each["revision"]), each)
        for each in snapshot.service_revisions
        if int(each["revision"]) < primary.number
    ]
    count, _, found = max(older, default=(0, 0, None), key=lambda each: each[:2])
    return found if count else None


def older_wanted(snapshot: ServiceSnapshot, revision: ServiceRevision) -> bool:
    """Whether a ReplicaSet of another deployment wants tasks, or a daemon has some of another."""
    own = deployment_label(revision.deployment_id)
    if snapshot.daemon:
        return any(task.stays and task.deployment != own for task in snapshot.tasks)
    return any(each["spec"].get("replicas", 0) and deployment_of(each) != own for each in snapshot.replica_sets)
