"""CEL rules on a container and on a port mapping: there, `self` is the container or the mapping."""

from kubecs.crds.cel import with_option
from kubecs.crds.rules import Rule
from kubecs.ecs.container_rules import ARN_PARTS, S3_OBJECT_PATTERN

_INVALID_ARN = "Invalid arn syntax"


def _readable(reference: str) -> str:
    """CEL: the name of a secret or parameter, or its ARN."""
    return f"{reference} != '' && (!{reference}.startsWith('arn:') || {reference}.split(':').size() >= {ARN_PARTS})"


def _all_readable(path: str, there: str) -> Rule:
    return Rule(f"!({there}) || self.{path}.all(s, {_readable('s.valueFrom')})", _INVALID_ARN, f".{path}")


_AWSLOGS = "has(self.logConfiguration) && self.logConfiguration.logDriver == 'awslogs'"
_WRITABLE = f"{with_option('awslogs-region')('self')} && {with_option('awslogs-group')('self')}"
_CROSSED = "u.hardLimit != -1 && (u.softLimit == -1 || u.softLimit > u.hardLimit)"

CONTAINER = (
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
    Rule(
        "!has(self.links) || !self.links.exists(l, l == self.name || l.startsWith(self.name + ':'))",
        "Container links should not have a cycle",
        ".links",
    ),
    Rule(
        "!has(self.portMappings) || self.portMappings.all(p, !has(p.name)"
        " || self.portMappings.exists_one(q, has(q.name) && q.name == p.name))",
        "The port mapping name is already used.",
        ".portMappings",
    ),
    _all_readable("secrets", "has(self.secrets)"),
    _all_readable(
        "logConfiguration.secretOptions", "has(self.logConfiguration) && has(self.logConfiguration.secretOptions)"
    ),
    Rule(
        f"!has(self.repositoryCredentials) || {_readable('self.repositoryCredentials.credentialsParameter')}",
        _INVALID_ARN,
        ".repositoryCredentials.credentialsParameter",
    ),
    Rule(
        f"!has(self.environmentFiles) || self.environmentFiles.all(f, f.value.matches(r'{S3_OBJECT_PATTERN}'))",
        _INVALID_ARN,
        ".environmentFiles",
    ),
    Rule(
        f"!has(self.ulimits) || !self.ulimits.exists(u, {_CROSSED})",
        "The soft limit cannot be greater than the hard limit.",
        ".ulimits",
    ),
    Rule(
        f"!({_AWSLOGS}) || {_WRITABLE}",
        "Log driver awslogs requires options: awslogs-region, awslogs-group",
        ".logConfiguration",
        "FieldValueRequired",
    ),
)

_RANGE = "self.containerPortRange"
_FIRST, _LAST = (f"int({_RANGE}.split('-')[{place}])" for place in (0, 1))

PORT_MAPPING = (
    Rule(
        "!has(self.containerPort) || !has(self.containerPortRange)",
        "cannot specify both single port and port range",
        ".containerPortRange",
        "FieldValueForbidden",
    ),
    Rule(
        f"!has({_RANGE}) || !{_RANGE}.matches('^[0-9]{{1,5}}-[0-9]{{1,5}}$')"
        f" || {_FIRST} >= 1 && {_FIRST} <= {_LAST} && {_LAST} <= 65535",
        "Invalid 'containerPortRange' setting.",
        ".containerPortRange",
    ),
    Rule(
        "!has(self.appProtocol) || has(self.name)",
        "A port mapping with 'appProtocol' must have a name.",
        ".appProtocol",
        "FieldValueRequired",
    ),
)
