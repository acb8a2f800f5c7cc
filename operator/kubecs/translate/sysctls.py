"""systemControls to the Pod's sysctls: one set for all containers, as on ECS with a network of the task's own."""

import re
from collections.abc import Iterator

from kubecs.ecs.model import RegisterTaskDefinitionRequest, SystemControl
from kubecs.translate.finding import Finding, container_path

# What the kubelet takes without being told to; of any other it refuses the Pod (SysctlForbidden).
SAFE = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)
UNSAFE = "SysctlNeedsPermission"
LONGEST = 253
NOT_APPLIED = "SysctlNotApplied"

# What the API server takes for a name, beside its length.
_NAME = re.compile(r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?")

Found = tuple[str, SystemControl]  # path and control


def sysctls(document: RegisterTaskDefinitionRequest) -> list[dict[str, str]]:
    """`securityContext.sysctls` of the Pod; of several values for one name the last holds, as ECS starts containers."""
    controls = (control for _, control in _applied(document))
    return [
        {"name": name, "value": value} for name, value in {_name(each): each.value or "" for each in controls}.items()
    ]


def sysctl_findings(document: RegisterTaskDefinitionRequest) -> Iterator[Finding]:
    """What is no name, what is the node's own in this task, and what the kubelet must be told to take."""
    applied = {path for path, _ in _applied(document)}
    for path, control in _all(document):
        if not _is_name(control):
            yield _finding(path, NOT_APPLIED, f"{control.namespace} is no name that Kubernetes takes")
        elif path not in applied:
            yield _finding(path, NOT_APPLIED, f"{control.namespace} is the node's own in a task that shares it")
        elif _name(control) not in SAFE:
            how = "the kubelet starts the task only where --allowed-unsafe-sysctls lists it"
            yield _finding(path, UNSAFE, f"{control.namespace}: {how}")


def _all(document: RegisterTaskDefinitionRequest) -> Iterator[Found]:
    for container in document.container_definitions:
        for index, control in enumerate(container.system_controls or ()):
            if control.namespace:
                yield container_path(container, f"systemControls[{index}]"), control


def _applied(document: RegisterTaskDefinitionRequest) -> list[Found]:
    """A Pod in the node's network or IPC namespace cannot set what belongs to that; the API server refuses it."""
    shared: tuple[str, ...] = ("net.",) if document.network_mode == "host" else ()
    shared += ("kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.") if document.ipc_mode == "host" else ()
    return [
        (path, control)
        for path, control in _all(document)
        if _is_name(control) and not _name(control).startswith(shared or ("\0",))
    ]


def _name(control: SystemControl) -> str:
    return (control.namespace or "").replace("/", ".")


def _is_name(control: SystemControl) -> bool:
    name = _name(control)
    return len(name) <= LONGEST and _NAME.fullmatch(name) is not None


def _finding(path: str, condition: str, message: str) -> Finding:
    return Finding(path, condition, condition, message)
