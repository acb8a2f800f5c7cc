"""Rules about what a single container asks for: logs, secrets, files, limits.

AWS's documentation also wants a health check's command to start with CMD or CMD-SHELL. It is no rule here: AWS's own
agent registers, in its tests, a command that starts with neither.
"""

from collections.abc import Iterator

from kubecs.ecs.definition import Definition, containers, each_container, on_fargate
from kubecs.ecs.model import ContainerDefinition, LogConfiguration, Secret, Ulimit
from kubecs.ecs.patterns import matches
from kubecs.ecs.rules import Rule, Violation

ARN_PREFIX = "arn:"
ARN_PARTS = 6
S3_OBJECT_PATTERN = r"^arn:[^:]+:s3:::[^/]+/(?s:.+)$"
AWSLOGS_OPTIONS = ("awslogs-region", "awslogs-group")
AWSLOGS_OPTIONS_ON_FARGATE = (*AWSLOGS_OPTIONS, "awslogs-stream-prefix")


def _firelens_routers(definition: Definition) -> list[str]:
    return [path for path, container in containers(definition) if container.firelens_configuration]


def _one_firelens(definition: Definition) -> Iterator[Violation]:
    for path in _firelens_routers(definition)[1:]:
        yield Violation(f"{path}.firelensConfiguration")


def _firelens_for_logs(definition: Definition) -> Iterator[Violation]:
    if not _firelens_routers(definition):
        for path, log in _logs(definition):
            if log.log_driver == "awsfirelens":
                yield Violation(f"{path}.logDriver")


def _logs(definition: Definition) -> Iterator[tuple[str, LogConfiguration]]:
    for path, container in containers(definition):
        if container.log_configuration:
            yield f"{path}.logConfiguration", container.log_configuration


def _awslogs_options(definition: Definition) -> Iterator[Violation]:
    needed = AWSLOGS_OPTIONS_ON_FARGATE if on_fargate(definition) else AWSLOGS_OPTIONS
    for path, log in _logs(definition):
        missing = [option for option in needed if option not in (log.options or {})]
        if log.log_driver == "awslogs" and missing:
            yield Violation(f"{path}.options", ", ".join(missing))


def _references(container: ContainerDefinition) -> Iterator[tuple[str, str]]:
    """Names and ARNs of secrets and parameters, with their paths below the container."""
    log = container.log_configuration
    lists: tuple[tuple[str, tuple[Secret, ...]], ...] = (
        ("secrets", container.secrets or ()),
        ("logConfiguration.secretOptions", (log and log.secret_options) or ()),
    )
    for path, secrets in lists:
        for index, secret in enumerate(secrets):
            yield f"{path}[{index}].valueFrom", secret.value_from
    if container.repository_credentials:
        yield "repositoryCredentials.credentialsParameter", container.repository_credentials.credentials_parameter


def _is_broken_arn(reference: str) -> bool:
    return reference.startswith(ARN_PREFIX) and len(reference.split(":")) < ARN_PARTS


def _readable_references(definition: Definition) -> Iterator[Violation]:
    for path, container in containers(definition):
        for member, reference in _references(container):
            if not reference or _is_broken_arn(reference):
                yield Violation(f"{path}.{member}")


def _files_in_s3(definition: Definition) -> Iterator[Violation]:
    for path, container in containers(definition):
        for index, file in enumerate(container.environment_files or ()):
            if not matches(S3_OBJECT_PATTERN, file.value):
                yield Violation(f"{path}.environmentFiles[{index}].value")


def _is_crossed(limit: Ulimit) -> bool:
    """The soft limit is above the hard one; -1 is no limit."""
    return limit.hard_limit != -1 and not -1 < limit.soft_limit <= limit.hard_limit


RULES: tuple[Rule[Definition], ...] = (
    Rule(
        "at most one container routes logs",
        _one_firelens,
        "A task definition can have at most one firelens container.",
    ),
    Rule(
        "logs for FireLens have a router",
        _firelens_for_logs,
        "When awsfirelens log driver is specified in log configuration, a firelens container must be configured.",
    ),
    Rule("awslogs knows where to write", _awslogs_options, "Log driver awslogs requires options: {}"),
    Rule("secrets are names or ARNs", _readable_references, "Invalid arn syntax"),
    Rule("environment files are objects in S3", _files_in_s3, "Invalid arn syntax"),
    Rule(
        "soft limits are below hard ones",
        each_container("ulimits", lambda container: any(map(_is_crossed, container.ulimits or ()))),
        "Invalid 'ulimits' setting for container '{}'. The soft limit cannot be greater than the hard limit.",
    ),
)
