"""Rollouts: how they stand, what there was, the way back."""

import pytest

from kubecs.console import rollouts
from kubecs.console.rollouts import NoRevisionError, Standing
from tests.unit.console import objects
from tests.unit.console.objects import NOW

REVISIONS = [objects.revision(1, "web:1"), objects.revision(2, "web:2"), objects.revision(3, "web:2")]


def test_standing() -> None:
    assert rollouts.standing(objects.service()) == Standing(
        ended=True, succeeded=True, text="shop.web: rolled out web:2, 2 of 2 tasks are running"
    )
    stalled = rollouts.standing(objects.service("Stalled", "NotAllowed", "privileged"))
    assert (stalled.ended, stalled.succeeded) == (True, False)
    assert "NotAllowed: privileged" in stalled.text
    assert not rollouts.standing(objects.service("Reconciling", "DeploymentInProgress")).ended


def test_an_answer_about_an_older_spec_is_none() -> None:
    stand = rollouts.standing(objects.service(observedGeneration=0))
    assert not stand.ended
    assert "waiting for the operator" in stand.text


def test_history_is_newest_first_with_the_state_of_those_that_live() -> None:
    rows = rollouts.history(objects.service(), REVISIONS, NOW)
    assert rows == [
        (3, "web:2", "ecs-svc/3", None, None, "1h10m"),
        (2, "web:2", "ecs-svc/2", "PRIMARY COMPLETED", 2, "1h10m"),
        (1, "web:1", "ecs-svc/1", None, None, "1h10m"),
    ]


def test_the_way_back_passes_restarts_and_says_that_the_family_is_left() -> None:
    back = rollouts.way_back(objects.service(), REVISIONS, None)
    assert (back.number, back.task_definition, back.unchanged) == (1, "web:1", False)
    assert back.notes == ("the service no longer follows the family web: write spec.taskDefinition again for that",)


def test_what_stays_as_it_is_now_is_named() -> None:
    then = objects.revision(1, "web:1", launchType="FARGATE")
    back = rollouts.way_back(objects.service(), [then, REVISIONS[1]], 1)
    assert "kept as they are now, though that revision had others: launchType" in back.notes


def test_back_to_what_is_there_already() -> None:
    service = objects.service()
    service["spec"]["taskDefinition"] = "web:1"
    assert rollouts.way_back(service, REVISIONS, 1).unchanged


@pytest.mark.parametrize(("number", "words"), [(9, "no revision 9; there are 1, 2, 3"), (0, "no revision 0")])
def test_a_revision_that_is_not_kept(number: int, words: str) -> None:
    with pytest.raises(NoRevisionError, match=words):
        rollouts.way_back(objects.service(), REVISIONS, number)


def test_nothing_to_go_back_to() -> None:
    for revisions in ([], REVISIONS[1:]):
        with pytest.raises(NoRevisionError, match="no earlier revision"):
            rollouts.way_back(objects.service(), revisions, None)
