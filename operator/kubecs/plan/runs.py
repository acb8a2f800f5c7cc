"""Runs of a Pod's containers: which have ended, which of them belong to the task that the Pod is now.

A Pod of a service is one task after another: its kubelet restarts a container that ended, and the operator then gives
the Pod a new task id. That id is derived from the run that ended, so it also says up to which run the Pod is renewed.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubecs.plan import awaits, notes, restartpolicy
from kubecs.plan.termination import LOST
from kubecs.plan.termination import Run as Run
from kubecs.plan.termination import run_in as run_in
from kubecs.plan.termination import start_of as start_of
from kubecs.plan.timestamps import maybe, rfc3339
from kubecs.translate import labels, podwords

Pod = Mapping[str, Any]

RENEWED = f"{labels.GROUP}/renewed"  # annotation, JSON {"at", "runs"}: when the id last changed, after how many runs
TASK_ID_LENGTH = 32  # hex digits

TASK_SCOPED_VOLUMES = ("emptyDir", "ephemeral")  # they outlive a restart in place, a task's volume must not


def annotations_of(pod: Pod) -> Mapping[str, str]:
    """The annotations of a Pod."""
    return pod["metadata"].get("annotations") or {}


def labels_of(pod: Pod) -> Mapping[str, str]:
    """The labels of a Pod."""
    return pod["metadata"].get("labels") or {}


def standalone(pod: Pod) -> bool:
    """A task on its own: its containers are never started again."""
    return bool(pod["spec"].get("restartPolicy") == "Never")


def task_id(pod: Pod) -> str:
    """The id of the task that a Pod is now: 32 hex digits."""
    return annotations_of(pod).get(labels.TASK_ID) or str(pod["metadata"]["uid"]).replace("-", "")


def id_after(pod: Pod, run: Run) -> str:
    """The id of the task that follows a run in the same Pod."""
    text = f"{pod['metadata']['uid']}/{run.container_id}"
    return hashlib.sha256(text.encode()).hexdigest()[:TASK_ID_LENGTH]


def container_names(pod: Pod) -> tuple[str, ...]:
    """Kubernetes names of the task's own containers, in ECS's order: without what kubecs adds to the Pod."""
    return tuple(notes.read(pod, labels.CONTAINERS, [each["name"] for each in pod["spec"]["containers"]]))


def containers(pod: Pod) -> tuple[Mapping[str, Any], ...]:
    """The task's own containers as the Pod's spec has them, in ECS's order, wherever in the Pod they are."""
    spec = pod["spec"]
    found = {each["name"]: each for each in (*(spec.get("initContainers") or ()), *spec["containers"])}
    return tuple(found[name] for name in container_names(pod) if name in found)


def statuses(pod: Pod) -> Sequence[Mapping[str, Any]]:
    """The statuses of the task's own containers; empty until the kubelet has seen it."""
    if labels.CONTAINERS not in annotations_of(pod):
        regular: Sequence[Mapping[str, Any]] = (pod.get("status") or {}).get("containerStatuses") or ()
        return regular
    own = container_names(pod)
    return [status for status in all_statuses(pod) if status["name"] in own]


def all_statuses(pod: Pod) -> Sequence[Mapping[str, Any]]:
    """The statuses of all containers, in the order in which they start."""
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def essential_names(pod: Pod) -> frozenset[str]:
    """Kubernetes names of the essential containers; all of them where the annotation is missing."""
    return frozenset(notes.read(pod, labels.ESSENTIAL, [each["name"] for each in pod["spec"]["containers"]]))


def ended_runs(pod: Pod) -> tuple[Run, ...]:
    """Runs that ended the task that the Pod is now, oldest first; none while it lives.

    They are those of essential containers, and those after which the others cannot start.
    """
    if not _any_end(pod):
        return ()
    essential = essential_names(pod)
    found = [
        run
        for status in statuses(pod)
        for run in _ended(pod, status)
        if (run.container in essential and not restartpolicy.goes_on(pod, run)) or awaits.fails(pod, run)
    ]
    if not found:
        return _lost_runs(pod)
    found.sort(key=lambda run: run.finished_at.timestamp() if run.finished_at else 0.0)
    current = task_id(pod)
    ids = [id_after(pod, run) for run in found]
    return tuple(found[ids.index(current) + 1 :] if current in ids else found)


def _lost_runs(pod: Pod) -> tuple[Run, ...]:
    """Runs of which only the kubelet's count is left: it has lost the container itself before anybody looked."""
    if standalone(pod) or labels.RESTARTS in annotations_of(pod) or runs_ended(pod) <= renewal_of(pod).runs:
        return ()
    essential = essential_names(pod)
    return tuple(
        Run(
            container=status["name"],
            container_id=f"{LOST}/{status['name']}/{status['restartCount']}",
            exit_code=0,
            reason=LOST,
            message="",
            started_at=None,
            finished_at=start_of((status.get("state") or {}).get("running") or {}),
        )
        for status in statuses(pod)
        if status["name"] in essential and status.get("restartCount")
    )


