"""entryPoint and command: whether a container's whole command is known, so that the shim can run it."""

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, container_path

# First words of a `command` that are programs, whatever ENTRYPOINT the image has. Anything else may be an argument of
# that ENTRYPOINT, which is in the image and cannot be seen here.
PROGRAMS = frozenset(
    """
    ash bash busybox csh dash env fish ksh sh su-exec tini zsh
    awk cat cp curl date echo exec false grep ln ls mkdir mv nc printf rm sed sleep tail tar test timeout touch true
    wget
    bundle celery deno dotnet gunicorn java node npm npx perl php pip python python3 rails rake ruby uvicorn yarn
    """.split()  # noqa: SIM905 - words are easier to read than sixty quotes
)


def is_whole(container: ContainerDefinition) -> bool:
    """Whether entryPoint and command are all that runs, without an ENTRYPOINT of the image.

    An entryPoint replaces what the image has; a command alone is taken for the whole when its first word is a path or
    a program of PROGRAMS.
    """
    if container.entry_point:
        return True
    first = container.command[0] if container.command else ""
    return not first.startswith("-") and ("/" in first or first in PROGRAMS)


def runs_linux(document: RegisterTaskDefinitionRequest) -> bool:
    """Whether the task's containers are Linux ones: the shim is."""
    family = document.runtime_platform.operating_system_family if document.runtime_platform else None
    return not (family or "").startswith("WINDOWS")


def assumed_command_finding(container: ContainerDefinition) -> Finding:
    """ImageEntryPointNotRun, for a command alone that the shim runs as the whole."""
    message = "runs as the whole command: an ENTRYPOINT of the image is not run; entryPoint says what shall be"
    condition = "ImageEntryPointNotRun"
    return Finding(container_path(container, "command"), condition, condition, message)
