"""Each alert fires when it should, and is silent when it should, by promtool; each has its section in the runbooks."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubecs.metrics.table import TABLE
from tools.binaries import NoGoError
from tools.dashboards import DASHBOARDS
from tools.helm import CHART, render
from tools.promtool import NoPromtoolError, ensure_promtool

GROUPS = yaml.safe_load((CHART / "files" / "monitoring" / "rules.yaml").read_text())["groups"]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}
RUNBOOKS = CHART.parents[1] / "docs" / "runbooks.md"

OPERATOR = 'job="kubecs",instance="a"'
OTHER = 'job="kubecs",instance="b"'
SHOP = f'{OPERATOR},namespace="shop",cluster="default"'
WEB = f'{SHOP},service="web"'
Series = Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """One alert: series in which it fires after a time, and ones in which it stays silent until then."""

    after: str
    fires: Series
    silent: Series


def steady(value: float) -> str:
    """A series that stays as it is for three hours."""
    return f"{value}x180"


def rising(step: float) -> str:
    """A counter that rises by so much a minute."""
    return f"0+{step}x180"


def _histogram(name: str, labels: str, fast: float, slow: float, bounds: tuple[str, str]) -> dict[str, str]:
    low, high = bounds
    return {
        f'{name}_bucket{{{labels},le="{low}"}}': rising(fast),
        f'{name}_bucket{{{labels},le="{high}"}}': rising(fast + slow),
        f'{name}_bucket{{{labels},le="+Inf"}}': rising(fast + slow),
    }


def _stopped(failed: float, others: float) -> dict[str, str]:
    return {
        f"ecs_task_failed_total{{{SHOP}}}": rising(failed),
        f'ecs_task_stopped_total{{{SHOP},stop_code="essential_container_exited"}}': rising(failed + others),
    }


def _reconciles(errors: float) -> dict[str, str]:
    name = f'ecs_operator_reconcile_total{{{OPERATOR},controller="ECSService",result='
    return {f'{name}"error"}}': rising(errors), f'{name}"success"}}': rising(100)}


def _requests(errors: float) -> dict[str, str]:
    name = f'ecs_operator_kube_requests_total{{{OPERATOR},verb="list",resource="pods",code='
    return {f'{name}"503"}}': rising(errors), f'{name}"200"}}': rising(100)}


def _queue(leader: int, depth: float) -> dict[str, str]:
    return {
        f'ecs_operator_workqueue_depth{{{OPERATOR},name="keys"}}': steady(depth),
        f"ecs_operator_leader{{{OPERATOR}}}": steady(leader),
    }


def _leaders(first: int, second: int) -> dict[str, str]:
    return {
        f"ecs_operator_leader{{{OPERATOR}}}": steady(first),
        f"ecs_operator_leader{{{OTHER}}}": steady(second),
    }


def _tasks(running: float) -> dict[str, str]:
    return {f"ecs_service_running_tasks{{{WEB}}}": steady(running), f"ecs_service_desired_tasks{{{WEB}}}": steady(2)}


def _generations(observed: float) -> dict[str, str]:
    return {
        f"ecs_service_generation{{{WEB}}}": steady(4),
        f"ecs_service_observed_generation{{{WEB}}}": steady(observed),
    }


LAG, START, DEPLOYMENT = "ecs_operator_event_loop_lag_seconds", "ecs_task_start_duration_seconds", "ecs_deployment"
BUILD = {f'ecs_operator_build_info{{{OPERATOR},version="1"}}': steady(1)}
DRIFT = f'ecs_operator_cache_drift_total{{{OPERATOR},resource="ecsservices",kind="missed_delete"}}'
STALLED = f'ecs_service_condition{{{WEB},condition="Stalled",status="true"}}'
LONGEST = f'ecs_operator_workqueue_longest_running_seconds{{{OPERATOR},name="keys"}}'
WATCH = f'ecs_operator_watch_last_activity_timestamp_seconds{{{OPERATOR},resource="pods"}}'
FAILED = f'ecs_deployment_duration_seconds_count{{{SHOP},strategy="rolling",outcome="failed"}}'
UNPLACED = f'ecs_cluster_unplaced_tasks{{{SHOP},reason="resource_cpu"}}'
OLDEST = f"ecs_cluster_oldest_pending_task_age_seconds{{{SHOP}}}"
ACTIVE = f'ecs_service_deployments{{{WEB},status="active"}}'

CASES = {
    "EcsOperatorDown": Case("10m", {}, BUILD),
    "EcsOperatorNotReady": Case(
        "20m",
        {f"ecs_operator_ready{{{OPERATOR}}}": steady(0), f"ecs_operator_ready{{{OTHER}}}": steady(1)},
        {f"ecs_operator_ready{{{OPERATOR}}}": "0x5 1x180"},  # while it starts
    ),
    "EcsOperatorNoLeader": Case("5m", _leaders(0, 0), _leaders(1, 0)),
    "EcsOperatorTwoLeaders": Case("5m", _leaders(1, 1), _leaders(1, 0)),
    "EcsReconcileErrors": Case("30m", _reconciles(50), _reconciles(2)),
    "EcsReconcileStuck": Case("10m", {LONGEST: "0+60x180"}, {LONGEST: "0 60 0 60 0 60 0 60 0 60 0x100"}),
    "EcsQueueBacklog": Case("20m", _queue(1, 500), _queue(0, 500)),  # a standby's queue is nobody's backlog
    "EcsWatchStale": Case("20m", {WATCH: steady(60)}, {WATCH: rising(60)}),
    "EcsCacheDrift": Case("30m", {DRIFT: "0x20 3x160"}, {DRIFT: steady(3)}),
    "EcsEventLoopBlocked": Case(
        "30m", _histogram(LAG, OPERATOR, 50, 50, ("0.5", "5")), _histogram(LAG, OPERATOR, 100, 0, ("0.005", "5"))
    ),
    "EcsKubeApiErrors": Case("30m", _requests(30), _requests(1)),
    "EcsServiceBelowDesired": Case("20m", _tasks(1), _tasks(2)),
    "EcsServiceStalled": Case("10m", {STALLED: steady(1)}, {STALLED: steady(0)}),
    "EcsServiceNotObserved": Case("20m", _generations(3), _generations(4)),
    "EcsDeploymentStuck": Case("40m", {ACTIVE: steady(1)}, {ACTIVE: "1x20 0x160"}),
    "EcsDeploymentsFail": Case("50m", {FAILED: rising(0.1)}, {FAILED: "0x20 1x160"}),
    "EcsTasksUnplaceable": Case("20m", {UNPLACED: steady(3)}, {UNPLACED: "3x5 0x175"}),
    "EcsOldestPendingTask": Case("20m", {OLDEST: rising(60)}, {OLDEST: steady(30)}),
    "EcsTaskFailureRate": Case("50m", _stopped(9, 1), _stopped(1, 9)),
    "EcsTaskStartSlow": Case(
        "40m", _histogram(START, SHOP, 50, 50, ("120", "300")), _histogram(START, SHOP, 100, 0, ("5", "300"))
    ),
}


@pytest.fixture(scope="module")
def promtool() -> Path:
    try:
        return ensure_promtool()
    except NoPromtoolError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules as the chart gives them to a Prometheus."""
    try:
        documents = render({"monitoring": {"plainPrometheus": {"enabled": True}}, "crds": {"install": False}})
    except NoGoError as missing:
        pytest.skip(str(missing))
    (data,) = (each["data"] for each in documents if each["kind"] == "ConfigMap")
    path = tmp_path_factory.mktemp("rules") / "rules.yaml"
    path.write_text(data["rules.yaml"])
    return path


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_alert_has_its_case() -> None:
    assert set(CASES) == set(ALERTS)
    assert len(ALERTS) + sum("record" in rule for rule in RULES) == len(RULES)


