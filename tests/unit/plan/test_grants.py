"""RoleBindings follow the account's map, whoever is left to ask for them; what is not ours stays."""

from typing import Any

import pytest

from kubecs.ecs.values import AccountId
from kubecs.plan.account import Account, RoleGrant
from kubecs.plan.actions import Apply, Delete
from kubecs.plan.grants import GrantSnapshot, plan_grants
from kubecs.translate.serviceaccount import role_bindings, service_account

ID = AccountId("111122223333", "eu-west-1", "aws")
ARN = "arn:aws:iam::111122223333:role/reader"
VIEW = {"kind": "ClusterRole", "name": "view"}
EDIT = {"kind": "Role", "name": "edit"}


def account(*references: dict[str, str], role: str = "reader") -> Account:
    return Account("shop", ID, grants=(RoleGrant(role, references),) if references else ())


def reader() -> dict[str, Any]:
    return service_account(ARN, ID, "shop")


def bound(*references: dict[str, str]) -> tuple[dict[str, Any], ...]:
    found = role_bindings(reader(), references)
    for number, binding in enumerate(found):
        binding["metadata"]["uid"] = f"uid-{number}"
    return tuple(found)


def look(grants: Account, bindings: tuple[dict[str, Any], ...], *accounts: dict[str, Any]) -> list[tuple[str, str]]:
    """What is done, each as (action, name of the role)."""
    done = []
    for step in plan_grants(GrantSnapshot(grants, accounts, bindings)).steps:
        for action in step:
            if isinstance(action, Delete):
                held = next(each for each in bindings if each["metadata"]["name"] == action.ref.name)
                assert action.ref.uid == held["metadata"]["uid"]
                done.append(("revoke", held["roleRef"]["name"]))
            else:
                assert isinstance(action, Apply)
                done.append(("grant", action.manifest["roleRef"]["name"]))
    return done


@pytest.mark.parametrize(
    ("grants", "bindings", "expected"),
    [
        (account(VIEW), bound(VIEW), []),
        (account(VIEW), (), [("grant", "view")]),
        (account(), bound(VIEW), [("revoke", "view")]),
        (account(EDIT), bound(VIEW), [("revoke", "view"), ("grant", "edit")]),
        (account(VIEW, role="writer"), bound(VIEW), [("revoke", "view")]),
        (account(VIEW, role=ARN), bound(VIEW), []),
        (account(VIEW, role=ARN.replace("/", "/shop/")), bound(VIEW), []),
        (account(VIEW, role=ARN.replace("111122223333", "999988887777")), bound(VIEW), [("revoke", "view")]),
    ],
    ids=[
        "as granted",
        "not bound",
        "no entry",
        "another role",
        "entry of another role",
        "entry by ARN",
        "entry by ARN with a path",
        "entry of another account",
    ],
)
def test_bindings_follow_the_map(
    grants: Account, bindings: tuple[dict[str, Any], ...], expected: list[tuple[str, str]]
) -> None:
    assert look(grants, bindings, reader()) == expected


def test_a_binding_that_somebody_changed_is_put_right() -> None:
    (binding,) = bound(VIEW)
    assert look(account(VIEW), (binding | {"subjects": [*binding["subjects"], {"name": "me"}]},), reader()) == [
        ("grant", "view")
    ]


def test_a_binding_seen_before_its_service_account_stays_if_the_map_grants_it() -> None:
    assert look(account(VIEW), bound(VIEW)) == []
    assert look(account(EDIT), bound(VIEW)) == [("revoke", "view")]
    assert look(account(), bound(VIEW)) == [("revoke", "view")]


def test_a_binding_of_unknown_origin_is_taken_away() -> None:
    (binding,) = bound(VIEW)
    binding["metadata"].pop("annotations")
    assert look(account(VIEW), (binding,)) == [("revoke", "view")]
    assert look(account(VIEW), (binding,), reader()) == [("grant", "view")]


def test_what_is_not_of_a_role_is_left_alone() -> None:
    (binding,) = bound(VIEW)
    foreign = binding | {"metadata": {**binding["metadata"], "name": "own"}}
    assert look(account(), (foreign, foreign | {"subjects": None}), reader()) == []
    assert look(account(VIEW), (), service_account(None, ID, "shop")) == []
