"""The operator, put together: connection, caches, election, workers, pages; and its orderly end.

Start: pages first (not ready), then every list, then ready; the work begins when the Lease is held. Standbys keep warm
caches. End: on SIGTERM the Lease is released within seconds; a lost Lease ends the process.
"""

import asyncio
import contextlib
import gc
import importlib
import logging
import signal
import socket
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from kubecs.controllers import optionalkinds, resources
from kubecs.controllers.cache import Cache
from kubecs.controllers.engine import Engine
from kubecs.controllers.http import Probes, serve
from kubecs.controllers.keys import Key
from kubecs.controllers.leading import Standing
from kubecs.controllers.listener import Listener
from kubecs.controllers.queue import Priority, Queue
from kubecs.controllers.sweep import Sweeper
from kubecs.controllers.view import CacheView
from kubecs.controllers.watermark import Watermark
from kubecs.kube.capabilities import keeps_container_restart_rules
from kubecs.kube.client import Client
from kubecs.kube.config import Connection, load
from kubecs.kube.events import EventRecorder
from kubecs.kube.informer import Informer, Scope
from kubecs.kube.lease import LeaderElection
from kubecs.kube.resources import PLURALS, Resource
from kubecs.kube.store import EventType
from kubecs.metrics import loop_lag
from kubecs.metrics.kube_hooks import KubeHooks
from kubecs.metrics.registry import Metrics
from kubecs.plan.settings import Settings

log = logging.getLogger("kubecs")

