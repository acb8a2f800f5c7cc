"""A real Kubernetes control plane on loopback, with kwok nodes, for the tests, the demo and the benchmarks."""

from tools.localcluster.cluster import ClusterError, LocalCluster

__all__ = ["ClusterError", "LocalCluster"]
