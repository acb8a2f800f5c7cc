"""The engine outlives every error of a reconciler; what each error leads to is seen on the API server's tests."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from kubecs.controllers.engine import Engine
from kubecs.controllers.keys import Key
from kubecs.controllers.queue import Queue
from kubecs.kube.errors import ApiError, Conflict, Forbidden, NamespaceEnding, Unavailable
from kubecs.metrics.registry import Metrics
from kubecs.plan.actions import Plan
from tests.unit.controllers.objects import NAMESPACE, Seen

KEY = Key("ECSService", NAMESPACE, "web")


class Breaking:
    """A reconciler that raises what it is given, and, asked what to say of a refusal, raises too."""

    kind = "ECSService"

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.looks = 0

    def plan(self, key: Key, now: datetime) -> Plan | None:
        assert key == KEY
        assert now.tzinfo is not None
        self.looks += 1
        raise self.error

    def refused(self, key: Key, error: ApiError, now: datetime) -> Plan | None:
        raise LookupError(f"{key} {error} {now}")


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (Forbidden(403, "Forbidden", "no"), "error"),
        (NamespaceEnding(403, "Forbidden", "it ends"), "error"),
        (Conflict(409, "Conflict", "old"), "requeue"),
        (Unavailable(503, "Unavailable", "away"), "error"),
        (KeyError("spec"), "error"),
    ],
)
async def test_a_worker_goes_on_after_any_error(error: Exception, result: str) -> None:
    queue: Queue[Key] = Queue()
    metrics, nothing, reconciler = Metrics("test"), None, Breaking(error)
    unused: Any = nothing
    engine = Engine(unused, Seen().cache, queue, unused, metrics, may_write=lambda: True, puts_off=lambda _: False)
    engine.reconcile_with([reconciler])
    running = asyncio.create_task(engine.run(1))
    queue.add(KEY)
    async with asyncio.timeout(10):
        while reconciler.looks < 2:  # the second look comes from the back-off
            await asyncio.sleep(0)
            assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    queue.close()
    counted = metrics.counter("ecs_operator_reconcile_total", controller="ECSService", result=result)
    assert counted._value.get() >= 1
