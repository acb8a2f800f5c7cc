"""What the probes say of one replica."""

import time
from typing import Any

import pytest

from kubecs.controllers import http, resources, watches
from kubecs.controllers.keys import Key
from kubecs.controllers.operator import (
    EVENTS_SECONDS,
    PARTS_SECONDS,
    SILENT_SECONDS,
    STUCK_SECONDS,
    Operator,
    Options,
)
from kubecs.kube import lease
from kubecs.plan.settings import Settings


@pytest.fixture
async def replica() -> Operator:
    """A replica that was put together and does not run: it has no API server."""
    options = Options(
        kubeconfig=None,
        namespace=None,
        bind_address="127.0.0.1",
        health_port=0,
        metrics_port=0,
        workers=1,
        lease_namespace="kubecs-system",
        lease_name="test",
        settings=Settings(),
        version="test",
    )
    nowhere: Any = None
    return Operator(options, nowhere)


def _silent_for(replica: Operator, seconds: float, *plurals: str) -> None:
    for informer in replica._informers:
        if not plurals or informer.scope.resource.plural in plurals:
            informer.last_activity = time.monotonic() - seconds


def test_the_stages_of_the_end_take_less_than_five_seconds_together() -> None:
    assert watches.END_SECONDS < PARTS_SECONDS
    assert PARTS_SECONDS + lease.RELEASE_SECONDS + EVENTS_SECONDS + 2 * http.SHUTDOWN_SECONDS < 5


async def test_alive_while_every_watch_gives_signs_of_life(replica: Operator) -> None:
    _silent_for(replica, SILENT_SECONDS - 10)
    assert replica.healthz() == (True, "ok")


async def test_a_silent_watch_is_named(replica: Operator) -> None:
    _silent_for(replica, SILENT_SECONDS + 1, "pods", "nodes")
    assert replica.healthz() == (False, "no sign of life from the watches of pods, nodes")


async def test_a_stuck_reconcile_is_an_illness(replica: Operator) -> None:
    replica._queue.add(Key("ECSService", "shop", "web"))
    item = await replica._queue.get()
    assert replica.healthz() == (True, "ok")
    replica._queue._working[item.key] -= STUCK_SECONDS + 1
    assert replica.healthz() == (False, "a reconcile is stuck")
    replica._queue.done(item.key)
    assert replica.healthz() == (True, "ok")


async def test_ready_when_every_list_is_there_whether_leading_or_not(replica: Operator) -> None:
    ready, said = replica.readyz()
    assert not ready
    assert said.startswith("waiting for the lists of pods, replicasets, deployments")
    for informer in replica._informers:
        informer.synced.set()
    assert replica.readyz() == (False, "waiting for the lists of our own kinds")
    replica._standing.synced = True
    assert replica.readyz() == (True, "standby")
    replica._set_leading(leading=True)
    assert replica.readyz() == (True, "leading")
    assert b"ecs_operator_leader 1.0" in replica._metrics.render()


def test_what_belongs_to_no_namespace_is_not_watched_where_one_is_served() -> None:
    everything = {each.resource.kind for each in resources.informed(None)}
    assert everything - {each.resource.kind for each in resources.informed("shop")} == {"Node"}


async def test_kopf_that_does_not_stay_up_is_an_illness(replica: Operator) -> None:
    replica._deaf_seconds = lambda: SILENT_SECONDS + 1
    assert replica.healthz() == (False, "kopf, which watches our own kinds, ends again and again")
