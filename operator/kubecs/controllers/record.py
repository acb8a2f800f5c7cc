"""ECSTaskRecords: kept for as long as ECS shows a stopped task, as far as their service has not too many of them."""

from datetime import datetime

from kubecs.controllers.cache import Cache, Object
from kubecs.controllers.indexes import owner_of
from kubecs.controllers.keys import Key
from kubecs.kube.errors import ApiError
from kubecs.plan import runs
from kubecs.plan.actions import Plan
from kubecs.plan.record import plan_record, surplus_records
from kubecs.plan.settings import Settings


class RecordReconciler:
    """See engine.Reconciler."""

    kind = "ECSTaskRecord"

    def __init__(self, cache: Cache, settings: Settings) -> None:
        self._cache = cache
        self._settings = settings

    def plan(self, key: Key, now: datetime) -> Plan | None:
        """Delete an expired record, or the oldest of too many; look at any other again when it expires."""
        record = self._cache.get("ECSTaskRecord", key.namespace, key.name)
        if record is None:
            return None
        too_many = self._too_many(record)
        if too_many.steps:
            return too_many
        name = (record["spec"].get("kubernetes") or {}).get("podName", "")
        pod = self._cache.get("Pod", key.namespace, name)
        return plan_record(record, pod, now, self._settings.record_retention_seconds)

    def _too_many(self, record: Object) -> Plan:
        """Only their number is asked for, as long as it is in order."""
        namespace, owner = record["metadata"]["namespace"], owner_of(record)
        limit = self._settings.records_per_service
        if owner is None or self._cache.count("ECSTaskRecord", "service", namespace, owner[1]) <= limit:
            return Plan()
        records = self._cache.by_index("ECSTaskRecord", "service", namespace, owner[1])
        pods = self._cache.by_index("Pod", "service", namespace, owner[1])
        deletions = surplus_records(records, limit, {runs.task_id(pod) for pod in pods})
        return Plan((deletions,)) if deletions else Plan()

    def refused(self, key: Key, error: ApiError, now: datetime) -> Plan | None:
        """The log has said it."""
        del key, error, now
        return None
