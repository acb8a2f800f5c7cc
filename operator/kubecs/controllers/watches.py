"""kopf's part: it watches our own kinds and hands every event to the cache.

kopf's change handlers, annotations, finalizers and indexes are not used: an `on.event` handler costs no write, and the
decision is level-triggered anyway (docs/contributing.md). It talks through a session of ours, which sees when it lists
a kind: what went before such a list, kopf never tells.

It lives in a thread with an event loop of its own, since at its end it cancels every task of the loop that it is in.
"""

import asyncio
import contextlib
import logging
import random
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import kopf
import orjson
from kopf._cogs.structs.references import Insights
from kopf._core.engines.peering import Identity

from kubecs.controllers.resources import WATCHED
from kubecs.kube.config import Connection
from kubecs.kube.errors import ApiError
from kubecs.kube.resources import Resource
from kubecs.kube.store import EventType
from kubecs.translate.labels import GROUP, VERSION

log = logging.getLogger("kubecs.watches")

T = TypeVar("T")
LONGEST_PAUSE_SECONDS = 30.0
KNOCKING_SECONDS = 2.0  # between requests of kopf's: events wait while the API server starts again
LASTING_SECONDS = 60.0  # kopf that has run for so long hears
PEER = Identity("kubecs")  # unused, since there are no peers; kopf's own guess fails for a user without a name
END_SECONDS = 1.0  # kopf ends in a tenth of one; less than the operator waits for its parts
LOOK_SECONDS = 2.0  # between two looks for a kind that kopf has left out


class EndlessBackoffs:
    """Growing pauses with jitter, for ever: kopf's default list ends, and the operator with it, after 54 seconds."""

    def __init__(self, longest: float = LONGEST_PAUSE_SECONDS) -> None:
        self._longest = longest

    def __iter__(self) -> Iterator[float]:
        pause = 0.2
        while True:
            yield pause * (0.5 + random.random() / 2)  # noqa: S311 - jitter, no secret
            pause = min(pause * 2, self._longest)


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
    chosen.networking.error_backoffs = EndlessBackoffs(KNOCKING_SECONDS)  # re-iterable, as kopf needs it
    chosen.queueing.idle_timeout = 1.0
    chosen.persistence.finalizer = f"{GROUP}/unused"
    return chosen


