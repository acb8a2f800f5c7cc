"""Tasks as rows."""

import pytest

from kubecs.console import tasklist
from kubecs.console.tasklist import Filters
from tests.unit.console import objects
from tests.unit.console.objects import NOW

OTHER_ID = "f" * 32


def test_a_live_task_is_read_from_its_pod() -> None:
    (task,) = tasklist.collect([objects.running()], [], [], NOW)
    assert tasklist.row(task, NOW) == (
        objects.TASK_ID, "shop", "service:web", "web:2", "RUNNING", "UNKNOWN", None, None, "n1", "10m",
    )  # fmt: skip


def test_a_stopped_task_is_read_from_its_record_even_while_its_pod_is_there() -> None:
    (task,) = tasklist.collect([objects.running()], [objects.record()], [], NOW)
    assert (task.last_status, task.stop_code, task.exit_code, task.node) == (
        "STOPPED", "EssentialContainerExited", 3, "n2",
    )  # fmt: skip


def test_the_newest_comes_first() -> None:
    found = tasklist.collect([objects.running()], [objects.record(OTHER_ID)], [], NOW)
    assert [task.task_id for task in found] == [objects.TASK_ID, OTHER_ID]


def test_a_task_without_a_place_says_why() -> None:
    (task,) = tasklist.collect([objects.unplaced()], [], [], NOW)
    assert (task.last_status, task.reason) == (
        "PROVISIONING",
        "not placed: 0/5 nodes are available: 5 Insufficient cpu.",
    )


def test_an_ecstask_that_waits_is_listed_and_one_that_runs_only_once() -> None:
    waiting = {
        "kind": "ECSTask",
        "metadata": {"name": "job", "namespace": "ns", "creationTimestamp": "2026-01-02T03:00:00Z"},
        "spec": {"taskDefinition": "job:7"},
        "status": {"conditions": objects.triple("Reconciling", "TaskDefinitionNotFound", "job:7")},
    }
    started = waiting | {"status": {"podUID": "x"}}
    (task,) = tasklist.collect([], [], [waiting, started], NOW)
    assert (task.task_id, task.cluster, task.group) == ("", "default", "family:job")
    assert task.reason == "TaskDefinitionNotFound: job:7"


@pytest.mark.parametrize(
    ("filters", "takes"),
    [
        (Filters(), True),
        (Filters(cluster="shop", service="web", family="web", status="running"), True),
        (Filters(cluster="default"), False),
        (Filters(service="api"), False),
        (Filters(family="api"), False),
        (Filters(status="STOPPED"), False),
        (Filters(status="live"), True),
    ],
)
def test_filters(filters: Filters, takes: bool) -> None:
    assert filters.take(tasklist.of_pod(objects.running(), NOW)) is takes


def test_the_server_leaves_most_of_the_others_out() -> None:
    assert Filters().selector() == "app.kubernetes.io/managed-by=kubecs"
    assert (
        Filters(cluster="shop", family="My Web")
        .selector()
        .startswith("app.kubernetes.io/managed-by=kubecs,kubecs.dev/cluster=shop,kubecs.dev/family=My-Web-")
    )


def test_a_program_gets_camel_case_and_only_what_is_known() -> None:
    shown = tasklist.document(tasklist.of_record(objects.record()))
    assert shown["taskId"] == objects.TASK_ID
    assert shown["stoppedAt"] == "2026-01-02T02:30:01Z"
    assert "health" not in shown
