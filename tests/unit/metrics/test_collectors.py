"""State metrics: what a scrape says of a given state."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubecs.metrics import collectors, exposition, table
from kubecs.metrics.registry import Metrics
from kubecs.metrics.view import InstanceFacts
from tests.unit.metrics.states import NOW, State, full_state, scrape, scrape_state, service, task, value, values

SHOP = {"namespace": "shop", "cluster": "default"}
WEB = {**SHOP, "service": "web"}


def test_a_service_as_ecs_counts_it() -> None:
    samples = scrape_state(State(service_list=[service()]))
    assert value(samples, "ecs_service_desired_tasks", **WEB) == 3
    assert value(samples, "ecs_service_running_tasks", **WEB) == 2
    assert value(samples, "ecs_service_pending_tasks", **WEB) == 1
    assert value(samples, "ecs_service_generation", **WEB) == 4
    assert value(samples, "ecs_service_observed_generation", **WEB) == 3
    info = {"launch_type": "fargate", "scheduling_strategy": "replica", "task_definition": "web:3"}
    assert value(samples, "ecs_service_info", **WEB, **info) == 1


@pytest.mark.parametrize(("status", "row"), [("True", "true"), ("False", "false"), ("Unknown", "unknown")])
def test_a_condition_is_1_at_its_status_and_0_elsewhere(status: str, row: str) -> None:
    samples = scrape_state(State(service_list=[service(conditions={"Ready": status})]))
    got = {
        s.labels["status"]: s.value
        for s in samples
        if s.name == "ecs_service_condition" and s.labels["condition"] == "Ready"
    }
    assert got == {"true": 0, "false": 0, "unknown": 0} | {row: 1}


def test_deployments_keep_their_zero() -> None:
    samples = scrape_state(State(service_list=[service(deployments={"PRIMARY": 1, "INACTIVE": 2})]))
    assert value(samples, "ecs_service_deployments", status="primary", **WEB) == 1
    assert value(samples, "ecs_service_deployments", status="active", **WEB) == 0
    assert len(values(samples, "ecs_service_deployments")) == 2


def test_tasks_by_status_with_zeros() -> None:
    tasks = [task(), task(), task("PENDING"), task("STOPPED", service="")]
    samples = scrape_state(State(task_list=tasks))
    got = {
        s.labels["status"]: s.value
        for s in samples
        if s.name == "ecs_cluster_tasks" and s.labels["launch_type"] == "fargate"
    }
    assert got == dict.fromkeys(table.TASK_STATUSES, 0) | {"running": 2, "pending": 1, "stopped": 1}
    assert values(samples, "ecs_cluster_tasks", launch_type="ec2") == [0] * len(table.TASK_STATUSES)
    assert values(samples, "ecs_cluster_tasks", launch_type="external") == []


def test_a_launch_type_in_use_is_shown_whole() -> None:
    samples = scrape_state(State(task_list=[task(launch_type="EXTERNAL")]))
    assert value(samples, "ecs_cluster_tasks", launch_type="external", status="running") == 1
    assert len(values(samples, "ecs_cluster_tasks", launch_type="external")) == len(table.TASK_STATUSES)


def test_an_unknown_word_is_counted_as_other() -> None:
    odd = [task(launch_type="LUNAR"), task("TELEPORTING"), task("PENDING", unplaced_reason="moon phase")]
    samples = scrape_state(State(task_list=odd))
    assert value(samples, "ecs_cluster_tasks", launch_type="other", status="running") == 1
    assert value(samples, "ecs_cluster_tasks", launch_type="fargate", status="other") == 1
    assert value(samples, "ecs_cluster_unplaced_tasks", reason="other") == 1


def test_an_empty_cluster_shows_zeros() -> None:
    samples = scrape_state(State(cluster_list=[("shop", "default")]))
    assert sum(values(samples, "ecs_cluster_tasks", **SHOP)) == 0
    assert value(samples, "ecs_cluster_tasks", launch_type="fargate", status="running", **SHOP) == 0
    assert value(samples, "ecs_cluster_oldest_pending_task_age_seconds", **SHOP) == 0
    assert values(samples, "ecs_cluster_unplaced_tasks", **SHOP) == [0] * len(table.UNPLACED_REASONS)
    assert value(samples, "ecs_cluster_container_instances", status="active", **SHOP) == 0


def test_unplaced_tasks_by_reason() -> None:
    waiting = [task("PROVISIONING", unplaced_reason=reason) for reason in ("resource_cpu", "resource_cpu", "quota")]
    samples = scrape_state(State(task_list=[*waiting, task()]))
    assert value(samples, "ecs_cluster_unplaced_tasks", reason="resource_cpu") == 2
    assert value(samples, "ecs_cluster_unplaced_tasks", reason="quota") == 1
    assert value(samples, "ecs_cluster_unplaced_tasks", reason="image") == 0


def test_the_oldest_task_that_starts() -> None:
    tasks = [
        task(created_at=NOW - 9000),
        task("STOPPED", created_at=NOW - 8000),
        task("PENDING", created_at=NOW - 30),
        task("PROVISIONING", created_at=NOW - 90),
        task("ACTIVATING", cluster="other", created_at=NOW - 5),
    ]
    samples = scrape_state(State(task_list=tasks))
    assert value(samples, "ecs_cluster_oldest_pending_task_age_seconds", **SHOP) == 90
    assert value(samples, "ecs_cluster_oldest_pending_task_age_seconds", cluster="other") == 5


def test_a_clock_behind_the_api_server_gives_no_negative_age() -> None:
    samples = scrape_state(State(task_list=[task("PENDING", created_at=NOW + 3)]))
    assert value(samples, "ecs_cluster_oldest_pending_task_age_seconds", **SHOP) == 0


def test_container_instances() -> None:
    instances = [InstanceFacts("shop", "default", "ACTIVE", 4), InstanceFacts("shop", "default", "REGISTERING", 1)]
    samples = scrape_state(State(instance_list=instances))
    got = {s.labels["status"]: s.value for s in samples if s.name == "ecs_cluster_container_instances"}
    assert got == {"active": 4, "draining": 0, "registering": 1}


def test_clusters_of_one_name_in_two_namespaces_stay_apart() -> None:
    samples = scrape_state(State(task_list=[task(), task(namespace="bank"), task(namespace="bank")]))
    running = {"cluster": "default", "status": "running", "launch_type": "fargate"}
    assert value(samples, "ecs_cluster_tasks", namespace="shop", **running) == 1
    assert value(samples, "ecs_cluster_tasks", namespace="bank", **running) == 2


def test_series_vanish_with_the_object() -> None:
    state = State(service_list=[service("web"), service("api")], task_list=[task(), task(cluster="gone")])
    metrics = Metrics("1.2.3")
    metrics.read_state_from(state)
    before = scrape(metrics)
    assert {s.labels["service"] for s in before if "service" in s.labels} == {"web", "api"}
    assert values(before, "ecs_cluster_tasks", cluster="gone")
    state.service_list.pop()
    state.task_list.pop()
    after = scrape(metrics)
    assert {s.labels["service"] for s in after if "service" in s.labels} == {"web"}
    assert [s for s in after if s.labels.get("cluster") == "gone"] == []


def test_a_standby_shows_itself_but_not_the_domain() -> None:
    state = full_state()
    state.leads = False
    samples = scrape_state(state)
    assert [s for s in samples if not s.name.startswith(("ecs_operator_", "process_"))] == []
    assert value(samples, "ecs_operator_cache_objects", resource="pods") == 6


def test_the_operator_itself() -> None:
    samples = scrape_state(full_state())
    assert value(samples, "ecs_operator_workqueue_depth", name="objects") == 4
    assert value(samples, "ecs_operator_workqueue_adds_total", name="objects") == 100
    assert value(samples, "ecs_operator_workqueue_retries_total", name="objects") == 2
    assert value(samples, "ecs_operator_workqueue_unfinished_work_seconds", name="objects") == 0.25
    assert value(samples, "ecs_operator_workqueue_longest_running_seconds", name="objects") == 0.125
    assert value(samples, "ecs_operator_reconcile_in_progress", controller="ECSService") == 3
    assert value(samples, "ecs_operator_reconcile_max_concurrent", controller="ECSService") == 16
    assert value(samples, "ecs_operator_managed_objects", state="ok") == 2
    assert value(samples, "ecs_operator_managed_objects", state="failed") == 0


def test_no_state_before_there_is_a_view() -> None:
    assert values(scrape(Metrics("1.2.3")), "ecs_operator_workqueue_depth") == []


def test_every_sample_has_exactly_the_labels_of_its_row() -> None:
    samples = scrape_state(full_state())
    collected = [s for s in samples if s.name in table.BY_NAME and table.BY_NAME[s.name].kind == "collector"]
    assert {s.name for s in collected} == {m.name for m in table.TABLE if m.kind == "collector"}
    assert [s for s in collected if set(s.labels) != set(table.BY_NAME[s.name].labels)] == []


def test_no_series_is_printed_twice() -> None:
    samples = scrape_state(full_state(services=7))
    keys = [(s.name, tuple(sorted(s.labels.items()))) for s in samples]
    assert len(keys) == len(set(keys))


def test_a_row_of_the_wrong_length_is_refused() -> None:
    metric = table.BY_NAME["ecs_service_generation"]
    with pytest.raises(TypeError):
        list(exposition.family(metric, [("shop", "default", 1)]))
    with pytest.raises(TypeError):
        list(exposition.family(metric, [("shop", "default", "web", "more", 1)]))


def test_no_piece_is_long_and_all_are_of_the_first_moment() -> None:
    state = full_state(services=1000, tasks_each=1)
    pieces = collectors.pieces(state)
    printed = [next(pieces)]
    state.service_list.clear()
    state.task_list.clear()
    printed += pieces
    assert max(piece.count("\n") for piece in printed) <= exposition.ROWS_AT_ONCE
    assert "".join(printed).count("\necs_service_desired_tasks{") == 1000


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.text(st.sampled_from('ab\\"\n{},=% é'), max_size=8), min_size=5, max_size=5))
def test_any_text_survives_as_a_label(texts: list[str]) -> None:
    namespace, cluster, name, definition, condition = texts
    facts = service(
        name, namespace=namespace, cluster=cluster, task_definition=definition, conditions={condition: "True"}
    )
    samples = scrape_state(State(service_list=[facts], sizes={name: 1}))
    labels = {"namespace": namespace, "cluster": cluster, "service": name}
    assert value(samples, "ecs_service_info", task_definition=definition, **labels) == 1
    assert value(samples, "ecs_service_condition", condition=condition, status="true", **labels) == 1
    assert len(values(samples, "ecs_cluster_unplaced_tasks", namespace=namespace, cluster=cluster)) == 11
    assert value(samples, "ecs_operator_cache_objects", resource=name) == 1


def test_cardinality_of_1000_services_stays_in_budget() -> None:
    samples = scrape_state(full_state(services=1000, tasks_each=10, clusters=10))
    domain = [s for s in samples if not s.name.startswith(("ecs_operator_", "process_"))]
    assert len(domain) <= 30 * 1000 + 400
    assert {s.labels["service"] for s in domain if "service" in s.labels} == {f"web-{i}" for i in range(1000)}
