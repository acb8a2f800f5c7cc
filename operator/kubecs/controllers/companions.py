"""The companions of a namespace's tasks, as they are in the cache."""

from kubecs.controllers.cache import Cache, Object

KINDS = ("NetworkPolicy", "PersistentVolumeClaim")


def companions(cache: Cache, namespace: str) -> dict[tuple[str, str], Object]:
    """What is there, by (kind, name)."""
    return {(kind, each["metadata"]["name"]): each for kind in KINDS for each in cache.in_namespace(kind, namespace)}
