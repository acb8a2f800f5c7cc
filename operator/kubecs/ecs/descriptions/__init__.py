"""What every shape and member means, in a line each: units and ECS's defaults. The CRD schemas carry these lines.

Each table has one entry for a shape; in it the key "" describes the shape itself.
"""

from collections.abc import Mapping
from types import MappingProxyType

from kubecs.ecs.descriptions import (
    capacity_providers,
    clusters,
    containers,
    deployments,
    instances,
    networking,
    services,
    task_definitions,
    tasks,
    volumes,
)

Table = Mapping[str, Mapping[str, str]]

SHAPES: Table = MappingProxyType(
    {
        **task_definitions.SHAPES,
        **containers.SHAPES,
        **volumes.SHAPES,
        **services.SHAPES,
        **deployments.SHAPES,
        **networking.SHAPES,
        **tasks.SHAPES,
        **clusters.SHAPES,
        **capacity_providers.SHAPES,
        **instances.SHAPES,
    }
)


def of_shape(shape: str) -> str:
    """What a shape is. Raises KeyError for an unknown one."""
    return SHAPES[shape][""]


def of_member(shape: str, member: str) -> str:
    """What a member, in AWS's spelling, does. Raises KeyError for an unknown one."""
    return SHAPES[shape][member]
