"""A container's restartPolicy: when its end is not the end, but followed by another run in the same task."""

from collections.abc import Mapping
from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.names import container_name

DEFAULT_PERIOD = 300  # seconds that a run must have taken for another to follow
EXIT_CODES = range(256)  # ECS takes any number here, but no container ends with another


def restarts(container: ContainerDefinition) -> bool:
    """Whether the container has a restart policy that is on."""
    return bool(container.restart_policy and container.restart_policy.enabled)


def period(container: ContainerDefinition) -> int:
    """Seconds that a run must have taken for another to follow it."""
    policy = container.restart_policy
    return (policy.restart_attempt_period if policy else None) or DEFAULT_PERIOD


def ignored(container: ContainerDefinition) -> list[int]:
    """ignoredExitCodes, each once: after one of these there is no other run."""
    policy = container.restart_policy
    return sorted({code for code in (policy.ignored_exit_codes if policy else None) or () if code in EXIT_CODES})


def restart_notes(document: RegisterTaskDefinitionRequest) -> dict[str, Mapping[str, Any]]:
    """By Kubernetes name, what the operator has to know to tell a restart from an end."""
    return {
        container_name(each.name or ""): {"period": period(each), "ignored": ignored(each)}
        for each in document.container_definitions
        if restarts(each)
    }


def own_restart_policy(container: ContainerDefinition) -> dict[str, Any]:
    """The container-level policy for a Pod that restarts nothing by itself; empty without one in the document.

    How long a run took the kubelet does not ask: the operator, or the shim, ends what should not have gone on.
    """
    if not restarts(container):
        return {}
    codes = ignored(container)
    if not codes:
        return {"restartPolicy": "Always"}
    rule = {"action": "Restart", "exitCodes": {"operator": "NotIn", "values": codes}}
    return {"restartPolicy": "Never", "restartPolicyRules": [rule]}
