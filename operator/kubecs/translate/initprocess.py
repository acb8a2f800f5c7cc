"""linuxParameters.initProcessEnabled: somebody has to reap the orphans of a container's program."""

from collections.abc import Iterator

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.command import runs_linux
from kubecs.translate.finding import Finding, container_path


def wants_init(container: ContainerDefinition) -> bool:
    """Whether the container asks for an init process."""
    return bool(container.linux_parameters and container.linux_parameters.init_process_enabled)


def shares_process_namespace(document: RegisterTaskDefinitionRequest) -> bool:
    """Whether the Pod's own first process has to reap, since the shim cannot stand before the program.

    It can where entryPoint says what the program is. With pidMode host the node's init process reaps.
    """
    return document.pid_mode != "host" and any(
        _reaped_by_pod(document, each) for each in document.container_definitions
    )


def init_findings(document: RegisterTaskDefinitionRequest) -> Iterator[Finding]:
    """ProcessNamespaceShared, for a container whose wish the others of the task notice."""
    if not shares_process_namespace(document) or document.pid_mode == "task":
        return
    condition = "ProcessNamespaceShared"
    message = "the containers of the task see each other's processes; with an entryPoint each would have its own"
    for container in document.container_definitions:
        if _reaped_by_pod(document, container):
            path = container_path(container, "linuxParameters.initProcessEnabled")
            yield Finding(path, condition, condition, message)


def _reaped_by_pod(document: RegisterTaskDefinitionRequest, container: ContainerDefinition) -> bool:
    return wants_init(container) and runs_linux(document) and not container.entry_point
