"""CEL rules of a task definition document, with ECS's texts. What CEL can't say or afford is left to the operator.

In the expressions c is a container, o another one, v a volume, and m, f, d, p are items of a container's mountPoints,
volumesFrom, dependsOn and portMappings.
"""

from collections.abc import Callable

from kubecs.crds.rules import Rule, RulesByPath, given

CONTAINERS = 10  # the most that a task definition has

Condition = Callable[[str], str]  # CEL of a container, given the CEL for it

_CONTAINERS = "self.containerDefinitions"
_AT = ".containerDefinitions"
_FARGATE = "(has(self.requiresCompatibilities) && 'FARGATE' in self.requiresCompatibilities)"
_AWSVPC = "(has(self.networkMode) && self.networkMode == 'awsvpc')"
_SHARED_PORTS = "(has(self.networkMode) && self.networkMode in ['awsvpc', 'host'])"
_NUMBER = "matches('^[0-9]{1,9}$')"
_SIZE = "^([0-9]{{1,9}}|[0-9]{{0,6}}([.][0-9]{{1,6}})? ?{unit})$"
_CPU = _SIZE.format(unit="[vV][cC][pP][uU]")
_MEMORY = _SIZE.format(unit="[gG][bB]")


def _none(bad: Condition) -> str:
    """CEL: no container is bad."""
    return f"!{_CONTAINERS}.exists(c, {bad('c')})"


def _some_item(member: str, variable: str, bad: str) -> Condition:
    """A container with an item of this list for which `bad` holds."""
    return lambda c: f"has({c}.{member}) && {c}.{member}.exists({variable}, {bad})"


def _named(before: str, bad: Condition, after: str) -> str:
    """CEL: a message with the name of the first bad container.

    Written out for every place: the API server can't tell how long the name of what a filter returns is, and refuses.
    """
    places = [f"{_CONTAINERS}[{place}]" for place in range(CONTAINERS)]
    choices = [
        f"{_CONTAINERS}.size() > {place} && ({bad(container)}) ? {container}.name : "
        for place, container in enumerate(places)
    ]
    return f'"{before}" + ({"".join(choices)}\'\') + "{after}"'


def _forbidden(condition: str, bad: Condition, message: str) -> Rule:
    """Under the condition no container may be bad."""
    return Rule(f"!{condition} || {_none(bad)}", message, _AT, "FieldValueForbidden")


def _not_in_awsvpc(member: str, words: str) -> Rule:
    message = f"{words} not supported on container when networkMode=awsvpc"
    return _forbidden(_AWSVPC, lambda c: f"has({c}.{member})", message)


def _needed_on_fargate(member: str) -> Rule:
    message = f"Fargate requires that '{member}' be defined at the task level."
    return Rule(f"!{_FARGATE} || has(self.{member})", message, f".{member}", "FieldValueRequired")


def _without_memory(c: str) -> str:
    return f"!has({c}.memory) && !has({c}.memoryReservation)"


def _too_much_memory(c: str) -> str:
    return f"has({c}.memory) && {c}.memory > int(self.memory)"


_SIZES = (
    Rule(f"!has(self.cpu) || self.cpu.matches('{_CPU}')", "Invalid 'cpu' setting for task.", ".cpu"),
    Rule(f"!has(self.memory) || self.memory.matches('{_MEMORY}')", "Invalid 'memory' setting for task.", ".memory"),
    Rule(
        f"has(self.memory) || {_none(_without_memory)}",
        "At least one of 'memory' or 'memoryReservation' must be specified.",
        _AT,
        "FieldValueRequired",
        _named(
            "Invalid setting for container '",
            _without_memory,
            "'. At least one of 'memory' or 'memoryReservation' must be specified.",
        ),
    ),
    Rule(
        f"!has(self.memory) || !self.memory.{_NUMBER} || {_none(_too_much_memory)}",
        "The 'memory' setting for a container is greater than for the task",
        _AT,
        says=_named("The 'memory' setting for container '", _too_much_memory, "' is greater than for the task"),
    ),
    Rule(
        f"!has(self.cpu) || !self.cpu.{_NUMBER} || {_CONTAINERS}.map(c, {given('c.cpu', '0')}).sum() <= int(self.cpu)",
        "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'",
        ".cpu",
    ),
)

_SAME_VOLUME = "(has(v.name) ? v.name : '') == (has(m.sourceVolume) ? m.sourceVolume : '')"
_UNKNOWN_VOLUME = _some_item("mountPoints", "m", f"!has(self.volumes) || !self.volumes.exists(v, {_SAME_VOLUME})")
_UNKNOWN_SOURCE = _some_item(
    "volumesFrom", "f", f"!has(f.sourceContainer) || !{_CONTAINERS}.exists(o, o.name == f.sourceContainer)"
)
_UNKNOWN_AWAITED = _some_item("dependsOn", "d", f"!{_CONTAINERS}.exists(o, o.name == d.containerName)")
_ESSENTIAL_AWAITED = _some_item(
    "dependsOn",
    "d",
    "d.condition in ['SUCCESS', 'COMPLETE']"
    f" && {_CONTAINERS}.exists(o, o.name == d.containerName && {given('o.essential', 'true')})",
)
_HEALTHLESS_AWAITED = _some_item(
    "dependsOn",
    "d",
    f"d.condition == 'HEALTHY' && {_CONTAINERS}.exists(o, o.name == d.containerName && !has(o.healthCheck))",
)

