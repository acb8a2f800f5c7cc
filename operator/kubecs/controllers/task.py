"""ECSTask: gathers what a decision needs from the cache, and hands over to plan.task."""

from datetime import datetime

from kubecs.controllers.accounts import account
from kubecs.controllers.cache import Cache
from kubecs.controllers.companions import companions
from kubecs.controllers.identities import identities
from kubecs.controllers.keys import Key
from kubecs.controllers.references import cluster_known, family_state
from kubecs.kube.errors import ApiError
from kubecs.plan import taskstatus
from kubecs.plan.actions import Plan
from kubecs.plan.refusal import Refusal
from kubecs.plan.settings import Settings
from kubecs.plan.task import plan_task
from kubecs.plan.tasksnapshot import TaskSnapshot, pod_name
from kubecs.translate import names


class TaskReconciler:
    """See engine.Reconciler."""

    kind = "ECSTask"

    def __init__(self, cache: Cache, settings: Settings) -> None:
        self._cache = cache
        self._settings = settings

    def plan(self, key: Key, now: datetime) -> Plan | None:
        """Decide, or None when the ECSTask is gone: its Pod goes by its owner reference."""
        snapshot = self._gather(key)
        return plan_task(snapshot, now) if snapshot else None

    def refused(self, key: Key, error: ApiError, now: datetime) -> Plan | None:
        """The API server refused the Pod: say so on the ECSTask."""
        snapshot = self._gather(key)
        if snapshot is None:
            return None
        return taskstatus.refused(snapshot, Refusal(f"Kubernetes{error.reason}", error.report), now)

    def _gather(self, key: Key) -> TaskSnapshot | None:
        cache, namespace = self._cache, key.namespace
        task = cache.get("ECSTask", namespace, key.name)
        if task is None:
            return None
        spec = task["spec"]
        family_object, revisions = family_state(cache, namespace, spec.get("taskDefinition") or "", None)
        return TaskSnapshot(
            task=task,
            account=account(cache, self._settings, namespace),
            cluster_known=cluster_known(cache, namespace, names.cluster_name(spec.get("cluster"))),
            family_object=family_object,
            revisions=revisions,
            pod=cache.get("Pod", namespace, pod_name(task)),
            records=cache.by_index("ECSTaskRecord", "task", namespace, key.name),
            identities=identities(cache, self._settings, namespace, revisions),
            companions=companions(cache, key),
            settings=self._settings,
        )
