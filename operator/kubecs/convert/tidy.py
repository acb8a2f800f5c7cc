"""Enums that are empty text, which some tools write for unset ones and never send, are left out."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from kubecs.convert.found import NOTE, Remark
from kubecs.ecs.base import Shape
from kubecs.ecs.members import Member, members


@cache
def by_name(shape: type[Shape]) -> Mapping[str, Member]:
    """The members of a shape by AWS's names."""
    return {member.name: member for member in members(shape)}


@cache
def by_lower_name(shape: type[Shape]) -> Mapping[str, Member]:
    """The members of a shape by AWS's names in lower case; no two of a shape differ in case alone."""
    return {member.name.lower(): member for member in members(shape)}


def without_empty_enums(shape: type[Shape], document: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Remark, ...]]:
    """The document without them, and a remark with the path of each."""
    dropped: list[str] = []
    kept = _structure(shape, document, "", dropped)
    return kept, tuple(Remark(NOTE, path, "EmptyEnum", "empty text for an unset value; left out") for path in dropped)


def _structure(shape: type[Shape], document: Mapping[str, Any], path: str, dropped: list[str]) -> dict[str, Any]:
    known, kept = by_name(shape), {}
    for name, value in document.items():
        member = known.get(name)
        if member is not None and member.type.kind == "enum" and value == "":
            dropped.append(path + name)
        else:
            kept[name] = _below(member, value, path + name, dropped) if member else value
    return kept


def _below(member: Member, value: Any, path: str, dropped: list[str]) -> Any:
    if isinstance(value, Mapping) and member.type.shape:
        return _structure(member.type.shape, value, f"{path}.", dropped)
    item = member.type.item
    if isinstance(value, list) and item and item.shape:
        shape = item.shape
        return [
            _structure(shape, each, f"{path}[{index}].", dropped) if isinstance(each, Mapping) else each
            for index, each in enumerate(value)
        ]
    return value
