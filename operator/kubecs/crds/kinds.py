"""The table of our kinds: names, columns, subresources, schemas and rules, one row each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from kubecs.crds import accountmaps, identity, own, request_rules, service_rules, status, task_definition_rules
from kubecs.crds.nodes import Schema, record
from kubecs.crds.record import task_record_spec
from kubecs.crds.rules import Rule, RulesByPath, below, fixed, with_rules
from kubecs.crds.schema import checked, structural
from kubecs.ecs.base import Shape
from kubecs.ecs.model import (
    CreateClusterRequest,
    CreateServiceRequest,
    RegisterTaskDefinitionRequest,
    RunTaskRequest,
    TaskOverride,
)

LONGEST_NAME = 253  # of a Kubernetes object

SCALE: Schema = {
    "specReplicasPath": ".spec.desiredCount",
    "statusReplicasPath": ".status.runningCount",
    "labelSelectorPath": ".status.selector",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of `kubectl get`: its head, where the value is, and what kind of value it is."""

    name: str
    path: str
    type: str = "string"


@dataclass(frozen=True, slots=True)
class Kind:
    """One custom resource.

    Attributes:
        kind: CamelCase name.
        plural: Name in URLs.
        short_names: What kubectl takes instead.
        description: What `kubectl explain` says first.
        spec: Structural schema of spec.
        columns: Columns of `kubectl get`, AGE apart, which all have.
        status: Structural schema of status; None: no status subresource.
        rules: CEL rules by path below the root.
        scale: Whether it has the scale subresource.
        selectable: Members by which a field selector can choose.
    """

    kind: str
    plural: str
    short_names: tuple[str, ...]
    description: str
    spec: Schema
    columns: tuple[Column, ...]
    status: Schema | None = None
    rules: RulesByPath = field(default_factory=dict)
    scale: bool = False
    selectable: tuple[str, ...] = ()

    def schema(self) -> Schema:
        """The structural schema of the whole object, rules included.

        Raises:
            SchemaError: The API server would refuse or ignore a part of it.
        """
        root = checked(record(self.description, ("spec",), spec=self.spec, **self._status()))
        name = {"type": "string", "maxLength": LONGEST_NAME}
        # What the API server knows of metadata is not repeated, but for the name that rules look at.
        root["properties"] = {"metadata": {"type": "object", "properties": {"name": name}}, **root["properties"]}
        return with_rules(root, self.rules)

    def _status(self) -> Mapping[str, Schema]:
        return {} if self.status is None else {"status": self.status}


def _with(shape: type[Shape], kubernetes: Schema, without: tuple[str, ...] = ()) -> Schema:
    """The members of an ECS request, and spec.kubernetes beside them."""
    spec = structural(shape, without=without)
    spec["properties"]["kubernetes"] = kubernetes
    return spec


def _rules(name: Rule, spec: RulesByPath, **more: tuple[Rule, ...]) -> RulesByPath:
    return {"": (name,), **below("spec", spec), **more}


_FIXED_FAMILY = (fixed("family can't be changed: another family is another ECSTaskDefinition"),)
_FIXED_DOCUMENT = (fixed("a revision can't be changed: register another one"),)
_FIXED_REVISION = (fixed("the number of a revision can't be changed"),)
_FIXED_RECORD = (fixed("a record can't be changed: what it tells has happened"),)

_FAMILY_COLUMNS = (
    Column("Status", ".status.status"),
    Column("Conditions", ".status.conditionTypes"),
)


