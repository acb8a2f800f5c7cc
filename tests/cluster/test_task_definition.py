"""Families and their revisions on the real control plane: numbering, what references mean, what follows an edit."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster.api import ApiError

pytestmark = pytest.mark.usefixtures("operator")

SLOW = ecs.kwok(ready_delay="1500ms")


def _image(tag: object) -> dict[str, Any]:
    return ecs.task_definition("web", ecs.container(image=f"registry.example/app:{tag}"))


def _edit(kubectl: Kubectl, tag: object) -> dict[str, Any]:
    """An edit of the image alone; returns the new object."""
    containers = _image(tag)["spec"]["containerDefinitions"]
    return kubectl.patch("ecstaskdefinition", "web", {"spec": {"containerDefinitions": containers}})


def _revisions(kubectl: Kubectl) -> dict[int, str]:
    """Number to image tag, of all revisions of web."""
    found = {each["spec"]["revision"]: each["spec"]["taskDefinition"] for each in kubectl.list(REVISION)}
    return {number: found[number]["containerDefinitions"][0]["image"].rpartition(":")[2] for number in sorted(found)}


def _lifecycles(kubectl: Kubectl) -> dict[int, str]:
    return {each["spec"]["revision"]: each["spec"]["lifecycle"] for each in kubectl.list(REVISION)}


def _wait_number(kubectl: Kubectl, number: int) -> dict[str, Any]:
    """Waits until the family is Ready at a number."""

    def there() -> dict[str, Any] | None:
        found = kubectl.get("ecstaskdefinition", "web")
        return found if ecs.is_ready(found) and ecs.status(found)["latestRevision"] == number else None

    return wait_for(there, 20, f"web:{number}")


def _running(kubectl: Kubectl, service: str) -> str:
    """`family:revision` that a service runs."""
    return str(ecs.status(kubectl.get("ecsservice", service)).get("taskDefinition", "")).rpartition("/")[2]


REVISION = "ecstaskdefinitionrevision"


def test_an_edit_makes_the_next_revision_and_a_return_another_one(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), _image("a")])
    family = _wait_number(kubectl, 1)
    arn = ecs.task_definition_arn("web:1")
    assert {name: ecs.status(family)[name] for name in ("taskDefinitionArn", "status")} == {
        "taskDefinitionArn": arn,
        "status": "ACTIVE",
    }
    kubectl.apply(_image("b"))
    _wait_number(kubectl, 2)
    kubectl.apply(_image("a"))
    family = _wait_number(kubectl, 3)
    assert ecs.status(family)["taskDefinitionArn"] == ecs.task_definition_arn("web:3")
    assert _revisions(kubectl) == {1: "a", 2: "b", 3: "a"}
    assert set(_lifecycles(kubectl).values()) == {"ACTIVE"}
    said = ["registered web:1", "registered web:2", "registered web:3"]
    ecs.wait_notes(kubectl, "ECSTaskDefinition", "web", "Registered", said)


def test_a_revision_is_the_registered_document_owned_by_nobody(kubectl: Kubectl) -> None:
    document = ecs.task_definition(tags=[{"key": "team", "value": "shop"}], cpu="256")
    kubectl.apply([ecs.account(), document])
    _wait_number(kubectl, 1)
    revision = kubectl.get(REVISION, "web.1")
    spec = dict(document["spec"])
    tags = spec.pop("tags")
    assert revision["spec"]["taskDefinition"] == spec
    assert revision["spec"]["tags"] == tags
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", revision["spec"]["registeredAt"])
    assert "ownerReferences" not in revision["metadata"]
    assert revision["spec"]["origin"]["uid"] == kubectl.get("ecstaskdefinition", "web")["metadata"]["uid"]
    row = kubectl("get", "ecstdr").splitlines()[1].split()
    assert row[:4] == ["web.1", "web", "1", "ACTIVE"]


def test_what_is_no_new_content_makes_no_revision(kubectl: Kubectl) -> None:
    kubectl.apply(_image("a"))
    _wait_number(kubectl, 1)
    kubectl.apply(_image("a"))
    kubectl("label", "ecstaskdefinition/web", "team=shop")
    tags = [{"key": "team", "value": "shop"}]
    kubectl.patch("ecstaskdefinition", "web", {"spec": {"tags": tags}})
    wait_for(lambda: kubectl.get(REVISION, "web.1")["spec"].get("tags") == tags, 10, "the tags on the revision")
    _wait_number(kubectl, 1)
    _edit(kubectl, "b")  # had the ones before made any, this were not 2
    _wait_number(kubectl, 2)
    assert kubectl.get(REVISION, "web.2")["spec"]["tags"] == tags


def test_concurrent_edits_are_numbered_without_gaps(kubectl: Kubectl) -> None:
    kubectl.apply(_image("0"))
    _wait_number(kubectl, 1)
    with ThreadPoolExecutor(8) as editors:
        editions = list(editors.map(lambda number: _edit(kubectl, number), range(1, 25)))
    last = max(editions, key=lambda each: each["metadata"]["generation"])
    last_tag = last["spec"]["containerDefinitions"][0]["image"].rpartition(":")[2]

    def settled() -> bool:
        return ecs.is_ready(kubectl.get("ecstaskdefinition", "web"))

    wait_for(settled, 20, "the last edit registered")
    revisions = _revisions(kubectl)
    assert list(revisions) == list(range(1, len(revisions) + 1))
    assert revisions[len(revisions)] == last_tag
    assert len(set(revisions.values())) == len(revisions)  # no content twice, since no edit came back
    assert ecs.status(kubectl.get("ecstaskdefinition", "web"))["latestRevision"] == len(revisions)
    last_said = f"registered web:{len(revisions)}"  # though the status write met newer edits again and again
    wait_for(lambda: last_said in ecs.event_notes(kubectl, "ECSTaskDefinition", "web", "Registered"), 10)


def test_a_revision_cannot_be_edited(kubectl: Kubectl) -> None:
    kubectl.apply(_image("a"))
    _wait_number(kubectl, 1)
    before = kubectl.get(REVISION, "web.1")["spec"]
    for change, path in (
        ({"taskDefinition": {"cpu": "512"}}, "spec.taskDefinition"),
        ({"taskDefinition": {"family": "api"}}, "spec.taskDefinition"),
        ({"revision": 7}, "spec.revision"),
    ):
        with pytest.raises(ApiError, match=path.replace(".", r"\.")) as refusal:
            kubectl.patch(REVISION, "web.1", {"spec": change})
        assert refusal.value.status == 422
    assert kubectl.get(REVISION, "web.1")["spec"] == before


def test_the_number_of_a_deleted_revision_is_never_taken_again(kubectl: Kubectl) -> None:
    kubectl.apply(_image("a"))
    _wait_number(kubectl, 1)
    _edit(kubectl, "b")
    _wait_number(kubectl, 2)
    old = kubectl.get(REVISION, "web.2")["metadata"]["uid"]
    kubectl.delete(REVISION, "web.2")

    def tombstone() -> bool:
        found = kubectl.find(REVISION, "web.2")
        return bool(found and found["metadata"]["uid"] != old and found["spec"]["lifecycle"] == "DELETED")

    wait_for(tombstone, 10, "a tombstone")
    # its content is the object's, so it is registered anew, under the next number
    wait_for(lambda: _lifecycles(kubectl) == {1: "ACTIVE", 2: "DELETED", 3: "ACTIVE"}, 10)
    _wait_number(kubectl, 3)
    kubectl.delete(REVISION, "web.1")  # not the newest: its number is safe without a tombstone
    _edit(kubectl, "c")
    _wait_number(kubectl, 4)
    assert _lifecycles(kubectl) == {2: "DELETED", 3: "ACTIVE", 4: "ACTIVE"}
    assert _revisions(kubectl)[4] == "c"


def test_nor_that_of_one_deleted_while_nobody_operates(kubectl: Kubectl, operator: OperatorProcess) -> None:
    kubectl.apply(_image("a"))
    _wait_number(kubectl, 1)
    _edit(kubectl, "b")
    _wait_number(kubectl, 2)
    operator.terminate()
    kubectl.delete(REVISION, "web.2")
    _edit(kubectl, "c")
    operator.start()
    _wait_number(kubectl, 3)
    assert _revisions(kubectl) == {1: "a", 3: "c"}


def test_a_service_goes_on_with_a_revision_that_somebody_deletes(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), _image("a"), ecs.service("pinned", taskDefinition="web:1")])
    ecs.wait_ready(kubectl, "ecsservice", "pinned")
    _edit(kubectl, "b")
    _wait_number(kubectl, 2)
    kubectl.delete(REVISION, "web.1")
    wait_for(lambda: _lifecycles(kubectl) == {1: "DELETED", 2: "ACTIVE"}, 10, "a tombstone")
    kubectl("scale", "ecsservice/pinned", "--replicas=2")
    wait_for(lambda: ecs.status(kubectl.get("ecsservice", "pinned"))["runningCount"] == 2, 20, "two tasks")
    ecs.wait_ready(kubectl, "ecsservice", "pinned")
    refused = ecs.service("late", taskDefinition="web:1")
    kubectl.apply(refused)
    found = "TaskDefinition not found: web:1"
    wait_for(lambda: found in str(ecs.status(kubectl.get("ecsservice", "late"))), 10, "nobody else may use it")


def test_the_end_of_a_family_deregisters_and_stops_nothing(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), _image("a")])
    _wait_number(kubectl, 1)
    _edit(kubectl, "b")
    kubectl.apply([ecs.service(desired=2), ecs.service("pinned", taskDefinition="web:1")])
    ecs.wait_ready(kubectl, "ecsservice", "web", "pinned")
    pods = ecs.uids(kubectl.list("pod"))
    kubectl.delete("ecstaskdefinition", "web")
    wait_for(lambda: _lifecycles(kubectl) == {1: "INACTIVE", 2: "INACTIVE"}, 10)
    assert all(each["spec"]["deregisteredAt"] for each in kubectl.list(REVISION))
    kubectl("scale", "ecsservice/web", "ecsservice/pinned", "--replicas=3")
    ecs.wait_ready(kubectl, "ecsservice", "web", "pinned")  # what runs an inactive revision goes on, and scales
    assert pods < ecs.uids(kubectl.list("pod"))
    kubectl.apply(ecs.service("late", taskDefinition="web:1"))
    late = ecs.wait_state(kubectl, "ecsservice", "late", "Reconciling TaskDefinitionInactive")
    assert "TaskDefinition is inactive: web:1" in ecs.condition(late, "Ready")["message"]
    kubectl.apply(_image("b"))
    _wait_number(kubectl, 3)
    assert _lifecycles(kubectl) == {1: "INACTIVE", 2: "INACTIVE", 3: "ACTIVE"}
    wait_for(lambda: _running(kubectl, "web") == "web:3", 15, "the follower at the new revision")
    assert _running(kubectl, "pinned") == "web:1"


def test_only_what_names_the_family_alone_follows_an_edit(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), _image("a")])
    _wait_number(kubectl, 1)
    family_arn = ecs.task_definition_arn("web")
    references = {"web": "web", "by-arn": family_arn, "pinned": "web:1", "arn": f"{family_arn}:1"}
    kubectl.apply([ecs.service(name, taskDefinition=reference) for name, reference in references.items()])
    ecs.wait_ready(kubectl, "ecsservice", *references)
    before = {name: ecs.uids(ecs.pods(kubectl, service=name)) for name in references}
    _edit(kubectl, "b")
    _wait_number(kubectl, 2)  # Ready says that all followers have completed
    assert {name: _running(kubectl, name) for name in references} == {
        "web": "web:2",
        "by-arn": "web:2",
        "pinned": "web:1",
        "arn": "web:1",
    }
    after = {name: ecs.uids(ecs.pods(kubectl, service=name)) for name in references}
    assert {name for name in references if after[name] == before[name]} == {"pinned", "arn"}


def test_a_family_is_reconciling_until_its_followers_have_completed(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), _image("a"), ecs.service(desired=2, annotations=SLOW)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    _wait_number(kubectl, 1)
    _edit(kubectl, "b")

    def look() -> tuple[str, str, bool]:
        service = kubectl.get("ecsservice", "web")
        completed = ecs.is_ready(service) and ecs.status(service)["taskDefinition"].endswith("web:2")
        return ecs.states(kubectl.get("ecstaskdefinition", "web")), _message(kubectl), completed

    seen = ecs.sampled(look, lambda: ecs.is_ready(kubectl.get("ecstaskdefinition", "web")))
    waiting = [message for state, message, _ in seen if state == "Reconciling ServicesUpdating"]
    assert "web:2: waiting for ECSService web" in waiting
    assert look()[2], "the family was Ready before its follower"  # looked at anew: `seen` ends before it was Ready
    kubectl("wait", "--for=condition=Ready", "ecstaskdefinition/web", "--timeout=5s")


def _message(kubectl: Kubectl) -> str:
    return str(ecs.condition(kubectl.get("ecstaskdefinition", "web"), "Ready").get("message", ""))


def test_a_family_is_not_ready_when_a_follower_failed(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), _image("a"), ecs.service()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    privileged = ecs.task_definition("web", ecs.container(privileged=True))
    kubectl.apply(privileged)
    family = ecs.wait_state(kubectl, "ecstaskdefinition", "web", "Stalled ServiceFailed")
    assert "web:2: ECSService web failed" in ecs.condition(family, "Ready")["message"]
    kubectl.apply(_image("c"))
    _wait_number(kubectl, 3)


def _registered_by_somebody_else(number: int, tag: str) -> dict[str, Any]:
    spec = {
        "taskDefinition": _image(tag)["spec"],
        "revision": number,
        "lifecycle": "ACTIVE",
        "registeredAt": "2026-01-02T03:04:05Z",
        "origin": {"kind": "Endpoint"},
    }
    return ecs.document("ECSTaskDefinitionRevision", f"web.{number}", spec)


def test_a_registration_by_somebody_else_rolls_no_follower(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), _image("a"), ecs.service(), ecs.service("pinned", 0, taskDefinition="web:2")])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    kubectl.apply(_registered_by_somebody_else(2, "other"))
    ecs.wait_ready(kubectl, "ecsservice", "pinned")  # what was missing has come
    wait_for(lambda: ecs.condition(kubectl.get("ecstaskdefinition", "web"), "Diverged").get("status") == "True", 10)
    wait_for(lambda: ecs.event_notes(kubectl, "ECSTaskDefinition", "web", "NewerRegistration"), 10)
    assert _running(kubectl, "web") == "web:1"
    _edit(kubectl, "b")
    family = _wait_number(kubectl, 3)
    assert ecs.condition(family, "Diverged") == {}
    assert _running(kubectl, "web") == "web:3"


def test_a_family_without_an_object_moves_only_with_the_service(kubectl: Kubectl) -> None:
    kubectl.apply([_registered_by_somebody_else(1, "a"), ecs.service(desired=1)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    kubectl.apply(_registered_by_somebody_else(2, "b"))
    kubectl("scale", "ecsservice/web", "--replicas=2")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    assert _running(kubectl, "web") == "web:1"
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"restartedAt": "2026-02-03T04:05:06Z"}}})
    wait_for(lambda: _running(kubectl, "web") == "web:2", 15)
    ecs.wait_ready(kubectl, "ecsservice", "web")


def test_members_without_effect_are_named_on_the_revision(kubectl: Kubectl) -> None:
    limits = [{"name": "nofile", "softLimit": 1024, "hardLimit": 4096}]
    kubectl.apply(ecs.task_definition("web", ecs.container(ulimits=limits)))
    _wait_number(kubectl, 1)
    revision = wait_for(lambda: _found(kubectl, "UlimitsNotApplied"), 10)
    assert "containerDefinitions[app].ulimits" in ecs.condition(revision, "UlimitsNotApplied")["message"]
    assert ecs.condition(revision, "Ready")["status"] == "True"
    assert "UlimitsNotApplied" in kubectl("get", "ecstdr")
    found = ecs.condition(revision, "UlimitsNotApplied")
    notes = wait_for(lambda: ecs.event_notes(kubectl, "ECSTaskDefinitionRevision", "web.1", found["reason"]), 10)
    assert notes == [found["message"]]

    kubectl.apply(ecs.service("web", 1))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    said = wait_for(lambda: ecs.condition(kubectl.get("ecsservice", "web"), "UlimitsNotApplied"), 10)
    assert said["message"] == f"taskDefinition web:1: {found['message']}"
    assert ecs.event_notes(kubectl, "ECSService", "web", found["reason"]) == []


def _found(kubectl: Kubectl, kind: str) -> dict[str, Any] | None:
    revision = kubectl.get(REVISION, "web.1")
    return revision if ecs.condition(revision, kind) else None


def test_kubectl_get_shows_the_family_in_a_row(kubectl: Kubectl) -> None:
    kubectl.apply(_image("a"))
    _wait_number(kubectl, 1)
    head, row = kubectl("get", "ecstd").splitlines()
    assert head.split() == ["NAME", "FAMILY", "REVISION", "STATUS", "CONDITIONS", "AGE"]
    assert row.split()[:5] == ["web", "web", "1", "ACTIVE", "Ready"]


@pytest.mark.parametrize("family", ["My_App", "a" * 255], ids=["mangled", "long"])
def test_any_family_of_ecs_has_a_name(kubectl: Kubectl, family: str) -> None:
    document = ecs.task_definition(family)
    wrong = document | {"metadata": {"name": f"{family.lower().replace('_', '-')[:191]}-00000000"}}
    kubectl.apply(wrong)
    refused = ecs.wait_state(kubectl, "ecstaskdefinition", wrong["metadata"]["name"], "Stalled NameMismatch")
    name = re.search(r"must be named (\S+?),", ecs.condition(refused, "Ready")["message"])
    assert name
    kubectl.apply(document | {"metadata": {"name": name[1]}})
    kubectl.apply(ecs.service(taskDefinition=family))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    assert _running(kubectl, "web") == f"{family}:1"


def test_a_revision_shows_every_condition_in_its_column(kubectl: Kubectl) -> None:
    swap = {"linuxParameters": {"maxSwap": 64, "swappiness": 10}, "links": ["other"]}
    other, app = ecs.container("other", essential=False), ecs.container(**swap)
    kubectl.apply([ecs.account(), ecs.task_definition("web", app, other, networkMode="bridge", ipcMode="host")])
    _wait_number(kubectl, 1)

    def told() -> list[str]:
        found = ecs.status(kubectl.get(REVISION, "web.1")).get("conditions") or ()
        return [each["type"] for each in found if each["reason"] != "Registered"]

    wait_for(lambda: len(told()) > 1, 10, "conditions")
    head, row = kubectl("get", "ecstdr").splitlines()
    assert head.split() == ["NAME", "FAMILY", "REVISION", "STATUS", "CONDITIONS", "AGE"]
    assert row.split()[4] == ",".join(told())
    ecs.wait_ready(kubectl, "ecstaskdefinition", "web")
    assert kubectl("get", "ecstd").splitlines()[1].split()[3:5] == ["ACTIVE", "Ready"]
