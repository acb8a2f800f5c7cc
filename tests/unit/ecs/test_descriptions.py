"""Descriptions: every shape and member has one, none is left over, and none is AWS's own text."""

import re

import botocore.session
import pytest

from kubecs.ecs.descriptions import DESCRIPTIONS
from kubecs.ecs.members import all_members, shapes

SERVICE = botocore.session.get_session().get_service_model("ecs")
RUN_OF_WORDS = 7  # as many words in a row as are no accident

each_line = pytest.mark.parametrize(("key", "line"), [pytest.param(*item, id=item[0]) for item in DESCRIPTIONS.items()])


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"<[^>]+>", " ", text.lower()))


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + RUN_OF_WORDS]) for start in range(len(found) - RUN_OF_WORDS + 1)}


def test_every_shape_and_member_is_described_and_nothing_else() -> None:
    assert set(DESCRIPTIONS) == {*shapes(), *(f"{shape}.{member.name}" for shape, member in all_members())}


@each_line
def test_a_description_is_short_and_ends(key: str, line: str) -> None:
    assert 10 <= len(line) <= 110, key
    assert line.endswith(".")
    assert line == line.strip()


@each_line
def test_a_description_is_in_own_words(key: str, line: str) -> None:
    shape, _, member = key.partition(".")
    structure = SERVICE.shape_for(shape)
    theirs = structure.members[member].documentation if member else structure.documentation
    assert not runs(line) & runs(theirs)


def test_retired_members_say_so() -> None:
    retired = {key: line for key, line in DESCRIPTIONS.items() if "nferenceAccelerator" in key}
    assert len(retired) == 8
    assert [key for key, line in retired.items() if "Retired by AWS: refused." not in line] == []
