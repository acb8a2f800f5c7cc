"""`events[]` of a service's status: ECS's texts, newest first, bounded; the same as Kubernetes Events."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from kubecs.plan import conditions
from kubecs.plan.actions import Event
from kubecs.plan.timestamps import parse, rfc3339

KEPT = 100  # as many as ECS keeps
REPEATED_AFTER = timedelta(hours=6)  # ECS says an unchanged thing again only then


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to say: `reason` for the Kubernetes Event, `text` in ECS's words, without "(service X) " before."""

    type: Literal["Normal", "Warning"]
    reason: str
    text: str

    def of(self, service: str) -> str:
        """The whole text, as said of a service."""
        return f"(service {service}) {self.text}"


def say(
    stored: Sequence[Mapping[str, Any]], messages: Sequence[Message], service: str, uid: str, now: datetime
) -> tuple[list[Mapping[str, Any]], tuple[Event, ...]]:
    """Add messages to the list.

    A message that is already the newest of its text is not repeated for six hours.

    Args:
        stored: status.events as it is.
        messages: What is to be said now.
        service: ECS's name of the service.
        uid: The ECSService's uid; event ids are derived from it, so that a repeated decision makes the same event.
        now: The clock.

    Returns:
        status.events as it should read, and the Kubernetes Events to post.
    """
    events: list[Mapping[str, Any]] = list(stored)
    posted = []
    for message in messages:
        text = conditions.bounded(message.of(service))
        if _said_lately(events, text, now):
            continue
        events.insert(0, {"id": _event_id(uid, text, now), "createdAt": rfc3339(now), "message": text})
        posted.append(Event(message.type, message.reason, text))
    return events[:KEPT], tuple(posted)


def _said_lately(events: Sequence[Mapping[str, Any]], text: str, now: datetime) -> bool:
    newest = events[0] if events else None
    return newest is not None and newest["message"] == text and now - parse(newest["createdAt"]) < REPEATED_AFTER


def _event_id(uid: str, text: str, now: datetime) -> str:
    digest = hashlib.sha256(f"{uid}/{text}/{rfc3339(now)}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
