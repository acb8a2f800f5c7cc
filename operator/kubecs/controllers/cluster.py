"""ECSCluster: its status sums up what the cache knows of it."""

from datetime import datetime

from kubecs.controllers.accounts import account
from kubecs.controllers.cache import Cache
from kubecs.controllers.keys import Key
from kubecs.kube.errors import ApiError
from kubecs.plan.actions import Plan
from kubecs.plan.cluster import ClusterSnapshot, plan_cluster
from kubecs.plan.settings import Settings
from kubecs.translate import names


class ClusterReconciler:
    """See engine.Reconciler."""

    kind = "ECSCluster"

    def __init__(self, cache: Cache, settings: Settings) -> None:
        self._cache = cache
        self._settings = settings

    def plan(self, key: Key, now: datetime) -> Plan | None:
        """Describe the cluster; None when it has no object."""
        cluster = self._cache.get("ECSCluster", key.namespace, key.name)
        if cluster is None:
            return None
        name = cluster["spec"].get("clusterName") or names.DEFAULT_CLUSTER
        tasks = self._cache.summaries("cluster", key.namespace, name)
        snapshot = ClusterSnapshot(
            cluster=cluster,
            account=account(self._cache, self._settings, key.namespace),
            active_services=self._cache.count("ECSService", "cluster", key.namespace, name),
            running_tasks=sum(task.running for task in tasks),
            pending_tasks=sum(task.pending for task in tasks),
            instances=len(self._cache.nodes) if name == names.DEFAULT_CLUSTER else 0,
        )
        return plan_cluster(snapshot, now)

    def refused(self, key: Key, error: ApiError, now: datetime) -> Plan | None:
        """A cluster has no children that could be refused."""
        del key, error, now
        return None