def test_promtool_has_no_complaint(promtool: Path, rendered: Path) -> None:
    assert f"{len(RULES)} rules found" in _run(promtool, "check", "rules", "--lint=all", rendered)


@pytest.mark.parametrize("alert", CASES)
def test_alert_fires_and_is_silent(alert: str, promtool: Path, rendered: Path, tmp_path: Path) -> None:
    case = CASES[alert]
    question = f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})'

    def test(series: Series, samples: list[dict[str, Any]]) -> dict[str, Any]:
        values = [{"series": name, "values": value} for name, value in series.items()]
        asked = {"expr": question, "eval_time": case.after, "exp_samples": samples}
        return {"interval": "1m", "input_series": values, "promql_expr_test": [asked]}

    tests = [test(case.fires, [{"labels": "{}", "value": 1}]), test(case.silent, [])]
    path = tmp_path / "test.yaml"
    path.write_text(yaml.safe_dump({"rule_files": [str(rendered)], "evaluation_interval": "1m", "tests": tests}))
    _run(promtool, "test", "rules", path)


@pytest.mark.parametrize("alert", ALERTS)
def test_alert_says_what_a_person_needs(alert: str) -> None:
    rule = ALERTS[alert]
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert {"summary", "description"} <= set(rule["annotations"])
    section = RUNBOOKS.read_text().partition(f"\n## {alert}\n")[2].partition("\n## ")[0]
    for part in ("**Symptom.**", "**Meaning.**", "**Look at.**", "**Do.**"):
        assert part in section, f"{alert} has no {part} in {RUNBOOKS.name}"


def test_runbooks_are_of_alerts_that_exist() -> None:
    assert set(re.findall(r"^## (\w+)$", RUNBOOKS.read_text(), re.MULTILINE)) == set(ALERTS)


def _metrics_of(expression: str) -> set[str]:
    names = set(re.findall(r"\b(?:ecs_\w+|[a-z]+:ecs_\w+(?::\w+)?)", re.sub(r"\{[^}]*\}", "", expression)))
    return {re.sub(r"_(?:bucket|count|sum)$", "", name) if ":" not in name else name for name in names}


def test_rules_and_dashboards_name_metrics_that_exist() -> None:
    known = {metric.name for metric in TABLE} | {rule["record"] for rule in RULES if "record" in rule}
    panels = [query for _, _, panels in DASHBOARDS.values() for panel in panels for query in panel.queries.values()]
    for expression in [*(rule["expr"] for rule in RULES), *panels]:
        assert _metrics_of(expression) - known == set(), expression
        assert _metrics_of(expression) or "process_" in expression
