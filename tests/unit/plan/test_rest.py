"""A write that changes what runs waits for a moment in which the Deployment's controller is at rest."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kubecs.plan.actions import Apply, Create
from kubecs.plan.rest import LONGEST_WAIT, must_wait
from kubecs.plan.service import plan_service
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.translate import labels
from tests.unit.plan.services import NOW, actions, applied, deployed, live, replica_set, revision, service, tasks

BOUNDS = {"deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 100}}
LATER = NOW + timedelta(seconds=10)  # a deployment's id is made from its time


def told(found: dict[str, Any], uid: str, replicas: int, ready: int) -> dict[str, Any]:
    found["metadata"]["uid"] = uid
    return found | {"status": {"replicas": replicas, "readyReplicas": ready, "availableReplicas": ready}}


def rolling(
    old: int = 1, new: int = 3, old_ready: int = 1, new_ready: int = 1, made: int | None = None
) -> ServiceSnapshot:
    """Four tasks of at most four, two of them ready, so none may go and none may come: it waits for a task."""
    found = replace(deployed(), service=service(desiredCount=4, **BOUNDS), put_off_since=None)
    ident = found.service_revisions[0]["data"]["deploymentId"]
    before = told(replica_set("ecs-svc/1", old), "old", old, old_ready)
    after = told(replica_set(ident, new), "new", new if made is None else made, new_ready)
    ready = old_ready + new_ready
    shown = live(applied(plan_service(replace(found, put_off_since=NOW - LONGEST_WAIT), NOW), "Deployment"))
    shown["status"] |= {"replicas": old + new, "readyReplicas": ready, "availableReplicas": ready}
    running = (
        *(replace(each, owner_uid="old", healthy_since=1.0) for each in tasks("ecs-svc/1", old_ready)),
        *(replace(each, owner_uid="new", healthy_since=1.0) for each in tasks(ident, new_ready)),
    )
    return replace(found, deployment=shown, replica_sets=(before, after), tasks=running)


def asked(found: ServiceSnapshot, **spec: Any) -> bool:
    """Whether a write waits that makes the Deployment's spec read like this."""
    assert found.deployment is not None
    wanted = found.deployment | {"spec": found.deployment["spec"] | (spec or {"replicas": 5})}
    return must_wait(wanted, found, NOW)


def test_it_is_at_rest_while_it_waits_for_a_task() -> None:
    assert not asked(rolling())


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(rolling(new=2), id="the newest is about to grow"),
        pytest.param(rolling(new_ready=2), id="an old task is about to go"),
        pytest.param(rolling(old_ready=0, new_ready=2, old=2, new=2), id="an old task that is not ready is to go"),
        pytest.param(rolling(made=2), id="a ReplicaSet has yet to make a task"),
    ],
)
def test_it_is_not_at_rest_while_it_has_something_to_do(seen: ServiceSnapshot) -> None:
    assert asked(seen)


def test_it_is_not_at_rest_before_it_has_seen_a_task_become_ready() -> None:
    seen = rolling()
    assert asked(replace(seen, tasks=(*seen.tasks, replace(seen.tasks[-1], uid="another"))))


def test_it_is_not_at_rest_before_it_has_looked_at_the_last_write() -> None:
    seen = rolling()
    assert seen.deployment is not None
    seen.deployment["metadata"]["generation"] = 2
    assert asked(seen)


def test_what_changes_nothing_that_runs_never_waits() -> None:
    seen = rolling(new=2)
    assert seen.deployment is not None
    assert not asked(seen, strategy={"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 1}})


def test_nobody_waits_for_tasks_that_the_api_server_refuses() -> None:
    seen = rolling(made=2)
    seen.replica_sets[1]["status"]["conditions"] = [{"type": "ReplicaFailure", "status": "True"}]
    assert not asked(seen)


def test_nobody_waits_longer_than_two_seconds() -> None:
    seen = rolling(new=2)
    assert asked(replace(seen, put_off_since=NOW - LONGEST_WAIT + timedelta(milliseconds=1)))
    assert not asked(replace(seen, put_off_since=NOW - LONGEST_WAIT))


def test_a_new_deployment_that_waits_is_kept_at_once_and_looked_at_again_soon() -> None:
    wanted = service(desiredCount=4, taskDefinition="web:2", **BOUNDS)
    seen = replace(rolling(new=2), service=wanted, revisions=(revision(1), revision(2)))
    plan = plan_service(seen, LATER)
    assert [each.manifest["kind"] for each in actions(plan, Create)] == ["ControllerRevision"]
    assert [each for each in actions(plan, Apply) if each.manifest["kind"] == "Deployment"] == []
    assert plan.puts_off
    assert plan.requeue_after == pytest.approx(0.25)
    late = plan_service(replace(seen, put_off_since=LATER - LONGEST_WAIT), LATER)
    assert applied(late, "Deployment")["metadata"]["annotations"][labels.SERVICE_REVISION] == "2"
    assert not late.puts_off
