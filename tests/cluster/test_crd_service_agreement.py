"""The API server, by the CRD's schema and rules, and the operator's models give the same verdict on a service."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kubecs.crds.service_rules import LEFT
from tests.cluster.crd_documents import Refusal, document, sent
from tests.cluster.crd_service_cases import SERVICES
from tests.cluster.test_crd_rules import SCHEMAS, rules
from tests.unit.ecs.service_cases import ACCEPTED, ALL_RULES, CASES, Case
from tools.localcluster import LocalCluster

pytestmark = pytest.mark.usefixtures("crds")


def answers(cluster: LocalCluster, documents: list[dict[str, Any]]) -> list[Refusal | None]:
    """What the API server says to each document: None when it takes it."""
    cluster.api.resource("ECSService")  # discovered once, before the threads

    def answer(members: Mapping[str, Any]) -> Refusal | None:
        answered = sent(cluster, "default", document("ECSService", "web", {}) | {"spec": dict(members)})
        return answered if isinstance(answered, Refusal) else None

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(answer, documents))


def taken(cluster: LocalCluster) -> list[Case]:
    refused = answers(cluster, [case.document for case in CASES])
    return [case for case, refusal in zip(CASES, refused, strict=True) if refusal is None]


def test_what_breaks_a_rule_is_refused_unless_it_is_left_to_the_operator(cluster: LocalCluster) -> None:
    found = taken(cluster)
    assert [case for case in found if case.rule not in LEFT] == []
    assert {case.rule for case in found} == set(LEFT)


def test_every_rule_refuses_something_in_its_own_words(cluster: LocalCluster) -> None:
    refused = answers(cluster, [case.document for case in CASES])
    said = {cause.message.partition(": ")[2] for each in refused if each for cause in each.causes}
    unheard = {rule["message"] for rule in rules(SCHEMAS["ECSService"])} - said
    # Messages with names in them, and rules about changes and the object's name, are seen in test_crd_rules.
    assert unheard <= {case.message for case in SERVICES}


def test_refusals_name_the_member(cluster: LocalCluster) -> None:
    refused = answers(cluster, [case.document for case in CASES])
    for case, refusal in zip(CASES, refused, strict=True):
        at = {cause.field for cause in refusal.causes} if refusal else set()
        assert refusal is None or f"spec.{case.shown or case.path}" in at, case


def test_what_keeps_all_rules_is_taken(cluster: LocalCluster) -> None:
    refused = answers(cluster, list(ACCEPTED))
    assert [pair for pair in zip(ACCEPTED, refused, strict=True) if pair[1]] == []


def test_what_is_left_to_the_operator_is_a_rule() -> None:
    assert set(LEFT) <= {rule.statement for rule in ALL_RULES}
