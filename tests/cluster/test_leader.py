"""Two replicas and a Lease: one works, the other is ready to, and never do both."""

from __future__ import annotations

import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import ecs, shim, taskledger
from tests.cluster.audit import AuditLog
from tests.cluster.boundsreplay import by_deployment, crossings
from tests.cluster.faultproxy import Answer, Delay, FaultProxy
from tests.cluster.podwatch import watching
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tests.soak import whole
from tools.localcluster import LocalCluster

LEASE_SECONDS = 10.0  # what the operator asks for
HAND_OVER_SECONDS = 2.0  # from SIGTERM until another one works
FAIL_OVER_SECONDS = 15.0  # from SIGKILL until another one works
CLOCKS_SECONDS = 0.1  # how far the clocks that are compared may part in a Lease's time
WRITES = "POST|PATCH|PUT|DELETE"
OBJECTS = r"^(?!.*/(leases|events)).*"  # Events tell of what was done before, also when they come late

# Gives up as soon as with the short Lease, which would run out before the leader's end, of up to 4 s, is over.
GIVES_UP_SOON = """
import kubecs.kube.lease as lease

lease.Timing.__init__.__defaults__ = (10.0, 0.5, 2.0, 0.5)  # duration, renew, give_up, look
"""


@pytest.fixture
def replicas(
    cluster: LocalCluster, crds_alone: list[str], tmp_path: Path
) -> Iterator[tuple[OperatorProcess, OperatorProcess]]:
    """Two replicas that do not run yet; what still runs in the end is killed, and its Lease forgotten."""
    assert crds_alone
    _forget_lease(cluster)
    kubeconfig = cluster.operator_kubeconfig()
    pair = OperatorProcess(kubeconfig, tmp_path, "a"), OperatorProcess(kubeconfig, tmp_path, "b")
    yield pair
    for replica in pair:
        replica.kill()
    _forget_lease(cluster)


@pytest.fixture
def proxy(cluster: LocalCluster) -> Iterator[FaultProxy]:
    with FaultProxy(cluster.url, cluster.certificate_authority) as running:
        yield running


def _lease_path(cluster: LocalCluster) -> str:
    return cluster.api.resource("Lease").path("kubecs-system", "kubecs-operator")


def _forget_lease(cluster: LocalCluster) -> None:
    if cluster.api.answers(_lease_path(cluster)):
        cluster.api.call("DELETE", _lease_path(cluster))


def _holder(cluster: LocalCluster) -> str:
    spec: dict[str, Any] = cluster.api.call("GET", _lease_path(cluster))["spec"]
    return str(spec.get("holderIdentity", ""))


def _lease_time(cluster: LocalCluster, name: str) -> datetime:
    """One of the times that its holder has written into the Lease."""
    return datetime.fromisoformat(cluster.api.call("GET", _lease_path(cluster))["spec"][name])


def _says(replica: OperatorProcess) -> str:
    """What a replica's /readyz says of it: leading or standby."""
    with urllib.request.urlopen(f"http://127.0.0.1:{replica.health_port}/readyz", timeout=5) as answer:
        return str(answer.read().decode().strip())


def _wait_leading(replica: OperatorProcess, timeout: float = 15.0) -> None:
    wait_for(lambda: _says(replica) == "leading", timeout, f"replica {replica.identity} leads")


