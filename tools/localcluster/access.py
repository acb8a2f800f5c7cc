"""What is installed beside the CRDs: the operator's identity and rights, and the policy that warns at apply.

The rights are exactly those of the chart's ClusterRole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

OPERATOR_NAMESPACE = "kubecs-system"
OPERATOR = "kubecs-operator"
_FILES = Path(__file__).resolve().parents[2] / "charts" / "kubecs" / "files"
RULES = _FILES / "clusterrole.yaml"
WARNINGS = _FILES / "task-definition-warnings.yaml"
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


def warning_policy() -> list[dict[str, Any]]:
    """The policy that warns of members of task definitions that do not carry over, and its binding."""
    return list(yaml.safe_load_all(WARNINGS.read_text()))
