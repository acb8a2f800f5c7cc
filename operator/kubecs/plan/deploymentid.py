"""The id of the deployment that begins: the time of its decision, but for a service's first.

Nothing is there yet for the first by which two replicas that decide at once, since one of them hung, could notice each
other. So both take the time at which the last of what it needed came, and what they write is the same.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from kubecs.ecs.values import deployment_id, deployment_started_ms
from kubecs.plan.snapshot import Manifest
from kubecs.plan.timestamps import parse

FRESH = timedelta(seconds=3)  # a decision that comes later waited for something else
SECOND = 1000  # milliseconds


def first_deployment_id(service: Manifest, task_definition: Manifest, now: datetime) -> str:
    """The id of a service's first deployment, decided now, of an ECSTaskDefinitionRevision.

    Its milliseconds are the service's own, since the API server tells whole seconds.
    """
    made = [each["metadata"].get("creationTimestamp") for each in (service, task_definition)]
    came = max((parse(each) for each in made if each), default=now)
    if not timedelta() <= now - came < FRESH:
        return deployment_id(_ms(now))
    digest = hashlib.sha256(service["metadata"]["uid"].encode()).digest()
    return deployment_id(_ms(came) + int.from_bytes(digest[:4]) % SECOND)


def next_deployment_id(newest: Manifest, now: datetime) -> str:
    """The id of a deployment decided now, newer than that of the service's newest ControllerRevision."""
    before, moment = deployment_started_ms(newest["data"]["deploymentId"]), _ms(now)
    ahead = moment <= before < moment + SECOND  # of the clock, as a first one may be
    return deployment_id(before + 1 if ahead else moment)


def began(identifier: str) -> datetime:
    """When the deployment of an id began."""
    return datetime.fromtimestamp(deployment_started_ms(identifier) / SECOND, UTC)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * SECOND)