def test_the_standby_is_warm_and_takes_over_at_once_when_the_leader_is_told_to_stop(
    cluster: LocalCluster,
    replicas: tuple[OperatorProcess, OperatorProcess],
    kubectl: Kubectl,
    record_property: Callable[[str, object], None],
) -> None:
    leader, standby = replicas
    leader.start()
    _wait_leading(leader)
    standby.start()
    assert _says(standby) == "standby"
    assert ecs.sample(standby.metrics(), "ecs_operator_leader") == 0
    kubectl.apply([ecs.task_definition("web"), ecs.service("web", 1)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    # It follows what the leader works on, and does nothing about it.
    _wait_until_cached(standby, "ecsservices", 1)
    assert "key=" not in standby.log

    assert leader.terminate() == 0
    stopped = time.monotonic()
    released = cluster.api.call("GET", _lease_path(cluster))["spec"]
    _wait_leading(standby)
    took_over = time.monotonic()

    assert released.get("holderIdentity", "") == "" or _says(standby) == "leading"
    record_property("seconds from the end to the next leader", round(took_over - stopped, 2))
    assert took_over - stopped < LEASE_SECONDS / 2, "it waited for the Lease to run out"
    assert "stopping" in leader.log
    assert "cut off" not in leader.log
    kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 2}})
    ecs.wait_ready(kubectl, "ecsservice", "web")


def test_work_goes_on_soon_after_sigterm(
    replicas: tuple[OperatorProcess, OperatorProcess],
    kubectl: Kubectl,
    record_property: Callable[[str, object], None],
) -> None:
    leader, standby = replicas
    _both_run(leader, standby, kubectl)
    ecs.wait_ready(kubectl, "ecstaskdefinition", "web")
    _wait_until_cached(standby, "ecsservices", 1)

    began = time.monotonic()
    assert leader.terminate() == 0
    kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 2}})  # nobody but the standby can act on it
    wait_for(lambda: _replicas(kubectl) == 2, 15, "the Deployment is scaled")
    took = time.monotonic() - began
    record_property("seconds from SIGTERM to work", round(took, 2))
    assert took < HAND_OVER_SECONDS


def _both_run(leader: OperatorProcess, standby: OperatorProcess, kubectl: Kubectl) -> None:
    """One leads, the other stands by, and the service web is steady."""
    leader.start()
    _wait_leading(leader)
    standby.start()
    kubectl.apply([ecs.task_definition("web"), ecs.service("web", 1)])
    ecs.wait_ready(kubectl, "ecsservice", "web")


def _replicas(kubectl: Kubectl) -> int:
    return int(ecs.deployment_of(kubectl, "web")["spec"]["replicas"])


def _wait_until_cached(replica: OperatorProcess, plural: str, count: int) -> None:
    def holds() -> bool:
        held = ecs.sample(replica.metrics(), "ecs_operator_cache_objects", resource=plural)
        return held is not None and held >= count

    wait_for(holds, 10, f"replica {replica.identity} knows {count} {plural}")


def test_the_lease_is_given_back_on_sigterm(
    cluster: LocalCluster, replicas: tuple[OperatorProcess, OperatorProcess]
) -> None:
    only, _ = replicas
    only.start()
    _wait_leading(only)
    assert _holder(cluster)
    assert only.terminate(timeout=5) == 0
    assert _holder(cluster) == ""


def test_the_standby_takes_over_from_a_leader_that_was_killed(
    cluster: LocalCluster,
    replicas: tuple[OperatorProcess, OperatorProcess],
    kubectl: Kubectl,
    record_property: Callable[[str, object], None],
) -> None:
    leader, standby = replicas
    _both_run(leader, standby, kubectl)

    leader.kill()
    killed = time.monotonic()
    renewed = _lease_time(cluster, "renewTime")
    kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 3}})  # while nobody leads
    _wait_leading(standby, 20)
    wait_for(lambda: _replicas(kubectl) == 3, 15, "the Deployment is scaled")
    works = time.monotonic() - killed
    record_property("seconds from SIGKILL to work", round(works, 2))

    assert _lease_time(cluster, "acquireTime") - renewed > timedelta(seconds=LEASE_SECONDS - CLOCKS_SECONDS)
    assert works < FAIL_OVER_SECONDS
    (service,) = ecs.wait_ready(kubectl, "ecsservice", "web")
    assert service["status"]["runningCount"] == 3


