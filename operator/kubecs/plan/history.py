"""The last deployments of a service with their outcome and times, kept in its status."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kubecs.plan.snapshot import Manifest, ServiceSnapshot
from kubecs.plan.timestamps import rfc3339

COMPLETED = "COMPLETED"
FAILED = "FAILED"
SUPERSEDED = "SUPERSEDED"
STOPPED = "STOPPED"
KEPT = 10

Entry = Mapping[str, Any]


def entry(revision: Manifest, outcome: str, reason: str, now: datetime) -> Entry:
    """One deployment that has ended."""
    data = revision["data"]
    return {
        "id": data["deploymentId"],
        "serviceRevision": int(revision["revision"]),
        "taskDefinition": data["taskDefinition"],
        "outcome": outcome,
        "reason": reason,
        "createdAt": data["createdAt"],
        "finishedAt": rfc3339(now),
    }


def with_entries(stored: Sequence[Entry], ended: Sequence[Entry]) -> list[Entry]:
    """The list with more that have ended, newest first; of the oldest only the last completed one is kept."""
    known = {each["id"] for each in stored}
    found = [*(each for each in ended if each["id"] not in known), *stored]
    completed = [each for each in found if each["outcome"] == COMPLETED][:1]
    kept = found[:KEPT]
    return kept + [each for each in completed if each not in kept]


def stored(snapshot: ServiceSnapshot) -> Sequence[Entry]:
    """The list as the status has it."""
    found: Sequence[Entry] = snapshot.status.get("history") or ()
    return found


def last_completed(snapshot: ServiceSnapshot) -> Manifest | None:
    """The newest service revision whose deployment completed and that is still kept."""
    outcomes = {each["id"]: each["outcome"] for each in stored(snapshot)}
    shown = {each["id"]: each.get("rolloutState") for each in snapshot.status.get("deployments") or ()}
    newest_first = sorted(snapshot.service_revisions, key=lambda each: -int(each["revision"]))
    return next(
        (
            each
            for each in newest_first
            if COMPLETED in (outcomes.get(each["data"]["deploymentId"]), shown.get(each["data"]["deploymentId"]))
        ),
        None,
    )
