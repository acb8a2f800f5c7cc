"""A process that scrapes, as Prometheus is one: whoever measures meanwhile is not slowed down by the reading.

Run as `python -m tests.perf.scraper PORT COUNT`; it prints a JSON list of milliseconds.
"""

import json
import sys
import time
import urllib.request


def milliseconds(port: int) -> float:
    """How long one scrape takes, read to its end."""
    started = time.perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        answer.read()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    print(json.dumps([milliseconds(int(sys.argv[1])) for _ in range(int(sys.argv[2]))]))
