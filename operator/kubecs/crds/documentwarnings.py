"""Warnings about members that carry over in some documents and not in others, where the document alone decides.

In CEL, x is a container, a volume, or the task definition, as for crds/warnings.py; messages with values in them are
the conditions'. What an ECSAccount maps, or where the order of all containers puts one, cannot be seen here:
`ELSEWHERE` has those conditions, which come when the operator has seen the document.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kubecs.translate import memoryvolumes, ports, sysctls
from kubecs.translate.command import PROGRAMS
from kubecs.translate.linuxonly import CONTAINER, TASK


@dataclass(frozen=True, slots=True)
class DocumentWarning:
    """A member that does not carry over in some documents.

    Attributes:
        path: The member without names, such as `containerDefinitions[].user`.
        condition: The condition that says the same about the revision.
        holds: CEL, true where it does not carry over.
        message: What happens instead.
    """

    path: str
    condition: str
    holds: str
    message: str


_AT = "containerDefinitions[]"
_ALL = "object.spec.containerDefinitions"
_WINDOWS = (
    "(has(object.spec.runtimePlatform) && has(object.spec.runtimePlatform.operatingSystemFamily)"
    " && object.spec.runtimePlatform.operatingSystemFamily.startsWith('WINDOWS'))"
)
_ON_HOST = "(has(object.spec.networkMode) && object.spec.networkMode == 'host')"
_HOST_IPC = "(has(object.spec.ipcMode) && object.spec.ipcMode == 'host')"
_SHARED_PID = "(has(object.spec.pidMode) && object.spec.pidMode in ['host', 'task'])"
_NUMBERS = "^(root|[0-9]{1,10})(:(root|[0-9]{1,10}))?$"
_LABEL = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
_DOMAIN = "^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?[.])*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?[.]?$"
_NO_VARIABLE = "!has(v.name) || !v.name.matches('^[ -<>-~]+$')"
_NOT_ESSENTIAL = "has(x.essential) && !x.essential"
_NO_ENTRY_POINT = "(!has(x.entryPoint) || x.entryPoint.size() == 0)"
_NOT_WHOLE = (
    f"({_WINDOWS} || {_NO_ENTRY_POINT} && (!has(x.command) || x.command.size() == 0 || x.command[0].startsWith('-')"
    f" || !x.command[0].contains('/') && !(x.command[0] in {sorted(PROGRAMS)})))"
)
_SYSCTL = "s.namespace.replace('/', '.')"
_SHARED_SYSCTL = (
    f"({_ON_HOST} && {_SYSCTL}.startsWith('net.')"
    f" || {_HOST_IPC} && {_SYSCTL}.matches('^(kernel[.](shm|msg|sem)|fs[.]mqueue[.])'))"
)
_SUBJECTS = "agentConnected|agentVersion|ec2InstanceId|registeredAt|runningTasksCount|task:group"
_NO_LABEL = f"(=~|!~|[ ](not_)?matches[ ]|(^|[ (!])({_SUBJECTS})[ =!<>]|[<>]=?[ ]*[^-0-9= ])"
_PRIVILEGED = (
    "(has(x.privileged) && x.privileged || has(x.linuxParameters) && has(x.linuxParameters.capabilities)"
    " && has(x.linuxParameters.capabilities.add)"
    " && x.linuxParameters.capabilities.add.exists(a, a.matches('^(CAP_)?(SYS_ADMIN|ALL)$')))"
)
_OPTION = "^((apparmor|seccomp)[:=].+|label[:=](user|role|type|level):.+|credentialspec[:=].*)$"
_NEW_PRIVILEGES = "^no-new-privileges([:=]true)?$"
_PORT = "(has({0}.containerPort) ? {0}.containerPort : has({0}.containerPortRange) ? "
_FIRST = f"{_PORT}int({{0}}.containerPortRange.split('-')[0]) : 0)"
_LAST = f"{_PORT}int({{0}}.containerPortRange.split('-')[1]) : -1)"
_PROTOCOL = "(has({0}.protocol) ? {0}.protocol : 'tcp')"
_SAME_PROTOCOL = f"{_PROTOCOL.format('p')} == {_PROTOCOL.format('q')}"
_OVERLAP = (
    f"{_SAME_PROTOCOL} && {_FIRST.format('p')} <= {_LAST.format('q')} && {_FIRST.format('q')} <= {_LAST.format('p')}"
)
_SECOND_HOST_PORT = (
    "(!has(object.spec.networkMode) || object.spec.networkMode == 'bridge') && has(p.hostPort) && p.hostPort > 0"
    f" && x.portMappings.exists(q, {_OVERLAP} && has(q.hostPort) && q.hostPort > 0 && q.hostPort != p.hostPort)"
)
_EARLIER = f"{_ALL}.map(c, c.name).indexOf(o.name) < {_ALL}.map(c, c.name).indexOf(x.name)"


def _some(member: str, variable: str, bad: str) -> str:
    """CEL: an item of a list of x is bad."""
    steps = member.split(".")
    there = (f"has(x.{'.'.join(steps[: count + 1])})" for count in range(len(steps)))
    return f"{' && '.join(there)} && x.{member}.exists({variable}, {bad})"


def _awaited(conditions: str) -> str:
    """CEL: another container waits for x with one of these conditions."""
    waits = f"d.containerName == x.name && d.condition in {conditions}"
    return f"{_ALL}.exists(o, o.name != x.name && has(o.dependsOn) && o.dependsOn.exists(d, {waits}))"


def _otherwise(member: str) -> str:
    """CEL: another container says something else."""
    return f"{_ALL}.exists(o, !has(o.{member}) || o.{member} != x.{member})"


_PROCESS: tuple[DocumentWarning, ...] = (
    DocumentWarning(
        f"{_AT}.user",
        "UserNameNotNumeric",
        f"has(x.user) && x.user != '' && !{_WINDOWS} && !x.user.matches('{_NUMBERS}')",
        "Kubernetes takes numbers only: the container runs as the user or group of its image",
    ),
    DocumentWarning(
        f"{_AT}.ulimits",
        "UlimitsNotApplied",
        "has(x.ulimits) && x.ulimits.size() > 0",
        "without an entryPoint they are not set, and never above the node's own limits",
    ),
    DocumentWarning(
        f"{_AT}.essential",
        "NonEssentialRestarts",
        f"{_NOT_ESSENTIAL} && {_NOT_WHOLE} && !{_awaited(str(['COMPLETE', 'SUCCESS']))}",
        "a service starts it again when it ends; entryPoint would let it stay ended",
    ),
    DocumentWarning(
        f"{_AT}.command",
        "DependencyNotExpressible",
        f"{_NOT_WHOLE} && {_awaited(str(['COMPLETE']))} && !{_awaited(str(['SUCCESS']))}",
        "another container waits for its end, which has to be with 0; entryPoint would let it be any",
    ),
    DocumentWarning(
        f"{_AT}.command",
        "ImageEntryPointNotRun",
        f"{_NO_ENTRY_POINT} && !{_NOT_WHOLE} && !{_awaited(str(['SUCCESS']))}"
        f" && ({_NOT_ESSENTIAL} || {_awaited(str(['COMPLETE']))})",
        "runs as the whole command: an ENTRYPOINT of the image is not run; entryPoint says what shall be",
    ),
    DocumentWarning(
        f"{_AT}.healthCheck",
        "NonEssentialHealthNotEvaluated",
        f"{_NOT_ESSENTIAL} && has(x.healthCheck) && has(x.healthCheck.command) && x.healthCheck.command.size() > 0"
        " && !(x.healthCheck.command[0] in ['', 'NONE'])"
        " && (x.healthCheck.command.size() > 1 || !(x.healthCheck.command[0] in ['CMD', 'CMD-SHELL']))",
        "the health of a container that is not essential is not checked while it runs",
    ),
    DocumentWarning(
        f"{_AT}.linuxParameters.initProcessEnabled",
        "ProcessNamespaceShared",
        "has(x.linuxParameters) && has(x.linuxParameters.initProcessEnabled) && x.linuxParameters.initProcessEnabled"
        f" && {_NO_ENTRY_POINT} && !{_WINDOWS} && !{_SHARED_PID}",
        "the containers of the task see each other's processes; entryPoint would keep them apart",
    ),
)


_RIGHTS: tuple[DocumentWarning, ...] = (
    DocumentWarning(
        f"{_AT}.dockerSecurityOptions",
        "SecurityOptionNotApplied",
        _some(
            "dockerSecurityOptions",
            "o",
            f"o.matches('{_NEW_PRIVILEGES}') ? {_PRIVILEGED} : !o.matches('{_OPTION}')",
        ),
        "Kubernetes has no counterpart of one of the options in this container",
    ),
    DocumentWarning(
        f"{_AT}.credentialSpecs",
        "CredentialSpecNotApplied",
        f"has(x.credentialSpecs) && x.credentialSpecs.size() > 0 && !{_WINDOWS}",
        "the container has no domain identity: that takes Windows",
    ),
    DocumentWarning(
        f"{_AT}.linuxParameters.tmpfs[].mountOptions",
        "TmpfsOptionsNotApplied",
        _some(
            "linuxParameters.tmpfs",
            "t",
            f"has(t.mountOptions) && t.mountOptions.exists(o, !(o in {sorted(memoryvolumes.HARMLESS)}))",
        ),
        "a directory in memory is mounted without options other than ro",
    ),
    DocumentWarning(
        f"{_AT}.systemControls[]",
        sysctls.NOT_APPLIED,
        _some("systemControls", "s", f"has(s.namespace) && {_SHARED_SYSCTL}"),
        "what the task shares with the node is the node's own to set",
    ),
    DocumentWarning(
        f"{_AT}.systemControls[]",
        sysctls.UNSAFE,
        _some(
            "systemControls",
            "s",
            f"has(s.namespace) && s.namespace != '' && !{_SHARED_SYSCTL} && !({_SYSCTL} in {sorted(sysctls.SAFE)})",
        ),
        "the kubelet starts the task only where --allowed-unsafe-sysctls lists it",
    ),
)


_NETWORK: tuple[DocumentWarning, ...] = (
    DocumentWarning(
        f"{_AT}.portMappings[]",
        "PortConflict",
        _some(
            "portMappings",
            "p",
            f"{_ALL}.exists(o, {_EARLIER} && has(o.portMappings) && o.portMappings.exists(q, {_OVERLAP}))"
            f" || {_SECOND_HOST_PORT}",
        ),
        "the containers of a task share one network: a port is one container's, and has one host port",
    ),
    DocumentWarning(
        f"{_AT}.portMappings[]",
        "PortsNotListed",
        _some(
            "portMappings",
            "p",
            f"has(p.containerPortRange) ? {_LAST.format('p')} - {_FIRST.format('p')} >= {ports.MOST_LISTED}"
            " : !has(p.containerPort) || p.containerPort == 0",
        ),
        "a mapping without a port maps nothing; of a wide range the Pod lists the first port, and all can be reached",
    ),
    DocumentWarning(
        f"{_AT}.hostname",
        "NameSettingNotApplied",
        "has(x.hostname) && x.hostname != ''"
        f" && ({_ON_HOST} || !x.hostname.matches('{_LABEL}') || {_otherwise('hostname')})",
        "all containers of the task have one host name, in host mode the node's",
    ),
    *(
        DocumentWarning(
            f"{_AT}.{member}",
            "NameSettingNotApplied",
            f"has(x.{member}) && x.{member}.size() > 0 && (x.{member}.exists(d, !{usable}) || {_otherwise(member)})",
            "all containers of the task resolve names alike, with what Kubernetes takes of it",
        )
        for member, usable in (("dnsServers", "isIP(d)"), ("dnsSearchDomains", f"d.matches('{_DOMAIN}')"))
    ),
    DocumentWarning(
        f"{_AT}.links",
        "NameSettingNotApplied",
        _some("links", "l", f"l.split(':').exists(n, !n.matches('{_DOMAIN}'))"),
        "a linked container is found only under names that are DNS names in lower case",
    ),
    DocumentWarning(
        f"{_AT}.extraHosts[]",
        "NameSettingNotApplied",
        _some("extraHosts", "h", f"!isIP(h.ipAddress) || !h.hostname.matches('{_DOMAIN}')"),
        "one of the entries is no name with an address",
    ),
)


_VALUES: tuple[DocumentWarning, ...] = (
    *(
        DocumentWarning(
            f"{_AT}.{member}[]",
            "EnvironmentNotApplied",
            _some(member, "v", _NO_VARIABLE),
            "a variable is not set whose name is not printable ASCII without '='",
        )
        for member in ("environment", "secrets")
    ),
    DocumentWarning(
        f"{_AT}.mountPoints[]",
        "MountPointNotApplied",
        _some(
            "mountPoints",
            "m",
            "!has(m.sourceVolume) || m.sourceVolume == '' || !has(m.containerPath) || m.containerPath == ''"
            " || x.mountPoints.filter(o, has(o.containerPath) && o.containerPath == m.containerPath).size() > 1",
        ),
        "one is not mounted: it lacks sourceVolume or containerPath, or its path is taken",
    ),
    DocumentWarning(
        f"{_AT}.volumesFrom[].sourceContainer",
        "ImageVolumeNotShared",
        _some(
            "volumesFrom",
            "l",
            f"has(l.sourceContainer) && {_ALL}.exists(o, o.name == l.sourceContainer && !has(o.volumesFrom)"
            " && (!has(o.mountPoints) || o.mountPoints.size() == 0))",
        ),
        "the container named there has no mount points, and volumes of its image are not shared",
    ),
    DocumentWarning(
        f"{_AT}.firelensConfiguration.options",
        "FirelensConfigNotIncluded",
        _some(
            "firelensConfiguration.options",
            "k",
            "k == 'config-file-value' && !('config-file-type' in x.firelensConfiguration.options"
            " && x.firelensConfiguration.options['config-file-type'] == 'file')",
        ),
        "the router goes without that file: only one in its image can be included",
    ),
)


_DOCKER = "has(x.dockerVolumeConfiguration) && has(x.dockerVolumeConfiguration"
_VOLUMES: tuple[DocumentWarning, ...] = (
    DocumentWarning(
        "volumes[].dockerVolumeConfiguration.scope",
        "VolumeNotProvisioned",
        f"{_DOCKER}.scope) && x.dockerVolumeConfiguration.scope == 'shared'"
        " && !(has(x.dockerVolumeConfiguration.autoprovision) && x.dockerVolumeConfiguration.autoprovision)",
        "its PersistentVolumeClaim has to be there: it is not made",
    ),
    DocumentWarning(
        "volumes[].configuredAtLaunch",
        "VolumeConfiguredAtLaunch",
        "has(x.configuredAtLaunch) && x.configuredAtLaunch",
        "an empty directory, unless volumeConfigurations of the service or task give its size",
    ),
)


_GIVEN = {
    "privileged": " && x.privileged",
    "readonlyRootFilesystem": " && x.readonlyRootFilesystem",
    "linuxParameters": "",
}


def _on_windows(path: str) -> DocumentWarning:
    member = path.rpartition(".")[2]
    says = _GIVEN.get(member, f" && x.{member}.size() > 0")
    holds = f"{_WINDOWS} && has(x.{member}){says}"
    return DocumentWarning(path, "NotOnWindows", holds, "Windows containers have no such thing")


DOCUMENT_WARNINGS: tuple[DocumentWarning, ...] = (
    DocumentWarning(
        "ipcMode",
        "IpcIsolationNotAvailable",
        "has(x.ipcMode) && x.ipcMode == 'none' && x.containerDefinitions.size() > 1",
        "the containers of a task share IPC",
    ),
    DocumentWarning(
        "placementConstraints[].expression",
        "PlacementNotApplied",
        _some("placementConstraints", "c", f"has(c.expression) && c.expression.matches('{_NO_LABEL}')"),
        "labels of nodes cannot say all of it: by that part no node is chosen",
    ),
    *_PROCESS,
    *_RIGHTS,
    *_NETWORK,
    *_VALUES,
    *_VOLUMES,
    *map(_on_windows, (*TASK, *(f"{_AT}.{member}" for member in CONTAINER))),
)

_BY_ACCOUNT = "the maps of the namespace's ECSAccount decide"
_BY_ORDER = "the places of all containers in the Pod decide"

ELSEWHERE: Mapping[str, str] = {
    "AcceleratorNotMapped": _BY_ACCOUNT,
    "AttestationNotApplied": _BY_ACCOUNT,
    "DeviceNotMapped": _BY_ACCOUNT,
    "DeviceOptionsNotApplied": _BY_ACCOUNT,
    "DigestUnresolved": "it passes by itself, with the first task that runs",
    "EnvironmentFileNotMapped": _BY_ACCOUNT,
    "FirelensStdoutNotRouted": _BY_ACCOUNT,
    "LogsNotDelivered": _BY_ACCOUNT,
    "RoleNotMapped": _BY_ACCOUNT,
    "RuntimeClassNotMapped": _BY_ACCOUNT,
    "SecretNotMapped": _BY_ACCOUNT,
    "StartDelayed": _BY_ORDER,
    "StopOrderNotKept": _BY_ORDER,
    "StopTimeoutShared": _BY_ORDER,
    "VolumeDriverNotMapped": _BY_ACCOUNT,
    "VolumeNotApplied": "the names of volumes are the schema's to check",
    "VolumeNotMapped": _BY_ACCOUNT,
    "VolumeOptionsNotApplied": _BY_ACCOUNT,
}
