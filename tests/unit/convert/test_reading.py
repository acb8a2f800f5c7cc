"""Text becomes documents, or an error that says where it fails."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.convert.reading import MalformedError, documents

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_json_is_read_as_it_is(value: Any) -> None:
    assert documents(json.dumps(value).encode(), "a.json") == (value,)


@pytest.mark.parametrize(
    ("content", "name", "line", "column"),
    [
        (b'{\n  "a": 1,\n  "b": }', "a.json", 3, 8),
        (b'{"a": 1,}', "a.json", 1, 9),
        (b'{"a": 1}\n{"b": ', "-", 2, 7),
        (b'{"a": NaN}', "a.json", 1, 1),
        (b'\n {"a": "\\ud800"}', "a.json", 2, 2),
        (b'{"a": "\xff"}', "a.json", 1, 8),
        (b'{"a": {"b": "}"},\n "b": [{"a": 1}, {"c": "a", "a": 1,\n  "a": 2}]}', "a.json", 3, 3),
        (b'{"a": 1, "\\u0061": 2}', "a.json", 1, 1),
        (b'{"a": 1}\n{"b": 1, "b": 2}', "-", 2, 1),
        (b'{"a": 1}\n{"b": "\xc3\xa9\xff"}', "a.json", 2, 9),
        (b"", "a.yaml", 0, 0),
        (b"a: [1\nb: 2\n", "a.yaml", 2, 2),
        (b"a: 1\na: 2\n", "a.yaml", 2, 1),
        (b"a: 1\n\tb: 2\n", "a.yaml", 2, 1),
        (b"a: \x07\n", "a.yaml", 1, 4),
        (b"? [a]\n: 1\n", "a.yaml", 1, 3),
        (b"a: &x [*x]\n", "a.yaml", 1, 4),
    ],
)
def test_malformed_text_names_line_and_column(content: bytes, name: str, line: int, column: int) -> None:
    if not line:
        assert documents(content, name) == ()
        return
    with pytest.raises(MalformedError) as caught:
        documents(content, name)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"line {line}, column {column}: " in str(caught.value)


def test_aliases_that_stand_for_billions_are_refused() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 64))]
    with pytest.raises(MalformedError, match="too large"):
        documents("\n".join(lines).encode(), "a.yaml")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "a.json"),
        (b"[" * 100_000 + b"]" * 100_000, "a.yaml"),
        (b"- " * 100_000, "a.yaml"),
        (b"a: " + b"{a: " * 10_000, "a.yaml"),
        (b"? " * 100_000, "a.yaml"),
    ],
    ids=["json", "flow", "block", "mappings", "keys"],
)
def test_deep_nesting_is_refused(content: bytes, name: str) -> None:
    with pytest.raises(MalformedError, match="nested too deeply"):
        documents(content, name)


def test_many_brackets_beside_each_other_are_fine() -> None:
    assert documents(b"a: " + b"[" + b"[], " * 1000 + b"]", "a.yaml") == ({"a": [[]] * 1000},)


def test_several_documents_and_a_byte_order_mark() -> None:
    assert documents(b'\xef\xbb\xbf{"a": 1} {"b": 2}\n', "-") == ({"a": 1}, {"b": 2})
    assert documents(b"a: 1\n---\nb: 2\n", "-") == ({"a": 1}, {"b": 2})


def test_yaml_is_meant_as_people_write_it() -> None:
    text = (
        b"when: 2010-09-09\nid: 012345678901\nport: 80\nclock: 12:30\non: yes\nnone:\n"
        b"more: &m {a: 1}\nless: {<<: *m, b: 2}\n1: x\n"
    )
    expected = {
        "when": "2010-09-09",
        "id": "012345678901",
        "port": 80,
        "clock": "12:30",
        "on": True,
        "none": None,
        "more": {"a": 1},
        "less": {"a": 1, "b": 2},
        "1": "x",
    }
    assert documents(text, "a.yaml") == (expected,)


def test_short_forms_of_functions() -> None:
    text = b"a: !Ref X\nb: !GetAtt A.B.C\nc: !Join ['', [a, !Ref Y]]\nd: !Sub {x: 1}\n"
    assert documents(text, "t.yaml") == (
        {
            "a": {"Ref": "X"},
            "b": {"Fn::GetAtt": ["A", "B.C"]},
            "c": {"Fn::Join": ["", ["a", {"Ref": "Y"}]]},
            "d": {"Fn::Sub": {"x": 1}},
        },
    )
