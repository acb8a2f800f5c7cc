"""linuxParameters.initProcessEnabled: somebody has to reap the orphans of a container's program."""

from collections.abc import Iterator, Mapping

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.command import runs_linux
from kubecs.translate.finding import Finding, container_path


def wants_init(container: ContainerDefinition) -> bool:
    """Whether the container asks for an init process."""
    return bool(container.linux_parameters and container.linux_parameters.init_process_enabled)


def shares_process_namespace(document: RegisterTaskDefinitionRequest, options: Mapping[str, list[str]]) -> bool:
    """Whether the Pod's own first process has to reap, where no shim with --init stands before the program.

    With pidMode host the node's init process reaps.

    Args:
        document: The task definition.
        options: ECS's name of a container to the options of its shim (shim.options).
    """
    return document.pid_mode != "host" and any(
        _reaped_by_pod(document, each, options) for each in document.container_definitions
    )


def init_findings(
    document: RegisterTaskDefinitionRequest, in_service: Mapping[str, list[str]], alone: Mapping[str, list[str]]
) -> Iterator[Finding]:
    """ProcessNamespaceShared, for a container whose wish the others of the task notice.

    Args:
        document: The task definition.
        in_service: ECS's name of a container to the options of its shim in a service's tasks.
        alone: The same in a task on its own.
    """
    if document.pid_mode in ("host", "task"):
        return
    condition = "ProcessNamespaceShared"
    message = "the containers of the task see each other's processes; with an entryPoint each would have its own"
    for container in document.container_definitions:
        shared = [_reaped_by_pod(document, container, options) for options in (in_service, alone)]
        if any(shared):
            where = "" if all(shared) else "in a service " if shared[0] else "in a task on its own "
            path = container_path(container, "linuxParameters.initProcessEnabled")
            yield Finding(path, condition, condition, f"{where}{message}")


def _reaped_by_pod(
    document: RegisterTaskDefinitionRequest, container: ContainerDefinition, options: Mapping[str, list[str]]
) -> bool:
    return wants_init(container) and runs_linux(document) and "--init" not in options.get(container.name or "", ())
