"""The status of an ECSService: ECS's own fields and the conditions that kubectl and GitOps tools read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kubecs.ecs.values import cluster_arn
from kubecs.plan import conditions, health, history, references, rollout, throttle
from kubecs.plan.account import Account
from kubecs.plan.actions import Observation, Plan
from kubecs.plan.carried import carried, with_carried
from kubecs.plan.conditions import Condition
from kubecs.plan.deployments import COMPLETED, FAILED, IN_PROGRESS, Rollout, previous, rollout_of
from kubecs.plan.loadbalancers import NOTHING_SERVED, Served
from kubecs.plan.parameters import waiting
from kubecs.plan.refusal import Refusal
from kubecs.plan.serviceevents import Message, say
from kubecs.plan.servicerevision import Chosen
from kubecs.plan.snapshot import Manifest, ServiceSnapshot
from kubecs.plan.timestamps import parse
from kubecs.translate.deployment import selector_labels
from kubecs.translate.finding import by_condition
from kubecs.translate.servicefindings import service_findings

AVAILABLE = "Available"
NOT_RENEWED = "NotRenewed"
STEADY = "SteadyState"
PENDING_NEXT_DEPLOYMENT = "PendingNextDeployment"
ROLE_NOT_MAPPED = "RoleNotMapped"
PAUSED_MESSAGE = "spec.kubernetes.paused is true: the service's Deployment is left as it is"


def described(
    snapshot: ServiceSnapshot,
    chosen: Chosen,
    now: datetime,
    notices: Sequence[Condition | None] = (),
    traffic: Served = NOTHING_SERVED,
) -> Plan:
    """The status of a service whose tasks run as they should, given the service revision that it runs."""
    primary = chosen.manifest
    progress = rollout_of(snapshot, primary, now)
    triple = _triple(snapshot, progress, chosen)
    said = [*health.messages(snapshot, now), *_rollout_messages(snapshot, progress, primary)]
    if traffic.unserved is not None and not snapshot.paused:
        triple = conditions.stalled(traffic.unserved.reason, traffic.unserved.message)
        said = [each for each in said if each.reason != STEADY]
    extra = (*_notices(snapshot, primary, traffic), *(notice for notice in notices if notice))
    observed = _observations(snapshot, progress, primary, now)
    everything = with_carried(extra, carried(snapshot.revisions, chosen.revision.task_definition))
    plan = _plan(snapshot, progress, (*triple, *everything), said, now, observed)
    stored = conditions.stored(snapshot.service)
    news = conditions.announced(stored, triple) if traffic.unserved else ()
    events = (*plan.events, *news, *conditions.begun(stored, extra))
    again = [each for each in (traffic.again, _look_again(snapshot, progress, now)) if each is not None]
    return replace(plan, events=events, requeue_after=min(again, default=None))


def _look_again(snapshot: ServiceSnapshot, progress: Rollout, now: datetime) -> float | None:
    """Tasks that are refused, or whose checks don't pass, fail as time goes by, and no event tells of that."""
    unhealthy = health.next_look(snapshot, now)
    waits = [] if unhealthy is None else [unhealthy]
    if progress.state == IN_PROGRESS and rollout.refused_since(snapshot.deployment) is not None:
        waits.append(max(snapshot.settings.failed_start_seconds, 1.0))
    return min(waits, default=None)


def refused(snapshot: ServiceSnapshot, refusal: Refusal, now: datetime) -> Plan:
    """The status of a service that can't be served as it is written; what ran before is described and untouched."""
    stored = conditions.stored(snapshot.service)
    again: float | None = None
    if refusal.missing:
        grace = snapshot.settings.missing_grace_seconds
        missing = references.missing(stored, refusal.reason, refusal.message, now, grace)
        wanted, again = missing.conditions, missing.requeue_after
    else:
        triple = conditions.reconciling if refusal.waits else conditions.stalled
        wanted = triple(refusal.reason, refusal.message)
    newest = snapshot.newest_revision
    progress = rollout_of(snapshot, newest, now) if newest else None
    silent = refusal.waits or (refusal.quiet and again is not None)
    message = Message("Warning", refusal.reason, f"was unable to deploy: {refusal.message}")
    plan = _plan(snapshot, progress, wanted, [] if silent else [message], now, ())
    unseen = refusal.unseen if plan.events else None
    return Plan(status=plan.status, events=plan.events, requeue_after=again, unseen=unseen)


def _plan(
    snapshot: ServiceSnapshot,
    progress: Rollout | None,
    wanted: Sequence[Condition],
    messages: Sequence[Message],
    now: datetime,
    observations: tuple[Observation, ...],
) -> Plan:
    events, posted = say(snapshot.status.get("events") or (), messages, snapshot.name, snapshot.uid, now)
    everything = (*wanted, _available(snapshot))
    status = _ecs_fields(snapshot, progress) | {
        "events": events,
        "observedGeneration": snapshot.generation,
        "conditions": conditions.set_conditions(
            conditions.stored(snapshot.service), everything, snapshot.generation, now
        ),
    }
    return Plan(status=status, events=posted, observations=observations)


