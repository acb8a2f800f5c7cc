"""CEL rules of a task definition document, with ECS's texts; `LEFT` names what CEL can't say or afford.

In the expressions c is a container, o another one, v a volume, and m, f, d, p are items of a container's mountPoints,
volumesFrom, dependsOn and portMappings.
"""

from collections.abc import Mapping

from kubecs.crds import container_rules, fargate_rules, tag_rules, volume_rules
from kubecs.crds.cel import (
    ALL,
    AT,
    AWSVPC,
    SHARED_PORTS,
    Condition,
    filled,
    forbidden,
    listed,
    named,
    none,
    present,
    size,
    sized,
    some_item,
    with_size,
)
from kubecs.crds.rules import Rule, RulesByPath, given
from kubecs.ecs.size_rules import TASK_CPU_UNITS
from kubecs.ecs.task_definition_rules import ROLE_PATTERN

# Rules of ecs/task_definition_rules.py, by their statements, that the operator alone checks, or checks further.
LEFT: Mapping[str, str] = {
    "a container port is used once where containers share an address": "CEL compares the ports of one container only:"
    " a thousand with a thousand is more than the API server lets a rule cost. Ranges are not compared.",
    "constraints are expressions of the cluster query language": "CEL has patterns, and no way to count brackets",
    "port names are unique in the task": "CEL compares the names in one container only, for the same reason",
    "no container waits for itself": "CEL sees a container that waits for itself, no longer circle",
    "no container is linked to itself": "CEL sees a container with a link to itself, no longer circle",
}


def _without_memory(c: str) -> str:
    return f"!has({c}.memory) && !has({c}.memoryReservation)"


def _too_much_memory(c: str) -> str:
    return f"has({c}.memory) && {c}.memory > {size('memory', 'gb')}"


def _total(member: str) -> str:
    return f"{ALL}.map(c, {given(f'c.{member}', '0')}).sum()"


_SIZES = (
    Rule(
        f"!has(self.cpu) || {sized('cpu', 'vcpu')}",
        "Invalid 'cpu' setting for task.",
        ".cpu",
    ),
    Rule(
        with_size("cpu", "vcpu", f"n >= {TASK_CPU_UNITS[0]} && n <= {TASK_CPU_UNITS[-1]}"),
        f"Invalid 'cpu' setting for task: must be from {TASK_CPU_UNITS[0]} to {TASK_CPU_UNITS[-1]}.",
        ".cpu",
    ),
    Rule(
        f"!has(self.memory) || {sized('memory', 'gb')}",
        "Invalid 'memory' setting for task.",
        ".memory",
    ),
    Rule(with_size("memory", "gb", "n > 0"), "Invalid 'memory' setting for task: must be more than 0.", ".memory"),
    Rule(
        f"has(self.memory) || {none(_without_memory)}",
        "At least one of 'memory' or 'memoryReservation' must be specified.",
        AT,
        "FieldValueRequired",
        named(
            "Invalid setting for container '",
            _without_memory,
            "'. At least one of 'memory' or 'memoryReservation' must be specified.",
        ),
    ),
    Rule(
        with_size("memory", "gb", f"{ALL}.all(c, {given('c.memory', '0')} <= n)"),
        "The 'memory' setting for a container is greater than for the task",
        AT,
        says=named("The 'memory' setting for container '", _too_much_memory, "' is greater than for the task"),
    ),
    Rule(
        with_size("cpu", "vcpu", f"{_total('cpu')} <= n"),
        "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'",
        ".cpu",
    ),
    Rule(
        with_size("memory", "gb", f"{_total('memoryReservation')} <= n"),
        "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'",
        ".memory",
    ),
)

