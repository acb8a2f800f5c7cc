"""A plain HTTPS client of the cluster's API server, for setting it up and for looking at it in tests."""

from __future__ import annotations

import functools
import http.client
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.localcluster.pki import Pair

_APPLY = "application/apply-patch+yaml"
TOO_MANY_REQUESTS = 429
PATIENCE = 10  # reads that are tried again


class ApiError(RuntimeError):
    """The API server refused; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


@dataclass(frozen=True)
class Resource:
    """Where the objects of a kind are served."""

    prefix: str
    plural: str
    namespaced: bool

    def path(self, namespace: str | None, name: str | None = None, subresource: str | None = None) -> str:
        """The path of one object, or of all in a namespace, or of all."""
        parts = [self.prefix]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        return "/".join([*parts, self.plural, *filter(None, (name, subresource))])


@functools.cache
def _context(authority: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority))
    context.load_cert_chain(certificate, key)
    return context


@dataclass(frozen=True)
class Api:
    """Calls as the holder of a client certificate."""

    port: int
    authority: Path
    user: Pair
    _resources: dict[str, Resource] = field(default_factory=dict, init=False, repr=False, compare=False)

    def call(
        self, method: str, path: str, body: object = None, content_type: str = "application/json"
    ) -> dict[str, Any]:
        """One call; returns the decoded answer ({"text": …} where the answer is not an object).

        Raises:
            ApiError: the answer is not 2xx.
            OSError: no connection.
        """
        text = self._send(method, path, body, content_type)
        decoded: dict[str, Any] = json.loads(text) if text.startswith("{") else {"text": text}
        return decoded

    def call_lines(self, path: str) -> list[dict[str, Any]]:
        """A GET that answers with one JSON document a line: a watch, which ends after its timeoutSeconds.

        Raises:
            ApiError: the answer is not 2xx.
        """
        return [json.loads(line) for line in self._send("GET", path, None, "application/json").splitlines()]

    def _send(self, method: str, path: str, body: object, content_type: str) -> str:
        """One call, and a read again when the server asks for patience, as kubectl does."""
        for _ in range(PATIENCE):
            try:
                return self._send_once(method, path, body, content_type)
            except ApiError as error:
                if method != "GET" or error.status != TOO_MANY_REQUESTS:
                    raise
            time.sleep(1)  # what Retry-After says of a cache that is being filled
        return self._send_once(method, path, body, content_type)

    def _send_once(self, method: str, path: str, body: object, content_type: str) -> str:
        context = _context(self.authority, self.user.certificate, self.user.key)
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=60)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": content_type, "Accept": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= 300:
            raise ApiError(answer.status, text)
        return text

    def apply(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Server-side apply of one object; the path names it."""
        return self.call("PATCH", f"{path}?fieldManager=local-cluster&force=true", body, _APPLY)

    def answers(self, path: str) -> bool:
        """Whether a GET succeeds."""
        try:
            self.call("GET", path)
        except (ApiError, OSError, http.client.HTTPException):
            return False
        return True

    def resource(self, kind: str) -> Resource:
        """Where a kind is served; it may be given as kubectl takes it: kind, plural, singular or short name.

        Raises:
            LookupError: the server has no such kind.
        """
        if kind.lower() not in self._resources:
            self._discover()
        try:
            return self._resources[kind.lower()]
        except KeyError:
            raise LookupError(f"the API server has no kind {kind}") from None

    def _discover(self) -> None:
        groups = [group["preferredVersion"]["groupVersion"] for group in self.call("GET", "/apis")["groups"]]
        for prefix in ("/api/v1", *(f"/apis/{group}" for group in groups)):
            for entry in self.call("GET", prefix)["resources"]:
                if "/" not in entry["name"]:
                    resource = Resource(prefix, entry["name"], entry["namespaced"])
                    names = (entry["kind"], entry["name"], entry["singularName"], *entry.get("shortNames", ()))
                    for name in names:
                        self._resources.setdefault(name.lower(), resource)
