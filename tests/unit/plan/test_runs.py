import json

import pytest

from kubecs.plan import runs
from kubecs.translate import labels
from tests.unit.plan.pods import TASK_ID, UID, at, pod, running, status, terminated, waiting


def renewed(found, patch):
    """What a JSON Patch makes of a Pod's annotations; its tests must hold."""
    notes = dict(found["metadata"]["annotations"])
    for step in patch:
        if not step["path"].startswith("/metadata/annotations/"):
            assert step["op"] == "test"
            assert found["metadata"][step["path"].rpartition("/")[2]] == step["value"]
            continue
        name = step["path"].removeprefix("/metadata/annotations/").replace("~1", "/").replace("~0", "~")
        if step["op"] == "test":
            assert notes[name] == step["value"]
        else:
            notes[name] = step["value"]
    return notes


def test_the_task_id_is_the_uid_until_it_is_noted() -> None:
    assert runs.task_id(pod(status("app", running()))) == TASK_ID
    assert runs.task_id(pod(status("app", running()), notes={labels.TASK_ID: "a" * 32})) == "a" * 32


@pytest.mark.parametrize(
    ("statuses", "ended"),
    [
        ([status("app", running())], []),
        ([status("app", waiting("ContainerCreating"))], []),
        ([status("app", terminated("a"))], ["a"]),
        ([status("app", running(61), terminated("a"), 1)], ["a"]),
        ([status("app", waiting("CrashLoopBackOff"), terminated("a"))], ["a"]),
        ([status("app", terminated("b", until=90), terminated("a", until=60), 1)], ["a", "b"]),
        ([status("app", running()), status("log", terminated("x"))], []),
        ([status("app", terminated("a") | {}), status("log", terminated("x"))], ["a"]),
        ([status("app", {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown"}})], []),
    ],
)
def test_ends_of_essential_containers(statuses, ended) -> None:
    found = runs.ended_runs(pod(*statuses, essential=["app"]))
    assert [run.container_id.removeprefix("containerd://") for run in found] == ended


def test_a_renewed_pod_has_no_end_until_the_next_one() -> None:
    first = pod(status("app", running(61), terminated("a", until=60), 1))
    notes = renewed(first, runs.renewal_patch(first))
    assert notes[labels.TASK_ID] == runs.next_task_id(first)
    assert len(notes[labels.TASK_ID]) == 32
    assert runs.ended_runs(pod(status("app", running(61), terminated("a", until=60), 1), notes=notes)) == ()

    second = pod(status("app", terminated("b", until=90), terminated("a", until=60), 1), notes=notes)
    assert [run.container_id for run in runs.ended_runs(second)] == ["containerd://b"]
    again = renewed(second, runs.renewal_patch(second))
    assert again[labels.TASK_ID] not in (TASK_ID, notes[labels.TASK_ID])
    third = pod(status("app", running(95), terminated("b", until=90), 2), notes=again)
    assert runs.ended_runs(third) == ()
    assert runs.renewal_of(third).runs == 2
    assert runs.unseen_runs(third) == 1


def test_the_renewal_says_when_and_after_how_many_runs() -> None:
    found = pod(status("app", waiting("CrashLoopBackOff"), terminated("c", until=60), 2))
    assert runs.unseen_runs(found) == 3
    notes = renewed(found, runs.renewal_patch(found))
    assert json.loads(notes[runs.RENEWED]) == {"at": at(60), "runs": 3}


def test_the_renewal_tests_what_it_was_decided_on() -> None:
    fresh = pod(status("app", terminated("a")))
    tests = [step for step in runs.renewal_patch(fresh) if step["op"] == "test"]
    assert {"op": "test", "path": "/metadata/resourceVersion", "value": "4711"} in tests
    assert {"op": "test", "path": "/metadata/uid", "value": UID} in tests
    noted = pod(status("app", terminated("a")), notes={labels.TASK_ID: "f" * 32})
    tests = [step for step in runs.renewal_patch(noted) if step["op"] == "test"]
    path = "/metadata/annotations/kubecs.dev~1task-id"
    assert {"op": "test", "path": path, "value": "f" * 32} in tests
    assert not any(step["path"] == "/metadata/resourceVersion" for step in tests)


def test_the_same_end_always_gives_the_same_id() -> None:
    seen_early = pod(status("app", terminated("a")))
    seen_late = pod(status("app", running(61), terminated("a"), 1))
    assert runs.next_task_id(seen_early) == runs.next_task_id(seen_late)
    with pytest.raises(ValueError, match="no run has ended"):
        runs.renewal_patch(pod(status("app", running())))


@pytest.mark.parametrize(
    ("spec", "whole"),
    [
        ({}, True),
        ({"volumes": [{"name": "a", "hostPath": {"path": "/a"}}, {"name": "t", "projected": {}}]}, True),
        ({"volumes": [{"name": "a", "emptyDir": {}}]}, False),
        ({"volumes": [{"name": "a", "ephemeral": {}}]}, False),
        ({"initContainers": [{"name": "i"}]}, False),
        ({"containers": [{"name": "app"}, {"name": "log"}]}, False),
    ],
)
def test_what_a_restart_in_place_renews(spec, whole) -> None:
    assert runs.renews_whole(pod(status("app", running()), spec=spec)) is whole


@pytest.mark.parametrize(
    ("state", "last", "restarts", "count"),
    [
        (running(), None, 0, 0),
        (terminated("a"), None, 0, 1),
        (running(), terminated("a"), 1, 1),
        (waiting("CrashLoopBackOff"), terminated("b"), 1, 2),
        (terminated("c"), terminated("b"), 2, 3),
        (waiting("ContainerCreating"), None, 0, 0),
    ],
)
def test_how_many_runs_have_ended(state, last, restarts, count) -> None:
    assert runs.runs_ended(pod(status("app", state, last, restarts))) == count


def test_a_container_that_could_not_be_started_never_ran() -> None:
    state = terminated("a", 128, reason="StartError", startedAt="1970-01-01T00:00:00Z")
    (run,) = runs.ended_runs(pod(status("app", state)))
    assert not run.ran
