"""Timelines, symptoms, and what to do about them."""

from typing import Any

import pytest

from kubecs.console import tasklist, timeline
from kubecs.console.advice import ADVICE, NOTHING, WAIT, advise
from kubecs.console.timeline import View
from tests.unit.console import objects
from tests.unit.console.objects import NOW


def event(note: str, kind: str = "Pod", count: int = 1) -> dict[str, Any]:
    return {
        "metadata": {"creationTimestamp": "2026-01-02T03:00:02Z"},
        "series": {"count": count, "lastObservedTime": "2026-01-02T03:01:00.000000Z"} if count > 1 else None,
        "regarding": {"kind": kind, "name": "shop-web-x"},
        "reason": "Pulled",
        "note": note,
    }


def steps(view: View) -> list[str]:
    tasks = tasklist.collect(view.pods, view.records, (), NOW)
    return advise(timeline.symptoms(view, tasks, NOW))


def test_everything_is_told_in_order() -> None:
    view = View(objects.service(), None, (objects.running(),), (objects.record("f" * 32),), (event("pulled"),))
    told = [(each.source, each.text) for each in timeline.timeline(view, NOW)]
    assert told == [
        ("service", "shop.web created"),
        ("task ffffffff", "created as Pod shop-web-y (web:1)"),
        ("task ffffffff", "started on n2"),
        ("task ffffffff", "container app ended with exit code 3"),
        ("task ffffffff", "STOPPED EssentialContainerExited: Essential container in task exited"),
        ("task 01234567", "created as Pod shop-web-x (web:2)"),
        ("Pod shop-web-x", "Pulled: pulled"),
        ("task 01234567", "started on n1"),
        ("service", "(service web) has reached a steady state."),
        ("condition", "Ready=True SteadyState"),
    ]


def test_what_two_say_in_the_same_words_is_said_once_and_repeats_are_counted() -> None:
    same = event("(service web) has reached a steady state.", "ECSService")
    view = View(objects.service(), None, (), (), (same, event("back off", count=7)))
    texts = [each.text for each in timeline.timeline(view, NOW)]
    assert texts.count("(service web) has reached a steady state.") == 1
    assert "Pulled: back off (x7)" in texts


def test_the_last_output_is_kept_with_its_task() -> None:
    assert timeline.last_lines(View(None, records=(objects.record(),)), NOW) == [
        ("task 01234567, container app", ["one", "two"])
    ]


def test_a_steady_service_needs_nothing() -> None:
    assert steps(View(objects.service(), None, (objects.running(),))) == [NOTHING]


def test_one_on_its_way_needs_patience() -> None:
    view = View(objects.service("Reconciling", "DeploymentInProgress", "1 of 2 tasks are running"))
    assert steps(view) == [WAIT]


def test_no_room_on_the_nodes() -> None:
    view = View(objects.service("Reconciling", "Scaling"), None, (objects.unplaced(),))
    assert steps(view)[0].startswith("Add nodes, or lower cpu and memory")


def test_a_program_that_ends_with_an_error() -> None:
    (step,) = steps(View(None, records=(objects.record(),)))
    assert step.startswith("The program ended with an error")


def test_an_end_without_an_error_is_wrong_for_a_service_alone() -> None:
    own = objects.record()["spec"]["kubernetes"] | {"exitCode": 0}
    ended = {"kubernetes": own, "containers": [{"name": "app", "exitCode": 0}]}
    assert "go on running" in steps(View(None, records=(objects.record(**ended),)))[0]
    assert steps(View(None, records=(objects.record(**ended, group="family:job"),))) == [NOTHING]


@pytest.mark.parametrize(
    ("symptom", "word"),
    [
        ("ClusterNotFound: Cluster not found: shop", "ECSCluster"),
        ("TaskDefinitionNotFound: web:9", "ECSTaskDefinition"),
        ("NotAllowed: privileged", "spec.allow"),
        ("RoleNotAllowed: admin", "spec.allow.roles"),
        ("TasksRefused: was unable to start a task: exceeded quota", "ResourceQuota"),
        ('KubernetesForbidden: violates PodSecurity "restricted"', "Pod Security"),
        ("DeploymentBlocked: x", "maximumPercent"),
        ("TaskFailedToStart: CannotPullContainerError: 401 Unauthorized", "password"),
        ("TaskFailedToStart: CannotPullContainerError: not found", "tag"),
        ("TaskFailedToStart: ResourceInitializationError: unable to pull secrets", "ECSAccount"),
        ("OutOfMemoryError: Container killed due to memory usage", "memory"),
        ("exit code 127", "entryPoint"),
        ("exit code 0", "go on running"),
        ("Unschedulable: 5 node(s) had untolerated taint", "tolerations"),
        ("DeploymentStrategyNotAvailable: x", "ROLLING"),
        ("TargetGroupNotMapped: x", "none"),
        ("RolledBack: x", "restartedAt"),
        ("ServiceFailed: web is Stalled", "kubectl ecs why"),
        ("something new: x", "Look into: something new"),
    ],
)
def test_each_symptom_has_its_step(symptom: str, word: str) -> None:
    (step,) = advise([symptom])
    assert word in step


def test_every_row_can_be_reached_and_says_something() -> None:
    assert all(row.step.endswith((".", ",")) or ":" in row.step for row in ADVICE)
    assert len({row.pattern.pattern for row in ADVICE}) == len(ADVICE)
