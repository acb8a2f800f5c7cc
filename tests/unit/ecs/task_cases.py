"""Task definitions that ECS refuses for what they say of the task."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.ecs.case import Case
from tests.unit.ecs.documents import FIRST, S3_FILE, SECOND, container, definition, fargate, ports, tagged


def _required() -> Iterator[Case]:
    empty = definition() | {"containerDefinitions": []}
    yield Case("there is a container", empty, "containerDefinitions", "Container list cannot be empty.")
    rule = "containers have names and images"
    yield Case(rule, definition(container(name="")), f"{FIRST}.name", "Container.name should not be null or empty.")
    no_image = definition({"name": "web", "memory": 9})
    yield Case(rule, no_image, f"{FIRST}.image", "Container.image should not be null or empty.")


def _out_of_bounds() -> Iterator[Case]:
    for family in ("we b", "web\n", "", "w" * 256):
        yield Case("a family is a name", definition(family=family), "family", "Family contains invalid characters.")
    mapping = f"{FIRST}.portMappings[0]"
    yield Case(
        "container ports are ports",
        definition(ports({"containerPort": 65_536})),
        f"{mapping}.containerPort",
        "Invalid 'containerPort' setting for container 'web'.",
    )
    yield Case(
        "host ports are ports",
        definition(ports({"containerPort": 80, "hostPort": -1})),
        f"{mapping}.hostPort",
        "Invalid 'hostPort' setting for container 'web'.",
    )
    for range_ in ("90-80", "80", "0-80", "80-99999"):
        yield Case(
            "port ranges are ranges",
            definition(ports({"containerPortRange": range_})),
            f"{mapping}.containerPortRange",
            "Invalid 'containerPortRange' setting for container 'web'.",
        )
    for member in ("memory", "memoryReservation"):
        yield Case(
            "a container has the memory that a runtime needs",
            definition(container(**{member: 5})),
            f"{FIRST}.{member}",
            "Invalid setting for container 'web'. Memory must be at least 6 MiB",
        )
    for what in ("start", "stop"):
        yield Case(
            f"a {what} can take two seconds",
            definition(container(**{f"{what}Timeout": 1})),
            f"{FIRST}.{what}Timeout",
            f"Granular {what} timeout on container 'web' must be at least 2 seconds.",
        )
    yield Case(
        "restarts keep to a period that ECS knows",
        definition(container(restartPolicy={"enabled": True, "restartAttemptPeriod": 59})),
        f"{FIRST}.restartPolicy.restartAttemptPeriod",
        "the 'restartAttemptPeriod' setting for container 'web' must be between 60 and 1800",
    )
    for member, value in (("interval", 4), ("timeout", 61), ("retries", 0), ("startPeriod", 301)):
        yield Case(
            "health checks keep to ECS's times",
            definition(container(healthCheck={"command": ["CMD", "true"], member: value})),
            f"{FIRST}.healthCheck.{member}",
            "Invalid health check setting for container 'web'.",
        )
    yield Case(
        "environment files are few",
        definition(container(environmentFiles=[S3_FILE] * 11)),
        f"{FIRST}.environmentFiles",
        "The maximum number of environment files was exceeded. Specify ten or less and try again",
    )
    for size, rule, word in (
        (20, "ephemeral storage is more than what comes anyway", "at least 21"),
        (201, "ephemeral storage is no more than Fargate has", "at most 200"),
    ):
        document = fargate(ephemeralStorage={"sizeInGiB": size})
        yield Case(rule, document, "ephemeralStorage.sizeInGiB", f"EphemeralStorage size should be {word}")


def _sizes() -> Iterator[Case]:
    yield Case(
        "container names are unique",
        definition(container(), container()),
        f"{SECOND}.name",
        "Container names must be unique within a task definition",
    )
    yield Case(
        "a container is essential",
        definition(container(essential=False)),
        "containerDefinitions",
        "Task definition doesn't have any essential container",
    )
    for cpu in ("much", "", "0", " vCPU", "1 GB", "1.1234567 vCPU"):
        yield Case("task CPU is a size", definition(cpu=cpu), "cpu", "Invalid 'cpu' setting for task.")
    for cpu in ("64", "193 vCPU"):
        yield Case("task CPU is within EC2's range", definition(cpu=cpu), "cpu", "Invalid 'cpu' setting for task.")
    for memory in ("1 vCPU", "much", "0", ".0001 GB"):
        message = "Invalid 'memory' setting for task."
        yield Case("task memory is a size", definition(memory=memory), "memory", message)
    yield Case(
        "every container has memory, or the task has",
        definition({"name": "web", "image": "x"}),
        f"{FIRST}.memory",
        "Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified.",
    )
    yield Case(
        "the hard memory limit covers the reservation",
        definition(container(memoryReservation=256)),
        f"{FIRST}.memory",
        "Invalid setting for container 'web'. 'memory' must be greater than or equal to 'memoryReservation'.",
    )
    for memory in ("512", "0.5 GB", ".5gb"):
        yield Case(
            "no container has more memory than the task",
            definition(container(memory=513), memory=memory),
            f"{FIRST}.memory",
            "The 'memory' setting for container 'web' is greater than for the task",
        )
    for cpu in ("256", "0.25 vCPU"):
        yield Case(
            "container CPU adds up to the task's at most",
            definition(container("a", cpu=200), container("b", cpu=57), cpu=cpu),
            "cpu",
            "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'",
        )
    yield Case(
        "memory reservations add up to the task's memory at most",
        definition(*[container(name, memory=400, memoryReservation=300) for name in "ab"], memory="512"),
        "memory",
        "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'",
    )


def _task() -> Iterator[Case]:
    for member, role in (
        ("taskRoleArn", "arn:aws:iam::111122223333:user/me"),
        ("executionRoleArn", "arn:aws:ecs:eu-west-1:111122223333:cluster/x"),
    ):
        yield Case("roles are names or ARNs", definition(**{member: role}), member, "Role is not valid")
    yield Case(
        "there are no accelerators any more",
        definition(inferenceAccelerators=[{"deviceName": "a", "deviceType": "eia2.medium"}]),
        "inferenceAccelerators",
        "Unsupported field 'inferenceAccelerators'",
    )
    for expression, message in (
        ("attribute:stack", "at character 16 an operator of attribute:stack is missing"),
        ("(attribute:stack == prod", "at character 25 ')' is missing"),
        ("stack == prod", "at character 1 attribute:<name> or another subject is missing"),
        ("runningTasksCount =~ 1", "at character 19 an operator of runningTasksCount is missing"),
    ):
        yield Case(
            "constraints are expressions of the cluster query language",
            definition(placementConstraints=[{"type": "memberOf", "expression": expression}]),
            "placementConstraints[0].expression",
            f"Invalid placement constraint expression: {message}.",
        )
    yield Case(
        "on EC2 the instance decides about storage",
        definition(requiresCompatibilities=["EC2"], ephemeralStorage={"sizeInGiB": 30}),
        "ephemeralStorage",
        "Tasks using the EC2 launch type do not support EphemeralStorage",
    )
    yield Case(
        "a trusted environment is a managed instance's",
        definition(trustedExecutionConfiguration={"isolationMode": "CONFIDENTIAL_SANDBOX"}),
        "trustedExecutionConfiguration",
        "only supported on the MANAGED_INSTANCES launch type",
    )
    for key in ("aws:x", "AWS:x"):
        yield Case("AWS keeps its own tags", tagged("a", key), "tags[1].key", "reserved for AWS")
    yield Case("tag keys are unique", tagged("a", "b", "a"), "tags[2].key", "'a' is used twice")


CASES: tuple[Case, ...] = (*_required(), *_out_of_bounds(), *_sizes(), *_task())
