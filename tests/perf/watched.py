"""What a watch shows, so that several measurements can wait for the same eyes to see something."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from kubecs.kube.client import Client
from kubecs.kube.resources import Resource

Object = dict[str, Any]


@dataclass
class Watched:
    """The objects of a kind in a namespace, as a watch has shown them.

    Attributes:
        objects: By name, the newest state.
        seen_at: By name, when it was first shown, in seconds of time.perf_counter.
        lines: Every event as it came, with that time, if kept.
    """

    objects: dict[str, Object] = field(default_factory=dict)
    seen_at: dict[str, float] = field(default_factory=dict)
    lines: list[tuple[float, bytes]] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, line: bytes) -> None:
        """Takes an event in."""
        if self.lines is not None:
            self.lines.append((time.perf_counter(), line))
        event = orjson.loads(line)
        if event["type"] not in {"ADDED", "MODIFIED"}:
            return
        name = event["object"]["metadata"]["name"]
        self.seen_at.setdefault(name, time.perf_counter())
        self.objects[name] = event["object"]
        self._changed.set()

    async def until(self, condition: Callable[[], bool], what: str, seconds: float = 120.0) -> None:
        """Waits for a condition on what was shown.

        Raises:
            TimeoutError: It did not come true in time.
        """
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(f"{what}: not after {seconds:g} s; {len(self.objects)} objects were seen") from None

    async def until_seen(self, name: str) -> float:
        """Waits for an object; returns when it was first shown."""
        await self.until(lambda: name in self.seen_at, name)
        return self.seen_at[name]


@asynccontextmanager
async def watching(client: Client, resource: Resource, space: str, *, keep: bool = False) -> AsyncIterator[Watched]:
    """Watches a kind in a namespace from now on, and keeps every event if wanted."""
    _, version = await client.list(resource, space)
    watched = Watched(lines=[] if keep else None)

    async def follow() -> None:
        async for lines in client.watch(resource, space, resource_version=version, timeout_seconds=3600):
            for line in lines:
                watched.take(line)

    task = asyncio.create_task(follow())
    try:
        yield watched
    finally:
        task.cancel()
        await asyncio.wait({task})
