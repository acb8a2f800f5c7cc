"""How late the event loop is: the one danger of a single-threaded operator that no other metric shows."""

import asyncio
from collections.abc import Callable
from typing import NoReturn

INTERVAL_SECONDS = 0.5


async def sample(observe: Callable[[float], None], interval: float = INTERVAL_SECONDS) -> NoReturn:
    """Observe, every `interval` seconds until cancelled, by how many seconds the loop woke this coroutine too late.

    The selector waits in whole milliseconds, so that an idle loop shows up to about 0.001.
    """
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + interval
        await asyncio.sleep(interval)
        observe(max(loop.time() - due, 0.0))
