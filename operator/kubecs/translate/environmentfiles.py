"""environmentFiles to envFrom: files in S3, resolved by the account's map to ConfigMaps and Secrets.

In ECS the earlier file wins over the later; in Kubernetes the last source wins, and `env` over all of them in both.
"""

from collections.abc import Iterator
from typing import Any

from kubecs.ecs.model import ContainerDefinition
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.initialization import ENVIRONMENT_FILES, ResourceInitializationError
from kubecs.translate.maps import EnvironmentSource, Maps, entry

CONDITION = "EnvironmentFileNotMapped"


def env_from(container: ContainerDefinition, maps: Maps) -> list[dict[str, Any]]:
    """`envFrom` of a container.

    Raises:
        ResourceInitializationError: The map has no entry for a file.
    """
    sources = [_resolved(container, file.value, maps) for file in container.environment_files or ()]
    return [_reference(source) for source in reversed(sources)]


def environment_file_findings(container: ContainerDefinition, maps: Maps) -> Iterator[Finding]:
    """EnvironmentFileNotMapped, for a file that the map lacks."""
    for index, file in enumerate(container.environment_files or ()):
        if entry(maps.environment_files, file.value) is None:
            path = container_path(container, f"environmentFiles[{index}].value")
            message = f"it is not run: ECSAccount spec.environmentFiles has no entry for {file.value}"
            yield Finding(path, CONDITION, CONDITION, message)


def _resolved(container: ContainerDefinition, arn: str, maps: Maps) -> EnvironmentSource:
    found = entry(maps.environment_files, arn)
    if found is None:
        what = f"no entry of ECSAccount spec.environmentFiles is for {arn}"
        raise ResourceInitializationError(f"{ENVIRONMENT_FILES}: {what}", container_path(container, "environmentFiles"))
    return found


def _reference(source: EnvironmentSource) -> dict[str, Any]:
    if source.config_map:
        return {"configMapRef": {"name": source.config_map}}
    return {"secretRef": {"name": source.secret or ""}}
