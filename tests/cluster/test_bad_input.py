"""Bad input on the real control plane: refused at apply where the schema can, else said at once; what runs stays.

A missing reference is awaited for a while, since objects may be applied in any order.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for

pytestmark = pytest.mark.usefixtures("operator")

SECOND = 1.0
LOOSE = 3.0  # the machine of a test may be busy; what is measured on the server's clock is held to a second


def _said_within(kubectl: Kubectl, kind: str, name: str, reason: str) -> dict[str, Any]:
    """Applies nothing; waits for condition and Event of a reason, and checks when they came. Returns the object."""

    def said() -> dict[str, Any] | None:
        found = kubectl.get(kind, name)
        return found if ecs.condition(found, "Ready").get("reason") == reason else None

    obj = wait_for(said, 10, f"{kind} {name}: {reason}")
    assert obj is not None
    created = datetime.fromisoformat(obj["metadata"]["creationTimestamp"])
    since = datetime.fromisoformat(ecs.condition(obj, "Ready")["lastTransitionTime"])
    assert (since - created).total_seconds() <= SECOND + 1  # creationTimestamp has no fractions
    return obj


def _event(kubectl: Kubectl, kind: str, name: str, reason: str) -> str:
    (note,) = wait_for(lambda: ecs.event_notes(kubectl, kind, name, reason), 10, f"an Event {reason}")
    return note


@pytest.fixture
def web(kubectl: Kubectl) -> dict[str, Any]:
    """A service of two tasks, steady."""
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service(desired=2)])
    return ecs.wait_ready(kubectl, "ecsservice", "web")[0]


# Refused at apply


@pytest.mark.parametrize(
    ("document", "where"),
    [
        pytest.param(ecs.service(desiredCount=-1), "spec.desiredCount", id="below its least"),
        pytest.param(ecs.service("no spaces", taskDefinition="web"), "metadata.name", id="no name for Kubernetes"),
        pytest.param(
            ecs.document("ECSService", "other", {"serviceName": "web", "taskDefinition": "web"}),
            "metadata.name",
            id="named otherwise",
        ),
        pytest.param(ecs.service(desiredcount=1), ".spec.desiredcount: field not declared", id="misspelled"),
        pytest.param(ecs.service(schedulingStrategy="ALL"), "spec.schedulingStrategy", id="no such word"),
        pytest.param(ecs.task_definition("web", ecs.container(essential=False)), "essential", id="none essential"),
        pytest.param(ecs.document("ECSAccount", "shop", {"accountId": "1"}), "spec.accountId", id="account id"),
        pytest.param(ecs.document("ECSCluster", "a", {"clusterName": "b"}), "metadata.name", id="cluster's name"),
        pytest.param(ecs.task(count=2), "spec.count", id="more than one"),
    ],
)
def test_what_the_schema_knows_is_refused_at_apply(kubectl: Kubectl, document: dict[str, Any], where: str) -> None:
    assert where in kubectl.refused(document)
    assert kubectl.list(document["kind"]) == []


def test_a_refused_edit_changes_nothing(kubectl: Kubectl, web: dict[str, Any]) -> None:
    before = ecs.uids(kubectl.list("pod"))
    assert "spec.desiredCount" in kubectl.refused(ecs.service(desired=-2))
    assert kubectl.get("ecsservice", "web")["spec"] == web["spec"]
    assert ecs.uids(kubectl.list("pod")) == before


# Missing references


@pytest.mark.parametrize(
    ("reference", "reason"),
    [("web", "TaskDefinitionNotFound"), ("web:3", "TaskDefinitionNotFound"), ("arn:aws:ecs:x", "Invalid")],
    ids=["family", "revision", "nonsense"],
)
@pytest.mark.parametrize("kind", ["ECSService", "ECSTask"])
def test_a_missing_task_definition_is_said_within_a_second(
    kubectl: Kubectl, kind: str, reference: str, reason: str
) -> None:
    make = ecs.service if kind == "ECSService" else ecs.task
    document = make("job", taskDefinition=reference)
    expected = "InvalidTaskDefinitionReference" if reason == "Invalid" else reason
    path = kubectl.cluster.api.resource(kind).path(kubectl.namespace)
    before = time.monotonic()
    kubectl.cluster.api.call("POST", path, document)
    obj = _said_within(kubectl, kind, "job", expected)
    note = _event(kubectl, kind, "job", expected)
    assert time.monotonic() - before < LOOSE
    assert ecs.states(obj) == f"Reconciling {expected}"
    assert ecs.condition(obj, "ReferencesResolved")["status"] == "False"
    message = ecs.condition(obj, "Ready")["message"]
    assert "spec.taskDefinition" in message
    assert message in note
    assert kubectl.list("pod") == []


def test_an_unknown_cluster_is_awaited(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.task_definition(), ecs.service("a", cluster="shop"), ecs.task(cluster="shop")])
    for kind, name in (("ECSService", "shop.a"), ("ECSTask", "job")):
        obj = _said_within(kubectl, kind, name, "ClusterNotFound")
        assert "Cluster not found: shop" in ecs.condition(obj, "Ready")["message"]
        assert "shop" in _event(kubectl, kind, name, "ClusterNotFound")
    kubectl.apply(ecs.cluster("shop"))
    ecs.wait_ready(kubectl, "ecsservice", "shop.a")
    task = ecs.wait_ready(kubectl, "ecstask", "job")[0]
    assert ecs.condition(task, "ReferencesResolved") == {}


@pytest.mark.parametrize("order", ["service first", "task definition first"])
def test_objects_may_be_applied_in_any_order(kubectl: Kubectl, order: str) -> None:
    documents = [ecs.service(cluster="shop"), ecs.cluster("shop"), ecs.task_definition()]
    for document in documents if order == "service first" else reversed(documents):
        kubectl.apply(document)
    service = ecs.wait_ready(kubectl, "ecsservice", "shop.web")[0]
    assert ecs.condition(service, "ReferencesResolved") == {}
    assert ecs.status(service)["runningCount"] == 1


def test_applied_together_nothing_is_said_to_be_missing(kubectl: Kubectl) -> None:
    """A person who applies a directory sees no warning about a revision that comes a moment later."""
    kubectl.apply([ecs.task_definition(), ecs.service(), ecs.task()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    ecs.wait_ready(kubectl, "ecstask", "job")
    assert [note for note in ecs.warnings(kubectl) if "not found" in note] == []


def test_after_the_grace_it_is_stalled_until_the_missing_comes(kubectl: Kubectl, operator: OperatorProcess) -> None:
    operator.terminate()
    operator.start("--missing-grace-seconds=2")
    kubectl.apply([ecs.service(), ecs.task(), ecs.service("b", cluster="shop", taskDefinition="web:1")])
    ecs.wait_state(kubectl, "ecsservice", "web", "Reconciling TaskDefinitionNotFound")
    for kind, name, reason in (
        ("ecsservice", "web", "TaskDefinitionNotFound"),
        ("ecstask", "job", "TaskDefinitionNotFound"),
        ("ecsservice", "shop.b", "ClusterNotFound"),
    ):
        obj = ecs.wait_state(kubectl, kind, name, f"Stalled {reason}", timeout=10)
        began = datetime.fromisoformat(ecs.condition(obj, "ReferencesResolved")["lastTransitionTime"])
        stalled = datetime.fromisoformat(ecs.condition(obj, "Stalled")["lastTransitionTime"])
        assert 2 <= (stalled - began).total_seconds() < 4
    kubectl.apply([ecs.task_definition(), ecs.cluster("shop")])
    ecs.wait_ready(kubectl, "ecsservice", "web", "shop.b")
    ecs.wait_ready(kubectl, "ecstask", "job")
    operator.terminate()


# What only the operator knows


def test_an_edit_to_a_missing_task_definition_leaves_what_runs(kubectl: Kubectl, web: dict[str, Any]) -> None:
    before = ecs.uids(kubectl.list("pod"))
    kubectl.patch("ecsservice", "web", {"spec": {"taskDefinition": "web:9", "desiredCount": 5}})
    service = ecs.wait_state(kubectl, "ecsservice", "web", "Reconciling TaskDefinitionNotFound")
    status = ecs.status(service)
    assert (status["runningCount"], status["taskDefinition"]) == (2, ecs.status(web)["taskDefinition"])
    assert status["events"][0]["message"].startswith(
        "(service web) was unable to deploy: TaskDefinition not found: web:9"
    )
    assert ecs.condition(service, "Available")["status"] == "False"  # 5 are wanted
    assert ecs.uids(kubectl.list("pod")) == before
    kubectl.patch("ecsservice", "web", {"spec": {"taskDefinition": "web", "desiredCount": 2}})
    ecs.wait_ready(kubectl, "ecsservice", "web")
    assert ecs.uids(kubectl.list("pod")) == before


NOT_ALLOWED = {
    "privileged": (ecs.task_definition("web", ecs.container(privileged=True)), {"privileged": True}),
    "hostNetwork": (ecs.task_definition("web", networkMode="host"), {"hostNetwork": True}),
    "hostVolumes": (
        ecs.task_definition("web", volumes=[{"name": "v", "host": {"sourcePath": "/var/lib/shop/a"}}]),
        {"hostVolumes": ["/var/lib/shop"]},
    ),
}


@pytest.mark.parametrize("use", sorted(NOT_ALLOWED))
def test_what_the_account_does_not_allow(kubectl: Kubectl, use: str) -> None:
    document, allow = NOT_ALLOWED[use]
    kubectl.apply([ecs.account(), document, ecs.service(), ecs.task()])
    service = ecs.wait_state(kubectl, "ecsservice", "web", "Stalled NotAllowed")
    message = ecs.condition(service, "Ready")["message"]
    assert f"spec.allow.{use}" in message
    task = ecs.wait_state(kubectl, "ecstask", "job", "Stalled NotAllowed")
    assert ecs.condition(task, "Ready")["message"] == message
    assert _event(kubectl, "ECSTask", "job", "NotAllowed") == message
    assert kubectl.list("pod") == []
    kubectl.apply(ecs.account(allow=allow))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    ecs.wait_ready(kubectl, "ecstask", "job")


def test_a_bad_edit_of_a_family_leaves_what_runs(kubectl: Kubectl, web: dict[str, Any]) -> None:
    before = ecs.uids(kubectl.list("pod"))
    kubectl.apply(ecs.task_definition("web", ecs.container(privileged=True)))
    service = ecs.wait_state(kubectl, "ecsservice", "web", "Stalled NotAllowed")
    assert ecs.status(service)["taskDefinition"] == ecs.status(web)["taskDefinition"]
    assert ecs.status(service)["runningCount"] == 2
    assert ecs.uids(kubectl.list("pod")) == before
    kubectl.apply(ecs.task_definition())
    # The service is Ready for a moment before the edit is registered: nothing but web:1 is asked of it then.
    ecs.wait_ready(kubectl, "ecstaskdefinition", "web")
    service = kubectl.get("ecsservice", "web")
    assert ecs.is_ready(service)
    assert ecs.status(service)["taskDefinition"].endswith("web:3")


def test_a_digest_in_a_name_is_checked(kubectl: Kubectl) -> None:
    """CEL cannot compute SHA-256, so it lets any 8 digits pass."""
    spec = {"serviceName": "My_Web", "taskDefinition": "web"}
    kubectl.apply([ecs.task_definition(), ecs.document("ECSService", "my-web-00000000", spec)])
    service = ecs.wait_state(kubectl, "ecsservice", "my-web-00000000", "Stalled NameMismatch")
    message = ecs.condition(service, "Ready")["message"]
    assert _event(kubectl, "ECSService", "my-web-00000000", "NameMismatch").endswith(message)
    assert kubectl.list("pod") == []
    name = message.partition("must be named ")[2].partition(",")[0]
    kubectl.apply(ecs.document("ECSService", name, spec))
    ecs.wait_ready(kubectl, "ecsservice", name)
    kubectl.apply(ecs.document("ECSCluster", "my-shop-00000000", {"clusterName": "My_Shop"}))
    ecs.wait_state(kubectl, "ecscluster", "my-shop-00000000", "Stalled NameMismatch")


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"deploymentController": {"type": "EXTERNAL"}, "taskDefinition": None}, "DeploymentControllerNotAvailable"),
        (
            {
                "deploymentConfiguration": {"strategy": "BLUE_GREEN"},
                "serviceConnectConfiguration": {"enabled": True},
            },
            "DeploymentStrategyNotAvailable",
        ),
    ],
    ids=["external", "blue-green"],
)
def test_what_is_not_available_yet_is_named(kubectl: Kubectl, members: dict[str, Any], reason: str) -> None:
    document = ecs.service(**members)
    document["spec"] = {name: value for name, value in document["spec"].items() if value is not None}
    kubectl.apply([ecs.task_definition(), document])
    service = ecs.wait_state(kubectl, "ecsservice", "web", f"Stalled {reason}")
    assert next(iter(members)) in ecs.condition(service, "Ready")["message"]
    assert kubectl.list("deployment") == []


def test_members_of_a_service_without_effect_are_named(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.task_definition(), ecs.service(propagateTags="SERVICE")])
    service = ecs.wait_ready(kubectl, "ecsservice", "web")[0]
    assert "propagateTags" in ecs.condition(service, "NotTranslated")["message"]
    assert "propagateTags" in _event(kubectl, "ECSService", "web", "NotTranslated")


# What the API server refuses the operator


def _wait_refused(kubectl: Kubectl, words: str) -> None:
    """Waits until the API server, which reads policies and quotas from a cache of its own, refuses a Pod."""
    ask = ("run", "asked", "--image=registry.example/app:1", "--dry-run=server")
    wait_for(lambda: words in kubectl(*ask, check=False), 20, f"{words} of a Pod")


def test_pods_that_a_policy_refuses_are_said_of_service_and_task(kubectl: Kubectl) -> None:
    kubectl("label", f"namespace/{kubectl.namespace}", "pod-security.kubernetes.io/enforce=restricted")
    _wait_refused(kubectl, 'violates PodSecurity "restricted')
    kubectl.apply([ecs.task_definition(), ecs.service(), ecs.task()])
    task = ecs.wait_state(kubectl, "ecstask", "job", "Stalled KubernetesForbidden")
    assert 'violates PodSecurity "restricted' in ecs.condition(task, "Ready")["message"]
    assert "PodSecurity" in _event(kubectl, "ECSTask", "job", "KubernetesForbidden")

    service = ecs.wait_state(kubectl, "ecsservice", "web", "Reconciling TasksRefused")
    assert 'violates PodSecurity "restricted' in ecs.condition(service, "Ready")["message"]
    assert ecs.status(service)["runningCount"] == 0
    assert "was unable to start a task" in _event(kubectl, "ECSService", "web", "TasksRefused")
    said = [each["message"] for each in ecs.status(service)["events"]]
    assert sum("PodSecurity" in message for message in said) == 1
    kubectl("label", f"namespace/{kubectl.namespace}", "pod-security.kubernetes.io/enforce-")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    ecs.wait_ready(kubectl, "ecstask", "job", timeout=60)


def test_a_quota_is_said_and_when_it_is_lifted_the_task_runs(kubectl: Kubectl) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}
    kubectl.apply([quota, ecs.task_definition()])
    _wait_refused(kubectl, "exceeded quota")
    kubectl.apply(ecs.task())
    task = ecs.wait_state(kubectl, "ecstask", "job", "Stalled KubernetesForbidden")
    assert "exceeded quota" in ecs.condition(task, "Ready")["message"]
    kubectl.delete("resourcequota", "none")
    ecs.wait_ready(kubectl, "ecstask", "job", timeout=60)
