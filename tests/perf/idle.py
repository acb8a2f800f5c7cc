"""B5: what the operator costs while nothing happens."""

from __future__ import annotations

import asyncio

from tests.cluster.audit import AuditLog
from tests.perf.bench import Bench, usage
from tests.perf.figures import Row, Sample

CPU_TARGET = 1.0  # percent of a core
MEMORY_TARGET = 180.0  # MiB


async def measure(
    bench: Bench, count: int, seconds: float, *, tasks: int = 0, memory: float = MEMORY_TARGET
) -> list[Row]:
    """Its CPU time, its memory (at most so many MiB) and its writes in so many seconds."""
    assert bench.operator.pid is not None
    log, before = AuditLog(bench.cluster), usage(bench.operator.pid)
    await asyncio.sleep(seconds)
    after = usage(bench.operator.pid)
    writes = sum(write.resource != "leases" for write in log.writes())
    percent = (after.cpu - before.cpu) / seconds * 100
    what = f"idle for {seconds:g} s with {count} services" + (f" of {tasks} tasks" if tasks else "")
    return [
        Row("B5", f"{what}: CPU", Sample((percent,), "% of a core"), target=CPU_TARGET),
        Row("B5", f"{what}: memory", Sample((after.resident,), "MiB"), target=memory),
        Row("B5", f"{what}: writes but Leases", Sample((float(writes),), "writes"), target=0),
    ]
