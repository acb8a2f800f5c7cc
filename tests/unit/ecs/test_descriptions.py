"""Descriptions: every shape and member has one, none is left over, and none is AWS's own text."""

import re

import botocore.session
import pytest

from kubecs.ecs import descriptions
from kubecs.ecs.members import members, shapes

SERVICE = botocore.session.get_session().get_service_model("ecs")
TABLE = descriptions.SHAPES
LINES = [(shape, member, line) for shape, lines in TABLE.items() for member, line in lines.items()]
IDS = [f"{shape}.{member}" for shape, member, _ in LINES]
RUN_OF_WORDS = 7  # as many words in a row as are no accident


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"<[^>]+>", " ", text.lower()))


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + RUN_OF_WORDS]) for start in range(len(found) - RUN_OF_WORDS + 1)}


@pytest.mark.parametrize("name", sorted(shapes()))
def test_every_member_is_described(name: str) -> None:
    assert set(TABLE[name]) == {"", *(member.name for member in members(shapes()[name]))}


def test_no_description_is_left_over() -> None:
    assert set(TABLE) == set(shapes())


@pytest.mark.parametrize(("shape", "member", "line"), LINES, ids=IDS)
def test_a_description_is_one_short_sentence(shape: str, member: str, line: str) -> None:
    assert 10 <= len(line) <= 110
    assert line.endswith(".")
    assert line == line.strip()
    assert (descriptions.of_member(shape, member) if member else descriptions.of_shape(shape)) == line


@pytest.mark.parametrize(("shape", "member", "line"), LINES, ids=IDS)
def test_a_description_is_in_own_words(shape: str, member: str, line: str) -> None:
    structure = SERVICE.shape_for(shape)
    theirs = structure.members[member].documentation if member else structure.documentation
    assert not runs(line) & runs(theirs)


def test_retired_members_say_so() -> None:
    retired = [lines for shape, lines in TABLE.items() if shape.startswith("InferenceAccelerator")]
    retired_lines = [line for lines in retired for line in lines.values()]
    retired_lines.append(TABLE["RegisterTaskDefinitionRequest"]["inferenceAccelerators"])
    assert [line for line in retired_lines if "Retired by AWS: refused." not in line] == []
