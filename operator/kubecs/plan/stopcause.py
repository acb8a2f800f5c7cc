"""Why a task stopped or cannot start: Kubernetes' words to ECS's stopCode and stoppedReason, as tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubecs.plan import awaits, notes, runs, spot
from kubecs.plan.runs import Pod, Run
from kubecs.plan.termination import LOST
from kubecs.translate import labels
from kubecs.translate.initialization import ENVIRONMENT_FILES, SECRETS

ESSENTIAL_CONTAINER_EXITED = "EssentialContainerExited"
INFRASTRUCTURE_HEALTH = "InfrastructureHealth"
SERVICE_SCHEDULER_INITIATED = "ServiceSchedulerInitiated"
SPOT_INTERRUPTION = "SpotInterruption"
TASK_FAILED_TO_START = "TaskFailedToStart"
TERMINATION_NOTICE = "TerminationNotice"
USER_INITIATED = "UserInitiated"

STOPPED_BY = frozenset({"stopCode", "stoppedReason"})  # what the operator notes

EXITED = "Essential container in task exited"
FAILED_TO_START = "Task failed to start"
STOPPED_BY_USER = "Task stopped by user"
SCALED = "Scaling activity initiated by (deployment {deployment})"
HOST_TERMINATED = "Host EC2 (instance {node}) terminated."
INTERRUPTED = "Your Spot Task was interrupted."
REMOVED = "The node has lost the container before its end was seen"
UNHEALTHY = "Task failed container health checks"
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"

CANNOT_PULL = "CannotPullContainerError"
CANNOT_CREATE = "CannotCreateContainerError"
CANNOT_START = "CannotStartContainerError"
RESOURCE_INITIALIZATION = "ResourceInitializationError"

# What the kubelet waits for, where waiting does not help: ECS would have stopped the task.
WAITING_ERRORS: Mapping[str, str] = {
    "ErrImagePull": CANNOT_PULL,
    "ImagePullBackOff": CANNOT_PULL,
    "ErrImageNeverPull": CANNOT_PULL,
    "ImageInspectError": CANNOT_PULL,
    "InvalidImageName": CANNOT_PULL,
    "RegistryUnavailable": CANNOT_PULL,
    "SignatureValidationFailed": CANNOT_PULL,
    "CreateContainerConfigError": CANNOT_CREATE,
    "CreateContainerError": CANNOT_CREATE,
    "PreCreateHookError": CANNOT_CREATE,
    "PostStartHookError": CANNOT_START,
    "PreStartHookError": CANNOT_START,
    "RunContainerError": CANNOT_START,
}

# What the kubelet says of a variable's source that is not there, and ECS's words for it.
MISSING_SOURCES = (
    (re.compile(r'^secret "|\bin Secret '), SECRETS),
    (re.compile(r'^configmap "|\bin ConfigMap '), ENVIRONMENT_FILES),
)

# How the kubelet calls the end of a container that the runtime could not start.
NEVER_STARTED: Mapping[str, str] = {
    "ContainerCannotRun": CANNOT_START,
    "CreateContainerError": CANNOT_CREATE,
    "StartError": CANNOT_START,
}

# Reasons of the Pod condition DisruptionTarget: somebody else than the user or the service ends the task.
DISRUPTIONS: Mapping[str, tuple[str, str]] = {
    "DeletionByPodGC": (TERMINATION_NOTICE, HOST_TERMINATED),
    "DeletionByTaintManager": (INFRASTRUCTURE_HEALTH, "{reason}: {message}"),
    "EvictionByEvictionAPI": (INFRASTRUCTURE_HEALTH, "{reason}: {message}"),
    "PreemptionByScheduler": (INFRASTRUCTURE_HEALTH, "{reason}: {message}"),
    "TerminationByKubelet": (INFRASTRUCTURE_HEALTH, "{reason}: {message}"),
}

# Values of status.reason of a Pod that the node gave up, having run or not.
EVICTED = "Evicted"
NODE_REASONS = frozenset({EVICTED, "NodeLost", "NodeShutdown", "Preempting", "Shutdown", "Terminated"})

# Of these and of the reasons above: the machine itself is going down.
SHUTDOWNS = frozenset({"NodeShutdown", "Shutdown", "Terminated", "TerminationByKubelet"})


Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StopCause:
    """ECS's stopCode and stoppedReason."""

    code: str
    reason: str


def of_end(pod: Pod, ended: tuple[Run, ...]) -> StopCause:
    """The cause of a task that ended because an essential container did, or one that others waited for.

    `ended` is not empty.
    """
    unmet = next((run for run in ended if awaits.fails(pod, run)), None)
    if unmet is not None:
        return StopCause(TASK_FAILED_TO_START, f"{FAILED_TO_START}: {awaits.failure(pod, unmet)}")
    newest = ended[-1]
    if not any(run.ran for run in ended) and newest.reason in NEVER_STARTED:
        return StopCause(TASK_FAILED_TO_START, container_reason(newest) or FAILED_TO_START)
    unseen = 1 if runs.standalone(pod) else runs.unseen_runs(pod)
    more = f" ({unseen} times before this was seen; what is shown is the last run)" if unseen > 1 else ""
    return StopCause(ESSENTIAL_CONTAINER_EXITED, EXITED + more)


