"""The API server, by the CRD's schema and rules, and the operator's models give the same verdict on a document."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kubecs.crds.task_definition_rules import LEFT
from kubecs.translate.names import object_name
from tests.cluster.crd_documents import Refusal, document, sent
from tests.cluster.crd_task_definition_cases import TASK_DEFINITIONS
from tests.cluster.test_crd_rules import SCHEMAS, rules
from tests.unit.ecs.task_definition_cases import ACCEPTED, ALL_RULES, CASES
from tools.localcluster import LocalCluster

pytestmark = pytest.mark.usefixtures("crds_alone")


def family(members: Mapping[str, Any]) -> dict[str, Any]:
    """An ECSTaskDefinition with these members as they are."""
    return document("ECSTaskDefinition", object_name(members["family"] or "x"), {}) | {"spec": dict(members)}


def answers(cluster: LocalCluster, documents: list[dict[str, Any]]) -> list[Refusal | None]:
    """What the API server says to each document: None when it takes it."""
    cluster.api.resource("ECSTaskDefinition")  # discovered once, before the threads

    def answer(members: Mapping[str, Any]) -> Refusal | None:
        answered = sent(cluster, "default", family(members))
        return answered if isinstance(answered, Refusal) else None

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(answer, documents))


def test_what_breaks_a_rule_is_refused_unless_the_rule_is_left_to_the_operator(cluster: LocalCluster) -> None:
    refused = answers(cluster, [case.document for case in CASES])
    taken = [case for case, refusal in zip(CASES, refused, strict=True) if refusal is None]
    assert [case for case in taken if case.rule not in LEFT] == []
    assert {case.rule for case in taken} <= set(LEFT)


def test_refusals_name_a_member(cluster: LocalCluster) -> None:
    refused = answers(cluster, [case.document for case in CASES])
    unnamed = [each for each in refused if each and not any(cause.field.startswith("spec.") for cause in each.causes)]
    # What server-side apply cannot even merge is refused before the schema is looked at; its words have the path.
    assert not [each for each in unnamed if ".spec.containerDefinitions" not in each.message]


def test_every_rule_refuses_something_in_its_own_words(cluster: LocalCluster) -> None:
    refused = answers(cluster, [case.document for case in CASES])
    said = {cause.message.partition(": ")[2] for each in refused if each for cause in each.causes}
    unheard = {rule["message"] for rule in rules(SCHEMAS["ECSTaskDefinition"])} - said
    # Messages with names in them, and rules about changes and the object's name, are seen in test_crd_rules.
    assert unheard <= {case.message for case in TASK_DEFINITIONS}


def test_what_keeps_all_rules_is_taken(cluster: LocalCluster) -> None:
    refused = answers(cluster, list(ACCEPTED))
    assert [pair for pair in zip(ACCEPTED, refused, strict=True) if pair[1]] == []


def test_what_is_left_to_the_operator_is_a_rule() -> None:
    assert set(LEFT) <= {rule.statement for rule in ALL_RULES}