def test_a_leader_that_hung_writes_nothing_when_it_comes_back(
    replicas: tuple[OperatorProcess, OperatorProcess], proxy: FaultProxy, kubectl: Kubectl, tmp_path: Path
) -> None:
    leader, standby = replicas
    short = shim.environment(tmp_path / "short", shim.SHORT_LEASE)
    leader.start(env=short, kubeconfig=proxy.kubeconfig(leader.kubeconfig))
    _wait_leading(leader)
    standby.start(env=short)
    kubectl.apply([ecs.task_definition("web"), ecs.service("web", 1)])
    ecs.wait_ready(kubectl, "ecsservice", "web")

    frozen = leader.pid
    assert frozen is not None
    os.kill(frozen, signal.SIGSTOP)
    try:
        _wait_leading(standby)
        kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 2}})
        kubectl.apply(ecs.service("other", 1))
        ecs.wait_ready(kubectl, "ecsservice", "web", "other")
        before = proxy.count(WRITES, OBJECTS)
    finally:
        os.kill(frozen, signal.SIGCONT)
    # All that it slept through comes at once, and it must find its Lease gone first.
    assert leader.wait() == 1
    assert proxy.count(WRITES, OBJECTS) == before
    assert "another replica leads now" in leader.log
    assert _says(standby) == "leading"


def test_a_leader_whose_lease_was_taken_ends(
    cluster: LocalCluster, replicas: tuple[OperatorProcess, OperatorProcess]
) -> None:
    only, _ = replicas
    only.start()
    _wait_leading(only)
    taken = {"spec": {"holderIdentity": "somebody-else"}}
    cluster.api.call("PATCH", _lease_path(cluster), taken, "application/merge-patch+json")
    assert only.wait(timeout=10) == 1
    assert "another replica leads now" in only.log
    assert _holder(cluster) == "somebody-else"


def test_a_leader_that_cannot_renew_ends_before_others_take_over(
    replicas: tuple[OperatorProcess, OperatorProcess], proxy: FaultProxy, tmp_path: Path
) -> None:
    leader, standby = replicas
    soon = shim.environment(tmp_path / "soon", GIVES_UP_SOON)
    leader.start(env=soon, kubeconfig=proxy.kubeconfig(leader.kubeconfig))
    _wait_leading(leader)
    standby.start(env=soon)
    proxy.add(Answer(503), path="/leases/", times=None)
    assert leader.wait(timeout=10) == 1
    assert _says(standby) == "standby"  # the leader gives up before its Lease runs out
    _wait_leading(standby, 20)


# Partitions

FOR_EVER = 3600.0


def _nothing_arrives(proxy: FaultProxy) -> None:
    """What the leader sends from now on never gets to the API server, and nothing comes back."""
    proxy.add(Delay(FOR_EVER), times=None)
    proxy.hold()


def _no_answer_arrives(proxy: FaultProxy) -> None:
    """Worse: what the leader sends still takes effect, and it never learns of it."""
    proxy.hold()


@pytest.mark.parametrize("partition", [_nothing_arrives, _no_answer_arrives])
def test_of_a_leader_that_is_cut_off_and_its_successor_never_do_both_write(
    cluster: LocalCluster,
    replicas: tuple[OperatorProcess, OperatorProcess],
    proxy: FaultProxy,
    kubectl: Kubectl,
    tmp_path: Path,
    partition: Callable[[FaultProxy], None],
) -> None:
    leader, standby = replicas
    short = shim.environment(tmp_path / "short", shim.SHORT_LEASE)
    leader.start(env=short, kubeconfig=proxy.kubeconfig(leader.kubeconfig))
    _wait_leading(leader)
    standby.start(env=short)
    audit = AuditLog(cluster)
    names = [f"web-{number}" for number in range(12)]
    kubectl.apply([ecs.task_definition("web"), *(ecs.service(name, 1) for name in names)])
    wait_for(lambda: len(kubectl.list("deployment")) >= 2, 20, "work is under way")

    partition(proxy)
    _wait_leading(standby)
    assert leader.wait(timeout=10) == 1  # by itself, since it could not renew
    ecs.wait_ready(kubectl, "ecsservice", *names, timeout=60)
    ecs.wait_ready(kubectl, "ecstaskdefinition", "web")

    audit.settle(kubectl.namespace)
    written = [each for each in audit.writes(kubectl.namespace) if each.resource != "events"]
    theirs = [each.at for each in written if each.agent == proxy.agent]
    ours = [each.at for each in written if each.agent != proxy.agent]
    assert theirs
    assert ours
    assert max(theirs) < min(ours), "the one had stopped when the other began"
    # And what was written twice, since the one could not know what the other had done, is there once.
    assert len(kubectl.list("ecstaskdefinitionrevision")) == 1
    assert len(kubectl.list("controllerrevision")) == len(kubectl.list("deployment")) == len(names)
    assert len(ecs.pods(kubectl)) == len(names)


