"""`python -m tests.perf`: all benchmarks, as a table; `--only B1 register` some of them."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tests.perf import (
    conversion,
    idle,
    latency,
    plugin,
    rates,
    registration,
    rollout,
    start,
    tasks,
    translation,
    writes,
)
from tests.perf.bench import Bench, bench
from tests.perf.figures import Row, Sample, table

ALL = ("B0", "B1", "B2", "B2w", "B5", "B6", "B7", "B12", "convert", "plugin", "register", "tasks", "translate")


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        services: Of B2, B2w and B5.
        pairs: Of B1.
        creates: In each round of B0.
        rounds: Of B0, B2w and register.
        revisions: Of register.
        renderings: Of translate.
        starts: Of B2, each on a control plane of its own.
        idle_seconds: Of B5.
        tasks: Of the service that B7 rolls out; each service of `tasks` has a tenth of them.
        task_pairs: Of `tasks`.
        runs: Of each command of `plugin`.
    """

    services: int = 1000
    pairs: int = 150
    creates: int = 300
    rounds: int = 5
    revisions: int = 500
    renderings: int = 1000
    starts: int = 3
    idle_seconds: float = 60.0
    tasks: int = 100
    task_pairs: int = 1
    runs: int = 15


async def measure(size: Size, only: Iterable[str] = ALL) -> list[Row]:
    """Runs the benchmarks, each phase on a fresh control plane."""
    wanted, rows = set(only), []
    if "translate" in wanted:
        rows += translation.measure(size.renderings)
    if "convert" in wanted:
        rows += conversion.measure(size.rounds)
    if wanted & {"B0", "B1", "B6", "register"}:
        async with bench() as made:
            rows += await quick(made, size, wanted)
    if wanted & {"B7", "B12"}:
        async with bench(nodes=5) as made:
            made.start_operator()
            rows += await rollout.measure(made, size.tasks, size.rounds)
    if "tasks" in wanted:
        each = max(size.tasks // 10, 1)
        rows += await tasks.measure(tasks.Size(size.services, each, size.task_pairs, size.rounds, size.idle_seconds))
    if "plugin" in wanted:
        rows += await plugin.measure(plugin.Size(size.services, size.runs))
    if wanted & {"B2", "B2w", "B5"}:
        rows += await _starts(size, wanted)
    return rows


async def quick(made: Bench, size: Size, wanted: set[str]) -> list[Row]:
    """The benchmarks that need only a few objects."""
    rows = []
    made.start_operator()
    await made.learn(await made.new_namespace())
    if "B0" in wanted:
        rows += await rates.measure(made, size.creates, size.rounds)
    if "B1" in wanted:
        rows += await latency.measure(made, size.pairs)
    if "B6" in wanted:
        rows += await writes.measure(made)
    if "register" in wanted:
        rows += await registration.measure(made, size.revisions, size.rounds)
    return rows


async def _starts(size: Size, wanted: set[str]) -> list[Row]:
    """Cold starts, each on a fresh control plane; on the last one the warm starts and the idle minute."""
    seconds, rows = [], []
    starts = size.starts if "B2" in wanted else 1
    for turn in range(starts):
        async with bench() as made:
            seconds.append(await one_start(made, size, native_first=turn % 2 == 0))
            if turn == starts - 1:
                rows += await _afterwards(made, size, wanted)
    return [cold_row(seconds, size), *rows]


async def one_start(made: Bench, size: Size, *, native_first: bool) -> tuple[float, float]:
    """(operator, native) seconds of one cold start."""
    made.start_operator()
    space = await made.new_namespace()
    await made.learn(space)
    made.operator.terminate()
    made.quiet()
    return await start.cold(made, space, size.services, native_first=native_first)


def cold_row(seconds: list[tuple[float, float]], size: Size) -> Row:
    """B2 of several starts."""
    ours, native = (Sample(values, "s") for values in zip(*seconds, strict=True))
    what = f"start with {size.services} services until their last Deployment"
    return Row("B2", what, ours, native, start.COLD_TARGET)


async def _afterwards(made: Bench, size: Size, wanted: set[str]) -> list[Row]:
    rows = []
    if "B5" in wanted:
        rows += await idle.measure(made, size.services, size.idle_seconds)
    if "B2w" in wanted:
        rows += await start.warm(made, size.services, size.rounds)
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Returns 1 when a target is missed by more than half of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.perf", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=ALL, default=ALL)
    for name, value in vars(Size()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    parsed = vars(parser.parse_args(arguments))
    only = parsed.pop("only")
    began = time.monotonic()
    rows = asyncio.run(measure(Size(**parsed), only))
    print(table(rows))
    print(f"\n{time.monotonic() - began:.0f} s. Medians; in brackets the middle four fifths of the values.")
    return int(any(row.missed_by_half for row in rows))


if __name__ == "__main__":
    sys.exit(main())
