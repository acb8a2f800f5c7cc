"""What a task definition revision learns of its images, from which task, and when it learns anew."""

from typing import Any

import pytest

from kubecs.ecs.values import deployment_id
from kubecs.plan.containerimages import NEVER, known_images, learned, revision_of, started_ms, tells, unresolved
from kubecs.plan.definition import definition
from kubecs.plan.deployments import label_of
from kubecs.translate import labels
from tests.unit.plan.pods import pod, running, status

HEX = "0123456789abcdef" * 4
FIRST, LATER = deployment_id(1_000_000), deployment_id(2_000_000)


def revision(*containers: dict[str, Any], **known: Any) -> dict[str, Any]:
    app = {"name": "app", "image": "registry/app:1", "memory": 128}
    return {
        "metadata": {"name": "web.3", "namespace": "shop"},
        "spec": {"revision": 3, "taskDefinition": {"family": "web", "containerDefinitions": list(containers) or [app]}},
        "status": known,
    }


def task(deployment: str = FIRST, image: str = "registry/app:1", digest: str = HEX, **more: Any) -> dict[str, Any]:
    ran = status("app", running()) | {"imageID": f"registry/app@sha256:{digest}"}
    made = pod(ran, **more)
    made["metadata"]["labels"][labels.DEPLOYMENT] = label_of(deployment)
    made["spec"]["containers"][0]["image"] = image
    made["status"]["phase"] = "Running"
    return made


def seen(of: dict[str, Any], by: dict[str, Any] | None) -> dict[str, Any]:
    return learned(of, definition(of["spec"]["taskDefinition"]), by)


def test_the_first_task_tells_the_digest() -> None:
    found = seen(revision(), task())
    assert found == {
        "containerImages": [{"containerName": "app", "image": "registry/app:1", "imageDigest": f"sha256:{HEX}"}],
        "imagesResolvedBy": FIRST,
    }
    assert known_images(found)["app"].pinned == f"registry/app@sha256:{HEX}"


def test_other_tasks_of_that_deployment_tell_nothing_more() -> None:
    known = seen(revision(), task())
    assert not tells(task(digest=HEX[::-1]), unresolved(revision(**known)))
    assert seen(revision(**known), task(digest=HEX[::-1])) == known
    assert seen(revision(**known), None) == known


def test_a_later_task_by_tag_tells_anew_and_one_by_digest_does_not() -> None:
    known = seen(revision(), task())
    forced = seen(revision(**known), task(LATER, digest=HEX[::-1]))
    assert forced["imagesResolvedBy"] == LATER
    assert forced["containerImages"][0]["imageDigest"] == f"sha256:{HEX[::-1]}"
    assert seen(revision(**known), task(LATER, image=f"registry/app@sha256:{HEX}")) == known
    assert seen(revision(**forced), task(FIRST)) == forced


def test_an_image_that_cannot_be_pulled_by_digest_is_not_asked_for_again() -> None:
    found = seen(revision(), task(image="other:dev"))
    assert found == {"containerImages": [], "imagesResolvedBy": FIRST}
    assert not tells(task(image="other:dev"), unresolved(revision(**found)))


@pytest.mark.parametrize(
    "member",
    [{"versionConsistency": "disabled"}, {"image": f"registry/app@sha256:{HEX}"}],
    ids=lambda each: next(iter(each)),
)
def test_nothing_is_learned_where_nothing_is_wanted(member: dict[str, str]) -> None:
    asked = revision({"name": "app", "image": "registry/app:1", "memory": 128} | member)
    assert not tells(task(), unresolved(asked))
    assert seen(asked, task()) == {}


def test_a_container_without_an_image_yet_is_waited_for() -> None:
    early = task()
    early["status"]["containerStatuses"][0]["imageID"] = ""
    assert not tells(early, unresolved(revision()))


def test_only_running_tasks_of_services_are_asked() -> None:
    assert revision_of(task()) == "web.3"
    pending = task()
    pending["status"]["phase"] = "Pending"
    assert revision_of(pending) is None
    assert revision_of(pod(status("app", running()), standalone=True)) is None
    assert started_ms("somebody-elses") == NEVER
