"""The launch type that the tasks of a service or of an ECSTask show."""

from collections.abc import Mapping
from typing import Any

DEFAULT_LAUNCH_TYPE = "EC2"
LAUNCH_TYPES = ("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")


def launch_type(spec: Mapping[str, Any]) -> str:
    """The launch type that a spec names, or that of its first capacity provider."""
    strategy = spec.get("capacityProviderStrategy") or ()
    if any(item["capacityProvider"].startswith("FARGATE") for item in strategy):
        return "FARGATE"
    return str(spec.get("launchType") or DEFAULT_LAUNCH_TYPE)
