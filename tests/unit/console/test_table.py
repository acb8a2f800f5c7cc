"""Tables and ages."""

from datetime import UTC, datetime, timedelta

import pytest

from kubecs.console.table import age, table

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    text = table(("NAME", "N"), [("a-long-name", 1), (None, "two\nlines")])
    assert text.splitlines() == ["NAME          N", "a-long-name   1", "-             two lines"]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-5, "0s"), (0, "0s"), (59, "59s"), (60, "1m"), (119, "1m"), (3600, "1h"), (3660, "1h1m"), (90000, "1d1h")],
)
def test_ages(seconds: int, expected: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == expected


def test_no_age_without_a_time() -> None:
    assert age(None, NOW) is None
