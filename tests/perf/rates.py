"""B0: how many objects a second the API server takes from this client, with nothing of ours in the way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import orjson

from kubecs.kube.client import Client, Request
from kubecs.kube.resources import Resource, resource_for
from tests.perf import bodies
from tests.perf.bench import CONCURRENCY, Bench, in_parallel
from tests.perf.figures import Row, Sample

CONFIG_MAPS = Resource("ConfigMap", "v1", "configmaps")


async def measure(bench: Bench, count: int, rounds: int) -> list[Row]:
    """ConfigMaps, Pods and Deployments of one size, one at a time and sixteen at a time, in turns."""
    space = await bench.bare_namespace()
    deployment = bench.models["Deployment"]
    size = len(orjson.dumps(bodies.native(deployment, space, "size")))
    template = deployment["spec"]["template"]
    makers: dict[str, Callable[[str], bodies.Object]] = {
        "ConfigMap": lambda name: bodies.config_map(space, name, size),
        "Pod": lambda name: bodies.pod(template, space, name, size),
        "Deployment": lambda name: bodies.native(deployment, space, name),
    }
    found: dict[tuple[str, int], list[float]] = {(kind, many): [] for kind in makers for many in (1, CONCURRENCY)}
    for turn in range(rounds):
        for (kind, many), values in found.items():
            manifests = [makers[kind](f"{kind.lower()}-{many}-{turn}-{number}") for number in range(count)]
            seconds = await in_parallel(many, [partial(_create, bench.client, manifest) for manifest in manifests])
            values.append(count / seconds)
            bench.quiet()
    what = f"creates a second of a {{}} of {size / 1024:.1f} KiB, {{}} at a time"
    return [
        Row("B0", what.format(kind, many), None, Sample(tuple(values), "/s")) for (kind, many), values in found.items()
    ]


async def _create(client: Client, manifest: bodies.Object) -> None:
    """As Client.create does it, which knows no ConfigMaps."""
    resource = (
        CONFIG_MAPS if manifest["kind"] == CONFIG_MAPS.kind else resource_for(manifest["apiVersion"], manifest["kind"])
    )
    target = f"{resource.collection_path(manifest['metadata']['namespace'])}?fieldValidation=Strict"
    headers = {"Content-Type": "application/json"}
    await client._call(Request("create", resource, "POST", target, orjson.dumps(manifest), headers))
