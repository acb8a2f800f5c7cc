"""What every shape and member means, in a line each: units and ECS's defaults. The CRD schemas carry these lines.

The tables of this package have one entry for a shape; in it the key "" describes the shape itself.
"""

from collections.abc import Mapping

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

_TABLES: tuple[Mapping[str, Mapping[str, str]], ...] = (
    task_definitions.SHAPES,
    containers.SHAPES,
    volumes.SHAPES,
    services.SHAPES,
    deployments.SHAPES,
    networking.SHAPES,
    tasks.SHAPES,
    clusters.SHAPES,
    capacity_providers.SHAPES,
    instances.SHAPES,
)

# By shape ("ContainerDefinition") and by member in AWS's spelling ("ContainerDefinition.image").
DESCRIPTIONS: Mapping[str, str] = {
    f"{shape}.{member}" if member else shape: line
    for table in _TABLES
    for shape, lines in table.items()
    for member, line in lines.items()
}
