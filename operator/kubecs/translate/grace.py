"""stopTimeout to terminationGracePeriodSeconds, which all containers of a Pod share."""

from collections.abc import Iterator

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, container_path

DEFAULT_STOP_TIMEOUT = 30  # seconds from the stop signal to the kill
LEAST = 2  # seconds: below, the kubelet's own work leaves nothing of it


def termination_grace_seconds(document: RegisterTaskDefinitionRequest) -> int:
    """The longest stopTimeout of all containers, in seconds; one that names none counts with ECS's default."""
    timeouts = (each.stop_timeout for each in document.container_definitions)
    return max(LEAST, *(DEFAULT_STOP_TIMEOUT if timeout is None else timeout for timeout in timeouts))


def grace_findings(document: RegisterTaskDefinitionRequest) -> Iterator[Finding]:
    """StopTimeoutShared, for a container that is given more time to stop than it asks for."""
    shared = termination_grace_seconds(document)
    condition = "StopTimeoutShared"
    for container in document.container_definitions:
        if container.stop_timeout is not None and container.stop_timeout < shared:
            message = f"all containers of the task have {shared} s to stop, the longest time that one of them has"
            yield Finding(container_path(container, "stopTimeout"), condition, condition, message)
