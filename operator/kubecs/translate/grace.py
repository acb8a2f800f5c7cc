"""stopTimeout to terminationGracePeriodSeconds, which all containers of a Pod share."""

from collections.abc import Iterator, Mapping

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.dependencies import Layout, layout
from kubecs.translate.finding import Finding, container_path

DEFAULT_STOP_TIMEOUT = 30  # seconds from the stop signal to the kill
LEAST = 2  # seconds: below, the kubelet's own work leaves nothing of it


def termination_grace_seconds(document: RegisterTaskDefinitionRequest) -> int:
    """Seconds that stop all containers, each with its stopTimeout; ECS's default where it names none.

    The kubelet stops the regular containers together, then the sidecars one by one. It is at least the sum along the
    longest chain of dependencies, which is what ECS takes when it stops one container after another.

    Raises:
        ClientException: The dependencies contradict each other (see dependencies.layout).
    """
    found = layout(document)
    running = {each.name: _timeout(each.container) for each in found.placed if each.role != "init"}
    sidecars = sum(running[each.name] for each in found.init if each.role == "sidecar")
    regular = max((running[each.name] for each in found.regular), default=0)
    return max(LEAST, regular + sidecars, _longest_chain(found, running))


def _longest_chain(found: Layout, timeouts: Mapping[str, int]) -> int:
    """The highest sum of timeouts of containers that wait for each other; init containers have ended by then."""
    sums: dict[str, int] = {}
    for each in found.placed:
        awaited = (sums.get(one.awaited, 0) for one in found.dependencies if one.waiting == each.name)
        sums[each.name] = timeouts.get(each.name, 0) + max(awaited, default=0)
    return max(sums.values(), default=0)


def _timeout(container: ContainerDefinition) -> int:
    return DEFAULT_STOP_TIMEOUT if container.stop_timeout is None else container.stop_timeout


def grace_findings(document: RegisterTaskDefinitionRequest) -> Iterator[Finding]:
    """StopTimeoutShared, for a container that is given more time to stop than it asks for."""
    try:
        shared = termination_grace_seconds(document)
    except ClientException:
        return  # no task of it runs; dependencies.dependency_findings says so
    condition = "StopTimeoutShared"
    for container in document.container_definitions:
        if container.stop_timeout is not None and container.stop_timeout < shared:
            message = f"all containers of the task have {shared} s to stop: the kubelet knows one time for all"
            yield Finding(container_path(container, "stopTimeout"), condition, condition, message)
