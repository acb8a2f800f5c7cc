"""P: `kubectl ecs` as a person runs it, whole processes, on a cluster of many services."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from kubecs.kube.resources import ECS_SERVICES, ECS_TASK_RECORDS, PODS
from tests.cluster import ecs
from tests.cluster.plugin import Plugin, installed
from tests.cluster.rig import Kubectl, wait_for_async
from tests.perf import bodies
from tests.perf.bench import CONCURRENCY, Bench, bench, in_parallel
from tests.perf.figures import Row, Sample
from tests.perf.watched import watching

TARGET = 0.4  # seconds
NODES = 50
LONGEST_SECONDS = 600.0
ENDED = "job"  # an ECSTask whose container has printed and ended

Sides = dict[str, list[float]]


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        services: How many; each has one task.
        rounds: How often each command is run.
    """

    services: int
    rounds: int


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        words: After `kubectl`.
        given: What it reads from its standard input.
        codes: Exit codes that are right.
    """

    words: tuple[str, ...]
    given: str | None = None
    codes: tuple[int, ...] = (0,)


async def measure(size: Size) -> list[Row]:
    """All commands in turns, the native ones among them."""
    async with bench(nodes=NODES) as made:
        made.start_operator()
        space = await made.new_namespace()
        task_id = await _filled(made, space, size.services)
        commands = _commands(space, task_id) | {name: Command(words) for name, words in NATIVE.items()}
        with tempfile.TemporaryDirectory() as directory:
            plugin = installed(Kubectl(made.cluster, space), Path(directory))
            seconds = await asyncio.to_thread(_timed, plugin, commands, size.rounds)
    return _rows(seconds, size.services)


async def _filled(bench: Bench, space: str, count: int) -> str:
    """Services, each with one task, and one stopped task, whose id is returned."""
    names = [f"service-{number}" for number in range(count)]
    ended = ecs.task(ENDED, annotations=ecs.kwok(exit_codes='{"app": 1}', exit_message="first line\nlast line"))
    await bench.client.create(ended | {"metadata": ended["metadata"] | {"namespace": space}})
    async with watching(bench.client, ECS_SERVICES, space) as seen:
        await in_parallel(CONCURRENCY, [partial(bench.client.create, bodies.service(space, name, 1)) for name in names])

        def all_run() -> bool:
            return len(seen.objects) == count and all(map(_runs, seen.objects.values()))

        await wait_for_async(all_run, LONGEST_SECONDS, "all tasks run")
    await asyncio.to_thread(bench.quiet)
    (record,), _ = await bench.client.list(ECS_TASK_RECORDS, space)
    await _without_pod(bench, space, record["spec"]["kubernetes"]["podName"])
    return str(record["metadata"]["name"])


async def _without_pod(bench: Bench, space: str, name: str) -> None:
    """Deletes a Pod: on a node that kwok plays only the record has its output."""
    path = PODS.path(space, name)
    bench.cluster.api.call("DELETE", path)
    await wait_for_async(lambda: not bench.cluster.api.answers(path), 30, f"{name} is gone")


def _runs(service: bodies.Object) -> bool:
    return ecs.is_ready(service) and bool(service["status"]["runningCount"] == 1)


NATIVE: Mapping[str, tuple[str, ...]] = {
    "get": ("get", "ecsservices"),
    "get pods": ("get", "pods"),
    "rollout": ("rollout", "history", f"deployment/{bodies.deployment_name('service-0')}"),
}

# What a command does for a person, beside what kubectl does for native objects.
BESIDE = {"ps": "get pods", "top": "get", "rollout history": "rollout"}


def _commands(space: str, task_id: str) -> dict[str, Command]:
    one = "service-0"
    more = yaml.safe_dump(bodies.service(space, one, 3))
    family = bodies.task_definition(space)
    family["spec"]["containerDefinitions"][0]["image"] = "registry.example/shop/web:1.27.4"
    asked = {
        "ps": Command(("ps",)),
        "ps --service": Command(("ps", "--service", one)),
        "why SERVICE": Command(("why", one)),
        "why TASK": Command(("why", task_id)),
        "logs TASK": Command(("logs", task_id)),
        "rollout status": Command(("rollout", "status", one)),
        "rollout history": Command(("rollout", "history", one)),
        "diff -f SERVICE": Command(("diff", "-f", "-"), more, (1,)),
        "diff -f FAMILY": Command(("diff", "-f", "-"), yaml.safe_dump(family), (1,)),
        "top": Command(("top", "--once")),
        "explain": Command(("explain", "containerDefinitions.ulimits")),
    }
    return {name: Command(("ecs", *each.words), each.given, each.codes) for name, each in asked.items()}


def _timed(plugin: Plugin, commands: Mapping[str, Command], rounds: int) -> Sides:
    seconds: Sides = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            seconds[name].append(_run(plugin, command))
    return seconds


def _run(plugin: Plugin, command: Command) -> float:
    """Seconds of one process, from its start to its end."""
    where = () if "explain" in command.words else ("-n", plugin.kubectl.namespace)
    began = time.perf_counter()
    done: subprocess.CompletedProcess[str] = plugin.run(*command.words, *where, input=command.given)
    seconds = time.perf_counter() - began
    assert done.returncode in command.codes, f"{command.words}: {done.stdout[-500:]}{done.stderr}"
    return seconds


def _rows(seconds: Sides, services: int) -> list[Row]:
    rows = [
        Row("P", f"kubectl ecs {name}, {services} services", Sample(tuple(values), "s"), target=TARGET)
        for name, values in seconds.items()
        if name not in NATIVE
    ]
    for name, native in BESIDE.items():
        what = f"kubectl ecs {name} beside kubectl {' '.join(NATIVE[native])}"
        rows.append(Row("P", what, Sample(tuple(seconds[name]), "s"), Sample(tuple(seconds[native]), "s")))
    return rows
