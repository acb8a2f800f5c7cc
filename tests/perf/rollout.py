"""B7: a rollout beside that of an equal Deployment, and how far runningCount is behind the Pods; B12: their events."""

from __future__ import annotations

import time

import orjson

from kubecs.kube.resources import DEPLOYMENTS, ECS_SERVICES, PODS
from tests.cluster import ecs
from tests.perf import bodies, events
from tests.perf.bench import Bench
from tests.perf.figures import Row, Sample
from tests.perf.watched import Watched, watching

ROLLOUT_TARGET = 1.05
LAG_TARGET = 500.0  # ms
SERVICE = "large"
RESTARTED = "2026-01-02T03:04:{:02}Z"
ANNOTATION = "kubectl.kubernetes.io/restartedAt"  # what `kubectl rollout restart` writes
SECONDS = 300.0


async def measure(bench: Bench, tasks: int, rounds: int) -> list[Row]:
    """Rollouts in turns; the first start of the tasks is what runningCount is compared with."""
    space = await bench.new_namespace()
    lags, lines = await _started(bench, space, tasks)
    twin = await _twin(bench, space)
    ours: list[float] = []
    native: list[float] = []
    for turn in range(rounds):
        for side in ("ours", "native") if turn % 2 else ("native", "ours"):
            seconds = await (_ours(bench, space, turn) if side == "ours" else _native(bench, space, twin, turn))
            (ours if side == "ours" else native).append(seconds)
            bench.quiet()
    what = f"rollout of {tasks} tasks until it is complete; kubectl rollout restart of an equal Deployment"
    return [
        Row("B7", what, Sample(tuple(ours), "s"), Sample(tuple(native), "s"), ROLLOUT_TARGET),
        Row("B7", f"runningCount behind the Pods, 0 to {tasks}: p99", Sample((_p99(lags),), "ms"), target=LAG_TARGET),
        *events.measure(lines),
    ]


async def _started(bench: Bench, space: str, tasks: int) -> tuple[list[float], list[bytes]]:
    """Starts the tasks; returns by how many ms each step of runningCount came late, and the events of the Pods."""
    async with (
        watching(bench.client, PODS, space, keep=True) as pods,
        watching(bench.client, ECS_SERVICES, space, keep=True) as services,
    ):
        await bench.client.create(bodies.service(space, SERVICE, tasks))
        await services.until(lambda: _complete(services, tasks), "the first start", SECONDS)
        assert pods.lines is not None
        assert services.lines is not None
        ran = sorted(_first_running(pods.lines).values())
        shown = _first_shown(services.lines)
        late = [(_at_least(shown, count) - at) * 1000 for count, at in enumerate(ran, 1)]
        return [max(each, 0.0) for each in late], [line for _, line in pods.lines]


def _complete(services: Watched, tasks: int) -> bool:
    service = services.objects.get(SERVICE)
    return ecs.is_ready(service) and service is not None and service["status"]["runningCount"] == tasks


def _first_running(lines: list[tuple[float, bytes]]) -> dict[str, float]:
    """By Pod, when its first container was first shown to run."""
    found: dict[str, float] = {}
    for at, line in lines:
        pod = orjson.loads(line)["object"]
        if pod.get("status", {}).get("phase") == "Running":
            found.setdefault(pod["metadata"]["name"], at)
    return found


def _first_shown(lines: list[tuple[float, bytes]]) -> dict[int, float]:
    """By runningCount, when it was first shown."""
    found: dict[int, float] = {}
    for at, line in lines:
        service = orjson.loads(line)["object"]
        if service["metadata"]["name"] == SERVICE:
            found.setdefault(ecs.status(service).get("runningCount", 0), at)
    return found


def _at_least(shown: dict[int, float], count: int) -> float:
    return min(at for number, at in shown.items() if number >= count)


async def _twin(bench: Bench, space: str) -> str:
    """A Deployment of the same template, size and percents that is nobody's, complete."""
    model = await bench.client.get(DEPLOYMENTS, space, bodies.deployment_name(SERVICE))
    twin = bodies.native(model, space, "twin")
    async with watching(bench.client, DEPLOYMENTS, space) as deployments:
        await bench.client.create(twin)
        await deployments.until(lambda: _rolled_out(deployments.objects.get("twin")), "the twin", SECONDS)
    return "twin"


def _rolled_out(deployment: bodies.Object | None) -> bool:
    """What `kubectl rollout status` waits for."""
    if deployment is None or not ecs.answered(deployment):
        return False
    counts, wanted = deployment["status"], deployment["spec"]["replicas"]
    return all(counts.get(name, 0) == wanted for name in ("replicas", "updatedReplicas", "availableReplicas"))


async def _native(bench: Bench, space: str, name: str, turn: int) -> float:
    body = {"spec": {"template": {"metadata": {"annotations": {ANNOTATION: RESTARTED.format(turn)}}}}}
    async with watching(bench.client, DEPLOYMENTS, space) as deployments:
        started = time.perf_counter()
        await bench.client.patch(DEPLOYMENTS, space, name, body)
        await deployments.until(lambda: _rolled_out(deployments.objects.get(name)), "the rollout", SECONDS)
        return time.perf_counter() - started


async def _ours(bench: Bench, space: str, turn: int) -> float:
    body = {"spec": {"kubernetes": {"restartedAt": RESTARTED.format(turn)}}}
    async with watching(bench.client, ECS_SERVICES, space) as services:
        started = time.perf_counter()
        await bench.client.patch(ECS_SERVICES, space, SERVICE, body)
        await services.until(lambda: ecs.is_ready(services.objects.get(SERVICE)), "the rollout", SECONDS)
        return time.perf_counter() - started


def _p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * (len(values) - 1))]
