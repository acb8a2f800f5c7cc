"""The configuration files of kubelet, containerd, CNI and kube-proxy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.localnode.images import HOST
from tools.localnode.network import BRIDGE, NODE_ADDRESS, POD_SUBNET
from tools.localnode.registry import PORT

SOCKET = "/run/containerd/containerd.sock"
NODE_NAME = "node-real"


@dataclass(frozen=True)
class Setting:
    """What the configurations depend on.

    Attributes:
        directory: the node's own files.
        group: name of its control group.
        authority: certificate that kubelet's clients are signed with.
        certificate: kubelet's own certificate.
        key: and its key.
        kubeconfigs: by component.
    """

    directory: Path
    group: str
    authority: Path
    certificate: Path
    key: Path
    kubeconfigs: Mapping[str, Path]


def write_all(setting: Setting) -> None:
    """Writes every file below the node's directory."""
    files = {
        "kubelet.yaml": yaml.safe_dump(kubelet(setting)),
        "kube-proxy.yaml": yaml.safe_dump(kube_proxy(setting)),
        "containerd.toml": containerd(setting.directory),
        "cni/10-bridge.conflist": json.dumps(cni()),
        "hosts/_default/hosts.toml": _hosts(),
        "resolv.conf": "nameserver 127.0.0.1\n",
    }
    for name, text in files.items():
        path = setting.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def kubelet(setting: Setting) -> dict[str, Any]:
    """KubeletConfiguration: control groups of its own, tolerant of what a nested machine refuses."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE_ADDRESS,
        "authentication": {"anonymous": {"enabled": False}, "x509": {"clientCAFile": str(setting.authority)}},
        "tlsCertFile": str(setting.certificate),
        "tlsPrivateKeyFile": str(setting.key),
        "containerRuntimeEndpoint": f"unix://{SOCKET}",
        "failCgroupV1": False,
        "featureGates": {"KubeletInUserNamespace": True},
        "cgroupDriver": "cgroupfs",
        "cgroupsPerQOS": True,
        "cgroupRoot": f"/{setting.group}",
        "enforceNodeAllocatable": [],
        "failSwapOn": False,
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "resolvConf": str(setting.directory / "resolv.conf"),
        "serializeImagePulls": False,
        "registryPullQPS": 0,
        "eventRecordQPS": 0,
        "kubeAPIQPS": 200,
        "kubeAPIBurst": 400,
        "maxPods": 200,
        "allowedUnsafeSysctls": ["net.core.somaxconn"],
    }


def kube_proxy(setting: Setting) -> dict[str, Any]:
    """KubeProxyConfiguration: nftables, and no settings of the kernel's."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clientConnection": {"kubeconfig": str(setting.kubeconfigs["kube-proxy"])},
        "clusterCIDR": POD_SUBNET,
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        "hostnameOverride": NODE_NAME,
        "nftables": {"syncPeriod": "5s", "minSyncPeriod": "0s"},
    }


def containerd(directory: Path) -> str:
    """Configuration of containerd: every image comes from our own registry, and Pods get addresses from the bridge."""
    runtime = "plugins.'io.containerd.cri.v1.runtime'"
    images = "plugins.'io.containerd.cri.v1.images'"
    tables: dict[str, dict[str, object]] = {
        "grpc": {"address": SOCKET},
        f"{images}": {"snapshotter": "overlayfs"},
        f"{images}.pinned_images": {"sandbox": f"{HOST}/pause:1"},
        f"{images}.registry": {"config_path": str(directory / "hosts")},
        f"{runtime}": {"restrict_oom_score_adj": True},
        f"{runtime}.cni": {"bin_dirs": [str(directory / "bin")], "conf_dir": str(directory / "cni")},
        f"{runtime}.containerd": {"default_runtime_name": "runc"},
        f"{runtime}.containerd.runtimes.runc": {"runtime_type": "io.containerd.runc.v2"},
        f"{runtime}.containerd.runtimes.runc.options": {
            "BinaryName": str(directory / "bin" / "runc"),
            "SystemdCgroup": False,
        },
    }
    head = {
        "version": 3,
        "root": str(directory / "containerd"),
        "state": "/run/containerd",
        "disabled_plugins": ["io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt"],
    }
    return "\n".join([_lines(head), *(f"[{name}]\n{_lines(table)}" for name, table in tables.items())])


def cni() -> dict[str, Any]:
    """CNI: a bridge, addresses from the node's subnet, and ports of the node that lead to a Pod."""
    addresses = {
        "type": "host-local",
        "ranges": [[{"subnet": POD_SUBNET, "rangeStart": "10.99.0.10", "gateway": NODE_ADDRESS}]],
        "routes": [{"dst": "0.0.0.0/0"}],
        "dataDir": "/run/cni-addresses",
    }
    bridge = {"type": "bridge", "bridge": BRIDGE, "isGateway": True, "hairpinMode": True, "ipam": addresses}
    ports = {"type": "portmap", "backend": "nftables", "capabilities": {"portMappings": True}}
    return {"cniVersion": "1.0.0", "name": "kubecs", "plugins": [bridge, ports]}


def _hosts() -> str:
    """Every registry's name means our own."""
    address = f"http://127.0.0.1:{PORT}"
    return f'server = "{address}"\n[host."{address}"]\ncapabilities = ["pull", "resolve"]\n'


def _lines(table: Mapping[str, object]) -> str:
    """Members of a TOML table: its strings, numbers, booleans and lists are spelt as JSON's."""
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in table.items())
