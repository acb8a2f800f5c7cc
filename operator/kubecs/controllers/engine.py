"""The one reconcile loop: gather, plan, apply, status; then Events and metrics. Any step may be repeated.

A worker takes a key from the queue, asks the kind's reconciler for a plan (pure, over the cache), carries its steps
out, and writes the status once. Nothing is remembered between two looks but what the API server holds.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from kubecs.controllers.cache import Cache
from kubecs.controllers.keys import Key
from kubecs.controllers.queue import Item, Priority, Queue
from kubecs.controllers.status import StatusWriter
from kubecs.kube.client import Client
from kubecs.kube.errors import AlreadyExists, ApiError, Conflict, Forbidden, Invalid, NamespaceEnding, NotFound
from kubecs.kube.events import EventRecorder
from kubecs.kube.resources import resource_for
from kubecs.metrics.registry import Metrics
from kubecs.plan.actions import Action, Apply, Create, Delete, Observation, Patch, Plan
from kubecs.translate import labels

log = logging.getLogger("kubecs")

# Kinds of which, at a start, all get what they want before any is told of it. Their plans read from the status that is
# stored what is still to be said and counted, so nothing is lost by that.
TOLD_LATER = frozenset({"ECSService"})

LASTING_SECONDS = 5.0  # a back-off longer than this: what looked like an old cache is something else

QUEUE = "reconcile"  # the name of the one work queue in metrics


class Reconciler(Protocol):
    """What the engine needs of a kind."""

    kind: str

    def plan(self, key: Key, now: datetime) -> Plan | None:
        """Decide over the cache as it is; None when the object is gone and nothing is left to do."""

    def refused(self, key: Key, error: ApiError, now: datetime) -> Plan | None:
        """What to say when the API server refused a step for good (invalid, forbidden, quota)."""


class NotLeading(Exception):  # noqa: N818 - reads as what it says
    """The Lease is not held, so nothing may be written."""


def utc_now() -> datetime:
    """The wall clock, aware."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a look at a key ended: a label for the metric, and when to look again (seconds; None: on the next event)."""

    result: str
    again: float | None = None


