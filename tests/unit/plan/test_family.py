import copy
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.crds import status as statuses
from kubecs.plan import conditions
from kubecs.plan.account import account_of
from kubecs.plan.actions import Create, Patch, Plan
from kubecs.plan.family import FamilySnapshot, plan_family, plan_revision, plan_revision_deleted, refused_family
from kubecs.plan.timestamps import rfc3339
from kubecs.translate.finding import Finding
from tests.unit.plan.pods import NOW
from tests.unit.plan.schemas import problems

ACCOUNT = account_of({"spec": {"accountId": "111122223333", "region": "eu-west-1"}}, "shop", "us-east-1")
ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web"
CONTAINER = {"name": "app", "image": "nginx:1.27", "memory": 128}


def family(image: str = "nginx:1.27", generation: int = 1, **more: Any) -> dict[str, Any]:
    spec = {"family": "web", "containerDefinitions": [CONTAINER | {"image": image}]} | more.pop("spec", {})
    metadata = {"name": "web", "namespace": "shop", "uid": "family-uid", "generation": generation}
    return {"metadata": metadata | more.pop("metadata", {}), "spec": spec, "status": more.pop("status", {})}


def look(family_object, *revisions, now=NOW, **more: Any) -> Plan:
    return plan_family(FamilySnapshot(family_object, tuple(revisions), ACCOUNT, **more), now)


def created(plan: Plan) -> dict[str, Any] | None:
    """The revision that a plan creates, as the API server would store it."""
    for step in plan.steps:
        for action in step:
            if isinstance(action, Create):
                stored = copy.deepcopy(dict(action.manifest))
                stored["metadata"] |= {"uid": stored["metadata"]["name"], "creationTimestamp": rfc3339(NOW)}
                return stored
    return None


def registered(image: str, number: int, kind: str = "Object", **more: Any) -> dict[str, Any]:
    spec = {
        "taskDefinition": {"family": "web", "containerDefinitions": [CONTAINER | {"image": image}]},
        "revision": number,
        "lifecycle": "ACTIVE",
        "registeredAt": rfc3339(NOW - timedelta(hours=1)),
        "origin": {"kind": kind},
    }
    metadata = {
        "name": f"web.{number}",
        "namespace": "shop",
        "uid": f"web.{number}",
        "creationTimestamp": rfc3339(NOW - timedelta(hours=1)),
    }
    return {"metadata": metadata | more.pop("metadata", {}), "spec": spec | more}


def service(name: str, task_definition: str, triple=conditions.ready, observed: int = 1) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "generation": 1},
        "spec": {"taskDefinition": "web"},
        "status": {
            "observedGeneration": observed,
            "taskDefinition": task_definition,
            "conditions": conditions.set_conditions([], triple("Why"), 1, NOW),
        },
    }


def status_of(plan: Plan) -> Mapping[str, Any]:
    assert plan.status is not None
    assert list(problems(plan.status, statuses.TASK_DEFINITION)) == []
    return plan.status


def triple(plan: Plan) -> dict[str, str]:
    return {each["type"]: each["status"] for each in status_of(plan)["conditions"]}


def reason(plan: Plan) -> str:
    found = conditions.find(status_of(plan)["conditions"], "Ready")
    assert found is not None
    return str(found["reason"])


def test_the_first_content_is_revision_one() -> None:
    plan = look(family(spec={"tags": [{"key": "team", "value": "a"}], "kubernetes": {}}))
    revision = created(plan)
    assert revision is not None
    assert revision["metadata"]["name"] == "web.1"
    assert "ownerReferences" not in revision["metadata"]
    assert revision["spec"] == {
        "taskDefinition": {"family": "web", "containerDefinitions": [CONTAINER]},
        "revision": 1,
        "lifecycle": "ACTIVE",
        "registeredAt": rfc3339(NOW),
        "tags": [{"key": "team", "value": "a"}],
        "origin": {"kind": "Object", "uid": "family-uid"},
    }
    assert not plan.steps[0][0].exists_ok
    assert plan.status is None, "told once it is seen, in one write"


