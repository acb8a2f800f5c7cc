"""kopf's part: it watches our own kinds and hands every event to the cache. Handlers only pass on; they never raise.

kopf's change handlers, annotations, finalizers and indexes are not used: an `on.event` handler costs no write, and the
decision is level-triggered anyway (docs/contributing.md).
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import kopf

from kubecs.controllers.resources import WATCHED
from kubecs.kube.config import Connection
from kubecs.kube.store import EventType
from kubecs.translate.labels import GROUP, VERSION

log = logging.getLogger("kubecs.watches")

Sink = Callable[[str, EventType | None, dict[str, Any]], None]
LONGEST_PAUSE_SECONDS = 30.0


class EndlessBackoffs:
    """Growing pauses with jitter, for ever: kopf's default list ends, and the operator with it, after 54 seconds."""

    def __iter__(self) -> Iterator[float]:
        pause = 0.2
        while True:
            yield pause * (0.5 + random.random() / 2)  # noqa: S311 - jitter, no secret
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def settings() -> kopf.OperatorSettings:
    """Kopf's settings for a production operator that only watches."""
    chosen = kopf.OperatorSettings()
    chosen.scanning.disabled = True
    chosen.peering.standalone = True
    chosen.posting.enabled = False
    chosen.watching.chunk_size = 500
    chosen.watching.server_timeout = 300
    chosen.watching.connect_timeout = 5
    chosen.networking.connect_timeout = 5
    chosen.networking.request_timeout = 30
    chosen.networking.error_backoffs = EndlessBackoffs()  # re-iterable, as kopf needs it
    chosen.queueing.idle_timeout = 1.0
    chosen.persistence.finalizer = f"{GROUP}/unused"
    return chosen


def registry(connection: Connection, sink: Sink) -> kopf.OperatorRegistry:
    """The handlers: one login, one `on.event` for each of our kinds."""
    handlers = kopf.OperatorRegistry()

    @kopf.on.login(registry=handlers)
    async def login(**_: object) -> kopf.ConnectionInfo:
        """Asked again whenever the server refuses the token."""
        return kopf.ConnectionInfo(
            server=connection.server,
            ca_data=connection.ca_data,
            insecure=connection.insecure,
            token=await connection.token(),
            certificate_data=connection.certificate_data,
            private_key_data=connection.private_key_data,
            proxy_url=connection.proxy,
        )

    for resource in WATCHED:
        handler = _handler(resource.kind, sink)
        kopf.on.event(GROUP, VERSION, resource.plural, registry=handlers, id=resource.plural)(handler)
    return handlers


def _handler(kind: str, sink: Sink) -> Callable[..., Any]:
    async def pass_on(event: Mapping[str, Any], **_: object) -> None:
        sink(kind, event["type"], dict(event["object"]))

    return pass_on


@dataclass(frozen=True, slots=True)
class Watches:
    """kopf, supervised.

    Attributes:
        connection: Where to log in.
        namespaces: What to watch; none means all.
        sink: Gets every event.
        take_signals: Installs the operator's signal handlers; called when kopf has installed its own over them.
        stop: Called when a signal reached kopf before that.
    """

    connection: Connection
    namespaces: tuple[str, ...]
    sink: Sink
    take_signals: Callable[[], None]
    stop: Callable[[], None]

    async def run(self) -> None:
        """Run kopf until cancelled; when one of its watchers dies, start it anew after a pause.

        kopf ends on any watch error but a 410 inside the stream, so it needs a supervisor.
        """
        for pause in EndlessBackoffs():
            error = await self._once()
            if error is None:
                self.stop()
                return
            log.warning("kopf ended; starting it again", extra={"error": repr(error), "in": round(pause, 2)})
            await asyncio.sleep(pause)

    async def _once(self) -> BaseException | None:
        """One life of kopf; returns what it died of, or None after a signal."""
        ready = asyncio.Event()
        life = asyncio.create_task(self._operator(ready), name="kopf")
        signals = asyncio.create_task(self._take_signals(ready), name="kopf ready")
        try:
            await asyncio.wait({life})
        finally:
            for task in (life, signals):
                task.cancel()
            await asyncio.gather(life, signals, return_exceptions=True)
        return life.exception()

    async def _take_signals(self, ready: asyncio.Event) -> None:
        await ready.wait()
        self.take_signals()

    async def _operator(self, ready: asyncio.Event) -> None:
        await kopf.operator(
            registry=registry(self.connection, self.sink),
            settings=settings(),
            standalone=True,
            clusterwide=not self.namespaces,
            namespaces=self.namespaces,
            ready_flag=ready,
        )
