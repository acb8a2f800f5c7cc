"""pidMode and ipcMode: which processes and shared memory the containers of a task see."""

from collections.abc import Iterator
from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding

IPC_CONDITION = "IpcIsolationNotAvailable"


def pod_namespaces(document: RegisterTaskDefinitionRequest) -> dict[str, bool]:
    """`hostPID`, `shareProcessNamespace` and `hostIPC` of the Pod. Its containers share IPC in any case."""
    members: dict[str, Any] = {
        "hostPID": document.pid_mode == "host",
        "shareProcessNamespace": document.pid_mode == "task",
        "hostIPC": document.ipc_mode == "host",
    }
    return {name: True for name, wanted in members.items() if wanted}


def namespace_findings(document: RegisterTaskDefinitionRequest) -> Iterator[Finding]:
    """IpcIsolationNotAvailable, where several containers should not share IPC."""
    if document.ipc_mode == "none" and len(document.container_definitions) > 1:
        yield Finding("ipcMode", IPC_CONDITION, IPC_CONDITION, "the containers of a task share IPC")
