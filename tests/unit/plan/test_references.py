from datetime import timedelta
from typing import Any

import pytest

from kubecs.plan import conditions, references
from kubecs.plan.references import Resolved, Unresolved, missing, resolve
from tests.unit.plan.pods import NOW


def revision(number: int, lifecycle: str = "ACTIVE", kind: str = "Object") -> dict[str, Any]:
    spec = {"revision": number, "lifecycle": lifecycle, "taskDefinition": {"family": "web"}, "origin": {"kind": kind}}
    return {"metadata": {"name": f"web.{number}", "namespace": "shop", "uid": f"u{number}"}, "spec": spec}


def family_object(latest: int | None, generation: int = 2, observed: int = 2) -> dict[str, Any]:
    status = {"observedGeneration": observed} | ({"latestRevision": latest} if latest else {})
    return {"metadata": {"name": "web", "generation": generation}, "spec": {"family": "web"}, "status": status}


REVISIONS = [revision(1), revision(2), revision(3, kind="Endpoint"), revision(4, "INACTIVE"), revision(5, "DELETED")]
ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web"


@pytest.mark.parametrize(
    ("reference", "family", "previous", "number"),
    [
        ("web:1", None, None, 1),
        (f"{ARN}:2", None, None, 2),
        ("web:3", family_object(2), None, 3),
        ("web:4", None, 4, 4),
        ("web:5", None, 5, 5),
        ("web", None, None, 3),
        (ARN, None, None, 3),
        ("web", None, 1, 1),
        ("web", None, 4, 4),
        ("web", family_object(2), None, 2),
        ("web", family_object(2), 1, 2),
        ("web", family_object(2, generation=3), 1, 1),
    ],
)
def test_what_a_reference_stands_for(reference, family, previous, number) -> None:
    found = resolve(reference, REVISIONS, family, previous)
    assert isinstance(found, Resolved)
    assert found.number == number
    assert found.family == "web"


@pytest.mark.parametrize(
    ("reference", "family", "reason"),
    [
        ("web:9", None, "TaskDefinitionNotFound"),
        ("web:5", None, "TaskDefinitionNotFound"),
        ("web:4", None, "TaskDefinitionInactive"),
        ("web", family_object(None), "TaskDefinitionNotRegistered"),
        ("web", family_object(2, generation=3), "TaskDefinitionNotRegistered"),
        ("web", family_object(7), "TaskDefinitionNotRegistered"),
        ("web:x", None, "InvalidTaskDefinitionReference"),
        ("a b", None, "InvalidTaskDefinitionReference"),
        ("arn:aws:ecs:eu-west-1:111122223333:service/web", None, "InvalidTaskDefinitionReference"),
    ],
)
def test_references_that_stand_for_nothing(reference, family, reason) -> None:
    found = resolve(reference, REVISIONS, family)
    assert isinstance(found, Unresolved)
    assert found.reason == reason
    assert found.code in {"ClientException", "InvalidParameterException"}


def test_a_family_with_no_active_revision_is_not_found() -> None:
    found = resolve("web", [revision(4, "INACTIVE")], None)
    assert isinstance(found, Unresolved)
    assert found.message == "TaskDefinition not found: web"


def test_a_deleted_revision_moves_nobody_to_another_one() -> None:
    found = resolve("web", REVISIONS, None, previous=9)
    assert isinstance(found, Unresolved)
    assert found.message == "TaskDefinition not found: web:9"


def test_which_references_follow() -> None:
    assert references.follows("web")
    assert references.follows(ARN)
    assert not references.follows("web:1")
    assert references.family_referred_to(f"{ARN}:7") == "web"
    assert references.family_referred_to("a b") is None


def test_what_is_missing_is_waited_for_and_then_stalls() -> None:
    first = missing([], "TaskDefinitionNotFound", "no web", NOW)
    assert not first.stalled
    assert first.requeue_after == 60.0
    stored = conditions.set_conditions([], first.conditions, 1, NOW)
    later = missing(stored, "TaskDefinitionNotFound", "no web", NOW + timedelta(seconds=59))
    assert later.requeue_after == 1.0
    stored = conditions.set_conditions(stored, later.conditions, 1, NOW + timedelta(seconds=59))
    end = missing(stored, "TaskDefinitionNotFound", "no web", NOW + timedelta(seconds=60))
    assert end.stalled
    assert [each.status for each in end.conditions] == ["False", "False", "True", "False"]


def test_an_object_that_was_reconciling_for_long_gets_its_whole_grace() -> None:
    stored = conditions.set_conditions([], conditions.reconciling("Deploying"), 1, NOW - timedelta(hours=1))
    assert missing(stored, "TaskDefinitionNotFound", "no web", NOW).requeue_after == 60.0
