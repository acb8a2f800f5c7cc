"""What a look at an ECSService sees: one frozen value, gathered from the cache before anything is decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from kubecs.ecs.values import service_arn
from kubecs.plan import rollout
from kubecs.plan.account import Account
from kubecs.plan.settings import Settings
from kubecs.plan.summary import TaskSummary
from kubecs.translate import labels, names

Manifest = Mapping[str, Any]


def is_paused(spec: Mapping[str, Any]) -> bool:
    """spec.kubernetes.paused of an ECSService."""
    return bool((spec.get("kubernetes") or {}).get("paused"))


@dataclass(frozen=True)
class ServiceSnapshot:
    """Everything that a decision about one service depends on.

    Attributes:
        service: The ECSService.
        account: The namespace seen as an AWS account.
        cluster_known: The cluster is `default` or has its ECSCluster.
        family_object: The ECSTaskDefinition of the family that the service refers to, if there is one.
        revisions: The ECSTaskDefinitionRevisions of that family.
        deployment: The service's Deployment, or DaemonSet of a DAEMON service, if there is one.
        service_revisions: Its ControllerRevisions, in any order.
        replica_sets: The ReplicaSets of its Deployment.
        kubernetes_services: Services by name: its own, and others that have a name which it asks for.
        put_off_since: Since when a write of its Deployment is put off (plan.rest); None while none is.
        cluster_object: The ECSCluster, where Service Connect asks for it and there is one.
        disruption_budget: Its PodDisruptionBudget, if there is one.
        draining_nodes: The names of those of its nodes that are draining.
        tasks: Its Pods, summed up.
        failures: When tasks stopped that had failed to start or to become healthy, by ECS deployment label.
        identities: The ServiceAccounts and RoleBindings of the namespace that the service may need, by (kind, name).
        companions: The companions of tasks that are there in the namespace, by (kind, name).
        settings: The operator's settings.
    """

    service: Manifest
    account: Account
    cluster_known: bool
    family_object: Manifest | None
    revisions: tuple[Manifest, ...]
    deployment: Manifest | None
    service_revisions: tuple[Manifest, ...]
    replica_sets: tuple[Manifest, ...]
    tasks: tuple[TaskSummary, ...]
    failures: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    identities: Mapping[tuple[str, str], Manifest] = field(default_factory=dict)
    companions: Mapping[tuple[str, str], Manifest] = field(default_factory=dict)
    disruption_budget: Manifest | None = None
    draining_nodes: frozenset[str] = frozenset()
    settings: Settings = field(default_factory=Settings)
    kubernetes_services: Mapping[str, Manifest] = field(default_factory=dict)
    cluster_object: Manifest | None = None
    put_off_since: datetime | None = None

    @cached_property
    def spec(self) -> Manifest:
        """The ECSService's spec."""
        spec: Manifest = self.service["spec"]
        return spec

    @cached_property
    def status(self) -> Manifest:
        """The ECSService's status as it is stored."""
        return self.service.get("status") or {}

    @property
    def namespace(self) -> str:
        """The namespace."""
        return str(self.service["metadata"]["namespace"])

    @property
    def generation(self) -> int:
        """metadata.generation."""
        return int(self.service["metadata"].get("generation", 1))

    @property
    def uid(self) -> str:
        """metadata.uid."""
        return str(self.service["metadata"]["uid"])

    @cached_property
    def name(self) -> str:
        """ECS's name of the service."""
        return str(self.spec["serviceName"])

    @cached_property
    def cluster(self) -> str:
        """ECS's short name of the cluster."""
        return names.cluster_name(self.spec.get("cluster"))

    @cached_property
    def arn(self) -> str:
        """The service's ARN, in the long form."""
        return service_arn(self.account.id, self.cluster, self.name)

    @property
    def desired(self) -> int:
        """spec.desiredCount; of a DAEMON service the number of nodes that take its task."""
        return rollout.daemons_wanted(self.deployment) if self.daemon else int(self.spec.get("desiredCount", 1))

    @property
    def daemon(self) -> bool:
        """One task on each node (schedulingStrategy DAEMON)."""
        return bool(self.spec.get("schedulingStrategy") == "DAEMON")

    @property
    def bounds(self) -> rollout.Bounds:
        """How many tasks there may be, at the desired count."""
        return rollout.bounds_of(self.spec, self.desired)

    @property
    def blocked(self) -> bool:
        """The percents leave no room to start a task or to stop one, and there is none too many either."""
        return self.bounds.blocked and wanted_by_all(self.replica_sets) <= self.desired

    @property
    def paused(self) -> bool:
        """spec.kubernetes.paused: write nothing to the children."""
        return is_paused(self.spec)

    @cached_property
    def child_name(self) -> str:
        """The name of what the service owns."""
        return names.child_name(self.cluster, self.name)

    @cached_property
    def newest_revision(self) -> Manifest | None:
        """The ControllerRevision with the highest number."""
        return newest_of(self.service_revisions)

    def wanted_by(self, deployment: str) -> int:
        """How many tasks the ReplicaSets of a deployment want, which its label names; of a daemon, how many it has."""
        if self.daemon:
            return sum(task.stays for task in self.tasks if task.deployment == deployment)
        return wanted_by_all(each for each in self.replica_sets if deployment_of(each) == deployment)


def wanted_by_all(replica_sets: Iterable[Manifest]) -> int:
    """How many tasks these ReplicaSets want together."""
    return sum(each["spec"].get("replicas", 0) for each in replica_sets)


def deployment_of(child: Manifest) -> str:
    """The label of the deployment that a ReplicaSet or a Pod template is of; empty without one."""
    return str((child["metadata"].get("labels") or {}).get(labels.DEPLOYMENT, ""))


def newest_of(service_revisions: Iterable[Manifest]) -> Manifest | None:
    """The one with the highest number of some ControllerRevisions."""
    return max(service_revisions, key=lambda revision: int(revision["revision"]), default=None)
