"""What a plan says: actions in steps, the status to write, Events, observations. Controllers carry it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Manifest = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ref:
    """One Kubernetes object. `uid`, where given, is a precondition: another object of that name is left alone."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation of an event metric. `value` is in the metric's unit."""

    metric: str
    labels: Mapping[str, str]
    value: float = 1.0


@dataclass(frozen=True, slots=True)
class Apply:
    """Server-side apply of a whole manifest with our field manager, forced; `observations` are counted once done."""

    manifest: Manifest
    reason: str
    observations: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True)
class Create:
    """Create; `exists_ok` makes AlreadyExists a success, else it means that the cache is old: plan again.

    `observations` are counted when this very call made the object, whatever becomes of the rest of the plan.
    """

    manifest: Manifest
    reason: str
    exists_ok: bool = False
    observations: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True)
class Patch:
    """A JSON Patch (list) or merge patch (mapping), on the object or a subresource."""

    ref: Ref
    body: Manifest | tuple[Manifest, ...]
    reason: str
    subresource: str | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete with a uid precondition; not found is success."""

    ref: Ref
    reason: str
    grace_seconds: int | None = None


Action = Apply | Create | Patch | Delete


@dataclass(frozen=True, slots=True)
class Event:
    """A Kubernetes Event about the reconciled object, posted after its status was written."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The outcome of one decision.

    Attributes:
        steps: Carried out in order; the actions of one step run at the same time.
        status: The whole status as it should read once the steps are done, or None to leave it.
        events: Posted after the status write.
        observations: Counted once the status is written that remembers it.
        requeue_after: Seconds until the key is looked at again though nothing changed.
        puts_off: A write waits until a controller of Kubernetes is at rest.
        confirm: Before the steps, the API server is asked whether the object is (or is gone) as it was decided upon.
        unseen: An ECSTaskDefinition of which the API server is asked, before it is said to be missing.
    """

    steps: tuple[tuple[Action, ...], ...] = ()
    status: Manifest | None = None
    events: tuple[Event, ...] = ()
    observations: tuple[Observation, ...] = field(default=())
    requeue_after: float | None = None
    confirm: bool = False
    puts_off: bool = False
    unseen: str | None = None
