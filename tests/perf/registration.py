"""`register`: task definitions applied from one file until all are registered, beside ConfigMaps of equal size."""

from __future__ import annotations

import asyncio
import copy
import json
import time
from collections.abc import Sequence
from pathlib import Path

import orjson

from kubecs.kube.resources import ECS_TASK_DEFINITION_REVISIONS
from tests.perf import bodies
from tests.perf.bench import Bench
from tests.perf.figures import Row, Sample
from tests.perf.watched import watching

TARGET = 1 / 0.7  # of the seconds: 0.7 of the rate


async def measure(bench: Bench, count: int, rounds: int) -> list[Row]:
    """In turns; the native objects are there when kubectl returns, ours when the last revision is."""
    bench.cluster.install_warnings()  # as an installation has it: every document is looked at by the policy, too
    ours: list[float] = []
    native: list[float] = []
    for turn in range(rounds):
        turns = [(ours, _ours), (native, _native)]
        for values, act in turns if turn % 2 else reversed(turns):
            values.append(await act(bench, count))
            bench.quiet()
    what = f"kubectl apply of one file until {count} task definitions are registered; ConfigMaps of equal size"
    return [Row("register", what, Sample(tuple(ours), "s"), Sample(tuple(native), "s"), TARGET)]


def _families(space: str, count: int) -> list[bodies.Object]:
    model = bodies.task_definition(space)
    made = []
    for number in range(count):
        each = copy.deepcopy(model)
        each["metadata"]["name"] = each["spec"]["family"] = f"family-{number}"
        made.append(each)
    return made


async def _ours(bench: Bench, count: int) -> float:
    space = await bench.bare_namespace()
    file = _file(bench, space, _families(space, count))
    async with watching(bench.client, ECS_TASK_DEFINITION_REVISIONS, space) as revisions:
        started = time.perf_counter()
        await _apply(bench, file)
        await revisions.until(lambda: len(revisions.objects) == count, f"{count} revisions")
        return time.perf_counter() - started


async def _native(bench: Bench, count: int) -> float:
    space = await bench.bare_namespace()
    size = len(orjson.dumps(_families(space, 1)[0]))
    file = _file(bench, space, [bodies.config_map(space, f"map-{number}", size) for number in range(count)])
    started = time.perf_counter()
    await _apply(bench, file)
    return time.perf_counter() - started


def _file(bench: Bench, name: str, manifests: Sequence[bodies.Object]) -> Path:
    path = bench.cluster.layout.directory / f"{name}.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)}))
    return path


async def _apply(bench: Bench, file: Path) -> None:
    await asyncio.to_thread(bench.cluster.kubectl, "apply", "-f", file)
