"""Resources that were found, held against ECS's own rules and against what kubecs makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from kubecs.convert.found import CONDITION, NOTE, PLACEHOLDER, REFUSED, Found, Registered, Remark
from kubecs.convert.mapped import mapped_to_none
from kubecs.convert.templates import template_variables
from kubecs.convert.tidy import without_empty_enums
from kubecs.ecs.base import Shape
from kubecs.ecs.errors import EcsError
from kubecs.ecs.model import CreateClusterRequest, CreateServiceRequest, RegisterTaskDefinitionRequest
from kubecs.ecs.validation import validate_cluster, validate_service, validate_task_definition
from kubecs.ecs.values import cluster_from_reference
from kubecs.plan.account import Account
from kubecs.plan.members import without_effect
from kubecs.translate.servicefindings import service_findings
from kubecs.translate.verdicts import findings

Model = TypeVar("Model", bound=Shape)

NOT_TRANSLATED = "NotTranslated"
_WITHOUT_EFFECT = "accepted, without effect yet"
_CLUSTER_KNOWN = frozenset({"clusterName", "tags"})


@dataclass(frozen=True, slots=True)
class Item(Generic[Model]):
    """One resource.

    Attributes:
        name: ECS's name: `web`, `web:3`, `shop/web` (cluster and service), `shop`.
        origin: Where it came from.
        members: The members of the request, as they go into a spec.
        model: The same, typed; None when it is refused.
        remarks: The report about it.
        registered: Revision and lifecycle, of a task definition that has them.
    """

    name: str
    origin: str
    members: Mapping[str, Any]
    model: Model | None
    remarks: tuple[Remark, ...]
    registered: Registered | None = None

    @property
    def refused(self) -> bool:
        """Whether nothing is written for it."""
        return self.model is None or any(each.severity == REFUSED for each in self.remarks)

    @property
    def why_refused(self) -> str:
        """The first thing that ECS or kubecs refuses; empty where nothing is."""
        remark = next((each for each in self.remarks if each.severity == REFUSED), None)
        return remark.said if remark else ""

    def is_open(self, path: str) -> bool:
        """Whether a member waits for a value to be filled in."""
        return any(each.severity == PLACEHOLDER and each.path == path for each in self.remarks)

    def remarked(self, *remarks: Remark) -> "Item[Model]":
        """The same with more remarks."""
        return replace(self, remarks=(*self.remarks, *remarks))


TaskDefinition = Item[RegisterTaskDefinitionRequest]
Service = Item[CreateServiceRequest]
Cluster = Item[CreateClusterRequest]


def refusal(error: EcsError) -> Remark:
    """ECS's own error as a remark."""
    return Remark(REFUSED, error.path or "", error.code, error.message)


def task_definition(found: Found, account: Account) -> TaskDefinition:
    """Read a task definition, with the conditions of its revision in an account."""
    members, tidied = without_empty_enums(RegisterTaskDefinitionRequest, found.members)
    remarks = (*found.remarks, *tidied)
    name = str(members.get("family") or "?")
    if found.registered is not None:
        name = f"{name}:{found.registered.number}"
    try:
        model = validate_task_definition(members)
    except EcsError as error:
        return Item(name, found.origin, members, None, (*remarks, refusal(error)), found.registered)
    lost = tuple(Remark(CONDITION, each.member, each.condition, each.message) for each in findings(model, account.maps))
    return Item(name, found.origin, members, model, (*remarks, *variables(model), *lost), found.registered)


def service(found: Found, account: Account) -> Service:
    """Read a service, with its conditions in an account; its cluster is its short name from here on."""
    members, tidied = without_empty_enums(CreateServiceRequest, found.members)
    remarks = [*found.remarks, *tidied]
    if "clientToken" in members:
        members = {name: value for name, value in members.items() if name != "clientToken"}
        remarks.append(Remark(NOTE, "clientToken", "NotOfTheService", "belongs to one call; left out"))
    name = f"{members.get('cluster') or 'default'}/{members.get('serviceName') or '?'}"
    try:
        model = validate_service(members)
        cluster = cluster_from_reference(model.cluster)
    except EcsError as error:
        if "serviceName" not in members:
            remarks.append(Remark(NOTE, "serviceName", "NoName", "the document has none; --service-name gives one"))
        return Item(name, found.origin, members, None, (*remarks, refusal(error)))
    if "cluster" in members:
        members["cluster"] = cluster
    said = service_findings(members, account.maps)
    lost = tuple(Remark(CONDITION, each.member, each.condition, each.message) for each in said)
    remarks += [*variables(model), *lost, *mapped_to_none(model, account)]
    return Item(f"{cluster}/{model.service_name}", found.origin, members, model, tuple(remarks))


def cluster(found: Found) -> Cluster:
    """Read a cluster; without a name it is `default`, as in ECS."""
    members, tidied = without_empty_enums(CreateClusterRequest, found.members)
    members = {"clusterName": "default", **members}
    name, remarks = str(members["clusterName"]), (*found.remarks, *tidied)
    try:
        model = validate_cluster(members)
    except EcsError as error:
        return Item(name, found.origin, members, None, (*remarks, refusal(error)))
    lost = without_effect(members, _CLUSTER_KNOWN)
    conditions = tuple(Remark(CONDITION, path, NOT_TRANSLATED, _WITHOUT_EFFECT) for path in lost)
    return Item(name, found.origin, members, model, (*remarks, *variables(model), *conditions))


def variables(model: Shape) -> tuple[Remark, ...]:
    """A remark for each template variable in a place that needs a real value."""
    message = "a template's variable: put its value in its place"
    return tuple(Remark(PLACEHOLDER, path, text, message) for path, text in template_variables(model))
