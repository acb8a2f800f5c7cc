"""The sweep: now and then our own kinds are listed and held against the cache, since kopf can lose a deletion.

kopf re-lists after a 410 without telling what has gone meanwhile; a level-triggered decision over a stale cache would
then be wrong for ever. What a sweep finds is counted as drift.
"""

import asyncio
import logging
import random
from collections.abc import Iterable

from kubecs.controllers.cache import Cache
from kubecs.kube.client import Client
from kubecs.kube.errors import ApiError
from kubecs.kube.resources import Resource
from kubecs.kube.store import Change
from kubecs.metrics.registry import Metrics

log = logging.getLogger("kubecs.sweep")

FIRST_SECONDS = 20.0
INTERVAL_SECONDS = 600.0
DRIFT = {"DELETED": "missed_delete", "ADDED": "missed_update", "MODIFIED": "missed_update"}


async def take_list(client: Client, cache: Cache, resource: Resource, namespace: str | None) -> list[Change]:
    """List a kind page by page into its store; returns what was news to the cache."""
    relist = cache.stores[resource.kind].relist()
    changes: list[Change] = []
    version = 0
    async for page in client.pages(resource, namespace):
        version = int(page.resource_version)
        changes += relist.page(page.items)
    return [*changes, *relist.finish(version)]


class Sweeper:
    """Sweeps the given resources, first soon after the start, then every ten minutes with jitter."""

    def __init__(
        self, client: Client, cache: Cache, metrics: Metrics, resources: Iterable[Resource], namespace: str | None
    ) -> None:
        self._client = client
        self._cache = cache
        self._metrics = metrics
        self._resources = tuple(resources)
        self._namespace = namespace

    async def fill(self) -> None:
        """The first list: everything is news, nothing is drift.

        Raises:
            ApiError: The API server could not be read.
        """
        for resource in self._resources:
            for change in await take_list(self._client, self._cache, resource, self._namespace):
                self._cache.changed(resource.kind, change)

    async def run(self) -> None:
        """Sweep until cancelled."""
        await asyncio.sleep(FIRST_SECONDS * (0.5 + random.random() / 2))  # noqa: S311 - spreads the load
        while True:
            await self.sweep()
            await asyncio.sleep(INTERVAL_SECONDS * (0.5 + random.random()))  # noqa: S311 - spreads the load

    async def sweep(self) -> None:
        """One sweep; what can't be listed now is swept next time."""
        for resource in self._resources:
            try:
                changes = await take_list(self._client, self._cache, resource, self._namespace)
            except ApiError as error:
                log.warning("sweep failed", extra={"resource": resource.plural, "error": str(error)})
                continue
            for change in changes:
                self._report(resource, change)
                self._cache.changed(resource.kind, change)

    def _report(self, resource: Resource, change: Change) -> None:
        kind = DRIFT[change.type]
        self._metrics.count("ecs_operator_cache_drift_total", resource=resource.plural, kind=kind)
        facts = {"resource": resource.plural, "object": f"{change.namespace}/{change.name}", "kind": kind}
        log.info("the cache had drifted", extra=facts)
