"""`translate`: how long the rendering of one task definition takes, in this process."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from kubecs.ecs.errors import EcsError
from kubecs.ecs.members import members
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.validation import validate_task_definition
from kubecs.translate.pod import pod_template
from tests.cluster.corpus import CORPUS, without_nulls
from tests.perf import bodies
from tests.perf.figures import Row, Sample
from tests.unit.translate.documents import context
from tests.unit.translate.test_corpus import ANYTHING
from tests.unit.translate.verdict_documents import golden_documents

THREE_TARGET = 0.5  # ms
LARGEST_TARGET = 2.0  # ms
WARM_UP = 20
WHERE = context(maps=ANYTHING)

MEMBERS = frozenset(member.name for member in members(RegisterTaskDefinitionRequest))

Document = Mapping[str, Any]


def measure(rounds: int) -> list[Row]:
    """The pod template of a document with three containers, and of the largest that there is."""
    size, source, largest = _largest()
    what = f"pod template of {source} largest document, {size / 1024:.1f} KiB"
    return [
        Row("translate", "pod template of three containers", _timed(_three(), rounds), None, THREE_TARGET),
        Row("translate", what, _timed(largest, rounds), None, LARGEST_TARGET),
    ]


def _three() -> RegisterTaskDefinitionRequest:
    document = bodies.task_definition("any")["spec"]
    third = {
        "name": "setup",
        "image": "registry.example/setup:3",
        "memory": 64,
        "essential": False,
        "command": ["true"],
    }
    return validate_task_definition(document | {"containerDefinitions": [*document["containerDefinitions"], third]})


def _largest() -> tuple[int, str, RegisterTaskDefinitionRequest]:
    """Size in bytes, whose it is, and the document: of the corpus where that is there, else a golden one."""
    of_corpus = [_registered(json.loads(path.read_text())) for path in sorted(CORPUS.glob("taskdef/*.json"))]
    for source, documents in (("the corpus's", of_corpus), ("the golden files'", golden_documents())):
        by_size = sorted(documents, key=lambda each: len(json.dumps(each)), reverse=True)
        found = next((each for each in by_size if _is_run(each)), None)
        if found is not None:
            return len(json.dumps(found)), source, validate_task_definition(found)
    raise LookupError("no document can be rendered")


def _registered(document: Any) -> Document:
    """What was registered of a document of any shape: without what a description adds, and without nulls."""
    described = document.get("taskDefinition", document) if isinstance(document, dict) else {}
    found: Document = without_nulls({name: value for name, value in described.items() if name in MEMBERS})
    return found


def _is_run(document: Document) -> bool:
    try:
        _render(validate_task_definition(document))
    except EcsError:
        return False
    return True


def _timed(definition: RegisterTaskDefinitionRequest, rounds: int) -> Sample:
    """Milliseconds of each rendering; the first ones, which fill caches, are left out."""
    values = []
    for turn in range(WARM_UP + rounds):
        started = time.perf_counter()
        _render(definition)
        if turn >= WARM_UP:
            values.append((time.perf_counter() - started) * 1000)
    return Sample(tuple(values), "ms")


def _render(definition: RegisterTaskDefinitionRequest) -> object:
    return pod_template(definition, WHERE, standalone=False)
