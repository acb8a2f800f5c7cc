"""Reading a document: types, unknown members, nulls and required members first, then the bounds of every value.

ECS reports one failure, the first in that order; so does this module.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kubecs.ecs.base import Shape
from kubecs.ecs.bounds import Bound, bound
from kubecs.ecs.errors import EcsError
from kubecs.ecs.members import Member, Type, members
from kubecs.ecs.patterns import matches

AnyShape = TypeVar("AnyShape", bound=Shape)

EXPECTED = {
    "bool_type": "a boolean",
    "float_type": "a number",
    "finite_number": "a finite number",
    "int_type": "an integer",
    "mapping_type": "an object",
    "model_type": "an object",
    "string_type": "a string",
    "tuple_type": "a list",
}

JSON_TYPES: Mapping[type, str] = {
    bool: "a boolean",
    dict: "an object",
    float: "a number",
    int: "an integer",
    list: "a list",
    str: "a string",
    type(None): "null",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One member of one structure of a document that was read: its path, what it is, and its value."""

    path: str
    owner: Shape
    member: Member
    value: Any


def read(shape: type[AnyShape], document: Mapping[str, Any], error: type[EcsError]) -> AnyShape:
    """Read a document in AWS's spelling, without its bounds.

    Raises:
        EcsError: of the class `error`, for the first unknown member, wrong type, null or missing member.
    """
    try:
        read_document = shape.model_validate(document, by_alias=True, by_name=False)
    except ValidationError as failure:
        details = failure.errors(include_url=False)
        first = next((detail for detail in details if detail["type"] != "missing"), details[0])
        path = path_of(first["loc"])
        raise error(_structure_message(first, path), path) from failure
    for place in places(read_document):
        if place.value is None:
            raise error(f"Value at '{place.path}' must not be null.", place.path)
    return read_document


def check_bounds(document: Shape, error: type[EcsError]) -> None:
    """Check every value against its bound.

    Raises:
        EcsError: of the class `error`, for the first value out of bounds.
    """
    for place in places(document):
        limit = _limits(type(place.owner))[place.member.name]
        problems = _out_of_bounds(place.path, place.value, limit) if limit else ()
        for path, message in problems:
            raise error(f"Value at '{path}' {message}.", path)


def places(document: Shape, prefix: str = "") -> Iterator[Place]:
    """Yield every member that a document sets, structures before what is in them."""
    for member in members(type(document)):
        if member.attribute in document.model_fields_set:
            path = f"{prefix}{member.name}"
            value = getattr(document, member.attribute)
            yield Place(path, document, member, value)
            yield from _places_within(value, member.type, path)


def path_of(location: tuple[int | str, ...]) -> str:
    """A location as people write it: `containerDefinitions[0].image`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".")


def _places_within(value: Any, type_: Type, path: str) -> Iterator[Place]:
    if value is None:
        return
    if type_.kind == "structure":
        yield from places(value, f"{path}.")
    elif type_.kind == "list" and type_.item is not None and type_.item.kind == "structure":
        for index, element in enumerate(value):
            yield from places(element, f"{path}[{index}].")


def _structure_message(detail: ErrorDetails, path: str) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return f"Unknown member '{path}'."
    if kind == "missing":
        return f"Missing required member '{path}'."
    if kind in EXPECTED:
        given = JSON_TYPES.get(type(detail["input"]), type(detail["input"]).__name__)
        return f"Value at '{path}' must be {EXPECTED[kind]}, not {given}."
    if kind == "literal_error":
        return f"Value '{detail['input']}' at '{path}' is not one of: {detail['ctx']['expected']}."
    return f"Value at '{path}': {detail['msg']}."


def _out_of_bounds(path: str, value: Any, limit: Bound) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield from ((path, message) for message in _text_problems(value, limit))
    elif isinstance(value, (int, float)):
        if not _within(value, limit.minimum, limit.maximum):
            yield path, f"must be from {limit.minimum} to {limit.maximum}, but is {value}"
    else:
        if not _within(len(value), limit.min_items, limit.max_items):
            yield path, f"must have {limit.min_items} to {limit.max_items} entries, but has {len(value)}"
        yield from _entry_problems(path, value, limit)


def _text_problems(value: str, limit: Bound) -> Iterator[str]:
    if not _within(len(value), limit.min_length, limit.max_length):
        yield f"must have {limit.min_length} to {limit.max_length} characters, but has {len(value)}"
    if limit.pattern and not matches(limit.pattern, value):
        yield f"must match {limit.pattern}, but is '{value}'"


def _entry_problems(path: str, value: Any, limit: Bound) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and limit.key:
        for key in value:
            yield from ((f"{path}.{key}", f"has a key that {message}") for message in _text_problems(key, limit.key))
    if limit.item:
        entries = value.items() if isinstance(value, Mapping) else enumerate(value)
        for step, entry in entries:
            here = f"{path}[{step}]" if isinstance(step, int) else f"{path}.{step}"
            yield from _out_of_bounds(here, entry, limit.item)


def _within(value: float, minimum: float | None, maximum: float | None) -> bool:
    return (minimum is None or value >= minimum) and (maximum is None or value <= maximum)


@cache
def _limits(shape: type[Shape]) -> Mapping[str, Bound | None]:
    return {member.name: bound(shape.__name__, member) for member in members(shape)}
