"""Documents that people wrote, as ECSTaskDefinitions and ECSServices: what the API server takes and what it refuses."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kubecs.ecs.errors import EcsError
from kubecs.ecs.validation import validate_service, validate_task_definition
from kubecs.translate.names import cluster_name, object_name, service_object_name
from tests.cluster.crd_documents import Refusal, document, sent
from tools.localcluster import LocalCluster

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"

# What only the operator sees whole: task_definition_rules.LEFT says why.
OPERATORS_OWN = ("is used multiple times", "is already used", "should not have a cycle")

Checked = Callable[[Mapping[str, Any]], object]


@dataclass(frozen=True)
class Outcome:
    """What became of one document.

    Attributes:
        file: The document.
        features: Its features in the index.
        refusal: The API server's answer; None when it took the document.
        ecs: ECS's own refusal, as the operator words it; None when there is none.
    """

    file: str
    features: frozenset[str]
    refusal: Refusal | None
    ecs: str | None

    @property
    def invalid(self) -> bool:
        """ECS's own clients refuse it too."""
        return "fails-param-validation" in self.features

    @property
    def template(self) -> bool:
        """It holds words in place of values."""
        return "placeholders" in self.features


def rows(shape: str, folder: str) -> list[dict[str, str]]:
    if not CORPUS.exists():
        pytest.skip("the corpus of documents is not beside the checkout")
    with (CORPUS / "index.tsv").open() as index:
        found = list(csv.DictReader(index, delimiter="\t"))
    return [
        row for row in found if f"shape:{shape}" in row["features"].split(",") and row["file"].startswith(f"{folder}/")
    ]


def family(spec: Mapping[str, Any]) -> dict[str, Any]:
    return document("ECSTaskDefinition", object_name(str(spec.get("family"))), {}) | {"spec": spec}


def service(spec: Mapping[str, Any]) -> dict[str, Any]:
    name = service_object_name(cluster_name(spec.get("cluster")), str(spec.get("serviceName")))
    return document("ECSService", name, {}) | {"spec": {k: v for k, v in spec.items() if k != "clientToken"}}


def ecs_refusal(check: Checked, spec: Mapping[str, Any]) -> str | None:
    try:
        check(spec)
    except EcsError as error:
        return f"{error.path}: {error.message}"
    return None


def outcomes(
    cluster: LocalCluster,
    namespace: str,
    found: list[dict[str, str]],
    manifest: Callable[[Mapping[str, Any]], dict[str, Any]],
    check: Checked,
) -> list[Outcome]:
    cluster.api.resource("ECSService")  # discovered once, before the threads

    def outcome(row: Mapping[str, str]) -> Outcome:
        spec = json.loads((CORPUS / row["file"]).read_text())
        answer = sent(cluster, namespace, manifest(spec))
        refused = answer if isinstance(answer, Refusal) else None
        return Outcome(row["file"], frozenset(row["features"].split(",")), refused, ecs_refusal(check, spec))

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(outcome, found))


@pytest.fixture(scope="module")
def task_definitions(cluster: LocalCluster, crds: list[str]) -> list[Outcome]:
    assert crds
    return outcomes(cluster, "default", rows("register-input", "taskdef"), family, validate_task_definition)


def test_there_are_enough_documents(task_definitions: list[Outcome]) -> None:
    assert len(task_definitions) > 150
    assert len([each for each in task_definitions if each.invalid]) > 20


def test_what_ecs_clients_refuse_is_refused(task_definitions: list[Outcome]) -> None:
    assert not [each.file for each in task_definitions if each.invalid and each.refusal is None]


def test_nothing_is_refused_that_ecs_takes(task_definitions: list[Outcome]) -> None:
    stricter = [each for each in task_definitions if each.refusal and each.ecs is None]
    assert not [(each.file, each.refusal) for each in stricter]


def test_only_what_the_schema_cannot_say_is_left_to_the_operator(task_definitions: list[Outcome]) -> None:
    left = [each for each in task_definitions if each.refusal is None and each.ecs]
    assert not [each for each in left if not any(text in str(each.ecs) for text in OPERATORS_OWN)]


def test_most_documents_are_taken(task_definitions: list[Outcome]) -> None:
    whole = [each for each in task_definitions if not each.invalid and not each.template]
    templates = [each for each in task_definitions if not each.invalid and each.template]
    assert len([each for each in whole if each.refusal is None]) >= 0.8 * len(whole)
    assert len([each for each in templates if each.refusal is None]) >= 0.75 * len(templates)


def test_every_refusal_names_a_field(task_definitions: list[Outcome]) -> None:
    refused = [each.refusal for each in task_definitions if each.refusal]
    for answer in refused:
        named = [cause.field for cause in answer.causes if cause.field != "<nil>"]
        assert named or ".spec." in answer.message, answer


@pytest.mark.usefixtures("crds_alone")
def test_services_are_taken_and_refused_as_ecs_would(cluster: LocalCluster) -> None:
    found = outcomes(cluster, "default", rows("create-input", "service"), service, validate_service)
    assert len(found) > 10
    assert not [each.file for each in found if each.invalid and each.refusal is None]
    others = [each for each in found if not each.invalid and not each.template]
    # One has a shell variable for its cluster: a name that ECS, too, refuses once it looks at it.
    stricter = [each for each in others if each.refusal and each.ecs is None]
    assert not [each for each in stricter if each.refusal and "Cluster must match" not in each.refusal.message]
    assert not [each for each in others if each.refusal is None and each.ecs]
