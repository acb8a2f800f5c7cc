"""Two replicas and a Lease: one works, the other is ready to, and never do both."""

from __future__ import annotations

import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import ecs, shim
from tests.cluster.faultproxy import Answer, FaultProxy
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster

LEASE_SECONDS = 10.0  # what the operator asks for
LOOK_SECONDS = 2.4  # a standby looks at the Lease every 2 s and up to 0.4 s more
WRITES = "POST|PATCH|PUT|DELETE"
NO_LEASE = r"^(?!.*/leases).*"


@pytest.fixture
def replicas(
    cluster: LocalCluster, crds: list[str], tmp_path: Path
) -> Iterator[tuple[OperatorProcess, OperatorProcess]]:
    """Two replicas that do not run yet; what still runs in the end is killed, and its Lease forgotten."""
    assert crds
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


def _says(replica: OperatorProcess) -> str:
    """What a replica's /readyz says of it: leading or standby."""
    with urllib.request.urlopen(f"http://127.0.0.1:{replica.health_port}/readyz", timeout=5) as answer:
        return str(answer.read().decode().strip())


def _wait_leading(replica: OperatorProcess, timeout: float = 15.0) -> None:
    wait_for(lambda: _says(replica) == "leading", timeout, f"replica {replica.identity} leads")


def test_the_standby_is_warm_and_takes_over_at_once_when_the_leader_is_told_to_stop(
    cluster: LocalCluster, replicas: tuple[OperatorProcess, OperatorProcess], kubectl: Kubectl
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

    began = time.monotonic()
    assert leader.terminate() == 0
    stopped = time.monotonic()
    assert stopped - began < 5
    released = cluster.api.call("GET", _lease_path(cluster))["spec"]
    _wait_leading(standby)
    took_over = time.monotonic()

    assert released.get("holderIdentity", "") == "" or _says(standby) == "leading"
    assert took_over - stopped < LOOK_SECONDS + 1
    assert "stopping" in leader.log
    kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 2}})
    ecs.wait_ready(kubectl, "ecsservice", "web")


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
    replicas: tuple[OperatorProcess, OperatorProcess], kubectl: Kubectl
) -> None:
    leader, standby = replicas
    leader.start()
    _wait_leading(leader)
    standby.start()
    kubectl.apply([ecs.task_definition("web"), ecs.service("web", 1)])
    ecs.wait_ready(kubectl, "ecsservice", "web")

    leader.kill()
    killed = time.monotonic()
    kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 3}})  # while nobody leads
    _wait_leading(standby, 20)
    took_over = time.monotonic() - killed

    # The Lease may be up to one renewal old when its holder dies.
    assert LEASE_SECONDS - 2.5 < took_over < LEASE_SECONDS + LOOK_SECONDS + 1.5
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
        before = proxy.count(WRITES, NO_LEASE)
    finally:
        os.kill(frozen, signal.SIGCONT)
    # All that it slept through comes at once, and it must find its Lease gone first.
    assert leader.wait() == 1
    assert proxy.count(WRITES, NO_LEASE) == before
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
    short = shim.environment(tmp_path / "short", shim.SHORT_LEASE)
    leader.start(env=short, kubeconfig=proxy.kubeconfig(leader.kubeconfig))
    _wait_leading(leader)
    standby.start(env=short)
    proxy.add(Answer(503), path="/leases/", times=None)
    assert leader.wait(timeout=10) == 1
    assert _says(standby) == "standby"  # the leader gives up before its Lease runs out
    _wait_leading(standby, 10)
