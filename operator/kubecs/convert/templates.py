"""Variables of other people's templates (`${TAG}`, `{{ tag }}`, `<tag>`) that were never filled in."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kubecs.ecs.base import Shape
from kubecs.ecs.structure import places

_VARIABLE = re.compile(r"\$\{[^}]+\}|\{\{.+?\}\}|<[A-Za-z][\w .:-]*>|\$+[A-Z][A-Z0-9_]*\$*")
_ARN = re.compile(r"arn:[\w-]+:[\w-]+:[^:]*:([^:]+):")
_ACCOUNT = re.compile(r"[0-9]{12}|aws")  # aws owns some policies and roles

# Members whose text is a program's business: a shell's variables, markup, JSON.
_FREE = frozenset(
    {"command", "entryPoint", "environment", "healthCheck", "dockerLabels", "systemControls", "tags", "value"}
)


def template_variables(document: Shape) -> Iterator[tuple[str, str]]:
    """Path and variable, each once for a path."""
    for place in places(document, closed=_FREE):
        if place.member.name in _FREE:
            continue
        for path, text in _texts(place.path, place.value):
            yield from ((path, variable) for variable in _variables(text))


def _variables(text: str) -> list[str]:
    """The variables of a text; an ARN whose account is no number has one in its place."""
    arn = _ARN.match(text)
    account = [arn[1]] if arn and not _ACCOUNT.fullmatch(arn[1]) else []
    return list(dict.fromkeys(_VARIABLE.findall(text) or account))


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        yield from ((f"{path}[{index}]", each) for index, each in enumerate(value) if isinstance(each, str))
    elif isinstance(value, Mapping):
        yield from ((f"{path}.{key}", each) for key, each in value.items() if isinstance(each, str))
