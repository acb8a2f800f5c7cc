"""Many task definitions at once, as from one file: what is only told of them waits until they are all registered.

The API server spends more on the two statuses of a revision than on the revision itself, and whoever applies a file
waits for it to take each document; so in a burst the statuses are written after it.
"""

import time
from collections.abc import Callable

from kubecs.controllers.keys import Key

KINDS = frozenset({"ECSTaskDefinition", "ECSTaskDefinitionRevision"})
FEW = 10  # up to so many in a row are told of at once
QUIET_SECONDS = 0.25  # the burst is over when none has come for so long
LONGEST_SECONDS = 10.0  # and after so long nothing waits for its end


class Burst:
    """Notes each task definition that comes in.

    Attributes:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._began = self._latest = -QUIET_SECONDS
        self._number = 0

    def note(self) -> None:
        """One more is to be registered."""
        now = self.clock()
        if now - self._latest >= QUIET_SECONDS:
            self._began, self._number = now, 0
        self._latest = now
        self._number += 1

    def wait_seconds(self, key: Key) -> float:
        """How long what is told of `key` should wait, as far as is known by now; 0 when it need not."""
        now = self.clock()
        if key.kind not in KINDS or self._number <= FEW or now - self._began >= LONGEST_SECONDS:
            return 0.0
        return max(self._latest + QUIET_SECONDS - now, 0.0)
