"""`register`: task definitions applied from one file until all are registered, beside ConfigMaps of equal size.

And `register floor`: objects of equal size of a kind without schema, rules or operator: what any custom resource costs.
"""

from __future__ import annotations

import asyncio
import copy
import json
import time
from collections.abc import Sequence
from pathlib import Path

import orjson

from kubecs.kube.resources import ECS_TASK_DEFINITION_REVISIONS
from tests.cluster.rig import wait_for
from tests.perf import bodies
from tests.perf.bench import Bench
from tests.perf.figures import Row, Sample
from tests.perf.watched import watching

PLAIN_GROUP = "bench.kubecs.dev"
TARGET = 1 / 0.7  # of the seconds: 0.7 of the rate


async def measure(bench: Bench, count: int, rounds: int) -> list[Row]:
    """In turns; the native objects are there when kubectl returns, ours when the last revision is."""
    bench.cluster.install_warnings()  # as an installation has it: every document is looked at by the policy, too
    ours: list[float] = []
    native: list[float] = []
    plain: list[float] = []
    _install_plain_kind(bench)
    for turn in range(rounds):
        turns = [(ours, _ours), (native, _native), (plain, _plain)]
        for values, act in turns if turn % 2 else reversed(turns):
            values.append(await act(bench, count))
            bench.quiet()
    what = f"kubectl apply of one file until {count} task definitions are registered; ConfigMaps of equal size"
    beside = Sample(tuple(native), "s")
    floor = f"the same of {count} objects of a kind without schema, rules or operator"
    return [
        Row("register", what, Sample(tuple(ours), "s"), beside, TARGET),
        Row("register floor", floor, Sample(tuple(plain), "s"), beside),
    ]


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
    return await _applied(bench, space, [bodies.config_map(space, f"map-{number}", size) for number in range(count)])


async def _plain(bench: Bench, count: int) -> float:
    space = await bench.bare_namespace()
    made = [{**each, "apiVersion": f"{PLAIN_GROUP}/v1", "kind": "Plain"} for each in _families(space, count)]
    return await _applied(bench, space, made)


async def _applied(bench: Bench, space: str, manifests: Sequence[bodies.Object]) -> float:
    """Seconds until kubectl returns, the file written before."""
    file = _file(bench, space, manifests)
    started = time.perf_counter()
    await _apply(bench, file)
    return time.perf_counter() - started


def _install_plain_kind(bench: Bench) -> None:
    """A kind of which the API server knows nothing."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    crd = {
        "metadata": {"name": f"plains.{PLAIN_GROUP}"},
        "spec": {
            "group": PLAIN_GROUP,
            "names": {"kind": "Plain", "plural": "plains"},
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        },
    }
    bench.cluster.api.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
    wait_for(lambda: bench.cluster.api.answers(f"/apis/{PLAIN_GROUP}/v1/plains"), 30, "the plain kind is served")


def _file(bench: Bench, name: str, manifests: Sequence[bodies.Object]) -> Path:
    path = bench.cluster.layout.directory / f"{name}.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)}))
    return path


async def _apply(bench: Bench, file: Path) -> None:
    await asyncio.to_thread(bench.cluster.kubectl, "apply", "-f", file)
