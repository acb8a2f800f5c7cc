"""Documents in another spelling of ECS's members (CloudFormation's, Terraform's) to AWS's own, led by the models.

Values that only AWS or a later step knows become placeholders: text where text fits, else the member is left out.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kubecs.convert.found import PLACEHOLDER, Remark
from kubecs.ecs.base import Shape
from kubecs.ecs.members import Member, Type

_NOT_NAME = re.compile(r"[^A-Za-z0-9]+")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_BOOLEANS = {"true": True, "false": False}


class Absent:
    """The value of a member that is not there."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not in the document.

    Attributes:
        name: What it is called: `TaskRole.Arn`.
        written: How the document writes it: `Fn::GetAtt TaskRole.Arn`.
    """

    name: str
    written: str

    @property
    def text(self) -> str:
        """What stands in its place; valid in names, references and ARNs."""
        return f"PLACEHOLDER_{_NOT_NAME.sub('_', self.name).strip('_')}"


@dataclass(frozen=True, slots=True)
class Partial:
    """A text in which some parts are not known, with their placeholders in it."""

    text: str
    unknown: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """How one language writes ECS's members.

    Attributes:
        member_of: The member that a key of a structure means; None: it is no member.
        evaluate: A value as it stands to one in JSON's terms for a type, an Unknown, a Partial, or ABSENT.
    """

    member_of: Callable[[type[Shape], str], Member | None]
    evaluate: Callable[[Any, Type, type[Shape], str], Any]


def respell(
    shape: type[Shape], source: Mapping[str, Any], spelling: Spelling
) -> tuple[dict[str, Any], tuple[Remark, ...]]:
    """A structure in AWS's spelling, and what had to be left open. Keys that mean no member stay as they are."""
    walk = _Walk(spelling, [])
    document = walk.structure(shape, source, "")
    return document, tuple(walk.remarks)


@dataclass(frozen=True, slots=True)
class _Walk:
    spelling: Spelling
    remarks: list[Remark]

    def structure(self, shape: type[Shape], source: Mapping[str, Any], path: str) -> dict[str, Any]:
        document: dict[str, Any] = {}
        for key, raw in source.items():
            member = self.spelling.member_of(shape, key)
            name = member.name if member else key
            value = self.value(member.type, raw, shape, path + name) if member else raw
            if value is not ABSENT:
                document[name] = value
        return document

    def value(self, type_: Type, raw: Any, owner: type[Shape], path: str) -> Any:
        value = self.spelling.evaluate(raw, type_, owner, path)
        if isinstance(value, Unknown):
            return self._unknown(type_, value, path)
        if isinstance(value, Partial):
            for unknown in value.unknown:
                self._remark(unknown, path, f"{unknown.written} is not known here; {unknown.text} stands for it")
            return _scalar(type_, value.text)
        if value is ABSENT:
            return value
        return self._known(type_, value, owner, path)

    def _known(self, type_: Type, value: Any, owner: type[Shape], path: str) -> Any:
        if type_.kind == "structure" and type_.shape and isinstance(value, Mapping):
            return self.structure(type_.shape, value, f"{path}.")
        if type_.kind == "list" and type_.item and isinstance(value, list):
            items = (self.value(type_.item, item, owner, f"{path}[{index}]") for index, item in enumerate(value))
            return [item for item in items if item is not ABSENT]
        if type_.kind == "map" and type_.item and isinstance(value, Mapping):
            entries = {key: self.value(type_.item, item, owner, f"{path}.{key}") for key, item in value.items()}
            return {key: item for key, item in entries.items() if item is not ABSENT}
        return _scalar(type_, value)

    def _unknown(self, type_: Type, unknown: Unknown, path: str) -> Any:
        listed = type_.kind == "list" and type_.item is not None and type_.item.kind == "string"
        if type_.kind == "string" or listed:
            self._remark(unknown, path, f"{unknown.written} is not known here; {unknown.text} stands for it")
            return [unknown.text] if listed else unknown.text
        self._remark(unknown, path, f"{unknown.written} is not known here; the member is left out")
        return ABSENT

    def _remark(self, unknown: Unknown, path: str, message: str) -> None:
        self.remarks.append(Remark(PLACEHOLDER, path, unknown.name, message))


def _scalar(type_: Type, value: Any) -> Any:
    """CloudFormation and Terraform take `"80"` for a number and 256 for a text; what fits in no way stays."""
    if isinstance(value, str):
        if type_.kind == "integer" and _INTEGER.fullmatch(value):
            return int(value)
        if type_.kind == "boolean":
            return _BOOLEANS.get(value.lower(), value)
        return value
    if type_.kind in ("string", "enum"):
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, (int, float)) else value
    return int(value) if type_.kind == "integer" and isinstance(value, float) and value.is_integer() else value
