"""The objects that the benchmarks create: ECS services, and native objects of the same size beside them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import orjson

from kubecs.translate import labels, names

Object = dict[str, Any]

FAMILY = "web"
FIRST = "first"  # the service that every namespace has, with its ServiceAccount
RAW = "native"  # managed-by of the native objects: the operator does not select them
_SERVER_SETS = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "ownerReferences")
_REVISION = "deployment.kubernetes.io/revision"  # the deployment controller has to write it
_PAD = "kubecs.dev/pad"


def task_definition(space: str) -> Object:
    """A family of an ordinary size: two containers, a health check, environment, ports."""
    app: Object = {
        "name": "app",
        "image": "registry.example/shop/web:1.27.3",
        "cpu": 256,
        "memory": 512,
        "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
        "environment": [{"name": f"SETTING_{number}", "value": f"value of setting {number}"} for number in range(8)],
        "healthCheck": {"command": ["CMD-SHELL", "curl -f localhost:8080/healthy || exit 1"], "interval": 10},
    }
    side: Object = {"name": "agent", "image": "registry.example/agent:3.2", "memoryReservation": 64}
    spec = {"family": FAMILY, "containerDefinitions": [app, side]}
    return _ours("ECSTaskDefinition", space, FAMILY, spec)


def service(space: str, name: str, desired: int = 0) -> Object:
    """A service of that family."""
    spec = {"serviceName": name, "taskDefinition": f"{FAMILY}:1", "desiredCount": desired}
    return _ours("ECSService", space, name, spec)


def _ours(kind: str, space: str, name: str, spec: Object) -> Object:
    metadata = {"namespace": space, "name": name}
    return {"apiVersion": labels.API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}


def deployment_name(service_name: str) -> str:
    """The name of the Deployment that the operator makes of a service."""
    return names.child_name(names.DEFAULT_CLUSTER, service_name)


def native(model: Mapping[str, Any], space: str, name: str) -> Object:
    """An object like one that the operator made, under another name and nobody's."""
    made: Object = copy.deepcopy({key: value for key, value in model.items() if key != "status"})
    metadata = {key: value for key, value in made["metadata"].items() if key not in _SERVER_SETS}
    metadata["annotations"] = {key: value for key, value in metadata.get("annotations", {}).items() if key != _REVISION}
    marks = metadata["labels"] | {labels.MANAGED_BY: RAW}
    made["metadata"] = metadata | {"namespace": space, "name": name, "labels": marks}
    if made["kind"] == "Deployment":  # one selector for all would make the controllers hold each against all others
        spec = made["spec"]
        for selected in (spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"]):
            selected[labels.SERVICE] = name
        spec["template"]["metadata"]["labels"][labels.MANAGED_BY] = RAW  # its Pods are no tasks
    if made["kind"] == "PodDisruptionBudget":
        made["spec"]["selector"]["matchLabels"][labels.SERVICE] = name
    return made


def without_account(pod_spec: Object) -> None:
    """Have the Pods run as the default ServiceAccount of whatever namespace; the API server fills in both names."""
    for name in ("serviceAccount", "serviceAccountName"):
        pod_spec.pop(name, None)


def config_map(space: str, name: str, size: int) -> Object:
    """A ConfigMap of a size in bytes of JSON."""
    made: Object = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": space, "name": name},
        "data": {"text": ""},
    }
    made["data"]["text"] = "x" * max(size - len(orjson.dumps(made)), 0)
    return made


def pod(template: Mapping[str, Any], space: str, name: str, size: int) -> Object:
    """A Pod of a template, padded to a size; a scheduling gate keeps it from running, which is not measured here."""
    made: Object = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "namespace": space,
            "name": name,
            "annotations": {**template["metadata"]["annotations"], _PAD: ""},
        },
        "spec": {**template["spec"], "schedulingGates": [{"name": "kubecs.dev/benchmark"}]},
    }
    without_account(made["spec"])
    made["metadata"]["annotations"][_PAD] = "x" * max(size - len(orjson.dumps(made)), 0)
    return made
