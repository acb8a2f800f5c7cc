"""B1: from the create of an ECSService to the sight of its Deployment, beside the create of a Deployment."""

from __future__ import annotations

import time

from kubecs.kube.resources import DEPLOYMENTS, ECS_SERVICES
from tests.cluster import ecs
from tests.perf import bodies
from tests.perf.bench import Bench
from tests.perf.figures import Row, Sample
from tests.perf.watched import Watched, watching

TARGET = 2.5


async def measure(bench: Bench, count: int) -> list[Row]:
    """In turns, each after everything about the one before is done."""
    space = await bench.new_namespace()
    ours, native = [], []
    async with (
        watching(bench.client, DEPLOYMENTS, space) as deployments,
        watching(bench.client, ECS_SERVICES, space) as services,
    ):
        for number in range(count):
            native.append(await _native(bench, deployments, space, f"native-{number}"))
            ours.append(await _ours(bench, deployments, services, space, f"service-{number}"))
    what = "create until its Deployment is seen, p50, one at a time"
    return [Row("B1", what, Sample(tuple(ours), "ms"), Sample(tuple(native), "ms"), TARGET)]


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
