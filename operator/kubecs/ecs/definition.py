"""A task definition as its rules see it: its parts with their paths, and builders of checks over them."""

from collections.abc import Callable, Iterator

from kubecs.ecs.model import ContainerDefinition, PortMapping, RegisterTaskDefinitionRequest, Volume
from kubecs.ecs.rules import Check, Violation

Definition = RegisterTaskDefinitionRequest


def containers(definition: Definition) -> Iterator[tuple[str, ContainerDefinition]]:
    """The containers with their paths."""
    for index, container in enumerate(definition.container_definitions):
        yield f"containerDefinitions[{index}]", container


def port_mappings(definition: Definition) -> Iterator[tuple[str, ContainerDefinition, PortMapping]]:
    """The port mappings of all containers with their paths."""
    for path, container in containers(definition):
        for index, mapping in enumerate(container.port_mappings or ()):
            yield f"{path}.portMappings[{index}]", container, mapping


def volumes(definition: Definition) -> Iterator[tuple[str, Volume]]:
    """The volumes with their paths."""
    for index, volume in enumerate(definition.volumes or ()):
        yield f"volumes[{index}]", volume


def container_names(definition: Definition) -> frozenset[str]:
    """The names of all containers."""
    return frozenset(container.name or "" for _, container in containers(definition))


def is_essential(container: ContainerDefinition) -> bool:
    """Essential is the default."""
    return container.essential is not False


def must_run_on(definition: Definition, launch_type: str) -> bool:
    """Tell whether ECS validates the task definition against a launch type: only those that it lists."""
    return launch_type in (definition.requires_compatibilities or ())


def on_fargate(definition: Definition) -> bool:
    """Tell whether the task definition must be able to run on Fargate."""
    return must_run_on(definition, "FARGATE")


def each_container(member: str, bad: Callable[[ContainerDefinition], object]) -> Check[Definition]:
    """A check of every container on its own.

    Args:
        member: The member at fault, below the container.
        bad: Truthy for a container that breaks the rule. The violation's subject is its name.
    """

    def check(definition: Definition) -> Iterator[Violation]:
        for path, container in containers(definition):
            if bad(container):
                yield Violation(f"{path}.{member}", container.name or "")

    return check


def only_where(condition: Callable[[Definition], bool], inner: Check[Definition]) -> Check[Definition]:
    """A check that says nothing of task definitions for which the condition does not hold."""

    def check(definition: Definition) -> Iterator[Violation]:
        if condition(definition):
            yield from inner(definition)

    return check
