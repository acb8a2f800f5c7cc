"""The listener keeps what only an event shows: the last state of Pods that went, and who took them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from kubecs.controllers.burst import FEW
from kubecs.controllers.cache import Cache
from kubecs.controllers.keys import Key
from kubecs.controllers.leading import Standing
from kubecs.controllers.listener import BURST_SECONDS, SUMMARIES, Listener
from kubecs.controllers.queue import Priority, Queue
from kubecs.metrics.registry import Metrics
from tests.unit.controllers.objects import NAMESPACE, Told, obj, pod, record, revision, running, service

PENDING = {"phase": "Pending", "conditions": []}
GONE = (NAMESPACE, "web-1")


@dataclass
class Stage:
    listener: Listener
    cache: Cache
    told: Told
    standing: Standing
    metrics: Metrics

    def see(self, event: Any, manifest: dict[str, Any]) -> None:
        self.cache.observe(manifest["kind"], event, manifest)

    def started(self) -> float:
        text = self.metrics.render().decode()
        counts = [line for line in text.splitlines() if line.startswith("ecs_task_start_duration_seconds_count{")]
        return sum(float(line.rpartition(" ")[2]) for line in counts)


@pytest.fixture
def stage() -> Stage:
    told, standing, metrics = Told(), Standing(synced=True, leading=True), Metrics("test")
    queue: Any = told
    assert isinstance(Queue.add, Callable)
    listener = Listener(queue, metrics, standing, clock=lambda: 1767225610.0)
    listener.cache = Cache(listener.changed, listener.unreadable)
    return Stage(listener, listener.cache, told, standing, metrics)


def test_events_come_before_what_the_first_lists_bring(stage: Stage) -> None:
    stage.standing.synced = False
    stage.see(None, service("listed"))
    stage.standing.synced = True
    stage.see("ADDED", service("seen", 2))
    assert stage.told.now[Key("ECSService", NAMESPACE, "listed")] == Priority.RESYNC
    assert stage.told.now[Key("ECSService", NAMESPACE, "seen")] == Priority.EVENT


def test_what_sums_up_others_waits_for_a_quiet_moment(stage: Stage) -> None:
    stage.see("ADDED", pod(status=running()))
    assert {key.kind for key in stage.told.later} - {"ECSService"} == {"ECSCluster"} <= set(SUMMARIES)
    stage.see("ADDED", obj("ECSCluster", "default", 2, spec={"clusterName": "default"}))
    assert Key("ECSCluster", NAMESPACE, "default") in stage.told.now  # its own change does not


def test_a_service_looks_once_at_a_burst_of_what_became_of_it(stage: Stage) -> None:
    web = Key("ECSService", NAMESPACE, "web")
    stage.see("ADDED", pod(status=running()))
    assert stage.told.later[web] == (BURST_SECONDS, Priority.REPORT)
    stage.told.later.clear()
    stage.see("ADDED", service("web", 1))
    stage.told.now.clear()
    stage.see("MODIFIED", service("web", 2) | {"status": {"runningCount": 1}})
    assert (web in stage.told.now, stage.told.later[web]) == (False, (BURST_SECONDS, Priority.REPORT))
    stage.see("MODIFIED", service("web", 3, metadata={"annotations": {"a": "b"}}))
    assert stage.told.now[web] is Priority.EVENT


def test_each_task_definition_that_is_to_be_registered_is_noted(stage: Stage) -> None:
    written = obj("ECSTaskDefinition", "web", 1, spec={"family": "web"})
    for number in range(FEW):
        stage.see("ADDED", obj("ECSTaskDefinition", f"web-{number}", 1, spec={"family": f"web-{number}"}))
    assert stage.listener.burst.lasts() == 0
    stage.see("MODIFIED", obj("ECSTaskDefinition", "web-0", 2, spec={"family": "web-0"}, status={"latestRevision": 1}))
    stage.see("DELETED", obj("ECSTaskDefinition", "web-0", 3, spec={"family": "web-0"}))
    assert stage.listener.burst.lasts() == 0, "statuses and deletions are none"
    stage.see("ADDED", written)
    assert stage.listener.burst.lasts() > 0


def test_a_deleted_pod_is_kept_until_it_is_recorded(stage: Stage) -> None:
    stage.see("ADDED", pod(version=1, status=running()))
    stage.see("DELETED", pod(version=2, status=running()))
    (kept,) = stage.listener.gone[GONE]
    assert kept["metadata"]["resourceVersion"] == "2"
    stage.see("ADDED", record("another-task", "web-1", 3))
    assert GONE in stage.listener.gone
    stage.see("ADDED", record("uidofweb1", "web-1", 4))
    assert GONE not in stage.listener.gone


def test_a_pod_that_was_recorded_before_it_went_is_not_kept(stage: Stage) -> None:
    """What the operator ends is recorded first; a standby sees both, and would else keep the Pod for ever."""
    stage.see("ADDED", pod(version=1, status=running()))
    stage.see("ADDED", record("uidofweb1", "web-1", 2))
    stage.see("DELETED", pod(version=3, status=running()))
    assert stage.listener.gone == {}
    assert stage.listener.scale_in.scaled_in == set()


def test_a_standby_forgets_what_the_leader_has_dealt_with(stage: Stage) -> None:
    stage.standing.leading = False
    stage.see("DELETED", pod("web-1", 3, status=running()))
    stage.listener.dealt_with = lambda: 5
    stage.see("DELETED", pod("web-2", 7, status=running()))
    assert list(stage.listener.gone) == [(NAMESPACE, "web-2")]
    stage.listener.dealt_with = lambda: 7
    stage.see("DELETED", pod("web-3", 8, status=running()))
    assert list(stage.listener.gone) == [(NAMESPACE, "web-3")]


def test_what_was_kept_while_leading_or_twice_hurts_nobody_afterwards(stage: Stage) -> None:
    stage.see("DELETED", pod("led", 2, status=running()))
    stage.standing.leading = False  # it is about to end
    stage.see("ADDED", pod("web-1", 3, status=running()))
    stage.see("ADDED", pod("web-1", 4, uid="another", status=PENDING))
    stage.see("DELETED", pod("web-1", 5, status=running()))
    assert len(stage.listener.gone[GONE]) == 2
    stage.listener.dealt_with = lambda: 9
    stage.see("DELETED", pod("web-2", 10, status=running()))
    assert list(stage.listener.gone) == [(NAMESPACE, "led"), (NAMESPACE, "web-2")]


def test_a_standby_asks_for_nothing_until_it_takes_over(stage: Stage) -> None:
    kinds = ("ECSService", "ECSTaskDefinition", "Pod")
    stage.listener.take_over(kinds)
    assert not stage.told.now
    stage.standing.leading = False
    stage.see("ADDED", service("web", 1))
    stage.see("ADDED", pod("web-1", 2, status=running()))
    stage.see("ADDED", revision("gone", version=3))
    stage.see("ADDED", revision("web", 2, version=4))
    stage.see("DELETED", revision("web", 2, version=5))
    stage.see("DELETED", pod("web-2", 6, status=running()))
    assert not stage.told.now
    assert not stage.told.later
    stage.standing.leading = True
    stage.listener.take_over(kinds)
    assert {str(key): lane for key, lane in stage.told.now.items()} == dict.fromkeys(
        (
            str(Key(*each))
            for each in (
                ("ECSService", NAMESPACE, "web"),
                ("ECSTaskDefinition", NAMESPACE, "gone"),
                ("ECSTaskDefinitionRevision", NAMESPACE, "web.2"),
                ("Pod", NAMESPACE, "web-1"),
                ("Pod", NAMESPACE, "web-2"),
            )
        ),
        Priority.RESYNC,
    )


def test_a_pod_whose_name_was_taken_over_is_kept_too(stage: Stage) -> None:
    stage.see("ADDED", pod(version=1, status=running()))
    stage.see("ADDED", pod(version=9, uid="another", status=PENDING))
    assert [each["metadata"]["uid"] for each in stage.listener.gone[GONE]] == ["uid-of-web-1"]
    stage.see("DELETED", pod(version=10, uid="another", status=PENDING))
    assert len(stage.listener.gone[GONE]) == 2
    for kept in tuple(stage.listener.gone[GONE]):
        stage.listener.forget(kept)
    assert stage.listener.gone == {}


def test_a_pod_of_a_replica_set_that_is_gone_went_with_it(stage: Stage) -> None:
    stage.see("DELETED", pod(version=3, status=running()))
    assert "uid-of-web-1" in stage.listener.scale_in.scaled_in


def test_the_mark_stays_before_the_oldest_deletion_that_is_left_to_be_recorded(stage: Stage) -> None:
    assert stage.listener.handled_up_to(50) == 50
    stage.see("ADDED", pod("web-1", 1, status=running()))
    stage.see("ADDED", pod("web-2", 2, status=running()))
    stage.see("DELETED", pod("web-2", 30, status=running()))
    stage.see("DELETED", pod("web-1", 40, status=running()))
    assert stage.listener.handled_up_to(50) == 29
    stage.see("ADDED", record("uidofweb2", "web-2", 51))
    assert stage.listener.handled_up_to(60) == 39
    stage.see("ADDED", record("uidofweb1", "web-1", 61))
    assert stage.listener.handled_up_to(70) == 70


def test_deleted_revisions_are_kept_until_they_are_there_again(stage: Stage) -> None:
    stage.see("ADDED", revision(version=1))
    stage.see("DELETED", revision(version=2))
    assert (NAMESPACE, "web.1") in stage.listener.deleted_revisions
    stage.see("ADDED", revision(version=3, uid="tombstone"))
    assert stage.listener.deleted_revisions == {}


def test_a_start_is_observed_once_and_by_the_leader_alone(stage: Stage) -> None:
    stage.see("ADDED", pod(version=1, status=PENDING))
    stage.see("MODIFIED", pod(version=2, status=running()))
    assert stage.started() == 1
    stage.see("MODIFIED", pod(version=3, status=running(), notes=pod()["metadata"]["annotations"] | {"seen": "yes"}))
    assert stage.started() == 1
    stage.standing.leading = False
    stage.see("ADDED", pod("web-2", 4, status=PENDING))
    stage.see("MODIFIED", pod("web-2", 5, status=running()))
    assert stage.started() == 1


def test_a_pod_that_runs_when_it_is_first_seen_has_started_before(stage: Stage) -> None:
    stage.see(None, pod(version=1, status=running()))
    assert stage.started() == 0


def test_a_change_before_there_is_a_cache_is_a_bug() -> None:
    queue: Any = Told()
    listener = Listener(queue, Metrics("test"), Standing())
    orphan = Cache(listener.changed, listener.unreadable)
    with pytest.raises(RuntimeError, match="no cache"):
        orphan.observe("ECSService", "ADDED", service())
