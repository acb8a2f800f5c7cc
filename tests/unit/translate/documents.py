"""Small task definitions for the tests of this room."""

from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.ecs.values import AccountId
from kubecs.translate.pod import PodContext

ACCOUNT = AccountId("123456789012", "eu-west-1", "aws")


def container(**members: Any) -> dict[str, Any]:
    """A container named web, with more or other members."""
    return {"name": "web", "image": "nginx:1.27", **members}


def parsed(**members: Any) -> ContainerDefinition:
    """The same, as a model."""
    return ContainerDefinition.model_validate(container(**members))


def task(*containers: dict[str, Any], **members: Any) -> RegisterTaskDefinitionRequest:
    """A task definition of these containers, or of one named web."""
    document = {"family": "web", "containerDefinitions": list(containers) or [container()], **members}
    return RegisterTaskDefinitionRequest.model_validate(document)


def context(**changes: Any) -> PodContext:
    """Where its tasks run."""
    members: dict[str, Any] = {
        "cluster": "default",
        "account": ACCOUNT,
        "task_definition_arn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1",
        "family": "web",
        "revision": 1,
        "launch_type": "EC2",
        "service_account": "ecs-default",
        "mount_token": False,
    }
    return PodContext(**(members | changes))
