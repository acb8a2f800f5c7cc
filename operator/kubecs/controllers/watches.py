"""kopf's part: it watches our own kinds and hands every event to the cache. Handlers only pass on; they never raise.

kopf's change handlers, annotations, finalizers and indexes are not used: an `on.event` handler costs no write, and the
decision is level-triggered anyway (docs/contributing.md).
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, Mapping
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


async def run(connection: Connection, namespaces: tuple[str, ...], sink: Sink, stop: asyncio.Event) -> None:
    """Run kopf until `stop` is set; when one of its watchers dies, start it anew after a pause.

    kopf ends on any watch error but a 410 inside the stream, so it needs a supervisor.
    """
    for pause in EndlessBackoffs():
        operator = asyncio.create_task(_operator(connection, namespaces, sink), name="kopf")
        stopping = asyncio.create_task(stop.wait(), name="kopf-stop")
        await asyncio.wait({operator, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if stop.is_set():
            operator.cancel()
            await asyncio.gather(operator, return_exceptions=True)
            return
        log.warning("kopf ended; starting it again", extra={"error": repr(operator.exception()), "in": round(pause, 2)})
        await asyncio.sleep(pause)


async def _operator(connection: Connection, namespaces: tuple[str, ...], sink: Sink) -> None:
    await kopf.operator(
        registry=registry(connection, sink),
        settings=settings(),
        standalone=True,
        clusterwide=not namespaces,
        namespaces=namespaces,
    )