def _ecs_fields(snapshot: ServiceSnapshot, progress: Rollout | None) -> dict[str, Any]:
    metadata = snapshot.service["metadata"]
    selector = selector_labels(snapshot.cluster, snapshot.name)
    return {
        "status": "DRAINING" if metadata.get("deletionTimestamp") else "ACTIVE",
        "serviceArn": snapshot.arn,
        "cluster": snapshot.cluster,
        "clusterArn": cluster_arn(snapshot.account.id, snapshot.cluster),
        "taskDefinition": progress.entries[0]["taskDefinition"] if progress else None,
        "desiredCount": snapshot.desired,
        "runningCount": sum(task.running for task in snapshot.tasks),
        "pendingCount": sum(task.pending for task in snapshot.tasks),
        "deployments": list(progress.entries) if progress else [],
        "history": list(progress.history) if progress else list(history.stored(snapshot)),
        "selector": ",".join(f"{name}={value}" for name, value in selector.items()),
        "createdAt": metadata.get("creationTimestamp"),
    }


def _triple(snapshot: ServiceSnapshot, progress: Rollout, chosen: Chosen) -> tuple[Condition, ...]:
    if snapshot.paused:
        return conditions.reconciling("Paused", PAUSED_MESSAGE)
    return _ended_badly(snapshot, progress, chosen) or _under_way(snapshot, progress, chosen.revision.deployment_id)


def _ended_badly(snapshot: ServiceSnapshot, progress: Rollout, chosen: Chosen) -> tuple[Condition, ...]:
    """What the spec asks for has failed, whether something else runs in its place or not."""
    if progress.state == FAILED:
        text = (
            f"{progress.entries[0]['rolloutStateReason']} {_counts(snapshot)} (deployment {progress.entries[0]['id']})"
        )
        return conditions.stalled("DeploymentFailed", text)
    if not chosen.rolled_back:
        return ()
    failed = chosen.revision.rolled_back_from
    wanted = failed["parameters"].get("taskDefinition", "")
    text = f"deployment {failed['deploymentId']} of {wanted} failed; {chosen.revision.task_definition} runs instead"
    settled = conditions.stalled if progress.state == COMPLETED else conditions.reconciling
    return settled("RolledBack", text)


def _counts(snapshot: ServiceSnapshot) -> str:
    return f"{sum(task.running for task in snapshot.tasks)} of {snapshot.desired} tasks are running"


def _under_way(snapshot: ServiceSnapshot, progress: Rollout, deployment_id: str) -> tuple[Condition, ...]:
    if progress.steady:
        return conditions.ready(STEADY, f"{snapshot.desired} of {snapshot.desired} tasks are running")
    held_up = _held_up(snapshot, progress)
    if held_up is not None:
        return conditions.reconciling(held_up.reason, held_up.of(snapshot.name))
    counts = _counts(snapshot)
    if progress.state == "COMPLETED":
        return conditions.reconciling("Scaling", counts)
    return conditions.reconciling("DeploymentInProgress", f"ECS deployment {deployment_id} in progress: {counts}")


def _held_up(snapshot: ServiceSnapshot, progress: Rollout) -> Message | None:
    """What keeps tasks from being stopped or started while some should be; nothing of ours can mend it."""
    if snapshot.paused or progress.steady:
        return None
    if snapshot.blocked and len(progress.entries) > 1:
        return Message("Warning", "DeploymentBlocked", rollout.BLOCKED_MESSAGE)
    refused = rollout.refused_pods(snapshot.deployment)
    return Message("Warning", "TasksRefused", f"was unable to start a task: {refused}") if refused else None


def _available(snapshot: ServiceSnapshot) -> Condition:
    lower = snapshot.bounds.lower
    ready = rollout.progress(snapshot.deployment).available
    enough = ready >= lower
    message = f"{ready} healthy tasks, at least {lower} are wanted"
    return Condition(AVAILABLE, "True" if enough else "False", "Enough" if enough else "TooFew", message)


def _notices(snapshot: ServiceSnapshot, primary: Manifest, traffic: Served) -> tuple[Condition, ...]:
    grouped = by_condition((*service_findings(snapshot.spec, snapshot.account.maps), *traffic.findings))
    found = [Condition(kind, "True", reason, message) for kind, (reason, message) in grouped.items()]
    partly = sorted(task.name for task in snapshot.tasks if task.renewed_partly)
    if partly:
        message = f"restarted in place within the gap, so that not all of the task was renewed: {', '.join(partly)}"
        found.append(Condition(NOT_RENEWED, "True", NOT_RENEWED, message))
    held = primary["data"].get("waiting")
    changed = sorted(_differing(waiting(snapshot.spec), held)) if held is not None else []
    if changed:
        message = f"applied to the tasks of the next deployment: {', '.join(changed)}"
        found.append(Condition(PENDING_NEXT_DEPLOYMENT, "True", PENDING_NEXT_DEPLOYMENT, message))
    return tuple(found)


