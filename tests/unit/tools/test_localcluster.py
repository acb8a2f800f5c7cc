"""The parts of the local cluster that need no cluster: certificates, processes, arguments, the played Pods."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import NameOID

from tools.localcluster import components, kwok, pki
from tools.localcluster.components import Component, Layout
from tools.localcluster.process import end, free_port, spawn, start_time

PROJECT = Path(__file__).resolve().parents[3]


def test_certificates_are_signed_and_name_their_holder(tmp_path: Path) -> None:
    authority = pki.Authority(tmp_path)
    root = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    pair = authority.issue("server", "kube-apiserver", "system:masters", addresses=("127.0.0.1",))
    issued = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
    issued.verify_directly_issued_by(root)
    assert [name.value for name in issued.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == [
        "system:masters"
    ]
    names = issued.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert pair.key.stat().st_mode & 0o777 == 0o600


def test_kubeconfig_stands_alone(tmp_path: Path) -> None:
    authority = pki.Authority(tmp_path)
    user = pki.certificate_user(authority.issue("admin", "admin"))
    path = pki.kubeconfig(tmp_path / "kubeconfig", "https://127.0.0.1:1", authority.certificate, user, "team")
    document = yaml.safe_load(path.read_text())
    assert document["contexts"][0]["context"] == {"cluster": "local", "user": "user", "namespace": "team"}
    assert str(tmp_path) not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_ports_are_free_and_never_given_twice() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert all(20000 <= port < 32000 for port in ports)


def test_process_ends_and_only_the_right_one(tmp_path: Path) -> None:
    process = spawn(["sleep", "60"], tmp_path / "log")
    started = start_time(process.pid)
    assert started is not None
    end(process.pid, started - 1)
    assert process.poll() is None
    end(process.pid, started)
    assert process.wait(5) == -signal.SIGTERM
    assert start_time(process.pid) is None


def test_process_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    script = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    log = tmp_path / "log"
    component = Component("deaf", [sys.executable, "-c", script], log, lambda: "deaf" in log.read_text())
    component.start()
    component.stop(patience=0.1)
    assert not component.alive()


def test_component_that_ends_says_why(tmp_path: Path) -> None:
    component = Component("etcd", ["sh", "-c", "echo address already in use"], tmp_path / "log", lambda: False)
    with pytest.raises(RuntimeError, match=r"etcd ended by itself\naddress already in use"):
        component.start()


def test_component_that_is_not_ready_in_time_says_so(tmp_path: Path) -> None:
    component = Component("slow", ["sleep", "60"], tmp_path / "log", lambda: False)
    with pytest.raises(RuntimeError, match="slow is not ready after 0 s"):
        component.start(0.05)
    component.kill()


_CHILD = """
import sys
from pathlib import Path
from tools.localcluster.process import spawn
print(spawn(["sleep", "60"], Path(sys.argv[1])).pid, flush=True)
sys.stdin.read()
"""


def test_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _CHILD, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        watch = os.pidfd_open(pid)
        parent.kill()
    assert _ended(watch, 10)


def _ended(descriptor: int, seconds: float) -> bool:
    with os.fdopen(descriptor) as file:
        return bool(select.select([file], [], [], seconds)[0])


def test_rates_are_those_that_everything_is_measured_at(tmp_path: Path) -> None:
    layout = Layout(tmp_path, 1, 2, 3, 4)
    (tmp_path / "config").mkdir()
    manager = components.controller_manager_arguments(layout, {"A": True})
    assert {"--kube-api-qps=1000", "--kube-api-burst=2000", "--concurrent-deployment-syncs=20"} <= set(manager)
    assert {"--concurrent-replicaset-syncs=20", "--use-service-account-credentials=true"} <= set(manager)
    assert "--feature-gates=A=true" in manager
    components.scheduler_arguments(layout, {})
    connection = yaml.safe_load(layout.config("scheduler.yaml").read_text())["clientConnection"]
    assert (connection["qps"], connection["burst"]) == (1000, 2000)
    api = components.apiserver_arguments(layout, {}, audit=True)
    assert {"--authorization-mode=Node,RBAC", "--kubelet-preferred-address-types=InternalIP"} <= set(api)
    assert "--unsafe-no-fsync" in components.etcd_arguments(layout)


# Which stage kwok would play for a Pod

_STAGES = [document for document in yaml.safe_load_all(kwok.configuration()) if document["kind"] == "Stage"]


@pytest.fixture
def due() -> Callable[[dict[str, Any]], list[str]]:
    """The names of the Pod stages whose condition holds; jq itself judges."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")

    def names(pod: dict[str, Any]) -> list[str]:
        found = []
        for stage in _STAGES:
            expression = stage["spec"]["selector"]["matchExpressions"][0]["jq"]["key"]
            if stage["spec"]["resourceRef"]["kind"] == "Pod":
                asked = subprocess.run(
                    ["jq", expression], input=json.dumps(pod), capture_output=True, text=True, check=True
                )
                found += [stage["metadata"]["name"]] if json.loads(asked.stdout) == "yes" else []
        return found

    return names


