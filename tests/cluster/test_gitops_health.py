"""kstatus and Argo CD's health script on objects of the real API server, in every state that a service can be in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster import crd_documents, ecs
from tests.cluster.gitops import verdict, verdicts
from tests.cluster.rig import PROJECT, Kubectl, OperatorProcess, wait_for

KINDS = (
    "ecsaccount",
    "ecscluster",
    "ecstaskdefinition",
    "ecstaskdefinitionrevision",
    "ecsservice",
    "ecstask",
    "ecstaskrecord",
)
STATELESS = {"ECSAccount", "ECSTaskRecord"}

WELL = "Current Healthy"
ON_ITS_WAY = "InProgress Progressing"
FAILED = "Failed Degraded"
PULL_FAILS = ecs.kwok(waiting="ErrImagePull")


@pytest.fixture
def hasty(operator: OperatorProcess) -> Iterator[OperatorProcess]:
    """The operator gives up failing starts at once, and missing references after 4 s."""
    if operator.pid is not None:
        operator.terminate()  # gives the Lease back
    operator.start("--failed-start-seconds=1", "--missing-grace-seconds=4")
    yield operator
    operator.terminate()


def _all(kubectl: Kubectl) -> list[dict[str, Any]]:
    return [found for kind in KINDS for found in kubectl.list(kind)]


def _wait_verdict(kubectl: Kubectl, kind: str, name: str, expected: str, timeout: float = 30.0) -> dict[str, Any]:
    """Waits until both tools say what is expected; returns the object that they said it of."""

    def there() -> dict[str, Any]:
        found = kubectl.get(kind, name)
        assert verdict(found) == expected, ecs.status(found).get("conditions")
        return found

    return wait_for(there, timeout, f"{kind} {name}: {expected}")


@pytest.mark.usefixtures("crds_alone")
def test_fresh_objects_are_on_their_way_until_the_operator_has_seen_them(kubectl: Kubectl) -> None:
    documents = [ecs.account(), ecs.cluster("shop"), ecs.task_definition(), ecs.service(), ecs.task()]
    kubectl.apply([*documents, crd_documents.revision("web", 3), crd_documents.record()])
    objects = _all(kubectl)
    assert {each["kind"] for each in objects} >= STATELESS
    assert len(objects) == len(KINDS)
    for found, said in zip(objects, verdicts(objects), strict=True):
        assert str(said) == (WELL if found["kind"] in STATELESS else ON_ITS_WAY), found


@pytest.mark.usefixtures("operator")
def test_all_of_the_examples_end_well(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", str(PROJECT / "examples"))

    def all_well() -> bool:
        objects = _all(kubectl)
        bad = [
            (each["metadata"]["name"], said)
            for each, said in zip(objects, verdicts(objects), strict=True)
            if str(said) != WELL
        ]
        assert bad == []
        return len({each["kind"] for each in objects}) == len(KINDS) - 1  # nothing has stopped: no record yet

    wait_for(all_well, 60, "all is Current and Healthy")


def test_a_rollout_is_on_its_way_and_an_edit_that_nobody_has_seen_is_too(
    kubectl: Kubectl, operator: OperatorProcess
) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service(annotations=ecs.kwok(ready_delay="1h"))])
    ecs.wait_state(kubectl, "ecsservice", "web", "Reconciling DeploymentInProgress")
    assert verdict(kubectl.get("ecsservice", "web")) == ON_ITS_WAY
    _wait_verdict(kubectl, "ecstaskdefinition", "web", ON_ITS_WAY)
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"podAnnotations": None}}})
    _wait_verdict(kubectl, "ecsservice", "web", WELL)
    _wait_verdict(kubectl, "ecstaskdefinition", "web", WELL)

    operator.terminate()
    kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 2}})
    kubectl.patch("ecstaskdefinition", "web", {"spec": {"memory": "512"}})
    assert verdict(kubectl.get("ecsservice", "web")) == ON_ITS_WAY
    assert verdict(kubectl.get("ecstaskdefinition", "web")) == ON_ITS_WAY


def test_a_deployment_that_was_rolled_back_has_failed(kubectl: Kubectl, hasty: OperatorProcess) -> None:
    assert hasty.pid is not None
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service(deploymentConfiguration=breaker)])
    _wait_verdict(kubectl, "ecsservice", "web", WELL)
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"podAnnotations": PULL_FAILS}}})
    seen = ecs.sampled(
        lambda: verdict(kubectl.get("ecsservice", "web")),
        lambda: ecs.states(kubectl.get("ecsservice", "web")) == "Stalled RolledBack",
        60,
    )
    assert set(seen) <= {ON_ITS_WAY, FAILED}
    assert seen[0] == ON_ITS_WAY
    assert verdict(kubectl.get("ecsservice", "web")) == FAILED
    _wait_verdict(kubectl, "ecstaskdefinition", "web", FAILED)


@pytest.mark.usefixtures("operator")
def test_what_is_stalled_has_failed(kubectl: Kubectl) -> None:
    crooked = ecs.document("ECSTaskDefinition", "web-00000000", {"family": "Web", "containerDefinitions": []})
    crooked["spec"]["containerDefinitions"] = [ecs.container()]
    denied = ecs.container(privileged=True)
    service = ecs.service("other", taskDefinition="other")
    kubectl.apply([ecs.account(), crooked, ecs.task_definition("other", denied), service])
    _wait_verdict(kubectl, "ecstaskdefinition", "web-00000000", FAILED)
    _wait_verdict(kubectl, "ecsservice", "other", FAILED)


@pytest.mark.usefixtures("operator")
def test_a_paused_service_is_suspended(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service()])
    _wait_verdict(kubectl, "ecsservice", "web", WELL)
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"paused": True}}})
    _wait_verdict(kubectl, "ecsservice", "web", "InProgress Suspended")
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"paused": None}}})
    _wait_verdict(kubectl, "ecsservice", "web", WELL)


def test_a_missing_reference_is_on_its_way_and_then_failed_until_it_comes(
    kubectl: Kubectl, hasty: OperatorProcess
) -> None:
    assert hasty.pid is not None
    kubectl.apply([ecs.account(), ecs.service()])
    # Read once: it is on its way for 4 s.
    found = ecs.wait_state(kubectl, "ecsservice", "web", "Reconciling TaskDefinitionNotFound", 10)
    assert verdict(found) == ON_ITS_WAY
    _wait_verdict(kubectl, "ecsservice", "web", FAILED)
    kubectl.apply(ecs.task_definition())
    _wait_verdict(kubectl, "ecsservice", "web", WELL)


@pytest.mark.parametrize(("code", "expected"), [(0, WELL), (3, FAILED)])
@pytest.mark.usefixtures("operator")
def test_a_task_that_ended_is_as_its_exit_code_says(kubectl: Kubectl, code: int, expected: str) -> None:
    notes = ecs.kwok(exit_codes=json.dumps({"app": code}), exit_after="100ms")
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.task(annotations=notes)])
    _wait_verdict(kubectl, "ecstask", "job", expected)
    wait_for(lambda: kubectl.list("ecstaskrecord"), 20, "its record")
    assert verdict(kubectl.list("ecstaskrecord")[0]) == WELL


@pytest.mark.usefixtures("operator")
def test_what_is_being_deleted_is_terminating(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service()])
    _wait_verdict(kubectl, "ecsservice", "web", WELL)
    kubectl.patch("ecsservice", "web", {"metadata": {"finalizers": ["example.com/hold"]}})
    kubectl.delete("ecsservice", "web")
    assert verdicts([kubectl.get("ecsservice", "web")])[0].kstatus == "Terminating"
    kubectl.patch("ecsservice", "web", {"metadata": {"finalizers": None}})
    wait_for(lambda: kubectl.find("ecsservice", "web") is None, 20, "the end of the service")
