"""Services as the cache shows them, built for tests of what is decided about them."""

import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kubecs.plan.account import account_of
from kubecs.plan.actions import Apply, Create, Plan
from kubecs.plan.service import plan_service
from kubecs.plan.settings import Settings
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.summary import TaskSummary
from kubecs.translate import labels, names

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
NAMESPACE = "shop"


def service(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": labels.API_VERSION,
        "kind": "ECSService",
        "metadata": {
            "name": names.service_object_name(spec.get("cluster", "default"), "web"),
            "namespace": NAMESPACE,
            "uid": "service-uid",
            "generation": 1,
            "creationTimestamp": "2026-11-24T11:59:00Z",
        },
        "spec": {"serviceName": "web", "taskDefinition": "web", "desiredCount": 3} | spec,
    }


def revision(number: int, lifecycle: str = "ACTIVE", **container: Any) -> dict[str, Any]:
    app = {"name": "app", "image": f"web:{number}", "memory": 128} | container
    return {
        "metadata": {"name": f"web.{number}", "namespace": NAMESPACE},
        "spec": {
            "revision": number,
            "lifecycle": lifecycle,
            "taskDefinition": {"family": "web", "containerDefinitions": [app]},
        },
    }


def snapshot(**changes: Any) -> ServiceSnapshot:
    base = ServiceSnapshot(
        service=service(),
        account=account_of(None, NAMESPACE, "eu-central-1"),
        cluster_known=True,
        family_object=None,
        revisions=(revision(1),),
        deployment=None,
        service_revisions=(),
        replica_sets=(),
        tasks=(),
        settings=Settings(steady_seconds=0),
        put_off_since=NOW - timedelta(hours=1),  # what is written does not wait for the Deployment's controller
    )
    return replace(base, **changes)


def actions(plan: Plan, kind: type) -> list[Any]:
    return [action for step in plan.steps for action in step if isinstance(action, kind)]


def applied(plan: Plan, kind: str) -> dict[str, Any]:
    found = [action.manifest for action in actions(plan, Apply) if action.manifest["kind"] == kind]
    assert len(found) == 1, f"{len(found)} {kind} applied"
    return dict(found[0])


def created(plan: Plan) -> dict[str, Any]:
    found = [action.manifest for action in actions(plan, Create)]
    assert len(found) == 1
    return dict(found[0])


def live(manifest: dict[str, Any], ready: int = 0) -> dict[str, Any]:
    """The Deployment as the API server and its controller would show it."""
    held = copy.deepcopy(manifest)
    held["metadata"] |= {"uid": "deployment-uid", "generation": 1, "resourceVersion": "7"}
    held["spec"]["template"]["spec"]["schedulerName"] = "default-scheduler"
    held["status"] = {
        "observedGeneration": 1,
        "replicas": ready,
        "updatedReplicas": ready,
        "availableReplicas": ready,
    }
    return held


def tasks(deployment_id: str, number: int, status: str = "RUNNING") -> tuple[TaskSummary, ...]:
    return tuple(
        TaskSummary(
            uid=f"pod-{index}",
            name=f"web-{index}",
            deployment=deployment_id.replace("/", "-"),
            owner_uid="rs-uid",
            cluster="default",
            service="web",
            owner="web",
            launch_type="EC2",
            last_status=status,
            created_epoch=0.0,
            unplaced_reason="",
            restarts=0,
        )
        for index in range(number)
    )


def deployed(ready: int = 3) -> ServiceSnapshot:
    """A service whose first deployment has all its children."""
    first = plan_service(snapshot(), NOW)
    held = created(first)
    held["metadata"] |= {"uid": "revision-uid"}
    identity = applied(first, "ServiceAccount")
    return snapshot(
        deployment=live(applied(first, "Deployment"), ready),
        disruption_budget=applied(first, "PodDisruptionBudget"),
        service_revisions=(held,),
        identities={("ServiceAccount", identity["metadata"]["name"]): identity},
        tasks=tasks(held["data"]["deploymentId"], ready),
    )


def condition(plan: Plan, kind: str) -> dict[str, Any]:
    assert plan.status is not None
    return next(dict(each) for each in plan.status["conditions"] if each["type"] == kind)


def with_status(found: ServiceSnapshot, plan: Plan) -> ServiceSnapshot:
    return replace(found, service={**found.service, "status": plan.status})


def replica_set(deployment_id: str, replicas: int, **annotations: str) -> dict[str, Any]:
    """A ReplicaSet as the cache keeps it."""
    label = deployment_id.replace("/", "-")
    return {
        "metadata": {"name": f"rs-{label}", "labels": {labels.DEPLOYMENT: label}, "annotations": annotations},
        "spec": {"replicas": replicas},
    }
