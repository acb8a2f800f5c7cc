"""`convert`: how long a thousand documents take, beside the reading of the same files as JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import orjson

from kubecs.convert.conversion import Options, Source, convert
from tests.perf import bodies
from tests.perf.figures import Row, Sample

DOCUMENTS = 1000
TARGET = 3.0  # s for that many


def measure(rounds: int) -> list[Row]:
    """Half of them task definitions of three containers, half services of these."""
    sources = [Source(f"{number}.json", orjson.dumps(_document(number))) for number in range(DOCUMENTS)]
    ours, read = [], []
    for _ in range(rounds):
        ours.append(_seconds(lambda: convert(sources, Options())))
        read.append(_seconds(lambda: [json.loads(each.content) for each in sources]))
    row = Row("convert", f"{DOCUMENTS} documents; the same read as JSON", Sample(tuple(ours), "s"), target=TARGET)
    return [row, Row("convert", "the same, only read as JSON", Sample(tuple(read), "s"))]


def _document(number: int) -> object:
    if number % 2:
        return {"serviceName": f"s{number}", "taskDefinition": f"web-{number - 1}", "desiredCount": 1}
    document = bodies.task_definition(f"web-{number}")["spec"]
    containers = document["containerDefinitions"]
    third = {"name": "third", "image": "registry.example/third:1", "memory": 64, "essential": False}
    return document | {"family": f"web-{number}", "containerDefinitions": [*containers, third]}


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
