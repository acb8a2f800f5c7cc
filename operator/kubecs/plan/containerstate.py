"""The containers of a task as ECS shows them, read from a Pod."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kubecs.plan import notes, restartpolicy, runs
from kubecs.plan.runs import Pod, Run
from kubecs.plan.stopcause import container_reason, waiting_error
from kubecs.plan.timestamps import maybe
from kubecs.translate import labels

PENDING = "PENDING"
RUNNING = "RUNNING"
STOPPED = "STOPPED"

HEALTHY = "HEALTHY"
UNHEALTHY = "UNHEALTHY"
UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class ContainerState:
    """One container of a task.

    Attributes:
        name: ECS's name of it.
        kubernetes_name: Its name in the Pod.
        essential: The task ends with it.
        last_status: PENDING, RUNNING or STOPPED.
        exit_code: Once it has ended; None when it never ran.
        reason: Why it cannot start, or how it ended where that says more than the code.
        image: The image as the Pod names it.
        image_digest: `sha256:…` of the image that runs, if known.
        runtime_id: Its id at the container runtime, without scheme.
        health_status: HEALTHY, UNHEALTHY, or UNKNOWN as long as no check has said anything.
        checked: It has a health check.
        started_at: Start of its run in this task.
        finished_at: End of that run.
        last_lines: Last lines of its output, kept by the kubelet when it ended with an error.
    """

    name: str
    kubernetes_name: str
    essential: bool
    last_status: str
    exit_code: int | None
    reason: str | None
    image: str
    image_digest: str | None
    runtime_id: str | None
    health_status: str
    checked: bool
    started_at: datetime | None
    finished_at: datetime | None
    last_lines: str | None


def container_states(pod: Pod, ended: tuple[Run, ...], now: datetime) -> tuple[ContainerState, ...]:
    """The containers of the Pod's present task, in ECS's order, without those that kubecs adds.

    Args:
        pod: The Pod.
        ended: runs.ended_runs of it: with one, a container shows that run, whatever was started since.
        now: The clock, for health checks that have not passed yet.
    """
    by_name = {status["name"]: status for status in runs.statuses(pod)}
    names = notes.read(pod, labels.CONTAINER_NAMES, {})
    periods = notes.read(pod, labels.START_PERIODS, {})
    essential = runs.essential_names(pod)
    once = notes.read(pod, labels.RUNS_ONCE, [])
    newest = {run.container: run for run in ended}
    return tuple(
        _container_state(
            pod,
            container,
            by_name.get(container["name"], {}),
            _Known(
                name=names.get(container["name"], container["name"]),
                essential=container["name"] in essential,
                once=container["name"] in once,
                ended=newest.get(container["name"]),
                start_period=timedelta(seconds=periods.get(container["name"], 0)),
            ),
            now,
        )
        for container in runs.containers(pod)
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a container beside its spec and status."""

    name: str
    essential: bool
    once: bool
    ended: Run | None
    start_period: timedelta


def _container_state(
    pod: Pod, container: Mapping[str, Any], status: Mapping[str, Any], known: _Known, now: datetime
) -> ContainerState:
    run = known.ended or (None if known.essential else _harmless_end(status))
    running = (status.get("state") or {}).get("running")
    shown = None if running is not None and known.ended is None and not _waits(pod, run, known) else run
    container_id = shown.container_id if shown else status.get("containerID") or ""
    return ContainerState(
        name=known.name,
        kubernetes_name=container["name"],
        essential=known.essential,
        last_status=STOPPED if shown else RUNNING if running is not None else PENDING,
        exit_code=shown.exit_code if shown and shown.ran else None,
        reason=container_reason(shown) if shown else waiting_error(status) if status else None,
        image=container.get("image") or status.get("image") or "",
        image_digest=_digest(status.get("imageID") or ""),
        runtime_id=container_id.partition("://")[2] or None,
        health_status=UNKNOWN if shown and known.once else _health(pod, container, status, known.start_period, now),
        checked="readinessProbe" in container,
        started_at=shown.started_at if shown else runs.start_of(running or {}),
        finished_at=shown.finished_at if shown else None,
        last_lines=(shown.message or None) if shown and shown.ran else None,
    )


def _waits(pod: Pod, run: Run | None, known: _Known) -> bool:
    """The container's program has ended for good; what runs is the shim, which only waits."""
    return run is not None and known.once and not restartpolicy.goes_on(pod, run)


def _harmless_end(status: Mapping[str, Any]) -> Run | None:
    """The end of a container that is not essential; it is shown until the kubelet has started it again."""
    return (runs.run_in(status, "state") or runs.run_in(status, "lastState")) if status else None


def _digest(image_id: str) -> str | None:
    digest = image_id.rpartition("@")[2] or image_id
    return digest if digest.startswith("sha256:") else None


def _health(
    pod: Pod, container: Mapping[str, Any], status: Mapping[str, Any], start_period: timedelta, now: datetime
) -> str:
    """Read the readiness probe that stands for a health check; a startup probe alone says how it was at the start.

    A check that has not passed yet is UNKNOWN for as long as it could still pass for the first time.
    """
    probe = container.get("readinessProbe")
    started = runs.start_of((status.get("state") or {}).get("running") or {})
    if started is None:
        return UNKNOWN
    if probe is None:
        return HEALTHY if "startupProbe" in container and status.get("started") else UNKNOWN
    if status.get("ready"):
        return HEALTHY
    never_passed = now >= started + start_period + _tries(probe)
    return UNHEALTHY if never_passed or _was_ready(pod, started) else UNKNOWN


def unhealthy_from(pod: Pod) -> float:
    """Unix time from which an essential container of a Pod is UNHEALTHY unless its check passes; 0 where all pass.

    Asked for each Pod at each of its changes, so kept cheap where all is well.
    """
    waiting = {
        status["name"]: started
        for status in runs.statuses(pod)
        if not status.get("ready") and (started := runs.start_of((status.get("state") or {}).get("running") or {}))
    }
    if not waiting:
        return 0.0
    essential = runs.essential_names(pod)
    checked = [
        (each["readinessProbe"], each["name"])
        for each in runs.containers(pod)
        if each["name"] in waiting and each["name"] in essential and "readinessProbe" in each
    ]
    periods = notes.read(pod, labels.START_PERIODS, {}) if checked else {}
    return min((_fails_from(pod, probe, waiting[name], periods.get(name, 0)) for probe, name in checked), default=0.0)


def _fails_from(pod: Pod, probe: Mapping[str, Any], started: datetime, start_period: float) -> float:
    if _was_ready(pod, started):
        return started.timestamp()
    return (started + timedelta(seconds=start_period) + _tries(probe)).timestamp()


def _tries(probe: Mapping[str, Any]) -> timedelta:
    return timedelta(seconds=probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3))


def _was_ready(pod: Pod, started: datetime) -> bool:
    """Readiness that was lost after the start had been there."""
    for condition in (pod.get("status") or {}).get("conditions") or ():
        if condition.get("type") == "ContainersReady" and condition.get("status") == "False":
            lost = maybe(condition.get("lastTransitionTime"))
            return lost is not None and lost > started
    return False
