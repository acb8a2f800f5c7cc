"""The sweep: our own kinds are listed and held against the cache, since kopf can lose a deletion.

kopf lists anew after a 410, or when it starts again, without telling what has gone meanwhile; a level-triggered
decision over a stale cache would then be wrong for ever. So a kind that kopf has listed is swept soon afterwards, and
all of them now and then. What a sweep finds is counted as drift.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from functools import partial

from kubecs.controllers.cache import Cache
from kubecs.kube.client import Client
from kubecs.kube.errors import ApiError
from kubecs.kube.resources import Resource
from kubecs.kube.retry import Streak
from kubecs.kube.store import Change
from kubecs.metrics.registry import Metrics

log = logging.getLogger("kubecs.sweep")

SOON_SECONDS = 1.0  # after kopf's list: its own events come first, and kinds that were listed together go together
INTERVAL_SECONDS = 600.0
DRIFT = {"DELETED": "missed_delete", "ADDED": "missed_update", "MODIFIED": "missed_update"}


async def take_list(
    client: Client, cache: Cache, resource: Resource, namespace: str | None, tell: Callable[[Change], None]
) -> None:
    """List a kind page by page into its store, and tell at once of what was news to it: the next page may not come."""
    relist = cache.stores[resource.kind].relist()
    version = 0
    async for page in client.pages(resource, namespace):
        version = int(page.resource_version)
        for change in relist.page(page.items):
            tell(change)
    for change in relist.finish(version):
        tell(change)


class Sweeper:
    """Sweeps the given resources: each when it is asked for, all of them every ten minutes with jitter."""

    def __init__(
        self, client: Client, cache: Cache, metrics: Metrics, resources: Iterable[Resource], namespace: str | None
    ) -> None:
        self._client = client
        self._cache = cache
        self._metrics = metrics
        self._resources = {resource.kind: resource for resource in resources}
        self._namespace = namespace
        self._asked: set[str] = set()
        self._streaks = {kind: Streak() for kind in self._resources}
        self._wake = asyncio.Event()

    async def fill(self) -> None:
        """The first list: everything is news, nothing is drift. Tries until the API server can be read."""
        await asyncio.gather(*(self._first_list(resource) for resource in self._resources.values()))

    async def _first_list(self, resource: Resource) -> None:
        streak = Streak()
        while True:
            try:
                tell = partial(self._cache.changed, resource.kind)
                return await take_list(self._client, self._cache, resource, self._namespace, tell)
            except ApiError as error:
                log.warning("not listed yet", extra={"resource": resource.plural, "error": str(error)})
                await asyncio.sleep(streak.pause(error))

    def ask(self, kind: str) -> None:
        """Sweep a kind soon."""
        self._asked.add(kind)
        self._wake.set()

    async def run(self) -> None:
        """Sweep until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._all_now_and_then(), name="sweep of all")
            group.create_task(self._what_is_asked_for(), name="sweep on demand")

    async def _all_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_SECONDS * (0.5 + random.random()))  # noqa: S311 - spreads the load
            for kind in self._resources:
                self.ask(kind)

    async def _what_is_asked_for(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(SOON_SECONDS)
            self._wake.clear()
            asked, self._asked = self._asked, set()
            for kind in sorted(asked):
                await self._sweep(self._resources[kind])

    async def _sweep(self, resource: Resource) -> None:
        """Sweep one kind; what can't be listed now is asked for again, each time later."""
        try:
            await take_list(self._client, self._cache, resource, self._namespace, partial(self._drifted, resource))
        except ApiError as error:
            log.warning("sweep failed", extra={"resource": resource.plural, "error": str(error)})
            pause = self._streaks[resource.kind].pause(error)
            asyncio.get_running_loop().call_later(pause, self.ask, resource.kind)
            return
        self._streaks[resource.kind].over()

    def _drifted(self, resource: Resource, change: Change) -> None:
        self._cache.changed(resource.kind, change)
        kind = DRIFT[change.type]
        self._metrics.count("ecs_operator_cache_drift_total", resource=resource.plural, kind=kind)
        facts = {"resource": resource.plural, "object": f"{change.namespace}/{change.name}", "kind": kind}
        log.info("the cache had drifted", extra=facts)
