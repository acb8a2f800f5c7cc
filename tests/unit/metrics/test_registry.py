"""Event metrics: written by name, seen in a scrape."""

import asyncio

import pytest

from kubecs.metrics.registry import GONE_SECONDS, MetricError, Metrics
from kubecs.metrics.table import TABLE
from kubecs.plan.actions import Observation
from tests.unit.metrics.states import State, full_state, scrape, value, values

SHOP = {"namespace": "shop", "cluster": "default"}


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("1.2.3")


def test_a_counter_adds_up(metrics: Metrics) -> None:
    metrics.count("ecs_operator_reconcile_total", controller="ECSService", result="success")
    metrics.count("ecs_operator_reconcile_total", 2, controller="ECSService", result="success")
    metrics.count("ecs_operator_reconcile_total", controller="ECSService", result="error")
    samples = scrape(metrics)
    assert value(samples, "ecs_operator_reconcile_total", controller="ECSService", result="success") == 3
    assert value(samples, "ecs_operator_reconcile_total", controller="ECSService", result="error") == 1


def test_a_histogram_counts_into_its_buckets(metrics: Metrics) -> None:
    for seconds in (0.004, 0.02, 100.0):
        metrics.observe("ecs_operator_workqueue_work_duration_seconds", seconds, name="objects")
    samples = scrape(metrics)
    name = "ecs_operator_workqueue_work_duration_seconds"
    assert value(samples, f"{name}_bucket", name="objects", le="0.005") == 1
    assert value(samples, f"{name}_bucket", name="objects", le="0.025") == 2
    assert value(samples, f"{name}_bucket", name="objects", le="+Inf") == 3
    assert value(samples, f"{name}_sum", name="objects") == pytest.approx(100.024)


def test_a_gauge_keeps_the_last_value(metrics: Metrics) -> None:
    assert value(scrape(metrics), "ecs_operator_leader") == 0
    metrics.set("ecs_operator_leader", 1)
    assert value(scrape(metrics), "ecs_operator_leader") == 1


def test_build_info_names_the_version(metrics: Metrics) -> None:
    assert value(scrape(metrics), "ecs_operator_build_info", version="1.2.3") == 1


def test_recording_an_observation_follows_the_kind(metrics: Metrics) -> None:
    metrics.record(Observation("ecs_task_stopped_total", {**SHOP, "stop_code": "EssentialContainerExited"}))
    started = {**SHOP, "launch_type": "FARGATE", "origin": "service"}
    metrics.record(Observation("ecs_task_start_duration_seconds", started, 7.5))
    metrics.record(Observation("ecs_operator_ready", {}, 1))
    samples = scrape(metrics)
    assert value(samples, "ecs_task_stopped_total", stop_code="essential_container_exited", **SHOP) == 1
    assert value(samples, "ecs_task_start_duration_seconds_bucket", le="5.0", launch_type="fargate", **SHOP) == 0
    assert value(samples, "ecs_task_start_duration_seconds_bucket", le="10.0", launch_type="fargate", **SHOP) == 1
    assert value(samples, "ecs_operator_ready") == 1


def test_both_spellings_of_a_word_are_one_series(metrics: Metrics) -> None:
    for stop_code in ("UserInitiated", "user_initiated"):
        metrics.count("ecs_task_stopped_total", stop_code=stop_code, **SHOP)
    assert values(scrape(metrics), "ecs_task_stopped_total") == [2]


@pytest.mark.parametrize(
    ("observation", "says"),
    [
        (Observation("ecs_no_such_total", {}), "ecs_no_such_total"),
        (Observation("ecs_cluster_tasks", SHOP), "ecs_cluster_tasks"),
        (Observation("ecs_task_container_restarts_total", {"cluster": "default"}), "namespace"),
        (Observation("ecs_task_container_restarts_total", {**SHOP, "task": "0123"}), "task"),
        (Observation("ecs_task_stopped_total", {**SHOP, "stop_code": "Bored"}), "Bored"),
        (Observation("ecs_operator_ready", {"pod": "a"}, 1), "pod"),
    ],
)
def test_what_the_table_does_not_have_is_refused(metrics: Metrics, observation: Observation, says: str) -> None:
    before = metrics.render().splitlines()
    with pytest.raises(MetricError, match=says):
        metrics.record(observation)
    assert [line.split()[0] for line in metrics.render().splitlines()] == [line.split()[0] for line in before]


def test_the_wrong_kind_is_refused(metrics: Metrics) -> None:
    with pytest.raises(MetricError, match="ecs_operator_leader"):
        metrics.count("ecs_operator_leader")


async def test_others_go_on_while_the_page_is_printed(metrics: Metrics) -> None:
    metrics.read_state_from(full_state(services=1000))
    page = asyncio.create_task(metrics.page())
    turns = 0
    while not page.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 20
    assert page.result().splitlines()[-1] == metrics.render().splitlines()[-1]


def test_a_series_taken_in_advance_shows_its_zero(metrics: Metrics) -> None:
    metrics.counter("ecs_operator_cache_drift_total", resource="pods", kind="missed_delete")
    assert value(scrape(metrics), "ecs_operator_cache_drift_total", resource="pods", kind="missed_delete") == 0


def test_no_created_series(metrics: Metrics) -> None:
    metrics.count("ecs_task_container_restarts_total", **SHOP)
    metrics.observe("ecs_operator_event_loop_lag_seconds", 0.001)
    assert [sample.name for sample in scrape(metrics) if sample.name.endswith("_created")] == []


def test_registries_are_apart() -> None:
    one, other = Metrics("1"), Metrics("2")
    one.set("ecs_operator_leader", 1)
    assert value(scrape(other), "ecs_operator_leader") == 0


def test_every_row_is_announced_and_nothing_else() -> None:
    metrics = Metrics("1.2.3")
    metrics.read_state_from(State())
    announced = {
        line.split()[2]: line.split()[3] for line in metrics.render().decode().splitlines() if line.startswith("# TYPE")
    }
    ours = {name: kind for name, kind in announced.items() if not name.startswith("process_")}
    assert ours == {metric.name: metric.exposed_type for metric in TABLE}
    assert set(announced) - set(ours) >= {"process_cpu_seconds_total", "process_resident_memory_bytes"}


def test_the_series_of_a_namespace_go_some_time_after_all_that_was_in_it(metrics: Metrics) -> None:
    state = State(present={"shop", "other"})
    metrics.read_state_from(state)
    for namespace in ("shop", "other"):
        metrics.count("ecs_task_stopped_total", namespace=namespace, cluster="default", stop_code="user_initiated")
    series = "ecs_task_stopped_total"

    def shown(after: float) -> int:
        state.seconds += after
        return len(values(scrape(metrics), series))

    state.present = {"other"}
    assert shown(0) == shown(GONE_SECONDS - 1) == 2
    state.present = {"other", "shop"}
    assert shown(2) == 2, "it is back"
    state.present = {"other"}
    assert shown(0) == shown(GONE_SECONDS) == 2
    assert shown(1) == 1
    assert value(scrape(metrics), series, namespace="other", cluster="default", stop_code="user_initiated") == 1
