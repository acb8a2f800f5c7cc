"""When a Lease may be taken: by the candidate's own clock, counted from the last change that it saw."""

from typing import Any

import pytest

from kubecs.kube.lease import Record, Timing


def lease(holder: str | None, version: str = "1", duration: int | None = 10, **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"resourceVersion": version, "annotations": {"mark": version}},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": duration, **spec},
    }


def test_a_held_lease_is_free_only_after_its_duration_without_a_change() -> None:
    first = Record.of(lease("a", "1"), now=100.0)
    again = first.seen_again(Record.of(lease("a", "1"), now=109.0))
    assert not again.free_for("b", 109.9)
    assert again.free_for("b", 110.0)
    renewed = again.seen_again(Record.of(lease("a", "2"), now=109.5))
    assert not renewed.free_for("b", 119.4)
    assert renewed.free_for("b", 119.5)


def test_the_holder_itself_and_a_released_lease() -> None:
    assert Record.of(lease("a"), now=0).free_for("a", 1)
    assert Record.of(lease(""), now=0).free_for("b", 0)
    assert Record.of(lease(None), now=0).free_for("b", 0)


def test_the_foreign_clock_is_never_looked_at() -> None:
    ancient = Record.of(lease("a", renewTime="1999-01-01T00:00:00.000000Z"), now=50)
    assert not ancient.free_for("b", 59)


def test_what_a_lease_says() -> None:
    record = Record.of(lease("a", "7", leaseTransitions=3), now=1)
    assert (record.transitions, record.annotations, record.duration) == (3, {"mark": "7"}, 10)
    empty = Record.of({"metadata": {"resourceVersion": "1"}}, now=1)
    assert (empty.holder, empty.transitions, empty.duration) == ("", 0, 0)


def test_timing_must_leave_room() -> None:
    assert Timing().attempt == 2.5
    with pytest.raises(ValueError, match="before"):
        Timing(duration=5, renew=2, give_up=7)
    with pytest.raises(ValueError, match="before"):
        Timing(duration=10, renew=7, give_up=7)
