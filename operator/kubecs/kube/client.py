"""The API server's verbs on plain dicts: server-side apply, patches, paginated lists, watches; retries in one place."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlencode

import aiohttp
import orjson
from yarl import URL

from kubecs.kube import errors
from kubecs.kube.canonical import canonical
from kubecs.kube.config import Connection
from kubecs.kube.errors import ApiError, NotFound, Unauthorized
from kubecs.kube.hooks import SILENCE, Hooks
from kubecs.kube.lines import LineSplitter
from kubecs.kube.resources import Resource, resource_for
from kubecs.kube.retry import RetryPolicy

Object = dict[str, Any]
Manifest = Mapping[str, Any]
Lines = list[bytes]
Propagation = Literal["Background", "Foreground", "Orphan"]

FIELD_MANAGER = "kubecs"
PAGE_SIZE = 500
MAX_CONNECTIONS = 64  # watches hold one each; a burst queues for the rest, which costs less than its TLS handshakes
SILENT_SECONDS = 90.0  # bookmarks come about every minute, so a stream that says nothing for longer is dead

_WRITE = f"fieldManager={FIELD_MANAGER}&fieldValidation=Strict"
_APPLY = f"{_WRITE}&force=true"
_DRY_RUN = "&dryRun=All"
_JSON = {"Content-Type": "application/json"}
_APPLY_PATCH = {"Content-Type": "application/apply-patch+yaml"}  # JSON is YAML
_MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
_JSON_PATCH = {"Content-Type": "application/json-patch+json"}
_REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=5)
_WATCH_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=SILENT_SECONDS)


@dataclass(frozen=True, slots=True)
class Request:
    """One call, ready to send, as often as it takes.

    Attributes:
        verb: Kubernetes' word ("apply", "list"), for metrics.
        resource: What it is about.
        method: HTTP method.
        target: Path and encoded query.
        body: JSON, or None.
        headers: Beside the session's own.
        timeout: Of one attempt.
    """

    verb: str
    resource: Resource
    method: str
    target: str
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    timeout: aiohttp.ClientTimeout = _REQUEST_TIMEOUT


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; every page of one list is of the same resourceVersion."""

    items: list[Object]
    resource_version: str