def test_a_registered_content_makes_no_second_revision() -> None:
    first = created(look(family()))
    plan = look(family(), first)
    assert plan.steps == ()
    assert triple(plan) == {"Ready": "True", "Reconciling": "False", "Stalled": "False"}
    assert status_of(plan)["latestRevision"] == 1
    assert status_of(plan)["taskDefinitionArn"] == f"{ARN}:1"
    assert [each.reason for each in plan.events] == ["Registered"]


def test_a_content_is_asked_about_when_a_newer_revision_may_be_of_an_edit_not_yet_seen() -> None:
    """The watches of an object and of its revisions are two: after a change of leaders one may be behind."""
    told = {"latestRevision": 1}
    assert not look(family()).confirm
    assert not look(family("nginx:2", status=told), registered("nginx:1.27", 1)).confirm
    behind = look(family(status=told), registered("nginx:1.27", 1), registered("nginx:2", 2))
    assert created(behind)
    assert behind.confirm


def test_an_edit_back_to_an_older_content_is_a_third_revision() -> None:
    revisions = [registered("a", 1), registered("b", 2)]
    assert look(family("b"), *revisions).steps == ()
    third = created(look(family("a", 3), *revisions))
    assert third is not None
    assert third["metadata"]["name"] == "web.3"


@pytest.mark.parametrize(
    ("revisions", "floor", "latest", "number"),
    [
        ([], 0, None, 1),
        ([], 7, None, 8),
        ([], 0, 4, 5),
        ([registered("a", 2, "Endpoint")], 0, None, 3),
        ([registered("a", 2, lifecycle="DELETED")], 0, None, 3),
        ([registered("nginx:1.27", 2, lifecycle="INACTIVE")], 0, 2, 3),
        ([registered("nginx:1.27", 2)], 0, 5, 6),
    ],
)
def test_numbers_are_above_all_that_is_known(revisions, floor, latest, number) -> None:
    found = created(look(family(status={"latestRevision": latest} if latest else {}), *revisions, floor=floor))
    assert found is not None
    assert found["spec"]["revision"] == number


STEP = st.sampled_from(["a", "b", "c", "delete newest", "delete oldest", "endpoint", "crash"])


@given(st.lists(STEP, max_size=25))
def test_a_number_is_never_used_twice(steps) -> None:
    live: dict[int, dict[str, Any]] = {}
    used: dict[int, Any] = {}
    status: Mapping[str, Any] = {}

    def store(revision: dict[str, Any]) -> None:
        number, content = revision["spec"]["revision"], revision["spec"]["taskDefinition"]
        assert used.setdefault(number, content) == content
        live[number] = revision

    current = "a"
    for step in steps:
        if step.startswith("delete") and live:
            gone = live.pop(max(live) if step == "delete newest" else min(live))
            tombstone = created(plan_revision_deleted(gone, list(live.values()), (), NOW))
            if tombstone is not None:
                store(tombstone)
        elif step == "endpoint":
            store(registered("other", max(live, default=0) + 1, "Endpoint"))
        elif step in {"a", "b", "c", "crash"}:
            current = current if step == "crash" else step
            plan = look(family(current, status=dict(status)), *live.values())
            revision = created(plan)
            if revision is not None:
                assert revision["spec"]["revision"] == max(used, default=0) + 1
                store(revision)
            status = status if step == "crash" else (plan.status or {})
    assert sorted(used) == list(range(1, len(used) + 1))


