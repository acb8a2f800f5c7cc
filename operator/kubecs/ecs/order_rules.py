"""Rules about containers that name each other: dependencies and links."""

from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter

from kubecs.ecs.definition import Definition, container_names, containers, is_essential
from kubecs.ecs.model import ContainerDefinition
from kubecs.ecs.rules import Check, Rule, Violation

ENDING_CONDITIONS = ("COMPLETE", "SUCCESS")


def _dependencies(definition: Definition) -> Iterator[tuple[str, str, ContainerDefinition | None]]:
    """Every dependency: its path, its condition and the container it waits for, None when there is no such one."""
    by_name = {container.name: container for _, container in containers(definition)}
    for path, container in containers(definition):
        for index, dependency in enumerate(container.depends_on or ()):
            yield f"{path}.dependsOn[{index}]", dependency.condition, by_name.get(dependency.container_name)


def _known_dependencies(definition: Definition) -> Iterator[Violation]:
    known = container_names(definition)
    for path, container in containers(definition):
        for index, dependency in enumerate(container.depends_on or ()):
            if dependency.container_name not in known:
                yield Violation(f"{path}.dependsOn[{index}].containerName", dependency.container_name)


def _awaited_ends(definition: Definition) -> Iterator[Violation]:
    for path, condition, target in _dependencies(definition):
        if condition in ENDING_CONDITIONS and target and is_essential(target):
            yield Violation(f"{path}.condition")


def _awaited_health(definition: Definition) -> Iterator[Violation]:
    for path, condition, target in _dependencies(definition):
        if condition == "HEALTHY" and target and target.health_check is None:
            yield Violation(f"{path}.condition")


def linked(link: str) -> str:
    """The container that a link (`name` or `name:alias`) names."""
    return link.partition(":")[0]


def _links_in_bridge_mode(definition: Definition) -> Iterator[Violation]:
    if definition.network_mode not in (None, "bridge"):
        for path, container in containers(definition):
            if container.links:
                yield Violation(f"{path}.links", definition.network_mode)


def _known_links(definition: Definition) -> Iterator[Violation]:
    known = container_names(definition)
    for path, container in containers(definition):
        for index, link in enumerate(container.links or ()):
            if linked(link) not in known:
                yield Violation(f"{path}.links[{index}]", linked(link))


def _awaited(container: ContainerDefinition) -> set[str]:
    return {dependency.container_name for dependency in container.depends_on or ()}


def _linked(container: ContainerDefinition) -> set[str]:
    return {linked(link) for link in container.links or ()}


def _no_cycle(member: str, named: Callable[[ContainerDefinition], set[str]]) -> Check[Definition]:
    def check(definition: Definition) -> Iterator[Violation]:
        graph = {container.name or "": named(container) for _, container in containers(definition)}
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as cycle:
            first = next(path for path, container in containers(definition) if container.name in cycle.args[1])
            yield Violation(f"{first}.{member}")

    return check


RULES: tuple[Rule[Definition], ...] = (
    Rule(
        "awaited containers exist",
        _known_dependencies,
        "Cannot depend on container + '{}' because it does not exist",  # the plus sign is AWS's
    ),
    Rule(
        "only a non-essential container's end is awaited",
        _awaited_ends,
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
    ),
    Rule(
        "health is awaited of containers with a health check",
        _awaited_health,
        "A dependency container with HEALTHY condition must have health check configured",
    ),
    Rule(
        "no container waits for itself",
        _no_cycle("dependsOn", _awaited),
        "Container dependencies should not have a cycle",
    ),
    Rule("links need a bridge", _links_in_bridge_mode, "Links are not supported when networkMode={}"),
    Rule("linked containers exist", _known_links, "Invalid 'links' setting. Unknown container: '{}'"),
    Rule("no container is linked to itself", _no_cycle("links", _linked), "Container links should not have a cycle"),
)
