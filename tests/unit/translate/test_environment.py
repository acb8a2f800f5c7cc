"""Environment variables."""

from hypothesis import given
from hypothesis import strategies as st

from kubecs.translate.environment import env, environment_findings
from kubecs.translate.maps import NO_MAPS
from tests.unit.translate.documents import parsed


def pairs(*items: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in items]


def test_the_last_value_of_a_name_holds() -> None:
    environment = pairs(("A", "1"), ("B", "2"), ("A", "3"))
    assert env(parsed(environment=environment), NO_MAPS) == pairs(("A", "3"), ("B", "2"))


def test_values_are_escaped_and_empty_ones_left_out() -> None:
    environment = [*pairs(("A", "$(B)"), ("B", "")), {"name": "C"}]
    expected = [{"name": "A", "value": "$$(B)"}, {"name": "B"}, {"name": "C"}]
    assert env(parsed(environment=environment), NO_MAPS) == expected


def test_names_that_kubernetes_refuses_are_reported() -> None:
    usual = ("PATH", "my.dotted-name", "with space", "1ST", "~")
    refused = ("a=b", "é", "tab\t", "")
    container = parsed(environment=pairs(*((name, "x") for name in (*usual, *refused))))
    assert [each["name"] for each in env(container, NO_MAPS)] == list(usual)
    found = list(environment_findings(container, NO_MAPS))
    assert [each.member for each in found] == [f"containerDefinitions[web].environment[{name}]" for name in refused]
    assert {each.condition for each in found} == {"EnvironmentNotApplied"}


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.text(max_size=3))))
def test_each_name_comes_once(items: list[tuple[str, str]]) -> None:
    result = env(parsed(environment=pairs(*items)), NO_MAPS)
    assert {each["name"]: each.get("value", "") == "" for each in result} == {n: v == "" for n, v in items}
    assert len({each["name"] for each in result}) == len(result)
