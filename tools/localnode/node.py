"""LocalNode: one real node for a LocalCluster that runs in a Network."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.binaries import SETS, ensure
from tools.localcluster.cluster import PROJECT, LocalCluster, is_ready
from tools.localcluster.components import Component
from tools.localcluster.pki import Pair
from tools.localnode import cgroups, configuration, images, registry
from tools.localnode.configuration import NODE_NAME, SOCKET, Setting
from tools.localnode.network import NODE_ADDRESS
from tools.localnode.programs import MissingProgramError, find_programs
from tools.shim import build

# Flags for the API server that let Pods reach it as the Service `kubernetes`; later flags win over earlier ones.
APISERVER_ARGUMENTS = (
    "--bind-address=0.0.0.0",
    f"--advertise-address={NODE_ADDRESS}",
    "--endpoint-reconciler-type=lease",
)
ROUTER = Path(__file__).parent / "router"
REMOVER = PROJECT / "tools" / "go" / "kubernetes" / "removecontainer"  # its module has the client for it
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation=private")


@functools.cache
def why_not() -> str:
    """Why no node can run on this machine, tried out; empty where one can."""
    if os.geteuid() != 0:
        return "a node needs root"
    tried = subprocess.run(
        [*_NAMESPACES, "--net", "mount", "-t", "proc", "proc", "/proc"], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        return f"no namespaces of our own here: {tried.stderr.strip()}"
    try:
        find_programs()
    except MissingProgramError as missing:
        return str(missing)
    return ""


@dataclass
class LocalNode:
    """Kubelet, containerd, kube-proxy and a registry, started within the network that the cluster runs in.

    Attributes:
        cluster: the control plane, up.
        directory: where the node keeps its files.
    """

    cluster: LocalCluster
    seconds_to_start: float = field(default=0.0, init=False)
    _parts: list[Component] = field(default_factory=list, init=False, repr=False)
    _group: str = field(default="", init=False)

    @property
    def directory(self) -> Path:
        """Where the node keeps its files; goes with the cluster's."""
        return self.cluster.layout.directory / "node"

    def image(self, name: str) -> str:
        """An image of images.IMAGES by tag: it is pulled whenever a container starts."""
        return f"{images.HOST}/{name}:1"

    def image_by_digest(self, name: str) -> str:
        """The same by digest: it is pulled once."""
        return f"{images.HOST}/{name}@{images.digest_of(self.directory / 'registry', name)}"

    def publish(self, name: str, environment: Mapping[str, str]) -> str:
        """Moves the tag of an image: from now on it is busybox with these variables. Returns the digest of that."""
        return images.publish(self.directory / "registry", name, environment)

    def start(self) -> None:
        """Starts it and waits until Kubernetes says that it is ready.

        Raises:
            RuntimeError: it is not, in time; the message ends with the last lines of a log.
        """
        started = time.monotonic()
        programs = find_programs() | ensure(SETS["node"], quiet=True)
        self.directory.mkdir()
        self._link(programs)
        own = {"shim": build(self.directory / "shim"), "router": build(self.directory / "router", ROUTER)}
        images.write_registry(self.directory / "registry", programs["busybox"], own)
        self._group = cgroups.make_group()
        self._configure()
        self._parts = [self._registry(), self._namespaces()]
        for part in self._parts:
            part.start(timeout=60)
        self.seconds_to_start = time.monotonic() - started

    def stop(self) -> None:
        """Ends all of it; what ran in its containers is killed."""
        for part in reversed(self._parts):
            part.kill()
        if self._group:
            cgroups.remove_group(self._group)
            self._group = ""

    def remove_container(self, container: str) -> None:
        """Has the container runtime remove a container that has ended, as the kubelet's garbage collection does."""
        program = build(self.directory / "removecontainer", REMOVER)
        (node,) = (part for part in self._parts if part.name == "node")
        socket = f"/proc/{node.pid}/root{SOCKET}"  # /run there is the node's own
        subprocess.run([program, socket, container], check=True)

    def log(self, name: str) -> str:
        """The log of kubelet, containerd, kube-proxy, registry or node (the process above them)."""
        return self.cluster.layout.log(name).read_text(errors="replace")

    def _link(self, programs: Mapping[str, Path]) -> None:
        binaries = self.directory / "bin"
        binaries.mkdir()
        for name, path in programs.items():
            (binaries / name).symlink_to(path)

    def _configure(self) -> None:
        user, group = f"system:node:{NODE_NAME}", "system:nodes"
        pair = self._certificate(user, group)
        kubeconfigs = {
            "kubelet": self.cluster.kubeconfig_of("kubelet", user, group),
            "kube-proxy": self.cluster.kubeconfig_of("kube-proxy", "system:kube-proxy"),
        }
        authority = self.cluster.certificate_authority
        setting = Setting(self.directory, self._group, authority, pair.certificate, pair.key, kubeconfigs)
        configuration.write_all(setting)
        (self.directory / "plan.json").write_text(json.dumps(self._plan(kubeconfigs)))

    def _certificate(self, user: str, group: str) -> Pair:
        return self.cluster.authority.issue("kubelet-server", user, group, addresses=(NODE_ADDRESS,))

    def _plan(self, kubeconfigs: Mapping[str, Path]) -> dict[str, object]:
        kubelet = [
            "kubelet",
            f"--config={self.directory / 'kubelet.yaml'}",
            f"--kubeconfig={kubeconfigs['kubelet']}",
            f"--hostname-override={NODE_NAME}",
            f"--node-ip={NODE_ADDRESS}",
        ]
        commands = {
            "containerd": (["containerd", f"--config={self.directory / 'containerd.toml'}"], SOCKET),
            "kubelet": (kubelet, ""),
            "kube-proxy": (["kube-proxy", f"--config={self.directory / 'kube-proxy.yaml'}"], ""),
        }
        programs = [
            {"name": name, "command": command, "ready": ready, "log": str(self.cluster.layout.log(name))}
            for name, (command, ready) in commands.items()
        ]
        return {"directory": str(self.directory), "programs": programs}

    def _registry(self) -> Component:
        command: list[str | Path] = [sys.executable, "-m", "tools.localnode.registry", self.directory / "registry"]
        return self._component("registry", [*command, str(registry.PORT)], lambda: True)

    def _namespaces(self) -> Component:
        plan = self.directory / "plan.json"
        command: list[str | Path] = [*_NAMESPACES, sys.executable, "-m", "tools.localnode.init", plan]
        return self._component("node", command, self._ready)

    def _component(self, name: str, command: list[str | Path], ready: Callable[[], bool]) -> Component:
        path = f"{self.directory / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        # `env` keeps the pid, and Component passes our own environment on
        environment: list[str | Path] = ["env", f"PYTHONPATH={PROJECT}", f"PATH={path}"]
        return Component(name, [*environment, *command], self.cluster.layout.log(name), ready)

    def _ready(self) -> bool:
        nodes = self.cluster.api.call("GET", "/api/v1/nodes")["items"]
        return any(node["metadata"]["name"] == NODE_NAME and is_ready(node) for node in nodes)
