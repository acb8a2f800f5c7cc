"""Which members of CreateService have an effect, are kept and shown, or have none yet: nothing is silent."""

from collections.abc import Mapping
from typing import Any

# Decide something: the Deployment, its Pods, when a deployment starts, who the tasks are.
TRANSLATED = frozenset(
    {
        "serviceName",
        "cluster",
        "taskDefinition",
        "desiredCount",
        "deploymentConfiguration",
        "deploymentController",
        "schedulingStrategy",
        "volumeConfigurations",
        "kubernetes",
    }
)
# Kept in the spec, shown where ECS shows them, and without an effect on what runs, as in ECS.
ECHOED = frozenset({"tags", "launchType", "platformVersion"})

VOLUME = frozenset({"roleArn", "sizeInGiB", "volumeType"})  # of managedEBSVolume; its claim has no role
DEPLOYMENT_CONFIGURATION = frozenset({"maximumPercent", "minimumHealthyPercent", "strategy"})


def untranslated_members(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of members that are given and have no effect yet, in alphabetical order."""
    members = [name for name, value in spec.items() if _given(value) and name not in TRANSLATED | ECHOED]
    configuration = spec.get("deploymentConfiguration") or {}
    members += [
        f"deploymentConfiguration.{name}"
        for name, value in configuration.items()
        if _given(value) and name not in DEPLOYMENT_CONFIGURATION
    ]
    members += [
        f"volumeConfigurations[{each.get('name')}].managedEBSVolume.{name}"
        for each in spec.get("volumeConfigurations") or ()
        for name, value in (each.get("managedEBSVolume") or {}).items()
        if _given(value) and name not in VOLUME
    ]
    return tuple(sorted(members))


def _given(value: object) -> bool:
    return value not in (None, [], {}, ())
