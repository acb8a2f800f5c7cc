"""The bench: a control plane, the client that everything is measured with, and the operator as a process."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kubecs.kube import config
from kubecs.kube.client import Client
from kubecs.kube.resources import CONTROLLER_REVISIONS, DEPLOYMENTS, ECS_SERVICES, POD_DISRUPTION_BUDGETS
from tests.cluster import ecs
from tests.cluster.audit import AuditLog
from tests.cluster.rig import OperatorProcess, wait_for, wait_for_async
from tests.perf import bodies
from tools.localcluster import LocalCluster

Object = dict[str, Any]

CONCURRENCY = 16
QUIET_SECONDS = 1.5
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Bench:
    """A control plane in use.

    Attributes:
        cluster: The control plane, with its audit log.
        client: Of the benchmarks themselves, an administrator.
        operator: Not started yet.
        models: By kind, what the operator made of a first service: what native objects look like.
    """

    cluster: LocalCluster
    client: Client
    operator: OperatorProcess
    models: dict[str, Object] = field(default_factory=dict)
    _numbers: Iterable[int] = field(default_factory=itertools.count)

    async def new_namespace(self) -> str:
        """A namespace with the family registered in it; the operator must run."""
        space = await self.bare_namespace()
        await self.client.create(bodies.task_definition(space))
        await self.client.create(bodies.service(space, bodies.FIRST))
        await self.until_ready(space, bodies.FIRST)
        return space

    async def bare_namespace(self) -> str:
        """An empty namespace that is ready for Pods."""
        space = f"bench-{next(iter(self._numbers))}"
        self.cluster.api.call("POST", "/api/v1/namespaces", {"metadata": {"name": space}})
        path = f"/api/v1/namespaces/{space}/serviceaccounts/default"
        await wait_for_async(lambda: self.cluster.api.answers(path), 30, f"{space}")
        return space

    async def until_ready(self, space: str, name: str) -> None:
        """Waits until a service is Ready."""

        async def ready() -> bool:
            return ecs.is_ready(await self.client.get(ECS_SERVICES, space, name))

        await wait_for_async(ready, 30, f"service {name} ready")

    async def learn(self, space: str) -> None:
        """Takes the first service's children as the models of native objects."""
        name = bodies.deployment_name(bodies.FIRST)
        self.models["Deployment"] = await self.client.get(DEPLOYMENTS, space, name)
        self.models["PodDisruptionBudget"] = await self.client.get(POD_DISRUPTION_BUDGETS, space, name)
        revisions, _ = await self.client.list(CONTROLLER_REVISIONS, space)
        self.models["ControllerRevision"] = revisions[0]

    def start_operator(self, *arguments: str) -> None:
        """Starts it and waits until it leads."""
        self.operator.start(*arguments)
        wait_for(lambda: self.metric("ecs_operator_leader") == 1, 30, "the operator leads")

    def metric(self, name: str, /, **labels: str) -> float | None:
        """One value of the operator's metrics."""
        return ecs.sample(self.operator.metrics(), name, **labels)

    def quiet(self) -> None:
        """Waits until the operator and the controllers have written nothing for a while."""
        log = AuditLog(self.cluster)
        since = time.monotonic()

        def quiet() -> bool:
            nonlocal since
            if any(write.resource != "leases" for write in log.writes(user=None)):
                log.mark()
                since = time.monotonic()
            return time.monotonic() - since > QUIET_SECONDS

        wait_for(quiet, 180, "nobody writes any more")


@dataclass
class Usage:
    """What a process has used.

    Attributes:
        cpu: Seconds of CPU since its start.
        resident: MiB in memory now.
    """

    cpu: float
    resident: float


def usage(pid: int) -> Usage:
    """Reads it from the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return Usage((int(fields[11]) + int(fields[12])) / TICKS, pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


@asynccontextmanager
async def bench(nodes: int = 1) -> AsyncIterator[Bench]:
    """A fresh control plane with the CRDs; the operator is not started."""
    with LocalCluster(nodes=nodes, audit=True) as cluster:
        cluster.install_crds()
        async with on(cluster) as made:
            yield made


@asynccontextmanager
async def on(cluster: LocalCluster) -> AsyncIterator[Bench]:
    """A bench on a control plane that is there."""
    connection = await config.load(str(cluster.admin_kubeconfig))
    operator = OperatorProcess(cluster.operator_kubeconfig(), cluster.layout.directory / "logs", identity="bench")
    try:
        async with Client(connection) as client:
            yield Bench(cluster, client, operator)
    finally:
        operator.kill()


async def in_parallel(concurrency: int, jobs: Iterable[Callable[[], Awaitable[object]]]) -> float:
    """Does all jobs, so many at a time; returns the seconds that it took."""
    waiting = iter(jobs)

    async def work() -> None:
        for job in waiting:
            await job()

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(concurrency)))
    return time.perf_counter() - started
