"""The error of a task that ECS would stop before its first container starts."""

from kubecs.ecs.errors import EcsError

SECRETS = "unable to pull secrets or registry auth"
ENVIRONMENT_FILES = "failed to download env files"


class ResourceInitializationError(EcsError):
    """Something that a task needs at its start cannot be had: in ECS the reason of a stopped task."""
