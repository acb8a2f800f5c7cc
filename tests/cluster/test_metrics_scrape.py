"""The operator's metrics on the real control plane: what a scrape says when things happen, and when they have gone."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.promtool import NoPromtoolError, ensure_promtool

STOPS = ("user_initiated", "service_scheduler_initiated", "essential_container_exited", "task_failed_to_start")


class Scrapes:
    """Samples of the test's namespace. A series that is not there reads as None, and as 0 from `count`."""

    def __init__(self, operator: OperatorProcess, namespace: str) -> None:
        self.operator = operator
        self.namespace = namespace

    def __call__(self, name: str, **labels: str) -> float | None:
        return ecs.sample(self.operator.metrics(), name, namespace=self.namespace, **labels)

    def count(self, name: str, **labels: str) -> float:
        return self(name, **labels) or 0.0

    def of_service(self, name: str, service: str = "web", cluster: str = "default", **labels: str) -> float | None:
        return self(f"ecs_service_{name}", cluster=cluster, service=service, **labels)

    def started(self, origin: str, cluster: str = "default") -> float:
        """How many starts were measured."""
        labels = {"cluster": cluster, "launch_type": "ec2", "origin": origin}
        return self.count("ecs_task_start_duration_seconds_count", **labels)

    def stopped(self) -> dict[str, float]:
        """Stop code to count, without zeros."""
        counts = {code: self.count("ecs_task_stopped_total", cluster="default", stop_code=code) for code in STOPS}
        return {code: count for code, count in counts.items() if count}

    def deployments(self, outcome: str) -> float:
        labels = {"cluster": "default", "strategy": "rolling", "outcome": outcome}
        return self.count("ecs_deployment_duration_seconds_count", **labels)

    def running(self) -> float | None:
        """Tasks of the cluster `default`, counted anew at each scrape."""
        return self("ecs_cluster_tasks", cluster="default", launch_type="ec2", status="running")

    def lines(self) -> list[str]:
        """All series that name the namespace."""
        return [line for line in self.operator.metrics().splitlines() if f'namespace="{self.namespace}"' in line]


@pytest.fixture
def scrape(operator: OperatorProcess, namespace: str) -> Scrapes:
    return Scrapes(operator, namespace)


@pytest.fixture
def web(kubectl: Kubectl, scrape: Scrapes) -> dict[str, Any]:
    """A service of two tasks, steady, as the metrics have it too."""
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service(desired=2)])
    service = ecs.wait_ready(kubectl, "ecsservice", "web")[0]
    wait_for(lambda: scrape.of_service("condition", condition="Ready", status="true") == 1, 5)
    return service


@pytest.mark.usefixtures("web")
def test_promtool_has_nothing_to_say_about_a_scrape(kubectl: Kubectl, operator: OperatorProcess) -> None:
    try:
        promtool = ensure_promtool()
    except NoPromtoolError as missing:
        pytest.skip(str(missing))
    kubectl.apply(ecs.task(annotations=ecs.kwok(exit_codes='{"app": 3}', exit_after="100ms")))
    wait_for(lambda: "ecs_task_stopped_total{" in operator.metrics(), 20, "a stop")
    page = operator.metrics()
    for name in ("ecs_task_stopped_total{", "ecs_task_start_duration_seconds_bucket{", "ecs_cluster_tasks{"):
        assert name in page
    done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_gauges_of_a_service_follow_it(kubectl: Kubectl, scrape: Scrapes, web: dict[str, Any]) -> None:
    info = {"launch_type": "ec2", "scheduling_strategy": "replica"}
    assert scrape.of_service("info", task_definition="web:1", **info) == 1
    assert scrape.of_service("desired_tasks") == 2
    assert scrape.of_service("pending_tasks") == 0
    assert scrape.of_service("deployments", status="primary") == 1
    assert scrape.of_service("deployments", status="active") == 0
    assert scrape.of_service("condition", condition="Ready", status="true") == 1
    assert scrape.of_service("condition", condition="Ready", status="false") == 0
    generation = web["metadata"]["generation"]
    assert scrape.of_service("generation") == scrape.of_service("observed_generation") == generation
    kubectl.apply(ecs.service(desired=2, annotations=ecs.kwok(waiting="ImagePullBackOff")))
    wait_for(lambda: scrape.of_service("pending_tasks") == 2, 15, "the tasks of the new deployment")
    assert scrape.of_service("desired_tasks") == scrape.of_service("running_tasks") == 2  # none of the old goes
    wait_for(lambda: scrape.of_service("deployments", status="active") == 1, 5)
    assert scrape.of_service("condition", condition="Ready", status="false") == 1
    assert scrape.of_service("observed_generation") == scrape.of_service("generation") == generation + 1


