"""`terraform show -json`, of a state or a plan: aws_ecs_task_definition, aws_ecs_service and aws_ecs_cluster."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from kubecs.convert.found import CONDITION, REFUSED, Found, Registered, Remark
from kubecs.convert.respelling import ABSENT, Spelling, Unknown, respell
from kubecs.convert.terraformunknown import Configuration, with_unknown
from kubecs.convert.terraformwords import OWN, SHAPES, SPELLING
from kubecs.convert.tidy import by_lower_name
from kubecs.convert.untrusted import listing, mapping
from kubecs.ecs.base import Shape
from kubecs.ecs.members import Member, Type
from kubecs.ecs.model import RegisterTaskDefinitionRequest

TASK_DEFINITION, SERVICE, CLUSTER = "aws_ecs_task_definition", "aws_ecs_service", "aws_ecs_cluster"
CAPACITY_PROVIDERS = "aws_ecs_cluster_capacity_providers"
NAMES = {TASK_DEFINITION: "family", SERVICE: "name", CLUSTER: "name"}

# Attributes of aws_ecs_service that are members of its deployment configuration.
_DEPLOYMENT = {
    "deployment_maximum_percent": "maximum_percent",
    "deployment_minimum_healthy_percent": "minimum_healthy_percent",
    "deployment_circuit_breaker": "deployment_circuit_breaker",
    "alarms": "alarms",
}

_INDEX = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: address, type, the module it is in (addresses without indexes), its attributes."""

    address: str
    type: str
    module: tuple[str, ...]
    values: Mapping[str, Any]

    @property
    def key(self) -> tuple[tuple[str, ...], str]:
        """What an expression of the same module calls it."""
        return self.module, f"{self.type}.{_INDEX.sub('', self.address).rpartition('.')[2]}"


def from_show(document: Mapping[str, Any], origin: str) -> tuple[Found, ...]:
    """The ECS resources of a state or a plan."""
    values = mapping(document.get("planned_values") or document.get("values"))
    resources = tuple(_resources(mapping(values.get("root_module")), ()))
    configuration = Configuration.of(document, _names(resources))
    return tuple(
        _found(resource, configuration, resources, f"{origin}: {resource.address}")
        for resource in resources
        if resource.type in SHAPES
    )


def _resources(module: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Resource]:
    for each in map(mapping, listing(module.get("resources"))):
        if each.get("mode", "managed") == "managed":
            yield Resource(str(each.get("address")), str(each.get("type")), path, mapping(each.get("values")))
    for child in map(mapping, listing(module.get("child_modules"))):
        name = _INDEX.sub("", str(child.get("address"))).rpartition(".")[2]
        yield from _resources(child, (*path, name))


def _names(resources: tuple[Resource, ...]) -> dict[tuple[tuple[str, ...], str], str]:
    """ECS's names of the resources that others refer to."""
    named = ((each.key, each.values.get(NAMES[each.type])) for each in resources if each.type in NAMES)
    return {key: name for key, name in named if isinstance(name, str)}


def _found(resource: Resource, configuration: Configuration, resources: tuple[Resource, ...], origin: str) -> Found:
    kind, shape = SHAPES[resource.type]
    values = with_unknown(resource.address, resource.module, resource.values, configuration)
    remarks: list[Remark] = []
    if resource.type == SERVICE:
        values = _service(values)
    if resource.type == CLUSTER:
        values = values | _capacity_providers(values.get("name"), resources)
    if values.get("tags_all"):
        values["tags"] = values["tags_all"]  # with the provider's default tags, which AWS gets too
    definitions = values.get("container_definitions")
    given = {name: value for name, value in values.items() if name not in OWN}
    members, left_open = respell(shape, given, SPELLING)
    remarks += left_open
    remarks += _not_converted(shape, members)
    if resource.type == TASK_DEFINITION:
        containers, about = _containers(definitions)
        members, remarks = members | containers, remarks + about
    return Found(kind, origin, _known(shape, members), tuple(remarks), _registered(resource))


def _service(values: Mapping[str, Any]) -> dict[str, Any]:
    """Terraform spreads the deployment configuration over several attributes."""
    block = next(iter(listing(values.get("deployment_configuration"))), None)
    configuration = {key: values[name] for name, key in _DEPLOYMENT.items() if values.get(name) is not None}
    configuration |= {key: value for key, value in mapping(block).items() if value is not None}
    rest = {name: value for name, value in values.items() if name not in _DEPLOYMENT}
    daemon = values.get("scheduling_strategy") == "DAEMON"
    if daemon:
        rest.pop("desired_count", None)
        configuration = {key: value for key, value in configuration.items() if key != "maximum_percent"}
    return rest | ({"deployment_configuration": [configuration]} if configuration else {})


def _capacity_providers(cluster: object, resources: tuple[Resource, ...]) -> dict[str, Any]:
    """The capacity providers of a cluster are a resource of their own."""
    for each in resources:
        if each.type == CAPACITY_PROVIDERS and each.values.get("cluster_name") == cluster:
            names = ("capacity_providers", "default_capacity_provider_strategy")
            return {name: each.values[name] for name in names if each.values.get(name)}
    return {}


def _not_converted(shape: type[Shape], members: Mapping[str, Any]) -> list[Remark]:
    known = by_lower_name(shape)
    unknown = sorted(name for name, value in members.items() if name.lower() not in known and _says(value))
    message = "an attribute that is no member of the ECS API; left out"
    return [Remark(CONDITION, name, "NotConverted", message) for name in unknown]


def _says(value: object) -> bool:
    return value not in (None, "", False, [], {}) and not isinstance(value, Unknown)


def _known(shape: type[Shape], members: Mapping[str, Any]) -> dict[str, Any]:
    known = by_lower_name(shape)
    return {name: value for name, value in members.items() if name.lower() in known}


def _containers(definitions: object) -> tuple[dict[str, Any], list[Remark]]:
    """`container_definitions` is JSON in a text, which Terraform reads in any case and without nulls."""
    path = "container_definitions"
    if isinstance(definitions, Unknown) or definitions is None:
        message = "known only after apply; convert the state instead: terraform show -json"
        return {}, [Remark(REFUSED, path, "NotKnown", message)]
    try:
        parsed = orjson.loads(str(definitions))
    except orjson.JSONDecodeError as error:
        message = f"line {error.lineno}, column {error.colno}: {error.msg}"
        return {}, [Remark(REFUSED, path, "Malformed", message)]
    source = {"containerDefinitions": parsed}
    members, remarks = respell(RegisterTaskDefinitionRequest, source, Spelling(_any_case, _without_null))
    return members, list(remarks)


def _any_case(shape: type[Shape], key: str) -> Member | None:
    return by_lower_name(shape).get(key.lower())


def _without_null(raw: Any, _type: Type, _owner: type[Shape], _path: str) -> Any:
    return ABSENT if raw is None else raw


def _registered(resource: Resource) -> Registered | None:
    number = resource.values.get("revision")
    if resource.type != TASK_DEFINITION or not isinstance(number, int) or number < 1:
        return None
    return Registered(number)
