"""Text that the kubelet's expansion gives back unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.translate.escape import escape, escape_all


def expand(text: str, variables: dict[str, str]) -> str:
    """What the kubelet does to command, args, env values and probe commands, byte by byte as its Go code does."""
    data, out, cursor = text.encode(), bytearray(), 0
    while cursor < len(data):
        if data[cursor : cursor + 1] != b"$" or cursor + 1 == len(data):
            out += data[cursor : cursor + 1]
            cursor += 1
            continue
        taken, result = _after_dollar(data[cursor + 1 :], variables)
        out += result
        cursor += 1 + taken
    return out.decode(errors="replace")


def _after_dollar(rest: bytes, variables: dict[str, str]) -> tuple[int, bytes]:
    first = rest[:1]
    if first == b"$":
        return 1, b"$"
    if first != b"(":
        return 1, b"$" + chr(first[0]).encode()  # Go's string(byte): a byte above 127 becomes another character
    end = rest.find(b")", 1)
    if end < 0:
        return 1, b"$("
    name = rest[1:end].decode(errors="replace")
    return end + 1, variables.get(name, f"$({name})").encode()


VARIABLES = {"HOME": "/root", "": "empty", "A(": "odd", "$": "dollar"}


@given(st.text(st.sampled_from("$$$()HOMEA x\n'é€\U0001f600"), max_size=40) | st.text(max_size=60))
def test_escaped_text_survives_expansion(text: str) -> None:
    assert expand(escape(text), VARIABLES) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$HOME and ${HOME}", "$HOME and ${HOME}"),
        ("$(date)", "$$(date)"),
        ("$$(date)", "$$$$(date)"),
        ("kill $$", "kill $$$$"),
        ("price: 5$", "price: 5$"),
        ("$é", "$$é"),
        ("$(never closed", "$$(never closed"),
    ],
)
def test_only_what_would_be_changed_is_escaped(text: str, expected: str) -> None:
    assert escape(text) == expected
    assert expand(expected, VARIABLES) == text


def test_the_reference_expands_what_is_not_escaped() -> None:
    assert expand("$(HOME) $(NONE) $$ $x $é", VARIABLES) == "/root $(NONE) $ $x $Ã�"


def test_escape_all_keeps_the_order() -> None:
    assert escape_all(("a", "$(b)")) == ["a", "$$(b)"]
