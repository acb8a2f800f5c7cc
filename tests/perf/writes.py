"""B6: the writes that a change costs, counted from the audit log; tests/cluster/test_writes.py pins each of them."""

from __future__ import annotations

from functools import partial

from kubecs.kube.resources import DEPLOYMENTS, ECS_SERVICES
from tests.cluster.audit import AuditLog
from tests.cluster.rig import wait_for_async
from tests.perf import bodies
from tests.perf.bench import Bench
from tests.perf.figures import Row, Sample

FIRST = bodies.FIRST
OTHER = "other"
COLLECTED_SECONDS = 90  # the garbage collector looks for new kinds every 30 s
RESTART = {"kubernetes": {"restartedAt": "2026-01-02T03:04:05Z"}}


async def measure(bench: Bench) -> list[Row]:
    """A service's life; Events, Leases and what is written for families and clusters are counted apart."""
    space = await bench.new_namespace()
    steps = (
        ("create at desired 0: Deployment, its budget and revision, status", partial(_create, bench, space), 4),
        (
            "new deployment at desired 0: Deployment, revision, status",
            partial(_change, bench, space, OTHER, RESTART),
            3,
        ),
        ("kubectl delete", partial(_delete, bench, space), 0),
        (
            "scale to 2: Deployment, status while counts move",
            partial(_change, bench, space, FIRST, {"desiredCount": 2}),
            5,
        ),
    )
    rows = []
    for what, step, target in steps:
        log = AuditLog(bench.cluster)
        await step()
        log.settle(space)
        rows.append(Row("B6", what, Sample((float(sum(log.counts(space).values())),), "writes"), target=target))
    return rows


async def _create(bench: Bench, space: str) -> None:
    await bench.client.create(bodies.service(space, OTHER))
    await bench.until_ready(space, OTHER)


async def _change(bench: Bench, space: str, name: str, spec: bodies.Object) -> None:
    await bench.client.patch(ECS_SERVICES, space, name, {"spec": spec})
    await bench.until_ready(space, name)


async def _delete(bench: Bench, space: str) -> None:
    await bench.client.delete(ECS_SERVICES, space, OTHER)
    child = bodies.deployment_name(OTHER)

    async def gone() -> bool:
        found, _ = await bench.client.list(DEPLOYMENTS, space)
        return all(each["metadata"]["name"] != child for each in found)

    await wait_for_async(gone, COLLECTED_SECONDS, "its Deployment is gone")