def test_tasks_of_a_cluster_by_status(kubectl: Kubectl, scrape: Scrapes, web: dict[str, Any]) -> None:
    assert ecs.is_ready(web)
    running = {"cluster": "default", "launch_type": "ec2", "status": "running"}
    kubectl.apply([ecs.task(), ecs.task("waits", annotations=ecs.kwok(waiting="ImagePullBackOff"))])
    wait_for(lambda: scrape("ecs_cluster_tasks", **running) == 3, 15, "two tasks of the service and one on its own")
    wait_for(lambda: scrape("ecs_cluster_tasks", **running | {"status": "pending"}) == 1, 15)
    assert scrape("ecs_cluster_tasks", **running | {"status": "deprovisioning"}) == 0
    assert scrape("ecs_cluster_tasks", **running | {"launch_type": "fargate"}) == 0
    assert scrape("ecs_cluster_container_instances", cluster="default", status="active") == kubectl.cluster.nodes
    kubectl.delete("ecstask", "job")
    wait_for(lambda: scrape("ecs_cluster_tasks", **running) == 2, 15)


def test_tasks_without_a_node_say_what_they_wait_for(kubectl: Kubectl, scrape: Scrapes) -> None:
    kubectl.apply([ecs.account(), ecs.task_definition("web", ecs.container(cpu=262_144)), ecs.task()])
    unplaced = {"cluster": "default", "reason": "resource_cpu"}
    wait_for(lambda: scrape("ecs_cluster_unplaced_tasks", **unplaced) == 1, 15)
    assert scrape("ecs_cluster_unplaced_tasks", **unplaced | {"reason": "resource_memory"}) == 0
    wait_for(lambda: scrape.count("ecs_cluster_oldest_pending_task_age_seconds", cluster="default") >= 1, 5)
    kubectl.delete("ecstask", "job")
    wait_for(lambda: not scrape("ecs_cluster_unplaced_tasks", **unplaced), 15)


def test_answers_of_the_scheduler_are_counted_once(kubectl: Kubectl, scrape: Scrapes, web: dict[str, Any]) -> None:
    assert ecs.is_ready(web)
    attempts, failures = "ecs_task_placement_attempts_total", "ecs_task_placement_failures_total"
    where = {"cluster": "default"}
    assert scrape(attempts, result="placed", **where) == 2
    assert scrape(attempts, result="failed", **where) is None
    kubectl.apply([ecs.task_definition("huge", ecs.container(cpu=262_144)), ecs.task("huge", taskDefinition="huge")])
    wait_for(lambda: scrape(failures, reason="resource_cpu", **where) == 1, 15)
    kubectl.apply(ecs.task())
    ecs.wait_ready(kubectl, "ecstask", "job")
    assert scrape(attempts, result="placed", **where) == 3
    assert scrape(attempts, result="failed", **where) == 1


