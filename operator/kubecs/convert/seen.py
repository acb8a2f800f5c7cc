"""What documents name that lives outside of them: roles, secrets, target groups, subnets, log groups and the like."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from kubecs.ecs.base import Shape
from kubecs.ecs.members import Member, members

# A registry's host has a dot, a port, or is localhost; what has none of them is Docker Hub.
_HOST = re.compile(r"([\w-]+(?:\.[\w.-]+)(?::[0-9]+)?|[\w-]+:[0-9]+|localhost)/", re.ASCII)

Values = Callable[[Any], Iterator[str]]


def _itself(value: Any) -> Iterator[str]:
    if value:
        yield value


def _each(value: Any) -> Iterator[str]:
    yield from value


def _host(image: Any) -> Iterator[str]:
    found = _HOST.match(image)
    if found:
        yield found[1]


def _log_group(options: Any) -> Iterator[str]:
    if options.get("awslogs-group"):
        yield options["awslogs-group"]


ROLES, EXECUTION_ROLES, SECRETS = "roles", "execution roles", "secrets"
CREDENTIALS, ENVIRONMENT_FILES, FILE_SYSTEMS = "registry credentials", "environment files", "file systems"
LOAD_BALANCERS, NAMESPACES = "load balancers", "namespaces"
TARGET_GROUPS, REGISTRIES, IMAGES = "target groups", "service registries", "image registries"
SUBNETS, LOG_GROUPS = "subnets", "log groups"

# Shape and member to what is seen there, and how its names are taken out.
_TABLE: Mapping[tuple[str, str], tuple[str, Values]] = {
    ("RegisterTaskDefinitionRequest", "taskRoleArn"): (ROLES, _itself),
    ("RegisterTaskDefinitionRequest", "executionRoleArn"): (EXECUTION_ROLES, _itself),
    ("CreateServiceRequest", "role"): ("service roles", _itself),
    ("AdvancedConfiguration", "roleArn"): ("service roles", _itself),
    ("DeploymentLifecycleHook", "roleArn"): ("service roles", _itself),
    ("ServiceManagedEBSVolumeConfiguration", "roleArn"): ("service roles", _itself),
    ("ServiceConnectTlsConfiguration", "roleArn"): ("service roles", _itself),
    ("VpcLatticeConfiguration", "roleArn"): ("service roles", _itself),
    ("Secret", "valueFrom"): (SECRETS, _itself),
    ("RepositoryCredentials", "credentialsParameter"): (CREDENTIALS, _itself),
    ("FSxWindowsFileServerAuthorizationConfig", "credentialsParameter"): ("file system credentials", _itself),
    ("EnvironmentFile", "value"): (ENVIRONMENT_FILES, _itself),
    ("LoadBalancer", "targetGroupArn"): (TARGET_GROUPS, _itself),
    ("LoadBalancer", "loadBalancerName"): (LOAD_BALANCERS, _itself),
    ("AdvancedConfiguration", "alternateTargetGroupArn"): (TARGET_GROUPS, _itself),
    ("VpcLatticeConfiguration", "targetGroupArn"): (TARGET_GROUPS, _itself),
    ("AwsVpcConfiguration", "subnets"): (SUBNETS, _each),
    ("AwsVpcConfiguration", "securityGroups"): ("security groups", _each),
    ("ServiceRegistry", "registryArn"): (REGISTRIES, _itself),
    ("ServiceConnectConfiguration", "namespace"): (NAMESPACES, _itself),
    ("ClusterServiceConnectDefaultsRequest", "namespace"): (NAMESPACES, _itself),
    ("ContainerDefinition", "image"): (IMAGES, _host),
    ("LogConfiguration", "options"): (LOG_GROUPS, _log_group),
    ("ExecuteCommandLogConfiguration", "cloudWatchLogGroupName"): (LOG_GROUPS, _itself),
    ("EFSVolumeConfiguration", "fileSystemId"): (FILE_SYSTEMS, _itself),
    ("FSxWindowsFileServerVolumeConfiguration", "fileSystemId"): (FILE_SYSTEMS, _itself),
    ("S3FilesVolumeConfiguration", "fileSystemArn"): (FILE_SYSTEMS, _itself),
}

WHAT: tuple[str, ...] = tuple(dict.fromkeys(what for what, _ in _TABLE.values()))

# What keeps a task from running, or from doing its work, as long as the account does not map it.
NEEDED = (ROLES, SECRETS, CREDENTIALS, ENVIRONMENT_FILES, TARGET_GROUPS, LOAD_BALANCERS, REGISTRIES, FILE_SYSTEMS)


def seen(document: Shape) -> tuple[tuple[str, str], ...]:
    """(what, name) of everything that a document names, each once, in the order of its members."""
    return tuple(dict.fromkeys(_named(document)))


def _named(document: Shape) -> Iterator[tuple[str, str]]:
    for member in _looked_at(type(document)):
        value = getattr(document, member.attribute)
        if value is None:
            continue
        row = _TABLE.get((type(document).__name__, member.name))
        if row is not None:
            what, values = row
            yield from ((what, name) for name in values(value))
        elif member.type.kind == "structure":
            yield from _named(value)
        else:
            for element in value:
                yield from _named(element)


@cache
def _looked_at(shape: type[Shape]) -> tuple[Member, ...]:
    """The members of a shape that name something, or that hold structures which do."""
    return tuple(each for each in members(shape) if (shape.__name__, each.name) in _TABLE or _leads_on(each))


def _leads_on(member: Member) -> bool:
    type_ = member.type.item if member.type.kind == "list" and member.type.item else member.type
    return type_.shape is not None and bool(_looked_at(type_.shape))
