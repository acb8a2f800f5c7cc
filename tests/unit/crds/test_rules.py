"""CEL rules as data: where they go, and that each of them can be understood by the person it refuses."""

from collections.abc import Iterator

import pytest

from kubecs.crds.cel import CONTAINERS
from kubecs.crds.kinds import Kind, kinds
from kubecs.crds.nodes import Schema, listing, record, text
from kubecs.crds.rules import Rule, below, fixed_member, given, with_rules
from kubecs.ecs.bounds import ROWS

REASONS = {"FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired"}
KINDS = [pytest.param(kind, id=kind.kind) for kind in kinds()]


def ruled(node: Schema, path: str = "") -> Iterator[tuple[str, Schema, Schema]]:
    """Every rule with its path and its node."""
    for rule in node.get("x-kubernetes-validations", ()):
        yield path, node, rule
    for name, child in node.get("properties", {}).items():
        yield from ruled(child, f"{path}.{name}")
    if "items" in node:
        yield from ruled(node["items"], f"{path}[]")


def test_rules_go_to_their_nodes_and_leave_the_schema_alone() -> None:
    schema = record("x", parts=listing("y", record("z", name=text("w")), 3))
    name, part, whole = (Rule(f"self != '{text}'", text, ".a") for text in ("name", "part", "whole"))
    rules = below("", {"": (whole,), "parts[]": (part,), "parts[].name": (name,)})
    found = [(path, rule["message"]) for path, _, rule in ruled(with_rules(schema, rules))]
    assert found == [("", "whole"), (".parts[]", "part"), (".parts[].name", "name")]
    assert not list(ruled(schema))


def test_rules_of_a_part_move_with_it() -> None:
    assert below("spec", {"": (), "a.b[]": ()}).keys() == {"spec", "spec.a.b[]"}


def test_a_rule_for_a_member_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        with_rules(record("x"), {"gone": (Rule("true", "never"),)})


def test_a_default_makes_writing_it_out_no_change() -> None:
    rule = fixed_member("cluster", "no", "'default'")
    assert rule.rule == (
        "(has(self.cluster) ? self.cluster : 'default') == (has(oldSelf.cluster) ? oldSelf.cluster : 'default')"
    )
    assert rule.field == ".cluster"


def test_a_member_of_a_member_is_looked_for_step_by_step() -> None:
    assert given("self.a.b", "0") == "(has(self.a) && has(self.a.b) ? self.a.b : 0)"


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_says_what_and_where(kind: Kind) -> None:
    found = list(ruled(kind.schema()))
    assert found
    for path, node, rule in found:
        assert rule["reason"] in REASONS
        assert 5 < len(rule["message"]) < 300
        assert "\n" not in rule["message"]
        at = node
        for name in rule.get("fieldPath", "").removeprefix(".").split("."):
            at = at["properties"][name] if name else at
        assert path or rule["fieldPath"] == ".metadata.name"


@pytest.mark.parametrize("kind", KINDS)
def test_no_rule_uses_optional_values_whose_size_the_api_server_cannot_tell(kind: Kind) -> None:
    assert not [rule["rule"] for _, _, rule in ruled(kind.schema()) if ".?" in rule["rule"]]


def test_messages_name_as_many_containers_as_there_can_be() -> None:
    assert ROWS["RegisterTaskDefinitionRequest.containerDefinitions"].max_items == CONTAINERS
