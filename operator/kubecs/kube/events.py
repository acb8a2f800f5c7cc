"""Posts events.k8s.io Events in the background: bounded, repeats counted in a series, never in a reconcile's way."""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from kubecs.kube.client import Client
from kubecs.kube.clock import Clock
from kubecs.kube.errors import AlreadyExists, ApiError, NamespaceEnding, NotFound
from kubecs.kube.resources import EVENTS

log = logging.getLogger(__name__)

CONTROLLER = "kubecs.dev/operator"
NOTE_BYTES = 1024  # limits of the API's validation
ACTION_BYTES = REASON_BYTES = INSTANCE_BYTES = 128
SERIES_SECONDS = 600.0
QUEUE_SIZE = 1000
MAX_SERIES = 4096
WORKERS = 2
COMPLAINT_SECONDS = 10.0  # a flood of drops is logged no more often

Object = dict[str, Any]
Key = tuple[str, str, str]  # uid, reason, note


@dataclass(slots=True)
class _Series:
    """One Event and its repeats.

    Attributes:
        event: The Event as first posted.
        until: Monotonic time after which a repeat is a new Event.
        count: How often it happened.
        last: When it happened last, as a MicroTime.
        posted: The count that the API server knows; 0 before the Event exists.
        pending: In the queue, or with a worker.
    """

    event: Object
    until: float
    count: int
    last: str
    posted: int = 0
    pending: bool = False

    @property
    def due(self) -> bool:
        """Whether the server should hear: at first, and whenever the count has doubled."""
        return self.count >= 2 * self.posted if self.posted else True


class EventRecorder:
    """Records Events about objects. As an async context manager it posts them, and at the end what is still queued.

    Attributes:
        dropped: Events that were not posted, because the queue was full or the API server refused them.
    """

    def __init__(
        self,
        client: Client,
        instance: str,
        *,
        clock: Clock | None = None,
        queue_size: int = QUEUE_SIZE,
        flush_seconds: float = 5.0,
    ) -> None:
        """Prepares a recorder.

        Args:
            client: To post with.
            instance: Which replica reports, the Pod's name.
            clock: None for the machine's.
            queue_size: How many Events wait at most; further ones are dropped and counted.
            flush_seconds: How long the end waits for what is queued.
        """
        self.dropped = 0
        self._client = client
        self._instance = _cut(instance, INSTANCE_BYTES)
        self._clock = clock or Clock()
        self._flush_seconds = flush_seconds
        self._quiet_until = -COMPLAINT_SECONDS
        self._series: OrderedDict[Key, _Series] = OrderedDict()
        self._queue: asyncio.Queue[_Series] = asyncio.Queue(queue_size)
        self._workers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._workers = [asyncio.create_task(self._work(), name=f"events {n}") for n in range(WORKERS)]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        try:
            async with asyncio.timeout(self._flush_seconds):
                await self._queue.join()
        except TimeoutError:
            self._drop(self._queue.qsize(), "the API server did not take them in time")
        for worker in self._workers:
            worker.cancel()
        for outcome in await asyncio.gather(*self._workers, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    def record(
        self,
        regarding: Mapping[str, Any],
        kind: Literal["Normal", "Warning"],
        reason: str,
        note: str,
        action: str = "Reconcile",
    ) -> None:
        """Queues an Event, or counts it to the same one (object, reason, note) of the last ten minutes.

        Args:
            regarding: The object that it is about, whole or with apiVersion, kind and metadata only.
            kind: The Event's type.
            reason: CamelCase, of few values: why.
            note: For people; cut at 1,024 bytes.
            action: CamelCase, of few values: what kubecs did or tried.
        """
        key = (regarding["metadata"].get("uid", ""), reason, note)
        now = self._clock.monotonic()
        series = self._series.get(key)
        if series is None or now >= series.until:
            event = self._event(regarding, kind, reason, note, action)
            series = _Series(event, now + SERIES_SECONDS, 0, "")
            self._keep(key, series)
        series.count += 1
        series.last = self._clock.micro_time()
        self._enqueue(series)

    # Queue

    def _keep(self, key: Key, series: _Series) -> None:
        self._series[key] = series
        self._series.move_to_end(key)
        if len(self._series) > MAX_SERIES:
            self._series.popitem(last=False)

    def _enqueue(self, series: _Series) -> None:
        if series.pending or not series.due:
            return
        try:
            self._queue.put_nowait(series)
        except asyncio.QueueFull:
            self._drop(1, "the queue is full")
        else:
            series.pending = True

    def _drop(self, number: int, why: str) -> None:
        self.dropped += number
        now = self._clock.monotonic()
        if now < self._quiet_until:
            return
        self._quiet_until = now + COMPLAINT_SECONDS
        log.warning("%d Events dropped (%d since the start): %s", number, self.dropped, why)

    async def _work(self) -> None:
        while True:
            series = await self._queue.get()
            try:
                await self._post(series)
            except NamespaceEnding as error:
                log.debug("nobody will read it: %s", error)
            except ApiError as error:
                series.posted = max(series.posted, series.count)  # not again before it has doubled
                self._drop(1, str(error))
            except asyncio.CancelledError:
                self._drop(1, "stopped while it was being posted")
                self._queue.task_done()
                raise
            series.pending = False
            self._enqueue(series)  # before the queue is told, which may be all that its end waits for
            self._queue.task_done()

    async def _post(self, series: _Series) -> None:
        """Creates the Event, or tells the server its new count; an Event that the server has expired is made anew."""
        count = series.count
        event = series.event
        if series.posted:
            try:
                metadata = event["metadata"]
                body = {"series": _counted(count, series.last)}
                await self._client.patch(EVENTS, metadata["namespace"], metadata["name"], body)
            except NotFound:
                series.until = self._clock.monotonic()
            series.posted = count
            return
        if count > 1:
            event = {**event, "series": _counted(count, series.last)}
        try:
            await self._client.create(event)
        except AlreadyExists:
            log.debug("Event %s was posted before, by an answer that got lost", event["metadata"]["name"])
        series.posted = count

    # Objects

    def _event(self, regarding: Mapping[str, Any], kind: str, reason: str, note: str, action: str) -> Object:
        metadata = regarding["metadata"]
        moment = self._clock.micro_time()
        return {
            "apiVersion": EVENTS.api_version,
            "kind": EVENTS.kind,
            "metadata": {
                "namespace": metadata.get("namespace") or "default",
                "name": _event_name(metadata["name"], metadata.get("uid", ""), reason, note, moment),
            },
            "eventTime": moment,
            "type": kind,
            "reason": _cut(reason, REASON_BYTES),
            "action": _cut(action, ACTION_BYTES),
            "note": _cut(note, NOTE_BYTES),
            "reportingController": CONTROLLER,
            "reportingInstance": self._instance,
            "regarding": {
                "apiVersion": regarding["apiVersion"],
                "kind": regarding["kind"],
                **{part: metadata[part] for part in ("namespace", "name", "uid") if metadata.get(part)},
            },
        }


def _event_name(*parts: str) -> str:
    """The object's name and a digest of what makes the Event this one: the same Event has the same name."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    return f"{parts[0][:230].rstrip('.-')}.{digest}"


def _counted(count: int, last: str) -> Object:
    return {"count": count, "lastObservedTime": last}


def _cut(text: str, limit: int) -> str:
    """Text of at most that many bytes of UTF-8, an ellipsis at the end if it was cut."""
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    return encoded[: limit - 3].decode(errors="ignore") + "…"
