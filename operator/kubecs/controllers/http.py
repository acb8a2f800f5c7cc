"""The operator's own HTTP: /healthz and /readyz for the kubelet, /metrics for Prometheus.

It starts before anything else, so that a slow first list is seen as "not ready" and never as "dead".
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from aiohttp import web
from aiohttp.typedefs import Handler

# What a probe learns: whether all is well, and one line that says what is not.
Check = Callable[[], tuple[bool, str]]

# SIGTERM has to end the operator within 5 s; a scraper that hangs may hold each listener up no longer than this.
SHUTDOWN_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Probes:
    """What the pages answer from; each is called on the event loop for every request.

    Attributes:
        healthz: False makes the kubelet restart the operator. It must return at once, as must readyz.
        readyz: False keeps the Pod out of Services and holds up a rolling update.
        metrics: The whole page in Prometheus' text format; it may take its time, if it lets others go on meanwhile.
        metrics_content_type: Of that page.
    """

    healthz: Check
    readyz: Check
    metrics: Callable[[], Awaitable[bytes]]
    metrics_content_type: str


class Ports(NamedTuple):
    """The TCP ports that are really open."""

    health: int
    metrics: int


def _answer(check: Check) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        well, detail = check()
        return web.Response(status=200 if well else 503, text=detail + "\n")

    return handler


def _metrics(probes: Probes) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=await probes.metrics(), headers={"Content-Type": probes.metrics_content_type})

    return handler


async def _listen(stack: AsyncExitStack, host: str, port: int, routes: list[web.RouteDef]) -> int:
    """Open one listener; it is closed with the stack. Returns its port."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_SECONDS)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return int(runner.addresses[0][1])


@asynccontextmanager
async def serve(host: str, health_port: int, metrics_port: int, probes: Probes) -> AsyncIterator[Ports]:
    """Serve the three pages while the context lasts.

    Args:
        host: Address to bind, as 0.0.0.0.
        health_port: Port of /healthz and /readyz; 0 takes any free one.
        metrics_port: Port of /metrics; the same number as `health_port` makes one listener for all three.
        probes: What to answer.

    Yields:
        The open ports.

    Raises:
        OSError: A port is taken; nothing stays open then.
    """
    health = [web.get("/healthz", _answer(probes.healthz)), web.get("/readyz", _answer(probes.readyz))]
    metrics = [web.get("/metrics", _metrics(probes))]
    async with AsyncExitStack() as stack:
        if health_port == metrics_port:
            port = await _listen(stack, host, health_port, health + metrics)
            yield Ports(port, port)
        else:
            first = await _listen(stack, host, health_port, health)
            yield Ports(first, await _listen(stack, host, metrics_port, metrics))
