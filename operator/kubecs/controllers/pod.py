"""Pods of tasks: each that ended is recorded; then it is renewed, ended or deleted (plan.pod)."""

from datetime import datetime

from kubecs.controllers.accounts import account
from kubecs.controllers.cache import Cache, Object
from kubecs.controllers.indexes import is_task, owner_of
from kubecs.controllers.keys import Key
from kubecs.controllers.listener import Listener
from kubecs.ecs.values import short_name
from kubecs.kube.errors import ApiError, NamespaceEnding
from kubecs.plan import runs, stopcause, throttle
from kubecs.plan.actions import Plan
from kubecs.plan.pod import PodSnapshot, plan_pod
from kubecs.plan.settings import Settings
from kubecs.plan.snapshot import is_paused
from kubecs.translate import labels, names


class PodReconciler:
    """See engine.Reconciler."""

    kind = "Pod"

    def __init__(self, cache: Cache, settings: Settings, listener: Listener) -> None:
        self._cache = cache
        self._settings = settings
        self._listener = listener

    def plan(self, key: Key, now: datetime) -> Plan | None:
        """Decide about the Pod of that name and about those that went under it."""
        plans = [self._gone(pod, now) for pod in tuple(self._listener.gone.get((key.namespace, key.name), ()))]
        live = self._cache.get("Pod", key.namespace, key.name)
        if live is not None and is_task(live):
            plans.append(plan_pod(self._snapshot(live, now, gone=False), now))
        return Plan(
            steps=tuple(step for plan in plans for step in plan.steps),
            requeue_after=min((plan.requeue_after for plan in plans if plan.requeue_after), default=None),
        )

    def refused(self, key: Key, error: ApiError, now: datetime) -> Plan | None:
        """There is no status of ours to say it on; where the namespace goes, what went with it needs no record."""
        del now
        if isinstance(error, NamespaceEnding):
            for pod in tuple(self._listener.gone.get((key.namespace, key.name), ())):
                self._listener.forget(pod)
        return None

    def _gone(self, pod: Object, now: datetime) -> Plan:
        plan = plan_pod(self._snapshot(pod, now, gone=True), now) if is_task(pod) else Plan()
        if not plan.steps:
            self._listener.forget(pod)
        return plan

    def _snapshot(self, pod: Object, now: datetime, *, gone: bool) -> PodSnapshot:
        metadata = pod["metadata"]
        namespace, service = metadata["namespace"], self._service(pod)
        return PodSnapshot(
            pod=pod,
            gone=gone,
            account=account(self._cache, self._settings, namespace),
            recorded=self._cache.get("ECSTaskRecord", namespace, runs.task_id(pod)),
            task_definition=self._task_definition(pod),
            node=self._cache.get("Node", "", pod["spec"].get("nodeName") or ""),
            replicas_fell=gone and self._listener.is_scaled_in(pod),
            retention_seconds=self._settings.record_retention_seconds,
            failed_start_seconds=self._settings.failed_start_seconds,
            gap_seconds=self._gap_seconds(service, pod, now) if service else 0.0,
            paused=is_paused(service["spec"]) if service else False,
        )

    def _service(self, pod: Object) -> Object | None:
        owner = owner_of(pod)
        if owner is None or owner[0] != "ECSService":
            return None
        return self._cache.get("ECSService", pod["metadata"]["namespace"], owner[1])

    def _gap_seconds(self, service: Object, pod: Object, now: datetime) -> float:
        """The gap of the Pod's service: by the failed tasks that its status shows, and by those that ended lately."""
        metadata, deployment = service["metadata"], stopcause.deployment(pod)
        shown = (service.get("status") or {}).get("deployments") or ()
        failed = next((each.get("failedTasks", 0) for each in shown if each["id"] == deployment), 0)
        looks = bool(runs.ended_runs(pod))
        ended = self._ended_lately(metadata["namespace"], metadata["name"], deployment, now) if looks else 0
        return throttle.gap_seconds(failed + ended, service["spec"].get("desiredCount", 1))

    def _ended_lately(self, namespace: str, service: str, deployment: str, now: datetime) -> int:
        records = self._cache.by_index("ECSTaskRecord", "service", namespace, service)
        return sum(throttle.ended_lately(each, deployment, now) for each in records)

    def _task_definition(self, pod: Object) -> Object | None:
        metadata = pod["metadata"]
        arn = (metadata.get("annotations") or {}).get(labels.TASK_DEFINITION, "")
        family, _, number = short_name(arn).rpartition(":")
        if not family:
            return None
        name = names.revision_object_name(family, int(number))
        revision = self._cache.get("ECSTaskDefinitionRevision", metadata["namespace"], name)
        found: Object | None = revision["spec"]["taskDefinition"] if revision else None
        return found
