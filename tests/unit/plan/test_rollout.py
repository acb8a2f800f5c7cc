"""Percents to integers, as ECS rounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.plan.rollout import Progress, bounds, bounds_of, progress


@pytest.mark.parametrize(
    ("desired", "minimum", "maximum", "surge", "unavailable", "blocked"),
    [
        (3, 100, 200, 3, 0, False),
        (10, 50, 100, 0, 5, False),
        (3, 50, 150, 1, 1, False),  # lower bound rounds up to 2, upper down to 4
        (1, 100, 200, 1, 0, False),
        (1, 50, 100, 1, 0, True),  # ceil(0.5) is 1: no room, but Kubernetes wants one of them above 0
        (1, 100, 150, 1, 0, True),
        (0, 100, 200, 1, 0, False),
        (4, 100, 100, 1, 0, True),
        (7, 0, 100, 0, 7, False),
    ],
)
def test_bounds(desired: int, minimum: int, maximum: int, surge: int, unavailable: int, blocked: bool) -> None:
    found = bounds(desired, minimum, maximum)
    assert (found.max_surge, found.max_unavailable, found.blocked) == (surge, unavailable, blocked)


@given(st.integers(0, 5000), st.integers(0, 100), st.integers(100, 200))
def test_a_deployment_never_leaves_ecs_bounds_unless_blocked(desired: int, minimum: int, maximum: int) -> None:
    found = bounds(desired, minimum, maximum)
    assert found.max_surge + found.max_unavailable > 0
    assert desired - found.max_unavailable >= found.lower
    if not found.blocked and desired:
        assert desired + found.max_surge <= found.upper
    assert found.lower * 100 >= desired * minimum > (found.lower - 1) * 100
    assert found.upper * 100 <= desired * maximum < (found.upper + 1) * 100


def test_defaults_are_those_of_a_replica_service() -> None:
    assert bounds_of({}, 4) == bounds(4, 100, 200)
    assert bounds_of({"schedulingStrategy": "DAEMON"}, 4) == bounds(4, 0, 100)
    configuration = {"minimumHealthyPercent": 50, "maximumPercent": 100}
    assert bounds_of({"deploymentConfiguration": configuration}, 4) == bounds(4, 50, 100)


def test_a_deployment_is_complete_only_when_it_was_observed() -> None:
    live = {
        "metadata": {"generation": 2},
        "status": {"observedGeneration": 2, "updatedReplicas": 3, "availableReplicas": 3, "replicas": 3},
    }
    assert progress(live).complete(3)
    assert not progress(live).complete(4)
    assert not progress({**live, "metadata": {"generation": 3}}).complete(3)
    assert not progress(None).complete(0)
    assert not Progress(observed=True, updated=3, available=3, total=4).complete(3)
