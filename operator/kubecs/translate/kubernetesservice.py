"""A Service that stands for a target group, a registry or a Service Connect alias."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubecs.translate import labels
from kubecs.translate.deployment import child_labels, selector_labels
from kubecs.translate.hashing import digest
from kubecs.translate.traffic import HEADLESS, ServicePort, Wanted

HASH_LENGTH = 16
# Kubernetes' words for what is spoken at a port.
_SPOKEN = {"http": "http", "http2": "kubernetes.io/h2c", "grpc": "grpc"}


@dataclass(frozen=True, slots=True)
class ServiceOwner:
    """What the Services of an ECS service have in common.

    Attributes:
        namespace: Their namespace.
        reference: Owner reference to the ECSService.
        object_name: The ECSService's own name.
        cluster: ECS's name of the cluster.
        service: ECS's name of the service.
    """

    namespace: str
    reference: Mapping[str, Any]
    object_name: str
    cluster: str
    service: str


def kubernetes_service(wanted: Wanted, owner: ServiceOwner) -> dict[str, Any]:
    """The manifest, spelled as the API server stores it. It selects all tasks of the service that are ready."""
    notes = {
        **wanted.target.annotations,
        labels.OWNER_OBJECT: owner.object_name,
        labels.STANDS_FOR: wanted.stands_for,
    }
    manifest: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": wanted.name,
            "namespace": owner.namespace,
            "labels": child_labels(owner.cluster, owner.service),
            "annotations": notes,
            "ownerReferences": [dict(owner.reference)],
        },
        "spec": {
            **_kind(wanted),
            "selector": selector_labels(owner.cluster, owner.service),
            **({"ports": [_port(each) for each in wanted.ports]} if wanted.ports else {}),
        },
    }
    notes[labels.APPLIED_HASH] = digest(manifest, HASH_LENGTH)
    return manifest


def _kind(wanted: Wanted) -> dict[str, Any]:
    if wanted.to == HEADLESS:
        return {"type": "ClusterIP", "clusterIP": "None"}
    chosen = wanted.target.load_balancer_class if wanted.to == "LoadBalancer" else None
    return {"type": wanted.to, **({"loadBalancerClass": chosen} if chosen else {})}


def _port(given: ServicePort) -> dict[str, Any]:
    """Led to by name where the port has one: each Pod then is asked at its own number, also in mid-rollout."""
    spoken = _SPOKEN.get(given.to.app_protocol or "")
    return {
        "name": given.to.name or f"{given.to.protocol.lower()}-{given.port}",
        "port": given.port,
        "protocol": given.to.protocol,
        "targetPort": given.to.name or given.to.number,
        **({"appProtocol": spoken} if spoken else {}),
        **({"nodePort": given.node_port} if given.node_port else {}),
    }
