"""What becomes of each member of a task definition: one verdict for each, so that nothing is lost silently.

A path is written without names (`containerDefinitions[].image`); `<path>=<value>` is the verdict of one value. A
member without a row, which a newer AWS model may bring, counts as not translated.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kubecs.ecs.base import Shape
from kubecs.ecs.members import members
from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.container import essential_findings
from kubecs.translate.environment import environment_findings
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.grace import grace_findings
from kubecs.translate.health import health_findings
from kubecs.translate.ports import pod_ports
from kubecs.translate.security import user_findings
from kubecs.translate.volumes import mount_findings, volume_findings

Effect = Literal["translated", "kept", "not applied"]

NOT_TRANSLATED = "NotTranslated"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one member.

    Attributes:
        effect: `translated` into Kubernetes' terms, `kept` to be shown as it is, or `not applied`.
        condition: Type of the condition that reports it, where it is not applied.
        message: What happens instead, or does not happen.
    """

    effect: Effect
    condition: str = ""
    message: str = ""


TRANSLATED = Verdict("translated")
KEPT = Verdict("kept")


def _lost(message: str, condition: str = NOT_TRANSLATED) -> Verdict:
    return Verdict("not applied", condition, message)


_EMPTY_INSTEAD = _lost("an empty directory that goes with the task is mounted in its place: nothing in it is kept")
_SWAP = _lost("the node decides about swap", "SwapNotControlled")
_OWN_RESTARTS = _lost("the container is started again whenever it ends, or never in a task on its own")

_TASK: Mapping[str, Verdict] = {
    "family": TRANSLATED,
    "containerDefinitions": TRANSLATED,
    "taskRoleArn": TRANSLATED,
    "executionRoleArn": _lost("images are pulled with the rights of the node; secrets and logs are not read or sent"),
    "networkMode": TRANSLATED,
    "networkMode=none": _lost("the task has a network like any other", "NetworkNotIsolated"),
    "volumes": TRANSLATED,
    "placementConstraints": _lost("any node may be chosen"),
    "requiresCompatibilities": KEPT,
    "cpu": TRANSLATED,
    "memory": TRANSLATED,
    "tags": KEPT,
    "pidMode": _lost("each container has process ids of its own"),
    "ipcMode": _lost("the containers of the task share IPC among themselves and with nobody else"),
    "ipcMode=task": TRANSLATED,
    "ipcMode=none": _lost("the containers of a task share IPC", "IpcIsolationNotAvailable"),
    "proxyConfiguration": _lost("traffic is not sent through the proxy"),
    "inferenceAccelerators": _lost("no accelerator is attached"),
    "ephemeralStorage": _lost("the size of the task's local storage is the node's"),
    "runtimePlatform": _lost("nodes are not chosen by operating system or architecture"),
    "enableFaultInjection": _lost("faults are not injected"),
    "trustedExecutionConfiguration": _lost("the task runs in the node's default sandbox"),
}

_CONTAINER: Mapping[str, Verdict] = {
    "name": TRANSLATED,
    "image": TRANSLATED,
    "repositoryCredentials": _lost("the image is pulled without these credentials"),
    "cpu": TRANSLATED,
    "memory": TRANSLATED,
    "memoryReservation": TRANSLATED,
    "links": _lost("the other container is at 127.0.0.1, its name is not known"),
    "portMappings": TRANSLATED,
    "portMappings[].containerPort": TRANSLATED,
    "portMappings[].hostPort": TRANSLATED,
    "portMappings[].protocol": TRANSLATED,
    "portMappings[].name": TRANSLATED,
    "portMappings[].appProtocol": _lost("nothing is told which protocol the port speaks"),
    "portMappings[].containerPortRange": _lost(
        "the ports can be reached, but they are not listed or opened on the node"
    ),
    "essential": TRANSLATED,
    "restartPolicy": TRANSLATED,
    "restartPolicy.enabled": _OWN_RESTARTS,
    "restartPolicy.ignoredExitCodes": _OWN_RESTARTS,
    "restartPolicy.restartAttemptPeriod": _OWN_RESTARTS,
    "entryPoint": TRANSLATED,
    "command": TRANSLATED,
    "environment": TRANSLATED,
    "environment[].name": TRANSLATED,
    "environment[].value": TRANSLATED,
    "environmentFiles": _lost("the variables in the files are not set"),
    "mountPoints": TRANSLATED,
    "mountPoints[].sourceVolume": TRANSLATED,
    "mountPoints[].containerPath": TRANSLATED,
    "mountPoints[].readOnly": TRANSLATED,
    "volumesFrom": _lost("the other container's volumes are not mounted"),
    "linuxParameters": TRANSLATED,
    "linuxParameters.capabilities": _lost("the container has the runtime's default capabilities"),
    "linuxParameters.devices": _lost("the devices are not there"),
    "linuxParameters.initProcessEnabled": _lost("the container's own first process has to reap its children"),
    "linuxParameters.sharedMemorySize": _lost("shared memory has the runtime's default size"),
    "linuxParameters.tmpfs": _lost("nothing is mounted there"),
    "linuxParameters.maxSwap": _SWAP,
    "linuxParameters.swappiness": _SWAP,
    "secrets": _lost("the variables are not set", "SecretNotMapped"),
    "dependsOn": _lost("the containers start together and stop together"),
    "startTimeout": TRANSLATED,
    "stopTimeout": TRANSLATED,
    "versionConsistency": _lost("each task pulls what the tag says when it starts", "DigestUnresolved"),
    "versionConsistency=disabled": TRANSLATED,
    "hostname": _lost("the host name is the Pod's"),
    "user": TRANSLATED,
    "workingDirectory": TRANSLATED,
    "disableNetworking": _lost("the container has the task's network", "NetworkNotIsolated"),
    "privileged": TRANSLATED,
    "readonlyRootFilesystem": TRANSLATED,
    "dnsServers": _lost("names are resolved by the cluster"),
    "dnsSearchDomains": _lost("names are searched in the cluster's domains"),
    "extraHosts": _lost("the names are not known"),
    "dockerSecurityOptions": _lost("the container has the runtime's default security options"),
    "interactive": _lost("standard input is closed"),
    "pseudoTerminal": _lost("there is no terminal"),
    "dockerLabels": TRANSLATED,
    "ulimits": _lost("the limits are those of the node's container runtime", "UlimitsNotApplied"),
    "logConfiguration": _lost("output stays on the node, where `kubectl logs` reads it"),
    "healthCheck": TRANSLATED,
    "healthCheck.command": TRANSLATED,
    "healthCheck.interval": TRANSLATED,
    "healthCheck.timeout": TRANSLATED,
    "healthCheck.retries": TRANSLATED,
    "healthCheck.startPeriod": TRANSLATED,
    "systemControls": _lost("the kernel parameters are the node's"),
    "resourceRequirements": _lost("no GPU or accelerator is reserved"),
    "firelensConfiguration": _lost("no output is sent to the log router", "FirelensStdoutNotRouted"),
    "credentialSpecs": _lost("the container has no domain identity"),
}

