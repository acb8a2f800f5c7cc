"""The text of docs/metrics.md, written from the table."""

from collections.abc import Iterable, Iterator

from kubecs.metrics.table import SECTIONS, Metric

INTRODUCTION = """\
# Metrics

The operator serves these at `/metrics` on its metrics port, in Prometheus' text format. This page is generated from
`operator/kubecs/metrics/table.py`; `make generate` writes it.

- **State** metrics are read from the caches at every scrape: they show what is, and a series ends with its object.
  The others count or time events; a process starts them at nothing.
- Only the leading replica, once its caches are complete, shows state of tasks, services and clusters. Sums over
  replicas are right without a filter.
- `namespace`, `cluster` and `service` name the ECS objects. Set `honorLabels: true` in a ServiceMonitor or PodMonitor
  (`honor_labels` in a scrape configuration), or Prometheus renames them to `exported_namespace` and
  `exported_service`.
- Labels whose values are listed never have others, but `other` for what this version of kubecs does not know. Task
  ids, Pods, images, ARNs and messages are never labels.
- A cluster shows its zeros: every status for `ec2` and `fargate` (other launch types once they occur), and every
  reason for which a task can be unplaced.
- Metrics named `process_` (CPU, memory, file descriptors, start time) come with Prometheus' Python client.
- Until kubecs 1.0, names and labels may still change.
"""

DASHBOARDS = """\
## Dashboards

The chart brings four of them (`monitoring.dashboards.enabled`). The pictures show their panels' own queries, asked of a
Prometheus that scraped an operator for four minutes, while services rolled out, failed, grew and shrank and some tasks
found no place; `make pictures` draws them. Grafana draws its panels in a style of its own.

![Scheduling](pictures/dashboard-scheduling.png)

![Services and deployments](pictures/dashboard-services.png)

![Clusters](pictures/dashboard-clusters.png)

![Operator](pictures/dashboard-operator.png)
"""


def _cell(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def _type(metric: Metric) -> str:
    return f"{metric.exposed_type}, state" if metric.kind == "collector" else metric.exposed_type


def _details(metric: Metric) -> Iterator[str]:
    yield metric.help
    for label, values in metric.values.items():
        yield f"`{label}`: {', '.join(values)}."
    if metric.buckets:
        yield f"Buckets: {', '.join(f'{bound:g}' for bound in metric.buckets)}."


def document() -> str:
    """Return the whole page."""
    lines = [INTRODUCTION]
    for section, metrics in SECTIONS.items():
        lines += [f"## {section}\n", "| metric | type | labels | meaning |", "|---|---|---|---|"]
        for metric in metrics:
            lines.append(
                f"| `{metric.name}` | {_type(metric)} | {_cell(metric.labels)} | {' '.join(_details(metric))} |"
            )
        lines.append("")
    return "\n".join([*lines, DASHBOARDS])
