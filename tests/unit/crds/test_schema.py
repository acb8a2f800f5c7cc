"""Models to structural schemas: nothing of the model is lost, and nothing goes in that the API server would refuse."""

from collections.abc import Iterator

import pytest

from kubecs.crds.nodes import Schema, integer, listing, mapping, moment, record, text, word
from kubecs.crds.schema import SchemaError, checked, structural
from kubecs.ecs.base import Shape
from kubecs.ecs.bounds import bound
from kubecs.ecs.descriptions import DESCRIPTIONS
from kubecs.ecs.members import Member, members
from kubecs.ecs.model import (
    ContainerDefinition,
    CreateClusterRequest,
    CreateServiceRequest,
    DeploymentLifecycleHook,
    PortMapping,
    RegisterTaskDefinitionRequest,
    RunTaskRequest,
    SharingStrategy,
)

REQUESTS = (RegisterTaskDefinitionRequest, CreateServiceRequest, RunTaskRequest, CreateClusterRequest)
JSON_TYPES = {
    "structure": "object",
    "list": "array",
    "map": "object",
    "string": "string",
    "enum": "string",
    "integer": "integer",
    "double": "number",
    "boolean": "boolean",
    "document": None,
}


def nodes(shape: type[Shape], node: Schema) -> Iterator[tuple[str, Member, Schema]]:
    """Every member of a shape, at every depth, with its node."""
    for member in members(shape):
        child = node["properties"][member.name]
        yield shape.__name__, member, child
        inner, type_ = child, member.type
        while type_.item is not None:
            inner, type_ = inner.get("items") or inner["additionalProperties"], type_.item
        if type_.shape is not None:
            yield from nodes(type_.shape, inner)


@pytest.mark.parametrize("request_shape", REQUESTS)
def test_every_member_of_the_model_is_in_the_schema_with_its_type_and_words(request_shape: type[Shape]) -> None:
    found = list(nodes(request_shape, structural(request_shape)))
    assert len(found) > 20
    for shape, member, node in found:
        assert node.get("type") == JSON_TYPES[member.type.kind], f"{shape}.{member.name}"
        assert node["description"] == DESCRIPTIONS[f"{shape}.{member.name}"]
        if member.type.kind == "enum":
            assert tuple(node["enum"]) == member.type.values


@pytest.mark.parametrize("request_shape", REQUESTS)
def test_every_bound_is_in_the_schema(request_shape: type[Shape]) -> None:
    for shape, member, node in nodes(request_shape, structural(request_shape)):
        limit = bound(shape, member)
        if limit is None:
            continue
        size = "maxItems" if member.type.kind == "list" else "maxProperties"
        expected = {
            "minimum": limit.minimum,
            "maximum": limit.maximum,
            "maxLength": limit.max_length,
            "pattern": limit.pattern,
            size: limit.max_items,
        }
        for keyword, value in expected.items():
            assert node.get(keyword) == value, f"{shape}.{member.name} {keyword}"


@pytest.mark.parametrize("request_shape", REQUESTS)
def test_request_schemas_are_structural(request_shape: type[Shape]) -> None:
    assert checked(structural(request_shape))


def test_required_members_are_botocores_and_those_that_ecs_insists_on() -> None:
    assert structural(RegisterTaskDefinitionRequest)["required"] == ["family", "containerDefinitions"]
    assert structural(ContainerDefinition)["required"] == ["name", "image"]
    assert "required" not in structural(PortMapping)


def test_containers_merge_by_name_and_every_other_list_is_atomic() -> None:
    kinds_of_lists = {
        f"{shape}.{member.name}": node["x-kubernetes-list-type"]
        for request in REQUESTS
        for shape, member, node in nodes(request, structural(request))
        if member.type.kind == "list"
    }
    merged = [path for path, kind in kinds_of_lists.items() if kind != "atomic"]
    assert merged == ["RegisterTaskDefinitionRequest.containerDefinitions"]
    assert kinds_of_lists["ContainerDefinition.environment"] == "atomic"
    containers = structural(RegisterTaskDefinitionRequest)["properties"]["containerDefinitions"]
    assert containers["x-kubernetes-list-map-keys"] == ["name"]


def test_only_desired_count_has_a_default() -> None:
    defaults = {
        f"{shape}.{member.name}": node["default"]
        for request in REQUESTS
        for shape, member, node in nodes(request, structural(request))
        if "default" in node
    }
    assert defaults == {"CreateServiceRequest.desiredCount": 1}


def test_a_union_has_exactly_one_member() -> None:
    node = structural(SharingStrategy)
    assert (node["minProperties"], node["maxProperties"]) == (1, 1)


def test_a_free_document_is_kept_as_it_is() -> None:
    details = structural(DeploymentLifecycleHook)["properties"]["hookDetails"]
    assert details.keys() == {"x-kubernetes-preserve-unknown-fields", "description"}


def test_members_can_be_left_out() -> None:
    assert "clientToken" not in structural(CreateServiceRequest, without=("clientToken",))["properties"]


@pytest.mark.parametrize(
    ("node", "complaint"),
    [
        (record("x", a=text("y") | {"nullable": True}), "unknown keywords nullable"),
        (record("x", a=text("y") | {"uniqueItems": True, "$ref": "z"}), r"unknown keywords \$ref, uniqueItems"),
        (record("x", a={"description": "y", "maxLength": 1}), r"^\.a: no type"),
        (record("x", a={"type": "string", "description": "y"}), r"^\.a: unbounded"),
        (record("x", a={"type": "string", "maxLength": 1}), r"^\.a: no description"),
        (record("x", a=record("y")), r"^\.a: an object without members"),
        (record("x", a=listing("y", {"type": "string"}, 3)), r"^\.a\[\]: unbounded"),
        (record("x", a={"type": "array", "description": "y", "items": text("z")}), r"^\.a: unbounded"),
        (
            record("x", a={"type": "object", "description": "y", "additionalProperties": text("z")}),
            r"^\.a: unbounded",
        ),
        (
            record("x", b=listing("y", record("z", c={"type": "string", "description": "w"}), 3)),
            r"^\.b\[\]\.c: unbound",
        ),
    ],
)
def test_a_node_that_the_api_server_would_refuse_or_ignore_is_an_error(node: Schema, complaint: str) -> None:
    with pytest.raises(SchemaError, match=complaint):
        checked(node)


def test_nodes_are_bounded_and_described() -> None:
    node = record(
        "a thing",
        ("name",),
        name=text("its name", 9, pattern="^a"),
        state=word("how it is", "good", "bad"),
        size=integer("how large", 1, 2**40),
        at=moment("when"),
        labels=mapping("words", 3, 63),
        parts=listing("parts", text("a part"), 2, key="name"),
    )
    assert checked(node) is node
    assert node["required"] == ["name"]
    assert node["properties"]["size"]["format"] == "int64"
    assert node["properties"]["labels"]["additionalProperties"] == {"type": "string", "maxLength": 63}
    assert node["properties"]["parts"]["x-kubernetes-list-map-keys"] == ["name"]
