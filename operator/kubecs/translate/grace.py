"""stopTimeout to terminationGracePeriodSeconds, which all containers of a Pod share."""

from kubecs.ecs.model import RegisterTaskDefinitionRequest

DEFAULT_STOP_TIMEOUT = 30  # seconds from the stop signal to the kill
LEAST = 2  # seconds: below, the kubelet's own work leaves nothing of it


def termination_grace_seconds(document: RegisterTaskDefinitionRequest) -> int:
    """The longest stopTimeout of all containers, in seconds; one that names none counts with ECS's default."""
    timeouts = (each.stop_timeout for each in document.container_definitions)
    return max(LEAST, *(DEFAULT_STOP_TIMEOUT if timeout is None else timeout for timeout in timeouts))
