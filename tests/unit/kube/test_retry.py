"""The retry policy: what is tried again, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.kube import errors
from kubecs.kube.retry import Backoff, RetryPolicy


def of(kind: type[errors.ApiError], status: int, retry_after: float | None = None) -> errors.ApiError:
    return kind(status, "r", "m", retry_after=retry_after)


@given(attempt=st.integers(0, 10_000), jitter=st.floats(0, 1, exclude_max=True))
def test_delays_grow_to_the_cap_and_never_beyond(attempt: int, jitter: float) -> None:
    backoff = Backoff(base=0.1, cap=5)
    assert 0 <= backoff.delay(attempt, jitter) <= min(5, 0.1 * 2.0 ** min(attempt, 100))


def test_the_jitter_is_full() -> None:
    backoff = Backoff(base=0.1, cap=5)
    assert backoff.delay(3, 0.0) == 0
    assert backoff.delay(3, 0.5) == pytest.approx(0.4)
    assert backoff.delay(50, 0.5) == pytest.approx(2.5)


def test_retry_after_is_waited_in_full() -> None:
    assert Backoff(base=1, cap=5).delay(0, 0.5, retry_after=7) == pytest.approx(7.5)


@pytest.mark.parametrize(
    "error",
    [
        of(errors.TooManyRequests, 429),
        of(errors.Unavailable, 500),
        of(errors.Unavailable, 503),
        of(errors.Unavailable, 0),
    ],
)
def test_tried_again(error: errors.ApiError) -> None:
    assert RetryPolicy().next_delay(error, attempt=0, elapsed=0, jitter=0.5) == pytest.approx(0.05)


@pytest.mark.parametrize(
    "error",
    [
        of(errors.NotFound, 404),
        of(errors.AlreadyExists, 409),
        of(errors.Conflict, 409),
        of(errors.Gone, 410),
        of(errors.Invalid, 422),
        of(errors.Forbidden, 403),
        of(errors.Unauthorized, 401),
        of(errors.ApiError, 0),
    ],
)
def test_the_callers_to_handle(error: errors.ApiError) -> None:
    assert RetryPolicy().next_delay(error, attempt=0, elapsed=0, jitter=0.5) is None


def test_no_attempt_begins_after_the_deadline() -> None:
    policy = RetryPolicy(deadline=30)
    error = of(errors.TooManyRequests, 429, retry_after=2)
    assert policy.next_delay(error, attempt=0, elapsed=27.9, jitter=0) == 2
    assert policy.next_delay(error, attempt=0, elapsed=28.0, jitter=0) is None
