"""Rollouts of a service: how the present one stands, which revisions there were, what going back to one means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubecs.console.table import age
from kubecs.plan import conditions
from kubecs.plan.parameters import requested
from kubecs.plan.timestamps import maybe

HEAD = ("REVISION", "TASKDEF", "DEPLOYMENT", "STATE", "RUNNING", "AGE")

Object = Mapping[str, Any]


class NoRevisionError(Exception):
    """There is no revision to go back to."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rollout stands.

    Attributes:
        ended: Nothing is to be waited for any more.
        succeeded: It ended, and the service is as its spec wants it.
        text: For a person.
    """

    ended: bool
    succeeded: bool
    text: str


def standing(service: Object) -> Standing:
    """Read an ECSService: the operator's answer about its present spec, else that there is none yet."""
    name, status = service["metadata"]["name"], service.get("status") or {}
    stored = conditions.stored(service)
    if status.get("observedGeneration", -1) < service["metadata"].get("generation", 1):
        return Standing(ended=False, succeeded=False, text=f"{name}: waiting for the operator to look at the new spec")
    ready = conditions.find(stored, conditions.READY) or {}
    said = f"{ready.get('reason', 'Unknown')}: {ready.get('message', '')}"
    counts = f"{status.get('runningCount', 0)} of {status.get('desiredCount', 0)} tasks are running"
    if conditions.is_true(stored, conditions.READY):
        return Standing(ended=True, succeeded=True, text=f"{name}: rolled out {short(status)}, {counts}")
    if conditions.is_true(stored, conditions.STALLED):
        return Standing(ended=True, succeeded=False, text=f"{name}: stalled, {said}")
    return Standing(ended=False, succeeded=False, text=f"{name}: {said}")


def short(holder: Object) -> str:
    """`family:revision` of a status, a deployment or a ControllerRevision's data."""
    return str(holder.get("taskDefinition") or "").rpartition("/")[2] or "nothing"


def history(service: Object, revisions: Iterable[Object], now: datetime) -> list[tuple[object, ...]]:
    """The rows under HEAD, newest revision first."""
    deployments = {each["id"]: each for each in (service.get("status") or {}).get("deployments") or ()}
    rows: list[tuple[object, ...]] = []
    for revision in sorted(revisions, key=lambda each: -int(each["revision"])):
        data = revision["data"]
        live = deployments.get(data["deploymentId"], {})
        state = f"{live['status']} {live.get('rolloutState', '')}".strip() if live else None
        began = maybe(data.get("createdAt"))
        number, running = revision["revision"], live.get("runningCount")
        rows.append((number, short(data), data["deploymentId"], state, running, age(began, now)))
    return rows


@dataclass(frozen=True, slots=True)
class Return:
    """Going back.

    Attributes:
        number: The service revision that is gone back to.
        task_definition: `family:revision` that spec.taskDefinition will say.
        unchanged: The spec says so already.
        notes: What a person has to know about it.
    """

    number: int
    task_definition: str
    unchanged: bool
    notes: tuple[str, ...]


def way_back(service: Object, revisions: Iterable[Object], number: int | None) -> Return:
    """Which task definition to write to go back to a service revision.

    Args:
        service: The ECSService.
        revisions: Its ControllerRevisions.
        number: The revision to go back to; None: the newest one of another task definition than the present.

    Raises:
        NoRevisionError: There is no such revision.
    """
    found = {int(each["revision"]): each for each in revisions}
    chosen = _chosen(found, number)
    data, spec = found[chosen]["data"], service["spec"]
    task_definition = short(data)
    notes = []
    reference = str(spec.get("taskDefinition") or "")
    if ":" not in reference.rpartition("/")[2]:
        notes.append(f"the service no longer follows the family {reference}: write spec.taskDefinition again for that")
    notes += _kept(spec, data.get("requested") or {})
    managers = {each.get("manager") for each in service["metadata"].get("managedFields") or ()}
    if managers & {"argocd-controller", "kustomize-controller", "helm"}:
        notes.append("a GitOps tool holds this object and may write the old value back: change it there too")
    unchanged = reference.rpartition("/")[2] == task_definition
    return Return(chosen, task_definition, unchanged, tuple(notes))


def _chosen(found: Mapping[int, Object], number: int | None) -> int:
    if number is not None:
        if number not in found:
            raise NoRevisionError(f"there is no revision {number}; there are {_numbers(found)}")
        return number
    newest = max(found, default=0)
    earlier = [each for each in found if short(found[each]["data"]) != short(found[newest]["data"])] if found else []
    if not earlier:
        raise NoRevisionError("there is no earlier revision with another task definition")
    return max(earlier)


def _numbers(found: Iterable[int]) -> str:
    return ", ".join(str(number) for number in sorted(found)) or "none"


def _kept(spec: Object, then: Object) -> list[str]:
    """Members that were otherwise in that revision; they stay as they are now."""
    present = requested(spec)
    names = {
        name
        for name in present.keys() | then.keys()
        if name != "taskDefinition" and present.get(name) != then.get(name)
    }
    return [f"kept as they are now, though that revision had others: {', '.join(sorted(names))}"] if names else []
