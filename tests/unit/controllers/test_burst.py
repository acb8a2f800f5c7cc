"""What is told of task definitions waits while many of them come in, and never for long."""

from __future__ import annotations

import pytest

from kubecs.controllers.burst import FEW, LONGEST_SECONDS, QUIET_SECONDS, Burst
from kubecs.controllers.keys import Key

FAMILY = Key("ECSTaskDefinition", "team", "web")
REVISION = Key("ECSTaskDefinitionRevision", "team", "web.1")
GAP = QUIET_SECONDS / 4


class Course:
    """A burst whose clock is the test's."""

    def __init__(self) -> None:
        self.now = 100.0
        self.burst = Burst(lambda: self.now)

    def come(self, number: int, gap: float = GAP) -> None:
        for _ in range(number):
            self.now += gap
            self.burst.note()


@pytest.fixture
def course() -> Course:
    return Course()


def test_before_the_first_nothing_waits(course: Course) -> None:
    assert course.burst.wait_seconds(FAMILY) == 0


def test_few_are_told_of_at_once(course: Course) -> None:
    course.come(FEW)
    assert course.burst.wait_seconds(REVISION) == 0


def test_many_are_told_of_when_no_more_come(course: Course) -> None:
    course.come(FEW + 1)
    assert course.burst.wait_seconds(FAMILY) == course.burst.wait_seconds(REVISION) == pytest.approx(QUIET_SECONDS)
    course.now += GAP
    assert course.burst.wait_seconds(FAMILY) == pytest.approx(QUIET_SECONDS - GAP)
    course.come(1)
    assert course.burst.wait_seconds(FAMILY) == pytest.approx(QUIET_SECONDS)
    course.now += QUIET_SECONDS
    assert course.burst.wait_seconds(FAMILY) == 0


def test_other_kinds_never_wait(course: Course) -> None:
    course.come(FEW + 1)
    assert course.burst.wait_seconds(Key("ECSService", "team", "web")) == 0


def test_a_burst_without_end_holds_nothing_up_for_ever(course: Course) -> None:
    course.come(round(LONGEST_SECONDS / GAP) + 2)
    assert course.burst.wait_seconds(FAMILY) == 0


def test_after_a_pause_counting_begins_anew(course: Course) -> None:
    course.come(FEW + 1)
    course.come(FEW, gap=QUIET_SECONDS)
    assert course.burst.wait_seconds(FAMILY) == 0
