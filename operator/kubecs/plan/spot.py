"""Spot interruptions: whether a node is being taken back by its cloud, read from the Node."""

from collections.abc import Mapping
from typing import Any

# Taints that say so by themselves. The first is put there by AWS's node termination handler, the second is for whatever
# else hears of it first.
NOTICES = frozenset({"aws-node-termination-handler/spot-itn", "kubecs.dev/spot-interruption"})

# Azure's taint of a node that is about to go, for whichever reason: on a spot node, because it is taken back.
GOING = frozenset({"remediator.kubernetes.azure.com/unschedulable"})

# How the clouds and their autoscalers label spot nodes.
SPOT: Mapping[str, str] = {
    "cloud.google.com/gke-provisioning": "spot",
    "cloud.google.com/gke-spot": "true",
    "eks.amazonaws.com/capacityType": "SPOT",
    "karpenter.sh/capacity-type": "spot",
    "kubernetes.azure.com/scalesetpriority": "spot",
}


def is_interrupted(node: Mapping[str, Any] | None, *, shut_down: bool) -> bool:
    """Whether what stops on a node now stops because a spot instance is taken back.

    Args:
        node: The Node, or None where it is not known.
        shut_down: The kubelet says that the machine is shutting down: a spot node does so when it is taken back.
    """
    if node is None:
        return False
    taints = {taint["key"] for taint in (node.get("spec") or {}).get("taints") or ()}
    if taints & NOTICES:
        return True
    labels = node["metadata"].get("labels") or {}
    spot = any(labels.get(name) == value for name, value in SPOT.items())
    return spot and (shut_down or bool(taints & GOING))