def _pod(phase: str, state: str | None = None, *, ready: bool = False, **notes: str) -> dict[str, Any]:
    annotations = {f"play.kwok/{key.replace('_', '-')}": value for key, value in notes.items()}
    conditions = [{"type": kind, "status": str(ready)} for kind in ("ContainersReady", "Ready")]
    containers = [] if state is None else [{"name": "app", "state": {state: {}}}]
    return {
        "metadata": {"annotations": annotations},
        "spec": {"restartPolicy": "Always"},
        "status": {"phase": phase, "conditions": conditions, "containerStatuses": containers},
    }


@pytest.mark.parametrize(
    ("pod", "stages"),
    [
        (_pod("Pending"), ["pod-start"]),
        (_pod("Pending", waiting="ErrImagePull"), ["pod-wait"]),
        (_pod("Running", "running", ready=True), []),
        (_pod("Running", "running"), ["pod-ready"]),
        (_pod("Running", "running", never_ready="true"), []),
        (_pod("Running", "running", ready=True, never_ready="true"), ["pod-unready"]),
        (_pod("Running", "running", ready=True, exit_codes='{"app": 1}'), ["pod-exit"]),
        (_pod("Running", "running", exit_codes='{"app": 1}'), ["pod-exit"]),
        (_pod("Running", "running", ready=True, exit_codes='{"other": 1}'), []),
        (_pod("Running", "terminated", exit_codes='{"app": 1}'), []),
        (_pod("Running", "terminated", exit_codes='{"app": 1}', exit_repeat="true"), ["pod-restart"]),
        (_pod("Running", "terminated"), ["pod-restart"]),
        (_pod("Succeeded", "terminated"), []),
    ],
)
def test_one_stage_at_most_is_due(
    due: Callable[[dict[str, Any]], list[str]], pod: dict[str, Any], stages: list[str]
) -> None:
    assert due(pod) == stages


def test_deleted_pod_stops_and_then_goes(due: Callable[[dict[str, Any]], list[str]]) -> None:
    deleted = {"deletionTimestamp": "2024-01-01T00:00:00Z"}
    assert due(_pod("Running", "running", ready=True) | {"metadata": deleted}) == ["pod-stop"]
    assert due(_pod("Failed", "terminated") | {"metadata": deleted}) == ["pod-delete"]
    assert due(_pod("Pending") | {"metadata": deleted}) == ["pod-delete"]


def test_deadline_yields_to_every_other_stage() -> None:
    weights = {stage["metadata"]["name"]: stage["spec"]["weight"] for stage in _STAGES}
    assert {name for name, weight in weights.items() if weight == 0} == {"pod-deadline"}


def test_nodes_have_addresses_of_their_own() -> None:
    nodes = [kwok.node(number) for number in range(600)]
    for path in (("spec", "podCIDR"), ("metadata", "name")):
        assert len({node[path[0]][path[1]] for node in nodes}) == 600
    assert len({node["status"]["addresses"][0]["address"] for node in nodes}) == 600
    assert nodes[0]["status"]["allocatable"] == {
        "cpu": "64",
        "memory": "256Gi",
        "ephemeral-storage": "1Ti",
        "pods": "500",
        "nvidia.com/gpu": "8",
        "aws.amazon.com/neuron": "8",
    }
