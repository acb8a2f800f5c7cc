"""The operator's identity: its namespace, its ServiceAccount, and exactly the rights of the chart's ClusterRole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

OPERATOR_NAMESPACE = "kubecs-system"
OPERATOR = "kubecs-operator"
RULES = Path(__file__).resolve().parents[2] / "charts" / "kubecs" / "files" / "clusterrole.yaml"
_RBAC = "rbac.authorization.k8s.io"


def operator_access() -> list[dict[str, Any]]:
    """The objects in the order in which they are applied."""
    account = {"kind": "ServiceAccount", "name": OPERATOR, "namespace": OPERATOR_NAMESPACE}
    role = {"apiGroup": _RBAC, "kind": "ClusterRole", "name": OPERATOR}
    rbac = {"apiVersion": f"{_RBAC}/v1", "metadata": {"name": OPERATOR}}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OPERATOR_NAMESPACE}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": OPERATOR, "namespace": OPERATOR_NAMESPACE},
        },
        rbac | {"kind": "ClusterRole", "rules": yaml.safe_load(RULES.read_text())},
        rbac | {"kind": "ClusterRoleBinding", "roleRef": role, "subjects": [account]},
    ]
