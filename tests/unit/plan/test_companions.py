"""What tasks share is there before the first of them, and is put back."""

from typing import Any

from kubecs.plan.actions import Apply, Create
from kubecs.plan.companions import companion_actions
from kubecs.translate.companions import companions
from kubecs.translate.maps import NO_MAPS
from tests.unit.translate.documents import task

SHARED: dict[str, Any] = {"name": "data", "dockerVolumeConfiguration": {"scope": "shared", "autoprovision": True}}
POLICY, CLAIM = companions(task(networkMode="none", volumes=[SHARED]), NO_MAPS, "shop")
HELD = {(each["kind"], each["metadata"]["name"]): each for each in (POLICY, CLAIM)}


def test_each_is_created_where_it_is_missing() -> None:
    actions = companion_actions((POLICY, CLAIM), {})
    assert all(isinstance(action, Create) and action.exists_ok for action in actions)
    assert [
        (each.manifest["kind"], each.manifest["metadata"]["namespace"]) for each in actions if isinstance(each, Create)
    ] == [
        ("NetworkPolicy", "shop"),
        ("PersistentVolumeClaim", "shop"),
    ]


def test_nothing_is_done_while_all_are_there() -> None:
    assert companion_actions((POLICY, CLAIM), HELD) == ()


def test_a_policy_that_somebody_opened_is_closed_again() -> None:
    opened = POLICY | {"spec": POLICY["spec"] | {"ingress": [{}]}}
    (action,) = companion_actions((POLICY, CLAIM), HELD | {("NetworkPolicy", POLICY["metadata"]["name"]): opened})
    assert isinstance(action, Apply)
    assert action.manifest == POLICY


def test_a_claim_that_somebody_made_larger_stays_so() -> None:
    larger = CLAIM | {"spec": CLAIM["spec"] | {"resources": {"requests": {"storage": "1Ti"}}}}
    assert companion_actions((CLAIM,), {("PersistentVolumeClaim", "data"): larger}) == ()
