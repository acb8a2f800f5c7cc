"""How long kopf has been deaf: it ends, is started again, and ends again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from kubecs.controllers import watches
from kubecs.controllers.watches import LASTING_SECONDS, KindMissed, Watches
from kubecs.kube.errors import ApiError, Unavailable
from kubecs.kube.resources import ECS_SERVICES, Resource

Lived = tuple[Watches, Callable[[float], None], list[float]]  # what lets time pass, and the pauses between lives


async def _lived(lives: list[float], monkeypatch: pytest.MonkeyPatch) -> Lived:
    """Watches whose kopf has lived for so many seconds each time, and lives now."""
    now = [100.0]
    left, alive = list(lives), asyncio.Event()

    async def once(_: Watches) -> BaseException:
        if not left:
            alive.set()
            await asyncio.Event().wait()
        now[0] += left.pop(0)
        return RuntimeError("ended")

    nothing: Any = None
    monkeypatch.setattr(Watches, "_once", once)
    paused: list[float] = []

    async def sleep(seconds: float) -> None:
        paused.append(seconds)

    monkeypatch.setattr(watches.asyncio, "sleep", sleep)
    monkeypatch.setattr(watches.random, "random", lambda: 1.0)
    made = Watches(nothing, (), nothing, nothing, nothing, clock=lambda: now[0])
    task = asyncio.create_task(made.run())
    await alive.wait()
    task.cancel()

    def passes(seconds: float) -> None:
        now[0] += seconds

    return made, passes, paused


async def test_short_lives_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    made, passes, paused = await _lived([10, 20, 30], monkeypatch)
    assert paused == [0.2, 0.4, 0.8]
    assert made.deaf_seconds() == 60
    passes(LASTING_SECONDS + 1)
    assert made.deaf_seconds() == 0  # this time it lasts


async def test_a_long_life_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    made, passes, paused = await _lived([10, LASTING_SECONDS + 1, 5], monkeypatch)
    assert paused == [0.2, 0.2, 0.4]
    passes(2)
    assert made.deaf_seconds() == 5 + 2


async def test_a_run_that_misses_a_kind_ends_when_the_api_server_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[bool | ApiError] = [False, Unavailable(503, "Unavailable", "no"), False, True]
    asked: list[str] = []

    class Run:
        """Stands for a run of kopf, which ends only when it is told to."""

        def __init__(self, _: Watches, home: asyncio.AbstractEventLoop) -> None:
            self.ended: asyncio.Future[BaseException | None] = home.create_future()

        def start(self) -> None:
            assert not asked

        def left_out(self) -> list[Resource]:
            return [ECS_SERVICES]

        def cancel(self) -> None:
            self.ended.set_result(None)

    async def serves(resource: Resource) -> bool:
        asked.append(resource.plural)
        answer = answers.pop(0)
        if isinstance(answer, ApiError):
            raise answer
        return answer

    nothing: Any = None
    monkeypatch.setattr(watches, "Life", Run)
    monkeypatch.setattr(watches, "LOOK_SECONDS", 0.0)
    error = await Watches(nothing, (), nothing, nothing, serves)._once()
    assert isinstance(error, KindMissed)
    assert asked == ["ecsservices"] * 4
