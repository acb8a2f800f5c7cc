"""The digests of a task definition revision's images: learned from a running task, kept in the revision's status.

A pod template is used verbatim as long as its deployment lasts, so what is learned serves the deployments that start
later. One that a user forces (forceNewDeployment, restartedAt) asks the tags anew, and what its tasks run counts then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.values import deployment_started_ms, short_name
from kubecs.plan import runs
from kubecs.plan.runs import Pod
from kubecs.translate import labels, names
from kubecs.translate.finding import Finding
from kubecs.translate.versionconsistency import CONDITION, ContainerImage, image_that_ran, wants_digest

RESOLVED_BY = "imagesResolvedBy"
_LABEL = "ecs-svc-"
NEVER = -1


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What a revision would learn from a task.

    Attributes:
        containers: Kubernetes names of the containers whose digest is wanted.
        since_ms: When the deployment started that its digests come from, in milliseconds since the epoch; NEVER
            without any.
    """

    containers: frozenset[str]
    since_ms: int


def unresolved(revision: Mapping[str, Any]) -> Unresolved:
    """What a task would have to be, for an ECSTaskDefinitionRevision to learn from it."""
    wanted = (
        names.container_name(each.get("name") or "")
        for each in revision["spec"]["taskDefinition"].get("containerDefinitions") or ()
        if each.get("versionConsistency") != "disabled" and "@" not in (each.get("image") or "")
    )
    resolved_by = (revision.get("status") or {}).get(RESOLVED_BY)
    return Unresolved(frozenset(wanted), deployment_started_ms(resolved_by) if resolved_by else NEVER)


def revision_of(pod: Pod) -> str | None:
    """The name of the revision that the running task of a service could tell about; None where it could not."""
    arn, deployment = runs.annotations_of(pod).get(labels.TASK_DEFINITION), _deployment(pod)
    if arn is None or not deployment or (pod.get("status") or {}).get("phase") != "Running":
        return None
    family, _, number = short_name(arn).rpartition(":")
    return names.revision_object_name(family, int(number))


def tells(pod: Pod, wanted: Unresolved) -> bool:
    """Whether a running task of a newer deployment has all its images, and one of those wanted by its tag."""
    if not wanted.containers or started_ms(_deployment(pod)) <= wanted.since_ms:
        return False
    tagged = {each["name"] for each in runs.containers(pod) if "@" not in (each.get("image") or "")}
    known = {each["name"] for each in runs.statuses(pod) if each.get("imageID")}
    return bool(tagged & wanted.containers) and tagged & wanted.containers <= known


def started_ms(deployment_label: str) -> int:
    """When the deployment started whose label a task has, in milliseconds since the epoch; NEVER for other text."""
    digits = deployment_label.removeprefix(_LABEL)
    return deployment_started_ms(digits) if digits.isdecimal() else NEVER


def _deployment(pod: Pod) -> str:
    return str(runs.labels_of(pod).get(labels.DEPLOYMENT, ""))


def learned(revision: Mapping[str, Any], definition: RegisterTaskDefinitionRequest, pod: Pod | None) -> dict[str, Any]:
    """The members of the revision's status that say what its images are: as they stand, or anew from a task."""
    status = revision.get("status") or {}
    if pod is None or not tells(pod, unresolved(revision)):
        return {name: status[name] for name in ("containerImages", RESOLVED_BY) if name in status}
    return {
        "containerImages": [
            {"containerName": name, "image": each.image, "imageDigest": each.digest}
            for name, each in _images(definition, pod)
        ],
        RESOLVED_BY: _deployment(pod).replace(_LABEL, "ecs-svc/"),
    }


def _images(definition: RegisterTaskDefinitionRequest, pod: Pod) -> Iterable[tuple[str, ContainerImage]]:
    references = {each["name"]: each.get("image") or "" for each in runs.containers(pod)}
    ids = {each["name"]: each.get("imageID") or "" for each in runs.statuses(pod)}
    for container in definition.container_definitions:
        name = names.container_name(container.name or "")
        found = image_that_ran(references.get(name, ""), ids.get(name, "")) if wants_digest(container) else None
        if found is not None:
            yield container.name or "", found


def known_images(status: Mapping[str, Any]) -> dict[str, ContainerImage]:
    """What a revision's status says, by ECS's name of the container."""
    return {
        each["containerName"]: ContainerImage(each["image"], each["imageDigest"])
        for each in status.get("containerImages") or ()
    }


def without_resolved(found: Sequence[Finding], status: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The findings but for those about digests that are known by now."""
    resolved = tuple(f"containerDefinitions[{name}]." for name in known_images(status))
    return tuple(each for each in found if each.condition != CONDITION or not each.member.startswith(resolved))