def test_tags_alone_make_no_revision() -> None:
    first = registered("nginx:1.27", 1, tags=[{"key": "a", "value": "1"}])
    plan = look(family(spec={"tags": [{"key": "a", "value": "2"}]}), first)
    patch = plan.steps[0][0]
    assert isinstance(patch, Patch)
    assert patch.body == {"spec": {"tags": [{"key": "a", "value": "2"}]}}
    assert patch.ref.name == "web.1"
    removed = look(family(), first).steps[0][0]
    assert isinstance(removed, Patch)
    assert removed.body == {"spec": {"tags": None}}
    assert look(family(spec={"tags": []}), registered("nginx:1.27", 1)).steps == ()


def test_an_invalid_document_registers_nothing_and_leaves_what_was() -> None:
    before = {"latestRevision": 1, "taskDefinitionArn": f"{ARN}:1", "status": "ACTIVE"}
    bad = family(generation=2, status=before, spec={"containerDefinitions": []})
    plan = look(bad, registered("nginx:1.27", 1))
    assert plan.steps == ()
    assert triple(plan)["Stalled"] == "True"
    assert reason(plan) == "InvalidTaskDefinition"
    assert {name: status_of(plan)[name] for name in before} == before
    assert status_of(plan)["observedGeneration"] == 2
    (event,) = plan.events
    assert event.type == "Warning"
    assert event.message.startswith("ClientException: ")
    again = look(bad | {"status": status_of(plan)}, registered("nginx:1.27", 1))
    assert again.events == ()
    assert again.status == plan.status


def test_a_wrong_name_is_refused() -> None:
    plan = look(family(metadata={"name": "web-1"}))
    assert plan.steps == ()
    assert reason(plan) == "NameMismatch"


def test_what_the_api_server_refused_is_said_in_the_same_way() -> None:
    assert reason(refused_family(family(), "QuotaExceeded", "no more", NOW)) == "QuotaExceeded"


@pytest.mark.parametrize(
    ("followers", "expected"),
    [
        ([service("a", f"{ARN}:1")], {"Ready": "True", "Reconciling": "False", "Stalled": "False"}),
        (
            [service("a", f"{ARN}:1"), service("b", f"{ARN}:0")],
            {"Ready": "False", "Reconciling": "True", "Stalled": "False"},
        ),
        (
            [service("a", f"{ARN}:1", conditions.reconciling)],
            {"Ready": "False", "Reconciling": "True", "Stalled": "False"},
        ),
        ([service("a", f"{ARN}:1", observed=0)], {"Ready": "False", "Reconciling": "True", "Stalled": "False"}),
        (
            [service("a", f"{ARN}:1"), service("b", f"{ARN}:1", conditions.stalled)],
            {"Ready": "False", "Reconciling": "False", "Stalled": "True"},
        ),
    ],
)
def test_it_is_ready_when_its_services_are(followers, expected) -> None:
    plan = look(family(), registered("nginx:1.27", 1), followers=tuple(followers))
    assert triple(plan) == expected


def test_a_registration_that_overtakes_the_object_is_reported_once() -> None:
    revisions = [registered("nginx:1.27", 1), registered("other", 2, "Endpoint")]
    plan = look(family(), *revisions)
    assert plan.steps == ()
    assert triple(plan)["Diverged"] == "True"
    assert status_of(plan)["latestRevision"] == 1
    assert [each.reason for each in plan.events] == ["Registered", "NewerRegistration"]
    assert look(family(status=dict(status_of(plan))), *revisions).events == ()
    inactive = registered("other", 2, "Endpoint", lifecycle="INACTIVE")
    assert "Diverged" not in triple(look(family(), registered("nginx:1.27", 1), inactive))


