"""placementConstraints: what labels of nodes can say of the query language becomes node affinity, the rest a condition.

An expression is brought into disjunctive normal form: each conjunction is a nodeSelectorTerm, and one of those has to
hold. What stands beside the rest with an `and`, as all constraints do, is kept or given up by itself.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import reduce
from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.query import ATTRIBUTE, AllOf, AnyOf, Expression, Not, QueryError, Term, parse
from kubecs.translate.finding import Finding
from kubecs.translate.labels import GROUP
from kubecs.translate.names import label_value

NOT_APPLIED = "PlacementNotApplied"
MOST_TERMS = 32  # nodeSelectorTerms; each node is held against all of them
ATTRIBUTE_LABEL = f"attr.{GROUP}/"

# Attributes that ECS gives every instance, as the labels that Kubernetes gives every node.
LABELS: Mapping[str, str] = {
    "ecs.availability-zone": "topology.kubernetes.io/zone",
    "ecs.instance-type": "node.kubernetes.io/instance-type",
    "ecs.os-type": "kubernetes.io/os",
    "ecs.cpu-architecture": "kubernetes.io/arch",
}
VALUES: Mapping[str, Mapping[str, str]] = {"kubernetes.io/arch": {"x86_64": "amd64"}}

# The operator of Kubernetes, which has no "or equal", and what is added to the number for it.
_BOUNDS: Mapping[str, tuple[str, int]] = {">": ("Gt", 0), ">=": ("Gt", -1), "<": ("Lt", 0), "<=": ("Lt", 1)}
_INTEGER = re.compile(r"-?[0-9]{1,15}")
_OPPOSITE: Mapping[str, str] = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}

Requirement = dict[str, Any]
Conjunction = list[Requirement]
Normal = list[Conjunction]  # of which one has to hold


class _NotExpressibleError(Exception):
    """Labels of nodes cannot say it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What has to hold beside everything else: the member that says it, the expression, its normal form if any."""

    path: str
    expression: Expression
    normal: Normal | None


def pod_affinity(document: RegisterTaskDefinitionRequest) -> dict[str, Any]:
    """`affinity` of the Pod; empty without a constraint that labels of nodes can say."""
    wanted, _ = _chosen(document)
    if not wanted:
        return {}
    terms = [{"matchExpressions": deepcopy(each)} for each in reduce(_both, wanted)]
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}


def constraint_findings(document: RegisterTaskDefinitionRequest) -> Iterator[Finding]:
    """The parts of constraints by which no node is chosen."""
    for part in _chosen(document)[1]:
        message = f"nodes are not chosen by {part.expression}: their labels cannot say it"
        yield Finding(part.path, NOT_APPLIED, NOT_APPLIED, message)


def attribute_label(name: str) -> str:
    """The label of nodes that stands for an attribute of instances."""
    return LABELS.get(name) or ATTRIBUTE_LABEL + label_value(name)


def _chosen(document: RegisterTaskDefinitionRequest) -> tuple[list[Normal], list[_Part]]:
    """What is required of nodes, and what cannot be; together there are no more than MOST_TERMS."""
    wanted: list[Normal] = []
    lost: list[_Part] = []
    size = 1
    for part in _parts(document):
        if part.normal is None or size * len(part.normal) > MOST_TERMS:
            lost.append(part)
        else:
            wanted.append(part.normal)
            size *= len(part.normal)
    return wanted, lost


def _parts(document: RegisterTaskDefinitionRequest) -> Iterator[_Part]:
    for index, constraint in enumerate(document.placement_constraints or ()):
        if not constraint.expression:
            continue
        try:
            found = parse(constraint.expression)
        except QueryError:  # ECS refuses it, and so do ecs/task_definition_rules.py
            continue
        for each in found.operands if isinstance(found, AllOf) else (found,):
            try:
                normal = _normal(each, holds=True)
            except _NotExpressibleError:
                normal = None
            yield _Part(f"placementConstraints[{index}].expression", each, normal)


def _normal(expression: Expression, *, holds: bool) -> Normal:
    """The disjunctive normal form of an expression, or of its negation."""
    if isinstance(expression, Not):
        return _normal(expression.operand, holds=not holds)
    if isinstance(expression, Term):
        return _of_term(expression, holds=holds)
    forms = (_normal(each, holds=holds) for each in expression.operands)
    if isinstance(expression, AnyOf) == holds:
        return [conjunction for form in forms for conjunction in form]
    return reduce(_both, forms)


def _both(left: Normal, right: Normal) -> Normal:
    if len(left) * len(right) > MOST_TERMS:
        raise _NotExpressibleError
    return [_merged(one, other) for one in left for other in right]


def _merged(one: Conjunction, other: Conjunction) -> Conjunction:
    return [*one, *(each for each in other if each not in one)]


def _of_term(term: Term, *, holds: bool) -> Normal:
    """One comparison; a node without the attribute satisfies no comparison, `!=` neither, and so every negated one."""
    if not term.subject.startswith(ATTRIBUTE):
        raise _NotExpressibleError
    label = attribute_label(term.subject.removeprefix(ATTRIBUTE))
    there, absent = _requirement(label, "Exists"), _requirement(label, "DoesNotExist")
    if term.operator in ("exists", "!exists"):
        return [[there if (term.operator == "exists") == holds else absent]]
    values = [VALUES.get(label, {}).get(each) or label_value(each) for each in term.values]
    if term.operator in ("==", "in"):
        return [[_requirement(label, "In" if holds else "NotIn", values)]]
    if term.operator in ("!=", "!in"):
        return (
            [[there, _requirement(label, "NotIn", values)]]
            if holds
            else [[absent], [_requirement(label, "In", values)]]
        )
    if term.operator in _BOUNDS and _INTEGER.fullmatch(term.values[0]):
        number = int(term.values[0])
        return (
            [[_bound(label, term.operator, number)]]
            if holds
            else [[absent], [_bound(label, _OPPOSITE[term.operator], number)]]
        )
    raise _NotExpressibleError


def _bound(label: str, operator: str, number: int) -> Requirement:
    name, added = _BOUNDS[operator]
    return _requirement(label, name, [str(number + added)])


def _requirement(label: str, operator: str, values: list[str] | None = None) -> Requirement:
    return {"key": label, "operator": operator, **({"values": values} if values else {})}
