"""A process that scrapes, as Prometheus is one: whoever measures meanwhile is not slowed down by the reading.

Run as `python -m tests.perf.scraper PORT SECONDS`: one scrape after the other; it prints a JSON list of milliseconds.
"""

import json
import sys
import time
import urllib.request
from collections.abc import Iterator


def milliseconds(port: int) -> float:
    """How long one scrape takes, read to its end."""
    started = time.perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        answer.read()
    return (time.perf_counter() - started) * 1000


def until(end: float, port: int) -> Iterator[float]:
    """One scrape after the other until a monotonic time."""
    while time.monotonic() < end:
        yield milliseconds(port)


if __name__ == "__main__":
    print(json.dumps(list(until(time.monotonic() + float(sys.argv[2]), int(sys.argv[1])))))
