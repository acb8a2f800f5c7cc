"""The table's own rules, and that nothing else in the package departs from it."""

import re
from collections import Counter

import pytest

from kubecs.metrics.collectors import COLLECTORS
from kubecs.metrics.table import BY_NAME, TABLE, Metric
from kubecs.metrics.words import one_of, word

EVERY = pytest.mark.parametrize("metric", TABLE, ids=lambda metric: metric.name)


def test_names_are_unique() -> None:
    assert [name for name, number in Counter(metric.name for metric in TABLE).items() if number > 1] == []


def test_every_collector_row_has_its_function_and_no_other() -> None:
    assert {metric.name for metric in TABLE if metric.kind == "collector"} == set(COLLECTORS)


@EVERY
def test_counters_and_only_they_end_in_total(metric: Metric) -> None:
    assert metric.name.endswith("_total") == (metric.exposed_type == "counter")


@EVERY
def test_domain_metrics_carry_namespace_and_cluster(metric: Metric) -> None:
    if metric.domain:
        assert metric.labels[:2] == ("namespace", "cluster")
    else:
        assert not {"namespace", "cluster", "service"} & set(metric.labels)


@EVERY
def test_event_metrics_never_carry_a_service(metric: Metric) -> None:
    if metric.kind != "collector":
        assert "service" not in metric.labels, "the series would outlive the service"


@EVERY
def test_histograms_and_only_they_have_ascending_buckets(metric: Metric) -> None:
    assert bool(metric.buckets) == (metric.kind == "histogram")
    assert list(metric.buckets) == sorted(set(metric.buckets))


@EVERY
def test_vocabularies_are_of_labels_and_in_one_style(metric: Metric) -> None:
    assert set(metric.values) <= set(metric.labels)
    for possible in metric.values.values():
        assert [text for text in possible if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", text)] == []


@EVERY
def test_help_is_one_printable_sentence(metric: Metric) -> None:
    assert re.fullmatch(r"[ -~]+\.", metric.help)
    assert "\\" not in metric.help


@pytest.mark.parametrize(
    ("shape", "metric", "label"),
    [
        ("LaunchType", "ecs_cluster_tasks", "launch_type"),
        ("TaskStopCode", "ecs_task_stopped_total", "stop_code"),
        ("ContainerInstanceStatus", "ecs_cluster_container_instances", "status"),
    ],
)
def test_vocabularies_hold_every_word_of_ecs(shape: str, metric: str, label: str) -> None:
    loader = pytest.importorskip("botocore.loaders", reason="botocore is a development dependency").Loader()
    words = loader.load_service_model("ecs", "service-2")["shapes"][shape]["enum"]
    assert {word(text) for text in words} == set(BY_NAME[metric].values[label])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EssentialContainerExited", "essential_container_exited"),
        ("FARGATE_SPOT", "fargate_spot"),
        ("BLUE_GREEN", "blue_green"),
        ("run-task", "run_task"),
        ("rolled_back", "rolled_back"),
        ("", ""),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert word(text) == expected


def test_a_word_that_is_not_known_becomes_other() -> None:
    assert one_of(("ec2", "fargate"), "FARGATE") == "fargate"
    assert one_of(("ec2", "fargate"), "LUNAR") == "other"