_VOLUME: Mapping[str, Verdict] = {
    "name": TRANSLATED,
    "host": TRANSLATED,
    "host.sourcePath": TRANSLATED,
    "dockerVolumeConfiguration": _EMPTY_INSTEAD,
    "efsVolumeConfiguration": _EMPTY_INSTEAD,
    "s3filesVolumeConfiguration": _EMPTY_INSTEAD,
    "fsxWindowsFileServerVolumeConfiguration": _EMPTY_INSTEAD,
    "configuredAtLaunch": _EMPTY_INSTEAD,
}

VERDICTS: Mapping[str, Verdict] = {
    **_TASK,
    **{f"containerDefinitions[].{path}": verdict for path, verdict in _CONTAINER.items()},
    **{f"volumes[].{path}": verdict for path, verdict in _VOLUME.items()},
}

_UNKNOWN = _lost("this member is not known here and has no effect")


def findings(document: RegisterTaskDefinitionRequest) -> tuple[Finding, ...]:
    """Everything in a task definition that does not carry over as it stands, in the order of its members."""
    containers = [found for each in document.container_definitions for found in _container_findings(each)]
    return (
        *_walk(document, "", ""),
        *containers,
        *_start_timeout_findings(document),
        *grace_findings(document),
        *pod_ports(document).findings,
        *volume_findings(document),
    )


def by_condition(found: Iterable[Finding]) -> dict[str, tuple[str, str]]:
    """Condition type to (reason, message): findings of one type make one condition, which names each member."""
    grouped: dict[str, list[Finding]] = defaultdict(list)
    for each in found:
        grouped[each.condition].append(each)
    return {
        condition: (alike[0].reason, "; ".join(f"{each.member}: {each.message}" for each in alike))
        for condition, alike in sorted(grouped.items())
    }


def _container_findings(container: ContainerDefinition) -> tuple[Finding, ...]:
    return (
        *essential_findings(container),
        *environment_findings(container),
        *health_findings(container),
        *mount_findings(container),
        *user_findings(container),
    )


def _start_timeout_findings(document: RegisterTaskDefinitionRequest) -> Iterator[Finding]:
    """A start timeout limits how long others wait for the container: it matters only where one does."""
    awaited = {
        each.container_name for container in document.container_definitions for each in container.depends_on or ()
    }
    for container in document.container_definitions:
        if container.start_timeout is not None and container.name in awaited:
            path = container_path(container, "startTimeout")
            yield Finding(path, NOT_TRANSLATED, NOT_TRANSLATED, "no container waits for this one to start")


def _walk(shape: Shape, pattern: str, path: str) -> Iterator[Finding]:
    """Go through the members that are present; a member that is not applied speaks for all that is below it."""
    for member in members(type(shape)):
        value = getattr(shape, member.attribute)
        if _is_absent(value):
            continue
        verdict = _verdict(pattern + member.name, value)
        if verdict.effect == "not applied":
            yield Finding(path + member.name, verdict.condition, verdict.condition, verdict.message)
        elif verdict.effect == "translated":
            yield from _below(value, pattern + member.name, path + member.name)


def _below(value: Any, pattern: str, path: str) -> Iterator[Finding]:
    if isinstance(value, Shape):
        yield from _walk(value, f"{pattern}.", f"{path}.")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            if isinstance(item, Shape):
                yield from _walk(item, f"{pattern}[].", f"{path}[{_label(item, index)}].")


def _verdict(pattern: str, value: Any) -> Verdict:
    by_value = VERDICTS.get(f"{pattern}={value}") if isinstance(value, str) else None
    return by_value or VERDICTS.get(pattern) or _UNKNOWN


def _is_absent(value: object) -> bool:
    """A member that says nothing: not there, empty, or false, which every boolean is by default."""
    return value is None or value is False or value in ("", (), {})


def _label(item: Shape, index: int) -> str:
    """How a list's element is named in a path: by name, by port, else by its index."""
    named = (getattr(item, attribute, None) for attribute in ("name", "container_port"))
    return str(next((value for value in named if value), index))
