"""A de-duplicating work queue: one worker at a time for a key, what people want before what is reported, back-off.

The semantics are those of client-go's workqueue: a key that is added while it is being worked on is worked on again
afterwards, and never by two workers at once.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

FIRST_BACKOFF_SECONDS = 0.05
LONGEST_BACKOFF_SECONDS = 60.0


FAIR_TURN = 16  # every so many-th turn begins with the slowest lane, so that no lane waits for ever
REPORTS_AT_ONCE = 4  # what is only told leaves the API server room for what people ask of it meanwhile


class Priority(IntEnum):
    """Lower runs first: what somebody has just asked for; what a start finds; what is to be told of it."""

    EVENT = 0
    RESYNC = 1
    REPORT = 2


@dataclass(slots=True)
class _Waiting:
    priority: Priority
    since: float  # monotonic seconds: when the first event for this round came


@dataclass(frozen=True, slots=True)
class _Timer:
    due: float
    priority: Priority
    handle: asyncio.TimerHandle


@dataclass(frozen=True, slots=True)
class Item(Generic[K]):
    """A key that a worker got, with the monotonic time of the oldest event that it answers, and its lane."""

    key: K
    since: float
    priority: Priority


class Queue(Generic[K]):
    """See the module's description. All methods but `get` return at once and must be called on the event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ready: tuple[deque[K], ...] = tuple(deque() for _ in Priority)
        self._turns = 0
        self._waiting: dict[K, _Waiting] = {}
        self._working: dict[K, float] = {}
        self._reporting: set[K] = set()
        self._timers: dict[K, _Timer] = {}
        self._failures: dict[K, int] = {}
        self._getters: deque[asyncio.Future[None]] = deque()
        self.adds = 0
        self.retries = 0

    def add(self, key: K, priority: Priority = Priority.EVENT) -> None:
        """Ask for a look at `key`; an add while it waits only ever raises its priority."""
        self.adds += 1
        waiting = self._waiting.get(key)
        if waiting is None:
            self._waiting[key] = _Waiting(priority, self._clock())
        elif priority < waiting.priority:
            waiting.priority = priority  # the entry left in the slower lane is skipped by get
        else:
            return
        if key not in self._working:
            self._ready[priority].append(key)
            self._wake_one()

    def add_after(self, key: K, seconds: float, priority: Priority = Priority.EVENT) -> None:
        """Ask for a look at `key` in `seconds`; of several such wishes the earliest and the most urgent count."""
        if seconds <= 0:
            self.add(key, priority)
            return
        due = self._clock() + seconds
        earlier = self._timers.get(key)
        if earlier is not None:
            if earlier.due <= due and earlier.priority <= priority:
                return
            earlier.handle.cancel()
            due, priority = min(due, earlier.due), min(priority, earlier.priority)
        handle = asyncio.get_running_loop().call_later(max(due - self._clock(), 0), self._timer_fired, key, priority)
        self._timers[key] = _Timer(due, priority, handle)

    def _timer_fired(self, key: K, priority: Priority) -> None:
        self._timers.pop(key, None)
        self.add(key, priority)

    def retry(self, key: K) -> float:
        """Look at `key` again after an exponential back-off with full jitter. Returns the seconds chosen."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        self.retries += 1
        ceiling = min(FIRST_BACKOFF_SECONDS * 2.0**failures, LONGEST_BACKOFF_SECONDS)
        seconds = ceiling * (0.5 + random.random() / 2)  # noqa: S311 - jitter, no secret
        self.add_after(key, seconds)
        return seconds

    def forget(self, key: K) -> None:
        """`key` went well: its next failure starts at the shortest back-off."""
        self._failures.pop(key, None)

    def failures(self, key: K) -> int:
        """How often in a row `key` has failed."""
        return self._failures.get(key, 0)

    async def get(self) -> Item[K]:
        """Wait for a key, mark it as worked on and return it; call `done` afterwards, always."""
        while True:
            item = self._take()
            if item is not None:
                return item
            getter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._getters.append(getter)
            try:
                await getter
            except asyncio.CancelledError:
                if getter.done() and not getter.cancelled():
                    self._wake_one()  # pass on the wake-up that this worker can't use
                raise

    def _take(self) -> Item[K] | None:
        self._turns += 1
        lanes = reversed(Priority) if self._turns % FAIR_TURN == 0 else Priority
        return next((item for lane in lanes if (item := self._take_from(lane))), None)

    def _take_from(self, lane: Priority) -> Item[K] | None:
        ready = self._ready[lane]
        if lane is Priority.REPORT and len(self._reporting) >= REPORTS_AT_ONCE:
            return None
        while ready:
            key = ready.popleft()
            waiting = self._waiting.get(key)
            if waiting is None or waiting.priority != lane or key in self._working:
                continue
            del self._waiting[key]
            self._working[key] = self._clock()
            if lane is Priority.REPORT:
                self._reporting.add(key)
            return Item(key, waiting.since, lane)
        return None

    def done(self, key: K) -> None:
        """The worker is through with `key`; if it was added meanwhile, it is ready again."""
        self._working.pop(key, None)
        waiting = self._waiting.get(key)
        if waiting is not None:
            self._ready[waiting.priority].append(key)
            self._wake_one()
        if key in self._reporting:
            self._reporting.discard(key)
            if self._ready[Priority.REPORT]:
                self._wake_one()  # a report that had no room

    def _wake_one(self) -> None:
        while self._getters:
            getter = self._getters.popleft()
            if not getter.done():
                getter.set_result(None)
                return

    def close(self) -> None:
        """Cancel all timers; what waits stays."""
        for timer in self._timers.values():
            timer.handle.cancel()
        self._timers.clear()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def working(self) -> int:
        """How many keys are being worked on."""
        return len(self._working)

    def working_keys(self) -> tuple[K, ...]:
        """The keys that are being worked on."""
        return tuple(self._working)

    def longest_running_seconds(self) -> float:
        """For how long the oldest key in work has been worked on; 0 when none is."""
        return self._clock() - min(self._working.values()) if self._working else 0.0

    def unfinished_seconds(self) -> float:
        """The sum of the times for which the keys in work have been worked on."""
        now = self._clock()
        return sum(now - since for since in self._working.values())
