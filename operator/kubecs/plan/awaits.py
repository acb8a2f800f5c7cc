"""Containers that others wait for before they start: which of their ends means that the task cannot start."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kubecs.plan import notes
from kubecs.plan.termination import Run, start_of
from kubecs.translate import labels
from kubecs.translate.podwords import COMPLETE, ENDING, HEALTHY, SUCCESS

Pod = Mapping[str, Any]


def fails(pod: Pod, run: Run) -> bool:
    """Whether a run ended so that what waits for its container can never start."""
    condition = notes.read(pod, labels.AWAITED, {}).get(run.container)
    if condition == SUCCESS:
        return run.exit_code != 0 or not run.ran
    if condition == COMPLETE:
        return not run.ran
    return condition == HEALTHY and not _others_started(pod)


def failure(pod: Pod, run: Run) -> str:
    """What to say about such a run."""
    name = notes.read(pod, labels.CONTAINER_NAMES, {}).get(run.container, run.container)
    condition = notes.read(pod, labels.AWAITED, {}).get(run.container)
    how = f"ended with exit code {run.exit_code}" if run.ran else f"could not be started: {run.message}"
    wanted = {SUCCESS: "end with exit code 0", COMPLETE: "end", HEALTHY: "become HEALTHY"}[condition or SUCCESS]
    return f"container {name} had to {wanted} before others start, and {how}"


def overdue(pod: Pod, now: datetime) -> tuple[str, float] | None:
    """Of the containers whose end is awaited and that run, the one that has least of its startTimeout left.

    Returns:
        ECS's name of it and the seconds left, not positive when they are over; None when nothing is limited.
    """
    timeouts = notes.read(pod, labels.START_TIMEOUTS, {})
    if not timeouts:
        return None
    awaited, names = notes.read(pod, labels.AWAITED, {}), notes.read(pod, labels.CONTAINER_NAMES, {})
    left = []
    for status in (pod.get("status") or {}).get("initContainerStatuses") or ():
        name = names.get(status["name"], status["name"])
        started = start_of((status.get("state") or {}).get("running") or {})
        if started and name in timeouts and awaited.get(status["name"]) in ENDING:
            left.append(((started + timedelta(seconds=timeouts[name]) - now).total_seconds(), name))
    return (min(left)[1], min(left)[0]) if left else None


def _others_started(pod: Pod) -> bool:
    """A regular container has started: everything that was awaited had come about by then."""
    return any(
        status.get("restartCount") or "waiting" not in (status.get("state") or {"waiting": {}})
        for status in (pod.get("status") or {}).get("containerStatuses") or ()
    )
