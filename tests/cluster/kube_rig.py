"""What the tests of kubecs.kube share: clients, straight and through the fault proxy, and small objects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kubecs.kube import config
from kubecs.kube.client import Client
from kubecs.kube.hooks import SILENCE, Hooks
from kubecs.kube.retry import RetryPolicy
from tests.cluster.faultproxy import FaultProxy
from tests.cluster.rig import wait_for
from tools.localcluster import LocalCluster

ADMIN = "kube-tests"


@dataclass
class Recorded:
    """Hooks that remember.

    Attributes:
        requests: (verb, plural, code) of every attempt.
        events: (plural, type) of every watch event.
        restarts: (plural, reason) of every end of a watch.
    """

    requests: list[tuple[str, str, int]] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)
    restarts: list[tuple[str, str]] = field(default_factory=list)

    def request(self, verb: str, resource: str, code: int, seconds: float) -> None:
        """Remembers an attempt."""
        assert seconds >= 0
        self.requests.append((verb, resource, code))

    def watch_event(self, resource: str, event_type: str) -> None:
        """Remembers an event."""
        self.events.append((resource, event_type))

    def watch_restart(self, resource: str, reason: str) -> None:
        """Remembers the end of a watch."""
        self.restarts.append((resource, reason))


@asynccontextmanager
async def connect(
    kubeconfig: Path, *, hooks: Hooks = SILENCE, retry: RetryPolicy | None = None
) -> AsyncIterator[Client]:
    """A client of a kubeconfig."""
    async with Client(await config.load(str(kubeconfig)), hooks, retry) as client:
        yield client


def token_kubeconfig(cluster: LocalCluster) -> Path:
    """A kubeconfig of a ServiceAccount that may do everything: a token passes through the proxy, a certificate not."""
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    cluster.api.apply(
        f"/api/v1/namespaces/default/serviceaccounts/{ADMIN}",
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ADMIN}},
    )
    cluster.api.apply(
        f"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{ADMIN}",
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": ADMIN},
            "roleRef": reference,
            "subjects": [{"kind": "ServiceAccount", "name": ADMIN, "namespace": "default"}],
        },
    )
    wait_for(lambda: _may_write(cluster), 30, "the API server, which reads bindings from a cache, knows of this one")
    return cluster.kubeconfig_for("default", ADMIN)


def _may_write(cluster: LocalCluster) -> bool:
    attributes = {"namespace": "default", "verb": "create", "group": "coordination.k8s.io", "resource": "leases"}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": f"system:serviceaccount:default:{ADMIN}", "resourceAttributes": attributes},
    }
    answer = cluster.api.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    return bool(answer["status"]["allowed"])


@contextmanager
def faulty(cluster: LocalCluster) -> Iterator[tuple[FaultProxy, Path]]:
    """A fault proxy, and a kubeconfig that leads through it."""
    with FaultProxy(cluster.url, cluster.certificate_authority) as proxy:
        yield proxy, proxy.kubeconfig(token_kubeconfig(cluster))


def lease(namespace: str, name: str, **labels: str) -> dict[str, Any]:
    """The smallest object that nothing else in the cluster takes an interest in."""
    metadata = {"namespace": namespace, "name": name, "labels": labels}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": {}}


def pod(namespace: str, name: str) -> dict[str, Any]:
    """A Pod with one container; the scheduling gate keeps it where it is."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"schedulingGates": [{"name": "kubecs.dev/test"}], "containers": [{"name": "app", "image": "app:1"}]},
    }
