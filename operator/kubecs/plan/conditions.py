"""Conditions: what holds of an object, since when, and the triple Ready, Reconciling, Stalled that kstatus reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from kubecs.plan.actions import Event
from kubecs.plan.timestamps import parse, rfc3339

Status = Literal["True", "False", "Unknown"]

READY = "Ready"
RECONCILING = "Reconciling"
STALLED = "Stalled"

MESSAGE_LIMIT = 1024  # characters of a condition's message


@dataclass(frozen=True, slots=True)
class Condition:
    """One statement about an object. `reason` is CamelCase, `message` is for a person."""

    type: str
    status: Status
    reason: str
    message: str = ""


def ready(reason: str, message: str = "") -> tuple[Condition, ...]:
    """The triple of an object that is as its spec wants it."""
    return _triple("True", "False", "False", reason, message)


def reconciling(reason: str, message: str = "") -> tuple[Condition, ...]:
    """The triple of an object on its way: nobody has to do anything yet."""
    return _triple("False", "True", "False", reason, message)


def stalled(reason: str, message: str = "") -> tuple[Condition, ...]:
    """The triple of an object that gets no further until somebody changes something."""
    return _triple("False", "False", "True", reason, message)


def _triple(
    is_ready: Status, is_reconciling: Status, is_stalled: Status, reason: str, message: str
) -> tuple[Condition, ...]:
    states = ((READY, is_ready), (RECONCILING, is_reconciling), (STALLED, is_stalled))
    return tuple(Condition(kind, status, reason, message) for kind, status in states)


def bounded(message: str, limit: int = MESSAGE_LIMIT) -> str:
    """Cut a message to `limit` characters; an ellipsis shows that there was more."""
    return message if len(message) <= limit else message[: limit - 1] + "…"


def set_conditions(
    previous: Sequence[Mapping[str, Any]], wanted: Iterable[Condition], generation: int, now: datetime
) -> list[dict[str, Any]]:
    """Build `status.conditions` whole, in the order of `wanted`; a type that is not wanted any more goes.

    Args:
        previous: The conditions as they are stored.
        wanted: The conditions as they hold now, each type once.
        generation: metadata.generation that they speak of.
        now: The clock; becomes lastTransitionTime of those whose status is new or has changed.
    """
    return [_rendered(find(previous, condition.type), condition, generation, now) for condition in wanted]


def _rendered(before: Mapping[str, Any] | None, now_holds: Condition, generation: int, now: datetime) -> dict[str, Any]:
    same = before is not None and before["status"] == now_holds.status and before.get("lastTransitionTime")
    return {
        "type": now_holds.type,
        "status": now_holds.status,
        "reason": now_holds.reason,
        "message": bounded(now_holds.message),
        "lastTransitionTime": before["lastTransitionTime"] if before and same else rfc3339(now),
        "observedGeneration": generation,
    }


def types(wanted: Iterable[Condition]) -> str | None:
    """The types of the conditions that hold, with commas, for a column of `kubectl get`; None where none does.

    The API server prints only the first match of a column's path.
    """
    return ",".join(condition.type for condition in wanted if condition.status == "True") or None


def find(conditions: Iterable[Mapping[str, Any]], kind: str) -> Mapping[str, Any] | None:
    """The stored condition of this type, if any."""
    return next((condition for condition in conditions if condition.get("type") == kind), None)


def is_true(conditions: Iterable[Mapping[str, Any]], kind: str) -> bool:
    """Whether the stored condition of this type holds."""
    return _has_status(conditions, kind, "True") is not None


def since(conditions: Iterable[Mapping[str, Any]], kind: str, status: Status = "True") -> datetime | None:
    """When the stored condition took this status; None if it doesn't have it."""
    found = _has_status(conditions, kind, status)
    return parse(found["lastTransitionTime"]) if found and found.get("lastTransitionTime") else None


def _has_status(conditions: Iterable[Mapping[str, Any]], kind: str, status: Status) -> Mapping[str, Any] | None:
    found = find(conditions, kind)
    return found if found is not None and found.get("status") == status else None


def stored(manifest: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    """The conditions in an object's status; none for an object that is not there or has no status yet."""
    conditions: Sequence[Mapping[str, Any]] = ((manifest or {}).get("status") or {}).get("conditions") or ()
    return conditions


def begun(stored_before: Iterable[Mapping[str, Any]], wanted: Iterable[Condition]) -> tuple[Event, ...]:
    """A Warning for each condition that holds from now on. Not for the triple, which has texts of its own.

    Args:
        stored_before: The object's conditions as they are stored.
        wanted: Conditions that are there only while they hold.
    """
    before = tuple(stored_before)
    return tuple(
        Event("Warning", condition.reason, bounded(condition.message))
        for condition in wanted
        if condition.status == "True" and not is_true(before, condition.type)
    )


def announced(stored_before: Iterable[Mapping[str, Any]], wanted: Iterable[Condition]) -> tuple[Event, ...]:
    """A Warning for a refusal that was not said before: the Ready condition among `wanted` with another text.

    Args:
        stored_before: The object's conditions as they are stored.
        wanted: The conditions as they are about to be written.
    """
    before = find(stored_before, READY) or {}
    return tuple(
        Event("Warning", condition.reason, bounded(condition.message))
        for condition in wanted
        if condition.type == READY
        and (condition.reason, bounded(condition.message)) != (before.get("reason"), before.get("message"))
    )
