"""How long kopf has been deaf: it ends, is started again, and ends again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from kubecs.controllers import watches
from kubecs.controllers.watches import LASTING_SECONDS, Watches


async def _lived(lives: list[float], monkeypatch: pytest.MonkeyPatch) -> tuple[Watches, Callable[[float], None]]:
    """Watches whose kopf has lived for so many seconds each time, and lives now; and what lets time pass."""
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
    monkeypatch.setattr(watches, "EndlessBackoffs", lambda: iter([0.0] * (len(lives) + 1)))
    made = Watches(nothing, (), nothing, nothing, clock=lambda: now[0])
    task = asyncio.create_task(made.run())
    await alive.wait()
    task.cancel()

    def passes(seconds: float) -> None:
        now[0] += seconds

    return made, passes


async def test_short_lives_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    made, passes = await _lived([10, 20, 30], monkeypatch)
    assert made.deaf_seconds() == 60
    passes(LASTING_SECONDS + 1)
    assert made.deaf_seconds() == 0  # this time it lasts


async def test_a_long_life_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    made, passes = await _lived([10, LASTING_SECONDS + 1, 5], monkeypatch)
    passes(2)
    assert made.deaf_seconds() == 5 + 2
