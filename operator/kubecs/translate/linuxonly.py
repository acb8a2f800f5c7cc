"""Members that mean nothing to a Windows container, which the API server refuses beside `os: windows`."""

from collections.abc import Iterator

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.placement import is_windows

CONDITION = "NotOnWindows"
TASK = {"pidMode": "pid_mode", "ipcMode": "ipc_mode"}
CONTAINER = {
    "dockerSecurityOptions": "docker_security_options",
    "linuxParameters": "linux_parameters",
    "privileged": "privileged",
    "readonlyRootFilesystem": "readonly_root_filesystem",
    "systemControls": "system_controls",
}


def linux_only_findings(document: RegisterTaskDefinitionRequest) -> Iterator[Finding]:
    """NotOnWindows, for each such member of a Windows task."""
    if not is_windows(document):
        return
    message = "Windows containers have no such thing"
    for member, attribute in TASK.items():
        if getattr(document, attribute):
            yield Finding(member, CONDITION, CONDITION, message)
    for container in document.container_definitions:
        for member, attribute in CONTAINER.items():
            if getattr(container, attribute):
                yield Finding(container_path(container, member), CONDITION, CONDITION, message)
