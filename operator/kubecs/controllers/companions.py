"""The companions of a service's or a task's Pods, as they are in the cache."""

from kubecs.controllers.cache import Cache, Object
from kubecs.controllers.keys import Key

SHARED = ("NetworkPolicy", "PersistentVolumeClaim", "ResourceClaimTemplate")
INDEX = {"ECSService": "service", "ECSTask": "task"}


def companions(cache: Cache, owner: Key) -> dict[tuple[str, str], Object]:
    """What the namespace's tasks share and what is the owner's own, by (kind, name)."""
    shared = (each for kind in SHARED for each in cache.in_namespace(kind, owner.namespace))
    own = cache.by_index("ExternalSecret", INDEX[owner.kind], owner.namespace, owner.name)
    return {(each["kind"], each["metadata"]["name"]): each for each in (*shared, *own)}
