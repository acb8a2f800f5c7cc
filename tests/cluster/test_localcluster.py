"""The rig itself: it comes up on conditions, plays what Pods are asked to play, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.rig import PROJECT, Kubectl
from tools import manifest
from tools.localcluster import LocalCluster
from tools.localcluster.process import start_time

WaitFor = Callable[..., Any]


def _pod(name: str, *, restart: str = "Always", containers: tuple[str, ...] = ("app",), **notes: str) -> dict[str, Any]:
    annotations = {f"play.kwok/{key.replace('_', '-')}": value for key, value in notes.items()}
    specs = [{"name": container, "image": "registry.example:5000/team/app:1.2"} for container in containers]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "annotations": annotations},
        "spec": {"restartPolicy": restart, "containers": specs},
    }


def _is(pod: dict[str, Any], condition: str = "Ready") -> bool:
    return any(c["type"] == condition and c["status"] == "True" for c in pod["status"].get("conditions", ()))


def _container(pod: dict[str, Any], name: str = "app") -> dict[str, Any]:
    statuses = pod["status"].get("containerStatuses", ())
    found: dict[str, Any] = next((entry for entry in statuses if entry["name"] == name), {})
    return found


def _waits_for(pod: dict[str, Any]) -> str | None:
    reason: str | None = _container(pod).get("state", {}).get("waiting", {}).get("reason")
    return reason


@pytest.fixture
def ready(kubectl: Kubectl, wait_for: WaitFor) -> Callable[[str], dict[str, Any]]:
    """Waits until a Pod is ready and returns it."""

    def wait(name: str) -> dict[str, Any]:
        wait_for(lambda: _is(kubectl.get("pod", name)), 15, f"{name} ready")
        return kubectl.get("pod", name)

    return wait


def test_pod_runs_with_a_realistic_status(kubectl: Kubectl, ready: Callable[[str], dict[str, Any]]) -> None:
    kubectl.apply(_pod("web"))
    pod = ready("web")
    container = _container(pod)
    assert container["containerID"].startswith("containerd://")
    assert container["imageID"].startswith("registry.example:5000/team/app@sha256:")
    assert container["started"] is True
    assert container["state"]["running"]["startedAt"]
    assert pod["status"]["podIP"].startswith("10.")


def test_gated_pod_waits_for_its_gate(kubectl: Kubectl, ready: Callable[[str], dict[str, Any]]) -> None:
    pod = _pod("gated")
    pod["spec"]["schedulingGates"] = [{"name": "kubecs.dev/recorded"}]
    kubectl.apply(pod)
    kubectl.apply(_pod("later"))
    ready("later")  # whatever would have started it has had its chance
    found = kubectl.get("pod", "gated")
    assert "nodeName" not in found["spec"]
    assert found["status"]["phase"] == "Pending"
    kubectl.patch("pod", "gated", {"spec": {"schedulingGates": None}})
    ready("gated")


def test_readiness_gate_holds_ready_back(
    kubectl: Kubectl, wait_for: WaitFor, ready: Callable[[str], dict[str, Any]]
) -> None:
    pod = _pod("behind-gate")
    pod["spec"]["readinessGates"] = [{"conditionType": "example.com/in-service"}]
    kubectl.apply(pod)
    wait_for(lambda: _is(kubectl.get("pod", "behind-gate"), "ContainersReady"), 15)
    found = kubectl.get("pod", "behind-gate")
    assert not _is(found)
    condition = {"type": "example.com/in-service", "status": "True"}
    conditions = [*found["status"]["conditions"], condition]
    kubectl.patch("pod", "behind-gate", {"status": {"conditions": conditions}}, subresource="status")
    ready("behind-gate")


def test_exit_code_shows_in_last_state_after_the_restart(
    kubectl: Kubectl, wait_for: WaitFor, ready: Callable[[str], dict[str, Any]]
) -> None:
    kubectl.apply(_pod("crash", containers=("app", "side")))
    before = ready("crash")
    kubectl.annotate("pod", "crash", exit_codes='{"app": 3}', exit_message="out of luck", ready_delay="50ms")
    wait_for(lambda: _container(kubectl.get("pod", "crash"))["restartCount"] == 1, 15)
    container = _container(ready("crash"))
    ended = container["lastState"]["terminated"]
    assert (ended["exitCode"], ended["reason"], ended["message"]) == (3, "Error", "out of luck")
    assert ended["containerID"] == _container(before)["containerID"]
    assert container["containerID"] != ended["containerID"]
    after = kubectl.get("pod", "crash")
    assert _container(after, "side")["restartCount"] == 0
    assert "play.kwok/exit-codes" not in after["metadata"]["annotations"]
    assert after["metadata"]["uid"] == before["metadata"]["uid"]


def test_standalone_pod_ends_when_all_its_containers_have(kubectl: Kubectl, wait_for: WaitFor) -> None:
    kubectl.apply(_pod("job", restart="Never", containers=("app", "side"), exit_codes='{"app": 0}', exit_after="100ms"))
    wait_for(lambda: "terminated" in _container(kubectl.get("pod", "job")).get("state", {}), 15)
    assert kubectl.get("pod", "job")["status"]["phase"] == "Running"
    # kwok takes the annotation away after it has written the status; a new one must not go with it
    wait_for(lambda: "play.kwok/exit-codes" not in kubectl.get("pod", "job")["metadata"]["annotations"], 15)
    kubectl.annotate("pod", "job", exit_codes='{"side": 137}', exit_reason="OOMKilled", exit_after=None)
    wait_for(lambda: kubectl.get("pod", "job")["status"]["phase"] == "Failed", 15)
    pod = kubectl.get("pod", "job")
    codes = {name: _container(pod, name)["state"]["terminated"]["exitCode"] for name in ("app", "side")}
    assert codes == {"app": 0, "side": 137}
    assert _container(pod, "side")["state"]["terminated"]["reason"] == "OOMKilled"


def test_repeated_exit_crashes_again_and_again(kubectl: Kubectl, wait_for: WaitFor) -> None:
    kubectl.apply(_pod("loop", exit_codes='{"app": 1}', exit_repeat="true", exit_after="50ms", restart_delay="50ms"))
    wait_for(lambda: _container(kubectl.get("pod", "loop")).get("restartCount", 0) >= 3, 15)


def test_deadline_ends_a_pod_and_keeps_the_codes_it_had(
    kubectl: Kubectl, wait_for: WaitFor, ready: Callable[[str], dict[str, Any]]
) -> None:
    kubectl.apply(_pod("limited", restart="Never", containers=("app", "side")))
    ready("limited")
    kubectl.annotate("pod", "limited", exit_codes='{"app": 7}')
    wait_for(lambda: "terminated" in _container(kubectl.get("pod", "limited"))["state"], 15)
    kubectl.patch("pod", "limited", {"spec": {"activeDeadlineSeconds": 1}})
    wait_for(lambda: kubectl.get("pod", "limited")["status"]["phase"] == "Failed", 15)
    pod = kubectl.get("pod", "limited")
    assert pod["status"]["reason"] == "DeadlineExceeded"
    assert _container(pod)["state"]["terminated"]["exitCode"] == 7
    assert _container(pod, "side")["state"]["terminated"]["exitCode"] == 143


def test_delays_and_unready_pods(kubectl: Kubectl, wait_for: WaitFor, ready: Callable[[str], dict[str, Any]]) -> None:
    pods = [_pod("slow", ready_delay="1s"), _pod("never", never_ready="true"), _pod("pull", waiting="ErrImagePull")]
    kubectl.apply(pods)
    wait_for(lambda: _container(kubectl.get("pod", "slow")).get("state", {}).get("running"), 15)
    ready("slow")
    wait_for(lambda: kubectl.get("pod", "never")["status"]["phase"] == "Running", 15)
    assert not _is(kubectl.get("pod", "never"))
    wait_for(lambda: _waits_for(kubectl.get("pod", "pull")) == "ErrImagePull", 15)
    kubectl.annotate("pod", "never", never_ready=None)
    kubectl.annotate("pod", "pull", waiting=None)
    ready("never")
    ready("pull")
    kubectl.annotate("pod", "pull", never_ready="true")
    wait_for(lambda: not _is(kubectl.get("pod", "pull")), 15)


def test_deleted_pod_ends_with_codes_before_it_goes(
    kubectl: Kubectl, wait_for: WaitFor, ready: Callable[[str], dict[str, Any]]
) -> None:
    kubectl.apply(_pod("stopped", stop_exit_code="0", stop_delay="200ms"))
    ready("stopped")
    path = kubectl.cluster.api.resource("pod").path(kubectl.namespace)
    assert kubectl.cluster.api.call("DELETE", f"{path}/stopped")["metadata"]["deletionTimestamp"]
    wait_for(lambda: kubectl.find("pod", "stopped") is None, 15)
    assert not kubectl.cluster.api.call("GET", path)["items"]


def test_operator_identity_has_only_its_own_rights(cluster: LocalCluster, wait_for: WaitFor) -> None:
    kubeconfig = cluster.operator_kubeconfig()

    def may(*question: str) -> bool:
        answer = cluster.kubectl(f"--kubeconfig={kubeconfig}", "auth", "can-i", *question, "-A", check=False)
        return answer.strip().splitlines()[-1] == "yes"

    wait_for(lambda: may("create", "pods"), 30, "its rights, which the API server reads from a cache")
    assert not may("get", "secrets")
    assert not may("create", "clusterrolebindings.rbac.authorization.k8s.io")
    assert not may("update", "ecsservices.kubecs.dev")


def test_operator_manifest_is_accepted(cluster: LocalCluster) -> None:
    cluster.operator_kubeconfig()  # the namespace must be there even for a dry run
    text = yaml.safe_dump_all(manifest.documents())
    output = cluster.kubectl("apply", "--server-side", "--dry-run=server", "-f", "-", input=text)
    assert "deployment.apps/kubecs-operator serverside-applied" in output
    assert "Warning" not in output


def test_compaction_makes_an_old_watch_fail_with_410(cluster: LocalCluster, kubectl: Kubectl) -> None:
    kubectl.apply(_config_map("before"))
    old = kubectl.get("configmap", "before")["metadata"]["resourceVersion"]
    kubectl.apply(_config_map("after"))
    cluster.compact_etcd()
    path = kubectl.cluster.api.resource("configmap").path(kubectl.namespace)
    answered = cluster.api.call_lines(f"{path}?watch=1&timeoutSeconds=10&resourceVersion={int(old) - 1}")
    assert [line["object"].get("code") for line in answered] == [410]


def _config_map(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "b"}}


def test_audit_log_names_every_write(cluster: LocalCluster, kubectl: Kubectl) -> None:
    kubectl.apply(_config_map("audited"))
    kubectl.get("configmap", "audited")
    assert cluster.audit_log is not None
    whole, _, _ = cluster.audit_log.read_bytes().rpartition(b"\n")  # others may be writing a line right now
    entries = [json.loads(line) for line in whole.splitlines()]
    mine = [entry for entry in entries if entry.get("objectRef", {}).get("namespace") == kubectl.namespace]
    assert [entry["verb"] for entry in mine if entry["objectRef"].get("name") == "audited"] == ["patch"]


_PARENT = """
import sys
from tools.localcluster import LocalCluster
with LocalCluster(nodes=1) as cluster:
    print(cluster.layout.directory, *(part.pid for part in cluster.components.values()), flush=True)
    sys.stdin.read()
