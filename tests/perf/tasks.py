"""B2, B2w, B5 and B8 with tasks: services whose tasks run, beside the same Deployments applied raw."""

from __future__ import annotations

import asyncio
import json
import math
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from prometheus_client.utils import floatToGoString

from kubecs.kube.resources import DEPLOYMENTS, ECS_SERVICES, Resource
from kubecs.metrics import table
from kubecs.plan.rollout import refused_pods
from tests.cluster import ecs
from tests.cluster.rig import PROJECT
from tests.perf import bodies, idle, start
from tests.perf.bench import CONCURRENCY, Bench, bench, in_parallel
from tests.perf.figures import Row, Sample
from tests.perf.watched import watching

NODES = 100
READY_TARGET = 1.15
MEMORY_TARGET = 200.0  # MiB
SCRAPE_TARGET = 50.0  # ms
LAG_TARGET = 20.0  # ms
SCRAPE_SECONDS = 30.0
LOOK_SECONDS = 0.1
LONGEST_SECONDS = 1200.0


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        services: How many.
        tasks: Of each.
        pairs: How often both sides, each time on control planes of their own.
        rounds: Of B2w.
        idle_seconds: Of B5.
    """

    services: int
    tasks: int
    pairs: int
    rounds: int
    idle_seconds: float


async def measure(size: Size) -> list[Row]:
    """Both sides in turns; after the last start of ours what it costs to go on."""
    ours, native, rows = [], [], []
    for turn in range(size.pairs):
        async with bench(nodes=NODES) as made:
            native.append(await _native(made, size))
        async with bench(nodes=NODES) as made:
            ours.append(await _ours(made, size))
            if turn == size.pairs - 1:
                rows = await _afterwards(made, size)
    what = f"start with {size.services} services of {size.tasks} tasks on {NODES} nodes until all are ready"
    return [Row("B2", what, Sample(tuple(ours), "s"), Sample(tuple(native), "s"), READY_TARGET), *rows]


async def _learnt(bench: Bench) -> str:
    """A namespace with the family; the operator has shown what it makes of a service, and is down again."""
    bench.start_operator()
    space = await bench.new_namespace()
    await bench.learn(space)
    bench.operator.terminate()
    bench.quiet()
    return space


async def _native(bench: Bench, size: Size) -> float:
    await _learnt(bench)
    space = await bench.bare_namespace()

    async def create(name: str) -> None:
        for kind in start.CHILDREN:
            await bench.client.create(_raw(bench, kind, space, name, size.tasks))

    names = [f"native-{number}" for number in range(size.services)]

    async def act() -> None:
        await in_parallel(CONCURRENCY, [partial(create, name) for name in names])

    def available(deployment: bodies.Object) -> bool:
        assert not (refused := refused_pods(deployment)), refused
        return bool(ecs.answered(deployment) and deployment["status"].get("availableReplicas") == size.tasks)

    return await _until_all(bench, DEPLOYMENTS, space, size.services, available, act)


def _raw(bench: Bench, kind: str, space: str, name: str, tasks: int) -> bodies.Object:
    made = bodies.native(bench.models[kind], space, name)
    if kind == "Deployment":
        made["spec"]["replicas"] = tasks
        bodies.without_account(made["spec"]["template"]["spec"])  # it is in the namespace of the model alone
    return made


async def _ours(bench: Bench, size: Size) -> float:
    space = await _learnt(bench)
    manifests = [bodies.service(space, f"service-{number}", size.tasks) for number in range(size.services)]
    await in_parallel(CONCURRENCY, [partial(bench.client.create, manifest) for manifest in manifests])

    async def act() -> None:
        await asyncio.to_thread(bench.operator.start, ready=False)

    def ready(service: bodies.Object) -> bool:
        return ecs.is_ready(service) and service["status"]["runningCount"] == service["spec"]["desiredCount"]

    return await _until_all(bench, ECS_SERVICES, space, size.services, ready, act)


async def _until_all(
    bench: Bench,
    resource: Resource,
    space: str,
    count: int,
    done: Callable[[bodies.Object], bool],
    act: Callable[[], Awaitable[object]],
) -> float:
    """Seconds from the act until so many objects are as wanted, by a look ten times a second at what a watch shows."""
    async with watching(bench.client, resource, space) as seen:
        started = time.perf_counter()
        await act()
        while len(seen.objects) < count or not all(map(done, seen.objects.values())):
            assert time.perf_counter() - started < LONGEST_SECONDS, f"{resource.plural} are not ready"
            await asyncio.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - started
    await asyncio.to_thread(bench.quiet)
    return seconds


async def _afterwards(bench: Bench, size: Size) -> list[Row]:
    rows = await scrape(bench, size.services)
    rows += await idle.measure(bench, size.services, size.idle_seconds, memory=MEMORY_TARGET, tasks=size.tasks)
    return rows + await start.warm(bench, size.services, size.rounds)


async def scrape(bench: Bench, services: int) -> list[Row]:
    """B8: how long a scrape takes, and how late the event loop is meanwhile, as it looks itself twice a second."""
    before = _lag(bench)
    scrapes = await _scrapes(bench)
    seen = {bound: count - before[bound] for bound, count in _lag(bench).items()}
    late = min(bound for bound, count in seen.items() if count == seen[math.inf])
    what = f"scrape with {services} services"
    return [
        Row("B8", what, Sample(scrapes, "ms"), target=SCRAPE_TARGET),
        Row(
            "B8",
            f"{what}: {seen[math.inf]:g} looks, the event loop is late at most",
            Sample((late * 1000,), "ms"),
            target=LAG_TARGET,
        ),
    ]


def _lag(bench: Bench) -> dict[float, float]:
    """Looks by the upper bound, in seconds, of how late the event loop was."""
    name = "ecs_operator_event_loop_lag_seconds_bucket"
    bounds = [*table.LAG_BUCKETS, math.inf]
    return {bound: bench.metric(name, le=floatToGoString(bound)) or 0.0 for bound in bounds}


async def _scrapes(bench: Bench) -> tuple[float, ...]:
    """How many milliseconds each scrape took."""
    command = (sys.executable, "-m", "tests.perf.scraper", str(bench.operator.metrics_port), str(SCRAPE_SECONDS))
    process = await asyncio.create_subprocess_exec(*command, cwd=PROJECT, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return tuple(json.loads(output))
