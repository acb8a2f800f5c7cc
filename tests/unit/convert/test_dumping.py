"""YAML that every reader takes for the same."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubecs.convert.dumping import dump

VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029\ufeff")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert list(yaml.safe_load_all(dump([{"value": value}]))) == [{"value": value}]


@pytest.mark.parametrize(
    "text", ["yes", "on", "012", "1e3", "1E-2", "0o17", "0x1f", "1_000", "12:30", "null", "~", "", "3.5"]
)
def test_text_that_looks_like_something_else_is_quoted(text: str) -> None:
    assert re.search(rf"^value: ['\"]{re.escape(text)}['\"]$", dump([{"value": text}]), re.MULTILINE)


def test_equal_parts_are_written_out() -> None:
    part = {"a": [1]}
    assert "&" not in dump([{"one": part, "two": part}])
