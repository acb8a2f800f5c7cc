"""Real task definitions: the API server admits the Pod of each that is accepted, under the Pod Security Standards."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cluster import realdocuments
from tests.cluster.realdocuments import RealDocument
from tests.cluster.rig import wait_for
from tools.localcluster import LocalCluster
from tools.localcluster.api import ApiError

SENSIBLE_DOCUMENTS = 60  # at least so many are accepted
ENFORCE = "pod-security.kubernetes.io/enforce"


@pytest.fixture(scope="module")
def accepted() -> list[RealDocument]:
    """The complete documents that are accepted."""
    found = realdocuments.documents()
    if not found:
        pytest.skip(realdocuments.ABSENT)
    chosen = [each for each in found if not each.has_variables and not each.refusal]
    assert len(chosen) >= SENSIBLE_DOCUMENTS
    return chosen


@pytest.fixture
def admitted(cluster: LocalCluster) -> Iterator[Callable[[str, dict[str, Any]], str]]:
    """Asks the API server about a Pod in a namespace under a standard; returns why it is refused, or nothing."""
    spaces: dict[str, str] = {}

    def ask(standard: str, template: dict[str, Any]) -> str:
        if standard not in spaces:
            spaces[standard] = _namespace(cluster, standard)
        path = f"/api/v1/namespaces/{spaces[standard]}"
        account = template["spec"]["serviceAccountName"]
        if not cluster.api.answers(f"{path}/serviceaccounts/{account}"):
            cluster.api.call("POST", f"{path}/serviceaccounts", {"metadata": {"name": account}})
        pod = {"metadata": {"generateName": "asked-", **template["metadata"]}, "spec": template["spec"]}
        try:
            cluster.api.call("POST", f"{path}/pods?dryRun=All&fieldValidation=Strict", pod)
        except ApiError as refused:
            return str(refused)
        return ""

    yield ask
    for name in spaces.values():
        cluster.api.call("DELETE", f"/api/v1/namespaces/{name}")


def _namespace(cluster: LocalCluster, standard: str) -> str:
    name = f"{standard}-{secrets.token_hex(4)}"
    cluster.api.call("POST", "/api/v1/namespaces", {"metadata": {"name": name, "labels": {ENFORCE: standard}}})
    wait_for(lambda: cluster.api.answers(f"/api/v1/namespaces/{name}/serviceaccounts/default"), 30)
    return name


@pytest.mark.parametrize("standalone", [False, True], ids=["service", "task"])
def test_the_pod_of_each_is_admitted(
    accepted: list[RealDocument], admitted: Callable[[str, dict[str, Any]], str], *, standalone: bool
) -> None:
    refused = {
        each.file: why
        for each in accepted
        if (why := admitted("privileged", each.pod(restricted=False, standalone=standalone)))
    }
    assert refused == {}


def test_the_pod_of_each_that_asks_for_nothing_special_is_admitted_under_restricted(
    accepted: list[RealDocument], admitted: Callable[[str, dict[str, Any]], str], tell: Callable[[str], None]
) -> None:
    ordinary = [each for each in accepted if not each.forbidden]
    refused = {each.file: why for each in ordinary if (why := admitted("restricted", each.pod(restricted=True)))}
    assert refused == {}
    tell(
        f"real documents: {len(accepted)} Pods admitted under privileged, {len(ordinary)} of them under restricted too"
    )


def test_what_asks_for_something_special_is_not_admitted_under_restricted(
    accepted: list[RealDocument], admitted: Callable[[str, dict[str, Any]], str]
) -> None:
    special = [each for each in accepted if each.forbidden and set(each.forbidden) - {"security options", "Windows"}]
    assert special
    wrongly = [each.file for each in special if not admitted("restricted", each.pod(restricted=True))]
    assert [(file, document.forbidden) for document in special if (file := document.file) in wrongly] == []


def test_what_is_refused_is_refused_by_a_rule_of_ecs_or_by_name() -> None:
    found = [each for each in realdocuments.documents() if each.refusal]
    if not found:
        pytest.skip(realdocuments.ABSENT)
    ecs = ("ClientException", "InvalidParameterException")
    assert [each.file for each in found if each.refusal and each.refusal.code not in ecs] == []
    malformed = [each for each in realdocuments.documents() if each.malformed and each.members.get("family")]
    kept = [each.file for each in malformed if not each.refusal]
    # a null that stands for an absent member is dropped when a description is read
    assert len(kept) <= len(malformed) // 4, kept
