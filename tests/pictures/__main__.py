"""`python -m tests.pictures`: the dashboards' own queries, asked of a real Prometheus and drawn, for docs/pictures.

Grafana is in no package registry that the project uses, so these are no screenshots of it: the panels, their titles,
units and legends are the dashboards', their data is Prometheus', the drawing is matplotlib's.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.cluster.rig import OperatorProcess
from tests.node.prometheus import Prometheus
from tests.pictures import plot, scenario
from tools.dashboards import DASHBOARDS, Panel
from tools.helm import render
from tools.localcluster import LocalCluster

DIRECTORY = Path(__file__).resolve().parents[2] / "docs" / "pictures"
RATE_INTERVAL = "15s"
STEP_SECONDS = 2


def main() -> int:
    """Plays the scenario, and writes a picture of each dashboard."""
    with tempfile.TemporaryDirectory() as directory, LocalCluster(nodes=5) as cluster:
        cluster.install_crds()
        operator = OperatorProcess(cluster.operator_kubeconfig(), Path(directory))
        prometheus = Prometheus(Path(directory))
        try:
            operator.start("--failed-start-seconds=2")
            prometheus.start(_configuration())
            _discover(prometheus, operator)
            began = time.time()
            scenario.play(cluster)
            _draw(prometheus, began, time.time())
        finally:
            prometheus.stop()
            operator.kill()
    return 0


def _configuration() -> dict[str, str]:
    """What the chart gives people whose Prometheus has no operator."""
    documents = render({"monitoring": {"plainPrometheus": {"enabled": True}}})
    found: dict[str, str] = next(each["data"] for each in documents if "scrape.yaml" in (each.get("data") or {}))
    return found


def _discover(prometheus: Prometheus, operator: OperatorProcess) -> None:
    """The operator is a process here, so it is said to Prometheus where it is."""
    labels = {"__meta_kubernetes_pod_name": "kubecs-operator", "__meta_kubernetes_pod_container_port_name": "metrics"}
    targets = [{"targets": [f"127.0.0.1:{operator.metrics_port}"], "labels": labels}]
    (prometheus.directory / "targets.json").write_text(json.dumps(targets))


def _draw(prometheus: Prometheus, began: float, ended: float) -> None:
    DIRECTORY.mkdir(exist_ok=True)
    for name, (title, _, panels) in DASHBOARDS.items():
        drawn = [_drawn(prometheus, panel, began, ended) for panel in panels]
        path = DIRECTORY / f"dashboard-{name}.png"
        plot.draw(title, drawn, ended - began, path)
        print(f"{path.name}: {path.stat().st_size // 1000} kB, {len(drawn)} panels")


def _drawn(prometheus: Prometheus, panel: Panel, began: float, ended: float) -> plot.Drawn:
    lines = [
        plot.Line(_legend(legend, series["metric"]), *_points(series["values"], began))
        for legend, query in panel.queries.items()
        for series in _series(prometheus, query, began, ended)
    ]
    return plot.Drawn(panel.title, panel.unit, tuple(sorted(lines, key=lambda line: line.name)), panel.kind)


def _series(prometheus: Prometheus, query: str, began: float, ended: float) -> list[dict[str, Any]]:
    filled = re.sub(r"\$(namespace|cluster|service)", ".*", query.replace("$__rate_interval", RATE_INTERVAL))
    span = {"start": f"{began:.0f}", "end": f"{ended:.0f}", "step": str(STEP_SECONDS)}
    found: list[dict[str, Any]] = prometheus.ask("query_range", query=filled, **span)["result"]
    return found


def _legend(form: str, labels: dict[str, str]) -> str:
    """A legend as Grafana fills it; an instance is the one process here."""
    known = labels | {"instance": "operator"} if "instance" in labels else labels
    return re.sub(r"\{\{(\w+)\}\}", lambda found: known.get(found[1], ""), form).strip()


def _points(values: list[list[Any]], began: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(float(at) - began for at, _ in values), tuple(float(value) for _, value in values)


if __name__ == "__main__":
    sys.exit(main())
