"""A small synchronous client for commands that a person runs: a few calls, then the process ends.

The operator's client is kubecs.kube.client; importing that and aiohttp takes longer than all of a command may.
"""

import http.client
import os
import ssl
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import orjson

from kubecs.kube import errors
from kubecs.kube.kubeconfig import Access
from kubecs.kube.resources import Resource

FIELD_MANAGER = "kubectl-ecs"
TIMEOUT_SECONDS = 30.0
_PORTS = {"https": 443, "http": 80}
_JSON = "application/json"
_HEADS = f"{_JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

Object = dict[str, Any]
T = TypeVar("T")


class Direct:
    """Talks to one API server as one user. Each call opens a connection, so calls may run beside each other."""

    def __init__(self, access: Access, impersonate: str | None = None, timeout: float = TIMEOUT_SECONDS) -> None:
        """Prepares a client.

        Args:
            access: From kubeconfig.load.
            impersonate: User to act as (kubectl's --as), or None.
            timeout: Seconds that the server may say nothing.
        """
        self.access = access
        self._timeout = timeout
        self._url = urlsplit(access.server)
        self._trust = _trust(access) if self._url.scheme == "https" else None
        self._headers = {"User-Agent": "kubectl-ecs", "Accept": _JSON}
        if access.authorization:
            self._headers["Authorization"] = access.authorization
        if impersonate:
            self._headers["Impersonate-User"] = impersonate

    # Reads

    def get(self, resource: Resource, namespace: str | None, name: str) -> Object:
        """One object.

        Raises:
            errors.NotFound: There is none.
        """
        return self._json("GET", resource.path(namespace, name))

    def find(self, resource: Resource, namespace: str | None, name: str) -> Object | None:
        """One object, or None."""
        try:
            return self.get(resource, namespace, name)
        except errors.NotFound:
            return None

    def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        labels: str = "",
        fields: str = "",
        heads: bool = False,
    ) -> list[Object]:
        """All objects of a namespace (None: of every one) that match the selectors, each with apiVersion and kind.

        Args:
            resource: Their kind.
            namespace: Theirs.
            labels: Label selector.
            fields: Field selector.
            heads: Only their metadata is wanted.
        """
        wanted = {"labelSelector": labels, "fieldSelector": fields}
        query = urlencode({name: value for name, value in wanted.items() if value})
        path = resource.collection_path(namespace) + (f"?{query}" if query else "")
        items: list[Object] = self._json("GET", path, accept=_HEADS if heads else _JSON)["items"]
        if heads:
            return items
        for item in items:
            item.setdefault("apiVersion", resource.api_version)
            item.setdefault("kind", resource.kind)
        return items

    def lines(self, path: str) -> Iterator[bytes]:
        """The lines of an answer that may go on for as long as the caller reads: the output of a container."""
        with self._request("GET", path, timeout=None) as answer:
            while line := answer.readline():
                yield line

    # Writes

    def merge(
        self, resource: Resource, namespace: str, name: str, patch: Mapping[str, Any], *, dry_run: bool = False
    ) -> Object:
        """Merge patch of an object as the user, under this command's own field manager."""
        query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"} | ({"dryRun": "All"} if dry_run else {})
        path = f"{resource.path(namespace, name)}?{urlencode(query)}"
        return self._json("PATCH", path, orjson.dumps(patch), "application/merge-patch+json")

    def dry_apply(self, resource: Resource, namespace: str, manifest: Mapping[str, Any]) -> Object:
        """What a server-side apply would make of an object; nothing is written."""
        query = {"fieldManager": "kubectl", "fieldValidation": "Strict", "force": "true", "dryRun": "All"}
        path = f"{resource.path(namespace, manifest['metadata']['name'])}?{urlencode(query)}"
        return self._json("PATCH", path, orjson.dumps(manifest), "application/apply-patch+yaml")

    # The wire

    def _json(
        self, method: str, path: str, body: bytes | None = None, content_type: str = "", *, accept: str = _JSON
    ) -> Object:
        headers = {"Accept": accept} | ({"Content-Type": content_type} if content_type else {})
        with self._request(method, path, body, headers, timeout=self._timeout) as answer:
            document: Object = orjson.loads(answer.read())
        return document

    @contextmanager
    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float | None,
    ) -> Iterator[http.client.HTTPResponse]:
        """One call; an answer of 400 or more, and none at all, raise ApiError."""
        connection = self._connect(timeout)
        try:
            connection.request(method, self._url.path + path, body, self._headers | dict(headers or {}))
            answer = connection.getresponse()
            if answer.status >= 400:
                raise errors.from_answer(answer.status, answer.read(), answer.headers.get("Retry-After"))
            yield answer
        except (OSError, http.client.HTTPException) as error:
            raise errors.unreachable(type(error).__name__, f"{self.access.server}: {error}") from error
        finally:
            connection.close()

    def _connect(self, timeout: float | None) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port or _PORTS[self._url.scheme]
        over = urlsplit(self.access.proxy) if self.access.proxy else None
        at, port_at = (over.hostname or "", over.port or 80) if over else (host, port)
        if self._trust is None:
            return http.client.HTTPConnection(at, port_at, timeout=timeout)
        connection = _NamedConnection(at, port_at, timeout=timeout, context=self._trust)
        connection.name = self.access.server_name
        if over:
            connection.set_tunnel(host, port)
        return connection


class _NamedConnection(http.client.HTTPSConnection):
    """HTTPS that can expect another name in the certificate than the host's."""

    name: str | None = None

    def connect(self) -> None:
        """Connects, and wraps the socket for the name."""
        http.client.HTTPConnection.connect(self)
        context: ssl.SSLContext = self._context  # type: ignore[attr-defined]  # set by HTTPSConnection
        host = getattr(self, "_tunnel_host", None) or self.host
        self.sock = context.wrap_socket(self.sock, server_hostname=self.name or host)


def _trust(access: Access) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=access.authority.decode() if access.authority else None)
    if access.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if access.certificate and access.key:
        with tempfile.TemporaryDirectory() as directory:  # Python reads a client certificate from files only
            certificate, key = os.path.join(directory, "crt"), os.path.join(directory, "key")
            for path, content in ((certificate, access.certificate), (key, access.key)):
                with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                    file.write(content)
            context.load_cert_chain(certificate, key)
    return context


def together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Runs calls beside each other, and returns what they gave, in order.

    Raises:
        BaseException: What the first of them that failed raised.
    """
    results: list[Any] = [None] * len(calls)
    failures: dict[int, BaseException] = {}

    def run(index: int) -> None:
        try:
            results[index] = calls[index]()
        except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
            failures[index] = error

    threads = [Thread(target=run, args=(index,), daemon=True) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[min(failures)]
    return results