def role_notice(account: Account, role: str | None) -> Condition | None:
    """A task role that the account's map does not know has no rights in this cluster."""
    if role is None or account.grant(role) is not None:
        return None
    message = f"taskRoleArn: ECSAccount spec.roles has no entry for {role}; its ServiceAccount is bound to nothing"
    return Condition(ROLE_NOT_MAPPED, "True", ROLE_NOT_MAPPED, message)


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def _rollout_messages(snapshot: ServiceSnapshot, progress: Rollout, primary: Manifest) -> list[Message]:
    deployment_id = primary["data"]["deploymentId"]
    messages = []
    back = primary["data"].get("rolledBackFrom")
    if progress.just_started and back:
        messages.append(Message("Warning", "RollingBack", f"rolling back to deployment {back['toDeploymentId']}."))
    if progress.just_started:
        text = f"(deployment {deployment_id}) deployment started with {primary['data']['taskDefinition']}."
        messages.append(Message("Normal", "DeploymentStarted", text))
    held_up = _held_up(snapshot, progress)
    if held_up is not None and not _shown(snapshot, held_up):
        messages.append(held_up)
    if _newly_throttled(snapshot, progress):
        messages.append(Message("Warning", "TasksThrottled", throttle.THROTTLED_MESSAGE))
    if progress.just_failed:
        stopped = progress.history[0]["outcome"] == history.STOPPED
        text = "stopped." if stopped else "failed: tasks failed to start."
        messages.append(Message("Warning", "DeploymentFailed", f"(deployment {deployment_id}) deployment {text}"))
    if progress.just_completed:
        text = f"(deployment {deployment_id}) deployment completed."
        messages.append(Message("Normal", "DeploymentCompleted", text))
    if progress.steady and _newly_steady(snapshot, progress):
        messages.append(Message("Normal", STEADY, "has reached a steady state."))
    return messages


def _newly_throttled(snapshot: ServiceSnapshot, progress: Rollout) -> bool:
    """From now on failed tasks are replaced with gaps, and were not before."""
    before = previous(snapshot, progress.entries[0]["id"]).get("failedTasks", 0)
    gaps = [throttle.gap_seconds(failed, snapshot.desired) for failed in (before, progress.failed_tasks)]
    return gaps[0] == 0 < gaps[1]


def _newly_steady(snapshot: ServiceSnapshot, progress: Rollout) -> bool:
    """The status that is stored tells of another steady state, or of none; the way to this one may have gone unseen."""
    scaled = snapshot.status.get("desiredCount") != snapshot.desired
    ready = conditions.is_true(conditions.stored(snapshot.service), conditions.READY)
    return scaled or progress.just_completed or not ready


def _shown(snapshot: ServiceSnapshot, message: Message) -> bool:
    """The status says it already, so that it is an event once for as long as it holds."""
    before = conditions.find(conditions.stored(snapshot.service), conditions.READY) or {}
    now_holds = (message.reason, conditions.bounded(message.of(snapshot.name)))
    return now_holds == (before.get("reason"), before.get("message"))


def _observations(
    snapshot: ServiceSnapshot, progress: Rollout, primary: Manifest, now: datetime
) -> tuple[Observation, ...]:
    """The duration of a deployment that has just ended, once: the status that it is written with remembers it."""
    labelled = {"namespace": snapshot.namespace, "cluster": snapshot.cluster, "strategy": "rolling"}
    found, back = [], primary["data"].get("rolledBackFrom")
    if progress.just_completed or progress.just_failed:
        seconds = (now - parse(primary["data"]["createdAt"])).total_seconds()
        done = "rolled_back" if progress.just_completed and back else progress.state.lower()
        found.append(_duration(labelled, done, seconds))
    if back and progress.just_started:
        of_cluster = {"namespace": snapshot.namespace, "cluster": snapshot.cluster}
        found.append(Observation("ecs_deployment_rollbacks_total", {**of_cluster, "trigger": _trigger(snapshot, back)}))
    before = next(iter(snapshot.status.get("deployments") or ()), None)
    if before and before["id"] != primary["data"]["deploymentId"] and before.get("rolloutState") == "IN_PROGRESS":
        found.append(_duration(labelled, "superseded", (now - parse(before["createdAt"])).total_seconds()))
    return tuple(found)


def _trigger(snapshot: ServiceSnapshot, back: Mapping[str, Any]) -> str:
    outcomes = {each["id"]: each["outcome"] for each in history.stored(snapshot)}
    return "user" if outcomes.get(back["deploymentId"]) == history.STOPPED else "circuit_breaker"


def _duration(labelled: Mapping[str, str], outcome: str, seconds: float) -> Observation:
    return Observation("ecs_deployment_duration_seconds", {**labelled, "outcome": outcome}, max(seconds, 0.0))
