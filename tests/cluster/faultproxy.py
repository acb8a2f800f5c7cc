"""A proxy between one client and the real API server that makes the faults which a network and a server have.

Plain HTTP comes in on loopback; HTTPS goes out with the caller's own Authorization header. The proxy runs in a thread,
so that tests may be plain functions:

    with FaultProxy(cluster.url, cluster.certificate_authority) as proxy:
        proxy.add(Answer(429, retry_after=1), method="PATCH", path="/deployments/", times=2)
        operator.start(kubeconfig=proxy.kubeconfig(operator.kubeconfig))
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
from aiohttp import web
from yarl import URL

from tools.localcluster.process import free_port

T = TypeVar("T")
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "upgrade"}
_REASONS = {409: "Conflict", 410: "Expired", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable"}


@dataclass(frozen=True)
class Answer:
    """Answers by itself with a Status; the API server never sees the call."""

    status: int
    retry_after: int | None = None


@dataclass(frozen=True)
class Stale:
    """Answers by itself with what was true once: a body that the API server gave then."""

    body: bytes


@dataclass(frozen=True)
class WatchError:
    """Answers a watch as the API server does when history is gone: 200, and one ERROR event with this code."""

    code: int = 410


@dataclass(frozen=True)
class Cut:
    """Passes this many whole lines of the answer, then half of the next one, and drops the connection."""

    lines: int = 0


@dataclass(frozen=True)
class Silence:
    """Passes the answer's head and nothing of its body, for as long as the client stays."""


@dataclass(frozen=True)
class Delay:
    """Waits before the call goes to the API server."""

    seconds: float


@dataclass(frozen=True)
class Late:
    """Passes the body of the answer so much later than it comes: of several watches each has a time of its own."""

    seconds: float


@dataclass(frozen=True)
class Before:
    """Runs a hook when the call has come in and before the API server sees it."""

    hook: Callable[[], object]


@dataclass(frozen=True)
class After:
    """Runs a hook when the API server has answered and before the client sees it."""

    hook: Callable[[], object]


Action = Answer | Stale | WatchError | Cut | Silence | Delay | Late | Before | After


@dataclass
class Fault:
    """An action on calls that match: skips the first `skip` of them, then acts `times` times (None: on all)."""

    action: Action
    method: re.Pattern[str]
    path: re.Pattern[str]
    times: int | None
    skip: int
    seen: int = 0
    hits: int = 0

    def takes(self, method: str, path: str) -> bool:
        """Counts a call, and says whether the action is due on it."""
        if not (self.method.fullmatch(method) and self.path.search(path)):
            return False
        self.seen += 1
        due = self.seen > self.skip and (self.times is None or self.hits < self.times)
        self.hits += due
        return due


@dataclass(frozen=True)
class Call:
    """One answered call: path with its query, and the status that the client got."""

    method: str
    path: str
    status: int


