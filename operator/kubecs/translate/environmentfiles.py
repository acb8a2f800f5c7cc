"""environmentFiles: files in S3, which stand in ConfigMaps and Secrets by the account's map.

Under a key the file stands as it is: it is mounted, and the shim reads it at each start of the container, by the rules
of the ECS agent; where it is missing, the container fails to start. Without a key the object's keys are the variables,
which Kubernetes sets by itself (envFrom). In ECS the earlier file wins over the later, in envFrom the last one; the
container's own variables win over all in both.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.command import assumed_command_finding, is_whole, runs_linux
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.initialization import ENVIRONMENT_FILES, ResourceInitializationError
from kubecs.translate.maps import EnvironmentSource, Maps, entry
from kubecs.translate.names import container_name

CONDITION = "EnvironmentFileNotMapped"
DIRECTORY = "/.kubecs/env"  # where a container finds its files, named by their places

_NOT_WHOLE = "a file is read before the container's command, which has to be known as a whole: entryPoint says it"
_MIXED = "the entries of ECSAccount spec.environmentFiles for one container need to have a key all, or none of them"

Document = RegisterTaskDefinitionRequest
Manifest = dict[str, Any]


def env_from(container: ContainerDefinition, document: Document, maps: Maps) -> list[Manifest]:
    """`envFrom` of a container.

    Raises:
        ResourceInitializationError: The map has no entry for a file, or entries that this container cannot use.
    """
    sources = []
    for found, problem in _looked_up(container, document, maps):
        if found is None or problem:
            path = container_path(container, "environmentFiles")
            raise ResourceInitializationError(f"{ENVIRONMENT_FILES}: {problem}", path)
        sources.append(found)
    return [_reference(source) for source in reversed(sources) if not source.key]


def env_mounts(container: ContainerDefinition, maps: Maps) -> list[Manifest]:
    """`volumeMounts` of a container for the files that the shim reads."""
    mount = {"name": _volume_name(container), "mountPath": DIRECTORY, "readOnly": True}
    return [mount] if _files(container, maps) else []


def env_volumes(document: Document, maps: Maps) -> list[Manifest]:
    """The volume of each container that has such files."""
    containers = [(each, _files(each, maps)) for each in document.container_definitions]
    return [
        {
            "name": _volume_name(each),
            "projected": {"sources": [projection(file, str(index), optional=True) for index, file in enumerate(files)]},
        }
        for each, files in containers
        if files
    ]


def projection(source: EnvironmentSource, path: str, *, optional: bool) -> Manifest:
    """A file of the map as a source of a projected volume.

    Args:
        source: The entry.
        path: Its path in the volume.
        optional: Whether the Pod starts without it.
    """
    kind, name = _object(source)
    return {kind: {"name": name, "items": [{"key": source.key, "path": path}], "optional": optional}}


def env_file_options(container: ContainerDefinition, maps: Maps, own: Iterable[str]) -> list[str]:
    """The options of the shim for such files.

    Args:
        container: The container.
        maps: The account's maps.
        own: Names of the variables that the container has by itself.
    """
    files = _files(container, maps)
    if not files:
        return []
    paths = [text for index in range(len(files)) for text in ("--env-file", f"{DIRECTORY}/{index}")]
    return [*paths, *(text for name in own for text in ("--env-keep", name))]


def environment_file_findings(container: ContainerDefinition, document: Document, maps: Maps) -> Iterator[Finding]:
    """EnvironmentFileNotMapped, for a file that the map lacks or that cannot be given; and what the shim assumes."""
    for index, (_, problem) in enumerate(_looked_up(container, document, maps)):
        if problem:
            path = container_path(container, f"environmentFiles[{index}].value")
            yield Finding(path, CONDITION, CONDITION, f"it is not run: {problem}")
    if _files(container, maps) and is_whole(container) and not container.entry_point:
        yield assumed_command_finding(container)


def _looked_up(
    container: ContainerDefinition, document: Document, maps: Maps
) -> Iterator[tuple[EnvironmentSource | None, str]]:
    """The entry of each file, and what is wrong about it, if anything is."""
    files = container.environment_files or ()
    found = [entry(maps.environment_files, each.value) for each in files]
    mixed = len({bool(each.key) for each in found if each}) > 1
    readable = is_whole(container) and runs_linux(document)
    for file, each in zip(files, found, strict=True):
        if each is None:
            yield None, f"no entry of ECSAccount spec.environmentFiles is for {file.value}"
        elif each.key and not readable:
            yield each, f"{file.value}: {_NOT_WHOLE}"
        else:
            yield each, _MIXED if mixed else ""


def _files(container: ContainerDefinition, maps: Maps) -> list[EnvironmentSource]:
    """The files that the shim reads, in the order of the task definition."""
    found = (entry(maps.environment_files, each.value) for each in container.environment_files or ())
    return [each for each in found if each and each.key]


def _volume_name(container: ContainerDefinition) -> str:
    return container_name(f"kubecs-env-{container.name}")


def _reference(source: EnvironmentSource) -> Manifest:
    kind, name = _object(source)
    return {f"{kind}Ref": {"name": name}}


def _object(source: EnvironmentSource) -> tuple[str, str]:
    return ("configMap", source.config_map) if source.config_map else ("secret", source.secret or "")
