"""B2 and B2w: the operator's start, with everything to do and with nothing to do."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial

from kubecs.kube.resources import DEPLOYMENTS, ECS_SERVICES
from tests.cluster import ecs
from tests.cluster.audit import AuditLog
from tests.cluster.rig import PROJECT, wait_for
from tests.perf import bodies
from tests.perf.bench import CONCURRENCY, Bench, in_parallel
from tests.perf.figures import Row, Sample
from tests.perf.watched import Watched, watching

COLD_TARGET = 1.7
WARM_TARGET = 1.5
LOOK_SECONDS = 0.02


CHILDREN = ("ControllerRevision", "PodDisruptionBudget", "Deployment")


async def cold(bench: Bench, space: str, count: int, *, native_first: bool) -> tuple[float, float]:
    """(operator, native) seconds, each until the last of so many Deployments is seen.

    The services are there before, and nothing is made of them yet; afterwards the operator runs and all is steady.
    """
    turns: list[Callable[[], Awaitable[float]]] = [partial(_native, bench, count), partial(_ours, bench, space, count)]
    seconds = [await turn() for turn in (turns if native_first else reversed(turns))]
    return (seconds[1], seconds[0]) if native_first else (seconds[0], seconds[1])


async def _native(bench: Bench, count: int) -> float:
    space = await bench.bare_namespace()
    names = [f"native-{number}" for number in range(count)]
    pairs = [tuple(bodies.native(bench.models[kind], space, name) for kind in CHILDREN) for name in names]

    async def create(pair: tuple[bodies.Object, ...]) -> None:
        for manifest in pair:
            await bench.client.create(manifest)

    async with watching(bench.client, DEPLOYMENTS, space) as deployments:
        started = time.perf_counter()
        await in_parallel(CONCURRENCY, [partial(create, pair) for pair in pairs])
        last = await _last_seen(deployments, names)
        await deployments.until(lambda: _all_observed(deployments), "the controllers are done")
    bench.quiet()
    return last - started


async def _ours(bench: Bench, space: str, count: int) -> float:
    services = [f"service-{number}" for number in range(count)]
    manifests = [bodies.service(space, name) for name in services]
    await in_parallel(CONCURRENCY, [partial(bench.client.create, manifest) for manifest in manifests])
    bench.quiet()
    children = [bodies.deployment_name(name) for name in services]
    async with (
        watching(bench.client, DEPLOYMENTS, space) as deployments,
        watching(bench.client, ECS_SERVICES, space) as shown,
    ):
        started = time.perf_counter()
        bench.operator.start(ready=False)
        last = await _last_seen(deployments, children)
        await deployments.until(lambda: _all_observed(deployments), "the controllers are done")
        await shown.until(lambda: all(ecs.is_ready(shown.objects.get(name)) for name in services), "all ready")
    bench.quiet()
    return last - started


async def _last_seen(deployments: Watched, names: list[str]) -> float:
    await deployments.until(lambda: len(deployments.seen_at) >= len(names), "all Deployments", 300)
    return max(deployments.seen_at[name] for name in names)


def _all_observed(deployments: Watched) -> bool:
    return all(map(ecs.answered, deployments.objects.values()))


async def warm(bench: Bench, count: int, rounds: int) -> list[Row]:
    """Starts with nothing to do, in turns with a bare list of the same objects by a process of the same client."""
    ready, listed, all_looked_at, writes = [], [], [], []
    for _ in range(rounds):
        bench.operator.terminate()  # gives the Lease back
        listed.append(await _bare_list(bench, count))
        log = AuditLog(bench.cluster)
        ready.append(_until_ready(bench))
        all_looked_at.append(ready[-1] + _until_looked_at(bench, count))
        writes.append(float(_writes(log)))
    what = f"restart with {count} reconciled services"
    return [
        Row("B2w", f"{what}: until ready", Sample(tuple(ready), "s"), Sample(tuple(listed), "s"), WARM_TARGET),
        Row("B2w", f"{what}: until all were looked at", Sample(tuple(all_looked_at), "s"), Sample(tuple(listed), "s")),
        Row("B2w", f"{what}: writes but Leases", Sample(tuple(writes), "writes"), target=0),
    ]


async def _bare_list(bench: Bench, count: int) -> float:
    started = time.perf_counter()
    command = (sys.executable, "-m", "tests.perf.bare_list", str(bench.operator.kubeconfig))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=PROJECT, env=_environment(), stdout=pipe)
    output, _ = await process.communicate()
    seconds = time.perf_counter() - started
    assert int(output) >= count, "the bare list did not see the services"
    return seconds


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{PROJECT / 'operator'}{os.pathsep}{PROJECT}"}


def _until_ready(bench: Bench) -> float:
    """Seconds from the start of the process to the first 200 of /readyz."""
    started = time.perf_counter()
    bench.operator.start(ready=False)
    while not bench.operator.probe("readyz"):
        assert bench.operator.pid is not None, bench.operator.log[-2000:]
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - started


def _until_looked_at(bench: Bench, count: int) -> float:
    """Seconds until every service was looked at once and nothing waits."""
    started = time.perf_counter()

    def done() -> bool:
        looked = bench.metric("ecs_operator_reconcile_total", controller="ECSService", result="success") or 0
        return looked >= count and bench.metric("ecs_operator_workqueue_depth", name="reconcile") == 0

    wait_for(done, 120, "all services looked at")
    return time.perf_counter() - started


def _writes(log: AuditLog) -> int:
    return sum(write.resource != "leases" for write in log.writes())
