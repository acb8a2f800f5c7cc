"""The variables that the ECS agent sets: where a container asks about itself. Set once something answers there.

No template can hold the uid of the Pod that it will be, so the addresses are put together from the variable
KUBECS_POD_UID, which the kubelet expands; it has to stand before those that refer to it.
"""

from dataclasses import dataclass
from typing import Any

from kubecs.translate.environment import Variable

POD_UID = "KUBECS_POD_UID"
EXECUTION_ENVIRONMENTS = {
    "EC2": "AWS_ECS_EC2",
    "FARGATE": "AWS_ECS_FARGATE",
    "EXTERNAL": "AWS_ECS_EXTERNAL",
    "MANAGED_INSTANCES": "AWS_ECS_MANAGED_INSTANCES",
}


@dataclass(frozen=True, slots=True)
class AgentEndpoint:
    """Where the task metadata is served, such as `http://ecs-metadata.kubecs-system`; without a slash at the end."""

    address: str


def agent_env(endpoint: AgentEndpoint, container_name: str, launch_type: str, region: str) -> list[Variable]:
    """The variables of one container.

    Args:
        endpoint: Where the metadata is served.
        container_name: The container's name in the Pod.
        launch_type: The task's launch type.
        region: The account's region.
    """
    of_pod: dict[str, Any] = {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.uid"}}
    own = f"$({POD_UID})-{container_name}"
    values = {
        "ECS_CONTAINER_METADATA_URI": f"{endpoint.address}/v3/{own}",
        "ECS_CONTAINER_METADATA_URI_V4": f"{endpoint.address}/v4/{own}",
        "ECS_AGENT_URI": f"{endpoint.address}/api/{own}",
        "AWS_EXECUTION_ENV": EXECUTION_ENVIRONMENTS.get(launch_type, EXECUTION_ENVIRONMENTS["EC2"]),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    }
    return [{"name": POD_UID, "valueFrom": of_pod}, *({"name": name, "value": text} for name, text in values.items())]
