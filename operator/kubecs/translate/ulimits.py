"""ulimits: Kubernetes has none. The shim sets them before the program starts, where it can stand before it."""

from collections.abc import Iterator

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.command import runs_linux
from kubecs.translate.finding import Finding, container_path

CONDITION = "UlimitsNotApplied"


def ulimit_options(container: ContainerDefinition) -> list[str]:
    """The shim's options."""
    limits = (f"{each.name}={each.soft_limit}:{each.hard_limit}" for each in container.ulimits or ())
    return [word for limit in limits for word in ("--ulimit", limit)]


def ulimit_findings(document: RegisterTaskDefinitionRequest) -> Iterator[Finding]:
    """UlimitsNotApplied: not at all, or only as far as the container runtime's hard limits go."""
    for container in document.container_definitions:
        if not container.ulimits:
            continue
        path = container_path(container, "ulimits")
        if container.entry_point and runs_linux(document):
            message = "set as far as the hard limits of the node's container runtime allow"
            yield Finding(path, CONDITION, "NodeLimits", message)
        else:
            message = "the limits are those of the node's container runtime; with an entryPoint they would be set"
            yield Finding(path, CONDITION, "EntryPointNotGiven", message)
