"""The judges of the long suites: they have to find what is wrong, and let pass what nobody could have done better."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.cluster import taskledger
from tests.cluster.boundsreplay import by_deployment, crossings
from tests.cluster.podwatch import Happening

_versions = count(1)


def deployment(replicas: int, surge: int, unavailable: int, ready: int = 0) -> Happening:
    rolling = {"maxSurge": surge, "maxUnavailable": unavailable}
    spec = {"replicas": replicas, "strategy": {"rollingUpdate": rolling}}
    status = {"observedGeneration": 1, "readyReplicas": ready}
    return happening("Deployment", "web", {"spec": spec, "status": status, "metadata": {"generation": 1}})


def replica_set(name: str, replicas: int, ready: int = 0) -> Happening:
    metadata = {"ownerReferences": [{"uid": "web"}]}
    return happening(
        "ReplicaSet", name, {"spec": {"replicas": replicas}, "status": {"readyReplicas": ready}, "metadata": metadata}
    )


def pod(name: str, owner: str = "old", *, ready: bool = True, **metadata: Any) -> Happening:
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    obj = {"spec": {"restartPolicy": "Always"}, "status": {"conditions": conditions}}
    return happening("Pod", name, obj | {"metadata": {"ownerReferences": [{"uid": owner}], **metadata}})


def stopped(name: str, owner: str = "old") -> Happening:
    return pod(name, owner, deletionTimestamp="2026-01-01T00:00:00Z")


def happening(kind: str, name: str, obj: dict[str, Any]) -> Happening:
    metadata = {"name": name, "uid": name, "annotations": {}, **obj["metadata"]}
    return Happening(next(_versions), kind, "MODIFIED", obj | {"metadata": metadata})


def steady() -> list[Happening]:
    """Two tasks, of which one may be missing, and one more than two may be there."""
    return [deployment(2, 1, 1, ready=2), replica_set("old", 2, 2), pod("a"), pod("b")]


def test_a_stop_below_the_lower_bound_is_found() -> None:
    course = [*steady(), replica_set("old", 0, 2), stopped("a"), stopped("b")]
    (found,) = crossings(course)
    assert "the stop of b leaves 0 healthy, at least 1 are wanted" in found


def test_a_start_above_the_upper_bound_is_found() -> None:
    course = [*steady(), replica_set("new", 2), pod("c", "new", ready=False), pod("d", "new", ready=False)]
    (found,) = crossings(course)
    assert "the start of d makes 4, at most 3 are allowed" in found


def test_what_a_person_takes_is_nobodys_fault() -> None:
    course = [*steady(), stopped("a"), stopped("b")]
    assert len(list(crossings(course))) == 1
    assert list(crossings(course, {"a", "b"})) == []


def test_what_was_decided_before_a_loss_was_known_is_let_pass_but_not_what_comes_after() -> None:
    down = [replica_set("old", 1, 2), stopped("b")]
    assert list(crossings([*steady(), stopped("a"), *down], {"a"})) == []
    known = [stopped("a"), pod("c", ready=False), deployment(2, 1, 1, ready=1)]
    (found,) = crossings([*steady(), *known, replica_set("old", 1, 2), stopped("b")], {"a"})
    assert "the stop of b leaves 0 healthy" in found


def test_a_loss_counts_until_it_is_known_whatever_else_is_written_of_the_pod() -> None:
    """A container that ends is written of twice: its Pod is not ready any more, and what it was told is taken away."""
    ill = [pod("a", ready=False), pod("a", ready=False, annotations={"told": "no more"})]
    down = [replica_set("old", 1, 2), stopped("b")]
    assert list(crossings([*steady(), *ill, *down])) == []
    (found,) = crossings([*steady(), *ill, deployment(2, 1, 1, ready=1), pod("a", ready=False), *down])
    assert "the stop of b leaves 0 healthy" in found


def test_with_its_deployment_all_may_go() -> None:
    gone = Happening(next(_versions), "Deployment", "DELETED", deployment(2, 1, 1).object)
    assert list(crossings([*steady(), gone, stopped("a"), stopped("b")])) == []


def test_each_deployment_has_its_own_course() -> None:
    other = happening("Pod", "job", {"spec": {"restartPolicy": "Never"}, "metadata": {}})
    course = steady()
    assert by_deployment([*course, other]) == {"web": course}


# Records


def ran(task: str | None, restarts: int, *, uid: str = "u-1", **status: Any) -> Happening:
    notes = {"kubecs.dev/task-id": task} if task else {}
    state = {"name": "app", "restartCount": restarts, "state": {"running": {}}}
    obj = {"spec": {"restartPolicy": "Always"}, "status": {"containerStatuses": [state], **status}}
    return happening("Pod", uid, obj | {"metadata": {"annotations": notes}})


def deleted(last: Happening) -> Happening:
    return Happening(next(_versions), "Pod", "DELETED", last.object)


def test_records_that_are_missing_invented_or_too_many_are_found() -> None:
    course = [ran(None, 0), ran("second", 1)]
    pods = taskledger.pods_seen(course)
    assert list(taskledger.faults(pods, {"u1"})) == []
    assert list(taskledger.faults(pods, set())) == ["no record of task u1, which Pod u-1 was"]
    assert list(taskledger.faults(pods, {"u1", "second"})) == ["record second is of no task that ended"]
    over = taskledger.pods_seen([*course, deleted(course[-1])])
    assert list(taskledger.faults(over, {"u1", "second"})) == []
    assert list(taskledger.faults(over, {"u1"})) == ["no record of task second, which Pod u-1 was"]
    twice = taskledger.pods_seen([*course, ran("third", 1)])
    assert "only 1 runs" in next(iter(taskledger.faults(twice, {"u1", "second"})))


def test_an_id_under_which_nothing_ran_needs_no_record() -> None:
    ended = ran("second", 0)
    ended.object["status"]["containerStatuses"] = [{"name": "app", "restartCount": 0, "state": {"terminated": {}}}]
    pods = taskledger.pods_seen([ran(None, 0), ended, deleted(ended)])
    assert list(taskledger.faults(pods, {"u1"})) == []


def test_a_pod_that_was_played_once_more_from_its_beginning_is_left_out() -> None:
    course = [ran(None, 0), ran("second", 1), ran("second", 0)]
    pods = taskledger.pods_seen([*course, deleted(course[-1])])
    assert pods["u-1"].replayed
    assert list(taskledger.faults(pods, {"u1"})) == list(taskledger.faults(pods, {"u1", "second"})) == []
    assert not taskledger.pods_seen(course[:2])["u-1"].replayed
