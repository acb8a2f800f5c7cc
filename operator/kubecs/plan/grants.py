"""What the ECSAccount's map grants: the RoleBindings of every role's ServiceAccount in a namespace follow it.

They do so even where no service or task is left to ask for it: rights must not outlive the map.
"""

from dataclasses import dataclass

from kubecs.plan.account import Account
from kubecs.plan.actions import Action, Apply, Delete, Manifest, Plan, Ref
from kubecs.plan.identity import binding_reason
from kubecs.plan.subset import is_subset
from kubecs.translate import labels
from kubecs.translate.serviceaccount import PREFIX, role_bindings


@dataclass(frozen=True, slots=True)
class GrantSnapshot:
    """Everything that the grants of one namespace depend on.

    Attributes:
        account: The account that the namespace is.
        service_accounts: The ServiceAccounts that kubecs made there.
        bindings: The RoleBindings that kubecs made there.
    """

    account: Account
    service_accounts: tuple[Manifest, ...]
    bindings: tuple[Manifest, ...]


def plan_grants(snapshot: GrantSnapshot) -> Plan:
    """Bind what the map grants and is not bound, and take away what it does not grant."""
    held = {binding["metadata"]["name"]: binding for binding in snapshot.bindings}
    wanted = {binding["metadata"]["name"]: (role, binding) for role, binding in _granted(snapshot)}
    granted = tuple(
        Apply(binding, binding_reason(role, binding))
        for name, (role, binding) in wanted.items()
        if not is_subset(binding, held.get(name, {}))
    )
    revoked = tuple(
        _revoked(binding)
        for name, binding in held.items()
        if name not in wanted and _of_role(binding) and not _still_granted(snapshot.account, binding)
    )
    steps: tuple[tuple[Action, ...], ...] = (revoked, granted)
    return Plan(steps=tuple(step for step in steps if step))


def _granted(snapshot: GrantSnapshot) -> list[tuple[str, Manifest]]:
    """(role, RoleBinding) of each grant of a role that has its ServiceAccount."""
    found: list[tuple[str, Manifest]] = []
    for service_account in snapshot.service_accounts:
        role = (service_account["metadata"].get("annotations") or {}).get(labels.ROLE_ARN)
        grant = snapshot.account.grant(role) if role else None
        if role and grant:
            found += [(role, binding) for binding in role_bindings(service_account, grant.role_refs)]
    return found


def _still_granted(account: Account, binding: Manifest) -> bool:
    """By what the binding itself says: its ServiceAccount comes through another watch, maybe later."""
    role = (binding["metadata"].get("annotations") or {}).get(labels.ROLE_ARN)
    grant = account.grant(role) if role else None
    reference = {name: binding["roleRef"][name] for name in ("kind", "name")}
    return grant is not None and reference in [dict(each) for each in grant.role_refs]


def _of_role(binding: Manifest) -> bool:
    """One that is made for a role's ServiceAccount, told by its name, which starts with the account's."""
    subjects = [each.get("name", "") for each in binding.get("subjects") or ()]
    name = binding["metadata"]["name"]
    return any(subject.startswith(PREFIX) and name.startswith(f"{subject}-") for subject in subjects)


def _revoked(binding: Manifest) -> Delete:
    metadata, subject = binding["metadata"], binding["subjects"][0]["name"]
    ref = Ref(binding["apiVersion"], binding["kind"], metadata["namespace"], metadata["name"], metadata["uid"])
    return Delete(ref, f"{subject} is no longer granted the {binding['roleRef']['kind']} {binding['roleRef']['name']}")
