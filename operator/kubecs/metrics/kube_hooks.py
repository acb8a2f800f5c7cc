"""What the Kubernetes client reports, as metrics. Fits kubecs.kube.hooks.Hooks.

Called for every watch event, so the series are looked up once and kept.
"""

import time
from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram

from kubecs.metrics.registry import Metrics


class KubeHooks:
    """Counts requests, watch events and restarts of watches."""

    def __init__(self, metrics: Metrics, clock: Callable[[], float] = time.time) -> None:
        self._metrics = metrics
        self._clock = clock
        self._requests: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._watches: dict[tuple[str, str], tuple[Counter, Gauge]] = {}

    def request(self, verb: str, resource: str, code: int, seconds: float) -> None:
        """One attempt at a request ended after `seconds`; code 0 means that no answer came."""
        key = (verb, resource, code)
        series = self._requests.get(key)
        if series is None:
            labels = {"verb": verb, "resource": resource, "code": str(code)}
            series = self._requests[key] = (
                self._metrics.counter("ecs_operator_kube_requests_total", **labels),
                self._metrics.histogram("ecs_operator_kube_request_duration_seconds", **labels),
            )
        series[0].inc()
        series[1].observe(seconds)

    def watch_event(self, resource: str, event_type: str) -> None:
        """One event, bookmark or error came through a watch: the watch is alive."""
        key = (resource, event_type)
        series = self._watches.get(key)
        if series is None:
            series = self._watches[key] = (
                self._metrics.counter("ecs_operator_watch_events_total", resource=resource, type=event_type),
                self._metrics.gauge("ecs_operator_watch_last_activity_timestamp_seconds", resource=resource),
            )
        series[0].inc()
        series[1].set(self._clock())

    def watch_restart(self, resource: str, reason: str) -> None:
        """A watch ended and is opened again."""
        self._metrics.count("ecs_operator_watch_restarts_total", resource=resource, reason=reason)
