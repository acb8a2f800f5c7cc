"""B1: from the create of an ECSService to the sight of its Deployment, beside the create of a Deployment.

The API server's own times of the same run follow, so that the table says where the time goes.
"""

from __future__ import annotations

import time
from datetime import timedelta

from kubecs.kube.resources import DEPLOYMENTS, ECS_SERVICES
from tests.cluster import ecs
from tests.cluster.audit import AuditLog, Write
from tests.perf import bodies
from tests.perf.bench import Bench
from tests.perf.figures import Row, Sample
from tests.perf.watched import Watched, watching

TARGET = 2.5


async def measure(bench: Bench, count: int) -> list[Row]:
    """In turns, each after everything about the one before is done."""
    space = await bench.new_namespace()
    log = AuditLog(bench.cluster)
    ours, native = [], []
    async with (
        watching(bench.client, DEPLOYMENTS, space) as deployments,
        watching(bench.client, ECS_SERVICES, space) as services,
    ):
        for number in range(count):
            native.append(await _native(bench, deployments, space, f"native-{number}"))
            ours.append(await _ours(bench, deployments, services, space, f"service-{number}"))
    what = "create until its Deployment is seen, p50, one at a time"
    whole = Row("B1", what, Sample(tuple(ours), "ms"), Sample(tuple(native), "ms"), TARGET)
    return [whole, *_shares(log.writes(space, user=None))]


def _shares(writes: list[Write]) -> list[Row]:
    """What the way from the create to the Deployment is made of."""
    made = [write for write in writes if (write.verb, write.resource) == ("create", "ecsservices")]
    applied = [write for write in writes if (write.verb, write.resource) == ("patch", "deployments")]
    native = [write for write in writes if (write.verb, write.resource) == ("create", "deployments")]
    assert len(made) == len(applied) == len(native)
    between = [after.at - before.answered for before, after in zip(made, applied, strict=True)]
    return [
        Row("B1", "of that, in the API server: create of the ECSService", _answers(made)),
        Row("B1", "of that, until the operator's write comes in", _milliseconds(between)),
        Row("B1", "of that, in the API server: the Deployment (natively: create)", _answers(applied), _answers(native)),
    ]


def _answers(writes: list[Write]) -> Sample:
    return _milliseconds([write.answered - write.at for write in writes])


def _milliseconds(spans: list[timedelta]) -> Sample:
    return Sample(tuple(span / timedelta(milliseconds=1) for span in spans), "ms")


async def _native(bench: Bench, deployments: Watched, space: str, name: str) -> float:
    manifest = bodies.native(bench.models["Deployment"], space, name)
    started = time.perf_counter()
    await bench.client.create(manifest)
    seen = await deployments.until_seen(name)
    await deployments.until(lambda: _observed(deployments, name), f"{name} observed")
    return (seen - started) * 1000


async def _ours(bench: Bench, deployments: Watched, services: Watched, space: str, name: str) -> float:
    child = bodies.deployment_name(name)
    started = time.perf_counter()
    await bench.client.create(bodies.service(space, name))
    seen = await deployments.until_seen(child)
    await deployments.until(lambda: _observed(deployments, child), f"{child} observed")
    await services.until(lambda: ecs.is_ready(services.objects.get(name)), f"{name} ready")
    return (seen - started) * 1000


def _observed(deployments: Watched, name: str) -> bool:
    return ecs.answered(deployments.objects[name])