def test_the_phases_of_a_task_are_measured_once(kubectl: Kubectl, scrape: Scrapes, web: dict[str, Any]) -> None:
    assert ecs.is_ready(web)

    def phases(measure: str) -> list[float]:
        name = f"ecs_task_phase_duration_seconds_{measure}"
        common = {"cluster": "default", "launch_type": "ec2"}
        shown = ("provisioning", "pending", "stopping", "deprovisioning")
        return [scrape.count(name, phase=phase, **common) for phase in shown]

    assert phases("count") == [2, 2, 0, 0]
    kubectl.apply(ecs.task(annotations=ecs.kwok(ready_delay="2s")))
    ecs.wait_ready(kubectl, "ecstask", "job")
    assert phases("count") == [3, 3, 0, 0]
    assert 0 <= sum(phases("sum")[:2]) < 30
    kubectl("scale", "ecsservice/web", "--replicas=1")
    wait_for(lambda: phases("count") == [3, 3, 1, 1], 15, "the task that went")


def test_a_child_that_somebody_deletes_is_counted_when_it_is_back(
    kubectl: Kubectl, operator: OperatorProcess, web: dict[str, Any]
) -> None:
    assert ecs.is_ready(web)

    def again(kind: str) -> float:
        return ecs.sample(operator.metrics(), "ecs_operator_child_recreations_total", kind=kind) or 0.0

    before = {kind: again(kind) for kind in ("Deployment", "PodDisruptionBudget")}
    name = ecs.deployment_of(kubectl, "web")["metadata"]["name"]
    for kind, count in before.items():
        kubectl.delete(kind.lower(), name)
        wait_for(lambda kind=kind, count=count: again(kind) == count + 1, 15, f"the {kind} is back")
        ecs.wait_ready(kubectl, "ecsservice", "web")
    assert {kind: again(kind) for kind in before} == {kind: count + 1 for kind, count in before.items()}


def test_the_start_of_a_task_is_measured_once(kubectl: Kubectl, scrape: Scrapes, web: dict[str, Any]) -> None:
    assert ecs.is_ready(web)
    began = time.monotonic()
    kubectl.apply(ecs.task())
    ecs.wait_ready(kubectl, "ecstask", "job")
    wait_for(lambda: scrape.started("run_task") == 1, 5)
    took = time.monotonic() - began
    assert scrape.started("service") == 2
    (pod, _) = ecs.pods(kubectl, service="web")
    kubectl.annotate("pod", pod["metadata"]["name"], exit_codes='{"app": 1}')
    wait_for(lambda: kubectl.list("ecstaskrecord"), 15)  # its restart is the next task of the same Pod, no start
    kubectl("annotate", "ecstask/job", "example.com/touched=true")
    kubectl("scale", "ecsservice/web", "--replicas=3")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    assert (scrape.started("run_task"), scrape.started("service")) == (1, 3)
    where = {"cluster": "default", "launch_type": "ec2"}
    longest = scrape.count("ecs_task_start_duration_seconds_sum", origin="run_task", **where)
    assert 0 <= longest <= took + 1  # the time of its creation is in whole seconds


def test_stops_are_counted_by_their_code(kubectl: Kubectl, scrape: Scrapes, web: dict[str, Any]) -> None:
    assert ecs.is_ready(web)
    assert scrape.stopped() == {}
    kubectl.delete("pod", ecs.pods(kubectl, service="web")[0]["metadata"]["name"])
    wait_for(lambda: scrape.stopped() == {"user_initiated": 1}, 15)
    wait_for(lambda: scrape.running() == 2, 15, "its replacement")  # the status may still tell of the time before
    kubectl("scale", "ecsservice/web", "--replicas=1")
    wait_for(lambda: scrape.stopped() == {"user_initiated": 1, "service_scheduler_initiated": 1}, 15)
    ecs.wait_ready(kubectl, "ecsservice", "web")
    (pod,) = ecs.pods(kubectl, service="web")
    kubectl.annotate("pod", pod["metadata"]["name"], exit_codes=json.dumps({"app": 2}))
    kubectl.apply(ecs.task(annotations=ecs.kwok(exit_codes='{"app": 0}', exit_after="100ms")))
    expected = {"user_initiated": 1, "service_scheduler_initiated": 1, "essential_container_exited": 2}
    wait_for(lambda: scrape.stopped() == expected, 15, f"{scrape.stopped()} becomes {expected}")
    assert sum(expected.values()) == len(kubectl.list("ecstaskrecord"))
    assert scrape.count("ecs_task_container_restarts_total", cluster="default") == 1
    kubectl.delete("ecstask", "job")  # its Pod goes, long recorded
    wait_for(lambda: len(kubectl.list("pod")) == 1, 15)
    kubectl.delete("ecsservice", "web")
    wait_for(lambda: scrape.stopped() == expected | {"service_scheduler_initiated": 2}, 15)


