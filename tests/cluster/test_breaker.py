"""Deployments that fail on the real control plane: given up, rolled back, throttled, and what is left running."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for

PULL_FAILS = ecs.kwok(waiting="ErrImagePull")


@pytest.fixture(autouse=True)
def hasty(operator: OperatorProcess) -> Iterator[OperatorProcess]:
    """The operator gives up failing starts at once."""
    operator.kill()
    operator.start("--failed-start-seconds=1")
    yield operator
    operator.kill()


def _service(*, rollback: bool, desired: int = 2, **members: Any) -> ecs.Document:
    breaker = {"enable": True, "rollback": rollback}
    configuration = {"deploymentCircuitBreaker": breaker, "minimumHealthyPercent": 100, "maximumPercent": 200}
    return ecs.service("web", desired, deploymentConfiguration=configuration, **members)


def _deployments(kubectl: Kubectl) -> list[dict[str, Any]]:
    return list(ecs.status(kubectl.get("ecsservice", "web")).get("deployments", ()))


def _messages(kubectl: Kubectl) -> list[str]:
    return [each["message"] for each in ecs.status(kubectl.get("ecsservice", "web")).get("events", ())]


def _fail_at(kubectl: Kubectl, **members: Any) -> None:
    """A new deployment whose tasks cannot pull."""
    notes = PULL_FAILS | ecs.kwok(**members)
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"podAnnotations": notes}}})


def test_a_deployment_that_fails_is_rolled_back(kubectl: Kubectl, hasty: OperatorProcess) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), _service(rollback=True)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    first = _deployments(kubectl)[0]["id"]
    healthy = ecs.uids(ecs.pods(kubectl, service="web"))
    _fail_at(kubectl)
    running = ecs.sampled(
        lambda: sum(ecs.status(pod).get("phase") == "Running" for pod in ecs.pods(kubectl, service="web")),
        lambda: ecs.states(kubectl.get("ecsservice", "web")) == "Stalled RolledBack",
        60,
    )
    assert min(running) >= 2, "the tasks that ran before are not touched by a deployment that fails"
    service = kubectl.get("ecsservice", "web")
    (primary,) = ecs.status(service)["deployments"]
    assert primary["rolloutState"] == "COMPLETED"
    assert [each["outcome"] for each in ecs.status(service)["history"]] == ["COMPLETED", "FAILED", "COMPLETED"]
    failed = ecs.status(service)["history"][1]
    assert failed["reason"] == "ECS deployment circuit breaker: tasks failed to start."
    said = _messages(kubectl)
    assert f"(service web) (deployment {failed['id']}) deployment failed: tasks failed to start." in said
    assert f"(service web) rolling back to deployment {first}." in said
    pods = ecs.pods(kubectl, service="web")
    assert len(pods) == 2
    assert {pod["metadata"]["labels"]["kubecs.dev/deployment"] for pod in pods} == {primary["id"].replace("/", "-")}
    assert not healthy & ecs.uids(pods)
    records = kubectl.list("ecstaskrecord")
    stopped = [each["spec"] for each in records if each["spec"]["startedBy"] == failed["id"]]
    assert sum(each["stopCode"] == "TaskFailedToStart" for each in stopped) >= 3
    wait_for(lambda: _rollback_is_counted(kubectl, hasty), 10, "it is counted, after its status is written")
    # scaling does not try what failed again, restartedAt does
    kubectl("scale", "ecsservice/web", "--replicas=3")
    wait_for(lambda: ecs.status(kubectl.get("ecsservice", "web"))["runningCount"] == 3, 20)
    assert len(_deployments(kubectl)) == 1
    fixed = {"podAnnotations": {"play.kwok/waiting": None}, "restartedAt": "2026-01-02T03:04:05Z"}
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": fixed}})
    ecs.wait_ready(kubectl, "ecsservice", "web", timeout=60)


def _rollback_is_counted(kubectl: Kubectl, operator: OperatorProcess) -> bool:
    text = operator.metrics()
    labels = {"namespace": kubectl.namespace, "cluster": "default", "strategy": "rolling"}
    assert ecs.sample(text, "ecs_deployment_duration_seconds_count", **labels, outcome="failed") == 1
    assert ecs.sample(text, "ecs_deployment_duration_seconds_count", **labels, outcome="completed") == 1
    assert ecs.sample(text, "ecs_deployment_duration_seconds_count", **labels, outcome="rolled_back") == 1
    of_cluster = {"namespace": kubectl.namespace, "cluster": "default"}
    assert ecs.sample(text, "ecs_deployment_rollbacks_total", **of_cluster, trigger="circuit_breaker") == 1
    assert ecs.sample(text, "ecs_deployment_failed_tasks", **of_cluster, service="web") == 0
    return True


def test_a_failed_deployment_without_rollback_starts_nothing(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), _service(rollback=False)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    healthy = ecs.uids(ecs.pods(kubectl, service="web"))
    _fail_at(kubectl)
    ecs.wait_state(kubectl, "ecsservice", "web", "Stalled DeploymentFailed", 60)
    wait_for(lambda: ecs.uids(ecs.pods(kubectl, service="web")) == healthy, 20, "only what ran before is left")
    kubectl("scale", "ecsservice/web", "--replicas=5")
    ecs.wait_state(kubectl, "ecsservice", "web", "Stalled DeploymentFailed")
    assert ecs.uids(ecs.pods(kubectl, service="web")) == healthy
    assert _deployments(kubectl)[0]["rolloutState"] == "FAILED"


def test_a_first_deployment_that_fails_stays_failed(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), _service(rollback=True, annotations=PULL_FAILS)])
    ecs.wait_state(kubectl, "ecsservice", "web", "Stalled DeploymentFailed", 60)
    wait_for(lambda: not ecs.pods(kubectl, service="web"), 20, "nothing is started any more")


def test_pods_that_a_quota_refuses_fail_the_deployment(kubectl: Kubectl) -> None:
    quota = {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}
    kubectl.apply([{"apiVersion": "v1", "kind": "ResourceQuota", **quota}])
    wait_for(lambda: ecs.status(kubectl.get("resourcequota", "none")).get("hard"), 20, "the quota holds")
    kubectl.apply([ecs.account(), ecs.task_definition(), _service(rollback=True)])
    ecs.wait_state(kubectl, "ecsservice", "web", "Stalled DeploymentFailed", 60)
    assert any(
        "was unable to start a task" in message and "exceeded quota" in message for message in _messages(kubectl)
    )


def test_tasks_that_fail_again_and_again_are_started_with_gaps(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service("web", 1, annotations=PULL_FAILS)])
    text = "(service web) is unable to consistently start tasks successfully."
    wait_for(lambda: text in _messages(kubectl), 60, "it is said")
    wait_for(lambda: _deployments(kubectl)[0]["failedTasks"] >= 3, 20)
    pod = _wait_next_task(kubectl)
    # the next gap is 15 s: far longer than the three failures before it took
    seen = ecs.sampled(lambda: ecs.names(ecs.pods(kubectl, service="web")), _after(6.0), 30)
    assert {name for names in seen for name in names} == {pod["metadata"]["name"]}
    assert _deployments(kubectl)[0]["rolloutState"] == "IN_PROGRESS"


def _wait_next_task(kubectl: Kubectl) -> ecs.Document:
    """The one task that is there once the failed ones, which are recorded before, have been told to go."""

    def alone() -> ecs.Document | None:
        failed = {each["spec"]["kubernetes"]["podUID"] for each in kubectl.list("ecstaskrecord")}
        found = ecs.pods(kubectl, service="web")
        return found[0] if len(found) == 1 and ecs.uids(found).isdisjoint(failed) else None

    found = wait_for(alone, 20, "another has taken the failed one's place")
    assert found is not None
    return found


def test_tasks_that_crash_in_a_row_do_not_make_pods_in_a_row(kubectl: Kubectl) -> None:
    crashes = ecs.kwok(exit_codes='{"app": 1}', exit_after="300ms", exit_repeat="true")
    pair = (ecs.container("app"), ecs.container("side"))  # a restart in place renews only one of them
    kubectl.apply([ecs.account(), ecs.task_definition("web", *pair), ecs.service("web", 1, annotations=crashes)])
    wait_for(lambda: len(kubectl.list("ecstaskrecord")) >= 3, 60, "three tasks have ended")
    # without those that go: the second may be on its way still when the third has ended
    seen = ecs.sampled(lambda: ecs.names(ecs.pods(kubectl, service="web")), _after(8.0), 30)
    assert len({name for names in seen for name in names}) <= 2
    wait_for(lambda: len(kubectl.list("ecstaskrecord")) >= 5, 30, "each end is a task's end all the same")


@pytest.mark.parametrize("resets", [True, False])
def test_a_task_that_is_ready_sets_the_count_back(kubectl: Kubectl, hasty: OperatorProcess, resets: bool) -> None:
    hasty.kill()
    hasty.start("--failed-start-seconds=5", "--steady-seconds=60")  # ready long before the deployment has completed
    lasting = {"enable": True, "rollback": False, "thresholdConfiguration": {"type": "COUNT", "value": 50}}
    configuration = {"deploymentCircuitBreaker": lasting | {"resetOnHealthyTask": resets}}
    kubectl.apply([ecs.account(), ecs.task_definition()])
    kubectl.apply(ecs.service("web", 1, annotations=PULL_FAILS, deploymentConfiguration=configuration))
    wait_for(lambda: [each["failedTasks"] for each in _deployments(kubectl)] == [1], 60, "one has failed")
    pod = _wait_next_task(kubectl)
    kubectl.annotate("pod", pod["metadata"]["name"], waiting=None)

    def recovered() -> dict[str, Any]:
        assert ecs.condition(kubectl.get("pod", pod["metadata"]["name"]), "Ready").get("status") == "True"
        (primary,) = _deployments(kubectl)
        assert primary["runningCount"] == 1
        assert primary.get("healthyAt") or not resets
        return primary

    primary = wait_for(recovered, 20, "the next is ready")
    assert (primary["failedTasks"], primary["rolloutState"]) == (0 if resets else 1, "IN_PROGRESS")


def _after(seconds: float) -> Any:
    over = time.monotonic() + seconds
    return lambda: time.monotonic() > over
