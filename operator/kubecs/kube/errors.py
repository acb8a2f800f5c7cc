"""Errors of the API server, by what a caller does about them; built from the Status object in the answer."""

# ruff: noqa: N818 - the names are the reasons of Kubernetes

from collections.abc import Mapping
from typing import Any

import orjson


class ApiError(Exception):
    """The API server refused a request, or could not be reached.

    Attributes:
        status: HTTP status code; 0 when there was no answer.
        reason: The Status' reason ("AlreadyExists"), or what kept the answer away ("Timeout").
        message: For people.
        details: The Status' details: kind, name, causes.
        retry_after: Seconds that the server asked to wait, or None.
        tried: What was to be done, in words; empty as long as the caller has not said so.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.details: Mapping[str, Any] = details or {}
        self.retry_after = retry_after
        self.tried = ""

    @property
    def report(self) -> str:
        """For people who did not send the request: what was to be done, and what the server said to it."""
        return f"{self.tried}: {self.message}" if self.tried else self.message

    def __str__(self) -> str:
        return f"{self.status} {self.reason}: {self.message}"


class Unauthorized(ApiError):
    """401: the credentials are not, or no longer, accepted."""


class Forbidden(ApiError):
    """403: RBAC, a quota or an admission policy says no."""


class NamespaceEnding(ApiError):
    """403 or 404 because the namespace is being deleted, or has gone: nothing can be made in it any more."""


class NotFound(ApiError):
    """404: no such object, or no such resource."""


class AlreadyExists(ApiError):
    """409 on a create: the name is taken."""


class Conflict(ApiError):
    """409 on anything else: a precondition (uid, resourceVersion) failed, so what the caller read is old."""


class Gone(ApiError):
    """410: the resourceVersion or continue token is too old; list again."""


class Invalid(ApiError):
    """422, and 400 of strict field validation: the object breaks its schema or a rule, or a JSON Patch test failed."""


class TooManyRequests(ApiError):
    """429: the server asks to come back later."""


class Unavailable(ApiError):
    """5xx, or no answer at all (connection refused, cut, timed out)."""


_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Invalid,
    429: TooManyRequests,
}

# An apply with a field that the schema lacks is answered 500 without a reason (seen on 1.36); waiting changes nothing.
_UNTYPED = "failed to create typed patch object"


def error_class(
    status: int, reason: str, message: str = "", details: Mapping[str, Any] | None = None
) -> type[ApiError]:
    """The class for an HTTP status and a Status' reason, message and details."""
    if message.startswith(_UNTYPED):
        return Invalid
    if _namespace_ends(status, details or {}):
        return NamespaceEnding
    if reason == "AlreadyExists":
        return AlreadyExists
    if reason == "Expired":
        return Gone
    if status >= 500:
        return Unavailable
    return _BY_STATUS.get(status, ApiError)


def _namespace_ends(status: int, details: Mapping[str, Any]) -> bool:
    if status == 404:
        return details.get("kind") == "namespaces"
    causes = details.get("causes") or ()
    return status == 403 and any(cause.get("reason") == "NamespaceTerminating" for cause in causes)


def from_status(body: Mapping[str, Any], status: int | None = None, retry_after: float | None = None) -> ApiError:
    """The error that a Status object tells; also used for the ERROR events of a watch, which carry one.

    Args:
        body: A meta/v1 Status.
        status: The HTTP status code, where it is known better than from the body.
        retry_after: Seconds of the Retry-After header; the details' retryAfterSeconds is the second source.
    """
    code = int(status or body.get("code") or 500)
    reason = str(body.get("reason") or code)
    details = body.get("details") or {}
    if retry_after is None and "retryAfterSeconds" in details:
        retry_after = float(details["retryAfterSeconds"])
    message = str(body.get("message") or reason)
    return error_class(code, reason, message, details)(code, reason, message, details, retry_after)


def from_answer(status: int, body: bytes, retry_after: str | None = None) -> ApiError:
    """The error of an HTTP answer, whose body is a Status, or, from a proxy in between, anything.

    Args:
        status: HTTP status code, 400 or more.
        body: The body as it came.
        retry_after: The Retry-After header; only its form in seconds is used by Kubernetes.
    """
    seconds = float(retry_after) if retry_after and retry_after.isdigit() else None
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict) or document.get("kind") != "Status":
        document = {"message": body[:200].decode(errors="replace").strip()}
    return from_status(document, status, seconds)


def unreachable(reason: str, message: str) -> Unavailable:
    """No answer: the connection could not be made, was cut, or nothing came in time."""
    return Unavailable(0, reason, message)