# Two leaders

BOTH_SECONDS = 15.0 if whole() else 0.0  # for at least so long both lead
COUNTS = (2, 4, 1, 3)


@pytest.mark.soak
def test_what_two_leaders_do_at_the_same_time_is_done_once(
    replicas: tuple[OperatorProcess, OperatorProcess], kubectl: Kubectl, tmp_path: Path
) -> None:
    anyway = shim.environment(tmp_path / "anyway", shim.LEADS_ANYWAY)
    for replica in replicas:
        replica.start(env=anyway)
        _wait_leading(replica)
    begun = time.monotonic()
    names = [f"web-{number}" for number in range(4)]
    tasks = [f"job-{number}" for number in range(4)]
    with watching(kubectl) as seen:
        kubectl.apply([ecs.account(), ecs.task_definition("web"), *(ecs.service(name, 2) for name in names)])
        ends = ecs.kwok(exit_codes='{"app": 3}', exit_after="300ms")
        kubectl.apply([ecs.task(name, annotations=ends) for name in tasks])
        ecs.wait_ready(kubectl, "ecsservice", *names, timeout=60)
        kubectl.apply(ecs.task_definition("web", ecs.container(image="registry.example/app:2")))
        wait_for(lambda: _all_run(kubectl, names), 60, "the new revision runs")
        rounds, taken = 0, set[str]()
        while rounds < len(COUNTS) or time.monotonic() - begun < BOTH_SECONDS:
            taken |= _disturb(kubectl, names, COUNTS[rounds % len(COUNTS)])
            rounds += 1
        kubectl.delete("ecsservice", names[0])
        wait_for(lambda: not kubectl.list("pod", ecs.selector(service=names[0])), 20, "its tasks are gone")
        ecs.wait_ready(kubectl, "ecsservice", *names[1:])
        wait_for(lambda: _stopped(kubectl, tasks), 20, "the tasks have stopped")

    assert len(kubectl.list("ecstaskdefinitionrevision")) == 2
    kept = 2 * (len(names) - 1)
    wait_for(lambda: len(kubectl.list("controllerrevision")) == kept, 20, "those of the deleted service are gone")
    runs = {
        each.uid: each.object["metadata"]["annotations"]["kubecs.dev/object"] for each in seen if each.kind == "Pod"
    }
    assert sorted(name for name in runs.values() if name in tasks) == tasks, "each ran once"
    pods = taskledger.pods_seen(seen)
    wait_for(lambda: _recorded(kubectl, pods), 20, "one record of each task that stopped")
    for course in by_deployment(seen).values():
        assert list(crossings(course, taken)) == []
    wait_for(lambda: _each_is_counted_once(replicas, kubectl), 10, "one of the two has counted each, after its record")


def _disturb(kubectl: Kubectl, names: list[str], count: int) -> set[str]:
    """A task of each service ends, another is deleted, and the services are scaled; returns the uids of the deleted."""
    deleted: set[str] = set()
    for name in names:
        found = ecs.pods(kubectl, service=name)
        kubectl.annotate("pod", found[0]["metadata"]["name"], exit_codes='{"app": 1}')
        if len(found) > 1:
            deleted.add(found[1]["metadata"]["uid"])
            kubectl.delete("pod", found[1]["metadata"]["name"])
        kubectl.patch("ecsservice", name, {"spec": {"desiredCount": count}})
    ecs.wait_ready(kubectl, "ecsservice", *names)
    return deleted


