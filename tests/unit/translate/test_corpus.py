"""Task definitions that other people wrote: each is rendered, or refused with a reason that names the member."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from kubecs.ecs.errors import EcsError
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.finding import by_condition
from kubecs.translate.hashing import canonical
from kubecs.translate.maps import (
    Device,
    EnvironmentSource,
    FileSystem,
    Maps,
    PullSecrets,
    SecretSource,
    VolumeDriver,
)
from kubecs.translate.pod import pod_template
from kubecs.translate.verdicts import findings
from tests.unit.translate.documents import context

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
LEAST_RENDERED = 0.8  # of the documents that parse
SECRETS_MANAGER, SSM = "arn:*:secretsmanager:*", "arn:*:ssm:*"
ANYTHING = Maps(
    pull_secrets=(PullSecrets("*", ("pull",)),),
    secrets=(
        SecretSource("*", "parameters"),
        SecretSource(SSM, "parameters"),
        SecretSource(SECRETS_MANAGER, "secrets"),
    ),
    environment_files=(EnvironmentSource("*", config_map="variables"),),
    file_systems=(FileSystem("*", claim="files"), FileSystem("*", access_point="*", claim="files")),
    volume_drivers=(VolumeDriver("*", "any"),),
    devices=(Device("*", "devices.example/any"),),
)


def register_inputs() -> list[str]:
    index = CORPUS / "index.tsv"
    if not index.exists():
        return []
    with index.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return [row["file"] for row in rows if "shape:register-input" in row["features"].split(",")]


def parsed(name: str) -> RegisterTaskDefinitionRequest | None:
    try:
        return RegisterTaskDefinitionRequest.model_validate(json.loads((CORPUS / name).read_text(encoding="utf-8")))
    except (ValidationError, ValueError):
        return None  # not the translator's to judge


def duplicates(items: list[dict[str, Any]], *keys: str) -> list[tuple[Any, ...]]:
    seen = [tuple(item.get(key) for key in keys) for item in items]
    return [each for each in seen if seen.count(each) > 1]


def rendered(document: RegisterTaskDefinitionRequest) -> dict[str, Any] | EcsError:
    try:
        return pod_template(document, context(maps=ANYTHING), standalone=False)
    except EcsError as refused:
        return refused


def check(template: dict[str, Any]) -> None:
    """The rules of Kubernetes' lists hold."""
    spec = template["spec"]
    assert duplicates(spec.get("volumes", []), "name") == []
    assert duplicates(spec["containers"], "name") == []
    for container in spec["containers"]:
        assert duplicates(container.get("ports", []), "containerPort", "protocol") == []
        assert duplicates(container.get("env", []), "name") == []
        assert duplicates(container.get("volumeMounts", []), "mountPath") == []


def test_the_corpus() -> None:
    names = register_inputs()
    if not names:
        pytest.skip("the corpus of other people's documents is not beside the checkout")
    documents = [document for name in names if (document := parsed(name)) is not None]
    assert len(documents) > 100
    results = [rendered(document) for document in documents]
    templates = [each for each in results if not isinstance(each, EcsError)]
    for template in templates:
        check(template)
    assert all(each.message and each.path for each in results if isinstance(each, EcsError))
    assert len(templates) / len(results) > LEAST_RENDERED
    assert canonical(results[0]) == canonical(rendered(documents[0]))
    for document in documents:
        assert all(reason and message for reason, message in by_condition(findings(document, ANYTHING)).values())
