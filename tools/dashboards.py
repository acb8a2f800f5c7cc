"""The Grafana dashboards of the chart, generated from a table of panels: one row is a title, a unit and its queries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).resolve().parents[1] / "charts" / "kubecs" / "files" / "monitoring" / "dashboards"
WIDTH, HEIGHT = 12, 8
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
# What the variables of a dashboard choose among, and the metric that knows the choices.
_CHOICES = {"namespace": "ecs_cluster_tasks", "cluster": "ecs_cluster_tasks", "service": "ecs_service_info"}
_WHERE = 'namespace=~"$namespace", cluster=~"$cluster"'
_SERVICE = f'{_WHERE}, service=~"$service"'


@dataclass(frozen=True)
class Panel:
    """One panel.

    Attributes:
        title: What it is called.
        unit: Grafana's name of the unit.
        queries: By legend.
        kind: Grafana's name of how it is drawn: `heatmap` of buckets, `state-timeline` of what is while it is 1.
    """

    title: str
    unit: str
    queries: Mapping[str, str]
    kind: str = "timeseries"


def _quantile(number: float, metric: str, by: str, where: str = "") -> str:
    return f"histogram_quantile({number}, sum by ({by}, le) (rate({metric}_bucket{{{where}}}[$__rate_interval])))"


def _rate(metric: str, by: str, where: str = "") -> str:
    return f"sum by ({by}) (rate({metric}{{{where}}}[$__rate_interval]))"


_START = "ecs_task_start_duration_seconds"
DASHBOARDS: Mapping[str, tuple[str, tuple[str, ...], tuple[Panel, ...]]] = {
    "scheduling": (
        "kubecs / Scheduling",
        ("namespace", "cluster"),
        (
            Panel(
                "Time to RUNNING",
                "s",
                {f"{{{{cluster}}}} p{n:g}": _quantile(n / 100, _START, "cluster", _WHERE) for n in (50, 90, 99)},
            ),
            Panel(
                "Time to RUNNING, all tasks",
                "s",
                {"{{le}}": f"sum by (le) (rate({_START}_bucket{{{_WHERE}}}[$__rate_interval]))"},
                kind="heatmap",
            ),
            Panel(
                "Tasks that no node takes, by reason",
                "short",
                {"{{reason}}": f"sum by (reason) (ecs_cluster_unplaced_tasks{{{_WHERE}}})"},
            ),
            Panel(
                "Age of the oldest task that is not RUNNING",
                "s",
                {"{{namespace}}/{{cluster}}": f"ecs_cluster_oldest_pending_task_age_seconds{{{_WHERE}}}"},
            ),
            Panel(
                "Tasks started",
                "ops",
                {"{{launch_type}} {{origin}}": _rate(f"{_START}_count", "launch_type, origin", _WHERE)},
            ),
            Panel(
                "Tasks stopped, by code",
                "ops",
                {"{{stop_code}}": _rate("ecs_task_stopped_total", "stop_code", _WHERE)},
            ),
        ),
    ),
    "services": (
        "kubecs / Services and deployments",
        ("namespace", "cluster", "service"),
        (
            Panel(
                "Tasks",
                "short",
                {
                    f"{word} {{{{service}}}}": f"ecs_service_{word}_tasks{{{_SERVICE}}}"
                    for word in ("desired", "running", "pending")
                },
            ),
            Panel(
                "Running of desired",
                "percentunit",
                {
                    "{{service}}": f"ecs_service_running_tasks{{{_SERVICE}}} / "
                    f"clamp_min(ecs_service_desired_tasks{{{_SERVICE}}}, 1)"
                },
            ),
            Panel(
                "Deployments at work",
                "short",
                {"{{service}} {{status}}": f"ecs_service_deployments{{{_SERVICE}}} > 0"},
                kind="state-timeline",
            ),
            Panel(
                "Conditions that are True",
                "short",
                {"{{service}} {{condition}}": f'ecs_service_condition{{{_SERVICE}, status="true"}} == 1'},
                kind="state-timeline",
            ),
            Panel(
                "Time of a deployment",
                "s",
                {"{{outcome}} p90": _quantile(0.9, "ecs_deployment_duration_seconds", "outcome", _WHERE)},
            ),
            Panel(
                "Deployments ended",
                "short",
                {
                    "{{outcome}}": "sum by (outcome) (increase(ecs_deployment_duration_seconds_count"
                    f"{{{_WHERE}}}[$__rate_interval]))"
                },
            ),
            Panel(
                "What they run",
                "short",
                {"{{service}} {{task_definition}}": f"ecs_service_info{{{_SERVICE}}}"},
                kind="state-timeline",
            ),
            Panel(
                "Changes without an answer",
                "short",
                {
                    "{{service}}": f"ecs_service_generation{{{_SERVICE}}} - "
                    f"ecs_service_observed_generation{{{_SERVICE}}}"
                },
            ),
        ),
    ),
    "clusters": (
        "kubecs / Clusters",
        ("namespace", "cluster"),
        (
            Panel("Tasks by status", "short", {"{{status}}": f"sum by (status) (ecs_cluster_tasks{{{_WHERE}}})"}),
            Panel(
                "Running tasks",
                "short",
                {"{{namespace}}/{{cluster}}": f"cluster:ecs_tasks_running:sum{{{_WHERE}}}"},
            ),
            Panel(
                "Container instances",
                "short",
                {"{{cluster}} {{status}}": f"ecs_cluster_container_instances{{{_WHERE}}}"},
            ),
            Panel(
                "Restarts in place",
                "ops",
                {"{{namespace}}/{{cluster}}": _rate("ecs_task_container_restarts_total", "namespace, cluster", _WHERE)},
            ),
            Panel(
                "Part of the stopped tasks that failed",
                "percentunit",
                {"{{namespace}}/{{cluster}}": f"cluster:ecs_task_failures:ratio_rate15m{{{_WHERE}}}"},
            ),
            Panel(
                "Waiting for a node",
                "short",
                {"{{namespace}}/{{cluster}}": f"sum by (namespace, cluster) (ecs_cluster_unplaced_tasks{{{_WHERE}}})"},
            ),
        ),
    ),
    "operator": (
        "kubecs / Operator",
        (),
        (
            Panel(
                "Replicas",
                "short",
                {"leader {{instance}}": "ecs_operator_leader", "ready {{instance}}": "ecs_operator_ready"},
            ),
            Panel(
                "Reconciles by result",
                "ops",
                {"{{controller}} {{result}}": _rate("ecs_operator_reconcile_total", "controller, result")},
            ),
            Panel(
                "Time of a reconcile, p99",
                "s",
                {"{{controller}}": _quantile(0.99, "ecs_operator_reconcile_duration_seconds", "controller")},
            ),
            Panel(
                "Time from event to reconcile, p99",
                "s",
                {"{{controller}}": _quantile(0.99, "ecs_operator_event_to_reconcile_seconds", "controller")},
            ),
            Panel(
                "Queue",
                "short",
                {
                    "waiting {{instance}}": "ecs_operator_workqueue_depth",
                    "in work {{controller}} {{instance}}": "ecs_operator_reconcile_in_progress",
                },
            ),
            Panel(
                "Longest in work",
                "s",
                {"{{instance}}": "ecs_operator_workqueue_longest_running_seconds"},
            ),
            Panel(
                "Requests to the API server",
                "reqps",
                {"{{verb}} {{code}}": _rate("ecs_operator_kube_requests_total", "verb, code")},
            ),
            Panel(
                "Time of a request, p99",
                "s",
                {"{{verb}}": _quantile(0.99, "ecs_operator_kube_request_duration_seconds", "verb")},
            ),
            Panel(
                "Silence of watches",
                "s",
                {"{{resource}}": "time() - max by (resource) (ecs_operator_watch_last_activity_timestamp_seconds)"},
            ),
            Panel("Objects in caches", "short", {"{{resource}}": "max by (resource) (ecs_operator_cache_objects)"}),
            Panel(
                "Lag of the event loop, p99",
                "s",
                {"{{instance}}": _quantile(0.99, "ecs_operator_event_loop_lag_seconds", "instance")},
            ),
            Panel(
                "Memory",
                "bytes",
                {"{{instance}}": "process_resident_memory_bytes and on (instance) ecs_operator_ready"},
            ),
            Panel(
                "Processor, cores",
                "short",
                {
                    "{{instance}}": "rate(process_cpu_seconds_total[$__rate_interval])"
                    " and on (instance) ecs_operator_ready"
                },
            ),
        ),
    ),
}


def dashboard(name: str) -> dict[str, Any]:
    """One dashboard as Grafana takes it."""
    title, variables, panels = DASHBOARDS[name]
    return {
        "uid": f"kubecs-{name}",
        "title": title,
        "tags": ["kubecs"],
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [_datasource(), *map(_variable, variables)]},
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }


def _datasource() -> dict[str, Any]:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _variable(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "query",
        "datasource": _SOURCE,
        "query": f"label_values({_CHOICES[name]}, {name})",
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    targets = [
        {
            "refId": chr(ord("A") + index),
            "datasource": _SOURCE,
            "expr": query,
            "legendFormat": legend,
            "format": "heatmap" if panel.kind == "heatmap" else "time_series",
        }
        for index, (legend, query) in enumerate(panel.queries.items())
    ]
    return {
        "id": number + 1,
        "title": panel.title,
        "type": panel.kind,
        "datasource": _SOURCE,
        "gridPos": {"x": number % 2 * WIDTH, "y": number // 2 * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": targets,
    }


def texts() -> Mapping[Path, str]:
    """Every file and what it should hold."""
    return {DIRECTORY / f"{name}.json": json.dumps(dashboard(name), indent=2) + "\n" for name in DASHBOARDS}


def present() -> list[Path]:
    """The files that are there."""
    return sorted(DIRECTORY.glob("*.json"))
