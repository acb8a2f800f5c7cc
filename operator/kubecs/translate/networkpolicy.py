"""networkMode none: the one NetworkPolicy of a namespace that cuts the tasks off that have no network.

Such Pods carry the label; the policy is the same for all of them and belongs to nobody, as ServiceAccounts do.
"""

from collections.abc import Mapping
from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate import labels

NAME = "ecs-no-network"
LABEL = f"{labels.GROUP}/network"
NONE = "none"


def needs_isolation(document: RegisterTaskDefinitionRequest) -> bool:
    """Whether the task has no network but loopback."""
    return document.network_mode == NONE


def isolation_labels(document: RegisterTaskDefinitionRequest) -> dict[str, str]:
    """The label of Pods that the policy selects."""
    return {LABEL: NONE} if needs_isolation(document) else {}


def network_policy(namespace: str) -> dict[str, Any]:
    """The manifest: no traffic in, none out."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": NAME, "namespace": namespace, "labels": {labels.MANAGED_BY: labels.MANAGER}},
        "spec": {
            "podSelector": {"matchLabels": {LABEL: NONE}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [],
            "egress": [],
        },
    }


def isolation(pod_labels: Mapping[str, str], namespace: str) -> list[dict[str, Any]]:
    """The policy, if Pods with these labels are such."""
    return [network_policy(namespace)] if pod_labels.get(LABEL) == NONE else []
