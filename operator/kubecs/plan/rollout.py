"""The arithmetic of a rolling deployment: percents to task counts to a Deployment's integers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubecs.plan.timestamps import maybe

DEFAULT_PERCENTS = {"REPLICA": (100, 200), "DAEMON": (0, 100)}  # minimumHealthyPercent, maximumPercent

BLOCKED_MESSAGE = (
    "was unable to stop or start tasks during a deployment because of the service "
    "deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a rolling deployment may do at one desired count.

    Attributes:
        upper: Most tasks in RUNNING or PENDING: floor(desired x maximumPercent / 100).
        lower: Fewest healthy tasks: ceil(desired x minimumHealthyPercent / 100).
        max_surge: The Deployment's maxSurge, an integer.
        max_unavailable: The Deployment's maxUnavailable, an integer.
        blocked: The percents leave no room to start or stop a task: ECS would not move, nor do we.
    """

    upper: int
    lower: int
    max_surge: int
    max_unavailable: int
    blocked: bool


def bounds(desired: int, minimum_healthy_percent: int, maximum_percent: int) -> Bounds:
    """Percents to integers, rounded as ECS rounds (upper down, lower up), not as Kubernetes does.

    Kubernetes refuses a Deployment whose surge and unavailable are both 0, so surge is then written as 1; what keeps
    it from moving is that the caller pauses it while an earlier revision runs.
    """
    upper = desired * maximum_percent // 100
    lower = -(-desired * minimum_healthy_percent // 100)
    surge = max(upper - desired, 0)
    unavailable = max(desired - lower, 0)
    stuck = surge == 0 and unavailable == 0
    return Bounds(upper, lower, 1 if stuck else surge, unavailable, blocked=stuck and desired > 0)


def minimum_healthy_percent(service_spec: Mapping[str, Any]) -> int:
    """deploymentConfiguration.minimumHealthyPercent of an ECSService's spec."""
    configuration = service_spec.get("deploymentConfiguration") or {}
    default = DEFAULT_PERCENTS[service_spec.get("schedulingStrategy") or "REPLICA"][0]
    return int(configuration.get("minimumHealthyPercent", default))


def bounds_of(service_spec: Mapping[str, Any], desired: int) -> Bounds:
    """The bounds of an ECSService's spec at a count, with ECS's default percents."""
    configuration = service_spec.get("deploymentConfiguration") or {}
    default = DEFAULT_PERCENTS[service_spec.get("schedulingStrategy") or "REPLICA"][1]
    return bounds(desired, minimum_healthy_percent(service_spec), int(configuration.get("maximumPercent", default)))


def refused_since(deployment: Mapping[str, Any] | None) -> datetime | None:
    """Since when the API server refuses the Pods of a Deployment; None while it does not."""
    found = _replica_failure(deployment)
    return maybe(found.get("lastTransitionTime")) if found else None


def refused_pods(workload: Mapping[str, Any] | None) -> str:
    """Why the API server refuses the Pods of a Deployment or ReplicaSet (a quota, a policy), in its words, or empty."""
    found = _replica_failure(workload)
    return str(found.get("message") or found.get("reason") or "unknown") if found else ""


def _replica_failure(workload: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    conditions = ((workload or {}).get("status") or {}).get("conditions") or ()
    return next((each for each in conditions if each["type"] == "ReplicaFailure" and each["status"] == "True"), None)


def daemons_wanted(daemon_set: Mapping[str, Any] | None) -> int:
    """How many nodes shall have a daemon's task, by its DaemonSet's controller."""
    return int(((daemon_set or {}).get("status") or {}).get("desiredNumberScheduled", 0))


@dataclass(frozen=True, slots=True)
class Progress:
    """What a Deployment object says of itself, as far as the deployment controller has looked at the latest spec."""

    observed: bool
    updated: int
    available: int
    total: int

    def complete(self, desired: int) -> bool:
        """All replicas are of the latest template and available, and no older ones are left."""
        return self.observed and self.updated == desired == self.total and self.available >= desired


def progress(deployment: Mapping[str, Any] | None) -> Progress:
    """Read a live Deployment or DaemonSet; a missing one has not been observed."""
    if deployment is None:
        return Progress(observed=False, updated=0, available=0, total=0)
    status = deployment.get("status") or {}
    if deployment.get("kind") == "DaemonSet":
        return _daemons(deployment, status)
    return Progress(
        observed=status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 1),
        updated=status.get("updatedReplicas", 0),
        available=status.get("availableReplicas", 0),
        total=status.get("replicas", 0),
    )


def _daemons(daemon_set: Mapping[str, Any], status: Mapping[str, Any]) -> Progress:
    return Progress(
        observed=status.get("observedGeneration", 0) >= daemon_set["metadata"].get("generation", 1),
        updated=status.get("updatedNumberScheduled", 0),
        available=status.get("numberAvailable", 0),
        total=status.get("currentNumberScheduled", 0),
    )
