"""Merge patches turn one status into the other."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubecs.controllers.merge import merge_patch

scalars = st.one_of(st.integers(-3, 3), st.text(max_size=3), st.booleans(), st.lists(st.integers(0, 2), max_size=2))
documents = st.recursive(
    scalars, lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8
).filter(lambda value: isinstance(value, dict))


def apply(target: Any, patch: Any) -> Any:
    """RFC 7386, word for word."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = apply(result.get(name), value)
    return result


@given(documents, documents)
def test_the_patch_leads_to_what_is_wanted(current: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert apply(current, merge_patch(current, wanted)) == wanted


@given(documents)
def test_nothing_to_do_is_an_empty_patch(document: dict[str, Any]) -> None:
    assert merge_patch(document, document) == {}


def test_none_is_absent() -> None:
    assert merge_patch({}, {"a": None}) == {}
    assert merge_patch({"a": 1}, {"a": None}) == {"a": None}
