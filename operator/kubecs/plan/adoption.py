"""Children that an ECSService left behind (`kubectl delete --cascade=orphan`): the next of its name takes them.

It is what a Deployment does with ReplicaSets that nobody controls. So the tasks go on, and the numbers of service
revisions that are taken stand in nobody's way.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kubecs.plan.actions import Action, Patch, Ref
from kubecs.translate import labels
from kubecs.translate.owner import owner_reference

Manifest = Mapping[str, Any]


def belongs(child: Manifest, service: Manifest) -> bool:
    """Whether a child is the ECSService's: owned by it, or controlled by nobody and marked as made for that name."""
    return owns(service, child) or is_orphan(child, service)


def owns(owner: Manifest, child: Manifest) -> bool:
    """Whether a child refers to this very object as its owner."""
    references = child["metadata"].get("ownerReferences") or ()
    return any(each["uid"] == owner["metadata"]["uid"] for each in references)


def is_orphan(child: Manifest, service: Manifest) -> bool:
    """Whether a child was made for an ECSService of that name which left it behind."""
    metadata = child["metadata"]
    if any(each.get("controller") for each in metadata.get("ownerReferences") or ()):
        return False
    made_for = (metadata.get("annotations") or {}).get(labels.OWNER_OBJECT)
    return bool(made_for == service["metadata"]["name"])


def adoptions(children: Iterable[Manifest], service: Manifest) -> tuple[Action, ...]:
    """Make orphaned ControllerRevisions the service's own; what else it finds it applies anew anyway."""
    return tuple(_adopt(each, service) for each in children if is_orphan(each, service))


def _adopt(child: Manifest, service: Manifest) -> Patch:
    metadata = child["metadata"]
    ref = Ref(child["apiVersion"], child["kind"], metadata["namespace"], metadata["name"], metadata["uid"])
    test = {"op": "test", "path": "/metadata/uid", "value": metadata["uid"]}
    owner = {"op": "add", "path": "/metadata/ownerReferences", "value": [owner_reference(service)]}
    return Patch(ref, (test, owner), f"adopt {child['kind']} {metadata['name']}, which nobody owns")
