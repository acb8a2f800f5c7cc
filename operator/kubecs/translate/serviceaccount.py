"""taskRoleArn to a ServiceAccount: one for each role of a namespace, bound to what the account's role map says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubecs.ecs.errors import ClientException
from kubecs.ecs.values import AccountId
from kubecs.translate import labels
from kubecs.translate.names import LABEL_LIMIT, digits, object_name

NO_ROLE = "ecs-default"  # the ServiceAccount of tasks without a role: it mounts no token
PREFIX = "ecs-role-"
RBAC_GROUP = "rbac.authorization.k8s.io"

_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_ARN = re.compile(r"arn:[\w-]+:iam::([0-9]{12}):role/(?:[\x21-\x7e]*/)?([\w+=,.@-]{1,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Role:
    """A role of AWS: its name, the account it is in, and its ARN. Names are unique in an account, whatever the path."""

    name: str
    account_id: str
    arn: str


def parse_role(reference: str, account: AccountId) -> Role:
    """Read taskRoleArn, which is a name in the own account or an ARN.

    Raises:
        ClientException: It is neither.
    """
    if _NAME.fullmatch(reference):
        arn = f"arn:{account.partition}:iam::{account.account_id}:role/{reference}"
        return Role(reference, account.account_id, arn)
    found = _ARN.fullmatch(reference)
    if found is None:
        raise ClientException("Role is not valid", "taskRoleArn")
    return Role(found[2], found[1], reference)


def service_account_name(reference: str | None, account: AccountId) -> str:
    """The name of the ServiceAccount for taskRoleArn: `ecs-role-<role>`, or `ecs-default` without a role.

    Raises:
        ClientException: The reference is neither a role's name nor an ARN.
    """
    if not reference:
        return NO_ROLE
    role = parse_role(reference, account)
    own = role.account_id == account.account_id
    return PREFIX + object_name(role.name if own else f"{role.account_id}:{role.name}", LABEL_LIMIT - len(PREFIX))


def service_account(
    reference: str | None, account: AccountId, namespace: str, annotations: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The manifest of the ServiceAccount for taskRoleArn. Nobody owns it: several services share it.

    Args:
        reference: taskRoleArn.
        account: The account that the namespace is.
        namespace: The namespace.
        annotations: What the role map adds; it may replace the IRSA annotation.

    Raises:
        ClientException: The reference is neither a role's name nor an ARN.
    """
    metadata: dict[str, Any] = {
        "name": service_account_name(reference, account),
        "namespace": namespace,
        "labels": {labels.MANAGED_BY: labels.MANAGER},
    }
    manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
    if not reference:
        return manifest | {"automountServiceAccountToken": False}
    arn = parse_role(reference, account).arn
    metadata["annotations"] = {labels.IRSA_ROLE_ARN: arn, **(annotations or {}), labels.ROLE_ARN: arn}
    return manifest


def role_bindings(
    service_account_manifest: Mapping[str, Any], role_refs: Iterable[Mapping[str, str]]
) -> list[dict[str, Any]]:
    """One RoleBinding for each Role or ClusterRole that the role map names; a repeated one counts once.

    Each says whose role it is for, so that it can be told without its ServiceAccount what the map grants it.

    Args:
        service_account_manifest: What `service_account` made.
        role_refs: `{"kind": "Role" | "ClusterRole", "name": …}` each.
    """
    distinct = {(each["kind"], each["name"]): None for each in role_refs}
    return [_role_binding(service_account_manifest["metadata"], kind, name) for kind, name in distinct]


def _role_binding(account: Mapping[str, Any], kind: str, name: str) -> dict[str, Any]:
    subject = {"kind": "ServiceAccount", "name": account["name"], "namespace": account["namespace"]}
    return {
        "apiVersion": f"{RBAC_GROUP}/v1",
        "kind": "RoleBinding",
        "metadata": {
            "name": f"{account['name']}-{digits(f'{kind}/{name}')}",
            "namespace": account["namespace"],
            "labels": {labels.MANAGED_BY: labels.MANAGER},
            "annotations": {labels.ROLE_ARN: account["annotations"][labels.ROLE_ARN]},
        },
        "roleRef": {"apiGroup": RBAC_GROUP, "kind": kind, "name": name},
        "subjects": [subject],
    }