def of_terminal_pod(pod: Pod, node: Node | None = None) -> StopCause:
    """The cause of a task whose Pod reached phase Succeeded or Failed and is still there.

    Args:
        pod: The Pod.
        node: Its Node, where that is known.
    """
    status = pod["status"]
    stated = by_operator(pod) or by_disruption(pod, node)
    if stated:
        return stated
    reason, message = status.get("reason") or "", status.get("message") or ""
    if reason in NODE_REASONS:
        return _infrastructure(node, reason, StopCause(INFRASTRUCTURE_HEALTH, f"{reason}: {message}"))
    ended = runs.ended_runs(pod)
    if not (reason or runs.standalone(pod)):
        # Its kubelet would start again whatever ends by itself, and gives no reason where all ended with 0.
        return _infrastructure(
            node, EVICTED, StopCause(INFRASTRUCTURE_HEALTH, f"{EVICTED}: its node has ended the Pod")
        )
    if ended:
        return of_end(pod, ended)
    return StopCause(TASK_FAILED_TO_START, f"{FAILED_TO_START}: {message or reason}" if reason else FAILED_TO_START)


def of_deletion(pod: Pod, ended_before: tuple[Run, ...], *, replicas_fell: bool, node: Node | None = None) -> StopCause:
    """The cause of a task whose Pod was deleted.

    Args:
        pod: The Pod as it was last seen.
        ended_before: Runs that had ended before anybody asked for the deletion.
        replicas_fell: Whether the Pod's ReplicaSet wants fewer Pods than before.
        node: Its Node, where that is known.
    """
    stated = by_operator(pod)
    if stated:
        return stated
    if ended_before:
        return of_end(pod, ended_before)
    if replicas_fell:
        scaled = StopCause(SERVICE_SCHEDULER_INITIATED, SCALED.format(deployment=deployment(pod)))
        return by_disruption(pod, node) or _infrastructure(node, "", scaled)
    return by_disruption(pod, node) or StopCause(USER_INITIATED, STOPPED_BY_USER)


def of_failed_start(pod: Pod) -> StopCause | None:
    """The cause of a task that waits in vain: an image that cannot be pulled and the like; None where none does."""
    for status in runs.all_statuses(pod):
        reason = waiting_error(status)
        if reason:
            return StopCause(TASK_FAILED_TO_START, reason)
    return None


def of_overdue_start(name: str) -> StopCause:
    """The cause of a task in which a container did not end within its startTimeout."""
    return StopCause(TASK_FAILED_TO_START, f"{FAILED_TO_START}: container {name} did not end within its startTimeout")


def by_operator(pod: Pod) -> StopCause | None:
    """What the operator noted before it stopped the task."""
    read = notes.read(pod, labels.STOP_REASON, {})
    return StopCause(read["stopCode"], read["stoppedReason"]) if read.keys() >= STOPPED_BY else None


def by_disruption(pod: Pod, node: Node | None = None) -> StopCause | None:
    """What the condition DisruptionTarget says, if it holds, and what the Pod's Node says about it."""
    for condition in (pod.get("status") or {}).get("conditions") or ():
        if condition.get("type") == "DisruptionTarget" and condition.get("status") == "True":
            reason, message = condition.get("reason") or "", condition.get("message") or ""
            code, text = DISRUPTIONS.get(reason, (INFRASTRUCTURE_HEALTH, "{reason}: {message}"))
            host = pod["spec"].get("nodeName") or "unknown"
            cause = StopCause(code, text.format(reason=reason, message=message, node=host))
            return _infrastructure(node, reason, cause)
    return None


def _infrastructure(node: Node | None, reason: str, cause: StopCause) -> StopCause:
    """The cause, or that the node is a spot instance which is taken back; its tasks are the first to be scaled in."""
    interrupted = spot.is_interrupted(node, shut_down=reason in SHUTDOWNS)
    return StopCause(SPOT_INTERRUPTION, INTERRUPTED) if interrupted else cause


def deployment(pod: Pod) -> str:
    """ECS's id of the deployment that a service's Pod belongs to: `ecs-svc/<digits>`; empty for other Pods."""
    return runs.labels_of(pod).get(labels.DEPLOYMENT, "").replace("ecs-svc-", "ecs-svc/", 1)


def waiting_error(status: Mapping[str, Any]) -> str | None:
    """ECS's text for a container that cannot be started; None for one that is on its way."""
    waiting = (status.get("state") or {}).get("waiting") or {}
    error = WAITING_ERRORS.get(waiting.get("reason") or "")
    if error is None:
        return None
    message = waiting.get("message") or waiting["reason"]
    missing = next((what for pattern, what in MISSING_SOURCES if pattern.search(message)), None)
    if error == CANNOT_CREATE and missing:
        return f"{RESOURCE_INITIALIZATION}: {missing}: {message}"
    return f"{error}: {message}"


def container_reason(run: Run) -> str | None:
    """ECS's `reason` of a container that ended; None for one that simply exited."""
    if run.reason == "OOMKilled":
        return OUT_OF_MEMORY
    if run.reason == LOST and not run.ran:
        return REMOVED
    error = NEVER_STARTED.get(run.reason)
    if error and run.message.startswith(ENVIRONMENT_FILES):  # the shim could not read them
        error = RESOURCE_INITIALIZATION
    if error and not run.ran:
        return f"{error}: {run.message or run.reason}"
    return None
