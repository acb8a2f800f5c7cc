"""The command line of each component of the control plane, and a handle that starts and stops it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tools.localcluster.access import OPERATOR, OPERATOR_NAMESPACE
from tools.localcluster.process import spawn, start_time

_OPERATOR = f"{OPERATOR_NAMESPACE}:{OPERATOR}"  # of it the reads are logged too: they show what rights it uses
_AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "Metadata", "verbs": ["create", "update", "patch", "delete", "deletecollection"]},
        {"level": "Metadata", "verbs": ["get", "list", "watch"], "users": [f"system:serviceaccount:{_OPERATOR}"]},
        {"level": "None"},
    ],
}


@dataclass
class Component:
    """One process of the control plane. Start, stop and kill may be repeated; it comes back on the same ports."""

    name: str
    command: list[str | Path]
    log: Path
    ready: Callable[[], bool]
    detached: bool = False
    prepare: Callable[[], object] | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.alive() and self.process else None

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def start(self, timeout: float = 30.0, *, wait: bool = True) -> None:
        """Starts the process, and waits until it is ready.

        Raises:
            RuntimeError: it ended, or is not ready in time; the message ends with its last lines.
        """
        if not self.alive():
            if self.prepare is not None:
                self.prepare()
            self.process = spawn(self.command, self.log, detached=self.detached)
        if wait:
            self.wait_ready(timeout)

    def wait_ready(self, timeout: float = 30.0) -> None:
        """Waits until the component answers.

        Raises:
            RuntimeError: it ended, or is not ready in time.
        """
        deadline = time.monotonic() + timeout
        while not self.ready():
            if not self.alive():
                raise RuntimeError(f"{self.name} ended by itself\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} is not ready after {timeout:.0f} s\n{self.last_lines()}")
            time.sleep(0.03)

    def stop(self, patience: float = 10.0) -> None:
        """Asks the process to end, and kills it when it has not ended in time."""
        self.signal(signal.SIGTERM)
        try:
            if self.process is not None:
                self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Ends the process with SIGKILL."""
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def pause(self) -> None:
        """Freezes the process (SIGSTOP) until `resume`: it keeps its connections and answers nothing."""
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets a frozen process go on."""
        self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the process and what it started, if it still runs."""
        if self.alive() and self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def identity(self) -> dict[str, str | int | None]:
        """What tells this process from another one that gets its pid later."""
        pid = self.process.pid if self.process else 0
        return {"name": self.name, "pid": pid, "started": start_time(pid), "program": str(self.command[0])}

    def last_lines(self, count: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:]) if self.log.exists() else ""


@dataclass(frozen=True)
class Layout:
    """Where a cluster keeps its files, and the ports of its parts."""

    directory: Path
    etcd_port: int
    peer_port: int
    api_port: int
    kwok_port: int

    @property
    def url(self) -> str:
        """The API server's address."""
        return f"https://127.0.0.1:{self.api_port}"

    @property
    def etcd_url(self) -> str:
        """Address of etcd for clients."""
        return f"http://127.0.0.1:{self.etcd_port}"

    def pki(self, name: str) -> Path:
        """A file of the public key infrastructure."""
        return self.directory / "pki" / name

    def config(self, name: str) -> Path:
        """A component's configuration or kubeconfig."""
        return self.directory / "config" / name

    def log(self, name: str) -> Path:
        """A component's log."""
        return self.directory / "logs" / f"{name}.log"


def etcd_arguments(layout: Layout) -> list[str]:
    """Arguments of etcd: one member on loopback, without fsync, for data that may be lost."""
    peer = f"http://127.0.0.1:{layout.peer_port}"
    return [
        f"--data-dir={layout.directory / 'etcd'}",
        f"--listen-client-urls={layout.etcd_url}",
        f"--advertise-client-urls={layout.etcd_url}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--quota-backend-bytes=4294967296",
        "--log-level=warn",
    ]


def apiserver_arguments(layout: Layout, feature_gates: Mapping[str, bool], *, audit: bool) -> list[str]:
    """Arguments of kube-apiserver: RBAC, ServiceAccount tokens signed with the cluster's own key."""
    arguments = [
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        f"--secure-port={layout.api_port}",
        f"--etcd-servers={layout.etcd_url}",
        "--authorization-mode=Node,RBAC",
        f"--client-ca-file={layout.pki('ca.crt')}",
        f"--tls-cert-file={layout.pki('apiserver.crt')}",
        f"--tls-private-key-file={layout.pki('apiserver.key')}",
        f"--kubelet-client-certificate={layout.pki('apiserver-kubelet.crt')}",
        f"--kubelet-client-key={layout.pki('apiserver-kubelet.key')}",
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={layout.pki('service-account.pub')}",
        f"--service-account-signing-key-file={layout.pki('service-account.key')}",
        "--service-account-max-token-expiration=8760h",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--allow-privileged=true",
        "--profiling=false",
        "--event-ttl=1h",
    ]
    if feature_gates:
        arguments.append("--feature-gates=" + _gates(feature_gates))
    if audit:
        policy = layout.config("audit-policy.yaml")
        policy.write_text(yaml.safe_dump(_AUDIT_POLICY))
        arguments += [f"--audit-policy-file={policy}", f"--audit-log-path={layout.directory / 'audit.jsonl'}"]
        arguments.append("--audit-log-mode=blocking")
        arguments.append("--audit-log-maxsize=100000")  # MB: who reads it holds a place in the one file
    return arguments


def _gates(feature_gates: Mapping[str, bool]) -> str:
    return ",".join(f"{name}={str(on).lower()}" for name, on in feature_gates.items())


def controller_manager_arguments(layout: Layout, feature_gates: Mapping[str, bool]) -> list[str]:
    """Arguments of kube-controller-manager, with the rates that every measurement of ours is made at."""
    kubeconfig = layout.config("kube-controller-manager.kubeconfig")
    arguments = [
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        f"--root-ca-file={layout.pki('ca.crt')}",
        f"--service-account-private-key-file={layout.pki('service-account.key')}",
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--secure-port=0",
        "--profiling=false",
        "--kube-api-qps=1000",
        "--kube-api-burst=2000",
        "--concurrent-deployment-syncs=20",
        "--concurrent-replicaset-syncs=20",
        "--concurrent-gc-syncs=20",
        "--concurrent-namespace-syncs=20",
        "--horizontal-pod-autoscaler-sync-period=1s",
    ]
    return arguments + ([f"--feature-gates={_gates(feature_gates)}"] if feature_gates else [])


def scheduler_arguments(layout: Layout, feature_gates: Mapping[str, bool]) -> list[str]:
    """Arguments of kube-scheduler; its rates go into a configuration file."""
    kubeconfig = layout.config("kube-scheduler.kubeconfig")
    configuration = {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "leaderElection": {"leaderElect": False},
        "clientConnection": {"kubeconfig": str(kubeconfig), "qps": 1000, "burst": 2000},
        "enableProfiling": False,
    }
    path = layout.config("scheduler.yaml")
    path.write_text(yaml.safe_dump(configuration))
    arguments = [
        f"--config={path}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--bind-address=127.0.0.1",
        "--secure-port=0",
    ]
    return arguments + ([f"--feature-gates={_gates(feature_gates)}"] if feature_gates else [])
