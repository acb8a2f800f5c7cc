"""Ids of deployments: newer than the one before, and for a service's first the same for all who decide at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kubecs.ecs.values import deployment_id, deployment_started_ms
from kubecs.plan.deploymentid import FRESH, began, first_deployment_id, next_deployment_id
from kubecs.plan.snapshot import Manifest
from kubecs.plan.timestamps import rfc3339
from tests.unit.plan.services import NOW, deployed

MOMENT = timedelta(milliseconds=1)


def at(moment: datetime, uid: str = "uid-1") -> Manifest:
    """A service that was made then."""
    return {"metadata": {"creationTimestamp": rfc3339(moment), "uid": uid}}


def known(moment: datetime) -> Manifest:
    """A task definition that was registered then."""
    return {"metadata": {"creationTimestamp": rfc3339(moment)}}


def test_two_who_decide_on_the_first_at_once_decide_the_same() -> None:
    found, resolution = at(NOW), known(NOW - timedelta(hours=1))
    first = first_deployment_id(found, resolution, NOW + 30 * MOMENT)
    assert first == first_deployment_id(found, resolution, NOW + 1_900 * MOMENT)
    assert timedelta() <= began(first) - NOW < timedelta(seconds=1)
    assert first != first_deployment_id(at(NOW, "uid-2"), resolution, NOW), "ids are of one service each"


def test_what_came_last_is_what_it_waited_for() -> None:
    found, resolution = at(NOW - timedelta(hours=1)), known(NOW)
    assert timedelta() <= began(first_deployment_id(found, resolution, NOW + MOMENT)) - NOW < timedelta(seconds=1)


@pytest.mark.parametrize("since", [FRESH, -timedelta(seconds=1)])
def test_else_it_is_the_time_of_the_decision(since: timedelta) -> None:
    found = first_deployment_id(at(NOW), known(NOW), NOW + since)
    assert began(found) == NOW + since


def test_a_later_one_is_newer_by_whatever_clock() -> None:
    (held,) = deployed().service_revisions
    before = deployment_started_ms(held["data"]["deploymentId"])
    ahead = {**held, "data": held["data"] | {"deploymentId": deployment_id(before + 400)}}
    at_once = next_deployment_id(ahead, began(held["data"]["deploymentId"]))
    assert deployment_started_ms(at_once) == before + 401
    later = next_deployment_id(held, NOW + timedelta(minutes=1))
    assert began(later) == NOW + timedelta(minutes=1)
