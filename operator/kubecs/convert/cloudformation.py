"""AWS::ECS::TaskDefinition, Service and Cluster of CloudFormation templates and snippets."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubecs.convert.found import NOTE, Found, Given, Kind, Remark
from kubecs.convert.intrinsics import NAMES, Template, evaluate, holds, name_of, template_of
from kubecs.convert.respelling import Spelling, respell
from kubecs.convert.tidy import by_lower_name
from kubecs.ecs.base import Shape
from kubecs.ecs.members import Member, Type
from kubecs.ecs.model import CreateClusterRequest, CreateServiceRequest, RegisterTaskDefinitionRequest

SHAPES: Mapping[str, tuple[Kind, type[Shape]]] = {
    "AWS::ECS::TaskDefinition": ("task definition", RegisterTaskDefinitionRequest),
    "AWS::ECS::Service": ("service", CreateServiceRequest),
    "AWS::ECS::Cluster": ("cluster", CreateClusterRequest),
}

# Properties that have another name than the API's member, by shape; elsewhere only the case differs.
_RENAMED = {
    ("CreateServiceRequest", "placementstrategies"): "placementstrategy",
    ("CreateClusterRequest", "clustersettings"): "settings",
    ("ProxyConfiguration", "proxyconfigurationproperties"): "properties",
}
# Properties that steer CloudFormation or a deployment and say nothing about what runs.
_OWN = frozenset({"ForceNewDeployment", "EnableForceNewDeployment"})


def is_type(value: object) -> bool:
    """Whether a text is the type of a CloudFormation resource."""
    return isinstance(value, str) and value.startswith("AWS::")


def from_template(document: Mapping[str, Any], origin: str, given: Given) -> tuple[Found, ...]:
    """The ECS resources of a template."""
    template = template_of(document, given)
    return tuple(_all(template.resources, template, f"{origin}: Resources."))


def from_resources(resources: Mapping[str, Any], origin: str, given: Given) -> tuple[Found, ...]:
    """The ECS resources of the inside of a template's Resources."""
    return from_template({"Resources": resources}, origin, given)


def from_properties(resource_type: str, properties: Mapping[str, Any], origin: str, given: Given) -> Found:
    """A lone resource."""
    return _found("", {"Type": resource_type, "Properties": properties}, template_of({}, given), origin)


def _all(resources: Mapping[str, Any], template: Template, prefix: str) -> Iterator[Found]:
    for logical_id, resource in resources.items():
        if isinstance(resource, Mapping) and str(resource.get("Type")) in SHAPES and _is_made(resource, template):
            yield _found(logical_id, resource, template, f"{prefix}{logical_id}")


def _is_made(resource: Mapping[str, Any], template: Template) -> bool:
    """Whether the template makes it: not where its condition is decided against it."""
    return "Condition" not in resource or holds(template, str(resource["Condition"])) is not False


def _found(logical_id: str, resource: Mapping[str, Any], template: Template, origin: str) -> Found:
    resource_type = str(resource["Type"])
    kind, shape = SHAPES[resource_type]
    properties = resource.get("Properties")
    given = dict(properties) if isinstance(properties, Mapping) else {}
    own = sorted(_OWN & given.keys())
    spelling = Spelling(_member_of, _evaluate(template))
    members, remarks = respell(shape, {key: given[key] for key in given if key not in _OWN}, spelling)
    if "Condition" in resource and holds(template, str(resource["Condition"])) is None:
        message = f"converted as if condition {resource['Condition']} held, which the template alone does not decide"
        remarks += (Remark(NOTE, "", "ConditionOpen", message),)
    if own:
        remarks += (Remark(NOTE, "", "NotOfTheService", f"steers deployments only, left out: {', '.join(own)}"),)
    return Found(kind, origin, *_named(logical_id, resource, template, members, remarks))


def _named(
    logical_id: str,
    resource: Mapping[str, Any],
    template: Template,
    members: dict[str, Any],
    remarks: tuple[Remark, ...],
) -> tuple[dict[str, Any], tuple[Remark, ...]]:
    """CloudFormation makes up a name where there is none; here it is the logical id."""
    name = NAMES[str(resource["Type"])]
    member = name[0].lower() + name[1:]
    if member in members or not logical_id:
        return members, remarks
    remark = Remark(NOTE, member, "NameMadeUp", f"the template gives no name; named {logical_id} after its logical id")
    return {member: name_of(template, logical_id, resource), **members}, (*remarks, remark)


def _member_of(shape: type[Shape], key: str) -> Member | None:
    lower = key.lower()
    return by_lower_name(shape).get(_RENAMED.get((shape.__name__, lower), lower))


def _evaluate(template: Template) -> Any:
    def value(raw: Any, type_: Type, _owner: type[Shape], _path: str) -> Any:
        return evaluate(template, raw, type_)

    return value
