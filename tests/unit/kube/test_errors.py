"""Errors from Status objects and from answers that hold none."""

import orjson
import pytest

from kubecs.kube import errors


def status(code: int, reason: str, message: str = "m", **details: object) -> bytes:
    document = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason}
    return orjson.dumps({**document, "message": message, "details": details})


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (400, "BadRequest", errors.Invalid),
        (401, "Unauthorized", errors.Unauthorized),
        (403, "Forbidden", errors.Forbidden),
        (404, "NotFound", errors.NotFound),
        (409, "AlreadyExists", errors.AlreadyExists),
        (409, "Conflict", errors.Conflict),
        (410, "Expired", errors.Gone),
        (410, "Gone", errors.Gone),
        (422, "Invalid", errors.Invalid),
        (429, "TooManyRequests", errors.TooManyRequests),
        (500, "InternalError", errors.Unavailable),
        (503, "ServiceUnavailable", errors.Unavailable),
        (504, "Timeout", errors.Unavailable),
        (405, "MethodNotAllowed", errors.ApiError),
    ],
)
def test_class_by_status_and_reason(code: int, reason: str, kind: type[errors.ApiError]) -> None:
    error = errors.from_answer(code, status(code, reason))
    assert type(error) is kind
    assert (error.status, error.reason, error.message) == (code, reason, "m")


def test_details_and_both_places_of_retry_after() -> None:
    body = status(429, "TooManyRequests", retryAfterSeconds=7)
    assert errors.from_answer(429, body).retry_after == 7
    assert errors.from_answer(429, body, "3").retry_after == 3
    assert errors.from_answer(429, body, "Wed, 21 Oct 2026 07:28:00 GMT").retry_after == 7
    assert errors.from_answer(429, body).details["retryAfterSeconds"] == 7


def test_a_namespace_that_goes_is_told_from_other_refusals() -> None:
    ending = status(403, "Forbidden", causes=[{"reason": "NamespaceTerminating", "field": "metadata.namespace"}])
    assert type(errors.from_answer(403, ending)) is errors.NamespaceEnding
    assert type(errors.from_answer(404, status(404, "NotFound", kind="namespaces"))) is errors.NamespaceEnding
    assert type(errors.from_answer(403, status(403, "Forbidden", causes=[]))) is errors.Forbidden
    assert type(errors.from_answer(404, status(404, "NotFound", kind="pods"))) is errors.NotFound


def test_an_apply_that_breaks_the_schema_is_invalid_though_the_server_says_500() -> None:
    message = "failed to create typed patch object (a/b; /v1, Kind=Pod): .spec.bogus: field not declared in schema"
    assert isinstance(errors.from_answer(500, status(500, "", message)), errors.Invalid)


@pytest.mark.parametrize("body", [b"<html>502 Bad Gateway</html>", b"", b"[]", b'"text"', b'{"kind":"Pod"}'])
def test_an_answer_without_a_status(body: bytes) -> None:
    error = errors.from_answer(502, body)
    assert isinstance(error, errors.Unavailable)
    assert error.status == 502


def test_an_error_event_of_a_watch() -> None:
    error = errors.from_status({"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"})
    assert isinstance(error, errors.Gone)
    assert str(error) == "410 Expired: too old"


def test_no_answer() -> None:
    error = errors.unreachable("Timeout", "nothing came")
    assert isinstance(error, errors.Unavailable)
    assert (error.status, error.reason) == (0, "Timeout")
