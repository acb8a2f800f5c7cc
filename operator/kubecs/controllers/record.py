"""ECSTaskRecords: kept for as long as ECS shows a stopped task, then deleted."""

from datetime import datetime

from kubecs.controllers.cache import Cache
from kubecs.controllers.keys import Key
from kubecs.kube.errors import ApiError
from kubecs.plan.actions import Plan
from kubecs.plan.record import plan_record
from kubecs.plan.settings import Settings


class RecordReconciler:
    """See engine.Reconciler."""

    kind = "ECSTaskRecord"

    def __init__(self, cache: Cache, settings: Settings) -> None:
        self._cache = cache
        self._settings = settings

    def plan(self, key: Key, now: datetime) -> Plan | None:
        """Delete an expired record; look at any other again when it expires."""
        record = self._cache.get("ECSTaskRecord", key.namespace, key.name)
        if record is None:
            return None
        name = (record["spec"].get("kubernetes") or {}).get("podName", "")
        pod = self._cache.get("Pod", key.namespace, name)
        return plan_record(record, pod, now, self._settings.record_retention_seconds)

    def refused(self, key: Key, error: ApiError, now: datetime) -> Plan | None:
        """The log has said it."""
        del key, error, now
        return None
