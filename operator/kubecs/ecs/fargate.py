"""What Fargate asks of a task definition that lists FARGATE in requiresCompatibilities: sizes and required members."""

from collections.abc import Iterator, Mapping

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.ecs.rules import Rule, Violation
from kubecs.ecs.values import parse_cpu, parse_memory

# CPU units to the memory sizes, in MiB, that go with them.
SIZES: Mapping[int, range | tuple[int, ...]] = {
    256: (512, 1_024, 2_048),
    512: range(1_024, 4_096 + 1, 1_024),
    1_024: range(2_048, 8_192 + 1, 1_024),
    2_048: range(4_096, 16_384 + 1, 1_024),
    4_096: range(8_192, 30_720 + 1, 1_024),
    8_192: range(16_384, 61_440 + 1, 4_096),
    16_384: range(32_768, 122_880 + 1, 8_192),
}
LONGEST_STOP_SECONDS = 120
SMALLEST_WINDOWS_CPU = 1_024
ECR_HOST_PART = ".dkr.ecr."


def wanted(definition: RegisterTaskDefinitionRequest) -> bool:
    """Tell whether the task definition must be able to run on Fargate."""
    return "FARGATE" in (definition.requires_compatibilities or ())


def _network_mode(definition: RegisterTaskDefinitionRequest) -> Iterator[Violation]:
    if wanted(definition) and definition.network_mode != "awsvpc":
        yield Violation("networkMode")


def _size_given(definition: RegisterTaskDefinitionRequest) -> Iterator[Violation]:
    if wanted(definition):
        for member in ("cpu", "memory"):
            if getattr(definition, member) is None:
                yield Violation(member, member)


def _size_offered(definition: RegisterTaskDefinitionRequest) -> Iterator[Violation]:
    if not wanted(definition) or definition.cpu is None or definition.memory is None:
        return
    if parse_memory(definition.memory) not in SIZES.get(parse_cpu(definition.cpu), ()):
        yield Violation("memory" if parse_cpu(definition.cpu) in SIZES else "cpu")


def _windows_size(definition: RegisterTaskDefinitionRequest) -> Iterator[Violation]:
    family = definition.runtime_platform and definition.runtime_platform.operating_system_family
    if not wanted(definition) or not family or family == "LINUX" or definition.cpu is None:
        return
    if parse_cpu(definition.cpu) < SMALLEST_WINDOWS_CPU:
        yield Violation("cpu")


def _execution_role(definition: RegisterTaskDefinitionRequest) -> Iterator[Violation]:
    if not wanted(definition) or definition.execution_role_arn:
        return
    for index, container in enumerate(definition.container_definitions):
        for member, need in _needs_of_agent(container):
            yield Violation(f"containerDefinitions[{index}].{member}", need)


def _needs_of_agent(container: ContainerDefinition) -> Iterator[tuple[str, str]]:
    """What only an agent with a role of its own can do for a container: the member that asks, and ECS's word for it."""
    log = container.log_configuration
    if log and log.log_driver == "awslogs":
        yield "logConfiguration", "log driver awslogs"
    if ECR_HOST_PART in (container.image or ""):
        yield "image", "ECR images"
    if container.secrets:
        yield "secrets", "secrets"
    if log and log.secret_options:
        yield "logConfiguration.secretOptions", "secrets"


def _stop_timeouts(definition: RegisterTaskDefinitionRequest) -> Iterator[Violation]:
    if wanted(definition):
        for index, container in enumerate(definition.container_definitions):
            if (container.stop_timeout or 0) > LONGEST_STOP_SECONDS:
                yield Violation(f"containerDefinitions[{index}].stopTimeout")


def _privileged(definition: RegisterTaskDefinitionRequest) -> Iterator[Violation]:
    if wanted(definition):
        for index, container in enumerate(definition.container_definitions):
            if container.privileged:
                yield Violation(f"containerDefinitions[{index}].privileged")


def _host_paths(definition: RegisterTaskDefinitionRequest) -> Iterator[Violation]:
    if wanted(definition):
        for index, volume in enumerate(definition.volumes or ()):
            if volume.host and volume.host.source_path:
                yield Violation(f"volumes[{index}].host.sourcePath")


RULES: tuple[Rule[RegisterTaskDefinitionRequest], ...] = (
    Rule("Fargate tasks use awsvpc", _network_mode, "Fargate only supports network mode 'awsvpc'."),
    Rule("Fargate tasks have a size", _size_given, "Fargate requires that '{}' be defined at the task level."),
    Rule("the size is one that Fargate sells", _size_offered, "No Fargate configuration exists for given values."),
    Rule("Windows needs a whole virtual CPU", _windows_size, "No Fargate configuration exists for given values."),
    Rule(
        "the agent has a role for what it does",
        _execution_role,
        "Fargate requires task definition to have execution role ARN to support {}.",
    ),
    Rule(
        "containers stop soon enough",
        _stop_timeouts,
        "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds.",
    ),
    Rule("nothing is privileged", _privileged, "Fargate requires that the 'privileged' setting be 'false'."),
    Rule(
        "no volume is a directory of the host",
        _host_paths,
        "Tasks using the Fargate launch type do not support the host path of a volume.",
    ),
)
