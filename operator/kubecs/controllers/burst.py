"""Many task definitions at once, as from one file: what is only told of them waits until they are all registered.

The API server spends more on the two statuses of a revision than on the revision itself, and whoever applies a file
waits for it to take each document; so in a burst the statuses are written after it.
"""

import asyncio
import time
from collections.abc import Callable

from kubecs.controllers.keys import Key
from kubecs.controllers.queue import Item, Priority, Queue

KINDS = frozenset({"ECSTaskDefinition", "ECSTaskDefinitionRevision"})
FEW = 10  # up to so many in a row are told of at once
QUIET_SECONDS = 0.25  # the burst is over when none has come for so long
LONGEST_SECONDS = 10.0  # and after so long nothing waits for its end


class Burst:
    """Notes each task definition that comes in, and keeps what waits for the last of them.

    Attributes:
        held: What waits. A clock of monotonic seconds tells when it need not any more.
    """

    def __init__(self, queue: Queue[Key], clock: Callable[[], float] = time.monotonic) -> None:
        self.held: set[Key] = set()
        self._queue = queue
        self._clock = clock
        self._began = self._latest = -QUIET_SECONDS
        self._number = 0

    def note(self) -> None:
        """One more is to be registered."""
        now = self._clock()
        if now - self._latest >= QUIET_SECONDS:
            self._began, self._number = now, 0
        self._latest = now
        self._number += 1

    def holds(self, item: Item[Key]) -> bool:
        """Whether a look at it is put off; it is asked for again when the burst is over."""
        if item.priority is not Priority.REPORT or item.key.kind not in KINDS:
            return False
        seconds = self.lasts()
        if seconds <= 0:
            return False
        if not self.held:
            asyncio.get_running_loop().call_later(seconds, self.release)
        self.held.add(item.key)
        return True

    def lasts(self) -> float:
        """For how many seconds the burst goes on, as far as is known by now; 0 without one."""
        now = self._clock()
        if self._number <= FEW or now - self._began >= LONGEST_SECONDS:
            return 0.0
        return max(self._latest + QUIET_SECONDS - now, 0.0)

    def release(self) -> None:
        """Ask for all that waits if the burst is over; else wait on."""
        seconds = self.lasts()
        if seconds > 0:
            asyncio.get_running_loop().call_later(seconds, self.release)
            return
        held, self.held = self.held, set()
        for key in held:
            self._queue.add(key, Priority.REPORT)
