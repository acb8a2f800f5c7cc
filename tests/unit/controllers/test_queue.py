"""The work queue: each key once, never two workers for one key, events first."""

import asyncio
from collections import Counter

import pytest

from kubecs.controllers.queue import FAIR_TURN, LONGEST_BACKOFF_SECONDS, REPORTS_AT_ONCE, Priority, Queue


async def take(queue: Queue[str]) -> str:
    async with asyncio.timeout(5):
        return (await queue.get()).key


async def drained(queue: Queue[str]) -> None:
    """Let the workers run until nothing waits and nothing is in work."""
    for _ in range(100_000):
        if not len(queue) and not queue.working:
            return
        await asyncio.sleep(0)
    pytest.fail("the queue never ran empty")


async def test_a_key_waits_once() -> None:
    queue: Queue[str] = Queue()
    for _ in range(3):
        queue.add("a")
    assert await take(queue) == "a"
    queue.done("a")
    assert len(queue) == 0


async def test_a_key_added_while_worked_on_comes_again_afterwards() -> None:
    queue: Queue[str] = Queue()
    queue.add("a")
    assert await take(queue) == "a"
    queue.add("a")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await queue.get()
    queue.done("a")
    assert await take(queue) == "a"


async def test_events_overtake_resyncs_also_when_a_waiting_key_is_raised() -> None:
    queue: Queue[str] = Queue()
    for key in ("slow", "raised"):
        queue.add(key, Priority.RESYNC)
    queue.add("event")
    queue.add("raised")
    assert [await take(queue) for _ in range(3)] == ["event", "raised", "slow"]


async def test_what_is_reported_waits_for_all_else() -> None:
    queue: Queue[str] = Queue()
    queue.add("report", Priority.REPORT)
    queue.add("resync", Priority.RESYNC)
    queue.add("event")
    items = [await queue.get() for _ in range(3)]
    assert [(item.key, item.priority) for item in items] == [
        ("event", Priority.EVENT),
        ("resync", Priority.RESYNC),
        ("report", Priority.REPORT),
    ]


async def test_no_lane_waits_for_ever() -> None:
    queue: Queue[str] = Queue()
    queue.add("report", Priority.REPORT)
    for number in range(2 * FAIR_TURN):
        queue.add(f"event {number}")
    assert "report" in [await take(queue) for _ in range(FAIR_TURN)]


async def test_only_so_many_reports_at_once() -> None:
    queue: Queue[str] = Queue()
    for number in range(REPORTS_AT_ONCE + 1):
        queue.add(f"report {number}", Priority.REPORT)
    taken = [await take(queue) for _ in range(REPORTS_AT_ONCE)]
    last = asyncio.create_task(take(queue))
    queue.add("event")
    assert await take(queue) == "event"
    await asyncio.sleep(0)
    assert not last.done()
    queue.done(taken[0])
    async with asyncio.timeout(5):
        assert await last == f"report {REPORTS_AT_ONCE}"


async def test_of_two_timers_the_earlier_time_and_the_higher_priority_count() -> None:
    queue: Queue[str] = Queue()
    queue.add_after("a", 0.02, Priority.REPORT)
    queue.add_after("a", 30)
    async with asyncio.timeout(5):
        item = await queue.get()
    assert item.priority is Priority.EVENT


async def test_a_later_wish_does_not_delay_an_earlier_one() -> None:
    queue: Queue[str] = Queue()
    queue.add_after("a", 0.02)
    queue.add_after("a", 30)
    assert await take(queue) == "a"


async def test_backoff_grows_and_is_bounded_and_forgotten() -> None:
    queue: Queue[str] = Queue()
    waits = [queue.retry("a") for _ in range(15)]
    assert waits[0] <= 0.05
    assert LONGEST_BACKOFF_SECONDS / 2 <= waits[-1] <= LONGEST_BACKOFF_SECONDS
    assert queue.failures("a") == 15
    queue.forget("a")
    assert queue.failures("a") == 0
    queue.close()


async def test_a_cancelled_getter_loses_no_key() -> None:
    queue: Queue[str] = Queue()
    first = asyncio.create_task(queue.get())
    second = asyncio.create_task(take(queue))
    await asyncio.sleep(0)
    queue.add("a")
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    if not first.cancelled():
        queue.done("a")
        queue.add("a")
    assert await second == "a"


async def test_many_workers_never_share_a_key() -> None:
    queue: Queue[str] = Queue()
    working: set[str] = set()
    seen: Counter[str] = Counter()

    async def work() -> None:
        while True:
            key = (await queue.get()).key
            assert key not in working
            working.add(key)
            await asyncio.sleep(0)
            working.discard(key)
            seen[key] += 1
            queue.done(key)

    workers = [asyncio.create_task(work()) for _ in range(8)]
    for round_ in range(50):
        for key in "abcde":
            queue.add(key, Priority(round_ % 3))
        await asyncio.sleep(0)
    await drained(queue)
    for worker in workers:
        worker.cancel()
    results = await asyncio.gather(*workers, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert set(seen) == set("abcde")
