"""A run of a container that has ended, read from the container's status, or from what the shim wrote there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubecs.plan.timestamps import maybe

UNIX_EPOCH_YEAR = 1970  # the kubelet's startedAt of a container that could not be started
START_ERROR = "StartError"  # the container runtime's word for a program that could not be started
LOST = "ContainerStatusUnknown"  # the kubelet's word for a container that it lost
TOLD_BY_SHIM = '{"kubecs":'  # how a termination message of the shim begins


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a container that has ended.

    Attributes:
        container: Kubernetes name of the container.
        container_id: Id at the container runtime, with its scheme; empty when the kubelet lost it.
        exit_code: Exit code; meaningless where the container never started.
        reason: The kubelet's word for the end: Completed, Error, OOMKilled, StartError, …
        message: Last lines of the output, or what the runtime said.
        started_at: Start; None when it never started.
        finished_at: End, if known.
    """

    container: str
    container_id: str
    exit_code: int
    reason: str
    message: str
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def ran(self) -> bool:
        """The container's own program was started."""
        return self.started_at is not None


def run_in(status: Mapping[str, Any], place: str) -> Run | None:
    """The ended run in `state` or `lastState` of a container status."""
    terminated = (status.get(place) or {}).get("terminated")
    if terminated is None:
        return None
    message = terminated.get("message") or ""
    told = _by_shim(message)
    if told is not None:
        return _told(status["name"], terminated, told)
    return Run(
        container=status["name"],
        container_id=terminated.get("containerID") or "",
        exit_code=int(terminated.get("exitCode", 0)),
        reason=terminated.get("reason") or "",
        message=message,
        started_at=start_of(terminated),
        finished_at=maybe(terminated.get("finishedAt")),
    )


def start_of(state: Mapping[str, Any]) -> datetime | None:
    """The startedAt of a running or terminated state; the kubelet writes 1970 for one that never started."""
    started = maybe(state.get("startedAt"))
    return started if started and started.year > UNIX_EPOCH_YEAR else None


def _by_shim(message: str) -> Mapping[str, Any] | None:
    """What the shim wrote; None for the words of a program, which may look alike."""
    if not message.startswith(TOLD_BY_SHIM):
        return None
    try:
        told = json.loads(message)["kubecs"]
    except json.JSONDecodeError:
        return None
    return told if isinstance(told, dict) and isinstance(told.get("exitCode"), int) else None


def _told(container: str, terminated: Mapping[str, Any], told: Mapping[str, Any]) -> Run:
    """The run of the program itself: the container may have ended otherwise, or only have waited since."""
    error, code = told.get("startError"), int(told["exitCode"])
    return Run(
        container=container,
        container_id=terminated.get("containerID") or "",
        exit_code=code,
        reason=START_ERROR if error else "Error" if code else "Completed",
        message=error or "",
        started_at=None if error else start_of(told),
        finished_at=maybe(told.get("finishedAt")),
    )
