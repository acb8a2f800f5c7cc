"""LocalCluster: starts, stops and disturbs a control plane of real components."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from tools.binaries import SETS, ensure
from tools.localcluster import components, kwok
from tools.localcluster.access import OPERATOR, OPERATOR_NAMESPACE, operator_access, warning_policy
from tools.localcluster.api import Api
from tools.localcluster.components import Component, Layout
from tools.localcluster.pki import Authority, certificate_user, kubeconfig, write_key, write_public_key
from tools.localcluster.process import free_port

PROJECT = Path(__file__).resolve().parents[2]
_ATTEMPTS = 3
_YEAR_SECONDS = 8760 * 3600


class ClusterError(RuntimeError):
    """The cluster did not come up; the message says which part, and where the logs are."""


@dataclass
class LocalCluster:
    """A control plane on loopback, used as a context manager.

    Attributes:
        nodes: number of kwok nodes.
        directory: where all files go; None is a temporary directory, removed at the end unless something failed.
        audit: log every write to `audit_log`.
        feature_gates: gates of API server, controller manager and scheduler.
        extra_apiserver_args: further arguments, each like `--name=value`.
        detached: the processes outlive us.
    """

    nodes: int = 5
    directory: Path | None = None
    audit: bool = False
    feature_gates: Mapping[str, bool] = field(default_factory=dict)
    extra_apiserver_args: tuple[str, ...] = ()
    detached: bool = False
    seconds_to_start: float = field(default=0.0, init=False)

    def __enter__(self) -> Self:
        """Starts the cluster.

        Raises:
            ClusterError: a component did not come up.
        """
        binaries = ensure(SETS["default"], quiet=True)
        directory = self.directory or Path(tempfile.mkdtemp(prefix="kubecs-cluster-"))
        started = time.monotonic()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._start(binaries, directory)
                break
            except (RuntimeError, OSError) as error:
                self._end_processes()
                taken = "address already in use" in str(error)  # somebody took a port between our look and its use
                if not taken or attempt == _ATTEMPTS:
                    raise ClusterError(f"{error}\nlogs: {directory / 'logs'}") from error
        self.seconds_to_start = time.monotonic() - started
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends all processes; the files stay, and are named, when an exception is on its way."""
        self.stop(keep=error is not None)

    def stop(self, *, keep: bool = False) -> None:
        """Ends all processes, then removes the files or keeps the logs and says where."""
        self._end_processes()
        shutil.rmtree(self.layout.directory / "etcd", ignore_errors=True)
        if keep:
            print(f"logs of the local cluster: {self.layout.directory / 'logs'}", file=sys.stderr, flush=True)
        elif self.directory is None:
            shutil.rmtree(self.layout.directory, ignore_errors=True)

    # Starting

    def _start(self, binaries: Mapping[str, Path], directory: Path) -> None:
        self.binaries = binaries
        self.layout = Layout(directory, free_port(), free_port(), free_port(), free_port())
        for name in ("config", "logs"):
            (directory / name).mkdir(parents=True, exist_ok=True)
        shutil.rmtree(directory / "etcd", ignore_errors=True)
        self._write_identities()
        self.components = {part.name: part for part in self._components()}
        self.component("etcd").start()
        self.component("kube-apiserver").start()
        for name in ("kube-controller-manager", "kube-scheduler", "kwok"):
            self.component(name).start(wait=False)
        for number in range(self.nodes):
            self.api.call("POST", "/api/v1/nodes", kwok.node(number))
        for name in ("kube-controller-manager", "kwok"):
            self.component(name).wait_ready()

    def _write_identities(self) -> None:
        layout = self.layout
        self.authority = authority = Authority(layout.pki(""))
        authority.issue("apiserver", "kube-apiserver", addresses=("127.0.0.1", "10.96.0.1"))
        authority.issue("apiserver-kubelet", "kube-apiserver-kubelet-client", "system:masters")
        write_public_key(layout.pki("service-account.pub"), write_key(layout.pki("service-account.key")))
        admin = authority.issue("admin", "kubernetes-admin", "system:masters")
        self.api = Api(layout.api_port, authority.certificate, admin)
        self.admin_kubeconfig = self._kubeconfig("admin", certificate_user(admin))
        for name in ("kube-controller-manager", "kube-scheduler"):
            self._kubeconfig(name, certificate_user(authority.issue(name, f"system:{name}")))
        self._kubeconfig("kwok", certificate_user(authority.issue("kwok", "kwok", "system:masters")))

    def _kubeconfig(self, name: str, user: dict[str, str], namespace: str = "default") -> Path:
        path = self.layout.config(f"{name}.kubeconfig")
        return kubeconfig(path, self.url, self.authority.certificate, user, namespace)

    def _components(self) -> list[Component]:
        layout, gates = self.layout, self.feature_gates
        stages = layout.config("kwok.yaml")
        stages.write_text(kwok.configuration())
        served = f"--server-address=127.0.0.1:{layout.kwok_port}"
        kwok_arguments = [f"--kubeconfig={layout.config('kwok.kubeconfig')}", f"--config={stages}", served]
        api = [*components.apiserver_arguments(layout, gates, audit=self.audit), *self.extra_apiserver_args]
        api_ready = self._answers("/readyz")
        return [
            self._component("etcd", components.etcd_arguments(layout), self._etcd_ready),
            self._component("kube-apiserver", api, api_ready),
            self._component(
                "kube-controller-manager",
                components.controller_manager_arguments(layout, gates),
                self._answers("/api/v1/namespaces/default/serviceaccounts/default"),
            ),
            self._component("kube-scheduler", components.scheduler_arguments(layout, gates), api_ready),
            self._component("kwok", kwok_arguments, self._nodes_ready),
        ]

    def _component(self, name: str, arguments: list[str], ready: Callable[[], bool]) -> Component:
        command: list[str | Path] = [self.binaries[name], *arguments]
        # a kwok that died holds its nodes' leases, and the next one would wait until they are over
        prepare = self._forget_node_leases if name == "kwok" else None
        return Component(name, command, self.layout.log(name), ready, self.detached, prepare)

    def _forget_node_leases(self) -> None:
        self.api.call("DELETE", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases")

    def _etcd_ready(self) -> bool:
        try:
            self._etcd("maintenance/status", {})
        except OSError:
            return False
        return True

    def _answers(self, path: str) -> Callable[[], bool]:
        return lambda: self.api.answers(path)

    def _nodes_ready(self) -> bool:
        nodes = self.api.call("GET", "/api/v1/nodes")["items"]
        return sum(is_ready(node) for node in nodes) >= self.nodes

    # Using

    @property
    def url(self) -> str:
        """The API server's address."""
        return self.layout.url

    @property
    def audit_log(self) -> Path | None:
        """JSON lines, one for each write, or None without `audit`."""
        return self.layout.directory / "audit.jsonl" if self.audit else None

    @property
    def certificate_authority(self) -> Path:
        """The PEM file that verifies the API server."""
        return self.authority.certificate

    def component(self, name: str) -> Component:
        """One of etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok."""
        return self.components[name]

    def kubectl_command(self) -> list[str | Path]:
        """How kubectl is called as admin, without its arguments."""
        cache = self.layout.directory / "discovery"
        return [self.binaries["kubectl"], f"--kubeconfig={self.admin_kubeconfig}", f"--cache-dir={cache}"]

    def kubectl(self, *arguments: str | Path, input: str | None = None, check: bool = True) -> str:  # noqa: A002
        """Runs kubectl as admin and returns its output, stderr included.

        Raises:
            RuntimeError: it failed and `check` is set; the message is its output.
        """
        command = [*self.kubectl_command(), *arguments]
        done = subprocess.run(
            command, input=input, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if check and done.returncode:
            raise RuntimeError(f"kubectl {' '.join(map(str, arguments))}: {done.stdout}")
        return done.stdout

    def kubeconfig_for(self, namespace: str, service_account: str) -> Path:
        """Writes a kubeconfig with a token of a ServiceAccount that lasts for a year."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{service_account}/token"
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
        answer = self.api.call("POST", path, request | {"spec": {"expirationSeconds": _YEAR_SECONDS}})
        token = answer["status"]["token"]
        return self._kubeconfig(f"{namespace}.{service_account}", {"token": token}, namespace)

    def kubeconfig_of(self, file_name: str, common_name: str, *groups: str) -> Path:
        """Writes a kubeconfig with a client certificate of a user in some groups."""
        return self._kubeconfig(file_name, certificate_user(self.authority.issue(file_name, common_name, *groups)))

    def operator_kubeconfig(self) -> Path:
        """The operator's own identity, with exactly the rights of the chart's ClusterRole."""
        for document in operator_access():
            resource = self.api.resource(document["kind"])
            metadata = document["metadata"]
            self.api.apply(resource.path(metadata.get("namespace"), metadata["name"]), document)
        return self.kubeconfig_for(OPERATOR_NAMESPACE, OPERATOR)

    def install_crds(self, directory: Path = PROJECT / "crds", timeout: float = 30.0) -> list[str]:
        """Applies every CRD of a directory and waits until all are established; returns their names.

        Raises:
            ApiError: the API server refused one.
            RuntimeError: one is not established in time.
        """
        base = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        texts = [path.read_text() for path in sorted(directory.glob("*.yaml"))]
        documents = [document for text in texts for document in yaml.safe_load_all(text) if document]
        names = [document["metadata"]["name"] for document in documents]
        for document in documents:
            self.api.apply(f"{base}/{document['metadata']['name']}", document)
        deadline = time.monotonic() + timeout
        for name in names:
            while not _condition(crd := self.api.call("GET", f"{base}/{name}"), "Established"):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{name} is not established: {crd.get('status')}")
                time.sleep(0.05)
        return names

    def install_warnings(self) -> list[str]:
        """Applies the policy that warns at apply; returns its objects' names. It is in force a moment later."""
        documents = warning_policy()
        for document in documents:
            self.api.apply(self.api.resource(document["kind"]).path(None, document["metadata"]["name"]), document)
        return [f"{document['kind']} {document['metadata']['name']}" for document in documents]

    def add_nodes(self, count: int) -> None:
        """Adds kwok nodes and waits until all are ready."""
        for number in range(self.nodes, self.nodes + count):
            self.api.call("POST", "/api/v1/nodes", kwok.node(number))
        self.nodes += count
        self.component("kwok").wait_ready(60)

    def compact_etcd(self) -> int:
        """Makes history unavailable up to now, so that watches and continued lists from before get 410.

        The API server is restarted, since its watch cache would still serve what etcd has dropped. Returns the etcd
        revision (which is a resourceVersion) compacted to.
        """
        key = base64.b64encode(b"compact").decode()
        revision = int(self._etcd("kv/range", {"key": key})["header"]["revision"])
        self._etcd("kv/compaction", {"revision": str(revision), "physical": True})
        server = self.component("kube-apiserver")
        server.kill()
        server.start()
        return revision

    def _etcd(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.layout.etcd_url}/v3/{path}", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            decoded: dict[str, Any] = json.load(answer)
        return decoded

    def _end_processes(self) -> None:
        parts = list(getattr(self, "components", {}).values())
        for part in reversed(parts):  # etcd goes last, so that nobody waits for it; nothing here is worth a goodbye
            part.kill()


def _condition(document: Mapping[str, Any], kind: str) -> bool:
    conditions = document.get("status", {}).get("conditions") or ()  # null on a CRD that nobody has looked at
    return any(condition["type"] == kind and condition["status"] == "True" for condition in conditions)


def is_ready(node: Mapping[str, Any]) -> bool:
    """Whether Pods can be scheduled to a node."""
    tainted = any(taint["key"] == "node.kubernetes.io/not-ready" for taint in node["spec"].get("taints", ()))
    return _condition(node, "Ready") and not tainted
