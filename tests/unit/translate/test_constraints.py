"""placementConstraints: the nodes that a Pod may run on, and what labels of nodes cannot say."""

from typing import Any

import pytest

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.constraints import MOST_TERMS, attribute_label, constraint_findings, pod_affinity
from tests.unit.translate.documents import task

OWN = "attr.kubecs.dev/"


def constrained(*expressions: str) -> RegisterTaskDefinitionRequest:
    return task(placementConstraints=[{"type": "memberOf", "expression": each} for each in expressions])


def terms(*expressions: str) -> list[list[str]]:
    """The nodeSelectorTerms, each requirement on one line."""
    affinity = pod_affinity(constrained(*expressions))
    if not affinity:
        return []
    required = affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return [[_line(each) for each in term["matchExpressions"]] for term in required["nodeSelectorTerms"]]


def _line(requirement: dict[str, Any]) -> str:
    key = requirement["key"].removeprefix(OWN)
    return " ".join((key, requirement["operator"], *requirement.get("values", ())))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("attribute:a == x", [["a In x"]]),
        ("attribute:a != x", [["a Exists", "a NotIn x"]]),
        ("attribute:a in [x, y]", [["a In x y"]]),
        ("attribute:a not_in [x, y]", [["a Exists", "a NotIn x y"]]),
        ("attribute:a exists", [["a Exists"]]),
        ("attribute:a !exists", [["a DoesNotExist"]]),
        ("attribute:a > 3", [["a Gt 3"]]),
        ("attribute:a >= 3", [["a Gt 2"]]),
        ("attribute:a < 3", [["a Lt 3"]]),
        ("attribute:a <= -3", [["a Lt -2"]]),
        ("not attribute:a == x", [["a NotIn x"]]),
        ("not attribute:a != x", [["a DoesNotExist"], ["a In x"]]),
        ("not attribute:a exists", [["a DoesNotExist"]]),
        ("not attribute:a !exists", [["a Exists"]]),
        ("not attribute:a > 3", [["a DoesNotExist"], ["a Lt 4"]]),
        ("not attribute:a <= 3", [["a DoesNotExist"], ["a Gt 3"]]),
        ("attribute:a == x and attribute:b exists", [["a In x", "b Exists"]]),
        ("attribute:a == x or attribute:b exists", [["a In x"], ["b Exists"]]),
        ("not(attribute:a == x or attribute:b exists)", [["a NotIn x", "b DoesNotExist"]]),
        ("not(attribute:a == x and attribute:b exists)", [["a NotIn x"], ["b DoesNotExist"]]),
        (
            "attribute:a exists and (attribute:b == 1 or attribute:b == 2)",
            [["a Exists", "b In 1"], ["a Exists", "b In 2"]],
        ),
        ("attribute:ecs.availability-zone == eu-west-1a", [["topology.kubernetes.io/zone In eu-west-1a"]]),
        ("attribute:ecs.instance-type == m5.large", [["node.kubernetes.io/instance-type In m5.large"]]),
        ("attribute:ecs.os-type == linux", [["kubernetes.io/os In linux"]]),
        ("attribute:ecs.cpu-architecture in [x86_64, arm64]", [["kubernetes.io/arch In amd64 arm64"]]),
    ],
)
def test_what_labels_say(expression: str, expected: list[list[str]]) -> None:
    assert terms(expression) == expected
    assert list(constraint_findings(constrained(expression))) == []


def test_constraints_hold_together() -> None:
    both = terms("attribute:a == x or attribute:a == y", "attribute:b exists")
    assert both == [["a In x", "b Exists"], ["a In y", "b Exists"]]


def test_what_is_no_label_is_made_one() -> None:
    assert attribute_label("stack") == f"{OWN}stack"
    assert attribute_label("team/stack").startswith(f"{OWN}team-stack-")
    assert attribute_label("ecs.ami-id") == f"{OWN}ecs.ami-id"
    ((line,),) = terms("attribute:a == 'two words'")
    assert line.startswith("a In two-words-")


@pytest.mark.parametrize(
    "expression",
    [
        "attribute:a =~ x.*",
        "attribute:a !~ x",
        "attribute:a > high",
        "runningTasksCount < 3",
        "agentConnected == true",
        "ec2InstanceId == i-1",
        "task:group == service:db",
        "attribute:a == 1 or agentVersion > 1.2.3",
        "not(task:group == service:db)",
    ],
)
def test_what_labels_cannot_say_is_reported(expression: str) -> None:
    document = constrained(expression)
    assert pod_affinity(document) == {}
    (found,) = constraint_findings(document)
    assert (found.member, found.condition) == ("placementConstraints[0].expression", "PlacementNotApplied")
    assert found.message.startswith(f"nodes are not chosen by {expression}")


def test_what_stands_beside_it_is_kept() -> None:
    expressions = ("attribute:a == x and attribute:b =~ y", "runningTasksCount < 3", "attribute:c exists")
    assert terms(*expressions) == [["a In x", "c Exists"]]
    found = list(constraint_findings(constrained(*expressions)))
    assert [each.member for each in found] == [f"placementConstraints[{index}].expression" for index in (0, 1)]


def test_there_are_no_more_terms_than_the_scheduler_should_look_at() -> None:
    wide = " or ".join(f"attribute:a == {number}" for number in range(MOST_TERMS))
    assert len(terms(wide)) == MOST_TERMS
    assert len(terms(wide, "attribute:b == 1 or attribute:b == 2")) == MOST_TERMS
    document = constrained(wide, "attribute:b == 1 or attribute:b == 2")
    assert [each.member for each in constraint_findings(document)] == ["placementConstraints[1].expression"]
    many = " and ".join(f"(attribute:a == {number} or attribute:b == {number})" for number in range(200))
    assert pod_affinity(constrained(f"not not({many})")) == {}


def test_a_document_without_any_has_no_affinity() -> None:
    assert pod_affinity(constrained()) == {}
    assert pod_affinity(constrained("")) == {}
