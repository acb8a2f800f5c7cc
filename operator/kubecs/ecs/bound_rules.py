"""Values out of bounds for which ECS has words of its own, checked before all other bounds (see bounds.py)."""

from collections.abc import Callable, Iterator

from kubecs.ecs.bounds import NAME_LENGTH, NAME_PATTERN, ROWS
from kubecs.ecs.definition import Definition, containers, each_container, port_mappings
from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import ContainerDefinition
from kubecs.ecs.patterns import matches
from kubecs.ecs.rules import Check, Rule, Violation
from kubecs.ecs.values import PortRange

LEAST_MEMORY = 6  # MiB, what a container runtime needs
HEALTH_CHECK_NUMBERS = {
    "interval": "interval",
    "timeout": "timeout",
    "retries": "retries",
    "start_period": "startPeriod",
}


def _outside(row: str, value: float | None) -> bool:
    limit = ROWS[row]
    least, most = limit.minimum, limit.maximum
    return value is not None and not ((least is None or value >= least) and (most is None or value <= most))


def _family(definition: Definition) -> Iterator[Violation]:
    if not matches(NAME_PATTERN, definition.family) or len(definition.family) > NAME_LENGTH:
        yield Violation("family")


def _port(attribute: str, member: str) -> Check[Definition]:
    def check(definition: Definition) -> Iterator[Violation]:
        for path, container, mapping in port_mappings(definition):
            if _outside(f"PortMapping.{member}", getattr(mapping, attribute)):
                yield Violation(f"{path}.{member}", container.name or "")

    return check


def _port_ranges(definition: Definition) -> Iterator[Violation]:
    for path, container, mapping in port_mappings(definition):
        try:
            if mapping.container_port_range is not None:
                PortRange.parse(mapping.container_port_range)
        except ClientException:
            yield Violation(f"{path}.containerPortRange", container.name or "")


def _number(attribute: str, member: str) -> Check[Definition]:
    row = f"ContainerDefinition.{member}"
    return each_container(member, lambda container: _outside(row, getattr(container, attribute)))


def _least_memory(definition: Definition) -> Iterator[Violation]:
    for path, container in containers(definition):
        for value, member in ((container.memory, "memory"), (container.memory_reservation, "memoryReservation")):
            if value is not None and value < LEAST_MEMORY:
                yield Violation(f"{path}.{member}", container.name or "")


def _restart_period(container: ContainerDefinition) -> bool:
    policy = container.restart_policy
    return policy is not None and _outside("ContainerRestartPolicy.restartAttemptPeriod", policy.restart_attempt_period)


def _health_checks(definition: Definition) -> Iterator[Violation]:
    for path, container in containers(definition):
        for attribute, member in HEALTH_CHECK_NUMBERS.items():
            if container.health_check and _outside(f"HealthCheck.{member}", getattr(container.health_check, attribute)):
                yield Violation(f"{path}.healthCheck.{member}", container.name or "")


def _ephemeral_storage(too_much: Callable[[int], bool]) -> Check[Definition]:
    def check(definition: Definition) -> Iterator[Violation]:
        if definition.ephemeral_storage and too_much(definition.ephemeral_storage.size_in_gib):
            yield Violation("ephemeralStorage.sizeInGiB")

    return check


RULES: tuple[Rule[Definition], ...] = (
    Rule("a family is a name", _family, "Family contains invalid characters."),
    Rule(
        "container ports are ports",
        _port("container_port", "containerPort"),
        "Invalid 'containerPort' setting for container '{}'.",
    ),
    Rule("host ports are ports", _port("host_port", "hostPort"), "Invalid 'hostPort' setting for container '{}'."),
    Rule("port ranges are ranges", _port_ranges, "Invalid 'containerPortRange' setting for container '{}'."),
    Rule(
        "a container has the memory that a runtime needs",
        _least_memory,
        f"Invalid setting for container '{{}}'. Memory must be at least {LEAST_MEMORY} MiB",
    ),
    Rule(
        "a start can take two seconds",
        _number("start_timeout", "startTimeout"),
        "Granular start timeout on container '{}' must be at least 2 seconds.",
    ),
    Rule(
        "a stop can take two seconds",
        _number("stop_timeout", "stopTimeout"),
        "Granular stop timeout on container '{}' must be at least 2 seconds.",
    ),
    Rule(
        "restarts keep to a period that ECS knows",
        each_container("restartPolicy.restartAttemptPeriod", _restart_period),
        "the 'restartAttemptPeriod' setting for container '{}' must be between 60 and 1800",
    ),
    Rule("health checks keep to ECS's times", _health_checks, "Invalid health check setting for container '{}'."),
    Rule(
        "environment files are few",
        each_container("environmentFiles", lambda container: len(container.environment_files or ()) > 10),
        "The maximum number of environment files was exceeded. Specify ten or less and try again",
    ),
    Rule(
        "ephemeral storage is more than what comes anyway",
        _ephemeral_storage(lambda size: size < 21),
        "EphemeralStorage size should be at least 21",
    ),
    Rule(
        "ephemeral storage is no more than Fargate has",
        _ephemeral_storage(lambda size: size > 200),
        "EphemeralStorage size should be at most 200",
    ),
)
