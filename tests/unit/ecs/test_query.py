"""The cluster query language: what its texts mean, and where a text stops being one."""

import pytest

from kubecs.ecs.query import DEEPEST, AllOf, AnyOf, Expression, Not, QueryError, Term, parse


def attribute(name: str, operator: str, *values: str) -> Term:
    return Term(f"attribute:{name}", operator, values)


A, B, C = (attribute(name, "==", "1") for name in "abc")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("attribute:ecs.instance-type == t2.small", attribute("ecs.instance-type", "==", "t2.small")),
        ("attribute:ecs.availability-zone==us-west-2b", attribute("ecs.availability-zone", "==", "us-west-2b")),
        ("attribute:a equals 1", A),
        ("  attribute:a\t==\n1 ", A),
        ("attribute:a != 'b c'", attribute("a", "!=", "b c")),
        ('attribute:a not_equals "b\'c"', attribute("a", "!=", "b'c")),
        ("attribute:a exists", attribute("a", "exists")),
        ("attribute:a !exists", attribute("a", "!exists")),
        ("attribute:a not_exists", attribute("a", "!exists")),
        ("attribute:team/a\\b exists", attribute("team/a\\b", "exists")),
        ("attribute:a in [x, 'y z',w]", attribute("a", "in", "x", "y z", "w")),
        ("attribute:a !in [x]", attribute("a", "!in", "x")),
        ("attribute:a not_in [x]", attribute("a", "!in", "x")),
        ("attribute:a >= 3", attribute("a", ">=", "3")),
        ("attribute:a greater_than 3", attribute("a", ">", "3")),
        ("attribute:a less_than_equal 3", attribute("a", "<=", "3")),
        ("attribute:a =~ g4.*", attribute("a", "=~", "g4.*")),
        ("attribute:a matches ([mc]5|t[23] x)\\..*", attribute("a", "=~", "([mc]5|t[23] x)\\..*")),
        ("attribute:a !~ b", attribute("a", "!~", "b")),
        ("runningTasksCount<5", Term("runningTasksCount", "<", ("5",))),
        ("agentConnected == true", Term("agentConnected", "==", ("true",))),
        ("agentVersion >= 1.2.3", Term("agentVersion", ">=", ("1.2.3",))),
        ("registeredAt < 2018-06-18T22:28:28+00:00", Term("registeredAt", "<", ("2018-06-18T22:28:28+00:00",))),
        ("ec2InstanceId in ['i-1', 'i-2']", Term("ec2InstanceId", "in", ("i-1", "i-2"))),
        ("task:group == service:production", Term("task:group", "==", ("service:production",))),
        ("attribute:a == 1 and attribute:b == 1", AllOf((A, B))),
        ("attribute:a == 1 && attribute:b == 1 &&attribute:c == 1", AllOf((A, B, C))),
        ("attribute:a == 1 or attribute:b == 1 and attribute:c == 1", AnyOf((A, AllOf((B, C))))),
        ("(attribute:a == 1 || attribute:b == 1) and attribute:c == 1", AllOf((AnyOf((A, B)), C))),
        ("not(attribute:a == 1)", Not(A)),
        ("not attribute:a == 1 and attribute:b == 1", AllOf((Not(A), B))),
        ("!(attribute:a == 1 or !attribute:b == 1)", Not(AnyOf((A, Not(B))))),
        ("(attribute:a == 1)", A),
    ],
)
def test_expressions(text: str, meant: Expression) -> None:
    assert parse(text) == meant


@pytest.mark.parametrize("text", ["attribute:a == 1 and (attribute:b in [x, y] or not(attribute:c exists))"])
def test_what_is_read_is_written_again(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at character 1 attribute:<name> or another subject is missing"),
        ("attribute: == 1", "at character 1 attribute:<name> or another subject is missing"),
        (f"attribute:{'a' * 129} exists", "at character 1 attribute:<name> or another subject is missing"),
        ("agentConnectedness == true", "at character 1 attribute:<name> or another subject is missing"),
        ("attribute:a = 1", "at character 13 an operator of attribute:a is missing"),
        ("attribute:a ==", "at character 15 a value is missing"),
        ("attribute:a in x", "at character 16 '[' is missing"),
        ("attribute:a in []", "at character 17 a value is missing"),
        ("attribute:a in [x", "at character 18 ']' is missing"),
        ("attribute:a == 1 attribute:b == 1", "at character 18 the end is missing"),
        ("attribute:a == 1 and", "at character 21 attribute:<name> or another subject is missing"),
        ("registeredAt exists", "at character 14 an operator of registeredAt is missing"),
        ("attribute:a == 'x", "at character 16 a value is missing"),
    ],
)
def test_what_is_none_is_told_where_it_stops(text: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("opening", ["(", "!", "not "])
def test_nesting_ends_somewhere(opening: str) -> None:
    with pytest.raises(QueryError, match=f"nested more than {DEEPEST} deep"):
        parse(opening * 900 + "attribute:a exists")