def _stopped(kubectl: Kubectl, tasks: list[str]) -> bool:
    return all(ecs.status(kubectl.get("ecstask", name)).get("lastStatus") == "STOPPED" for name in tasks)


def _recorded(kubectl: Kubectl, pods: dict[str, taskledger.SeenPod]) -> bool:
    wrong = list(taskledger.faults(pods, ecs.names(kubectl.list("ecstaskrecord"))))
    assert not wrong, wrong
    return True


def _each_is_counted_once(replicas: tuple[OperatorProcess, OperatorProcess], kubectl: Kubectl) -> bool:
    counted = sum(_counted(replica.metrics(), kubectl.namespace) for replica in replicas)
    records = len(kubectl.list("ecstaskrecord"))
    assert counted == records, f"{counted} of {records}"
    return True


def _counted(page: str, namespace: str) -> float:
    """How many stopped tasks of a namespace a replica has counted."""
    lines = [line for line in page.splitlines() if line.startswith("ecs_task_stopped_total{")]
    return sum(float(line.rpartition(" ")[2]) for line in lines if f'namespace="{namespace}"' in line)


# Rolling update of the operator


def test_a_rolling_update_of_the_operator_disturbs_no_rollout(
    cluster: LocalCluster, replicas: tuple[OperatorProcess, OperatorProcess], kubectl: Kubectl, tmp_path: Path
) -> None:
    leader, standby = replicas
    leader.start()
    _wait_leading(leader)
    standby.start()
    names = [f"web-{number}" for number in range(6)]
    slow = ecs.kwok(ready_delay="1s")
    full = {"minimumHealthyPercent": 100, "maximumPercent": 150}
    kubectl.apply(ecs.task_definition("web"))
    kubectl.apply([ecs.service(name, 4, annotations=slow, deploymentConfiguration=full) for name in names])
    ecs.wait_ready(kubectl, "ecsservice", *names, timeout=60)

    kubectl.apply(ecs.task_definition("web", ecs.container(image="registry.example/app:2")))
    wait_for(lambda: _running_new(kubectl), 20, "tasks of the new revision")
    successors = tuple(OperatorProcess(leader.kubeconfig, tmp_path, name) for name in ("c", "d"))
    try:
        for old, new in zip((standby, leader), successors, strict=True):  # as a Deployment does it: first one more
            new.start()
            assert old.terminate() == 0
        fewest = ecs.sampled(lambda: _fewest_ready(kubectl, names), lambda: _all_run(kubectl, names), 60)
        assert min(fewest) >= 4
        assert len(kubectl.list("controllerrevision")) == 2 * len(names)
        for name in names:
            deployments = ecs.status(kubectl.get("ecsservice", name))["deployments"]
            assert [each["rolloutState"] for each in deployments] == ["COMPLETED"]
    finally:
        for each in successors:
            each.terminate()
    assert _holder(cluster) == ""


def _running_new(kubectl: Kubectl) -> bool:
    return bool(ecs.pods(kubectl, family="web", revision="2"))


def _all_run(kubectl: Kubectl, names: list[str]) -> bool:
    services = [kubectl.get("ecsservice", name) for name in names]
    assert all(map(ecs.is_ready, services))
    return all(each["status"]["taskDefinition"].endswith("web:2") for each in services)


def _fewest_ready(kubectl: Kubectl, names: list[str]) -> int:
    """The fewest tasks that are ready in any of the services."""
    ready = dict.fromkeys(names, 0)
    for pod in kubectl.list("pod"):
        conditions = {each["type"]: each["status"] for each in ecs.status(pod).get("conditions", ())}
        ready[pod["metadata"]["labels"]["kubecs.dev/service"]] += conditions.get("Ready") == "True"
    return min(ready.values())
