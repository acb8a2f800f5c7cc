"""Ids of deployments: newer than the one before, and for a service's first the same for all who decide at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kubecs.ecs.values import deployment_id, deployment_started_ms
from kubecs.plan.deploymentid import FRESH, began, next_deployment_id
from kubecs.plan.references import Resolved
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.timestamps import rfc3339
from tests.unit.plan.services import NOW, deployed, revision, snapshot

MOMENT = timedelta(milliseconds=1)


def at(moment: Any, uid: str = "uid-1") -> ServiceSnapshot:
    """A service that was made then, and has no deployment yet."""
    found = snapshot()
    metadata = found.service["metadata"] | {"creationTimestamp": rfc3339(moment), "uid": uid}
    return replace(found, service={**found.service, "metadata": metadata})


def known(moment: Any) -> Resolved:
    made = revision(1)
    return Resolved({**made, "metadata": {**made["metadata"], "creationTimestamp": rfc3339(moment)}})


def test_two_who_decide_on_the_first_at_once_decide_the_same() -> None:
    found, resolution = at(NOW), known(NOW - timedelta(hours=1))
    first = next_deployment_id(found, NOW + 30 * MOMENT, resolution)
    assert first == next_deployment_id(found, NOW + 1_900 * MOMENT, resolution)
    assert timedelta() <= began(first) - NOW < timedelta(seconds=1)
    assert first != next_deployment_id(at(NOW, "uid-2"), NOW, resolution), "ids are of one service each"


def test_what_came_last_is_what_it_waited_for() -> None:
    found, resolution = at(NOW - timedelta(hours=1)), known(NOW)
    assert timedelta() <= began(next_deployment_id(found, NOW + MOMENT, resolution)) - NOW < timedelta(seconds=1)


@pytest.mark.parametrize("since", [FRESH, -timedelta(seconds=1)])
def test_else_it_is_the_time_of_the_decision(since: timedelta) -> None:
    found = next_deployment_id(at(NOW), NOW + since, known(NOW))
    assert began(found) == NOW + since


def test_a_later_one_is_newer_by_whatever_clock() -> None:
    found = deployed()
    (held,) = found.service_revisions
    before = deployment_started_ms(held["data"]["deploymentId"])
    ahead = {**held, "data": held["data"] | {"deploymentId": deployment_id(before + 400)}}
    at_once = next_deployment_id(replace(found, service_revisions=(ahead,)), began(held["data"]["deploymentId"]))
    assert deployment_started_ms(at_once) == before + 401
    later = next_deployment_id(found, NOW + timedelta(minutes=1))
    assert began(later) == NOW + timedelta(minutes=1)
