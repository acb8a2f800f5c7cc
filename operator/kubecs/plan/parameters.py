"""Which members of an ECSService make a new ECS deployment when they change, which wait for the next one."""

from collections.abc import Mapping
from typing import Any

# A change of one of these starts a new deployment (ECS API, UpdateService: members that "trigger" one).
DEPLOYING = (
    "taskDefinition",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
# The same of spec.kubernetes: they are in the pod template; restartedAt is forceNewDeployment.
DEPLOYING_KUBERNETES = ("podLabels", "podAnnotations", "tolerations", "priorityClassName", "restartedAt")

# ECS applies a change of these to tasks that start later; so they wait for the next deployment.
WAITING = (
    "enableECSManagedTags",
    "enableExecuteCommand",
    "placementConstraints",
    "placementStrategy",
    "propagateTags",
)


def _present(source: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: source[name] for name in names if source.get(name) is not None}


def requested(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The deploying members as the user wrote them: `taskDefinition` still a family, family:revision or ARN."""
    found = _present(spec, DEPLOYING)
    kubernetes = _present(spec.get("kubernetes") or {}, DEPLOYING_KUBERNETES)
    return found | ({"kubernetes": kubernetes} if kubernetes else {})


def resolved(spec: Mapping[str, Any], task_definition_arn: str) -> dict[str, Any]:
    """The deploying members with the task definition's ARN: equal values mean the same ECS deployment."""
    return requested(spec) | {"taskDefinition": task_definition_arn}


def waiting(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The members that only the next deployment takes up."""
    return _present(spec, WAITING)
