"""Who a task is: the ServiceAccount of its role and the RoleBindings that the account's map grants it.

Who needs an identity makes it; what the map no longer grants is taken away by plan.grants, whoever still needs it.
"""

from collections.abc import Mapping
from typing import Any

from kubecs.plan.account import Account
from kubecs.plan.actions import Action, Apply, Manifest
from kubecs.plan.subset import is_subset
from kubecs.translate.serviceaccount import role_bindings, service_account

Held = Mapping[tuple[str, str], Manifest]


def wanted_identity(role: str | None, account: Account) -> list[dict[str, Any]]:
    """The ServiceAccount and RoleBindings of a role; of no role: an account that mounts no token.

    Raises:
        ClientException: The role is neither a name nor an ARN.
    """
    grant = account.grant(role) if role else None
    own = service_account(role, account.id, account.namespace, (grant.annotations if grant else None) or {})
    return [own, *role_bindings(own, grant.role_refs if grant else ())]


def identity_actions(role: str | None, account: Account, held: Held) -> tuple[Action, ...]:
    """What is missing or differs is applied.

    Args:
        role: taskRoleArn.
        account: The namespace's account.
        held: The ServiceAccounts and our RoleBindings of the namespace, by (kind, name).
    """
    return tuple(
        Apply(each, _why(role, each))
        for each in wanted_identity(role, account)
        if not is_subset(each, held.get((each["kind"], each["metadata"]["name"]), {}))
    )


def _why(role: str | None, manifest: Manifest) -> str:
    if manifest["kind"] == "RoleBinding":
        return binding_reason(role or "none", manifest)
    return f"give role {role or 'none'} its ServiceAccount"


def binding_reason(role: str, binding: Manifest) -> str:
    """Why a RoleBinding is made."""
    return f"grant role {role} the {binding['roleRef']['kind']} {binding['roleRef']['name']}"
