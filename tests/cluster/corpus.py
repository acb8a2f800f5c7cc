"""The corpus of other people's task definitions, and how each member of one is found again in what became of it."""

from __future__ import annotations

import copy
import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubecs.ecs.errors import ClientException, EcsError
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.structure import read
from kubecs.ecs.validation import validate_task_definition
from kubecs.translate import names
from kubecs.translate.companions import companions
from kubecs.translate.pod import PodContext, pod_template

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SHAPE = "shape:register-input"
MALFORMED = "fails-param-validation"

Document = Mapping[str, Any]
Path_ = tuple[str | int, ...]

# Shown by the revision, which holds the whole document, and by the choice of its name and ServiceAccount.
KEPT = ("family", "requiresCompatibilities", "tags", "taskRoleArn")

# What ECS takes when nothing is said: to say it changes nothing, so its absence changes nothing either.
DEFAULTS: Mapping[str, tuple[Any, ...]] = {
    "networkMode": ("bridge", "awsvpc"),  # every Pod has a network of its own
    "volumes[].dockerVolumeConfiguration.scope": ("task",),
    "volumes[].dockerVolumeConfiguration.autoprovision": (False,),
    "volumes[].dockerVolumeConfiguration.driver": ("local",),
    "volumes[].dockerVolumeConfiguration.driverOpts.device": ("tmpfs",),
    "volumes[].efsVolumeConfiguration.transitEncryption": ("DISABLED",),
    "volumes[].efsVolumeConfiguration.authorizationConfig.iam": ("DISABLED",),
    "containerDefinitions[].cpu": (0,),
    "containerDefinitions[].environment[].value": ("",),
    "containerDefinitions[].essential": (True,),
    "containerDefinitions[].healthCheck.interval": (30,),
    "containerDefinitions[].healthCheck.retries": (3,),
    "containerDefinitions[].healthCheck.timeout": (5,),
    "containerDefinitions[].mountPoints[].readOnly": (False,),
    "containerDefinitions[].privileged": (False,),
    "containerDefinitions[].readonlyRootFilesystem": (False,),
    "containerDefinitions[].portMappings[].hostPort": (0,),
    "containerDefinitions[].portMappings[].protocol": ("tcp",),
}
HOST_PORT = "containerDefinitions[].portMappings[].hostPort"


@dataclass(frozen=True)
class Entry:
    """One document of the corpus.

    Attributes:
        number: Its place in the index.
        file: Its path in the corpus.
        document: What somebody would send to RegisterTaskDefinition.
        malformed: The real service would refuse its very shape.
    """

    number: int
    file: str
    document: Document
    malformed: bool

    @property
    def stored(self) -> Document:
        """The document as the API server takes it in: members that are null count as absent."""
        return without_nulls(self.document)

    @property
    def malformed_by_null_alone(self) -> bool:
        """Whether nothing is left to refuse in its shape once the nulls are gone."""
        try:
            read(RegisterTaskDefinitionRequest, self.stored, ClientException)
        except EcsError:
            return False
        return self.malformed

    @property
    def object_name(self) -> str:
        """The name that its ECSTaskDefinition must have; any name will do for a document without a family."""
        return names.object_name(self.document.get("family") or f"nameless-{self.number}")


def entries() -> list[Entry]:
    """All documents of the right shape, in the order of the index; none where the corpus is not there."""
    index = CORPUS / "index.tsv"
    if not index.exists():
        return []
    with index.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if SHAPE in row["features"].split(",")]
    return [
        Entry(number, row["file"], json.loads((CORPUS / row["file"]).read_text()), MALFORMED in row["features"])
        for number, row in enumerate(rows)
    ]


def without_nulls(value: Any) -> Any:
    """A document without the members that are null; elements of lists stay."""
    if isinstance(value, Mapping):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def lost_members(document: Document, named: frozenset[str], context: PodContext) -> list[str]:
    """The paths of all values in a document that nothing came of and that nothing speaks of.

    A value has come to something when the pod template would be another one without it.

    Args:
        document: The task definition.
        named: Paths of the members that conditions name, in the form of translate.finding.Finding.member.
        context: Where its tasks run.
    """
    whole = _rendered(document, context)
    return [
        shown
        for path, value in _leaves(document)
        if not _is_named(shown := _shown(document, path), named)
        and not _says_nothing(document, path, value)
        and _rendered(_without(document, path), context) == whole
    ]


def _rendered(document: Document, context: PodContext) -> object:
    """The pod template and what is made beside it, or the words of the refusal: all show that a value matters."""
    try:
        definition = validate_task_definition(document)
        return pod_template(definition, context, standalone=False), companions(definition, context.maps, "any")
    except EcsError as refused:
        return str(refused)


def _leaves(value: object, path: Path_ = ()) -> Iterator[tuple[Path_, object]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))
    else:
        yield path, value


def _shown(document: Document, path: Path_) -> str:
    """A path as conditions write it: elements of lists by name or port, else by index."""
    text, inner = "", document
    for step in path:
        inner = inner[step]  # type: ignore[index]  # the path was made from this document
        if isinstance(step, int):
            labels = (inner.get("name"), inner.get("containerPort")) if isinstance(inner, Mapping) else ()
            text += f"[{next((label for label in labels if label), step)}]"
        else:
            text += f".{step}" if text else step
    return text


def _is_named(shown: str, named: frozenset[str]) -> bool:
    """A condition on a member speaks for all that is below it."""
    return any(shown == name or shown.startswith((f"{name}.", f"{name}[")) for name in named)


def _says_nothing(document: Document, path: Path_, value: object) -> bool:
    if path[0] in KEPT:
        return True
    pattern = "".join("[]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    if pattern == HOST_PORT and document.get("networkMode") in {"awsvpc", "host"}:
        return bool(value == _mapping(document, path)["containerPort"])  # the only one there is
    return any(value == default and isinstance(value, type(default)) for default in DEFAULTS.get(pattern, ()))


def _mapping(document: Document, path: Path_) -> Mapping[str, Any]:
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    return inner  # type: ignore[no-any-return]  # a part of the document


def _without(document: Document, path: Path_) -> Document:
    shorter: Any = copy.deepcopy(document)
    inner = shorter
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return shorter  # type: ignore[no-any-return]  # a copy of the document
