"""ECSService: gathers what a decision needs from the cache, and hands over to plan.service."""

from datetime import datetime

from kubecs.controllers.accounts import account
from kubecs.controllers.cache import Cache, Object
from kubecs.controllers.companions import companions
from kubecs.controllers.facts import DRAINING
from kubecs.controllers.identities import identities
from kubecs.controllers.keys import Key
from kubecs.controllers.references import cluster_known, family_state
from kubecs.kube.errors import ApiError
from kubecs.plan import servicestatus
from kubecs.plan.account import Account
from kubecs.plan.actions import Plan
from kubecs.plan.adoption import belongs, owns
from kubecs.plan.loadbalancers import connect_namespace, service_names
from kubecs.plan.record import is_failure, stopped_at
from kubecs.plan.refusal import Refusal
from kubecs.plan.service import plan_service
from kubecs.plan.servicerevision import previous_number
from kubecs.plan.settings import Settings
from kubecs.plan.snapshot import ServiceSnapshot, newest_of
from kubecs.translate import names


class ServiceReconciler:
    """See engine.Reconciler."""

    kind = "ECSService"

    def __init__(self, cache: Cache, settings: Settings) -> None:
        self._cache = cache
        self._settings = settings
        self._put_off: dict[Key, datetime] = {}  # forgotten with the process: a write then waits a little longer

    def plan(self, key: Key, now: datetime) -> Plan | None:
        """Decide, or None when the service is gone: its children go by their owner references."""
        snapshot = self._gather(key)
        plan = plan_service(snapshot, now) if snapshot else None
        if plan is not None and plan.puts_off:
            self._put_off.setdefault(key, now)
        else:
            self._put_off.pop(key, None)
        return plan

    def refused(self, key: Key, error: ApiError, now: datetime) -> Plan | None:
        """The API server refused a child: say so on the service."""
        snapshot = self._gather(key)
        if snapshot is None:
            return None
        return servicestatus.refused(snapshot, Refusal(f"Kubernetes{error.reason}", error.report), now)

    def _gather(self, key: Key) -> ServiceSnapshot | None:
        cache, namespace = self._cache, key.namespace
        service = cache.get("ECSService", namespace, key.name)
        if service is None:
            return None
        spec = service["spec"]
        service_revisions = self._children("ControllerRevision", service)
        previous = previous_number(spec, newest_of(service_revisions))
        family_object, revisions = family_state(cache, namespace, spec.get("taskDefinition") or "", previous)
        cluster = names.cluster_name(spec.get("cluster"))
        workload = "DaemonSet" if spec.get("schedulingStrategy") == "DAEMON" else "Deployment"
        deployment = cache.get(workload, namespace, names.child_name(cluster, spec["serviceName"]))
        connected = spec.get("serviceConnectConfiguration")
        cluster_object = cache.get("ECSCluster", namespace, names.object_name(cluster)) if connected else None
        held_account = account(cache, self._settings, namespace)
        tasks = cache.summaries("service", namespace, key.name)
        return ServiceSnapshot(
            service=service,
            account=held_account,
            cluster_known=cluster_known(cache, namespace, cluster),
            family_object=family_object,
            revisions=revisions,
            deployment=deployment if deployment and belongs(deployment, service) else None,
            service_revisions=service_revisions,
            replica_sets=self._replica_sets(service, deployment),
            disruption_budget=self._budget(service, cluster),
            draining_nodes=frozenset(each.node for each in tasks if cache.nodes.get(("", each.node)) == DRAINING),
            tasks=tasks,
            failures=self._failures(namespace, key.name),
            identities=identities(cache, self._settings, namespace, revisions),
            companions=companions(cache, key),
            settings=self._settings,
            kubernetes_services=self._services(service, held_account, connect_namespace(cluster_object)),
            cluster_object=cluster_object,
            put_off_since=self._put_off.get(key),
        )

    def _budget(self, service: Object, cluster: str) -> Object | None:
        name = names.child_name(cluster, service["spec"]["serviceName"])
        found = self._cache.get("PodDisruptionBudget", service["metadata"]["namespace"], name)
        return found if found and owns(service, found) else None

    def _children(self, kind: str, service: Object) -> tuple[Object, ...]:
        metadata = service["metadata"]
        found = self._cache.by_index(kind, "service", metadata["namespace"], metadata["name"])
        return tuple(child for child in found if belongs(child, service))

    def _services(self, service: Object, own: Account, connected: str | None) -> dict[str, Object]:
        """Its Services by name, and whatever else has a name that it asks for."""
        spec, namespace = service["spec"], service["metadata"]["namespace"]
        child_name = names.child_name(names.cluster_name(spec.get("cluster")), spec["serviceName"])
        found = {each["metadata"]["name"]: each for each in self._children("Service", service)}
        for name in service_names(spec, own, child_name, connected):
            held = self._cache.get("Service", namespace, name)
            if held is not None:
                found[name] = held
        return found

    def _replica_sets(self, service: Object, deployment: Object | None) -> tuple[Object, ...]:
        metadata = service["metadata"]
        found = self._cache.by_index("ReplicaSet", "service", metadata["namespace"], metadata["name"])
        return tuple(each for each in found if deployment is not None and owns(deployment, each))

    def _failures(self, namespace: str, service: str) -> dict[str, tuple[datetime, ...]]:
        found: dict[str, tuple[datetime, ...]] = {}
        for record in self._cache.by_index("ECSTaskRecord", "service", namespace, service):
            if is_failure(record):
                label = (record["spec"].get("startedBy") or "").replace("/", "-")
                found[label] = (*found.get(label, ()), stopped_at(record))
        return found
