"""What the cache keeps of each kind: only what decisions and records use, since there are many Pods."""

from collections.abc import Callable, Mapping
from typing import Any

from kubecs.translate import labels

Object = dict[str, Any]
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
POD_SPEC = (
    "containers",
    "initContainers",
    "nodeName",
    "restartPolicy",
    "schedulingGates",
    "volumes",
    "activeDeadlineSeconds",
)
IDENTITY = ("name", "namespace", "uid", "resourceVersion", "ownerReferences")
CONTAINER = ("image", "name", "readinessProbe", "resources", "restartPolicy", "startupProbe")


def _without_last_applied(obj: Object) -> Object:
    (obj["metadata"].get("annotations") or {}).pop(LAST_APPLIED, None)
    return obj


def _pod(obj: Object) -> Object:
    spec = obj.get("spec") or {}
    kept = {name: spec[name] for name in POD_SPEC if name in spec}
    for group in ("containers", "initContainers"):
        if group in kept:
            kept[group] = [{name: each[name] for name in CONTAINER if name in each} for each in kept[group]]
    kept["volumes"] = [volume for volume in kept.get("volumes") or () if "projected" not in volume]
    return obj | {"spec": kept}


def _replica_set(obj: Object) -> Object:
    spec = obj.get("spec") or {}
    return obj | {"spec": {"replicas": spec.get("replicas", 0)}}


def _node(obj: Object) -> Object:
    status, spec = obj.get("status") or {}, obj.get("spec") or {}
    kept = {name: status[name] for name in ("allocatable", "conditions") if name in status}
    return obj | {
        "spec": {name: spec[name] for name in ("unschedulable", "taints") if name in spec},
        "status": kept,
    }


def _service(obj: Object) -> Object:
    """Of a Service that is not ours it is enough to know its name and its owner."""
    if (obj["metadata"].get("labels") or {}).get(labels.MANAGED_BY) == labels.MANAGER:
        return obj
    metadata = {name: obj["metadata"][name] for name in IDENTITY if name in obj["metadata"]}
    return {name: obj[name] for name in ("apiVersion", "kind") if name in obj} | {"metadata": metadata}


def _without_status(obj: Object) -> Object:
    return {name: value for name, value in obj.items() if name != "status"}


PRUNE: Mapping[str, Callable[[Object], Object]] = {
    "Pod": _pod,
    "ReplicaSet": _replica_set,
    "Node": _node,
    "Service": _service,
    "ExternalSecret": _without_status,
    "ECSAccount": _without_last_applied,
    "ECSCluster": _without_last_applied,
    "ECSTaskDefinition": _without_last_applied,
    "ECSService": _without_last_applied,
    "ECSTask": _without_last_applied,
}
