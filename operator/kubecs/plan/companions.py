"""The companions of tasks: created where they are missing, and left alone where they are there."""

from collections.abc import Iterable

from kubecs.plan.actions import Action, Create, Manifest


def companion_actions(manifests: Iterable[Manifest]) -> tuple[Action, ...]:
    """Create each that is missing.

    Args:
        manifests: What translate.companions says.
    """
    return tuple(
        Create(each, f"{each['metadata']['name']} has to be there before the tasks", exists_ok=True)
        for each in manifests
    )