def test_deleting_the_object_deregisters_what_it_made() -> None:
    revisions = [
        registered("a", 1),
        registered("b", 2, lifecycle="INACTIVE"),
        registered("c", 3, "Endpoint"),
        registered("d", 4),
    ]
    plan = look(None, *revisions)
    assert plan.confirm, "another replica may have registered them for an object not yet seen here"
    (step,) = plan.steps
    assert [action.ref.name for action in step if isinstance(action, Patch)] == ["web.1", "web.4"]
    assert {str(action.body) for action in step if isinstance(action, Patch)} == {
        str({"spec": {"lifecycle": "INACTIVE", "deregisteredAt": rfc3339(NOW)}})
    }
    assert plan.status is None
    again = created(
        look(family("a"), *(each | {"spec": each["spec"] | {"lifecycle": "INACTIVE"}} for each in revisions))
    )
    assert again is not None
    assert again["spec"]["revision"] == 5


def test_an_object_that_is_being_deleted_registers_nothing() -> None:
    assert look(family(metadata={"deletionTimestamp": rfc3339(NOW)})) == Plan()


def test_revisions_out_of_a_backup_wait_for_their_object() -> None:
    restored = registered("nginx:1.27", 1, metadata={"creationTimestamp": rfc3339(NOW)})
    plan = look(None, restored)
    assert plan == Plan(requeue_after=600.0)
    assert look(family(), restored).steps == ()
    assert look(None, restored, now=NOW + timedelta(minutes=10)).steps


def test_a_deleted_newest_revision_leaves_a_tombstone() -> None:
    plan = plan_revision_deleted(registered("a", 3), [registered("a", 2)], (), NOW)
    tombstone = created(plan)
    assert tombstone is not None
    assert tombstone["metadata"]["name"] == "web.3"
    assert tombstone["spec"]["lifecycle"] == "DELETED"
    assert tombstone["spec"]["deregisteredAt"] == rfc3339(NOW)
    assert tombstone["spec"]["taskDefinition"] == registered("a", 3)["spec"]["taskDefinition"]
    assert plan_revision_deleted(registered("a", 3), [registered("a", 4)], (), NOW) == Plan()
    assert plan_revision_deleted(registered("a", 3), [tombstone], (), NOW) == Plan()


def test_so_does_an_older_one_that_a_service_runs() -> None:
    gone, newer = registered("a", 3), [registered("a", 4)]
    tombstone = created(plan_revision_deleted(gone, newer, (3,), NOW))
    assert tombstone is not None
    assert (tombstone["metadata"]["name"], tombstone["spec"]["lifecycle"]) == ("web.3", "DELETED")
    assert plan_revision_deleted(gone, newer, (4,), NOW) == Plan()
    assert plan_revision_deleted(gone, [*newer, tombstone], (3,), NOW) == Plan()


def test_a_revision_keeps_what_its_images_are_known_to_be() -> None:
    images = {"containerImages": [], "imagesResolvedBy": "ecs-svc/1"}
    status = plan_revision(registered("a", 3), (), NOW, images).status or {}
    assert list(problems(status, statuses.REVISION)) == []
    assert {name: status[name] for name in images} == images


def test_a_revision_names_what_does_not_carry_over() -> None:
    findings = [
        Finding("containerDefinitions[app].ulimits", "UlimitsNotApplied", "UlimitsNotApplied", "the node's"),
        Finding("containerDefinitions[log].ulimits", "UlimitsNotApplied", "UlimitsNotApplied", "the node's"),
        Finding("pidMode", "NotTranslated", "NotTranslated", "own ids"),
    ]
    revision = registered("a", 1)
    plan = plan_revision(revision, findings, NOW)
    assert plan.status is not None
    assert list(problems(plan.status, statuses.REVISION)) == []
    found = {each["type"]: each for each in plan.status["conditions"]}
    assert found["Ready"]["status"] == "True"
    message = found["UlimitsNotApplied"]["message"]
    assert "containerDefinitions[app].ulimits" in message
    assert "containerDefinitions[log].ulimits" in message
    assert [(each.type, each.reason) for each in plan.events] == [
        ("Warning", "NotTranslated"),
        ("Warning", "UlimitsNotApplied"),
    ]
    assert plan_revision(revision | {"status": plan.status}, findings, NOW).events == ()