_SAME_VOLUME = "(has(v.name) ? v.name : '') == (has(m.sourceVolume) ? m.sourceVolume : '')"
_UNKNOWN_VOLUME = some_item("mountPoints", "m", f"!has(self.volumes) || !self.volumes.exists(v, {_SAME_VOLUME})")
_UNKNOWN_SOURCE = some_item(
    "volumesFrom", "f", f"!has(f.sourceContainer) || !{ALL}.exists(o, o.name == f.sourceContainer)"
)
_UNKNOWN_AWAITED = some_item("dependsOn", "d", f"!{ALL}.exists(o, o.name == d.containerName)")
_ESSENTIAL_AWAITED = some_item(
    "dependsOn",
    "d",
    "d.condition in ['SUCCESS', 'COMPLETE']"
    f" && {ALL}.exists(o, o.name == d.containerName && {given('o.essential', 'true')})",
)
_HEALTHLESS_AWAITED = some_item(
    "dependsOn",
    "d",
    f"d.condition == 'HEALTHY' && {ALL}.exists(o, o.name == d.containerName && !has(o.healthCheck))",
)
_UNKNOWN_LINK = some_item("links", "l", f"!{ALL}.exists(o, l == o.name || l.startsWith(o.name + ':'))")

_REFERENCES = (
    Rule(
        f"{ALL}.exists(c, {given('c.essential', 'true')})",
        "Task definition doesn't have any essential container",
        AT,
    ),
    Rule(
        "!has(self.volumes) || self.volumes.all(v, !has(v.name)"
        " || self.volumes.exists_one(w, has(w.name) && w.name == v.name))",
        "Volume names must be unique.",
        ".volumes",
    ),
    Rule(
        none(_UNKNOWN_VOLUME),
        "Unknown volume in mountPoints",
        AT,
        says=named("Unknown volume in mountPoints of container '", _UNKNOWN_VOLUME, "'"),
    ),
    Rule(
        none(_UNKNOWN_SOURCE),
        "Invalid 'volumesFrom' setting. Unknown container",
        AT,
        says=named("Invalid 'volumesFrom' setting. Unknown container, named by '", _UNKNOWN_SOURCE, "'"),
    ),
    Rule(
        none(_UNKNOWN_AWAITED),
        "Cannot depend on a container that does not exist",
        AT,
        says=named("Cannot depend on a container that does not exist, as '", _UNKNOWN_AWAITED, "' does"),
    ),
    Rule(
        none(_ESSENTIAL_AWAITED),
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
        AT,
    ),
    Rule(
        none(_UNKNOWN_LINK),
        "Invalid 'links' setting. Unknown container",
        AT,
        says=named("Invalid 'links' setting. Unknown container, named by '", _UNKNOWN_LINK, "'"),
    ),
    Rule(
        none(_HEALTHLESS_AWAITED),
        "A dependency container with HEALTHY condition must have health check configured",
        AT,
    ),
)

_UNEQUAL_PORTS = some_item(
    "portMappings",
    "p",
    f"has(p.hostPort) && p.hostPort != 0 && p.hostPort != {given('p.containerPort', '-1')}",
)

_TCP = "'tcp'"
_SAME_PORT = (
    "has(q.containerPort) && q.containerPort == p.containerPort"
    f" && {given('q.protocol', _TCP)} == {given('p.protocol', _TCP)}"
)
_REPEATED_PORTS = some_item("portMappings", "p", f"has(p.containerPort) && !C.portMappings.exists_one(q, {_SAME_PORT})")


def _repeated_ports(c: str) -> str:
    return _REPEATED_PORTS(c).replace("C.", f"{c}.")


def _proxy_port(word: str) -> Rule:
    given_ = f"x.name == 'Proxy{word}Port' && has(x.value) && x.value != ''"
    return Rule(
        "!has(self.proxyConfiguration) || has(self.proxyConfiguration.properties)"
        f" && self.proxyConfiguration.properties.exists(x, has(x.name) && {given_})",
        f"{word} port not found",
        ".proxyConfiguration",
        "FieldValueRequired",
    )


def _not_in_awsvpc(bad: Condition, words: str) -> Rule:
    return forbidden(AWSVPC, bad, f"{words} not supported on container when networkMode=awsvpc")


