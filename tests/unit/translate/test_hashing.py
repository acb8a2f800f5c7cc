"""Equal values have equal hashes."""

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.translate.hashing import canonical, compact, digest

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_the_order_of_keys_does_not_count(value: dict[str, object]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))


@given(json_values, json_values)
def test_values_share_a_hash_only_if_they_share_their_text(one: object, other: object) -> None:
    assert (digest(one) == digest(other)) == (canonical(one) == canonical(other))


def test_the_canonical_form() -> None:
    assert canonical({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}'.encode()
    assert compact(MappingProxyType({"a": ("x",)})) == '{"a":["x"]}'
    assert len(digest({})) == 64
    assert digest({}, 16) == digest({})[:16]


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError):
        digest(object())
