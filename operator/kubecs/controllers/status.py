"""The one status write of a reconcile: merged, nothing when nothing changed, not too often for one object."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from kubecs.controllers.cache import Cache
from kubecs.controllers.keys import Key
from kubecs.controllers.merge import merge_patch
from kubecs.kube.client import Client
from kubecs.kube.resources import resource_for
from kubecs.plan import conditions

# Seconds between two status writes of one object, while counts move. A cluster's status sums up all its services.
SHORTEST_INTERVAL = {"ECSService": 1 / 3, "ECSCluster": 1.0}
# Whoever waits for one of these is told of it at once; so many writes in any second are the most all the same.
AWAITED = (conditions.READY, conditions.STALLED)
MOST_PER_SECOND = 4


class StatusWriter:
    """Writes `status` subresources; remembers when it last did so for an object."""

    def __init__(self, client: Client, cache: Cache, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._cache = cache
        self._clock = clock
        self._written_at: dict[Key, deque[float]] = {}
        self.writes = 0

    def wait_seconds(self, key: Key, *, awaited: bool = False) -> float:
        """How long until the object may be written again; 0 when it may be now.

        Args:
            key: The object.
            awaited: It is not counts alone that move, see `turns`.
        """
        written = self._written_at.get(key)
        interval = SHORTEST_INTERVAL.get(key.kind)
        if not written or interval is None:
            return 0.0
        earliest = written[-1] + (0.0 if awaited else interval)
        if len(written) == MOST_PER_SECOND:
            earliest = max(earliest, written[0] + 1.0)
        return max(earliest - self._clock(), 0.0)

    def turns(self, key: Key, wanted: Mapping[str, Any]) -> bool:
        """Whether Ready or Stalled, which people and tools wait for, becomes True, or is it no more."""
        before = conditions.stored(self._cache.get(key.kind, key.namespace, key.name))
        after = wanted.get("conditions", before)
        return any(conditions.is_true(before, kind) != conditions.is_true(after, kind) for kind in AWAITED)

    def difference(self, key: Key, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The merge patch that the cached object's status needs; empty when it reads as wanted or is gone."""
        current = self._cache.get(key.kind, key.namespace, key.name)
        return {} if current is None else merge_patch(current.get("status") or {}, wanted)

    async def write(self, key: Key, difference: Mapping[str, Any]) -> None:
        """Write, on condition that the object is still the one that the decision was made on.

        Raises:
            Conflict: The object changed meanwhile.
            NotFound: It is gone.
        """
        current = self._cache.get(key.kind, key.namespace, key.name)
        if current is None:
            return
        body = {"metadata": {"resourceVersion": current["metadata"]["resourceVersion"]}, "status": difference}
        self._written_at.setdefault(key, deque(maxlen=MOST_PER_SECOND)).append(self._clock())
        self.writes += 1
        resource = resource_for(current["apiVersion"], key.kind)
        written = await self._client.patch(resource, key.namespace, key.name, body, subresource="status")
        self._cache.written(written)

    def forget(self, key: Key) -> None:
        """The object is gone."""
        self._written_at.pop(key, None)
