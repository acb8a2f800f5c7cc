"""What the CRD schemas say about what is planned: strict validation would refuse an unknown member or a wrong type."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubecs.crds.nodes import Schema

TYPES = {"string": str, "integer": int, "boolean": bool, "object": Mapping, "array": list}


def problems(value: Any, schema: Schema, path: str = "") -> Iterator[str]:
    """Everything about a value that a structural schema refuses."""
    if not isinstance(value, TYPES[schema["type"]]):
        yield f"{path}: {value!r} is no {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is not one of {schema['enum']}"
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield f"{path}: too long"
    if isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            yield f"{path}: too many"
        for index, item in enumerate(value):
            yield from problems(item, schema["items"], f"{path}[{index}]")
    if isinstance(value, Mapping):
        yield from _members(value, schema, path)


def _members(value: Mapping[str, Any], schema: Schema, path: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}.{name}: missing"
    for name, member in value.items():
        below = properties.get(name) or schema.get("additionalProperties")
        if below is None:
            yield f"{path}.{name}: unknown"
        elif member is not None:  # a status is written as a merge patch: None takes the member away
            yield from problems(member, below, f"{path}.{name}")