class Engine:
    """See the module's description."""

    def __init__(  # noqa: PLR0913 - the composition root wires its parts here
        self,
        client: Client,
        cache: Cache,
        queue: Queue[Key],
        recorder: EventRecorder,
        metrics: Metrics,
        clock: Callable[[], datetime] = utc_now,
        *,
        may_write: Callable[[], bool],
        puts_off: Callable[[Item[Key]], bool],
    ) -> None:
        self._client = client
        self._cache = cache
        self._queue = queue
        self._reconcilers: Mapping[str, Reconciler] = {}
        self._recorder = recorder
        self._metrics = metrics
        self._clock = clock
        self._may_write = may_write
        self._puts_off = puts_off
        self.workers = 0
        self.status = StatusWriter(client, cache)

    def reconcile_with(self, reconcilers: Iterable[Reconciler]) -> None:
        """Set the reconcilers; to be called before `run`."""
        self._reconcilers = {reconciler.kind: reconciler for reconciler in reconcilers}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that have a reconciler."""
        return tuple(self._reconcilers)

    async def run(self, workers: int) -> None:
        """That many workers, until cancelled."""
        self.workers = workers
        async with asyncio.TaskGroup() as group:
            for number in range(workers):
                group.create_task(self._work(), name=f"worker {number}")

    async def _work(self) -> None:
        """One worker."""
        while True:
            item = await self._queue.get()
            try:
                if not self._puts_off(item):  # what is only to be told may have to wait for what is to be done
                    await self._look(item)
            finally:
                self._queue.done(item.key)
            await asyncio.sleep(0)  # a look that writes nothing never waits: let the watches and the Lease have a turn

    async def _look(self, item: Item[Key]) -> None:
        key, started = item.key, time.monotonic()
        self._metrics.observe("ecs_operator_event_to_reconcile_seconds", started - item.since, controller=key.kind)
        outcome = await self._outcome(item)
        took = time.monotonic() - started
        self._metrics.observe("ecs_operator_workqueue_queue_duration_seconds", started - item.since, name=QUEUE)
        self._metrics.observe("ecs_operator_workqueue_work_duration_seconds", took, name=QUEUE)
        self._metrics.observe("ecs_operator_reconcile_duration_seconds", took, controller=key.kind)
        self._metrics.count("ecs_operator_reconcile_total", controller=key.kind, result=outcome.result)
        if outcome.again is not None:
            self._queue.add_after(key, outcome.again, Priority.REPORT)

    async def _outcome(self, item: Item[Key]) -> Outcome:
        """Reconcile; every error ends here, is counted and logged once, and backs the key off."""
        key = item.key
        try:
            try:
                outcome = await self._reconcile(item)
            except ApiError as error:
                return await self._answered(key, error)
        except NotLeading:
            self._queue.retry(key)  # the process is about to end; if it is not, it leads again
            return Outcome("requeue")
        except Exception:
            seconds = self._queue.retry(key)
            log.exception("reconcile failed", extra={"key": str(key), "retry_in": round(seconds, 2)})
            return Outcome("error")
        self._queue.forget(key)
        return outcome

    async def _answered(self, key: Key, error: ApiError) -> Outcome:
        """What the API server's error means for the key."""
        match error:
            case AlreadyExists() | Conflict() | NotFound():
                seconds = self._queue.retry(key)
                level = logging.WARNING if seconds > LASTING_SECONDS else logging.DEBUG
                log.log(level, "cache is behind", extra={"key": str(key), "error": str(error)})
                return Outcome("requeue")
            case NamespaceEnding():
                return self._give_up(key, error)
            case Forbidden() | Invalid():
                return await self._report_refusal(key, error)
        seconds = self._queue.retry(key)
        log.warning("API server failed", extra={"key": str(key), "error": str(error), "retry_in": round(seconds, 2)})
        return Outcome("error")

    async def _reconcile(self, item: Item[Key]) -> Outcome:
        key = item.key
        reconciler = self._reconcilers[key.kind]
        plan = reconciler.plan(key, self._clock())
        if plan is None:
            self.status.forget(key)
            return Outcome("success")
        if plan.steps and plan.confirm:
            await self._confirm(key)
        if plan.unseen:
            await self._confirm(Key("ECSTaskDefinition", key.namespace, plan.unseen))
        for step in plan.steps:
            await self._carry_out(key, step)
        if plan.steps and item.priority is Priority.RESYNC and key.kind in TOLD_LATER:
            self._queue.add(key, Priority.REPORT)
            return Outcome("success")
        return await self._say(key, plan)

    async def _confirm(self, key: Key) -> None:
        """Ask the API server whether the object is still as the cache has it.

        Raises:
            NotFound: It is gone, and the watch has yet to tell.
            Conflict: It is another by now, or there though the watch has not told.
        """
        held = self._cache.get(key.kind, key.namespace, key.name)
        version = held["apiVersion"] if held else labels.API_VERSION
        try:
            live = await self._client.get(resource_for(version, key.kind), key.namespace, key.name)
        except NotFound:
            if held is None:
                return
            raise
        if held is None or live["metadata"]["resourceVersion"] != held["metadata"]["resourceVersion"]:
            self._cache.written(live)
            raise Conflict(409, "Conflict", "the cache was behind")

    def _give_up(self, key: Key, error: ApiError) -> Outcome:
        """The namespace goes, and all in it: there is nothing to say it on, and nothing to try again."""
        log.debug("the namespace is being deleted", extra={"key": str(key), "error": str(error)})
        self._reconcilers[key.kind].refused(key, error, self._clock())
        self._queue.forget(key)
        return Outcome("terminal")

    async def _report_refusal(self, key: Key, error: ApiError) -> Outcome:
        """The API server will not have it: say so on the object, and try again slowly (a quota may be lifted)."""
        log.warning("refused by the API server", extra={"key": str(key), "error": str(error)})
        plan = self._reconcilers[key.kind].refused(key, error, self._clock())
        self._queue.retry(key)
        if plan is None:
            return Outcome("terminal")
        try:
            await self._say(key, plan)
        except ApiError as second:
            log.warning("status not written", extra={"key": str(key), "error": str(second)})
        return Outcome("terminal")

    async def _say(self, key: Key, plan: Plan) -> Outcome:
        """Write the status, then post Events and count; a status that is due later takes these along then."""
        difference = self.status.difference(key, plan.status) if plan.status is not None else {}
        if plan.status is not None and difference:
            wait = self.status.wait_seconds(key, awaited=self.status.turns(key, plan.status))
            if wait > 0:
                return Outcome("requeue", min(wait, plan.requeue_after or wait))
            self._check_lease()
            await self.status.write(key, difference)
            self._metrics.count("ecs_operator_status_writes_total", controller=key.kind)
        self._tell(key, plan)
        return Outcome("success", plan.requeue_after)

    def _tell(self, key: Key, plan: Plan) -> None:
        self._count(plan.observations)
        if not plan.events:
            return
        regarding = self._cache.get(key.kind, key.namespace, key.name)
        for event in plan.events:
            log.info(event.message, extra={"key": str(key), "reason": event.reason})
            if regarding is not None:
                self._recorder.record(regarding, event.type, event.reason, event.message, action="Reconcile")

    def _count(self, observations: Iterable[Observation]) -> None:
        for observation in observations:
            self._metrics.record(observation)

    async def _carry_out(self, key: Key, step: tuple[Action, ...]) -> None:
        """All actions of a step at once; the first error is raised when all have ended."""
        results = await asyncio.gather(*(self._act(key, action) for action in step), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _check_lease(self) -> None:
        """A process that was held up may wake with work in its hands after another has taken over.

        Raises:
            NotLeading: The Lease may be another's by now.
        """
        if not self._may_write():
            raise NotLeading

    async def _act(self, key: Key, action: Action) -> None:
        self._check_lease()
        log.info(
            action.reason, extra={"key": str(key), "action": type(action).__name__.lower(), "object": _name(action)}
        )
        try:
            await self._send(action)
        except ApiError as error:
            error.tried = action.reason
            raise

    async def _send(self, action: Action) -> None:
        match action:
            case Apply():
                self._cache.written(await self._client.apply(action.manifest))
                self._count(action.observations)
            case Create():
                await self._create(action)
            case Patch():
                self._cache.written(await self._patch(action))
            case Delete():
                await self._delete(action)

    async def _create(self, action: Create) -> None:
        try:
            created = await self._client.create(action.manifest)
        except AlreadyExists:
            metadata = action.manifest["metadata"]
            resource = resource_for(action.manifest["apiVersion"], action.manifest["kind"])
            self._cache.written(await self._client.get(resource, metadata.get("namespace"), metadata["name"]))
            if not action.exists_ok:
                raise
            return  # it was counted by whoever made it
        self._cache.written(created)
        self._count(action.observations)

    async def _patch(self, action: Patch) -> dict[str, Any]:
        ref = action.ref
        resource = resource_for(ref.api_version, ref.kind)
        try:
            return await self._client.patch(resource, ref.namespace, ref.name, action.body, action.subresource)
        except Invalid as error:
            if not _tests(action):
                raise
            # A failed `test` is answered like an invalid body; what it says is that the cache was old.
            raise Conflict(error.status, error.reason, error.message, error.details) from error

    async def _delete(self, action: Delete) -> None:
        ref = action.ref
        resource = resource_for(ref.api_version, ref.kind)
        try:
            await self._client.delete(
                resource, ref.namespace, ref.name, uid=ref.uid, grace_seconds=action.grace_seconds
            )
        except NotFound:
            log.debug("already gone", extra={"object": _name(action)})


def _tests(action: Patch) -> bool:
    return isinstance(action.body, tuple) and any(step["op"] == "test" for step in action.body)


def _name(action: Action) -> str:
    if isinstance(action, Apply | Create):
        metadata: Mapping[str, Any] = action.manifest["metadata"]
        return f"{action.manifest['kind']}/{metadata['name']}"
    return f"{action.ref.kind}/{action.ref.name}"
