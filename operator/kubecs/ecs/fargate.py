"""What Fargate asks of a task definition that lists FARGATE in requiresCompatibilities: sizes, members, values."""

from collections.abc import Callable, Iterator, Mapping

from kubecs.ecs.definition import Definition, containers, each_container, on_fargate, only_where, volumes
from kubecs.ecs.model import ContainerDefinition, LinuxParameters
from kubecs.ecs.rules import Check, Rule, Violation
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
LOG_DRIVERS = ("awslogs", "splunk", "awsfirelens")
CAPABILITIES = ("SYS_PTRACE",)
LAUNCH_TYPE = "Tasks using the Fargate launch type"


def _network_mode(definition: Definition) -> Iterator[Violation]:
    if definition.network_mode != "awsvpc":
        yield Violation("networkMode")


def _size_given(definition: Definition) -> Iterator[Violation]:
    for member in ("cpu", "memory"):
        if getattr(definition, member) is None:
            yield Violation(member, member)


def _size_offered(definition: Definition) -> Iterator[Violation]:
    if definition.cpu is None or definition.memory is None:
        return
    if parse_memory(definition.memory) not in SIZES.get(parse_cpu(definition.cpu), ()):
        yield Violation("memory" if parse_cpu(definition.cpu) in SIZES else "cpu")


def _windows_size(definition: Definition) -> Iterator[Violation]:
    family = definition.runtime_platform and definition.runtime_platform.operating_system_family
    if not family or family == "LINUX" or definition.cpu is None:
        return
    if parse_cpu(definition.cpu) < SMALLEST_WINDOWS_CPU:
        yield Violation("cpu")


def _execution_role(definition: Definition) -> Iterator[Violation]:
    if not definition.execution_role_arn:
        for path, container in containers(definition):
            for member, need in _needs_of_agent(container):
                yield Violation(f"{path}.{member}", need)


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


def _log_drivers(definition: Definition) -> Iterator[Violation]:
    for path, container in containers(definition):
        driver = container.log_configuration and container.log_configuration.log_driver
        if driver and driver not in LOG_DRIVERS:
            yield Violation(f"{path}.logConfiguration.logDriver", driver)


def _capabilities(definition: Definition) -> Iterator[Violation]:
    for path, container in containers(definition):
        capabilities = container.linux_parameters and container.linux_parameters.capabilities
        for index, name in enumerate((capabilities and capabilities.add) or ()):
            if name not in CAPABILITIES:
                yield Violation(f"{path}.linuxParameters.capabilities.add[{index}]", name)


def _gpus(container: ContainerDefinition) -> bool:
    return any(requirement.type == "GPU" for requirement in container.resource_requirements or ())


def _mounted(definition: Definition) -> Iterator[Violation]:
    mounts = {mount.source_volume or "" for _, each in containers(definition) for mount in each.mount_points or ()}
    names = [volume.name or "" for _, volume in volumes(definition) if (volume.name or "") not in mounts]
    if names:
        yield Violation("volumes", ", ".join(names))


def _host_paths(definition: Definition) -> Iterator[Violation]:
    for path, volume in volumes(definition):
        if volume.host and volume.host.source_path:
            yield Violation(f"{path}.host.sourcePath")


def _docker_volumes(definition: Definition) -> Iterator[Violation]:
    for path, volume in volumes(definition):
        if volume.docker_volume_configuration is not None:
            yield Violation(f"{path}.dockerVolumeConfiguration")


def _task(attribute: str, member: str, bad: Callable[[object], object]) -> Check[Definition]:
    def check(definition: Definition) -> Iterator[Violation]:
        if bad(getattr(definition, attribute)):
            yield Violation(member)

    return check


def _linux(member: str, value: Callable[[LinuxParameters], object]) -> Check[Definition]:
    def bad(container: ContainerDefinition) -> bool:
        parameters = container.linux_parameters
        return parameters is not None and value(parameters) not in (None, ())

    return each_container(f"linuxParameters.{member}", bad)


def _unsupported(words: str, check: Check[Definition]) -> Rule[Definition]:
    return Rule(f"Fargate has no {words}", check, f"{LAUNCH_TYPE} do not support {words}.")


# What Fargate does not have, in the words of the refusal.
UNSUPPORTED: tuple[Rule[Definition], ...] = (
    _unsupported("devices", _linux("devices", lambda linux: linux.devices)),
    _unsupported("sharedMemorySize", _linux("sharedMemorySize", lambda linux: linux.shared_memory_size)),
    _unsupported("maxSwap", _linux("maxSwap", lambda linux: linux.max_swap)),
    _unsupported("swappiness", _linux("swappiness", lambda linux: linux.swappiness)),
    _unsupported(
        "dockerSecurityOptions",
        each_container("dockerSecurityOptions", lambda container: container.docker_security_options),
    ),
    _unsupported("GPU resource requirements", each_container("resourceRequirements", _gpus)),
    _unsupported("dockerVolumeConfiguration", _docker_volumes),
    _unsupported("the host path of a volume", _host_paths),
    _unsupported("ipcMode", _task("ipc_mode", "ipcMode", bool)),
)

_RULES: tuple[Rule[Definition], ...] = (
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
        each_container("stopTimeout", lambda container: (container.stop_timeout or 0) > LONGEST_STOP_SECONDS),
        f"{LAUNCH_TYPE} must have a container stop timeout of less than 120 seconds.",
    ),
    Rule(
        "nothing is privileged",
        each_container("privileged", lambda container: container.privileged),
        "Fargate requires that the 'privileged' setting be 'false'.",
    ),
    Rule(
        "logs go where Fargate sends them",
        _log_drivers,
        f"{{}} is not a valid log driver. Must be one of [{', '.join(LOG_DRIVERS)}]",
    ),
    Rule("capabilities are Fargate's", _capabilities, "{} is not allowed on Fargate."),
    Rule("volumes are mounted", _mounted, "Volumes [{}] are not referenced by any of the containers"),
    Rule(
        "processes are the task's own",
        _task("pid_mode", "pidMode", lambda mode: mode == "host"),
        f"{LAUNCH_TYPE} do not support pidMode 'host'. The supported value for pidMode is 'task'.",
    ),
    Rule(
        "AWS chooses where to run",
        _task("placement_constraints", "placementConstraints", bool),
        "Fargate compatible task definitions do not support constraints",
    ),
    *UNSUPPORTED,
)

RULES: tuple[Rule[Definition], ...] = tuple(
    Rule(rule.statement, only_where(on_fargate, rule.check), rule.message) for rule in _RULES
)
