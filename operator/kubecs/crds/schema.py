"""ECS's models as structural schemas: types from the generated models, bounds and descriptions from their tables.

A structural schema (Kubernetes' name for it) has the type of every node, no references, no nulls and no unknown
keywords. `checked` refuses anything that the API server would refuse or ignore.
"""

from collections.abc import Callable, Iterator, Mapping

from kubecs.crds.nodes import Schema
from kubecs.ecs.base import Shape, UnionShape
from kubecs.ecs.bounds import Bound, bound
from kubecs.ecs.descriptions import DESCRIPTIONS
from kubecs.ecs.members import Kind, Member, Type, members

# ECS refuses documents without these, though its model calls them optional.
REQUIRED = frozenset({"ContainerDefinition.name", "ContainerDefinition.image"})

# Lists that server-side apply merges item by item. Any other list is atomic: ECS allows duplicates in most.
LIST_KEYS: Mapping[str, str] = {"RegisterTaskDefinitionRequest.containerDefinitions": "name"}

# The only default in a spec: the scale subresource can't do without the member.
DEFAULTS: Mapping[str, int] = {"CreateServiceRequest.desiredCount": 1}

KEYWORDS = frozenset(
    {
        *("type", "format", "description", "properties", "required", "items", "additionalProperties", "default"),
        *("enum", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems"),
        *("minProperties", "maxProperties", "x-kubernetes-list-type", "x-kubernetes-list-map-keys"),
        *("x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations"),
    }
)
BOUNDED_BY: Mapping[str, str] = {"string": "maxLength", "array": "maxItems"}

_NO_BOUND = Bound()


class SchemaError(ValueError):
    """A node that the API server would refuse, ignore or not be able to bound."""


def structural(shape: type[Shape], *, without: tuple[str, ...] = ()) -> Schema:
    """The structural schema of a shape and of all that it holds.

    Args:
        shape: A model of ecs/model.py.
        without: Members of the shape itself that are left out.

    Raises:
        KeyError: A member has no description.
    """
    name = shape.__name__
    kept = [member for member in members(shape) if member.name not in without]
    required = [member.name for member in kept if member.required or f"{name}.{member.name}" in REQUIRED]
    node: Schema = {
        "type": "object",
        "description": DESCRIPTIONS[name],
        "properties": {member.name: _member(name, member) for member in kept},
    }
    if required:
        node["required"] = required
    if issubclass(shape, UnionShape):
        node |= {"minProperties": 1, "maxProperties": 1}
    return node


def _member(shape: str, member: Member) -> Schema:
    path = f"{shape}.{member.name}"
    node = _typed(member.type, bound(shape, member) or _NO_BOUND)
    node["description"] = DESCRIPTIONS[path]
    if path in LIST_KEYS:
        node |= {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [LIST_KEYS[path]]}
    if path in DEFAULTS:
        node["default"] = DEFAULTS[path]
    return node


def _typed(type_: Type, limits: Bound) -> Schema:
    return _BY_KIND[type_.kind](type_, limits)


def _structure(type_: Type, _: Bound) -> Schema:
    if type_.shape is None:
        raise SchemaError(f"a structure without a shape: {type_}")
    return structural(type_.shape)


def _list(type_: Type, limits: Bound) -> Schema:
    node = {"type": "array", "items": _item(type_, limits), "x-kubernetes-list-type": "atomic"}
    return node | _present(minItems=limits.min_items or None, maxItems=limits.max_items)


def _map(type_: Type, limits: Bound) -> Schema:
    node = {"type": "object", "additionalProperties": _item(type_, limits)}
    return node | _present(minProperties=limits.min_items or None, maxProperties=limits.max_items)


def _item(type_: Type, limits: Bound) -> Schema:
    if type_.item is None:
        raise SchemaError(f"a {type_.kind} without an item: {type_}")
    return _typed(type_.item, limits.item or _NO_BOUND)


def _string(_: Type, limits: Bound) -> Schema:
    lengths = _present(minLength=limits.min_length or None, maxLength=limits.max_length, pattern=limits.pattern)
    return {"type": "string"} | lengths


def _enum(type_: Type, _: Bound) -> Schema:
    return {"type": "string", "enum": list(type_.values)}


def _integer(_: Type, limits: Bound) -> Schema:
    return {"type": "integer", "format": "int64"} | _present(minimum=limits.minimum, maximum=limits.maximum)


def _double(_: Type, limits: Bound) -> Schema:
    return {"type": "number", "format": "double"} | _present(minimum=limits.minimum, maximum=limits.maximum)


def _boolean(_: Type, __: Bound) -> Schema:
    return {"type": "boolean"}


def _document(_: Type, __: Bound) -> Schema:
    return {"x-kubernetes-preserve-unknown-fields": True}


_BY_KIND: Mapping[Kind, Callable[[Type, Bound], Schema]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "enum": _enum,
    "integer": _integer,
    "double": _double,
    "boolean": _boolean,
    "document": _document,
}


def _present(**keywords: float | str | None) -> Schema:
    return {name: value for name, value in keywords.items() if value is not None}


def checked(node: Schema, path: str = "") -> Schema:
    """Return a schema as it is, once all its nodes are known to be structural, bounded and described.

    Raises:
        SchemaError: An unknown keyword, a node without a type, an object without members (server-side apply takes
            anything in it and drops it in silence), an unbounded string, list or map, or a member without a
            description; the message has its path.
    """
    unknown = node.keys() - KEYWORDS
    if unknown:
        raise SchemaError(f"{path}: unknown keywords {', '.join(sorted(unknown))}")
    kind = node.get("type")
    if kind is None and "x-kubernetes-preserve-unknown-fields" not in node:
        raise SchemaError(f"{path}: no type")
    if kind == "object" and not (node.get("properties") or "additionalProperties" in node):
        raise SchemaError(f"{path}: an object without members")
    if not _bounded(node):
        raise SchemaError(f"{path}: unbounded")
    for child_path, child, is_member in _children(node, path):
        if is_member and not child.get("description"):
            raise SchemaError(f"{child_path}: no description")
        checked(child, child_path)
    return node


def _bounded(node: Schema) -> bool:
    if node.get("enum") or node.get("format") == "date-time":
        return True
    if "additionalProperties" in node:
        return "maxProperties" in node
    keyword = BOUNDED_BY.get(node.get("type", ""))
    return keyword is None or keyword in node


def _children(node: Schema, path: str) -> Iterator[tuple[str, Schema, bool]]:
    for name, child in node.get("properties", {}).items():
        yield f"{path}.{name}", child, True
    if "items" in node:
        yield f"{path}[]", node["items"], False
    if "additionalProperties" in node:
        yield f"{path}{{}}", node["additionalProperties"], False
