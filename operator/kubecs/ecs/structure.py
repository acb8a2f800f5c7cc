"""Reading a document: types, unknown members, nulls and required members first, then the bounds of every value.

ECS reports one failure, the first in that order; so does this module.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeVar

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


class Place(NamedTuple):
    """One member of one structure of a document that was read: its path, what it is, and its value."""

    path: str
    owner: Shape
    member: Member
    value: Any


@dataclass(frozen=True, slots=True)
class _Step:
    """One member of a shape: what limits it, and whether it is a structure, or a list of them."""

    member: Member
    limit: Bound | None
    nested: bool


Problem = tuple[str, str]  # the path of a value, from the document that was looked at, and what is wrong with it
Look = Callable[[_Step, Any], Problem | None]


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
    _refuse(_first_problem(read_document, _null), error)
    return read_document


def check_bounds(document: Shape, error: type[EcsError]) -> None:
    """Check every value against its bound.

    Raises:
        EcsError: of the class `error`, for the first value out of bounds.
    """
    _refuse(_first_problem(document, _out_of_bounds), error)


def _refuse(problem: Problem | None, error: type[EcsError]) -> None:
    if problem is not None:
        path, message = problem
        raise error(f"Value at '{path}' {message}.", path)


def _first_problem(document: Shape, look: Look) -> Problem | None:
    """The first of a document, structures before what is in them. Paths are made for the one that is found alone."""
    present = document.model_fields_set
    for step in _steps(type(document)):
        if step.member.attribute in present:
            value = getattr(document, step.member.attribute)
            problem = look(step, value)
            if problem is None and step.nested:
                problem = _first_problem_within(value, step.member, look)
            if problem is not None:
                return problem
    return None


def _first_problem_within(value: Any, member: Member, look: Look) -> Problem | None:
    if member.type.kind == "structure":
        problem = _first_problem(value, look)
        return (f"{member.name}.{problem[0]}", problem[1]) if problem else None
    for index, element in enumerate(value):
        problem = _first_problem(element, look)
        if problem:
            return f"{member.name}[{index}].{problem[0]}", problem[1]
    return None


def _null(step: _Step, value: Any) -> Problem | None:
    return (step.member.name, "must not be null") if value is None else None


def _out_of_bounds(step: _Step, value: Any) -> Problem | None:
    found = _beyond(value, step.limit) if step.limit else None
    return (step.member.name + found[0], found[1]) if found else None


def places(document: Shape, prefix: str = "", closed: Container[str] = ()) -> Iterator[Place]:
    """Yield every member that a document sets, structures before what is in them.

    Args:
        document: What was read.
        prefix: Of the paths.
        closed: Names of members whose contents are left out.
    """
    present = document.model_fields_set
    for step in _steps(type(document)):
        member = step.member
        if member.attribute in present:
            path = f"{prefix}{member.name}"
            value = getattr(document, member.attribute)
            yield Place(path, document, member, value)
            if step.nested and value is not None and member.name not in closed:
                yield from _places_within(value, member.type, path, closed)


def path_of(location: tuple[int | str, ...]) -> str:
    """A location as people write it: `containerDefinitions[0].image`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".")


def _places_within(value: Any, type_: Type, path: str, closed: Container[str]) -> Iterator[Place]:
    if type_.kind == "structure":
        yield from places(value, f"{path}.", closed)
        return
    for index, element in enumerate(value):
        yield from places(element, f"{path}[{index}].", closed)


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


def _beyond(value: Any, limit: Bound) -> Problem | None:
    """What is beyond a limit, with its path from the value."""
    if isinstance(value, str):
        message = _text_problem(value, limit)
        return ("", message) if message else None
    if isinstance(value, (int, float)):
        if _within(value, limit.minimum, limit.maximum):
            return None
        return "", f"must be from {limit.minimum} to {limit.maximum}, but is {value}"
    if not _within(len(value), limit.min_items, limit.max_items):
        return "", f"must have {limit.min_items} to {limit.max_items} entries, but has {len(value)}"
    return _entry_problem(value, limit)


def _text_problem(value: str, limit: Bound) -> str | None:
    if not _within(len(value), limit.min_length, limit.max_length):
        return f"must have {limit.min_length} to {limit.max_length} characters, but has {len(value)}"
    if limit.pattern and not matches(limit.pattern, value):
        return f"must match {limit.pattern}, but is '{value}'"
    return None


def _entry_problem(value: Any, limit: Bound) -> Problem | None:
    if isinstance(value, Mapping) and limit.key:
        for key in value:
            message = _text_problem(key, limit.key)
            if message:
                return f".{key}", f"has a key that {message}"
    if limit.item:
        for step, entry in value.items() if isinstance(value, Mapping) else enumerate(value):
            found = _beyond(entry, limit.item)
            if found:
                here = f"[{step}]" if isinstance(step, int) else f".{step}"
                return here + found[0], found[1]
    return None


def _within(value: float, minimum: float | None, maximum: float | None) -> bool:
    return (minimum is None or value >= minimum) and (maximum is None or value <= maximum)


@cache
def _steps(shape: type[Shape]) -> tuple[_Step, ...]:
    return tuple(_Step(each, bound(shape.__name__, each), _holds_structures(each.type)) for each in members(shape))


def _holds_structures(type_: Type) -> bool:
    return type_.kind == "structure" or (
        type_.kind == "list" and type_.item is not None and type_.item.kind == "structure"
    )