def test_deployments_are_measured_once_when_they_end(kubectl: Kubectl, scrape: Scrapes, web: dict[str, Any]) -> None:
    assert ecs.is_ready(web)
    wait_for(lambda: (scrape.deployments("completed"), scrape.deployments("superseded")) == (1, 0), 5)
    kubectl("scale", "ecsservice/web", "--replicas=3")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    kubectl.apply(ecs.service(desired=3, annotations=ecs.kwok(waiting="ImagePullBackOff")))
    wait_for(lambda: scrape.of_service("deployments", status="active") == 1, 15, "a deployment that does not end")
    kubectl.apply(ecs.service(desired=3, annotations=ecs.kwok(ready_delay="100ms")))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    wait_for(lambda: (scrape.deployments("completed"), scrape.deployments("superseded")) == (2, 1), 5)


def test_series_go_with_their_objects(kubectl: Kubectl, scrape: Scrapes, web: dict[str, Any]) -> None:
    assert ecs.is_ready(web)
    kubectl.apply([ecs.cluster("shop"), ecs.service("b", cluster="shop")])
    ecs.wait_ready(kubectl, "ecsservice", "shop.b")
    wait_for(lambda: scrape.of_service("running_tasks", "b", "shop") == 1, 5)
    kubectl.delete("ecsservice", "shop.b")
    wait_for(lambda: not [line for line in scrape.lines() if 'service="b"' in line], 15, "no series of b")
    assert scrape.of_service("running_tasks") == 2
    wait_for(lambda: scrape("ecs_cluster_tasks", cluster="shop", status="running", launch_type="ec2") == 0, 15)
    kubectl.delete("ecscluster", "shop")
    wait_for(lambda: not [line for line in scrape.lines() if _is_state(line) and 'cluster="shop"' in line], 15)
    kubectl.delete("ecsservice", "web")
    wait_for(lambda: not list(filter(_is_state, scrape.lines())), 20, "no series of the namespace")


def _is_state(line: str) -> bool:
    """A gauge of what is there now; counters and histograms tell what has happened, and stay."""
    return line.startswith(("ecs_service_", "ecs_cluster_"))


def test_the_operator_tells_of_itself(kubectl: Kubectl, operator: OperatorProcess) -> None:
    wait_for(lambda: ecs.sample(operator.metrics(), "ecs_operator_leader") == 1, 15, "leading")
    page = operator.metrics()
    assert ecs.sample(page, "ecs_operator_ready") == 1
    assert ecs.sample(page, "ecs_operator_cache_objects", resource="nodes") == 5
    heard = "ecs_operator_watch_events_total"
    kubectl.apply(ecs.cluster("first"))  # once it is answered, the watches of our own kinds are open
    ecs.wait_ready(kubectl, "ecscluster", "first")
    page = operator.metrics()
    before = ecs.sample(page, heard, resource="ecsclusters", type="added") or 0
    kubectl.apply(ecs.cluster("heard"))
    wait_for(lambda: ecs.sample(operator.metrics(), heard, resource="ecsclusters", type="added") == before + 1, 10)
    wait_for(lambda: ecs.sample(operator.metrics(), heard, resource="ecsclusters", type="modified"), 10, "its status")
    sent = [line for line in page.splitlines() if line.startswith("ecs_operator_kube_requests_total{")]
    assert any('verb="list"' in line and 'resource="pods"' in line and 'code="200"' in line for line in sent)