@dataclass(slots=True)
class Watches:
    """kopf, supervised.

    Attributes:
        connection: Where to log in.
        namespaces: What to watch; none means all.
        sink: Gets every event, on the event loop that `run` runs on.
        listed: Told there of a kind that kopf has listed: at its start, after a 410, after its own end.
        serves: Whether the API server has a kind; asked there.
        clock: Monotonic seconds.
    """

    connection: Connection
    namespaces: tuple[str, ...]
    sink: Callable[[str, EventType | None, dict[str, Any]], None]
    listed: Callable[[str], None]
    serves: Callable[[Resource], Awaitable[bool]]
    clock: Callable[[], float] = time.monotonic
    _deaf_since: float | None = field(default=None, init=False)
    _began: float = field(default=0.0, init=False)

    def deaf_seconds(self) -> float:
        """For how long kopf has ended again and again, each time soon after its start; 0 while it lasts."""
        now = self.clock()
        return 0.0 if self._deaf_since is None or now - self._began > LASTING_SECONDS else now - self._deaf_since

    async def run(self) -> None:
        """Run kopf until cancelled; when one of its watchers dies, start it anew after a pause.

        kopf ends on any watch error but a 410 inside the stream, so it needs a supervisor.
        """
        pauses = iter(EndlessBackoffs())
        while True:
            heard = self.deaf_seconds() == 0
            self._began = self.clock()
            if heard:
                self._deaf_since = self._began
            error = await self._once()
            if self.clock() - self._began > LASTING_SECONDS:
                pauses = iter(EndlessBackoffs())
            pause = next(pauses)
            log.warning("kopf ended; starting it again", extra={"error": repr(error), "in": round(pause, 2)})
            await asyncio.sleep(pause)

    async def _once(self) -> BaseException | None:
        """One life of kopf; returns what it died of, or was ended for."""
        life = Life(self, asyncio.get_running_loop())
        life.start()
        missed = asyncio.create_task(self._missed(life), name="kinds that kopf misses")
        try:
            await asyncio.wait({life.ended, missed}, return_when=asyncio.FIRST_COMPLETED)
            return life.ended.result() if life.ended.done() else missed.result()
        finally:
            missed.cancel()
            life.cancel()
            await asyncio.wait({life.ended}, timeout=END_SECONDS)

    async def _missed(self, life: "Life") -> BaseException | None:
        """Returns when the API server has a kind that it had not when kopf looked, which it does at its start alone."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for resource in life.left_out():
                try:
                    if await self.serves(resource):
                        return KindMissed(resource.plural)
                except ApiError as error:
                    log.warning("a kind is missing", extra={"resource": resource.plural, "error": str(error)})


class KindMissed(Exception):  # noqa: N818 - reads as what it says
    """There is a kind that this run of kopf does not watch."""


class Life(threading.Thread):
    """One run of kopf.

    Attributes:
        ended: On its owner's event loop: what it died of.
    """

    def __init__(self, watches: Watches, home: asyncio.AbstractEventLoop) -> None:
        super().__init__(name="kopf", daemon=True)
        self.ended: asyncio.Future[BaseException | None] = home.create_future()
        self._watches = watches
        self._home = home
        self._cancelled = False
        self._task: asyncio.Task[None] | None = None
        self._insights: Insights | None = None  # which kinds kopf has found, once it has looked
        self._pauses = iter(EndlessBackoffs())
        self._sessions: list[aiohttp.ClientSession] = []  # the last one is in use

    # The owner's thread

    def cancel(self) -> None:
        """End it; may be repeated."""
        self._cancelled = True
        if self._task is not None and not self.ended.done():
            self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    def left_out(self) -> list[Resource]:
        """Our kinds that kopf has not found; none before it has looked."""
        found = self._insights
        if found is None or not found.ready_resources.is_set():
            return []
        watched = {resource.plural for resource in found.watched_resources}
        return [resource for resource in WATCHED if resource.plural not in watched]

    def _take(self, kind: str, event: EventType | None, raw: bytes) -> None:
        self._watches.sink(kind, event, orjson.loads(raw))

    # kopf's thread

    def run(self) -> None:
        """The thread."""
        error: BaseException | None = None
        try:
            asyncio.run(self._operator())
        except (Exception, asyncio.CancelledError) as reason:  # noqa: BLE001 - the owner is told, whatever it is
            error = reason
        self._tell(self.ended.set_result, error)

    async def _operator(self) -> None:
        """Until one of kopf's tasks ends, which is the end of all: kopf itself would wait for some of them for ever."""
        self._task = asyncio.current_task()
        asyncio.get_running_loop().set_exception_handler(self._failed_aside)
        if self._cancelled:  # before there was a task
            return
        namespaces, self._insights = self._watches.namespaces, Insights()
        roots = await kopf.spawn_tasks(
            registry=self._registry(),
            settings=settings(),
            insights=self._insights,
            standalone=True,
            identity=PEER,
            clusterwide=not namespaces,
            namespaces=namespaces,
        )
        try:
            done, _ = await asyncio.wait(roots, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._end_all()
        for root in done:
            root.result()

    def _failed_aside(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Kopf's callbacks expect a task to be running, which at its end may be over before they are: no news then."""
        if self._cancelled:
            log.debug("at kopf's end: %s", context.get("message"), exc_info=context.get("exception"))
        else:
            loop.default_exception_handler(context)

    async def _end_all(self) -> None:
        """Everything at once, whatever kopf has started and lost sight of; this loop has nothing else."""
        left = asyncio.all_tasks() - {self._task}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=END_SECONDS)
        for session in self._sessions:
            await session.close()

    def _registry(self) -> kopf.OperatorRegistry:
        """The handlers: one login, one `on.event` for each of our kinds."""
        handlers = kopf.OperatorRegistry()
        kopf.on.login(registry=handlers)(self._login)
        for resource in WATCHED:
            handler = self._handler(resource.kind)
            kopf.on.event(GROUP, VERSION, resource.plural, registry=handlers, id=resource.plural)(handler)
        return handlers

    def _handler(self, kind: str) -> Callable[..., Any]:
        async def pass_on(event: Mapping[str, Any], **_: object) -> None:
            # as bytes, since kopf keeps the object, and the cache changes what it is given
            self._tell(self._take, kind, event["type"], orjson.dumps(event["object"]))

        return pass_on

    async def _login(self, **_: object) -> kopf.AiohttpSession:
        """Asked again when the server refuses the credentials: they are read anew, with growing pauses."""
        connection = self._watches.connection
        if self._sessions:
            await asyncio.sleep(next(self._pauses))
            await self._ask(connection.reload(refused=True))
        connector = aiohttp.TCPConnector(limit=0, ssl=connection.ssl_context())
        session = aiohttp.ClientSession(connector=connector, middlewares=(self._attend,), proxy=connection.proxy)
        self._sessions = [*(each for each in self._sessions if not each.closed), session]
        return kopf.AiohttpSession(server=connection.server, aiohttp_session=session)

    async def _attend(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Attends every request: puts the credentials in, fresh, and tells of lists."""
        authorization = await self._ask(self._watches.connection.authorization())
        if authorization is not None:
            request.headers["Authorization"] = authorization
        response = await handler(request)
        kind = next((resource.kind for resource in WATCHED if resource.plural == request.url.name), None)
        if kind is not None and response.ok and "watch" not in request.url.query:
            self._tell(self._watches.listed, kind)
        return response

    def _tell(self, call: Callable[..., object], *arguments: object) -> None:
        """Have something called on the owner's event loop."""
        with contextlib.suppress(RuntimeError):  # that loop is closed: the process ends, and nobody is there to care
            self._home.call_soon_threadsafe(call, *arguments)

    async def _ask(self, question: Coroutine[Any, Any, T]) -> T:
        """Have something answered there."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(question, self._home))
