"""The deployment circuit breaker: how many tasks may fail before a deployment is given up, and how many have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubecs.plan import rollout
from kubecs.plan.snapshot import ServiceSnapshot, deployment_of
from kubecs.plan.timestamps import maybe, rfc3339

DEFAULT_TYPE = "BOUNDED_PERCENT"
DEFAULT_PERCENT = 50
LEAST, MOST = 3, 200  # bounds of BOUNDED_PERCENT


@dataclass(frozen=True, slots=True)
class Breaker:
    """deploymentConfiguration.deploymentCircuitBreaker, with ECS's defaults.

    Attributes:
        enabled: Whether a deployment is given up at all.
        rollback: Whether the last one that completed is then started anew.
        resets: A task that becomes healthy sets the count back to 0.
        threshold: So many failed tasks fail the deployment.
    """

    enabled: bool
    rollback: bool
    resets: bool
    threshold: int


def breaker_of(service_spec: Mapping[str, Any], desired: int) -> Breaker:
    """Read it from an ECSService's spec; thresholds in percent are of the desired count."""
    configuration = service_spec.get("deploymentConfiguration") or {}
    given = configuration.get("deploymentCircuitBreaker") or {}
    return Breaker(
        enabled=bool(given.get("enable")),
        rollback=bool(given.get("enable") and given.get("rollback")),
        resets=given.get("resetOnHealthyTask", True),
        threshold=threshold(given.get("thresholdConfiguration") or {}, desired),
    )


def threshold(configuration: Mapping[str, Any], desired: int) -> int:
    """How many failed tasks fail a deployment, at least 1 (ECS API, ThresholdConfiguration)."""
    kind = configuration.get("type", DEFAULT_TYPE)
    value = int(configuration.get("value", DEFAULT_PERCENT))
    share = -(-desired * value // 100)
    wanted: Mapping[str, int] = {
        "COUNT": value,
        "UNBOUNDED_PERCENT": share,
        "BOUNDED_PERCENT": min(max(share, LEAST), MOST),
    }
    return max(wanted[kind], 1)


@dataclass(frozen=True, slots=True)
class Failures:
    """What a deployment's failed tasks come to.

    Attributes:
        count: ECS's failedTasks: since a task was last healthy, where that sets the count back.
        healthy_at: When a task of it was last healthy, RFC 3339; empty while no task of it has failed.
    """

    count: int
    healthy_at: str


def failures_of(
    snapshot: ServiceSnapshot, label: str, before: Mapping[str, Any], breaker: Breaker, now: datetime
) -> Failures:
    """Count the failed tasks of a deployment.

    Args:
        snapshot: The service.
        label: The deployment's label.
        before: The deployment as the status that is stored has it; it remembers failures whose records have expired.
        breaker: Whether a healthy task sets the count back.
        now: The clock.
    """
    times = snapshot.failures.get(label, ())
    stored = int(before.get("failedTasks", 0))
    refused = refused_starts(snapshot, label, now)
    if not times and not stored and not refused:
        return Failures(0, "")
    known = maybe(before.get("healthyAt"))
    own = [task.healthy_since for task in snapshot.tasks if task.deployment == label]
    last = max([*own, known.timestamp() if known else 0.0], default=0.0)
    counted = refused + sum(at.timestamp() > last or not breaker.resets for at in times)
    moved = breaker.resets and (known is None or last > known.timestamp()) and last > 0
    moment = rfc3339(datetime.fromtimestamp(last, now.tzinfo)) if last else ""
    return Failures(counted if moved else max(counted, stored), moment)


def refused_starts(snapshot: ServiceSnapshot, label: str, now: datetime) -> int:
    """Tasks that the API server does not let start (a quota, Pod Security): each is one failure per waiting period."""
    deployment = snapshot.deployment
    since = rollout.refused_since(deployment)
    if deployment is None or since is None or deployment_of(deployment["spec"]["template"]) != label:
        return 0
    present = sum(task.deployment == label for task in snapshot.tasks)
    periods = int((now - since).total_seconds() // max(snapshot.settings.failed_start_seconds, 1.0))
    return max(snapshot.wanted_by(label) - present, 0) * periods
