"""minimumHealthyPercent to a PodDisruptionBudget."""

from collections.abc import Mapping
from typing import Any

from kubecs.translate.deployment import child_labels, selector_labels


def disruption_budget(
    name: str, namespace: str, owner: Mapping[str, Any], service: tuple[str, str], minimum_healthy_percent: int
) -> dict[str, Any]:
    """The manifest; a task that is not healthy may always be evicted.

    Args:
        name: Its name (names.child_name).
        namespace: Its namespace.
        owner: Owner reference to the ECSService.
        service: ECS's names of cluster and service.
        minimum_healthy_percent: Of the tasks that the Deployment wants; rounded up, as in ECS.
    """
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": child_labels(*service),
            "ownerReferences": [dict(owner)],
        },
        "spec": {
            "minAvailable": f"{minimum_healthy_percent}%",
            "selector": {"matchLabels": selector_labels(*service)},
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }
