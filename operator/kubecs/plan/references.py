"""What a task definition reference means (`web`, `web:3`, an ARN), and how long to wait for a missing one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubecs.ecs.errors import EcsError
from kubecs.ecs.values import TaskDefinitionReference, parse_task_definition_reference
from kubecs.plan import conditions
from kubecs.plan.conditions import Condition

ACTIVE = "ACTIVE"
INACTIVE_LIFECYCLE = "INACTIVE"
DELETED = "DELETED"
CLIENT_EXCEPTION = "ClientException"
GRACE_SECONDS = 60.0

RESOLVED = "ReferencesResolved"  # present, as False, only while something is missing: its age is how long it has been

NOT_FOUND = "TaskDefinitionNotFound"
INACTIVE = "TaskDefinitionInactive"
NOT_REGISTERED = "TaskDefinitionNotRegistered"
INVALID = "InvalidTaskDefinitionReference"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The revision that a reference stands for: the whole ECSTaskDefinitionRevision."""

    revision: Mapping[str, Any]

    @property
    def number(self) -> int:
        """The revision's number."""
        return number_of(self.revision)

    @property
    def family(self) -> str:
        """ECS's own name of the family."""
        return family_of(self.revision)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A reference that stands for nothing now: ECS's error code, a message, and a condition's reason."""

    code: str
    message: str
    reason: str


def number_of(revision: Mapping[str, Any]) -> int:
    """The number of an ECSTaskDefinitionRevision."""
    return int(revision["spec"]["revision"])


def family_of(revision: Mapping[str, Any]) -> str:
    """ECS's own name of the family that an ECSTaskDefinitionRevision belongs to."""
    return str(revision["spec"]["taskDefinition"]["family"])


def lifecycle_of(revision: Mapping[str, Any]) -> str:
    """ACTIVE, INACTIVE, DELETE_IN_PROGRESS or DELETED."""
    return str(revision["spec"].get("lifecycle") or ACTIVE)


def family_referred_to(reference: str) -> str | None:
    """The family that a reference names, to find its revisions and its object; None for text that is no reference."""
    parsed = _parsed(reference)
    return parsed.family if isinstance(parsed, TaskDefinitionReference) else None


def follows(reference: str) -> bool:
    """Whether a reference names the family alone, so that it follows the ECSTaskDefinition object if there is one."""
    parsed = _parsed(reference)
    return isinstance(parsed, TaskDefinitionReference) and parsed.revision is None


def resolve(
    reference: str,
    revisions: Sequence[Mapping[str, Any]],
    family_object: Mapping[str, Any] | None,
    previous: int | None = None,
) -> Resolved | Unresolved:
    """Find the revision that a reference stands for.

    With a number it is that revision. Without one it is the latest that the family's object made, if there is an
    object; else what it stood for before, else the newest ACTIVE one. The account and region of an ARN are not
    compared: a revision is always the namespace's own.

    Args:
        reference: `web`, `web:3` or the ARN of either.
        revisions: All ECSTaskDefinitionRevisions of that family.
        family_object: The ECSTaskDefinition of that family, if there is one.
        previous: The number that this reference stands for since the referrer's spec last changed. It may be INACTIVE
            by now: ECS lets what uses a revision go on when that is deregistered.
    """
    parsed = _parsed(reference)
    if isinstance(parsed, Unresolved):
        return parsed
    by_number = {number_of(revision): revision for revision in revisions}
    if parsed.revision is not None:
        return _numbered(by_number, reference, parsed.revision, previous)
    if family_object is not None:
        return _followed(by_number, reference, family_object, previous)
    if previous is not None:  # only an edit of the referrer moves it, not that somebody registered or deleted one
        return Resolved(by_number[previous]) if previous in by_number else _not_found(f"{parsed.family}:{previous}")
    active = [number for number, revision in by_number.items() if lifecycle_of(revision) == ACTIVE]
    return Resolved(by_number[max(active)]) if active else _not_found(reference)


def _parsed(reference: str) -> TaskDefinitionReference | Unresolved:
    try:
        return parse_task_definition_reference(reference)
    except EcsError as error:
        return Unresolved(error.code, error.message, INVALID)


def _numbered(
    by_number: Mapping[int, Mapping[str, Any]], reference: str, number: int, previous: int | None
) -> Resolved | Unresolved:
    revision = by_number.get(number)
    if revision is None or (lifecycle_of(revision) == DELETED and number != previous):
        return _not_found(reference)
    if lifecycle_of(revision) != ACTIVE and number != previous:
        return Unresolved(CLIENT_EXCEPTION, f"TaskDefinition is inactive: {reference}", INACTIVE)
    return Resolved(revision)


def _followed(
    by_number: Mapping[int, Mapping[str, Any]], reference: str, family_object: Mapping[str, Any], previous: int | None
) -> Resolved | Unresolved:
    """While an edit of the object is not registered yet, what ran before goes on, so that it rolls once, not twice."""
    status = family_object.get("status") or {}
    settled = status.get("observedGeneration", -1) >= family_object["metadata"].get("generation", 1)
    number = status.get("latestRevision") if settled or previous is None else previous
    revision = by_number.get(number) if number else None
    if revision is not None and (settled or previous is not None):
        return Resolved(revision)
    message = f"TaskDefinition not found: {reference} has no registered revision; see its ECSTaskDefinition"
    return Unresolved(CLIENT_EXCEPTION, message, NOT_REGISTERED)


def _not_found(reference: str) -> Unresolved:
    return Unresolved(CLIENT_EXCEPTION, f"TaskDefinition not found: {reference}", NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Missing:
    """How an object stands that refers to something missing, and when that has to be looked at again (seconds)."""

    conditions: tuple[Condition, ...]
    requeue_after: float | None

    @property
    def stalled(self) -> bool:
        """The grace period is over."""
        return self.requeue_after is None


def missing(
    stored: Iterable[Mapping[str, Any]],
    reason: str,
    message: str,
    now: datetime,
    grace_seconds: float = GRACE_SECONDS,
) -> Missing:
    """The conditions of an object that refers to something missing: Reconciling at first, Stalled after the grace.

    Objects may be applied in any order, so a missing reference is no fault at once. Its age is that of the condition
    ReferencesResolved=False, which must be left out again once all is found.

    Args:
        stored: The object's conditions as they are stored.
        reason: CamelCase, what is missing.
        message: The same for a person.
        now: The clock.
        grace_seconds: How long to wait.
    """
    began = conditions.since(stored, RESOLVED, "False") or now
    remaining = grace_seconds - (now - began).total_seconds()
    triple = conditions.reconciling if remaining > 0 else conditions.stalled
    unresolved = Condition(RESOLVED, "False", reason, message)
    return Missing((*triple(reason, message), unresolved), remaining if remaining > 0 else None)
