"""CEL rules for task definitions that must run on Fargate."""

from kubecs.crds.cel import (
    ALL,
    AWSVPC,
    FARGATE,
    Condition,
    filled,
    forbidden,
    none,
    present,
    size,
    sized,
    some_item,
    with_option,
)
from kubecs.crds.rules import Rule
from kubecs.ecs.fargate import CAPABILITIES, ECR_HOST_PART, LAUNCH_TYPE, LOG_DRIVERS, SIZES, SMALLEST_WINDOWS_CPU

_DRIVERS = ", ".join(LOG_DRIVERS)
_NO_SUCH_SIZE = "No Fargate configuration exists for given values."


def _needed(member: str) -> Rule:
    message = f"Fargate requires that '{member}' be defined at the task level."
    return Rule(f"!{FARGATE} || has(self.{member})", message, f".{member}", "FieldValueRequired")


def _pair(cpu: int, memory: range | tuple[int, ...]) -> str:
    """CEL: u CPU units and m MiB are a size of this row."""
    if isinstance(memory, tuple):
        return f"u == {cpu} && m in {list(memory)}"
    first, last, step = memory[0], memory[-1], memory.step
    return f"u == {cpu} && m >= {first} && m <= {last} && (m - {first}) % {step} == 0"


def _sold() -> str:
    both = f"has(self.cpu) && has(self.memory) && {sized('cpu', 'vcpu')} && {sized('memory', 'gb')}"
    pairs = " || ".join(f"({_pair(cpu, memory)})" for cpu, memory in SIZES.items())
    return f"!{FARGATE} || !({both}) || [{size('cpu', 'vcpu')}].all(u, [{size('memory', 'gb')}].all(m, {pairs}))"


_WINDOWS = (
    "has(self.runtimePlatform) && has(self.runtimePlatform.operatingSystemFamily)"
    " && self.runtimePlatform.operatingSystemFamily != 'LINUX'"
)
_LARGE_ENOUGH = f"[{size('cpu', 'vcpu')}].all(n, n >= {SMALLEST_WINDOWS_CPU})"

_SIZES = (
    _needed("cpu"),
    _needed("memory"),
    Rule(_sold(), _NO_SUCH_SIZE, ".memory"),
    Rule(
        f"!{FARGATE} || !({_WINDOWS}) || !has(self.cpu) || !{sized('cpu', 'vcpu')} || {_LARGE_ENOUGH}",
        "No Fargate configuration exists for given values: Windows needs at least 1 vCPU.",
        ".cpu",
    ),
    Rule(f"!{FARGATE} || {AWSVPC}", "Fargate only supports network mode 'awsvpc'.", ".networkMode"),
)


def _log_driver_is(test: str) -> Condition:
    return lambda c: f"has({c}.logConfiguration) && {c}.logConfiguration.logDriver {test}"


def _needs_role(c: str) -> str:
    needs = (
        _log_driver_is("== 'awslogs'")(c),
        f"{c}.image.contains('{ECR_HOST_PART}')",
        filled("secrets")(c),
        filled("logConfiguration.secretOptions")(c),
    )
    return " || ".join(f"({need})" for need in needs)


def _unsupported(words: str, bad: Condition) -> Rule:
    return forbidden(FARGATE, bad, f"{LAUNCH_TYPE} do not support {words}.")


def _task(bad: str, message: str, field: str) -> Rule:
    return Rule(f"!{FARGATE} || !({bad})", message, field, "FieldValueForbidden")


def _volume(there: str, words: str) -> Rule:
    message = f"{LAUNCH_TYPE} do not support {words}."
    return _task(f"has(self.volumes) && self.volumes.exists(v, {there})", message, ".volumes")


_SAME_VOLUME = "(has(m.sourceVolume) ? m.sourceVolume : '') == (has(v.name) ? v.name : '')"
_MOUNTED = f"{ALL}.exists(c, has(c.mountPoints) && c.mountPoints.exists(m, {_SAME_VOLUME}))"

_TASK = (
    Rule(
        f"!{FARGATE} || has(self.executionRoleArn) && self.executionRoleArn != '' || {none(_needs_role)}",
        "Fargate requires task definition to have execution role ARN to support log driver awslogs, ECR images and"
        " secrets.",
        ".executionRoleArn",
        "FieldValueRequired",
    ),
    _task(
        f"has(self.volumes) && !self.volumes.all(v, {_MOUNTED})",
        "Volumes are not referenced by any of the containers",
        ".volumes",
    ),
    _task(
        "has(self.pidMode) && self.pidMode == 'host'",
        f"{LAUNCH_TYPE} do not support pidMode 'host'. The supported value for pidMode is 'task'.",
        ".pidMode",
    ),
    _task("has(self.ipcMode)", f"{LAUNCH_TYPE} do not support ipcMode.", ".ipcMode"),
    _task(
        "has(self.placementConstraints) && self.placementConstraints.size() > 0",
        "Fargate compatible task definitions do not support constraints",
        ".placementConstraints",
    ),
    _volume("has(v.host) && has(v.host.sourcePath) && v.host.sourcePath != ''", "the host path of a volume"),
    _volume("has(v.dockerVolumeConfiguration)", "dockerVolumeConfiguration"),
)

_CONTAINERS = (
    forbidden(
        FARGATE,
        lambda c: f"has({c}.privileged) && {c}.privileged",
        "Fargate requires that the 'privileged' setting be 'false'.",
    ),
    forbidden(
        FARGATE,
        lambda c: f"has({c}.stopTimeout) && {c}.stopTimeout > 120",
        f"{LAUNCH_TYPE} must have a container stop timeout of less than 120 seconds.",
    ),
    forbidden(
        FARGATE,
        lambda c: f"has({c}.logConfiguration) && !({c}.logConfiguration.logDriver in {list(LOG_DRIVERS)})",
        f"Not a valid log driver. Must be one of [{_DRIVERS}]",
    ),
    forbidden(
        FARGATE,
        lambda c: _log_driver_is("== 'awslogs'")(c) + f" && !({with_option('awslogs-stream-prefix')(c)})",
        "Log driver awslogs requires options: awslogs-stream-prefix",
    ),
    forbidden(
        FARGATE,
        some_item("linuxParameters.capabilities.add", "k", f"!(k in {list(CAPABILITIES)})"),
        f"Capabilities other than {CAPABILITIES[0]} are not allowed on Fargate.",
    ),
    _unsupported("devices", filled("linuxParameters.devices")),
    _unsupported("sharedMemorySize", present("linuxParameters.sharedMemorySize")),
    _unsupported("maxSwap", present("linuxParameters.maxSwap")),
    _unsupported("swappiness", present("linuxParameters.swappiness")),
    _unsupported("dockerSecurityOptions", filled("dockerSecurityOptions")),
    _unsupported("GPU resource requirements", some_item("resourceRequirements", "r", "r.type == 'GPU'")),
)

RULES = (*_SIZES, *_TASK, *_CONTAINERS)
