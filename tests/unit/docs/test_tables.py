"""Tables in the documentation say what the code does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from kubecs.console.advice import advise
from kubecs.plan.rollout import bounds
from kubecs.translate.labels import GROUP
from kubecs.translate.names import object_name
from kubecs.translate.serviceverdicts import SERVICE
from kubecs.translate.verdicts import VERDICTS
from tests.unit.docs.pages import PROJECT
from tools.localcluster.access import OPERATOR, operator_access

DOCS = PROJECT / "docs"
ROOMS = tuple(PROJECT / "operator" / "kubecs" / room for room in ("plan", "translate"))

# Calls that take the type or reason of a condition.
SAYING = {"Condition", "Finding", "Refusal", "Unresolved", "ready", "reconciling", "stalled"}
WORD = re.compile(r"(?:[A-Z][a-z]+){2,}")


def _rows(page: str, heading: str) -> Iterator[list[str]]:
    """The cells of the rows of the table that begins with a heading."""
    lines = (DOCS / page).read_text().splitlines()
    for line in lines[lines.index(heading) + 2 :]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_mangled_names() -> None:
    rows = list(_rows("names.md", "| ECS name | object name |"))
    assert rows
    assert [[f"`{object_name(name.strip('`'))}`", shown] for name, shown in rows] == [[row[1], row[1]] for row in rows]


def test_bounds_of_rollouts() -> None:
    heading = "| desired | minimum / maximum percent | healthy at least | in all at most | maxUnavailable | maxSurge |"
    rows = list(_rows("rollouts.md", heading))
    assert rows
    for desired, percents, *shown in rows:
        minimum, maximum = map(int, percents.split(" / "))
        found = bounds(int(desired), minimum, maximum)
        paused = ", and paused" if found.blocked else ""
        numbers = (found.lower, found.upper, found.max_unavailable, f"{found.max_surge}{paused}")
        assert [str(number) for number in numbers] == shown


def _said(path: Path) -> Iterator[str]:
    """The words that a module gives to conditions: constants in the calls that make them, or named there."""
    tree = ast.parse(path.read_text())
    named = {name: value for node in tree.body if isinstance(node, ast.Assign) for name, value in _assigned(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SAYING:
            for part in (inner for argument in node.args for inner in ast.walk(argument)):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value
                elif isinstance(part, ast.Name) and part.id in named:
                    yield named[part.id]


def _assigned(node: ast.Assign) -> Iterator[tuple[str, str]]:
    if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        yield from ((target.id, node.value.value) for target in node.targets if isinstance(target, ast.Name))


def test_every_condition_and_reason_is_explained() -> None:
    said = {word for room in ROOMS for path in room.glob("*.py") for word in _said(path) if WORD.fullmatch(word)}
    said -= {"ClientException"}  # ECS's own word for an error
    said |= {verdict.condition for verdict in (*VERDICTS.values(), *SERVICE.values()) if verdict.condition}
    assert len(said) > 30
    text = (DOCS / "conditions.md").read_text()
    assert sorted(word for word in said if not re.search(rf"\b{word}\b", text)) == []


def test_kubectl_ecs_why_has_a_step_for_each_reason_of_a_service() -> None:
    rows = _rows("conditions.md", "| Ready is | reason | meaning |")
    reasons = [reason for state, named, _ in rows if state != "True" for reason in named.split(", ")]
    assert len(reasons) > 20
    assert [reason for reason in reasons if advise([f"{reason}: x"])[0].startswith("Look into")] == []


def test_threat_model_weighs_every_right_of_the_operator() -> None:
    rows = list(_rows("threat-model.md", "| right | what for | what it is worth to a thief |"))
    weighed = {resource for row in rows for resource in re.findall(r"`([a-z]+)`", row[0])}
    own = [each for each in operator_access() if each["kind"] in ("Role", "ClusterRole")]
    rules = [rule for role in own if role["metadata"]["name"].startswith(OPERATOR) for rule in role["rules"]]
    resources = {name for rule in rules if rule["apiGroups"] != [GROUP] for name in rule["resources"]}
    assert resources - {"clusterroles"} - weighed == set()