_REFERENCES = (
    Rule(
        f"{_CONTAINERS}.exists(c, {given('c.essential', 'true')})",
        "Task definition doesn't have any essential container",
        _AT,
    ),
    Rule(
        "!has(self.volumes) || self.volumes.all(v, !has(v.name)"
        " || self.volumes.exists_one(w, has(w.name) && w.name == v.name))",
        "Volume names must be unique.",
        ".volumes",
    ),
    Rule(
        _none(_UNKNOWN_VOLUME),
        "Unknown volume in mountPoints",
        _AT,
        says=_named("Unknown volume in mountPoints of container '", _UNKNOWN_VOLUME, "'"),
    ),
    Rule(
        _none(_UNKNOWN_SOURCE),
        "Invalid 'volumesFrom' setting. Unknown container",
        _AT,
        says=_named("Invalid 'volumesFrom' setting. Unknown container, named by '", _UNKNOWN_SOURCE, "'"),
    ),
    Rule(
        _none(_UNKNOWN_AWAITED),
        "Cannot depend on a container that does not exist",
        _AT,
        says=_named("Cannot depend on a container that does not exist, as '", _UNKNOWN_AWAITED, "' does"),
    ),
    Rule(
        _none(_ESSENTIAL_AWAITED),
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
        _AT,
    ),
    Rule(
        _none(_HEALTHLESS_AWAITED),
        "A dependency container with HEALTHY condition must have health check configured",
        _AT,
    ),
)

_UNEQUAL_PORTS = _some_item(
    "portMappings",
    "p",
    f"has(p.hostPort) && p.hostPort != 0 && p.hostPort != {given('p.containerPort', '-1')}",
)

_NETWORK = (
    Rule(
        f"!{_SHARED_PORTS} || {_none(_UNEQUAL_PORTS)}",
        "When networkMode=awsvpc or host, the host ports and container ports in port mappings must match.",
        _AT,
        says="'When networkMode=' + self.networkMode"
        " + ', the host ports and container ports in port mappings must match.'",
    ),
    _not_in_awsvpc("hostname", "hostname is"),
    _not_in_awsvpc("extraHosts", "Extra hosts are"),
    _not_in_awsvpc("dnsServers", "DNS servers are"),
    _not_in_awsvpc("dnsSearchDomains", "DNS search domains are"),
    _forbidden(
        _AWSVPC,
        lambda c: f"has({c}.links) && {c}.links.size() > 0",
        "Links are not supported when networkMode=awsvpc",
    ),
)

_ON_FARGATE = (
    _needed_on_fargate("cpu"),
    _needed_on_fargate("memory"),
    Rule(f"!{_FARGATE} || {_AWSVPC}", "Fargate only supports network mode 'awsvpc'.", ".networkMode"),
    _forbidden(
        _FARGATE,
        lambda c: f"has({c}.privileged) && {c}.privileged",
        "Fargate requires that the 'privileged' setting be 'false'.",
    ),
    _forbidden(
        _FARGATE,
        lambda c: f"has({c}.stopTimeout) && {c}.stopTimeout > 120",
        "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds.",
    ),
    Rule(
        f"!{_FARGATE} || !has(self.volumes) || !self.volumes.exists(v, has(v.host) && has(v.host.sourcePath))",
        "Tasks using the Fargate launch type do not support the host path of a volume.",
        ".volumes",
        "FieldValueForbidden",
    ),
)

_CONTAINER = (
    Rule(
        "!has(self.memory) || !has(self.memoryReservation) || self.memory >= self.memoryReservation",
        "'memory' must be greater than or equal to 'memoryReservation'.",
        ".memory",
        says='"Invalid setting for container \'" + self.name'
        " + \"'. 'memory' must be greater than or equal to 'memoryReservation'.\"",
    ),
    Rule(
        "!has(self.dependsOn) || !self.dependsOn.exists(d, d.containerName == self.name)",
        "Container dependencies should not have a cycle",
        ".dependsOn",
    ),
)

_PORT_MAPPING = (
    Rule(
        "!has(self.containerPort) || !has(self.containerPortRange)",
        "cannot specify both single port and port range",
        ".containerPortRange",
        "FieldValueForbidden",
    ),
)

_VOLUME_KINDS = (
    "has(self.host) && has(self.host.sourcePath)",
    "has(self.dockerVolumeConfiguration)",
    "has(self.efsVolumeConfiguration)",
    "has(self.s3filesVolumeConfiguration)",
    "has(self.fsxWindowsFileServerVolumeConfiguration)",
    "has(self.configuredAtLaunch) && self.configuredAtLaunch",
)

_VOLUME = (
    Rule(
        f"[{', '.join(_VOLUME_KINDS)}].filter(kind, kind).size() <= 1",
        "A volume must have one kind of configuration only.",
        reason="FieldValueForbidden",
    ),
)

_DISABLED = "'DISABLED'"
_ENCRYPTED = "has(self.transitEncryption) && self.transitEncryption == 'ENABLED'"

_EFS = (
    Rule(
        f"{given('self.authorizationConfig.iam', _DISABLED)} != 'ENABLED' || {_ENCRYPTED}",
        "EFS IAM authorization requires TransitEncryption to be enabled",
        ".transitEncryption",
    ),
    Rule(
        f"!has(self.transitEncryptionPort) || {_ENCRYPTED}",
        "TransitEncryptionPort requires that TransitEncryption is enabled",
        ".transitEncryption",
    ),
    Rule(
        "!has(self.authorizationConfig) || !has(self.authorizationConfig.accessPointId)"
        " || !has(self.rootDirectory) || self.rootDirectory == '/'",
        'When using an EFS access point, the root directory must either be set to "/" or be omitted',
        ".rootDirectory",
    ),
)

RULES: RulesByPath = {
    "": (*_SIZES, *_REFERENCES, *_NETWORK, *_ON_FARGATE),
    "containerDefinitions[]": _CONTAINER,
    "containerDefinitions[].portMappings[]": _PORT_MAPPING,
    "volumes[]": _VOLUME,
    "volumes[].efsVolumeConfiguration": _EFS,
}
