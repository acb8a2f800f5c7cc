"""What an object's references point at, read from the cache: no more revisions than the decision can need."""

from collections.abc import Iterable

from kubecs.controllers.cache import Cache, Object
from kubecs.ecs.errors import EcsError
from kubecs.ecs.values import parse_task_definition_reference
from kubecs.translate import names


def cluster_known(cache: Cache, namespace: str, cluster: str) -> bool:
    """The cluster `default` needs no object; any other has its ECSCluster."""
    return cluster == names.DEFAULT_CLUSTER or cache.holds("ECSCluster", namespace, names.object_name(cluster))


def family_state(
    cache: Cache, namespace: str, reference: str, previous: int | None
) -> tuple[Object | None, tuple[Object, ...]]:
    """The ECSTaskDefinition (if there is one) and the revisions that a reference may stand for.

    Args:
        cache: The cache.
        namespace: The referrer's namespace.
        reference: `web`, `web:3`, an ARN, or text that is none of these.
        previous: The number that the reference stands for, as long as only an edit of the referrer can move it.
    """
    try:
        parsed = parse_task_definition_reference(reference)
    except EcsError:
        return None, ()  # plan.references says what is wrong with it
    name = names.object_name(parsed.family)
    family_object = cache.get("ECSTaskDefinition", namespace, name)
    if parsed.revision is not None:
        return family_object, _numbered(cache, namespace, parsed.family, (parsed.revision,))
    if family_object is not None:
        latest = (family_object.get("status") or {}).get("latestRevision")
        return family_object, _numbered(cache, namespace, parsed.family, (latest, previous))
    known = _numbered(cache, namespace, parsed.family, (previous,))
    return None, known or cache.by_index("ECSTaskDefinitionRevision", "family", namespace, name)


def _numbered(cache: Cache, namespace: str, family: str, numbers: Iterable[int | None]) -> tuple[Object, ...]:
    found = (
        cache.get("ECSTaskDefinitionRevision", namespace, names.revision_object_name(family, number))
        for number in sorted({number for number in numbers if number})
    )
    return tuple(revision for revision in found if revision is not None)
