"""The registry: event metrics are written here by name as the table has them, all metrics are printed from here."""

import asyncio
import platform
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from kubecs.metrics import collectors
from kubecs.metrics.table import BY_NAME, TABLE, Metric
from kubecs.metrics.view import StateView
from kubecs.metrics.words import word
from kubecs.plan.actions import Observation

GONE_SECONDS = 900.0  # a namespace without any object for so long has no series: Prometheus has read its last ones

Written = TypeVar("Written", Counter, Gauge, Histogram)


class MetricError(ValueError):
    """A metric was written that is not in the table, or not as the table says: a mistake in the code that writes it."""


class Metrics:
    """All metrics of one process, in a registry of its own.

    Writing names the metric and every label of its row. Values of labels with a closed vocabulary may come in ECS's
    spelling (`FARGATE`, `EssentialContainerExited`). Every writer raises MetricError for an unknown name, for labels
    that are not the row's, and for a value outside a closed vocabulary.
    """

    content_type = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self, version: str) -> None:
        # Else every counter and histogram drags a gauge of its start time along.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library left it without annotations
        self._registries: list[CollectorRegistry] = []  # one for each metric: each is printed in a turn of its own
        self._absent: dict[str, float | None] = {}  # by namespace with series: since when it holds nothing
        self._view: StateView | None = None
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in TABLE:
            self._register(metric)
        ProcessCollector(registry=self._new_registry())
        self._record: Mapping[str, Callable[[Observation], None]] = {
            "counter": lambda seen: self.count(seen.metric, seen.value, **seen.labels),
            "gauge": lambda seen: self.set(seen.metric, seen.value, **seen.labels),
            "histogram": lambda seen: self.observe(seen.metric, seen.value, **seen.labels),
        }
        self.set("ecs_operator_build_info", 1, version=version, python_version=platform.python_version())

    def _new_registry(self) -> CollectorRegistry:
        self._registries.append(CollectorRegistry())
        return self._registries[-1]

    def _register(self, metric: Metric) -> None:
        name, text, labels = metric.name, metric.help, metric.labels
        if metric.kind == "counter":
            self._counters[name] = Counter(name, text, labels, registry=self._new_registry())
        elif metric.kind == "gauge":
            self._gauges[name] = Gauge(name, text, labels, registry=self._new_registry())
        elif metric.kind == "histogram":
            registry = self._new_registry()
            self._histograms[name] = Histogram(name, text, labels, registry=registry, buckets=metric.buckets)

    def read_state_from(self, view: StateView) -> None:
        """From now on, print the state metrics that `view` gives."""
        self._view = view

    def counter(self, name: str, /, **labels: str) -> Counter:
        """Return one series of a counter, made with 0 when it is new: for hot paths, and for zeros that should show."""
        return self._series(self._counters, name, labels)

    def gauge(self, name: str, /, **labels: str) -> Gauge:
        """Return one series of a gauge."""
        return self._series(self._gauges, name, labels)

    def histogram(self, name: str, /, **labels: str) -> Histogram:
        """Return one series of a histogram."""
        return self._series(self._histograms, name, labels)

    def count(self, name: str, amount: float = 1.0, /, **labels: str) -> None:
        """Add to a counter."""
        self._series(self._counters, name, labels).inc(amount)

    def set(self, name: str, value: float, /, **labels: str) -> None:
        """Set a gauge."""
        self._series(self._gauges, name, labels).set(value)

    def observe(self, name: str, value: float, /, **labels: str) -> None:
        """Put a value, in the metric's unit, into a histogram."""
        self._series(self._histograms, name, labels).observe(value)

    def record(self, observation: Observation) -> None:
        """Write what a plan observed, in the way of the metric's kind."""
        metric = BY_NAME.get(observation.metric)
        write = self._record.get(metric.kind) if metric else None
        if write is None:
            raise MetricError(f"no metric that a plan can observe: {observation.metric}")
        write(observation)

    def render(self) -> bytes:
        """Print all metrics in Prometheus' text format 0.0.4."""
        return b"".join(self._pieces())

    async def page(self) -> bytes:
        """The same on the event loop, where the caches are, without keeping others from it for long.

        1,000 services with 10,000 tasks are printed in some 25 ms.
        """
        printed = []
        for piece in self._pieces():
            printed.append(piece)
            await asyncio.sleep(0)
        return b"".join(printed)

    def _pieces(self) -> Iterator[bytes]:
        if self._view is not None:
            self._forget_gone(self._view)
        yield from map(generate_latest, self._registries)
        if self._view is not None:
            yield from map(str.encode, collectors.pieces(self._view))

    def _forget_gone(self, view: StateView) -> None:
        """Remove the series of namespaces that have held nothing for a while, else they would stay for ever."""
        now, present = view.now(), view.namespaces()
        for namespace, since in tuple(self._absent.items()):
            if namespace in present:
                self._absent[namespace] = None
            elif since is None:
                self._absent[namespace] = now
            elif now - since > GONE_SECONDS:
                del self._absent[namespace]
                for metric in self._of_namespaces():
                    metric.remove_by_labels({"namespace": namespace})

    def _of_namespaces(self) -> Iterator[Any]:
        written: tuple[tuple[str, Any], ...] = (
            *self._counters.items(),
            *self._gauges.items(),
            *self._histograms.items(),
        )
        return (metric for name, metric in written if "namespace" in BY_NAME[name].labels)

    def _series(self, metrics: Mapping[str, Written], name: str, labels: Mapping[str, str]) -> Written:
        series = _series(metrics, name, labels)
        if "namespace" in labels:
            self._absent.setdefault(labels["namespace"], None)
        return series


def _series(metrics: Mapping[str, Written], name: str, labels: Mapping[str, str]) -> Written:
    metric = metrics.get(name)
    if metric is None:
        raise MetricError(f"no such metric of this kind: {name}")
    row = BY_NAME[name]
    if labels.keys() != set(row.labels):
        raise MetricError(f"{name} has the labels {row.labels}, not {tuple(labels)}")
    if not labels:
        return metric
    return metric.labels(*(_value(row, label, labels[label]) for label in row.labels))


def _value(row: Metric, label: str, value: str) -> str:
    vocabulary = row.values.get(label)
    if vocabulary is None:
        return value
    if word(value) not in vocabulary:
        raise MetricError(f"{row.name}: {label} is one of {vocabulary}, not {value!r}")
    return word(value)
