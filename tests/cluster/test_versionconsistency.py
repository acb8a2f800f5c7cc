"""versionConsistency: what the first task ran is what later deployments of the same task definition run."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for

IMAGE = "registry.example/app:1"
DIGEST = f"sha256:{hashlib.sha256(IMAGE.encode()).hexdigest()}"  # what a node that kwok plays says of it
PINNED = f"registry.example/app@{DIGEST}"


def _images(kubectl: Kubectl, service: str) -> list[str]:
    """The images of the containers in the service's Pods, once it has settled on one deployment."""
    ecs.wait_ready(kubectl, "ecsservice", service)
    found = [each for each in ecs.pods(kubectl, service=service) if not each["metadata"].get("deletionTimestamp")]
    return sorted({each["image"] for pod in found for each in pod["spec"]["containers"]})


def _learned(kubectl: Kubectl, revision: str) -> dict[str, Any]:
    def known() -> dict[str, Any]:
        return ecs.status(kubectl.get("ecstaskdefinitionrevision", revision)) if _resolved(kubectl, revision) else {}

    return wait_for(known, 20, "the digests")


def _resolved(kubectl: Kubectl, revision: str) -> str:
    return ecs.status(kubectl.get("ecstaskdefinitionrevision", revision)).get("imagesResolvedBy", "")


def test_later_deployments_run_what_the_first_ran(kubectl: Kubectl, operator: OperatorProcess) -> None:
    assert operator.pid is not None
    kubectl.apply(
        [
            ecs.task_definition(
                "web",
                ecs.container(versionConsistency="enabled"),
                ecs.container("moving", versionConsistency="disabled"),
            ),
            ecs.service("web", 2),
        ]
    )
    assert _images(kubectl, "web") == [IMAGE]
    status = _learned(kubectl, "web.1")
    assert status["containerImages"] == [{"containerName": "app", "image": IMAGE, "imageDigest": DIGEST}]
    assert ecs.condition(kubectl.get("ecstaskdefinitionrevision", "web.1"), "DigestUnresolved") == {}

    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"podLabels": {"team": "shop"}}}})
    wait_for(lambda: _images(kubectl, "web") == [IMAGE, PINNED], 30, "app by its digest, moving by its tag")
    kubectl.apply(ecs.service("other", 1, taskDefinition="web"))
    assert _images(kubectl, "other") == [IMAGE, PINNED]
    assert _resolved(kubectl, "web.1") == status["imagesResolvedBy"]

    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"restartedAt": "2026-01-01T00:00:00Z"}}})
    wait_for(lambda: _images(kubectl, "web") == [IMAGE], 30, "a forced deployment by the tag")
    wait_for(lambda: _resolved(kubectl, "web.1") != status["imagesResolvedBy"], 20, "its digests")
