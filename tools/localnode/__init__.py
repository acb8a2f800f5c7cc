"""A real node for the local cluster: kubelet, containerd, runc and kube-proxy in namespaces of their own.

Nothing of it touches the machine: its network, its mounts and its processes are in Linux namespaces that the kernel
takes down with us, however we end. Needs root.
"""

from tools.localnode.network import Network
from tools.localnode.node import LocalNode, why_not

__all__ = ["LocalNode", "Network", "why_not"]
