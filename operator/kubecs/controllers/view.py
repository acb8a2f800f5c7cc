"""What Prometheus sees of the cache when it scrapes: metrics.view.StateView over the stores."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from kubecs.controllers.cache import Cache
from kubecs.controllers.engine import QUEUE, Engine
from kubecs.controllers.keys import Key
from kubecs.controllers.leading import Standing
from kubecs.controllers.queue import Queue
from kubecs.kube.resources import PLURALS
from kubecs.metrics.view import InstanceFacts, QueueFacts, ReconcileFacts, ServiceFacts, TaskFacts
from kubecs.translate.names import DEFAULT_CLUSTER


class CacheView:
    """See metrics.view.StateView."""

    def __init__(self, cache: Cache, queue: Queue[Key], engine: Engine, standing: Standing) -> None:
        self._cache = cache
        self._queue = queue
        self._engine = engine
        self._standing = standing

    def leading(self) -> bool:
        """Whether this replica leads on complete caches."""
        return self._standing.leading and self._standing.synced

    def now(self) -> float:
        """Unix time in seconds."""
        return time.time()

    def namespaces(self) -> Collection[str]:
        """The namespaces of services and tasks, from the indexes: they have few values."""
        stores = self._cache.stores
        owners = (stores["ECSService"].index_values("namespace"), stores["ECSTask"].index_values("namespace"))
        tasks = (value.partition("/")[0] for value in stores["Pod"].index_values("cluster"))
        return {*chain.from_iterable(owners), *tasks}

    def clusters(self) -> Iterable[tuple[str, str]]:
        """(namespace, name) of every ECSCluster."""
        for cluster in self._cache.stores["ECSCluster"].list():
            yield cluster["metadata"]["namespace"], cluster["spec"].get("clusterName") or cluster["metadata"]["name"]

    def tasks(self) -> Iterable[TaskFacts]:
        """Every live task, from the summaries."""
        for (namespace, _), task in tuple(self._cache.tasks.items()):  # others may go on meanwhile
            if not task.owner_uid:
                continue  # nobody's: no task
            yield TaskFacts(
                namespace=namespace,
                cluster=task.cluster,
                service=task.service,
                launch_type=task.launch_type,
                last_status=task.last_status,
                created_at=task.renewed_epoch or task.created_epoch,
                unplaced_reason=task.unplaced_reason,
            )

    def services(self) -> Iterable[ServiceFacts]:
        """Every ECSService."""
        return (held.facts for held in self._cache.services.values())

    def instances(self) -> Iterable[InstanceFacts]:
        """Nodes; they all belong to the cluster `default` of each namespace in use."""
        counts = Counter(self._cache.nodes.values())
        namespaces = {namespace for namespace, _ in self._cache.services}
        return [
            InstanceFacts(namespace, DEFAULT_CLUSTER, status, number)
            for namespace in namespaces
            for status, number in counts.items()
        ]

    def managed_objects(self) -> Mapping[str, int]:
        """Services by how they stand: rejected are Stalled before any of their tasks ran, failed are later."""
        counts = {"ok": 0, "failed": 0, "rejected": 0}
        for facts in self.services():
            stalled = facts.conditions.get("Stalled") == "True"
            counts[("failed" if facts.deployments else "rejected") if stalled else "ok"] += 1
        return counts

    def cache_sizes(self) -> Mapping[str, int]:
        """Objects held, by plural."""
        return {PLURALS[kind]: size for kind, size in self._cache.sizes().items()}

    def queues(self) -> Iterable[QueueFacts]:
        """The one queue."""
        queue = self._queue
        return (
            QueueFacts(
                name=QUEUE,
                depth=len(queue),
                adds=queue.adds,
                retries=queue.retries,
                unfinished_seconds=queue.unfinished_seconds(),
                longest_running_seconds=queue.longest_running_seconds(),
            ),
        )

    def reconciles(self) -> Iterable[ReconcileFacts]:
        """Every kind's reconciles in progress."""
        working = Counter(key.kind for key in self._queue.working_keys())
        return [ReconcileFacts(kind, working[kind], self._engine.workers) for kind in self._engine.kinds]
