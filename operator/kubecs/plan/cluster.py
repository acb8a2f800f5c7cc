"""The status of an ECSCluster: what runs in it. A cluster owns nothing, so there is nothing else to decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubecs.ecs.values import cluster_arn
from kubecs.plan import conditions
from kubecs.plan.account import Account
from kubecs.plan.actions import Event, Plan
from kubecs.plan.members import not_translated, without_effect
from kubecs.translate import names

ACTIVE = "ACTIVE"
NAME_MISMATCH = "NameMismatch"

KNOWN = frozenset({"clusterName", "tags", "kubernetes"})


@dataclass(frozen=True, slots=True)
class ClusterSnapshot:
    """Everything that the status of one cluster depends on.

    Attributes:
        cluster: The ECSCluster.
        account: The account that the namespace is.
        active_services: ECSServices of the cluster in ACTIVE.
        running_tasks: Tasks of the cluster in RUNNING, of services and on their own.
        pending_tasks: Tasks on the way there.
        instances: Nodes that belong to the cluster.
    """

    cluster: Mapping[str, Any]
    account: Account
    active_services: int
    running_tasks: int
    pending_tasks: int
    instances: int


def plan_cluster(snapshot: ClusterSnapshot, now: datetime) -> Plan:
    """Describe the cluster; with a name that does not fit the object's it is refused."""
    metadata, spec = snapshot.cluster["metadata"], snapshot.cluster.get("spec") or {}
    name = spec.get("clusterName") or names.DEFAULT_CLUSTER
    generation, stored = metadata.get("generation", 1), conditions.stored(snapshot.cluster)
    triple = conditions.ready(ACTIVE.capitalize(), "the cluster takes services and tasks")
    events: tuple[Event, ...] = ()
    if metadata["name"] != names.object_name(name):
        message = f"metadata.name: the cluster {name} must be named {names.object_name(name)}"
        triple = conditions.stalled(NAME_MISMATCH, message)
        events = conditions.announced(stored, triple)
    notices = not_translated(_without_effect(spec))
    status = {
        "clusterArn": cluster_arn(snapshot.account.id, name),
        "status": ACTIVE,
        "activeServicesCount": snapshot.active_services,
        "runningTasksCount": snapshot.running_tasks,
        "pendingTasksCount": snapshot.pending_tasks,
        "registeredContainerInstancesCount": snapshot.instances,
        "observedGeneration": generation,
        "conditions": conditions.set_conditions(stored, (*triple, *notices), generation, now),
    }
    return Plan(status=status, events=(*events, *conditions.begun(stored, notices)))


def _without_effect(spec: Mapping[str, Any]) -> tuple[str, ...]:
    own = without_effect(spec.get("kubernetes") or {}, ())
    return (*without_effect(spec, KNOWN), *(f"kubernetes.{member}" for member in own))
