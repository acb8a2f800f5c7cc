"""The id of the deployment that begins: the time of its decision, but for a service's first.

Nothing is there yet for the first by which two replicas that decide at once, since one of them hung, could notice each
other. So both take the time at which the last of what it needed came, and what they write is the same.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from kubecs.ecs.values import deployment_id, deployment_started_ms
from kubecs.plan.references import Resolved
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.timestamps import parse

FRESH = timedelta(seconds=3)  # a decision that comes later waited for something else
SECOND = 1000  # milliseconds


def next_deployment_id(snapshot: ServiceSnapshot, now: datetime, resolution: Resolved | None = None) -> str:
    """An id newer than that of the service's newest deployment.

    Args:
        snapshot: Of the service.
        now: When it is decided.
        resolution: The task definition of a first deployment.
    """
    newest = snapshot.newest_revision
    if newest is None:
        return deployment_id(_first(snapshot, now, resolution) if resolution else _ms(now))
    before = deployment_started_ms(newest["data"]["deploymentId"])
    ahead = _ms(now) <= before < _ms(now) + SECOND  # of the clock, as a first one may be
    return deployment_id(before + 1 if ahead else _ms(now))


def began(identifier: str) -> datetime:
    """When the deployment of an id began."""
    return datetime.fromtimestamp(deployment_started_ms(identifier) / SECOND, UTC)


def _first(snapshot: ServiceSnapshot, now: datetime, resolution: Resolved) -> int:
    """In milliseconds; those of the second are the service's own, since the API server tells whole seconds."""
    made = [each["metadata"].get("creationTimestamp") for each in (snapshot.service, resolution.revision)]
    came = max((parse(each) for each in made if each), default=now)
    if not timedelta() <= now - came < FRESH:
        return _ms(now)
    digest = hashlib.sha256(snapshot.service["metadata"]["uid"].encode()).digest()
    return _ms(came) + int.from_bytes(digest[:4]) % SECOND


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * SECOND)
