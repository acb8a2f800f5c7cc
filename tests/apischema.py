"""Holds objects to the API schemas of each Kubernetes minor that kubecs runs on, as strictly as fieldValidation=Strict.

tests/schemas has the schemas; `python -m tools.schemas` writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILES = {
    path.stem.removeprefix("kubernetes-"): path for path in sorted((Path(__file__).parent / "schemas").glob("*.json"))
}
MINORS = tuple(FILES)
_PYTHON: dict[str, Any] = {
    "object": dict,
    "array": list,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "string": str,
}
_OR_NUMBER = ("io.k8s.apimachinery.pkg.api.resource.Quantity", "io.k8s.apimachinery.pkg.util.intstr.IntOrString")
# The published schema leaves open what these are; each is a schema or a boolean.
_NESTED = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"
_OPEN = {f"{_NESTED}OrArray", f"{_NESTED}OrBool"}

Schema = Mapping[str, Any]


def version_of(minor: str) -> str:
    """The version that a minor's schemas are of, such as v1.34.4."""
    return str(_definitions(minor)["version"])


def problems(minor: str, document: Mapping[str, Any]) -> list[str]:
    """What the API server of a minor would refuse in an object, or would not keep.

    Raises:
        KeyError: The minor serves no such kind.
    """
    definitions = _definitions(minor)
    name = _kinds(minor)[f"{document['apiVersion']} {document['kind']}"]
    return list(_in(definitions, definitions[name], document, document["kind"]))


@cache
def _definitions(minor: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILES[minor].read_text(encoding="utf-8"))
    return found


@cache
def _kinds(minor: str) -> dict[str, str]:
    named = ((name, schema) for name, schema in _definitions(minor).items() if name != "version")
    return {kind: name for name, schema in named for kind in schema.get("kinds", ())}


def _in(definitions: Schema, schema: Schema, value: Any, path: str) -> Iterator[str]:
    reference = schema.get("$ref")
    if reference in _OPEN:
        if not isinstance(value, bool):
            yield from _in(definitions, definitions[_NESTED], value, path)
        return
    if reference is not None:
        if not (reference in _OR_NUMBER and isinstance(value, int | float)):
            yield from _in(definitions, definitions[reference], value, path)
        return
    wanted = _PYTHON.get(schema.get("type", ""), object)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        yield f"{path}: {value!r} is no {schema['type']}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is not one of {schema['enum']}"
    elif isinstance(value, dict) and wanted is dict:
        yield from _in_object(definitions, schema, value, path)
    elif isinstance(value, list) and "items" in schema:
        for index, each in enumerate(value):
            yield from _in(definitions, schema["items"], each, f"{path}[{index}]")


def _in_object(definitions: Schema, schema: Schema, value: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from (f"{path}.{name}: missing" for name in schema.get("required", ()) if name not in value)
    members, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name, each in value.items():
        if name in members:
            yield from _in(definitions, members[name], each, f"{path}.{name}")
        elif others is not None:
            yield from _in(definitions, others, each, f"{path}.{name}")
        elif members:
            yield f"{path}.{name}: unknown field"
