"""The companions of tasks: made where they are missing, and brought back to what they should be."""

from collections.abc import Iterable, Mapping

from kubecs.plan.actions import Action, Apply, Create, Manifest
from kubecs.plan.subset import is_subset

Held = Mapping[tuple[str, str], Manifest]

# A claim holds data, and people may make it larger; nobody can change a template.
LEFT_ALONE = frozenset({"PersistentVolumeClaim", "ResourceClaimTemplate"})


def companion_actions(manifests: Iterable[Manifest], held: Held) -> tuple[Action, ...]:
    """What has to be done before the tasks.

    Args:
        manifests: What translate.companions says.
        held: The companions of the namespace that are there, by (kind, name).
    """
    actions = (_action(each, held.get((each["kind"], each["metadata"]["name"]))) for each in manifests)
    return tuple(action for action in actions if action is not None)


def _action(wanted: Manifest, live: Manifest | None) -> Action | None:
    name = wanted["metadata"]["name"]
    if live is None:
        return Create(wanted, f"{name} has to be there before the tasks", exists_ok=True)
    if wanted["kind"] in LEFT_ALONE or is_subset(wanted, live):
        return None
    return Apply(wanted, f"bring {name} back to what it should be")
