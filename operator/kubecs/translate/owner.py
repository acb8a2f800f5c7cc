"""The reference from a child to the object that owns it: deleting the owner deletes the child, operator or not."""

from collections.abc import Mapping
from typing import Any


def owner_reference(owner: Mapping[str, Any]) -> dict[str, Any]:
    """The controlling owner reference to a whole object (apiVersion, kind, metadata.name, metadata.uid).

    blockOwnerDeletion is left out: setting it needs rights on the owner's finalizers, and nothing here waits for it.
    """
    metadata = owner["metadata"]
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }
