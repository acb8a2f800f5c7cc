"""versionConsistency: what containers run whose tag has moved since the first task of their task definition."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for
from tests.node.containers import UNTIL_TOLD, Containers, Document, status_of

pytestmark = pytest.mark.usefixtures("operator")

MODES = ("consistent", "moving")


def _definitions(containers: Containers) -> list[Document]:
    """Two containers of one image, of which one takes whatever its tag says."""
    image = {"image": containers.node.image("moving")}
    consistent, moving = (containers.shell(UNTIL_TOLD, name=name) | image for name in MODES)
    return [consistent, moving | {"versionConsistency": "disabled"}]


def _released(containers: Containers, pod: Document) -> dict[str, str]:
    """By container, what its image calls itself."""
    return {name: containers.execute(pod, "echo $RELEASE", name) for name in MODES}


def _run(pod: Document) -> dict[str, str]:
    """By container, the digest that the kubelet says it runs."""
    return {name: status_of(pod, name)["imageID"].rpartition("@")[2] for name in MODES}


def _next(containers: Containers, before: Document, service: str = "web") -> Document:
    """The one task of a service, once it is another than before and runs."""

    def replaced() -> Document:
        pod = containers.pod(service=service)
        assert pod["metadata"]["uid"] != before["metadata"]["uid"]
        return pod

    wait_for(replaced, 40, "the next task")
    return containers.running_pod(service=service)


def _known(kubectl: Kubectl) -> list[Mapping[str, str]]:
    revision = kubectl.get("ecstaskdefinitionrevision", "web.1")
    found: list[Mapping[str, str]] = ecs.status(revision).get("containerImages", [])
    assert found
    return found


def test_deployments_run_what_the_first_task_ran_though_the_tag_has_moved(
    containers: Containers, kubectl: Kubectl
) -> None:
    first = containers.node.publish("moving", {"RELEASE": "first"})
    pod = containers.serve(*_definitions(containers))
    assert _run(pod) == dict.fromkeys(MODES, first)
    assert _released(containers, pod) == dict.fromkeys(MODES, "first")
    known = wait_for(lambda: _known(kubectl), 20, "the digest on the revision")
    image = containers.node.image("moving")
    assert known == [{"containerName": "consistent", "image": image, "imageDigest": first}]

    second = containers.node.publish("moving", {"RELEASE": "second"})
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"podLabels": {"team": "shop"}}}})
    pod = _next(containers, pod)
    assert _run(pod) == {"consistent": first, "moving": second}
    assert _released(containers, pod) == {"consistent": "first", "moving": "second"}

    other = containers.serve_another("other", "web")
    assert _run(other) == {"consistent": first, "moving": second}

    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"restartedAt": "2026-01-01T00:00:00Z"}}})
    pod = _next(containers, pod)
    assert _run(pod) == dict.fromkeys(MODES, second)
    assert _released(containers, pod) == dict.fromkeys(MODES, "second")


def test_further_tasks_of_the_first_deployment_run_what_the_tag_says(containers: Containers, kubectl: Kubectl) -> None:
    first = containers.node.publish("moving", {"RELEASE": "first"})
    consistent, _ = _definitions(containers)
    pod = containers.serve(consistent)
    wait_for(lambda: _known(kubectl), 20, "the digest on the revision")
    second = containers.node.publish("moving", {"RELEASE": "second"})

    kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 2}})
    ecs.wait_ready(kubectl, "ecsservice", "web", timeout=45)
    ran = {
        each["metadata"]["uid"] == pod["metadata"]["uid"]: status_of(each, "consistent")["imageID"].rpartition("@")[2]
        for each in ecs.pods(kubectl, service="web")
    }
    assert ran == {True: first, False: second}
