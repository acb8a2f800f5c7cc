"""ECSAccount: gathers whom its map of roles may concern, and hands over to plan.grants."""

from datetime import datetime

from kubecs.controllers.accounts import account
from kubecs.controllers.cache import Cache
from kubecs.controllers.keys import Key
from kubecs.kube.errors import ApiError
from kubecs.plan.actions import Event, Plan
from kubecs.plan.conditions import bounded
from kubecs.plan.grants import GrantSnapshot, plan_grants
from kubecs.plan.settings import Settings


class GrantReconciler:
    """See engine.Reconciler. A namespace without its ECSAccount has no map, so there is nothing granted."""

    kind = "ECSAccount"

    def __init__(self, cache: Cache, settings: Settings) -> None:
        self._cache = cache
        self._settings = settings

    def plan(self, key: Key, now: datetime) -> Plan | None:
        """Bring the RoleBindings of the namespace to what the map says."""
        del now
        snapshot = GrantSnapshot(
            account=account(self._cache, self._settings, key.namespace),
            service_accounts=self._cache.in_namespace("ServiceAccount", key.namespace),
            bindings=self._cache.in_namespace("RoleBinding", key.namespace),
        )
        return plan_grants(snapshot)

    def refused(self, key: Key, error: ApiError, now: datetime) -> Plan | None:
        """The API server will not have it: an Event says so on the ECSAccount, which has no conditions."""
        del key, now
        return Plan(events=(Event("Warning", f"Kubernetes{error.reason}", bounded(error.report)),))