@dataclass
class FaultProxy:
    """The proxy; `calls` holds every call that was answered, in the order in which the answers began."""

    upstream: str
    authority: Path
    port: int = field(default_factory=free_port)
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def add(self, action: Action, *, method: str = ".*", path: str = "", times: int | None = 1, skip: int = 0) -> Fault:
        """Adds a fault; `method` and `path` are regular expressions, the latter searched in path and query."""
        fault = Fault(action, re.compile(method), re.compile(path), times, skip)
        self.faults.append(fault)
        return fault

    def instead(self, action: Action, paths: Iterable[str], times: int | None = 1) -> list[Fault]:
        """Puts one fault for each path in the place of all faults that there are; no call comes through in between."""
        faults = [Fault(action, re.compile(".*"), re.compile(path), times, 0) for path in paths]
        self.faults = faults
        return faults

    def clear(self) -> None:
        """Takes all faults away; streams that are silent stay so."""
        self.faults.clear()

    def count(self, method: str = ".*", path: str = "") -> int:
        """How many answered calls match."""
        return sum(bool(re.fullmatch(method, c.method) and re.search(path, c.path)) for c in tuple(self.calls))

    def hold(self) -> None:
        """Keeps back everything that comes from the API server, on running streams too, until `release`."""
        self._on_loop(self._flow.clear)

    def release(self) -> None:
        """Lets what was kept back through, in order."""
        self._on_loop(self._flow.set)

    def cut_streams(self) -> int:
        """Drops the connection of every running watch; returns how many there were."""
        return self._on_loop(self._abort_streams)

    def kubeconfig(self, original: Path) -> Path:
        """Writes a kubeconfig beside the original: the same user, through the proxy."""
        document = json.loads(original.read_text())
        document["clusters"][0]["cluster"] = {"server": f"http://127.0.0.1:{self.port}"}
        path = original.with_name(f"{original.stem}.through-{self.port}.kubeconfig")
        path.write_text(json.dumps(document))
        return path

    @property
    def agent(self) -> str:
        """The User-Agent of all that comes through, by which the audit log tells it from the rest."""
        return f"through-fault-proxy-{self.port}"

    # Life

    def __enter__(self) -> Self:
        """Starts to listen."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drops all connections and stops."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _on_loop(self, work: Callable[[], T]) -> T:
        async def call() -> T:
            return work()

        return self._run(call())

    async def _open(self) -> None:
        self._flow = asyncio.Event()
        self._flow.set()
        self._streams: dict[int, web.BaseRequest] = {}
        trust = ssl.create_default_context(cafile=str(self.authority))
        connector = aiohttp.TCPConnector(ssl=trust, limit=0)
        timeout = aiohttp.ClientTimeout(total=None)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)
        server = web.Server(self._serve, access_log=None, handler_cancellation=True)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def _close(self) -> None:
        self._flow.set()
        self._abort_streams()
        await self._runner.cleanup()
        await self._session.close()

    def _abort_streams(self) -> int:
        streams = tuple(self._streams.values())
        for request in streams:
            if request.transport is not None:
                request.transport.abort()
        return len(streams)

    # One call

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        due = [fault.action for fault in tuple(self.faults) if fault.takes(request.method, request.raw_path)]
        for action in due:
            if isinstance(action, Delay):
                await asyncio.sleep(action.seconds)
            elif isinstance(action, Before):
                await asyncio.to_thread(action.hook)
        own = next((response for action in due if (response := _own_answer(action))), None)
        if own is not None:
            self._note(request, own.status)
            return own
        return await self._forward(request, due)

    async def _forward(self, request: web.BaseRequest, due: list[Action]) -> web.StreamResponse:
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _HOP_BY_HOP}
        headers["User-Agent"] = self.agent
        url = URL(self.upstream + request.raw_path, encoded=True)
        body = await request.read()
        async with self._session.request(request.method, url, headers=headers, data=body or None) as answer:
            hooks = [action.hook for action in due if isinstance(action, After)]
            whole = await answer.read() if hooks else None
            for hook in hooks:
                await asyncio.to_thread(hook)
            kept = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP_BY_HOP}
            response = web.StreamResponse(status=answer.status, headers=kept)
            await self._flow.wait()
            self._note(request, answer.status)  # first: the client may read the head before this thread goes on
            await response.prepare(request)
            await self._relay(request, response, self._body(answer, due) if whole is None else _once(whole))
        return response

    async def _relay(
        self, request: web.BaseRequest, response: web.StreamResponse, chunks: AsyncIterator[bytes]
    ) -> None:
        self._streams[id(request)] = request
        try:
            async for chunk in chunks:
                await self._flow.wait()
                await response.write(chunk)
            await response.write_eof()
        except _CutHereError:
            if request.transport is not None:
                request.transport.abort()
        finally:
            del self._streams[id(request)]

    async def _body(self, answer: aiohttp.ClientResponse, due: list[Action]) -> AsyncIterator[bytes]:
        """The parts of the answer's body that the client shall see."""
        cut = next((action for action in due if isinstance(action, Cut)), None)
        if any(isinstance(action, Silence) for action in due):
            await asyncio.Event().wait()  # until the client leaves, which cancels this
        elif cut is None:
            late = sum(action.seconds for action in due if isinstance(action, Late))
            async for chunk in answer.content.iter_any():
                await asyncio.sleep(late)
                yield chunk
        else:
            for _ in range(cut.lines):
                yield await answer.content.readline()
            line = await answer.content.readline()
            yield line[: len(line) // 2]
            await asyncio.sleep(0.05)  # lets the half line leave before the connection goes
            raise _CutHereError

    def _note(self, request: web.BaseRequest, status: int) -> None:
        self.calls.append(Call(request.method, request.raw_path, status))


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


class _CutHereError(Exception):
    """The connection is to be dropped."""


def _own_answer(action: Action) -> web.Response | None:
    """The answer that an action gives without asking the API server."""
    if isinstance(action, WatchError):
        event = {"type": "ERROR", "object": _status(action.code)}
        return web.Response(body=json.dumps(event).encode() + b"\n", content_type="application/json")
    if isinstance(action, Stale):
        return web.Response(body=action.body, content_type="application/json")
    if isinstance(action, Answer):
        headers = {} if action.retry_after is None else {"Retry-After": str(action.retry_after)}
        return web.json_response(_status(action.status), status=action.status, headers=headers)
    return None


def _status(code: int) -> dict[str, Any]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": f"made up by the fault proxy: {code}",
        "reason": _REASONS.get(code, "Unknown"),
        "code": code,
    }