def _tags() -> Schema:
    tags: Schema = structural(RegisterTaskDefinitionRequest)["properties"]["tags"]
    return tags


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, by name."""
    return (_account(), _cluster(), _service(), _task(), _task_definition(), _revision(), _record())


def _account() -> Kind:
    return Kind(
        kind="ECSAccount",
        plural="ecsaccounts",
        short_names=("ecsacct",),
        description="A namespace as an AWS account in one region: ids, settings, maps, and what tasks may do.",
        spec=own.ACCOUNT_SPEC,
        columns=(Column("Account", ".spec.accountId"), Column("Region", ".spec.region")),
        rules=_rules(identity.ACCOUNT, {**request_rules.ACCOUNT, **accountmaps.RULES}),
    )


def _cluster() -> Kind:
    return Kind(
        kind="ECSCluster",
        plural="ecsclusters",
        short_names=("ecsc",),
        description="A group of ECS services and tasks. The spec is what CreateCluster takes.",
        spec=_with(CreateClusterRequest, own.CLUSTER_KUBERNETES),
        status=status.CLUSTER,
        columns=(
            Column("Status", ".status.status"),
            Column("Services", ".status.activeServicesCount", "integer"),
            Column("Running", ".status.runningTasksCount", "integer"),
            Column("Pending", ".status.pendingTasksCount", "integer"),
        ),
        rules=_rules(identity.CLUSTER, request_rules.CLUSTER),
    )


def _service() -> Kind:
    return Kind(
        kind="ECSService",
        plural="ecsservices",
        short_names=("ecssvc",),
        description="A number of tasks that are kept running. The spec is what CreateService takes.",
        spec=_with(CreateServiceRequest, own.SERVICE_KUBERNETES, without=("clientToken",)),
        status=status.SERVICE,
        columns=(
            Column("Cluster", ".status.cluster"),
            Column("Status", ".status.status"),
            Column("TaskDef", ".spec.taskDefinition"),
            Column("Desired", ".status.desiredCount", "integer"),
            Column("Running", ".status.runningCount", "integer"),
            Column("Pending", ".status.pendingCount", "integer"),
            Column("Rollout", '.status.deployments[?(@.status=="PRIMARY")].rolloutState'),
        ),
        rules=_rules(identity.SERVICE, service_rules.SERVICE),
        scale=True,
        selectable=(".spec.cluster",),
    )


def _task() -> Kind:
    return Kind(
        kind="ECSTask",
        plural="ecstasks",
        short_names=("ecst",),
        description="One task, run once. The spec is what RunTask takes.",
        spec=_with(RunTaskRequest, own.TASK_KUBERNETES, without=request_rules.TASK_LEFT_OUT),
        status=status.TASK,
        columns=_task_columns(
            cluster=".status.cluster",
            task_definition=".spec.taskDefinition",
            status=".status",
            place=".status",
        ),
        rules=below("spec", request_rules.TASK),
        selectable=(".spec.cluster",),
    )


def _task_definition() -> Kind:
    return Kind(
        kind="ECSTaskDefinition",
        plural="ecstaskdefinitions",
        short_names=("ecstd",),
        description="A family of task definitions. The spec is what RegisterTaskDefinition takes; an edit registers.",
        spec=structural(RegisterTaskDefinitionRequest),
        status=status.TASK_DEFINITION,
        columns=(
            Column("Family", ".spec.family"),
            Column("Revision", ".status.latestRevision", "integer"),
            *_FAMILY_COLUMNS,
        ),
        rules=_rules(identity.FAMILY, task_definition_rules.RULES, **{"spec.family": _FIXED_FAMILY}),
    )


def _revision() -> Kind:
    document = structural(RegisterTaskDefinitionRequest, without=("tags",))
    return Kind(
        kind="ECSTaskDefinitionRevision",
        plural="ecstaskdefinitionrevisions",
        short_names=("ecstdr",),
        description="One registered revision of a family. It can't be edited.",
        spec=own.revision_spec(document, _tags()),
        status=status.REVISION,
        columns=(
            Column("Family", ".spec.taskDefinition.family"),
            Column("Revision", ".spec.revision", "integer"),
            Column("Status", ".spec.lifecycle"),
            Column("Conditions", ".status.conditionTypes"),
        ),
        rules={
            "": (identity.REVISION,),
            "spec.taskDefinition": _FIXED_DOCUMENT,
            "spec.revision": _FIXED_REVISION,
        },
        selectable=(".spec.taskDefinition.family", ".spec.lifecycle"),
    )


def _record() -> Kind:
    return Kind(
        kind="ECSTaskRecord",
        plural="ecstaskrecords",
        short_names=("ecsrec",),
        description="One stopped task, written by the operator and kept for a while.",
        spec=task_record_spec(structural(TaskOverride), _tags()),
        columns=_task_columns(
            cluster=".spec.kubernetes.cluster",
            task_definition=".spec.kubernetes.taskDefinition",
            status=".spec",
            place=".spec.kubernetes",
        ),
        rules={"": (identity.RECORD,), "spec": _FIXED_RECORD},
        selectable=(".spec.kubernetes.cluster",),
    )


def _task_columns(cluster: str, task_definition: str, status: str, place: str) -> tuple[Column, ...]:
    return (
        Column("Cluster", cluster),
        Column("TaskDef", task_definition),
        Column("Group", f"{status}.group"),
        Column("Last", f"{status}.lastStatus"),
        Column("StopCode", f"{status}.stopCode"),
        Column("Exit", f"{place}.exitCode", "integer"),
        Column("Node", f"{place}.nodeName"),
    )
