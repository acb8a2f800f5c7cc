"""What no account can allow and no map can help: members that are refused, as ECS refuses what it does not know."""

import re
from collections.abc import Iterator

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.finding import container_path

NOT_SUPPORTED = "is not supported by this endpoint"
INFERENCE = "InferenceAccelerator"


def refuse_unsupported(document: RegisterTaskDefinitionRequest) -> None:
    """Let a task definition pass that has none of them.

    Raises:
        ClientException: with the path of the first one.
    """
    for path, message in (*unsupported(document), *refused_values(document)):
        raise ClientException(message, path)


def unsupported(document: RegisterTaskDefinitionRequest) -> Iterator[tuple[str, str]]:
    """(member path, message) of each such member."""
    if document.inference_accelerators:
        yield "inferenceAccelerators", "Unsupported field 'inferenceAccelerators'"
    if document.proxy_configuration:
        yield "proxyConfiguration", f"proxyConfiguration {NOT_SUPPORTED}"
    for container in document.container_definitions:
        if container.disable_networking:
            yield container_path(container, "disableNetworking"), f"disableNetworking {NOT_SUPPORTED}"
        for index, requirement in enumerate(container.resource_requirements or ()):
            if requirement.type == INFERENCE:
                path = container_path(container, f"resourceRequirements[{index}].type")
                yield path, f"resourceRequirements of type {INFERENCE} {NOT_SUPPORTED}"


def refused_values(document: RegisterTaskDefinitionRequest) -> Iterator[tuple[str, str]]:
    """(member path, message) of each value that no Pod can hold: an image with blanks."""
    for container in document.container_definitions:
        if re.search(r"\s", container.image or ""):
            yield container_path(container, "image"), "Container.image contains invalid characters."
