"""The page of `top`."""

from kubecs.console import tasklist
from kubecs.console.overview import overview
from tests.unit.console import objects
from tests.unit.console.objects import NOW


def test_all_is_well() -> None:
    lines = [line.split() for line in overview([objects.service()], [], NOW).splitlines()]
    assert ["shop", "1", "1", "2", "2", "0"] in lines
    assert ["ROLLOUTS:", "none"] in lines


def test_what_is_stalled_comes_first_and_what_has_no_place_says_why() -> None:
    moving = objects.service("Reconciling", "Scaling", "1 of 2 tasks are running")
    stuck = objects.service("Stalled", "NotAllowed", "privileged")
    tasks = tasklist.collect([objects.unplaced()], [], [], NOW)
    text = overview([moving, stuck], tasks, NOW)
    assert text.index("Stalled") < text.index("Reconciling")
    assert "Insufficient cpu" in text


def test_more_than_fit_are_counted() -> None:
    moving = [objects.service("Reconciling", "Scaling") for _ in range(5)]
    assert "… and 3 more" in overview(moving, [], NOW, limit=2)
