"""A finding: one member of a task definition that does not carry over as it stands, and what that means."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kubecs.ecs.model import ContainerDefinition


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure from ECS that a task definition meets here.

    Attributes:
        member: The member's path, with names in the brackets: `containerDefinitions[web].ulimits`.
        condition: The type of the condition that reports it, CamelCase.
        reason: The condition's reason, CamelCase.
        message: What happens instead, or does not happen, for a person.
    """

    member: str
    condition: str
    reason: str
    message: str


def container_path(container: ContainerDefinition, member: str) -> str:
    """The path of a member of a container: `containerDefinitions[web].user`."""
    return f"containerDefinitions[{container.name or ''}].{member}"


def by_condition(found: Iterable[Finding]) -> dict[str, tuple[str, str]]:
    """Condition type to (reason, message): findings of one type make one condition, which names each member."""
    grouped: dict[str, list[Finding]] = defaultdict(list)
    for each in found:
        grouped[each.condition].append(each)
    return {
        condition: (alike[0].reason, "; ".join(f"{each.member}: {each.message}" for each in alike))
        for condition, alike in sorted(grouped.items())
    }
