"""The node itself: Pods run, are reached, reach the API server, and nothing of it stays when its owner is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.cluster.rig import PROJECT, Kubectl, wait_for
from tools.localcluster.process import spawn
from tools.localnode import LocalNode
from tools.localnode.cgroups import hierarchies

_HOLD = """
import time
from tools.localcluster import LocalCluster
from tools.localnode import LocalNode, Network
from tools.localnode.node import APISERVER_ARGUMENTS

with Network().entered(), LocalCluster(nodes=0, extra_apiserver_args=APISERVER_ARGUMENTS) as cluster:
    node = LocalNode(cluster)
    node.start()
    cluster.kubectl("wait", "--for=create", "serviceaccount/default")
    cluster.kubectl("run", "held", f"--image={node.image('busybox')}", "--", "sleep", "54321")
    cluster.kubectl("wait", "--for=condition=Ready", "pod/held", "--timeout=60s")
    print("held", cluster.layout.directory, flush=True)
    time.sleep(600)
"""


def test_pod_runs_and_is_reached_through_a_service(kubectl: Kubectl, node: LocalNode) -> None:
    serve = "mkdir /w; echo hello > /w/index.html; exec httpd -f -p 8080 -h /w"
    kubectl("run", "server", f"--image={node.image('busybox')}", "--expose", "--port=8080", "--", "sh", "-c", serve)
    kubectl("run", "client", f"--image={node.image('busybox')}", "--", "sleep", "600")
    kubectl("wait", "--for=condition=Ready", "pod/server", "pod/client", "--timeout=30s")
    address = kubectl.get("service", "server")["spec"]["clusterIP"]
    request = f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 {address} 8080"  # Debian's static wget crashes
    fetch = ("exec", "client", "--", "sh", "-c", request)
    wait_for(lambda: "hello" in kubectl(*fetch, check=False), 15)


def test_pod_reaches_the_api_server(kubectl: Kubectl, node: LocalNode) -> None:
    kubectl("run", "client", f"--image={node.image('busybox')}", "--", "sleep", "600")
    kubectl("wait", "--for=condition=Ready", "pod/client", "--timeout=30s")
    connect = ("exec", "client", "--", "sh", "-c", "nc -w 2 $KUBERNETES_SERVICE_HOST 443 < /dev/null && echo reached")
    wait_for(lambda: "reached" in kubectl(*connect, check=False), 15)


def test_nothing_stays_when_the_owner_is_killed(cluster: object, tmp_path: Path) -> None:  # noqa: ARG001 -- skips
    log = tmp_path / "log"
    owner = spawn([sys.executable, "-c", _HOLD], log, env=os.environ | {"PYTHONPATH": str(PROJECT)})
    try:
        wait_for(lambda: owner.poll() is not None or "held" in log.read_text(), 180)
        assert owner.poll() is None, log.read_text()
        assert _processes("sleep 54321")
        directory = log.read_text().split()[-1]
        assert _processes(directory)
    finally:
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    wait_for(lambda: not _processes("sleep 54321") and not _processes(directory), 15)
    mounts = Path("/proc/self/mounts").read_text()
    assert directory not in mounts
    group = f"kubecs-node-{owner.pid}-*"
    # only empty control groups are left, and the next start removes them
    script = "from tools.localnode.cgroups import remove_abandoned; remove_abandoned()"
    subprocess.run([sys.executable, "-c", script], cwd=PROJECT, check=True)
    roots = (*hierarchies("cgroup"), *hierarchies("cgroup2"))
    assert not [found for root in roots for found in root.glob(group)]
    subprocess.run(["rm", "-r", "--one-file-system", directory], check=True)


def _processes(text: str) -> list[str]:
    """Command lines that hold a text."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
        if text in line and '54321")' not in line:
            lines.append(line)
    return lines
