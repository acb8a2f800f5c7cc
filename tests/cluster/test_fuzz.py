"""Generated task definitions: the models and the API server agree on every one, and every rule is hit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from kubecs.crds.task_definition_rules import LEFT
from kubecs.ecs.errors import ClientException, EcsError
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.validation import TASK_DEFINITION_BYTES, validate_task_definition
from kubecs.translate.names import object_name
from kubecs.translate.pod import pod_template
from kubecs.translate.verdicts import findings
from tests.cluster.crd_documents import Refusal, document, refusal_of
from tests.cluster.fuzz import Document, malformed, transplanted, valid
from tests.soak import SEED, whole
from tests.unit.ecs.documents import container, definition
from tests.unit.ecs.task_definition_cases import ALL_RULES, CASES, broken_rules
from tests.unit.translate.documents import context
from tools.localcluster import LocalCluster
from tools.localcluster.api import ApiError

pytestmark = [pytest.mark.usefixtures("crds"), pytest.mark.soak, pytest.mark.timeout(3600)]

COUNT = 20_000 if whole() else 480
BATCH = 500


def generated(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """As many different examples as asked for: the same ones every time."""
    found: dict[str, Any] = {}

    @seed(SEED)
    @settings(
        max_examples=2 * count,  # of what is generated about two thirds are different
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: Any) -> None:
        found.setdefault(json.dumps(example, sort_keys=True), example)

    collect()
    assert len(found) >= count
    return list(found.values())[:count]


def asked(cluster: LocalCluster, members: Document) -> Refusal | None:
    """What the API server says to the creation of a document, without making it: None when it takes it."""
    family = members.get("family")
    name = object_name(family) if isinstance(family, str) and family else "x"
    body = document("ECSTaskDefinition", name, {}) | {"spec": members}
    path = f"{cluster.api.resource('ECSTaskDefinition').path('default')}?dryRun=All&fieldValidation=Strict"
    try:
        cluster.api.call("POST", path, body)
    except ApiError as error:
        return refusal_of(error)
    return None


def modelled(members: Document) -> ClientException | None:
    """What the models say; any other exception fails the test."""
    found = None
    try:
        validate_task_definition(members)
    except ClientException as error:
        found = error
    assert found is None or (found.message and found.path), members
    return found


def translated(members: Document) -> str:
    """The class of ECS's error that a Pod of a valid document meets; empty where there is none."""
    model = RegisterTaskDefinitionRequest.model_validate(members)
    assert all(each.member and each.message for each in findings(model))
    try:
        pod_template(model, context(), standalone=False)
    except EcsError as error:
        return type(error).__name__ if error.message else "an error without a message"
    return ""


def disagreement(members: Document, answer: Refusal | None) -> str | None:
    """How the two verdicts differ, unless the rule is one that is left to the operator."""
    error = modelled(members)
    if error is None:
        return None if answer is None else f"only the API server refuses: {answer.message}"
    if answer is not None:
        known = answer.status in (400, 422) and "spec" in answer.message
        return None if known else f"unnamed: {answer}"
    left = "bytes; at most" in error.message or broken_rules(members) <= set(LEFT)
    return None if left else f"only the models refuse: {error.path}: {error.message}"


def compared(cluster: LocalCluster, documents: list[Document]) -> Iterator[tuple[str, str]]:
    """Every disagreement, with the document."""
    cluster.api.resource("ECSTaskDefinition")  # discovered once, before the threads
    with ThreadPoolExecutor(4) as pool:
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            for members, answer in zip(batch, pool.map(lambda each: asked(cluster, each), batch), strict=True):
                if problem := disagreement(members, answer):
                    yield problem, json.dumps(members)[:2_000]


@pytest.fixture(scope="module")
def good() -> list[Document]:
    return generated(valid(), COUNT // 2)


def test_valid_documents_are_taken_by_both(
    cluster: LocalCluster, good: list[Document], tell: Callable[[str], None]
) -> None:
    assert not [each for each in good if modelled(each)]
    assert list(compared(cluster, good))[:5] == []
    tell(f"fuzz: the API server takes {len(good)} valid documents, all different")


def test_valid_documents_become_a_pod_or_a_named_error(good: list[Document], tell: Callable[[str], None]) -> None:
    outcomes = Counter(translated(each) for each in good)
    assert set(outcomes) <= {"", *(error.__name__ for error in EcsError.__subclasses__())}
    tell(f"fuzz: {outcomes.pop('')} of {len(good)} valid documents become a Pod, others {dict(outcomes)}")


def test_a_fault_is_seen_by_both_and_every_rule_is_hit(
    cluster: LocalCluster, good: list[Document], tell: Callable[[str], None]
) -> None:
    share = len(good) // 4
    faults = [transplanted(case, other) for case, other in zip(cycle(CASES), good[share:], strict=False)]
    hit = {each.rule for each in faults}
    assert hit == {rule.statement for rule in ALL_RULES}
    assert not [each.rule for each in faults if modelled(each.document) is None]
    cases = [case.document for case in CASES]
    bare = sum(each.document in cases for each in faults)
    documents = [each.document for each in faults] + generated(malformed(), share)
    assert list(compared(cluster, documents))[:5] == []
    tell(f"fuzz: {len(documents)} with one fault each hit all {len(hit)} rules; {bare} of them are the cases alone")


def _padded(size: int) -> Document:
    """A task definition of exactly so many bytes: ten containers, with values of up to 10,000 characters."""
    variables = [{"name": "V", "value": ""} for _ in range(10)]
    made = definition(*(container(f"c{number}", environment=[each]) for number, each in enumerate(variables)))
    for each in variables:
        each["value"] = "x" * min(10_000, size - _bytes(made))
    return made


def _bytes(members: Document) -> int:
    return len(json.dumps(members, separators=(",", ":")).encode())


def test_documents_of_the_greatest_size(cluster: LocalCluster) -> None:
    fits = _padded(TASK_DEFINITION_BYTES)
    assert _bytes(fits) == TASK_DEFINITION_BYTES
    assert modelled(fits) is None
    assert asked(cluster, fits) is None
    template = pod_template(
        RegisterTaskDefinitionRequest.model_validate(fits), context(service_account="default"), standalone=True
    )
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": template["metadata"] | {"name": "big"}}
    cluster.api.call("POST", "/api/v1/namespaces/default/pods?dryRun=All", pod | {"spec": template["spec"]})
    error = modelled(_padded(TASK_DEFINITION_BYTES + 1))
    assert error is not None
    assert "at most 65536" in error.message
