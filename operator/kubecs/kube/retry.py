"""When a failed request is tried again, and after how long: the one policy of every call."""

import random
from dataclasses import dataclass

from kubecs.kube.errors import ApiError, TooManyRequests, Unavailable


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential delays with full jitter: attempt n waits between 0 and min(cap, base * 2**n) seconds."""

    base: float = 0.1
    cap: float = 5.0

    def delay(self, attempt: int, jitter: float, retry_after: float | None = None) -> float:
        """Seconds to wait after the attempt of that number (from 0).

        Args:
            attempt: How many attempts failed before this one.
            jitter: A random number in [0, 1).
            retry_after: Seconds that the server asked for: waited in full, the jitter comes on top.
        """
        spread = jitter * min(self.cap, self.base * 2.0 ** min(attempt, 30))
        return spread + (retry_after or 0.0)


UNREACHED = (0, 429, 503)  # statuses that say nothing about the request
REFUSED = Backoff(base=0.2, cap=30.0)
KNOCKING = Backoff(base=0.2, cap=2.0)  # of these: to knock costs nobody anything, and events wait behind the door


class Streak:
    """Faults in a row of what is tried for as long as the operator runs."""

    def __init__(self) -> None:
        """Nothing has failed."""
        self._length = 0
        self._knocking = False

    def pause(self, error: ApiError) -> float:
        """Seconds to wait after one more: hardly any after a first, up to 30 in a streak of refusals.

        Where nobody answers, or one who is not ready yet, at most 2. An API server that starts again is first silent,
        then refuses everything for a moment, then says that it is not ready: each of that is a streak of its own.
        """
        knocking = error.status in UNREACHED
        self._length = self._length + 1 if knocking is self._knocking else 1
        self._knocking = knocking
        backoff = KNOCKING if knocking else REFUSED
        return backoff.delay(self._length - 1, random.random(), error.retry_after)  # noqa: S311 - jitter

    def over(self) -> None:
        """It went well."""
        self._length = 0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Retries of one call.

    Attributes:
        deadline: Seconds from the start of the call after which no further attempt begins.
        backoff: The delays.
    """

    deadline: float = 30.0
    backoff: Backoff = Backoff()

    def next_delay(self, error: ApiError, attempt: int, elapsed: float, jitter: float) -> float | None:
        """Seconds until the next attempt, or None when the error is the caller's to handle.

        429, 5xx and missing answers are tried again, whatever the verb: names that kubecs creates are deterministic,
        so a create whose first answer got lost meets AlreadyExists, which callers expect anyway.
        """
        if not isinstance(error, TooManyRequests | Unavailable):
            return None
        delay = self.backoff.delay(attempt, jitter, error.retry_after)
        return delay if elapsed + delay < self.deadline else None
