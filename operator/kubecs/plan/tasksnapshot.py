"""What a look at an ECSTask sees: one frozen value, gathered from the cache before anything is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kubecs.plan.account import Account
from kubecs.plan.references import family_referred_to
from kubecs.plan.settings import Settings
from kubecs.translate import names

POD_DIGITS = 10


def pod_name(task: Mapping[str, Any]) -> str:
    """The name of the one Pod that an ECSTask may ever have: from its family and its own uid."""
    family = family_referred_to(task["spec"].get("taskDefinition") or "") or "task"
    return names.task_pod_name(family, names.digits(task["metadata"]["uid"], POD_DIGITS))


@dataclass(frozen=True)
class TaskSnapshot:
    """Everything that a decision about one ECSTask depends on.

    Attributes:
        task: The ECSTask.
        account: The account that the namespace is.
        cluster_known: The cluster is `default` or has its ECSCluster.
        family_object: The ECSTaskDefinition of the family that it refers to, if there is one.
        revisions: The ECSTaskDefinitionRevisions of that family.
        pod: The Pod named pod_name(task), if there is one.
        records: ECSTaskRecords of tasks of an ECSTask of this name; those of an earlier object are told apart.
        identities: The ServiceAccounts and RoleBindings of the namespace that it may need, by (kind, name).
        companions: The companions of tasks that are there in the namespace, by (kind, name).
        settings: The operator's settings.
    """

    task: Mapping[str, Any]
    account: Account
    cluster_known: bool
    family_object: Mapping[str, Any] | None
    revisions: tuple[Mapping[str, Any], ...]
    pod: Mapping[str, Any] | None
    records: tuple[Mapping[str, Any], ...] = ()
    identities: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    companions: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    @cached_property
    def spec(self) -> Mapping[str, Any]:
        """The ECSTask's spec."""
        spec: Mapping[str, Any] = self.task["spec"]
        return spec

    @cached_property
    def status(self) -> Mapping[str, Any]:
        """The ECSTask's status as it is stored."""
        return self.task.get("status") or {}

    @property
    def generation(self) -> int:
        """metadata.generation."""
        return int(self.task["metadata"].get("generation", 1))

    @cached_property
    def cluster(self) -> str:
        """ECS's short name of the cluster."""
        return names.cluster_name(self.spec.get("cluster"))

    @property
    def kubernetes(self) -> Mapping[str, Any]:
        """spec.kubernetes."""
        return self.spec.get("kubernetes") or {}

    @cached_property
    def record(self) -> Mapping[str, Any] | None:
        """The record of the task that this very object ran: its Pod's name comes from this object's uid."""
        name = pod_name(self.task)
        own = (each for each in self.records if each["spec"].get("kubernetes", {}).get("podName") == name)
        return next(own, None)
