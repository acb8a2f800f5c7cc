from datetime import timedelta

import pytest

from kubecs.plan import conditions
from kubecs.plan.conditions import Condition, set_conditions
from kubecs.plan.timestamps import maybe, parse, rfc3339
from tests.unit.plan.pods import NOW, at

EARLIER = {"type": "Ready", "status": "True", "reason": "Old", "message": "", "lastTransitionTime": at(0)}


def test_the_transition_time_moves_only_with_the_status() -> None:
    same = set_conditions([EARLIER], [Condition("Ready", "True", "New", "text")], 4, NOW)
    assert same == [
        {
            "type": "Ready",
            "status": "True",
            "reason": "New",
            "message": "text",
            "lastTransitionTime": at(0),
            "observedGeneration": 4,
        }
    ]
    changed = set_conditions([EARLIER], [Condition("Ready", "False", "New")], 4, NOW)
    assert changed[0]["lastTransitionTime"] == rfc3339(NOW)


def test_the_order_is_that_of_what_is_wanted_and_the_rest_goes() -> None:
    stored = [EARLIER, EARLIER | {"type": "Gone"}]
    wanted = [Condition("Zeta", "True", "A"), Condition("Ready", "True", "A")]
    assert [each["type"] for each in set_conditions(stored, wanted, 1, NOW)] == ["Zeta", "Ready"]


def test_nothing_changes_when_nothing_changed() -> None:
    wanted = conditions.reconciling("Waiting", "for it")
    once = set_conditions([], wanted, 1, NOW)
    assert set_conditions(once, wanted, 1, NOW + timedelta(hours=1)) == once


@pytest.mark.parametrize(
    ("triple", "statuses"),
    [
        (conditions.ready, ("True", "False", "False")),
        (conditions.reconciling, ("False", "True", "False")),
        (conditions.stalled, ("False", "False", "True")),
    ],
)
def test_the_triple(triple, statuses) -> None:
    found = triple("Why", "text")
    assert [each.type for each in found] == ["Ready", "Reconciling", "Stalled"]
    assert tuple(each.status for each in found) == statuses
    assert {each.reason for each in found} == {"Why"}


def test_a_long_message_is_cut() -> None:
    written = set_conditions([], [Condition("Ready", "True", "A", "x" * 5000)], 1, NOW)
    assert len(written[0]["message"]) == conditions.MESSAGE_LIMIT
    assert written[0]["message"].endswith("…")


def test_since_reads_the_age_of_a_status() -> None:
    assert conditions.since([EARLIER], "Ready") == parse(at(0))
    assert conditions.since([EARLIER], "Ready", "False") is None
    assert conditions.since([], "Ready") is None


def test_a_refusal_is_announced_once() -> None:
    wanted = conditions.stalled("Bad", "text")
    events = conditions.announced([], wanted)
    assert [(each.type, each.reason, each.message) for each in events] == [("Warning", "Bad", "text")]
    assert conditions.announced(set_conditions([], wanted, 1, NOW), wanted) == ()
    assert conditions.announced(set_conditions([], wanted, 1, NOW), conditions.stalled("Bad", "other"))


def test_timestamps_are_utc_in_whole_seconds() -> None:
    assert rfc3339(parse("2026-01-02T05:04:05.987654+02:00")) == "2026-01-02T03:04:05Z"
    assert maybe("") is None
    with pytest.raises(ValueError, match="zone"):
        parse("2026-01-02T03:04:05")
