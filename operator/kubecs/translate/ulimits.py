"""ulimits: Kubernetes has none. The shim sets them before the program starts, where it can stand before it."""

from collections.abc import Iterator, Mapping

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.command import runs_linux
from kubecs.translate.finding import Finding, container_path

CONDITION = "UlimitsNotApplied"


def ulimit_options(container: ContainerDefinition) -> list[str]:
    """The shim's options."""
    limits = (f"{each.name}={each.soft_limit}:{each.hard_limit}" for each in container.ulimits or ())
    return [word for limit in limits for word in ("--ulimit", limit)]


def ulimit_findings(
    document: RegisterTaskDefinitionRequest, in_service: Mapping[str, list[str]], alone: Mapping[str, list[str]]
) -> Iterator[Finding]:
    """UlimitsNotApplied: not at all, or only as far as the container runtime's hard limits go.

    Args:
        document: The task definition.
        in_service: ECS's name of a container to the options of its shim in a service's tasks (shim.options).
        alone: The same in a task on its own.
    """
    for container in document.container_definitions:
        name = container.name or ""
        if container.ulimits and name in in_service:
            reason, message = _applied(
                document, in_service="--ulimit" in in_service[name], alone="--ulimit" in alone[name]
            )
            yield Finding(container_path(container, "ulimits"), CONDITION, reason, message)


def _applied(document: RegisterTaskDefinitionRequest, *, in_service: bool, alone: bool) -> tuple[str, str]:
    """Reason and message."""
    if not runs_linux(document):
        return "NotOnWindows", "Windows containers have no such limits"
    if in_service and alone:
        return "NodeLimits", "set as far as the hard limits of the node's container runtime allow"
    where = "in a service " if alone else "in a task on its own " if in_service else ""
    message = f"{where}the limits are those of the node's container runtime; with an entryPoint they would be set"
    return "EntryPointNotGiven", message