SILENT_SECONDS = 180.0  # a watch without a sign of life for longer makes /healthz fail
STUCK_SECONDS = 300.0  # so does a reconcile that takes longer
DEFAULT_NAMESPACE = "default"  # where the API server is asked what it can
# The end takes less than 5 s even when the API server does not answer: each stage has its share, and is cut off then.
PARTS_SECONDS = 1.5  # watches, workers and kopf; then the Lease is given back (lease.RELEASE_SECONDS)
EVENTS_SECONDS = 1.0  # what is queued of them is posted; the pages close last (http.SHUTDOWN_SECONDS)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says.

    Attributes:
        kubeconfig: Path, or None for the Pod's own ServiceAccount.
        namespace: The one namespace to serve; None for all.
        bind_address: Address of the pages.
        health_port: Port of /healthz and /readyz.
        metrics_port: Port of /metrics.
        workers: Reconciles at the same time.
        lease_namespace: Namespace of the Lease.
        lease_name: Name of the Lease.
        settings: What decisions depend on.
        version: Of kubecs.
    """

    kubeconfig: str | None
    namespace: str | None
    bind_address: str
    health_port: int
    metrics_port: int
    workers: int
    lease_namespace: str
    lease_name: str
    settings: Settings
    version: str


class Operator:
    """One replica."""

    def __init__(self, options: Options, connection: Connection) -> None:
        self._options = options
        self._connection = connection
        self._settings = options.settings
        self._standing = Standing()
        self._metrics = Metrics(options.version)
        self._hooks = hooks = KubeHooks(self._metrics)
        self._client = Client(connection, hooks=hooks, version=options.version)
        self._queue: Queue[Key] = Queue()
        self._listener = Listener(self._queue, self._metrics, self._standing)
        self._cache = Cache(self._listener.changed, self._listener.unreadable)
        self._listener.cache = self._cache
        self._informers = [self._informer(selected, hooks) for selected in resources.informed(options.namespace)]
        self._sweeper = Sweeper(self._client, self._cache, self._metrics, resources.WATCHED, options.namespace)
        identity = f"{socket.gethostname()}_{uuid.uuid4()}"
        self._election = LeaderElection(self._client, options.lease_namespace, options.lease_name, identity)
        pods, *_ = self._informers
        self._watermark = Watermark(pods, self._listener, self._election)
        self._recorder = EventRecorder(self._client, socket.gethostname(), flush_seconds=EVENTS_SECONDS)
        self._engine = Engine(
            self._client,
            self._cache,
            self._queue,
            self._recorder,
            self._metrics,
            may_write=self._election.held,
            puts_off=self._listener.burst.holds,
        )
        self._metrics.read_state_from(CacheView(self._cache, self._queue, self._engine, self._standing))
        self._deaf_seconds: Callable[[], float] = lambda: 0.0  # until kopf is there
        self._stop = asyncio.Event()

    def _informer(self, selected: resources.Selected, hooks: KubeHooks) -> Informer:
        kind = selected.resource.kind
        scope = Scope(selected.resource, self._options.namespace, label_selector=selected.label_selector)
        return Informer(self._client, scope, self._cache.stores[kind], partial(self._cache.changed, kind), hooks=hooks)

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, or until the Lease is lost.

        Raises:
            LeaseLost: Another replica leads now; the process should end.
            OSError: A port is taken.
        """
        self._take_signals()
        options = self._options
        probes = Probes(self.healthz, self.readyz, self._metrics.page, self._metrics.content_type)
        async with (
            self._client,
            serve(options.bind_address, options.health_port, options.metrics_port, probes) as ports,
            self._recorder,
            self._election,
        ):
            log.info("started", extra={"version": options.version, "health": ports.health, "metrics": ports.metrics})
            await self._serve()
        log.info("ended")
        self._queue.close()

    def _take_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)

    async def _serve(self) -> None:
        """Everything that runs until the end; the first failure of a part is the operator's."""
        async with _background(self._parts()) as parts:
            stopped = asyncio.create_task(self._stop.wait(), name="stop")
            lost = asyncio.create_task(self._election.lost.wait(), name="lease lost")
            done, _ = await asyncio.wait({*parts, stopped, lost}, return_when=asyncio.FIRST_COMPLETED)
            log.info("stopping")
            self._set_leading(leading=False)
            for task in done:
                task.result()
            if stopped not in done and lost in done:
                raise LeaseLost("another replica leads now")

    def _parts(self) -> list[asyncio.Task[None]]:
        pods, *others = self._informers
        parts = [asyncio.create_task(self._watermark.follow_pods(), name=pods.scope.resource.plural)]
        parts += [asyncio.create_task(each.run(), name=each.scope.resource.plural) for each in others]
        lag = self._metrics.histogram("ecs_operator_event_loop_lag_seconds").observe
        parts.append(asyncio.create_task(loop_lag.sample(lag), name="loop lag"))
        parts.append(asyncio.create_task(self._lead(), name="lead"))
        return parts

    async def _lead(self) -> None:
        """Fill the caches, then watch our own kinds, then work once the Lease is held."""
        async with asyncio.TaskGroup() as group:
            started = time.monotonic()
            await self._look_for_optional_kinds(group)
            await self._fill(started)
            group.create_task(self._watch_our_kinds(), name="kopf")
            group.create_task(self._sweeper.run(), name="sweep")
            await self._election.leading.wait()
            self._watermark.known()
            self._set_leading(leading=True)
            self._listener.take_over(self._engine.kinds)
            log.info("leading")
            group.create_task(self._engine.run(self._options.workers), name="engine")

    async def _fill(self, started: float) -> None:
        """Wait for every list."""
        lists = (self._sweeper.fill(), *(informer.synced.wait() for informer in self._informers))
        await asyncio.gather(self._learn(), *lists)
        self._standing.synced = True
        self._metrics.set("ecs_operator_ready", 1)
        facts = {"seconds": round(time.monotonic() - started, 2), "objects": sum(self._cache.sizes().values())}
        log.info("caches are complete", extra=facts)

    async def _look_for_optional_kinds(self, group: asyncio.TaskGroup) -> None:
        """Watch those that the cluster has; External Secrets may also be installed later."""
        claims = await optionalkinds.served(self._client, resources.RESOURCE_CLAIMS, self._options.namespace)
        if claims is not None:
            self._watch_optional(group, claims)
            self._settings = replace(self._settings, served=replace(self._settings.served, resource_claims=True))
        secrets = await optionalkinds.served(self._client, resources.EXTERNAL_SECRETS, self._options.namespace)
        if secrets is not None:
            self._watch_external_secrets(group, secrets)
        else:
            group.create_task(self._await_external_secrets(group), name="external secrets")

    def _watch_optional(self, group: asyncio.TaskGroup, resource: Resource) -> Informer:
        informer = self._informer(resources.Selected(resource), KubeHooks(self._metrics))
        self._informers.append(informer)
        group.create_task(informer.run(), name=resource.plural)
        return informer

    def _watch_external_secrets(self, group: asyncio.TaskGroup, resource: Resource) -> Informer:
        known = replace(self._settings.served, external_secrets=resource.api_version)
        self._settings = replace(self._settings, served=known)
        return self._watch_optional(group, resource)

    async def _await_external_secrets(self, group: asyncio.TaskGroup) -> None:
        """Once they are there, decide anew about all that may have been refused without them."""
        found = await optionalkinds.installed(self._client, resources.EXTERNAL_SECRETS, self._options.namespace)
        log.info("External Secrets have been installed", extra={"version": found.api_version})
        await self._watch_external_secrets(group, found).synced.wait()
        self._learn_to_decide(self._settings)
        for kind in ("ECSTaskDefinitionRevision", "ECSService", "ECSTask"):
            for namespace, name in self._cache.keys(kind):
                self._queue.add(Key(kind, namespace, name), Priority.RESYNC)

    async def _learn(self) -> None:
        """Find out what the API server can, and get ready to decide."""
        namespace = self._options.namespace or DEFAULT_NAMESPACE
        rules = await keeps_container_restart_rules(self._client, namespace)
        self._settings = replace(self._settings, container_restart_rules=rules)
        await asyncio.to_thread(self._learn_to_decide, self._settings)

    def _learn_to_decide(self, settings: Settings) -> None:
        """Import the reconcilers and all below while the first lists come in: it takes as long as these do."""
        from kubecs.controllers.reconcilers import reconcilers  # noqa: PLC0415

        self._engine.reconcile_with(reconcilers(self._cache, settings, self._listener))
        gc.freeze()  # all that is there by now stays: no collection need look at it again
        gc.enable()

    async def _watch_our_kinds(self) -> None:
        """Run kopf, which is imported when everything else is ready."""
        module = await asyncio.to_thread(importlib.import_module, "kubecs.controllers.watches")
        namespaces = (self._options.namespace,) if self._options.namespace else ()
        watches = module.Watches(self._connection, namespaces, self._heard, self._sweeper.ask, self._serves)
        self._deaf_seconds = watches.deaf_seconds
        await watches.run()

    def _heard(self, kind: str, event: EventType | None, obj: dict[str, Any]) -> None:
        """An event of kopf's; what it has listed comes without a type."""
        if event is not None:
            self._hooks.watch_event(PLURALS[kind], event)
        self._cache.observe(kind, event, obj)

    async def _serves(self, resource: Resource) -> bool:
        return await self._client.served((resource,)) is not None

    def _set_leading(self, *, leading: bool) -> None:
        self._standing.leading = leading
        self._metrics.set("ecs_operator_leader", int(leading))

    def healthz(self) -> tuple[bool, str]:
        """Alive: no watch is silent, kopf stays up, no reconcile is stuck."""
        now = time.monotonic()
        silent = [each.scope.resource.plural for each in self._informers if now - each.last_activity > SILENT_SECONDS]
        if silent:
            return False, f"no sign of life from the watches of {', '.join(silent)}"
        if self._deaf_seconds() > SILENT_SECONDS:
            return False, "kopf, which watches our own kinds, ends again and again"
        if self._queue.longest_running_seconds() > STUCK_SECONDS:
            return False, "a reconcile is stuck"
        return True, "ok"

    def readyz(self) -> tuple[bool, str]:
        """The caches are complete; a standby is ready too."""
        if not self._standing.synced:
            waiting = [each.scope.resource.plural for each in self._informers if not each.synced.is_set()]
            return False, f"waiting for the lists of {', '.join(waiting) or 'our own kinds'}"
        return True, "leading" if self._standing.leading else "standby"


class LeaseLost(RuntimeError):  # noqa: N818 - reads as what it says
    """Another replica took the Lease, or it could not be renewed in time."""


@contextlib.asynccontextmanager
async def _background(parts: list[asyncio.Task[None]]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Tasks that are cancelled, and waited for, at the end."""
    try:
        yield parts
    finally:
        for task in parts:
            task.cancel()
        _, late = await asyncio.wait(parts, timeout=PARTS_SECONDS)
        if late:
            log.warning("cut off at the end", extra={"parts": sorted(task.get_name() for task in late)})


async def run(options: Options) -> None:
    """Run one replica; see Operator.run.

    Raises:
        NoConfiguration: There is no cluster to connect to.
    """
    await Operator(options, await load(options.kubeconfig)).run()
