"""What /healthz is for: a stuck loop, a dead watch and a worker that never comes back, each caused for real."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.cluster import ecs, shim
from tests.cluster.faultproxy import FaultProxy, Silence
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster

PROBE_SECONDS = 2.0  # timeoutSeconds of the chart's probe
NO_ANSWER = "no answer in time"

# What else takes minutes. A watch with nothing to say gives a sign of life each minute, so only one that is asked about
# can be held to five seconds.
STUCK_SOON = """
import kubecs.controllers.operator as operator

operator.STUCK_SECONDS = 2.0
"""
SILENT_SOON = """
import kubecs.controllers.operator as operator

operator.SILENT_SECONDS = 5.0
"""

# A decision about the service `trap` that never gives the event loop back: a loop without an end, or a slow library.
LOOPING = """
import threading
import kubecs.plan.service as service

_plan = service.plan_service

def _looping(snapshot, *arguments, **keywords):
    if snapshot.service["metadata"]["name"] == "trap":
        threading.Event().wait()
    return _plan(snapshot, *arguments, **keywords)

service.plan_service = _looping
"""

# A worker that waits for ever once it works on the service `trap`: a lost answer, a lock that nobody gives back.
BLOCKED = """
import asyncio
import kubecs.controllers.engine as engine

_reconcile = engine.Engine._reconcile

async def _blocked(self, item):
    if item.key.name == "trap":
        await asyncio.Event().wait()
    return await _reconcile(self, item)

engine.Engine._reconcile = _blocked
"""


def _healthz(process: OperatorProcess) -> str:
    """What the kubelet's probe gets: the page, or nothing in its time."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{process.health_port}/healthz", timeout=PROBE_SECONDS) as page:
            return str(page.read().decode().strip())
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode().strip()}"
    except OSError:
        return NO_ANSWER


def _start(process: OperatorProcess, directory: Path, lines: str, kubeconfig: Path | None = None) -> None:
    process.start(env=shim.environment(directory / "shim", lines), kubeconfig=kubeconfig)
    wait_for(lambda: ecs.sample(process.metrics(), "ecs_operator_leader") == 1, 15, "leading")


def test_a_stuck_loop_does_not_answer(own: OperatorProcess, kubectl: Kubectl, tmp_path: Path) -> None:
    _start(own, tmp_path, STUCK_SOON + LOOPING)
    wait_for(lambda: _healthz(own) == "ok", 20, "all is well")
    kubectl.apply([ecs.task_definition(), ecs.service("trap", 1)])
    wait_for(lambda: _healthz(own) == NO_ANSWER, 20, "the probe gets no answer")


def test_a_worker_that_is_blocked_is_an_illness(own: OperatorProcess, kubectl: Kubectl, tmp_path: Path) -> None:
    _start(own, tmp_path, STUCK_SOON + BLOCKED)
    wait_for(lambda: _healthz(own) == "ok", 20, "all is well")
    kubectl.apply([ecs.task_definition(), ecs.service("trap", 1), ecs.service("web", 1)])
    ecs.wait_ready(kubectl, "ecsservice", "web")  # the other workers go on
    wait_for(lambda: _healthz(own) == "503 a reconcile is stuck", 20, "the probe is told")


def test_a_dead_watch_is_an_illness(
    own: OperatorProcess, cluster: LocalCluster, kubectl: Kubectl, tmp_path: Path
) -> None:
    """Pods change all the time, so their watch alone has to give signs of life; the others have nothing to say."""
    with FaultProxy(cluster.url, cluster.certificate_authority) as proxy:
        _start(own, tmp_path, SILENT_SOON, proxy.kubeconfig(own.kubeconfig))
        kubectl.apply([ecs.task_definition(), ecs.service()])
        (service,) = ecs.wait_ready(kubectl, "ecsservice", "web")
        (pod,) = kubectl.list("pod", service["status"]["selector"])
        name = pod["metadata"]["name"]
        over = time.monotonic() + 8.0  # longer than a watch may be silent
        assert not any(ecs.sampled(lambda: _is_deaf(own, kubectl, name), lambda: time.monotonic() > over))

        proxy.add(Silence(), path=r"/pods\?.*watch=true", times=None)
        assert proxy.cut_streams()
        wait_for(lambda: _is_deaf(own, kubectl, name), 20, "the probe is told")


def _is_deaf(process: OperatorProcess, kubectl: Kubectl, pod: str) -> bool:
    """Changes a Pod, and says whether the probe is told that the watch of Pods is silent."""
    note = {"metadata": {"annotations": {"example.com/now": str(time.monotonic())}}}
    kubectl.patch("pod", pod, note)
    page = _healthz(process)
    return page.startswith("503 no sign of life") and " pods" in page
