"""What is installed beside the CRDs: the operator's identity and rights, and the policy that warns at apply.

The rights are exactly those that the chart gives it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

OPERATOR_NAMESPACE = "kubecs-system"
OPERATOR = "kubecs-operator"
_HERE = Path(__file__).resolve().parents[2]
MANIFEST = _HERE / "examples" / "install" / "operator.yaml"
WARNINGS = _HERE / "charts" / "kubecs" / "files" / "task-definition-warnings.yaml"
_RBAC = "rbac.authorization.k8s.io/v1"


def operator_access() -> list[dict[str, Any]]:
    """The objects in the order in which they are applied: those of the chart's manifest that are about rights."""
    documents: list[dict[str, Any]] = list(yaml.safe_load_all(MANIFEST.read_text()))
    kinds = ("Namespace", "ServiceAccount")
    return [each for each in documents if each["apiVersion"] == _RBAC or each["kind"] in kinds]


def warning_policy() -> list[dict[str, Any]]:
    """The policy that warns of members of task definitions that do not carry over, and its binding."""
    return list(yaml.safe_load_all(WARNINGS.read_text()))
