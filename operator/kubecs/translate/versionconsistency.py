"""versionConsistency: the digest that a task ran in place of the tag, so that later tasks run the same image.

ECS asks the registry when a deployment starts. Here the kubelet's answer is taken, once a task has run: what it reports
of that task's images serves the deployments that start later.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.images import pull_policy
from kubecs.translate.names import container_name

CONDITION = "DigestUnresolved"
MEMBER = "versionConsistency"

_DIGEST = re.compile(r"(?P<repository>[^@]+)@(?P<digest>sha256:[0-9a-f]{64})")
_TAG = re.compile(r":[^:/@]+$")


@dataclass(frozen=True, slots=True)
class ContainerImage:
    """What the image of a container turned out to be.

    Attributes:
        image: The reference that was pulled, as it stood in the Pod.
        digest: `sha256:…` of what it stood for.
    """

    image: str
    digest: str

    @property
    def pinned(self) -> str:
        """The reference that pulls the same again, without the tag: not every runtime takes both."""
        return f"{_TAG.sub('', self.image)}@{self.digest}"


KnownImages = Mapping[str, ContainerImage]  # by ECS's name of the container


def wants_digest(container: ContainerDefinition) -> bool:
    """Whether the container's tag is to be resolved: ECS's default is yes, and a digest is one already."""
    return container.version_consistency != "disabled" and "@" not in (container.image or "")


def image_that_ran(reference: str, image_id: str) -> ContainerImage | None:
    """What the kubelet's imageID says of a reference; None where it names no digest in the same repository.

    An image that was loaded onto the node, rather than pulled, has no digest that anybody could pull.
    """
    found = _DIGEST.fullmatch(image_id.partition("://")[2] or image_id)
    if found is None or found["repository"] != _TAG.sub("", reference):
        return None
    return ContainerImage(reference, found["digest"])


def with_digests(
    document: RegisterTaskDefinitionRequest, containers: list[dict[str, Any]], known: KnownImages
) -> list[dict[str, Any]]:
    """The rendered containers, each by digest where it is known what its reference stands for."""
    pinned = {
        container_name(each.name): known[each.name]
        for each in document.container_definitions
        if each.name and each.name in known and wants_digest(each)
    }
    return [_by_digest(each, pinned.get(each["name"])) for each in containers]


def _by_digest(container: dict[str, Any], known: ContainerImage | None) -> dict[str, Any]:
    """A reference that another entry of the registry map made since is another image."""
    if known is None or known.image != container["image"]:
        return container
    return container | {"image": known.pinned, "imagePullPolicy": pull_policy(known.pinned)}


def version_findings(document: RegisterTaskDefinitionRequest) -> Iterator[Finding]:
    """DigestUnresolved, where consistency is asked for; a revision that knows the digest leaves it away."""
    message = "tasks pull what the tag says until one has run; its digest serves the deployments after that"
    for container in document.container_definitions:
        if container.version_consistency == "enabled" and wants_digest(container):
            yield Finding(container_path(container, MEMBER), CONDITION, "NoTaskHasRun", message)
