"""What tasks share is there before the first of them, and is made once."""

from typing import Any

from kubecs.plan.actions import Create
from kubecs.plan.companions import companion_actions
from kubecs.translate.companions import companions
from kubecs.translate.maps import NO_MAPS
from tests.unit.translate.documents import task

SHARED: dict[str, Any] = {"name": "data", "dockerVolumeConfiguration": {"scope": "shared", "autoprovision": True}}


def test_each_is_created_where_it_is_missing() -> None:
    document = task(networkMode="none", volumes=[SHARED])
    actions = companion_actions(companions(document, NO_MAPS, "shop"))
    assert all(isinstance(action, Create) and action.exists_ok for action in actions)
    assert [
        (each.manifest["kind"], each.manifest["metadata"]["namespace"]) for each in actions if isinstance(each, Create)
    ] == [
        ("NetworkPolicy", "shop"),
        ("PersistentVolumeClaim", "shop"),
    ]
