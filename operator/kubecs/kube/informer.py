"""Keeps a store equal to the server's objects: a paginated list, then a watch from there, through every fault."""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson

from kubecs.kube.client import PAGE_SIZE, Client, Lines
from kubecs.kube.errors import ApiError, Gone, from_status, unreachable
from kubecs.kube.hooks import SILENCE, Hooks
from kubecs.kube.resources import Resource
from kubecs.kube.retry import UNREACHED, Streak
from kubecs.kube.store import Change, Changes, Store

log = logging.getLogger(__name__)

MIN_WATCH_SECONDS = 300
MAX_WATCH_SECONDS = 600
FAILURES_UNTIL_LIST = 5  # refused watches in a row: perhaps the place to go on from is what is wrong


class HistoryRewound(RuntimeError):  # noqa: N818 - reads as what it says
    """The server's resourceVersions went back (restored from a backup): no cache can be trusted, start anew."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an informer follows.

    Attributes:
        resource: The kind.
        namespace: One namespace, or None for all.
        label_selector: Only objects that match, or None. An object that stops matching counts as deleted.
        field_selector: Likewise on fields.
    """

    resource: Resource
    namespace: str | None = None
    label_selector: str | None = None
    field_selector: str | None = None


class Informer:
    """Feeds a store, and tells every change in order.

    Attributes:
        scope: What is followed.
        store: The cache; also merge the answers of own writes into it (Store.written).
        synced: Set once the first list is in the store; stays set.
        resource_version: Up to which every event has been handled, bookmarks included; 0 before the first list.
        last_activity: Monotonic time of the last sign of life, for health checks.
        resumed: Whether the events since `resume_from` could be had; None until known, or when none were asked for.
    """

    def __init__(
        self,
        client: Client,
        scope: Scope,
        store: Store,
        on_change: Callable[[Change], None],
        *,
        resume_from: int | None = None,
        hooks: Hooks = SILENCE,
    ) -> None:
        """Prepares an informer.

        Args:
            client: For lists and watches.
            scope: What to follow.
            store: Empty, or fed by a former informer of the same scope.
            on_change: Called for every change, on the event loop; must return soon. What it raises ends the informer.
            resume_from: A resourceVersion, older than the list will be, from which deletions are still to be told:
                after the first list the watch starts there; the store takes only deletions from before the list.
            hooks: Told of events and restarts.
        """
        self.scope = scope
        self.store = store
        self.synced = asyncio.Event()
        self.resource_version = 0
        self.last_activity = time.monotonic()
        self.resumed: bool | None = None
        self._client = client
        self._on_change = on_change
        self._resume_from = resume_from
        self._hooks = hooks
        self._listed = False
        self._resuming = False
        self._listed_at = 0
        self._failures = 0
        self._streak = Streak()

    def resume_from(self, version: int) -> None:
        """The same as the argument, for a caller that learns the resourceVersion only before `run`."""
        self._resume_from = version

    async def run(self) -> None:
        """Lists and watches until cancelled.

        Raises:
            HistoryRewound: See there; the process should exit.
        """
        while True:
            try:
                if not self._listed:
                    await self._list()
                await self._watch()
            except ApiError as error:
                await self._recover(error)

    # Listing

    async def _list(self) -> None:
        limit = PAGE_SIZE
        while True:
            try:
                version = await self._read_list(limit)
            except Gone:
                if limit == 0:
                    raise
                limit = 0  # the snapshot expired between pages: in one piece, then
            else:
                break
        self._listed = True
        self._start_watch_at(version)
        self.synced.set()

    async def _read_list(self, limit: int) -> int:
        relist = self.store.relist()
        version = 0
        scope = self.scope
        pages = self._client.pages(
            scope.resource,
            scope.namespace,
            label_selector=scope.label_selector,
            field_selector=scope.field_selector,
            limit=limit,
        )
        async for page in pages:
            version = int(page.resource_version)
            if version < self.resource_version:
                raise HistoryRewound(f"{scope.resource.plural}: {version} after {self.resource_version}")
            self.last_activity = time.monotonic()
            self._tell(relist.page(page.items))
        self._tell(relist.finish(version))
        return version

    def _start_watch_at(self, version: int) -> None:
        """The watch goes on from the list, or from an earlier point that the caller wants to hear of again."""
        resume, self._resume_from = self._resume_from, None
        self._resuming = resume is not None and resume < version
        self._listed_at = version
        self.resource_version = resume if resume is not None and resume < version else version

    def _tell(self, changes: Changes) -> None:
        for change in changes:
            self._on_change(change)

    # Watching

    async def _watch(self) -> None:
        scope = self.scope
        stream = self._client.watch(
            scope.resource,
            scope.namespace,
            resource_version=str(self.resource_version),
            label_selector=scope.label_selector,
            field_selector=scope.field_selector,
            timeout_seconds=random.randint(MIN_WATCH_SECONDS, MAX_WATCH_SECONDS),  # noqa: S311 - spreads the load
        )
        started = self.last_activity
        async with aclosing(stream):
            async for lines in stream:
                self._take(lines)
        if self.last_activity == started:
            raise unreachable("Closed", "the server ended the watch without a word")
        self._hooks.watch_restart(scope.resource.plural, "closed")

    def _take(self, lines: Lines) -> None:
        self.last_activity = time.monotonic()
        for line in lines:
            try:
                event = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise unreachable("BadEvent", f"a watch event is not JSON: {error}") from error
            self._event(event["type"], event["object"])

    def _event(self, kind: str, obj: dict[str, Any]) -> None:
        self._hooks.watch_event(self.scope.resource.plural, kind)
        if kind == "ERROR":
            raise from_status(obj)
        version = int(obj["metadata"]["resourceVersion"])
        if kind != "BOOKMARK":
            change = self.store.observe(kind, obj)
            if change is not None:
                self._on_change(change)
        self.resource_version = version
        if self._resuming and self.resumed is None:
            self.resumed = True
        if self._failures:
            log.info("watch of %s works again", self.scope.resource.plural)
            self._failures = 0
            self._streak.over()

    # Faults

    async def _recover(self, error: ApiError) -> None:
        """Decides from where to go on, and waits."""
        plural = self.scope.resource.plural
        gone = isinstance(error, Gone)
        self._hooks.watch_restart(plural, "gone" if gone else error.reason)
        if not self._failures:
            log.log(logging.INFO if gone else logging.WARNING, "watch of %s interrupted: %s", plural, error)
        self._failures += 1
        refused = error.status not in UNREACHED and self._failures % FAILURES_UNTIL_LIST == 0
        if gone and self.resource_version < self._listed_at:
            log.warning("what was deleted of %s before this start is not known any more", plural)
            self.resumed = False
            self.resource_version = self._listed_at
        elif gone or refused:
            self._listed = False
        await asyncio.sleep(self._streak.pause(error))
