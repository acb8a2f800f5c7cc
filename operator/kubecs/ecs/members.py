"""The generated models as data: the members of each shape with their types, for whatever walks over all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import JsonValue

from kubecs.ecs import model
from kubecs.ecs.base import Shape, UnionShape

Kind = Literal["structure", "list", "map", "string", "enum", "integer", "double", "boolean", "document"]

_SCALARS: Mapping[Any, Kind] = {str: "string", int: "integer", float: "double", bool: "boolean", JsonValue: "document"}


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a member, of a list's elements or of a map's values (keys are always strings).

    Attributes:
        kind: what it is in JSON terms; an enum is a string of a closed set, a document any JSON value.
        shape: the model of a structure, None otherwise.
        values: the closed set of an enum, sorted, since Python may hand out an equal Literal of another order.
        item: the type of a list's elements or a map's values, None otherwise.
    """

    kind: Kind
    shape: type[Shape] | None = None
    values: tuple[str, ...] = ()
    item: "Type | None" = None


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a shape: `name` as AWS spells it, `attribute` as the model does."""

    name: str
    attribute: str
    required: bool
    type: Type


@cache
def members(shape: type[Shape]) -> tuple[Member, ...]:
    """The members of a shape, required ones first."""
    return tuple(
        Member(str(field.alias), attribute, field.is_required(), _type_of(field.annotation))
        for attribute, field in shape.model_fields.items()
    )


@cache
def shapes() -> Mapping[str, type[Shape]]:
    """Every generated shape by name."""
    found = (value for value in vars(model).values() if isinstance(value, type) and issubclass(value, Shape))
    return {shape.__name__: shape for shape in found if shape not in (Shape, UnionShape)}


def all_members() -> Iterator[tuple[str, Member]]:
    """Every member of every generated shape, with the shape's name."""
    for name, shape in shapes().items():
        for member in members(shape):
            yield name, member


def _type_of(annotation: Any) -> Type:
    if annotation in _SCALARS:
        return Type(_SCALARS[annotation])
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type_of(arguments[0])
    if origin is Literal:
        return Type("enum", values=tuple(sorted(arguments)))
    if origin is tuple:
        return Type("list", item=_type_of(arguments[0]))
    if origin is Mapping:
        return Type("map", item=_type_of(arguments[1]))
    if NoneType in arguments:
        return _type_of(next(part for part in arguments if part is not NoneType))
    return Type("structure", shape=annotation)
