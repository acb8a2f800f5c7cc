"""B12: what one Pod event costs the operator's process until its keys are in the queue."""

from __future__ import annotations

import time
from collections.abc import Sequence

import orjson

from kubecs.controllers.cache import Cache
from kubecs.controllers.keys import Key
from kubecs.controllers.leading import Standing
from kubecs.controllers.listener import Listener
from kubecs.controllers.queue import Queue
from kubecs.metrics.registry import Metrics
from tests.perf.figures import Row, Sample

TARGET = 60.0  # microseconds of CPU
LEAST_EVENTS = 5000
ROUNDS = 5


def measure(lines: Sequence[bytes]) -> list[Row]:
    """Decodes recorded watch events, caches them and asks for looks, as the informer of Pods does; on an event loop."""
    rounds = [_microseconds(lines) for _ in range(ROUNDS)]
    what = f"a Pod event decoded, cached, enqueued: CPU ({len(lines)} recorded events)"
    return [Row("B12", what, Sample(tuple(rounds), "us"), target=TARGET)]


def _microseconds(lines: Sequence[bytes]) -> float:
    queue: Queue[Key] = Queue()
    listener = Listener(queue, Metrics("benchmark"), Standing(synced=True, leading=True))
    cache = listener.cache = Cache(listener.changed, listener.unreadable)
    events, turn, started = 0, 0, time.process_time()
    while events < LEAST_EVENTS:
        turn += 1
        for line in lines:
            event = orjson.loads(line)
            if event["type"] != "BOOKMARK":
                _again(event["object"]["metadata"], turn)
                cache.observe("Pod", event["type"], event["object"])
                events += 1
    used = time.process_time() - started
    queue.close()
    return used / events * 1_000_000


def _again(metadata: dict[str, str], turn: int) -> None:
    """Recorded events are told several times over: each time of other Pods."""
    metadata["name"] = f"{metadata['name']}-{turn}"
