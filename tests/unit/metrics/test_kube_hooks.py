"""What the Kubernetes client reports turns into metrics."""

import inspect

import pytest

from kubecs.kube.hooks import Hooks
from kubecs.metrics.kube_hooks import KubeHooks
from kubecs.metrics.registry import Metrics
from tests.unit.metrics.states import scrape, value


def test_it_is_what_the_client_calls() -> None:
    for name in ("request", "watch_event", "watch_restart"):
        assert inspect.signature(getattr(KubeHooks, name)) == inspect.signature(getattr(Hooks, name))


def test_requests_are_counted_and_timed_by_outcome() -> None:
    metrics = Metrics("1.2.3")
    hooks = KubeHooks(metrics)
    for code, seconds in ((200, 0.003), (200, 0.2), (429, 0.001), (0, 5.0)):
        hooks.request("patch", "deployments", code, seconds)
    samples = scrape(metrics)
    asked = {"verb": "patch", "resource": "deployments"}
    assert value(samples, "ecs_operator_kube_requests_total", code="200", **asked) == 2
    assert value(samples, "ecs_operator_kube_requests_total", code="429", **asked) == 1
    assert value(samples, "ecs_operator_kube_requests_total", code="0", **asked) == 1
    name = "ecs_operator_kube_request_duration_seconds"
    assert value(samples, f"{name}_bucket", code="200", le="0.005", **asked) == 1
    assert value(samples, f"{name}_sum", code="200", **asked) == pytest.approx(0.203)


def test_watch_events_move_the_time_of_the_last_activity() -> None:
    metrics = Metrics("1.2.3")
    times = iter([100.0, 160.0])
    hooks = KubeHooks(metrics, clock=lambda: next(times))
    hooks.watch_event("pods", "ADDED")
    hooks.watch_event("pods", "BOOKMARK")
    samples = scrape(metrics)
    assert value(samples, "ecs_operator_watch_events_total", resource="pods", type="added") == 1
    assert value(samples, "ecs_operator_watch_events_total", resource="pods", type="bookmark") == 1
    assert value(samples, "ecs_operator_watch_last_activity_timestamp_seconds", resource="pods") == 160


def test_restarts_are_counted_by_reason() -> None:
    metrics = Metrics("1.2.3")
    hooks = KubeHooks(metrics)
    for reason in ("closed", "gone", "closed"):
        hooks.watch_restart("nodes", reason)
    samples = scrape(metrics)
    assert value(samples, "ecs_operator_watch_restarts_total", resource="nodes", reason="closed") == 2
    assert value(samples, "ecs_operator_watch_restarts_total", resource="nodes", reason="gone") == 1
