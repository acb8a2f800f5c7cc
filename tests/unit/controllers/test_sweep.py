"""The sweep finds what kopf lost, says so, and does not give up."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from kubecs.controllers import sweep
from kubecs.controllers.sweep import Sweeper
from kubecs.kube.client import Page
from kubecs.kube.errors import ApiError, Forbidden
from kubecs.kube.resources import ECS_CLUSTERS, ECS_SERVICES
from kubecs.kube.retry import Backoff
from kubecs.metrics.registry import Metrics
from tests.unit.controllers.objects import Seen, obj, service

DRIFT = "ecs_operator_cache_drift_total"


@dataclass
class Server:
    """Stands for the client: lists what it holds, as often as it is asked."""

    version: int = 10
    held: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refuses: list[ApiError] = field(default_factory=list)
    cut: ApiError | None = None
    lists: list[str] = field(default_factory=list)
    asked: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def pages(self, resource: Any, namespace: str | None) -> AsyncIterator[Page]:
        assert namespace is None
        self.lists.append(resource.kind)
        async with self.asked:
            self.asked.notify_all()
        if self.refuses:
            raise self.refuses.pop()
        yield Page(self.held.get(resource.kind, []), str(self.version))
        if self.cut is not None:
            error, self.cut = self.cut, None
            raise error


@dataclass
class Stage:
    server: Server
    seen: Seen
    metrics: Metrics
    sweeper: Sweeper

    def drift(self, resource: str, kind: str) -> float:
        return float(self.metrics.counter(DRIFT, resource=resource, kind=kind)._value.get())

    async def until(self, count: int) -> None:
        """Runs the sweeper until the server was asked so often."""
        running = asyncio.create_task(self.sweeper.run())
        async with asyncio.timeout(10), self.server.asked:
            await self.server.asked.wait_for(lambda: len(self.server.lists) >= count)
        for _ in range(5):  # turns of the event loop in which the list is taken in
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(sweep, "SOON_SECONDS", 0.0)
    monkeypatch.setattr(Backoff, "delay", lambda *_: 0.0)
    server, seen, metrics = Server(), Seen(), Metrics("test")
    client: Any = server
    return Stage(server, seen, metrics, Sweeper(client, seen.cache, metrics, (ECS_SERVICES, ECS_CLUSTERS), None))


async def test_the_first_list_is_news_and_no_drift(stage: Stage) -> None:
    stage.server.held = {"ECSService": [service()], "ECSCluster": [obj("ECSCluster", "shop", spec={})]}
    await stage.sweeper.fill()
    assert sorted(kind for kind, _ in stage.seen.changes) == ["ECSCluster", "ECSService"]
    assert stage.drift("ecsservices", "missed_update") == 0


async def test_the_first_list_is_tried_until_it_comes(stage: Stage) -> None:
    stage.server.refuses = [Forbidden(403, "Forbidden", "not yet bound")] * 3
    stage.server.held = {"ECSService": [service()]}
    await stage.sweeper.fill()
    assert len(stage.server.lists) == 5
    assert stage.seen.cache.holds("ECSService", "shop", "web")


async def test_what_a_list_has_shown_is_told_though_its_end_never_came(stage: Stage) -> None:
    stage.server.held = {"ECSService": [service("first")]}
    stage.server.cut = Forbidden(403, "Forbidden", "cut between two pages")
    stage.sweeper.ask("ECSService")
    await stage.until(2)
    assert [change.name for _, change in stage.seen.changes] == ["first"]
    assert stage.drift("ecsservices", "missed_update") == 1


async def test_what_kopf_lost_is_found(stage: Stage) -> None:
    for version, name in ((1, "stays"), (2, "went"), (3, "changed")):
        stage.seen.keys("ADDED", service(name, version))
    stage.server.held = {"ECSService": [service("stays", 1), service("changed", 8), service("came", 9)]}
    stage.sweeper.ask("ECSService")
    await stage.until(1)
    assert {name for _, name in stage.seen.cache.keys("ECSService")} == {"stays", "changed", "came"}
    assert stage.drift("ecsservices", "missed_delete") == 1
    assert stage.drift("ecsservices", "missed_update") == 2
    assert stage.server.lists == ["ECSService"]


async def test_an_object_newer_than_the_list_is_not_taken_for_deleted(stage: Stage) -> None:
    stage.seen.keys("ADDED", service("made-meanwhile", 11))
    stage.sweeper.ask("ECSService")
    await stage.until(1)
    assert stage.seen.cache.holds("ECSService", "shop", "made-meanwhile")
    assert stage.drift("ecsservices", "missed_delete") == 0


async def test_what_cannot_be_listed_is_asked_for_again(stage: Stage) -> None:
    stage.seen.keys("ADDED", service("went", 1))
    stage.server.refuses = [Forbidden(403, "Forbidden", "no")] * 2
    stage.sweeper.ask("ECSService")
    await stage.until(3)
    assert not stage.seen.cache.holds("ECSService", "shop", "went")


async def test_what_cannot_be_listed_is_asked_for_less_and_less(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[int] = []

    def noted(_: Backoff, attempt: int, *__: object) -> float:
        attempts.append(attempt)
        return 0.0

    monkeypatch.setattr(Backoff, "delay", noted)
    stage.server.refuses = [Forbidden(403, "Forbidden", "no")] * 3
    stage.sweeper.ask("ECSService")
    await stage.until(4)
    stage.server.refuses = [Forbidden(403, "Forbidden", "no")]
    stage.sweeper.ask("ECSService")
    await stage.until(6)
    assert attempts == [0, 1, 2, 0]


async def test_all_kinds_are_swept_now_and_then(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "INTERVAL_SECONDS", 0.001)
    await stage.until(2)
    assert set(stage.server.lists) == {"ECSService", "ECSCluster"}
