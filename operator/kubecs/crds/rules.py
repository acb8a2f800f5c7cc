"""CEL rules: their shape, how they are put on the nodes of a schema, and the rules that forbid a change."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal

from kubecs.crds.nodes import Schema

# The fourth one, FieldValueDuplicate, makes the API server leave the message out.
Reason = Literal["FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired"]

DEPTH = 32  # of a path; ours are far shorter


@dataclass(frozen=True, slots=True)
class Rule:
    """One CEL rule.

    Attributes:
        rule: True for good values; `self` is the node that the rule is put on.
        message: What the API server answers otherwise; ECS's own text where ECS has one.
        field: The member at fault, as a path below that node (".cpu"); empty: the node itself.
        reason: The machine-readable reason.
        says: CEL for a message with names in it; `message` stays for servers that fail to compute it.
    """

    rule: str
    message: str
    field: str = ""
    reason: Reason = "FieldValueInvalid"
    says: str = ""

    def rendered(self) -> Schema:
        """The rule as the API server reads it."""
        optional = {"messageExpression": self.says, "fieldPath": self.field}
        given = {name: value for name, value in optional.items() if value}
        return {"rule": self.rule, "message": self.message, "reason": self.reason} | given


RulesByPath = Mapping[str, tuple[Rule, ...]]


def with_rules(schema: Schema, rules: RulesByPath) -> Schema:
    """A copy of a schema with rules on its nodes.

    Args:
        schema: The schema.
        rules: Rules by path: member names joined by dots, `[]` after the name of a list for its items; "" is the root.

    Raises:
        KeyError: The schema has no such node.
    """
    copy = deepcopy(schema)
    for path, added in rules.items():
        node = _node_at(copy, path)
        node.setdefault("x-kubernetes-validations", []).extend(rule.rendered() for rule in added)
    return copy


def below(path: str, rules: RulesByPath) -> dict[str, tuple[Rule, ...]]:
    """The same rules for a schema that holds theirs at `path`."""
    return {".".join(part for part in (path, inner) if part): found for inner, found in rules.items()}


def _node_at(schema: Schema, path: str) -> Schema:
    node = schema
    for part in path.split(".") if path else ():
        node = node["properties"][part.removesuffix("[]")]
        node = node["items"] if part.endswith("[]") else node
    return node


def given(path: str, default: str) -> str:
    """CEL: the member at a path below `self`, `oldSelf` or a variable, or the default where it is absent.

    CEL's own optional values would read better, but the API server can't tell how large they are, and refuses.
    """
    root, *names = path.split(".")
    found = [f"has({root}.{'.'.join(names[: count + 1])})" for count in range(len(names))]
    return f"({' && '.join(found)} ? {path} : {default})"


def fixed(message: str) -> Rule:
    """A required member that can't change; put on the member."""
    return Rule("self == oldSelf", message, reason="FieldValueForbidden")


def fixed_member(name: str, message: str, default: str | None = None) -> Rule:
    """An optional member that can't change, come or go; put on the object that holds it.

    Args:
        name: The member.
        message: What the API server answers.
        default: CEL of the value that an absent member stands for, so that writing it out is no change.
    """
    new, old = f"self.{name}", f"oldSelf.{name}"
    if default is None:
        same = f"has({new}) == has({old}) && (!has({new}) || {new} == {old})"
    else:
        same = f"{given(new, default)} == {given(old, default)}"
    return Rule(same, message, f".{name}", "FieldValueForbidden")


def fixed_members(names: Iterable[str], message: str) -> tuple[Rule, ...]:
    """One rule for each of these optional members, none of which can change."""
    return tuple(fixed_member(name, message) for name in names)
