"""Documents that people wrote: what ECS accepts is accepted, what it refuses is refused, for a reason that is known."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kubecs.ecs import model
from kubecs.ecs.base import Shape
from kubecs.ecs.errors import ClientException, EcsError
from kubecs.ecs.structure import check_bounds, read
from kubecs.ecs.validation import validate_cluster, validate_run_task, validate_service, validate_task_definition

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
INPUTS = {"shape:register-input", "shape:create-input", "shape:run-input"}

VALIDATORS: Mapping[str, tuple[type[Shape], Callable[[Mapping[str, Any]], Shape]]] = {
    "taskdef": (model.RegisterTaskDefinitionRequest, validate_task_definition),
    "service": (model.CreateServiceRequest, validate_service),
    "runtask": (model.RunTaskRequest, validate_run_task),
    "cluster": (model.CreateClusterRequest, validate_cluster),
}

# Templates whose gaps sit where only a real value can be: bounds and enums may refuse these, and nothing else.
GAPS = {
    "family": "a variable of the template stands for the name, or nothing does",
    "networkMode": "a variable of the template stands for the mode",
    "pidMode": "ecspresso writes an unset enum as an empty string and never sends it",
    "containerDefinitions[0].versionConsistency": "the same",
}

# What the real service refuses although the parameters are well formed, and how many documents of the corpus do it.
REFUSED = {
    "At least one of 'memory' or 'memoryReservation' must be specified.": 3,
    "Container.image should not be null or empty.": 2,
    "Fargate requires task definition to have execution role ARN": 5,
    "Log driver awslogs requires options: awslogs-region": 2,
    "Unknown volume 'fsx-windows-dir'": 1,
    "When networkMode=awsvpc, the host ports and container ports": 2,
    "does not support placement strategies.": 1,
}


@dataclass(frozen=True)
class Sample:
    file: str
    features: frozenset[str]

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((CORPUS / self.file).read_text())
        return document

    @property
    def refused(self) -> bool:
        return "fails-param-validation" in self.features


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    index = CORPUS / "index.tsv"
    if not index.exists():
        pytest.skip("the corpus of ECS documents is not beside this checkout")
    with index.open() as lines:
        rows = [
            Sample(row["file"], frozenset(row["features"].split(","))) for row in csv.DictReader(lines, delimiter="\t")
        ]
    return [sample for sample in rows if sample.features & INPUTS]


def error_of(action: Callable[[], object]) -> EcsError | None:
    try:
        action()
    except EcsError as error:
        return error
    return None


def validate(sample: Sample) -> EcsError | None:
    _, validator = VALIDATORS[sample.file.split("/")[0]]
    return error_of(lambda: validator(sample.document))


def test_bounds_refuse_nothing_that_people_run(samples: list[Sample]) -> None:
    checked = 0
    for sample in samples:
        if sample.refused:
            continue
        shape, _ = VALIDATORS[sample.file.split("/")[0]]
        error = error_of(lambda: check_bounds(read(shape, sample.document, ClientException), ClientException))  # noqa: B023  called at once
        assert error is None or error.path in GAPS, f"{sample.file}: {error}"
        checked += 1
    assert checked > 100


def test_malformed_documents_are_refused(samples: list[Sample]) -> None:
    malformed = [sample for sample in samples if sample.refused]
    assert [sample.file for sample in malformed if validate(sample) is None] == []
    assert len(malformed) > 20


def test_well_formed_documents_are_accepted_or_refused_as_ecs_does(samples: list[Sample]) -> None:
    reasons: Counter[str] = Counter()
    for sample in samples:
        error = None if sample.refused else validate(sample)
        if error is not None and error.path not in GAPS:
            reasons[next((reason for reason in REFUSED if reason in error.message), f"{sample.file}: {error}")] += 1
    assert reasons == REFUSED
