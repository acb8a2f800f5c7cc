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


def requested(spec: Mapping[str, Any], newest: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The deploying members as the user wrote them: `taskDefinition` still a family, family:revision or ARN.

    Args:
        spec: The ECSService's spec.
        newest: Its newest service revision, if there is one. The restartedAt of that stays in force where the spec has
            none any more, since taking the field away forces nothing.
    """
    found = _present(spec, DEPLOYING)
    kubernetes = _forced(newest) | _present(spec.get("kubernetes") or {}, DEPLOYING_KUBERNETES)
    return found | ({"kubernetes": kubernetes} if kubernetes else {})


def _forced(newest: Mapping[str, Any] | None) -> dict[str, Any]:
    before = (newest["data"].get("requested") or {}) if newest is not None else {}
    return _present(before.get("kubernetes") or {}, ("restartedAt",))


def resolved(spec: Mapping[str, Any], task_definition_arn: str, newest: Mapping[str, Any] | None) -> dict[str, Any]:
    """The deploying members with the task definition's ARN: equal values mean the same ECS deployment."""
    return requested(spec, newest) | {"taskDefinition": task_definition_arn}


def waiting(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The members that only the next deployment takes up."""
    return _present(spec, WAITING)
