"""promtool, Prometheus' own linter, has nothing to say about a full scrape."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kubecs.metrics.kube_hooks import KubeHooks
from kubecs.metrics.registry import Metrics
from kubecs.metrics.table import TABLE
from tests.unit.metrics.states import full_state


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _promtool() -> str | None:
    """$PROMTOOL, else the one on PATH, else one that was put into the cache of tools."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kubecs" / "tools"
    cached = next((str(path) for path in sorted(cache.rglob("promtool")) if _is_program(path)), None)
    return os.environ.get("PROMTOOL") or shutil.which("promtool") or cached


@pytest.fixture
def promtool() -> str:
    found = _promtool()
    if found is None:
        pytest.skip("promtool is not installed (Debian package prometheus, or set PROMTOOL)")
    return found


def full_scrape() -> bytes:
    """Every metric of the table with at least one series."""
    metrics = Metrics("1.2.3")
    metrics.read_state_from(full_state())
    for metric in TABLE:
        labels = {label: metric.values.get(label, ("some",))[0] for label in metric.labels}
        if metric.kind == "counter":
            metrics.count(metric.name, **labels)
        elif metric.kind == "histogram":
            metrics.observe(metric.name, 1.5, **labels)
    hooks = KubeHooks(metrics)
    hooks.request("get", "pods", 200, 0.01)
    hooks.watch_event("pods", "ADDED")
    hooks.watch_restart("pods", "closed")
    return metrics.render()


def check(promtool: str, page: bytes) -> tuple[int, str]:
    run = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, check=False)
    return run.returncode, (run.stdout + run.stderr).decode()


def test_a_full_scrape_passes(promtool: str) -> None:
    page = full_scrape()
    with_series = {line.split("{")[0].split(" ")[0] for line in page.decode().splitlines() if not line.startswith("#")}
    assert [m.name for m in TABLE if not {m.name, f"{m.name}_bucket"} & with_series] == []
    assert check(promtool, page) == (0, "")


def test_promtool_would_tell(promtool: str) -> None:
    page = b"# HELP ecs_bad_total A gauge that calls itself a total.\n# TYPE ecs_bad_total gauge\necs_bad_total 1\n"
    status, says = check(promtool, page)
    assert status != 0
    assert "_total" in says
