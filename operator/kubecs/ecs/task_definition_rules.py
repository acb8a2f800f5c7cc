"""The rules of RegisterTaskDefinition that go across members, in the order in which ECS checks them.

Rules for one launch type hold where requiresCompatibilities lists it: ECS validates against what is listed only.
"""

from collections.abc import Iterator

from kubecs.ecs import (
    bound_rules,
    container_rules,
    fargate,
    network_rules,
    order_rules,
    port_rules,
    size_rules,
    tag_rules,
    volume_rules,
)
from kubecs.ecs.definition import Definition, containers, is_essential, must_run_on
from kubecs.ecs.patterns import matches
from kubecs.ecs.query import QueryError, parse
from kubecs.ecs.rules import Rule, Violation

ROLE_PATTERN = r"^(?s:arn:.+:iam:.*:role/.+)$"


def _container_list(definition: Definition) -> Iterator[Violation]:
    if not definition.container_definitions:
        yield Violation("containerDefinitions")


def _names_and_images(definition: Definition) -> Iterator[Violation]:
    for path, container in containers(definition):
        for member in ("name", "image"):
            if not getattr(container, member):
                yield Violation(f"{path}.{member}", member)


def _unique_containers(definition: Definition) -> Iterator[Violation]:
    seen: set[str | None] = set()
    for path, container in containers(definition):
        if container.name in seen:
            yield Violation(f"{path}.name")
        seen.add(container.name)


def _some_essential(definition: Definition) -> Iterator[Violation]:
    if not any(is_essential(container) for _, container in containers(definition)):
        yield Violation("containerDefinitions")


def _roles(definition: Definition) -> Iterator[Violation]:
    roles = {"taskRoleArn": definition.task_role_arn, "executionRoleArn": definition.execution_role_arn}
    for member, role in roles.items():
        if role and role.startswith(container_rules.ARN_PREFIX) and not matches(ROLE_PATTERN, role):
            yield Violation(member)


def _no_accelerators(definition: Definition) -> Iterator[Violation]:
    if definition.inference_accelerators:
        yield Violation("inferenceAccelerators")


def _expressions(definition: Definition) -> Iterator[Violation]:
    for index, constraint in enumerate(definition.placement_constraints or ()):
        if not constraint.expression:  # documents that were exported have it empty
            continue
        try:
            parse(constraint.expression)
        except QueryError as error:
            yield Violation(f"placementConstraints[{index}].expression", str(error))


def _no_storage_on_ec2(definition: Definition) -> Iterator[Violation]:
    if definition.ephemeral_storage and must_run_on(definition, "EC2"):
        yield Violation("ephemeralStorage")


def _trusted_on_managed_instances(definition: Definition) -> Iterator[Violation]:
    if definition.trusted_execution_configuration and not must_run_on(definition, "MANAGED_INSTANCES"):
        yield Violation("trustedExecutionConfiguration")


REQUIRED: tuple[Rule[Definition], ...] = (
    Rule("there is a container", _container_list, "Container list cannot be empty."),
    Rule("containers have names and images", _names_and_images, "Container.{} should not be null or empty."),
)

OUT_OF_BOUNDS = bound_rules.RULES

RULES: tuple[Rule[Definition], ...] = (
    Rule(
        "container names are unique",
        _unique_containers,
        "Container names must be unique within a task definition",
    ),
    Rule("a container is essential", _some_essential, "Task definition doesn't have any essential container"),
    *size_rules.RULES,
    *port_rules.RULES,
    *volume_rules.RULES,
    *order_rules.RULES,
    *container_rules.RULES,
    *network_rules.RULES,
    Rule("roles are names or ARNs", _roles, "Role is not valid"),
    Rule("there are no accelerators any more", _no_accelerators, "Unsupported field 'inferenceAccelerators'"),
    Rule(
        "constraints are expressions of the cluster query language",
        _expressions,
        "Invalid placement constraint expression: {}.",
    ),
    Rule(
        "on EC2 the instance decides about storage",
        _no_storage_on_ec2,
        "Tasks using the EC2 launch type do not support EphemeralStorage",
    ),
    Rule(
        "a trusted environment is a managed instance's",
        _trusted_on_managed_instances,
        "trustedExecutionConfiguration is only supported on the MANAGED_INSTANCES launch type.",
    ),
    *tag_rules.RULES,
    *fargate.RULES,
)
