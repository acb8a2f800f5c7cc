"""What the reference holds for exact or close, and kubecs does not translate, is listed with its reason."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubecs.cli.verdictpage import DEPARTURES
from kubecs.ecs.base import Shape
from kubecs.ecs.members import Type, members
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.verdicts import VERDICTS

REFERENCE = Path(__file__).parents[4] / "shared" / "reference" / "ecs-to-k8s.md"
SECTION = ("### 3.1", "### 3.2")
IMPOSSIBLE = "X"  # how the reference begins what Kubernetes cannot do


def fidelities() -> dict[tuple[str, str], str]:
    """(shape, member) to what the reference says of it."""
    start, end = SECTION
    text = REFERENCE.read_text(encoding="utf-8").split(start)[1].split(end)[0]
    found: dict[tuple[str, str], str] = {}
    shape = ""
    for line in text.splitlines():
        if heading := re.match(r"\*\*(\w+)\*\*$", line):
            shape = heading[1]
        elif line.startswith("| "):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            found[shape, cells[0].split(" ")[0]] = cells[-1]
    return found


def walk(shape: type[Shape], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """(shape, member, path) of every member at every depth."""
    for member in members(shape):
        yield shape.__name__, member.name, prefix + member.name
        inner = _innermost(member.type)
        if inner.shape is not None:
            yield from walk(inner.shape, f"{prefix}{member.name}{'[].' if member.type.kind == 'list' else '.'}")


def _innermost(type_: Type) -> Type:
    while type_.item is not None:
        type_ = type_.item
    return type_


def _is_listed(path: str) -> bool:
    member = path.removeprefix("containerDefinitions[].")
    return any(member == each or member.startswith((f"{each}.", f"{each}[")) for each, _ in DEPARTURES)


def test_each_departure_is_listed() -> None:
    if not REFERENCE.exists():
        pytest.skip("the reference is not beside the checkout")
    said = fidelities()
    known = [
        (path, said[shape, name]) for shape, name, path in walk(RegisterTaskDefinitionRequest) if (shape, name) in said
    ]
    assert len(known) > 150
    lost = [
        path
        for path, fidelity in known
        if not fidelity.startswith(IMPOSSIBLE) and VERDICTS[path].effect in ("not applied", "refused")
    ]
    assert [path for path in lost if not _is_listed(path)] == []
