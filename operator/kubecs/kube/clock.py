"""The clocks of this package, in one place so that tests can turn them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def wall_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Two clocks, since no comparison may rest on the one that people can set.

    Attributes:
        monotonic: Seconds; for every comparison.
        wall: The time of day; only ever printed.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], datetime] = wall_clock

    def micro_time(self) -> str:
        """The time of day as meta/v1 MicroTime: RFC 3339 with six digits of a second, in UTC."""
        return self.wall().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
