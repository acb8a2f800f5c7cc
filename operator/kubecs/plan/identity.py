"""Who a service's tasks are: the ServiceAccount of their role and the RoleBindings that the account's map grants it."""

from collections.abc import Mapping
from typing import Any

from kubecs.plan.account import Account
from kubecs.plan.actions import Action, Apply, Delete, Manifest, Ref
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
    """What is missing or differs is applied; a binding that the map no longer grants is taken away.

    Args:
        role: taskRoleArn.
        account: The namespace's account.
        held: The ServiceAccounts and our RoleBindings of the namespace, by (kind, name).
    """
    wanted = wanted_identity(role, account)
    names = {(each["kind"], each["metadata"]["name"]) for each in wanted}
    applied = [
        Apply(each, f"give role {role or 'none'} its {each['kind']}")
        for each in wanted
        if not is_subset(each, held.get((each["kind"], each["metadata"]["name"]), {}))
    ]
    subject = wanted[0]["metadata"]["name"]
    revoked = [
        Delete(_ref(binding), f"role {role} is no longer granted {binding['roleRef']['name']}")
        for (kind, name), binding in held.items()
        if kind == "RoleBinding" and (kind, name) not in names and _binds(binding, subject)
    ]
    return (*applied, *revoked)


def _binds(binding: Manifest, service_account_name: str) -> bool:
    return any(subject.get("name") == service_account_name for subject in binding.get("subjects") or ())


def _ref(manifest: Manifest) -> Ref:
    metadata = manifest["metadata"]
    return Ref(manifest["apiVersion"], manifest["kind"], metadata["namespace"], metadata["name"], metadata["uid"])
