"""Four minutes in a cluster: services start, roll out, fail and grow, tasks come and go, some find no place."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.cluster import ecs
from tests.cluster.rig import Kubectl
from tools.localcluster import LocalCluster

SPACE = "shop"
SECONDS = 240
# Nodes that kwok plays pull no images: it takes as long as a note says until a task runs.
START = ecs.kwok(start_delay="2s", ready_delay="1s")
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}

Act = Callable[[Kubectl, int], object]


def play(cluster: LocalCluster) -> None:
    """Does each act at its second, and starts a task every few seconds all along."""
    cluster.api.call("POST", "/api/v1/namespaces", {"metadata": {"name": SPACE}})
    kubectl, began = Kubectl(cluster, SPACE), time.monotonic()
    due = dict(sorted(ACTS.items()))
    for number in range(SECONDS // 4):
        for second in [each for each in due if each <= number * 4]:
            due.pop(second)(kubectl, number)
        _job(kubectl, number)
        time.sleep(max(began + (number + 1) * 4 - time.monotonic(), 0))


def _job(kubectl: Kubectl, number: int) -> None:
    """A task that works some seconds; every fifth one fails."""
    code = 1 if number % 5 == 0 else 0
    notes = START | ecs.kwok(exit_codes=f'{{"app": {code}}}', exit_after=f"{3 + number % 7 * 3}s")
    kubectl.apply(ecs.task(f"job-{number}", cluster="batch", taskDefinition="job", annotations=notes))


def _families(kubectl: Kubectl, _: int) -> None:
    kubectl.apply([ecs.account(), ecs.cluster("shop"), ecs.cluster("batch")])
    kubectl.apply([ecs.task_definition(each) for each in ("web", "api", "worker", "job")])


def _services(kubectl: Kubectl, _: int) -> None:
    for name, desired in (("web", 8), ("api", 4), ("worker", 6)):
        kubectl.apply(_service(name, desired))


def _service(name: str, desired: int, **members: Any) -> ecs.Document:
    where = "batch" if name == "worker" else "shop"
    notes = members.pop("annotations", START)
    wanted = {"taskDefinition": name, "deploymentConfiguration": BREAKER, "annotations": notes} | members
    return ecs.service(name, desired, cluster=where, **wanted)


def _released(kubectl: Kubectl, _: int) -> None:
    kubectl.apply(ecs.task_definition("web", ecs.container(image="registry.example/app:2")))


def _broken(kubectl: Kubectl, _: int) -> None:
    """A release whose image cannot be pulled; the circuit breaker rolls it back."""
    kubectl.apply(_service("api", 4, annotations=ecs.kwok(waiting="ErrImagePull")))


def _mended(kubectl: Kubectl, _: int) -> None:
    kubectl.apply(_service("api", 4))


def _grown(kubectl: Kubectl, _: int) -> None:
    kubectl.apply(_service("worker", 14))


def _too_large(kubectl: Kubectl, _: int) -> None:
    """A service whose tasks no node has room for."""
    kubectl.apply(ecs.task_definition("huge", ecs.container(cpu=262_144)))
    kubectl.apply(_service("huge", 3))


def _given_up(kubectl: Kubectl, _: int) -> None:
    kubectl.delete("ecsservice", "shop.huge")


def _shrunk(kubectl: Kubectl, _: int) -> None:
    kubectl.apply([_service("worker", 4), _service("web", 12)])


def _restarts(kubectl: Kubectl, _: int) -> None:
    """A service whose container ends with an error, again and again, and is started anew in its Pod."""
    notes = ecs.kwok(exit_codes='{"app": 1}', exit_after="10s", exit_repeat="true", restart_delay="2s")
    kubectl.apply(ecs.task_definition("flaky"))
    kubectl.apply(_service("flaky", 2, annotations=START | notes))


ACTS: Mapping[int, Act] = {
    0: _families,
    8: _services,
    52: _released,
    84: _broken,
    120: _mended,
    132: _grown,
    148: _too_large,
    100: _restarts,
    192: _given_up,
    208: _shrunk,
}