class Client:
    """Talks to one API server. Close it, or use it as an async context manager.

    All calls raise errors.ApiError and its subclasses; 429, 5xx and missing answers only after the retry policy's
    deadline has passed.
    """

    def __init__(
        self,
        connection: Connection,
        hooks: Hooks = SILENCE,
        retry: RetryPolicy | None = None,
        version: str = "dev",
    ) -> None:
        """Prepares a client; the session is opened at the first call, inside the event loop.

        Args:
            connection: From config.load.
            hooks: Told of every attempt.
            retry: None for the default policy.
            version: Of kubecs, for the User-Agent.
        """
        self.hooks = hooks
        self._connection = connection
        self._retry = retry or RetryPolicy()
        self._headers = {"User-Agent": f"kubecs/{version}", "Accept": "application/json", "Accept-Encoding": "identity"}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    # Reads

    async def get(self, resource: Resource, namespace: str | None, name: str, subresource: str | None = None) -> Object:
        """One object."""
        return await self._call(Request("get", resource, "GET", resource.path(namespace, name, subresource)))

    async def served(self, candidates: Sequence[Resource]) -> Resource | None:
        """The first of several versions of a resource that the server has; None where it has none of them."""
        for resource in candidates:
            try:
                found = await self._call(Request("get", resource, "GET", resource.root))
            except NotFound:
                continue
            if any(each["name"] == resource.plural for each in found.get("resources") or ()):
                return resource
        return None

    async def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str | None = None,
        field_selector: str | None = None,
    ) -> tuple[list[Object], str]:
        """All objects of a namespace, or of every one, and the list's resourceVersion; read page by page."""
        items: list[Object] = []
        version = ""
        pages = self.pages(resource, namespace, label_selector=label_selector, field_selector=field_selector)
        async for page in pages:
            items.extend(page.items)
            version = page.resource_version
        return items, version

    async def pages(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str | None = None,
        field_selector: str | None = None,
        limit: int = PAGE_SIZE,
    ) -> AsyncIterator[Page]:
        """The pages of a consistent list (limit 0: a single page).

        Items of a list carry neither apiVersion nor kind; they are put in, so that an item is a whole object.

        Raises:
            errors.Gone: The list took longer than the server keeps its snapshot (5 minutes); start again.
        """
        query = _query(labelSelector=label_selector, fieldSelector=field_selector, limit=str(limit) if limit else None)
        token: str | None = None
        while True:
            more = f"&{urlencode({'continue': token})}" if token else ""
            target = f"{resource.collection_path(namespace)}?{query}{more}"
            answer = await self._call(Request("list", resource, "GET", target))
            metadata = answer["metadata"]
            yield Page(_typed(answer.get("items") or [], resource), metadata["resourceVersion"])
            token = metadata.get("continue")
            if not token:
                return

    async def watch(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        resource_version: str,
        label_selector: str | None = None,
        field_selector: str | None = None,
        timeout_seconds: int = 300,
    ) -> AsyncGenerator[Lines, None]:
        """The events after a resourceVersion, bookmarks among them, as the undecoded lines of one read each.

        Ends when the server ends the stream after `timeout_seconds`. One attempt only: the caller knows from where to
        go on. A line that was cut in the middle is not given out.

        Raises:
            errors.Gone: The resourceVersion is too old (it can also come as an ERROR event).
            errors.Unavailable: The stream was cut, or was silent for 90 s.
        """
        query = _query(
            watch="true",
            allowWatchBookmarks="true",
            resourceVersion=resource_version,
            timeoutSeconds=str(timeout_seconds),
            labelSelector=label_selector,
            fieldSelector=field_selector,
        )
        target = f"{resource.collection_path(namespace)}?{query}"
        request = Request("watch", resource, "GET", target, timeout=_WATCH_TIMEOUT)
        lines = LineSplitter()
        try:
            async with await self._send(request) as response:
                async for chunk in response.content.iter_any():
                    if complete := lines.feed(chunk):
                        yield complete
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            raise _unreachable(error) from error

    # Writes

    async def create(self, manifest: Manifest, *, dry_run: bool = False) -> Object:
        """Creates an object; in a dry run the answer is what would have been stored, and nothing is.

        Raises:
            errors.AlreadyExists: The name is taken; perhaps by this very call, when an earlier answer got lost.
        """
        resource, namespace, _ = _identity(manifest)
        target = f"{resource.collection_path(namespace)}?{_WRITE}{_DRY_RUN if dry_run else ''}"
        return await self._call(Request("create", resource, "POST", target, canonical(manifest, _plain), _JSON))

    async def apply(self, manifest: Manifest, subresource: str | None = None) -> Object:
        """Server-side apply of everything that kubecs owns of the object, taking fields over by force."""
        resource, namespace, name = _identity(manifest)
        target = f"{resource.path(namespace, name, subresource)}?{_APPLY}"
        return await self._call(Request("apply", resource, "PATCH", target, _encode(manifest), _APPLY_PATCH))

    async def patch(
        self,
        resource: Resource,
        namespace: str | None,
        name: str,
        body: Manifest | Sequence[Manifest],
        subresource: str | None = None,
    ) -> Object:
        """A JSON Patch (a sequence of operations) or a merge patch (a mapping).

        Raises:
            errors.Conflict: A merge patch named a metadata.resourceVersion that is not the object's.
            errors.Invalid: A merge patch named another metadata.uid, a `test` operation of a JSON Patch failed, or the
                result is not valid.
        """
        headers = _MERGE_PATCH if isinstance(body, Mapping) else _JSON_PATCH
        target = f"{resource.path(namespace, name, subresource)}?{_WRITE}"
        return await self._call(Request("patch", resource, "PATCH", target, _encode(body), headers))

    async def delete(
        self,
        resource: Resource,
        namespace: str | None,
        name: str,
        *,
        uid: str | None = None,
        grace_seconds: int | None = None,
        propagation: Propagation | None = "Background",
    ) -> Object:
        """Deletes an object; the answer is the object while it lingers (grace period, finalizers), else a Status.

        Args:
            resource: Of the object.
            namespace: Of the object.
            name: Of the object.
            uid: Only the object of this uid.
            grace_seconds: Grace period of a Pod; None for the Pod's own.
            propagation: What becomes of dependents; None leaves it to the server.

        Raises:
            errors.NotFound: It is gone already.
            errors.Conflict: The name is now another object's.
        """
        options: Object = {"apiVersion": "v1", "kind": "DeleteOptions"}
        if uid is not None:
            options["preconditions"] = {"uid": uid}
        if grace_seconds is not None:
            options["gracePeriodSeconds"] = grace_seconds
        if propagation is not None:
            options["propagationPolicy"] = propagation
        target = resource.path(namespace, name)
        return await self._call(Request("delete", resource, "DELETE", target, _encode(options), _JSON))

    # The wire

    async def _call(self, request: Request) -> Object:
        """Sends a request until an answer is final, and decodes it."""
        started = time.monotonic()
        attempt = 0
        while True:
            try:
                return _decode(await self._read(request))
            except ApiError as error:
                elapsed = time.monotonic() - started
                delay = self._retry.next_delay(error, attempt, elapsed, random.random())  # noqa: S311 - jitter
                if delay is None:
                    raise
            attempt += 1
            await asyncio.sleep(delay)

    async def _read(self, request: Request) -> bytes:
        """One attempt, the body read to its end."""
        try:
            async with await self._send(request) as response:
                return await response.read()
        except (aiohttp.ClientError, OSError) as error:
            raise _unreachable(error) from error

    async def _send(self, request: Request) -> aiohttp.ClientResponse:
        """One attempt, up to the answer's headers; with credentials read again once if they are refused."""
        try:
            return await self._attempt(request)
        except Unauthorized:
            await self._connection.reload(refused=True)
            return await self._attempt(request)

    async def _attempt(self, request: Request) -> aiohttp.ClientResponse:
        session = self._session or self._open()
        headers = dict(request.headers or {})
        if authorization := await self._connection.authorization():
            headers["Authorization"] = authorization
        started = time.monotonic()
        status = 0
        try:
            response = await session.request(
                request.method,
                URL(self._connection.server + request.target, encoded=True),
                data=request.body,
                headers=headers,
                timeout=request.timeout,
                allow_redirects=False,
                proxy=self._connection.proxy,
                server_hostname=self._connection.tls_server_name,
            )
            status = response.status
        finally:
            self.hooks.request(request.verb, request.resource.plural, status, time.monotonic() - started)
        if status >= 300:
            async with response:
                raise errors.from_answer(status, await response.read(), response.headers.get("Retry-After"))
        return response

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=MAX_CONNECTIONS, ssl=self._connection.ssl_context(), keepalive_timeout=60
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=2**20,  # Pods come in bursts
        )
        return self._session


def _query(**parameters: str | None) -> str:
    return urlencode({name: value for name, value in parameters.items() if value is not None})


def _identity(manifest: Manifest) -> tuple[Resource, str | None, str]:
    metadata = manifest["metadata"]
    return resource_for(manifest["apiVersion"], manifest["kind"]), metadata.get("namespace"), metadata["name"]


def _typed(items: list[Object], resource: Resource) -> list[Object]:
    for item in items:
        item.setdefault("apiVersion", resource.api_version)
        item.setdefault("kind", resource.kind)
    return items


def _encode(document: object) -> bytes:
    return orjson.dumps(document, default=_plain)


def _plain(value: object) -> object:
    """Frozen mappings as dicts; orjson knows tuples by itself."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _decode(body: bytes) -> Object:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise errors.unreachable("BadAnswer", f"the answer is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise errors.unreachable("BadAnswer", "the answer is not a JSON object")
    return document


def _unreachable(error: Exception) -> ApiError:
    message = f"{type(error).__name__}: {error}"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return ApiError(0, "CertificateError", message)  # not Unavailable: waiting does not help
    return errors.unreachable("Timeout" if isinstance(error, TimeoutError) else "ConnectionError", message)