_NETWORK = (
    Rule(
        f"!{SHARED_PORTS} || {none(_UNEQUAL_PORTS)}",
        "When networkMode=awsvpc or host, the host ports and container ports in port mappings must match.",
        AT,
        says="'When networkMode=' + self.networkMode"
        " + ', the host ports and container ports in port mappings must match.'",
    ),
    Rule(f"!{SHARED_PORTS} || {none(_repeated_ports)}", "A container port is used multiple times.", AT),
    _not_in_awsvpc(filled("hostname"), "hostname is"),
    _not_in_awsvpc(filled("extraHosts"), "Extra hosts are"),
    _not_in_awsvpc(filled("dnsServers"), "DNS servers are"),
    _not_in_awsvpc(filled("dnsSearchDomains"), "DNS search domains are"),
    _not_in_awsvpc(lambda c: f"has({c}.disableNetworking) && {c}.disableNetworking", "Disable Networking is"),
    forbidden(
        "(has(self.networkMode) && self.networkMode != 'bridge')",
        filled("links"),
        "Links are only supported when networkMode=bridge",
        "'Links are not supported when networkMode=' + self.networkMode",
    ),
    Rule(
        f"!has(self.proxyConfiguration) || {ALL}.exists(c, c.name == self.proxyConfiguration.containerName)",
        "Proxy container does not exist",
        ".proxyConfiguration.containerName",
        says="'Proxy container [' + self.proxyConfiguration.containerName + '] does not exist'",
    ),
    Rule(
        f"!has(self.proxyConfiguration) || {AWSVPC}",
        "APPMESH proxy configuration is only supported in networkMode=awsvpc",
        ".networkMode",
    ),
    _proxy_port("Ingress"),
    _proxy_port("Egress"),
    Rule(
        f"!has(self.enableFaultInjection) || !self.enableFaultInjection || {SHARED_PORTS}",
        "Fault injection is only supported when networkMode is awsvpc or host.",
        ".enableFaultInjection",
        "FieldValueForbidden",
    ),
)

_ROUTER = present("firelensConfiguration")


def _in_firelens(c: str) -> str:
    return f"has({c}.logConfiguration) && {c}.logConfiguration.logDriver == 'awsfirelens'"


def _role(member: str) -> Rule:
    return Rule(
        f"!has(self.{member}) || !self.{member}.startsWith('arn:') || self.{member}.matches(r'{ROLE_PATTERN}')",
        "Role is not valid",
        f".{member}",
    )


_TASK = (
    Rule(
        f"{ALL}.filter(c, {_ROUTER('c')}).size() <= 1",
        "A task definition can have at most one firelens container.",
        AT,
        "FieldValueForbidden",
    ),
    Rule(
        f"{ALL}.exists(c, {_ROUTER('c')}) || {none(_in_firelens)}",
        "When awsfirelens log driver is specified in log configuration, a firelens container must be configured.",
        AT,
        "FieldValueRequired",
    ),
    _role("taskRoleArn"),
    _role("executionRoleArn"),
    Rule(
        "!has(self.inferenceAccelerators) || self.inferenceAccelerators.size() == 0",
        "Unsupported field 'inferenceAccelerators'",
        ".inferenceAccelerators",
        "FieldValueForbidden",
    ),
    Rule(
        f"!has(self.ephemeralStorage) || !{listed('EC2')}",
        "Tasks using the EC2 launch type do not support EphemeralStorage",
        ".ephemeralStorage",
        "FieldValueForbidden",
    ),
    Rule(
        f"!has(self.trustedExecutionConfiguration) || {listed('MANAGED_INSTANCES')}",
        "trustedExecutionConfiguration is only supported on the MANAGED_INSTANCES launch type.",
        ".trustedExecutionConfiguration",
        "FieldValueForbidden",
    ),
)

RULES: RulesByPath = {
    "": (*_SIZES, *_REFERENCES, *_NETWORK, *_TASK, *tag_rules.RULES, *fargate_rules.RULES),
    "containerDefinitions[]": container_rules.CONTAINER,
    "containerDefinitions[].portMappings[]": container_rules.PORT_MAPPING,
    "volumes[]": volume_rules.VOLUME,
    "volumes[].efsVolumeConfiguration": volume_rules.EFS,
}
