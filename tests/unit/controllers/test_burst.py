"""What is told of task definitions waits while many of them come in, and never for long."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kubecs.controllers.burst import FEW, LONGEST_SECONDS, QUIET_SECONDS, Burst
from kubecs.controllers.keys import Key
from kubecs.controllers.queue import Item, Priority
from tests.unit.controllers.objects import Told

FAMILY = Key("ECSTaskDefinition", "team", "web")
REVISION = Key("ECSTaskDefinitionRevision", "team", "web.1")
GAP = QUIET_SECONDS / 4


class Course:
    """A burst whose clock is the test's."""

    def __init__(self) -> None:
        self.now = 100.0
        self.told = Told()
        queue: Any = self.told
        self.burst = Burst(queue, lambda: self.now)

    def come(self, number: int, gap: float = GAP) -> None:
        for _ in range(number):
            self.now += gap
            self.burst.note()


@pytest.fixture
def course() -> Course:
    return Course()


def test_before_the_first_nothing_waits(course: Course) -> None:
    assert course.burst.lasts() == 0


def test_few_are_told_of_at_once(course: Course) -> None:
    course.come(FEW)
    assert course.burst.lasts() == 0


def test_the_burst_is_over_when_no_more_come(course: Course) -> None:
    course.come(FEW + 1)
    assert course.burst.lasts() == pytest.approx(QUIET_SECONDS)
    course.now += GAP
    assert course.burst.lasts() == pytest.approx(QUIET_SECONDS - GAP)
    course.come(1)
    assert course.burst.lasts() == pytest.approx(QUIET_SECONDS)
    course.now += QUIET_SECONDS
    assert course.burst.lasts() == 0


def test_a_burst_without_end_holds_nothing_up_for_ever(course: Course) -> None:
    course.come(round(LONGEST_SECONDS / GAP) + 2)
    assert course.burst.lasts() == 0


def test_after_a_pause_counting_begins_anew(course: Course) -> None:
    course.come(FEW + 1)
    course.come(FEW, gap=QUIET_SECONDS)
    assert course.burst.lasts() == 0


async def _holds(burst: Burst, key: Key, priority: Priority = Priority.REPORT) -> bool:
    return burst.holds(Item(key, 0.0, priority))


def test_only_what_is_told_of_task_definitions_waits(course: Course) -> None:
    course.come(FEW + 1)
    assert asyncio.run(_holds(course.burst, REVISION))
    assert not asyncio.run(_holds(course.burst, FAMILY, Priority.EVENT)), "it is to be registered"
    assert not asyncio.run(_holds(course.burst, Key("ECSService", "team", "web")))
    course.now += QUIET_SECONDS
    assert not asyncio.run(_holds(course.burst, REVISION))


def test_all_that_waits_is_asked_for_once_the_burst_is_over(course: Course) -> None:
    async def course_of_events() -> None:
        course.come(FEW + 1)
        assert course.burst.holds(Item(FAMILY, 0.0, Priority.REPORT))
        assert course.burst.holds(Item(REVISION, 0.0, Priority.REPORT))
        course.come(1)
        course.burst.release()
        assert course.told.now == {}, "one more has come"
        course.now += QUIET_SECONDS
        course.burst.release()

    asyncio.run(course_of_events())
    assert course.told.now == {FAMILY: Priority.REPORT, REVISION: Priority.REPORT}
    assert course.burst.held == set()
