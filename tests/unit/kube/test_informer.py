"""How long an informer waits before it knocks again, by what the API server says, or does not say."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from kubecs.kube.client import Page
from kubecs.kube.errors import ApiError, from_answer, unreachable
from kubecs.kube.informer import Informer, Scope
from kubecs.kube.resources import PODS
from kubecs.kube.store import Store

SILENT = unreachable("ConnectionError", "connection refused")
FORBIDDEN = from_answer(403, b'{"reason": "Forbidden", "code": 403}', None)
NOT_READY = from_answer(429, b'{"reason": "TooManyRequests", "code": 429}', "1")
UNAVAILABLE = from_answer(503, b"", None)


class Server:
    """Lists nothing, answers one watch after the other as told, then stays silent."""

    def __init__(self, *answers: ApiError | bytes) -> None:
        self.answers = list(answers)
        self.over = asyncio.Event()

    async def pages(self, *_: object, **__: object) -> AsyncIterator[Page]:
        yield Page([], "1")

    async def watch(self, *_: object, **__: object) -> AsyncIterator[list[bytes]]:
        if not self.answers:
            self.over.set()
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, ApiError):
            raise answer
        yield [answer]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[float]]:
    """The longest pauses that an informer can make after each of these answers."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(round(seconds, 2))

    async def live(*answers: ApiError | bytes) -> None:
        server: Any = Server(*answers)
        running = asyncio.create_task(Informer(server, Scope(PODS), Store(), lambda _: None).run())
        await server.over.wait()
        running.cancel()

    def run(*answers: ApiError | bytes) -> list[float]:
        found.clear()
        with monkeypatch.context() as patched:
            patched.setattr(asyncio, "sleep", sleep)
            patched.setattr(random, "random", lambda: 1.0)
            asyncio.run(live(*answers))
        return list(found)

    return run


def test_silence_is_asked_again_every_two_seconds(pauses: Callable[..., list[float]]) -> None:
    assert pauses(*[SILENT] * 7) == [0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0]


def test_a_server_that_is_not_ready_is_asked_when_it_says(pauses: Callable[..., list[float]]) -> None:
    assert pauses(*[NOT_READY] * 6) == [1.2, 1.4, 1.8, 2.6, 3.0, 3.0]
    assert pauses(*[UNAVAILABLE] * 6)[-1] == 2.0


def test_refusals_are_asked_less_and_less(pauses: Callable[..., list[float]]) -> None:
    assert pauses(*[FORBIDDEN] * 9) == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0]


def test_a_restart_of_the_server_is_not_held_against_its_first_refusals(pauses: Callable[..., list[float]]) -> None:
    """It is silent for long, then knows nobody's rights for a moment, then is not ready."""
    assert sum(pauses(*[SILENT] * 10, FORBIDDEN, FORBIDDEN, NOT_READY)[10:]) < 2


def test_an_event_ends_the_streak(pauses: Callable[..., list[float]]) -> None:
    bookmark = b'{"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "2"}}}'
    assert pauses(*[FORBIDDEN] * 6, bookmark, FORBIDDEN)[-1] == 0.2