def _any_end(pod: Pod) -> bool:
    """A cheap look first: most Pods are asked often and have never seen an end."""
    return any(
        status.get("restartCount")
        or "terminated" in (status.get("state") or {})
        or "terminated" in (status.get("lastState") or {})
        for status in statuses(pod)
    )


def _ended(pod: Pod, status: Mapping[str, Any]) -> Iterator[Run]:
    """Ends in the order in which they happened; one without an id cannot be told from another and is left out."""
    for place in ("lastState", "state"):
        run = run_in(status, place)
        if run is not None and (run.container_id or standalone(pod)):
            yield run


@dataclass(frozen=True, slots=True)
class Renewal:
    """When a Pod last became another task, and how many runs had ended in it by then."""

    at: datetime | None
    runs: int


def renewal_of(pod: Pod) -> Renewal:
    """Read the annotation; a Pod that is still its first task was never renewed."""
    read = notes.read(pod, RENEWED, {})
    return Renewal(maybe(read.get("at")), int(read.get("runs", 0)))


def runs_ended(pod: Pod) -> int:
    """How many runs of essential containers have ended in this Pod, counted by the kubelet."""
    essential = essential_names(pod)
    return sum(_ends(status) for status in statuses(pod) if status["name"] in essential)


def _ends(status: Mapping[str, Any]) -> int:
    """A container that runs has ended as often as it was restarted; one that does not, once more."""
    restarts = int(status.get("restartCount", 0))
    if "running" in (status.get("state") or {}):
        return restarts
    ended = run_in(status, "state") or run_in(status, "lastState")
    return restarts + 1 if ended else restarts


def unseen_runs(pod: Pod) -> int:
    """How many runs the Pod's present task stands for; above 1 when several ended before anybody looked.

    Where a restart policy lets a task go on after a run, the kubelet's count says nothing about tasks.
    """
    if labels.RESTARTS in annotations_of(pod):
        return 1
    return max(runs_ended(pod) - renewal_of(pod).runs, 1)


def renews_whole(pod: Pod) -> bool:
    """Whether the kubelet's restart renews all of the task.

    It does not where there is another container, an init container, or a volume that belongs to the task. The shim,
    and what copies it, are not the task's.
    """
    if len(container_names(pod)) > 1 or len(pod["spec"]["containers"]) > 1:
        return False
    if labels.CONTAINERS not in annotations_of(pod) and pod["spec"].get("initContainers"):
        return False
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or ()}
    if labels.COMMANDS in annotations_of(pod):
        volumes.pop(max((name for name in volumes if name.startswith(podwords.SHIM)), key=len, default=""), None)
    return not any(kind in volume for volume in volumes.values() for kind in TASK_SCOPED_VOLUMES)


def next_task_id(pod: Pod) -> str | None:
    """The id that the Pod gets for the run after the newest end; None while its task lives."""
    ended = ended_runs(pod)
    return id_after(pod, ended[-1]) if ended else None


def renewal_patch(pod: Pod) -> tuple[Mapping[str, Any], ...]:
    """A JSON Patch that makes the Pod the next task, and fails if somebody has done so already.

    It tests the old id, or without one the resourceVersion; it may be sent again after a crash.

    Raises:
        ValueError: The Pod's task has not ended.
    """
    ended = ended_runs(pod)
    if not ended:
        raise ValueError(f"no run has ended in Pod {pod['metadata']['name']}")
    newest = ended[-1]
    at = rfc3339(newest.finished_at) if newest.finished_at else None
    renewed = json.dumps({"at": at, "runs": runs_ended(pod)}, sort_keys=True)
    return (
        {"op": "test", "path": "/metadata/uid", "value": pod["metadata"]["uid"]},
        _unchanged(pod),
        {"op": "add", "path": _pointer(labels.TASK_ID), "value": id_after(pod, newest)},
        {"op": "add", "path": _pointer(RENEWED), "value": renewed},
    )


def _unchanged(pod: Pod) -> Mapping[str, Any]:
    old = annotations_of(pod).get(labels.TASK_ID)
    if old is None:
        return {"op": "test", "path": "/metadata/resourceVersion", "value": pod["metadata"]["resourceVersion"]}
    return {"op": "test", "path": _pointer(labels.TASK_ID), "value": old}


def _pointer(annotation: str) -> str:
    return "/metadata/annotations/" + annotation.replace("~", "~0").replace("/", "~1")
