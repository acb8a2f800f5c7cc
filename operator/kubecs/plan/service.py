"""The decision about one ECSService: refuse, or bring its children to what the spec says, and describe it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from kubecs.ecs.errors import EcsError
from kubecs.plan import checks, drain, health, history, replacement, rest, servicestatus
from kubecs.plan.actions import Action, Apply, Create, Delete, Observation, Plan, Ref
from kubecs.plan.adoption import adoptions
from kubecs.plan.companions import companion_actions
from kubecs.plan.disruption import budget_actions
from kubecs.plan.identity import identity_actions
from kubecs.plan.loadbalancers import served
from kubecs.plan.references import Resolved, resolve
from kubecs.plan.refusal import Refusal, described, resolution_refusal
from kubecs.plan.servicerevision import Chosen, choose, previous_number
from kubecs.plan.snapshot import Manifest, ServiceSnapshot, deployment_of
from kubecs.plan.subset import is_subset
from kubecs.plan.target import Target, older_wanted, target_of
from kubecs.translate import labels
from kubecs.translate.controllerrevision import parameters_hash, read_revision
from kubecs.translate.daemonset import daemon_set
from kubecs.translate.deployment import DeploymentContext, deployment
from kubecs.translate.hashing import digest
from kubecs.translate.owner import owner_reference

HASH_LENGTH = 16


def plan_service(snapshot: ServiceSnapshot, now: datetime) -> Plan:
    """Decide. A refused or paused service keeps what it runs; nothing of it is written but its status."""
    refusal = checks.refusal(snapshot)
    if refusal is not None:
        return servicestatus.refused(snapshot, refusal, now)
    reference = snapshot.spec["taskDefinition"]
    previous = previous_number(snapshot.spec, snapshot.newest_revision)
    resolution = resolve(reference, snapshot.revisions, snapshot.family_object, previous)
    if not isinstance(resolution, Resolved):
        return servicestatus.refused(snapshot, resolution_refusal(resolution, reference, snapshot.family_object), now)
    if snapshot.paused or snapshot.service["metadata"].get("deletionTimestamp"):
        return _untouched(snapshot, now)
    chosen = choose(snapshot, resolution, now)
    if isinstance(chosen, Refusal):
        return servicestatus.refused(snapshot, chosen, now)
    return _deployed(snapshot, resolution, chosen, now)


def _untouched(snapshot: ServiceSnapshot, now: datetime) -> Plan:
    newest = snapshot.newest_revision
    if newest is None:
        return servicestatus.refused(snapshot, Refusal("Paused", servicestatus.PAUSED_MESSAGE, waits=True), now)
    return servicestatus.described(snapshot, Chosen(read_revision(newest), newest, create=False), now)


def _deployed(snapshot: ServiceSnapshot, resolution: Resolved, chosen: Chosen, now: datetime) -> Plan:
    role = resolution.revision["spec"]["taskDefinition"].get("taskRoleArn")
    try:
        identities = identity_actions(role, snapshot.account, snapshot.identities)
    except EcsError as error:
        return servicestatus.refused(snapshot, Refusal("InvalidRole", described(error)), now)
    beside = companion_actions(chosen.revision.companions, snapshot.companions)
    leaving = (*(() if snapshot.daemon else drain.cost_actions(snapshot)), *health.mark_actions(snapshot, now))
    stops = health.stop_actions(snapshot, replacement_first=_replacement_first(snapshot, chosen, now))
    traffic = served(snapshot, resolution, settled=not older_wanted(snapshot, chosen.revision))
    manifest = deployment_manifest(snapshot, target_of(snapshot, chosen.revision, now))
    waits = rest.must_wait(manifest, snapshot, now)
    wanted = (
        adoptions(snapshot.service_revisions, snapshot.service),
        identities,
        (*beside, *traffic.actions),
        leaving,
        *_deploying(snapshot, chosen, None if waits else manifest),
        stops,
        _outdated(snapshot, chosen),
    )
    steps = tuple(step for step in wanted if step)
    notices = (servicestatus.role_notice(snapshot.account, role),)
    shown = servicestatus.described(snapshot, chosen, now, notices, traffic)
    went = (*_went(snapshot, chosen), *(("Service",) if traffic.restores and not chosen.create else ()))
    shown = replace(shown, steps=_counted(steps, went), confirm=bool(went))
    return _look_soon(shown) if waits else shown


def _counted(steps: tuple[tuple[Action, ...], ...], went: tuple[str, ...]) -> tuple[tuple[Action, ...], ...]:
    """The steps, where what brings back a child that was there says so to the metrics."""
    return tuple(tuple(_as_recreation(action, went) for action in step) for step in steps) if went else steps


def _as_recreation(action: Action, went: tuple[str, ...]) -> Action:
    if not isinstance(action, Apply | Create) or action.manifest["kind"] not in went:
        return action
    seen = Observation("ecs_operator_child_recreations_total", {"kind": action.manifest["kind"]})
    return replace(action, observations=(*action.observations, seen))


def _look_soon(plan: Plan) -> Plan:
    again = min(plan.requeue_after or rest.LOOK_AGAIN_SECONDS, rest.LOOK_AGAIN_SECONDS)
    return replace(plan, puts_off=True, requeue_after=again)


def _replacement_first(snapshot: ServiceSnapshot, chosen: Chosen, now: datetime) -> bool:
    """The maximum allows a replacement beside an unhealthy task, and no rollout replaces it anyway."""
    room = replacement.room(snapshot, snapshot.bounds)
    return bool(room) and target_of(snapshot, chosen.revision, now).settled


def _went(snapshot: ServiceSnapshot, chosen: Chosen) -> tuple[str, ...]:
    """The kind of a child that was there and is gone: by itself, or with the service, whose end another watch tells."""
    if snapshot.deployment is None:
        was_there = snapshot.service_revisions or snapshot.status.get("deployments")
        return ("DaemonSet" if snapshot.daemon else "Deployment",) if was_there else ()
    if snapshot.disruption_budget is None and not snapshot.daemon and snapshot.status.get("deployments"):
        return ("PodDisruptionBudget",)
    notes = snapshot.deployment["metadata"].get("annotations") or {}
    lost = chosen.create and notes.get(labels.SERVICE_REVISION) == str(chosen.revision.number)
    return ("ControllerRevision",) if lost else ()


def _deploying(snapshot: ServiceSnapshot, chosen: Chosen, manifest: Manifest | None) -> tuple[tuple[Action, ...], ...]:
    """One after the other: written at the same time, the second one holds the first up.

    A rollback's ControllerRevision comes first, since nothing else tells that the parameters have failed.
    """
    actions = _deployment_actions(snapshot, chosen, manifest)
    ordered = sorted(actions, key=lambda action: isinstance(action, Create) is not chosen.rolled_back)
    return (*((action,) for action in ordered), () if snapshot.daemon else budget_actions(snapshot))


def _deployment_actions(snapshot: ServiceSnapshot, chosen: Chosen, manifest: Manifest | None) -> tuple[Action, ...]:
    """The Deployment where it differs, if its turn has come, and the ControllerRevision where there is none yet."""
    actions: list[Action] = []
    if manifest is not None and not _as_wanted(manifest, snapshot.deployment):
        known = snapshot.deployment if chosen.create else None
        actions.append(Apply(_on_condition(manifest, known), _why(snapshot, chosen)))
    if chosen.create:
        reason = f"keep service revision {chosen.revision.number} ({chosen.revision.deployment_id})"
        actions.append(Create(chosen.manifest, reason))
    return tuple(actions)


def _on_condition(manifest: Manifest, known: Manifest | None) -> Manifest:
    """Another deployment begins only on the Deployment that the decision knew: two would take turns at its template."""
    if known is None:
        return manifest
    return {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": known["metadata"]["resourceVersion"]}}


def _why(snapshot: ServiceSnapshot, chosen: Chosen) -> str:
    if snapshot.deployment is None:
        return f"start service {snapshot.name} with {snapshot.desired} tasks of {chosen.revision.task_definition}"
    if chosen.create and chosen.rolled_back:
        return f"roll service {snapshot.name} back to {chosen.revision.task_definition}"
    if chosen.create:
        return f"deploy {chosen.revision.task_definition} to service {snapshot.name}"
    replicas = snapshot.deployment["spec"].get("replicas")
    if snapshot.daemon:
        return f"bring the DaemonSet of service {snapshot.name} to what it should be"
    if replicas != snapshot.desired:
        return f"scale service {snapshot.name} from {replicas} to {snapshot.desired} tasks"
    return f"bring the Deployment of service {snapshot.name} back to what it should be"


def _as_wanted(wanted: Manifest, live: Manifest | None) -> bool:
    """The hash tells what we sent last, the comparison whether somebody changed it since."""
    return live is not None and is_subset(wanted, live)


def deployment_manifest(snapshot: ServiceSnapshot, target: Target) -> dict[str, Any]:
    """The Deployment, of a daemon the DaemonSet: the revision's template verbatim, count and bounds of the target."""
    revision, bounds = target.revision, target.bounds
    workload = daemon_set if snapshot.daemon else deployment
    manifest = workload(
        DeploymentContext(
            name=snapshot.child_name,
            namespace=snapshot.namespace,
            owner=owner_reference(snapshot.service),
            cluster=snapshot.cluster,
            service=snapshot.name,
            deployment_id=revision.deployment_id,
            service_revision=revision.number,
            template=revision.template,
            replicas=target.replicas,
            max_surge=bounds.max_surge,
            max_unavailable=bounds.max_unavailable,
            min_ready_seconds=revision.min_ready_seconds,
            paused=target.paused,
            annotations={
                labels.OWNER_OBJECT: snapshot.service["metadata"]["name"],
                labels.PARAMETERS_HASH: parameters_hash(revision.parameters),
            },
        )
    )
    manifest["metadata"]["annotations"][labels.APPLIED_HASH] = digest(_but_template(manifest), HASH_LENGTH)
    return manifest


def _but_template(manifest: Manifest) -> dict[str, Any]:
    """The template is the revision's, which an annotation names; found again on the server it reads longer."""
    return {**manifest, "spec": {name: value for name, value in manifest["spec"].items() if name != "template"}}


def _outdated(snapshot: ServiceSnapshot, chosen: Chosen) -> tuple[Action, ...]:
    """Service revisions beyond those kept, unless tasks of theirs are still there."""
    alive = {task.deployment for task in snapshot.tasks} | {deployment_of(each) for each in snapshot.replica_sets}
    good = history.last_completed(snapshot)
    spared = {chosen.revision.number, int(good["revision"]) if good else 0}
    newest_first = sorted(snapshot.service_revisions, key=lambda each: -int(each["revision"]))
    return tuple(
        Delete(_ref(each), f"forget service revision {each['revision']}")
        for each in newest_first[snapshot.settings.service_revisions_kept :]
        if deployment_of(each) not in alive and each["revision"] not in spared
    )


def _ref(manifest: Manifest) -> Ref:
    metadata = manifest["metadata"]
    return Ref("apps/v1", "ControllerRevision", metadata["namespace"], metadata["name"], metadata["uid"])
