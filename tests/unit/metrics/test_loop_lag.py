"""The sampler sees a blocked loop."""

import asyncio
import time

import pytest

from kubecs.metrics.loop_lag import sample


async def test_a_blocked_loop_is_seen() -> None:
    seen: asyncio.Queue[float] = asyncio.Queue()
    sampler = asyncio.create_task(sample(seen.put_nowait, interval=0.001))
    await seen.get()  # it runs
    time.sleep(0.1)  # noqa: ASYNC251 - the very thing that must not happen
    assert await seen.get() >= 0.09
    sampler.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sampler


async def test_lag_is_never_negative() -> None:
    seen: asyncio.Queue[float] = asyncio.Queue()
    sampler = asyncio.create_task(sample(seen.put_nowait, interval=0.0))
    assert min([await seen.get() for _ in range(50)]) >= 0
    sampler.cancel()
