"""When a failed request is tried again, and after how long: the one policy of every call."""

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