"""


def test_killed_parent_leaves_no_process(wait_for: WaitFor) -> None:
    command = [sys.executable, "-c", _PARENT]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        directory, *pids = parent.stdout.readline().split()
        assert len(pids) == 5
        assert all(start_time(int(pid)) for pid in pids)
        os.kill(parent.pid, signal.SIGKILL)
    wait_for(lambda: not any(start_time(int(pid)) for pid in pids), 10, "no process left")
    assert (Path(directory) / "logs" / "etcd.log").exists()
    shutil.rmtree(directory)


def _detached(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.localcluster", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=90)


def test_detached_cluster_goes_up_down_and_up_again(tmp_path: Path) -> None:
    place = f"--dir={tmp_path / 'demo'}"
    assert _detached("status", place).returncode == 1
    for _ in range(2):
        started = _detached("up", place, "--nodes=1")
        assert started.returncode == 0, started.stderr
        kubeconfig = Path(started.stdout.partition("KUBECONFIG=")[2].strip())
        assert kubeconfig.exists()
        assert "runs in" in _detached("up", place).stderr
        assert _detached("status", place).returncode == 0
        state = json.loads((tmp_path / "demo" / "cluster.json").read_text())
        assert _detached("down", place).stdout == "ended 5 processes\n"
        assert not any(start_time(entry["pid"]) for entry in state["processes"])
        assert not kubeconfig.exists()
    assert "no cluster runs" in _detached("down", place).stdout


def test_recycled_pid_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        entry = {"name": "etcd", "pid": stranger.pid, "started": (start_time(stranger.pid) or 0) - 1}
        (tmp_path / "cluster.json").write_text(json.dumps({"processes": [entry], "kubeconfig": ""}))
        assert "no cluster runs" in _detached("down", f"--dir={tmp_path}").stdout
        assert stranger.poll() is None
        stranger.kill()


def test_components_come_back_on_the_same_ports(cluster: LocalCluster, kubectl: Kubectl, wait_for: WaitFor) -> None:
    kubectl.apply(_config_map("kept"))
    server = cluster.component("kube-apiserver")
    server.kill()
    with pytest.raises(OSError, match="refused"):
        cluster.api.call("GET", "/readyz")
    server.start()
    for name in ("etcd", "kube-controller-manager", "kube-scheduler", "kwok"):
        pid = cluster.component(name).pid
        cluster.component(name).kill()
        assert cluster.component(name).pid is None
        cluster.component(name).start()
        assert cluster.component(name).pid != pid
    wait_for(lambda: kubectl.find("configmap", "kept"), 30)
    kubectl.apply(_pod("after"))
    wait_for(lambda: _is(kubectl.get("pod", "after")), 60, "it runs, by components that have just begun")
