"""The status writer: the smallest patch, on condition of what was read, and not too often."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from kubecs.controllers.cache import Cache
from kubecs.controllers.keys import Key
from kubecs.controllers.status import SHORTEST_INTERVAL, StatusWriter
from kubecs.kube.errors import Conflict
from tests.unit.controllers.objects import NAMESPACE, service

KEY = Key("ECSService", NAMESPACE, "web")
PAUSE = SHORTEST_INTERVAL["ECSService"]


@dataclass
class Server:
    """Stands for the client: answers patches, and keeps their bodies."""

    refuses: Exception | None = None
    bodies: list[Any] = field(default_factory=list)

    async def patch(self, resource: Any, namespace: str, name: str, body: Any, subresource: str) -> dict[str, Any]:
        assert (resource.plural, namespace, name, subresource) == ("ecsservices", NAMESPACE, "web", "status")
        if self.refuses is not None:
            raise self.refuses
        self.bodies.append(body)
        return _stored(int(body["metadata"]["resourceVersion"]) + 1, body["status"])


def _stored(version: int, status: dict[str, Any]) -> dict[str, Any]:
    stored = service("web", version)
    stored |= {"apiVersion": "kubecs.dev/v1alpha1", "status": status}
    return stored


@dataclass
class Stage:
    now: float
    server: Server
    cache: Cache
    writer: StatusWriter


@pytest.fixture
def stage() -> Stage:
    cache, server = Cache(lambda *_: None, lambda *_: None), Server()
    client: Any = server
    cache.observe("ECSService", "ADDED", _stored(1, {"runningCount": 1, "pendingCount": 2}))
    made = Stage(100.0, server, cache, StatusWriter(client, cache))
    made.writer = StatusWriter(client, cache, clock=lambda: made.now)
    return made


async def _write(stage: Stage, status: dict[str, Any]) -> None:
    await stage.writer.write(KEY, stage.writer.difference(KEY, status))


async def test_only_what_differs_is_written_on_condition_of_what_was_read(stage: Stage) -> None:
    await _write(stage, {"runningCount": 3, "pendingCount": 2, "status": "ACTIVE"})
    assert stage.server.bodies == [
        {"metadata": {"resourceVersion": "1"}, "status": {"runningCount": 3, "status": "ACTIVE"}}
    ]


def test_nothing_is_written_when_it_reads_as_wanted_or_the_object_is_gone(stage: Stage) -> None:
    assert stage.writer.difference(KEY, {"runningCount": 1, "pendingCount": 2}) == {}
    assert stage.writer.difference(KEY._replace(name="gone"), {"runningCount": 1}) == {}


async def test_the_answer_is_in_the_cache_at_once(stage: Stage) -> None:
    await _write(stage, {"runningCount": 3, "pendingCount": 2})
    assert stage.cache.stores["ECSService"].entry(NAMESPACE, "web").resource_version == 2  # type: ignore[union-attr]


async def test_writes_of_one_object_keep_their_distance(stage: Stage) -> None:
    assert stage.writer.wait_seconds(KEY) == 0
    await _write(stage, {"runningCount": 3})
    assert stage.writer.wait_seconds(KEY) == pytest.approx(PAUSE)
    stage.now += PAUSE / 2
    assert stage.writer.wait_seconds(KEY) == pytest.approx(PAUSE / 2)
    assert stage.writer.wait_seconds(KEY._replace(name="another")) == 0
    stage.now += PAUSE
    assert stage.writer.wait_seconds(KEY) == 0


def _ready(status: str) -> dict[str, Any]:
    return {"conditions": [{"type": "Ready", "status": status}]}


async def test_what_is_waited_for_is_written_at_once(stage: Stage) -> None:
    await _write(stage, {"runningCount": 3, **_ready("False")})
    assert stage.writer.turns(KEY, _ready("True"))
    assert stage.writer.turns(KEY, {"conditions": [{"type": "Stalled", "status": "True"}]})
    assert not stage.writer.turns(KEY, _ready("False"))
    assert not stage.writer.turns(KEY, {"runningCount": 4})
    assert stage.writer.wait_seconds(KEY, awaited=True) == 0


@pytest.mark.parametrize(("awaited", "most"), [(False, 3), (True, 4)])
async def test_only_so_many_writes_a_second(stage: Stage, awaited: bool, most: int) -> None:
    began, end, writes = stage.now, stage.now + 10.0, 0
    while stage.now < end:
        wait = stage.writer.wait_seconds(KEY, awaited=awaited)
        if wait == 0:
            await _write(stage, {"runningCount": writes + 10})
            writes += 1
        stage.now += wait or 0.001
    assert writes == pytest.approx(most * (end - began), abs=most)


async def test_a_refused_write_counts_too(stage: Stage) -> None:
    stage.server.refuses = Conflict(409, "Conflict", "the object has been modified")
    with pytest.raises(Conflict):
        await _write(stage, {"runningCount": 3})
    assert stage.writer.wait_seconds(KEY) == pytest.approx(PAUSE)


async def test_what_is_gone_is_forgotten(stage: Stage) -> None:
    await _write(stage, {"runningCount": 3})
    stage.writer.forget(KEY)
    assert stage.writer.wait_seconds(KEY) == 0
    await stage.writer.write(KEY._replace(name="gone"), {"runningCount": 1})
    assert len(stage.server.bodies) == 1
