"""All that kubecs has made in a namespace, written so that two runs of the same story read the same.

What differs from run to run without meaning anything is left out or given a standing name: times, uids, random parts of
names, nodes, addresses. What remains is compared as text: something lost or doubled shows as a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.cluster.rig import Kubectl

KINDS = (
    "deployment",
    "replicaset",
    "pod",
    "controllerrevision",
    "daemonset",
    "poddisruptionbudget",
    "serviceaccount",
    "rolebinding",
    "ecstaskdefinition",
    "ecstaskdefinitionrevision",
    "ecsservice",
    "ecstask",
    "ecstaskrecord",
)
# Of Kubernetes' own kinds the status is Kubernetes' business, but for these members.
TOLD = {
    "Deployment": ("replicas", "readyReplicas", "updatedReplicas"),
    "ReplicaSet": ("replicas", "readyReplicas"),
    "Pod": ("phase",),
    "DaemonSet": ("desiredNumberScheduled", "numberReady", "updatedNumberScheduled"),
    "PodDisruptionBudget": ("expectedPods", "desiredHealthy", "currentHealthy"),
}
KIND_NAMES = {kind.lower(): kind for kind in TOLD}
REVISION_HASH = "controller-revision-hash"  # on what DaemonSets keep and make
DROPPED_LABELS = frozenset(
    {
        REVISION_HASH,
        "pod-template-generation",
        "pod-template-hash",
        "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone",
    }
)
DROPPED_NOTES = frozenset({"kubecs.dev/applied-hash"})  # of a manifest with the deployment's id in it
DROPPED_MEMBERS = frozenset({"nodeName", "runtimeId", "version"})  # version: a record's, the Pod's resourceVersion
# A ControllerRevision that was lost between two writes is made from the live template, which has the server's defaults.
DEFAULTS = {
    "terminationMessagePath": "/dev/termination-log",
    "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler",
    "securityContext": {},
}

_DEPLOYMENT_ID = re.compile(r"ecs-svc([/-])(\d{10,})")
_STANDING_NAMES = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<digest>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<id>"),
    (re.compile(r"(default-[a-z]+-[0-9a-f]{8})-[0-9a-z]{5,10}(-[0-9a-z]{5})?\b"), r"\1-<hash>"),
    (re.compile(r"\b([a-z]+)-[0-9a-f]{10}\b"), r"\1-<ten>"),
)


def end_state(kubectl: Kubectl) -> list[str]:
    """One line for each value in each object, in a standing order."""
    lines = [
        f"{kind} {obj['metadata']['name']} {line}"
        for kind in KINDS
        for obj in kubectl.list(kind)
        if not _kubernetes_own(kind, obj)
        for line in _flat("", _kept(kind, obj))
    ]
    return sorted(_named(_deployments_numbered(lines), kubectl.namespace))


def _flat(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for name, member in value.items():
            yield from _flat(f"{path}.{name}", member)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _flat(f"{path}[{number}]", item)
    elif value is not None:
        yield f"{path}: {json.dumps(value)}"


def _kept(kind: str, obj: Mapping[str, Any]) -> dict[str, Any]:
    metadata = obj["metadata"]
    kept: dict[str, Any] = {
        "labels": _without(metadata.get("labels") or {}, DROPPED_LABELS),
        "annotations": _without(metadata.get("annotations") or {}, DROPPED_NOTES),
        "owners": [f"{owner['kind']}/{owner['name']}" for owner in metadata.get("ownerReferences", ())],
        "ends": "deletionTimestamp" in metadata,
    }
    status = obj.get("status") or {}
    told = TOLD.get(KIND_NAMES.get(kind, ""))  # items of a list carry no kind
    kept["status"] = _pruned({name: status.get(name) for name in told} if told else status)
    if kind == "pod":  # the rest is the template's, with what the API server and the scheduler add
        kept["gates"] = obj["spec"].get("schedulingGates")
    else:
        kept["spec"] = _pruned(obj.get("spec"))
    for name in ("data", "revision", "subjects", "roleRef"):
        kept[name] = _pruned(obj.get(name))
    if kind == "controllerrevision":
        _drop_defaults(kept["data"]["template"]["spec"])
    return kept


def _drop_defaults(pod: dict[str, Any]) -> None:
    for holder in (pod, *pod["containers"]):
        for name, value in DEFAULTS.items():
            if holder.get(name) == value:
                del holder[name]
    pod.pop("serviceAccount", None)  # Kubernetes' old name for serviceAccountName


def _kubernetes_own(kind: str, obj: Mapping[str, Any]) -> bool:
    """The namespace's own ServiceAccount, and what a DaemonSet keeps of its templates."""
    metadata = obj["metadata"]
    if kind == "serviceaccount":
        return bool(metadata["name"] == "default")
    return kind == "controllerrevision" and REVISION_HASH in (metadata.get("labels") or {})


def _without(values: Mapping[str, Any], dropped: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in dropped}


def _pruned(value: Any) -> Any:
    if isinstance(value, Mapping):
        dropped = DROPPED_MEMBERS | DROPPED_LABELS
        return {name: _pruned(member) for name, member in value.items() if name not in dropped}
    if isinstance(value, list):
        return [_pruned(item) for item in value]
    return value


def _deployments_numbered(lines: list[str]) -> list[str]:
    """ECS deployments by age, as `ecs-svc/#1`: their ids hold the time, and the younger one has the smaller number."""
    digits = sorted({match[2] for line in lines for match in _DEPLOYMENT_ID.finditer(line)}, key=int, reverse=True)
    numbers = {digit: number for number, digit in enumerate(digits, 1)}
    return [_DEPLOYMENT_ID.sub(lambda match: f"ecs-svc{match[1]}#{numbers[match[2]]}", line) for line in lines]


def _named(lines: list[str], namespace: str) -> list[str]:
    named = [line.replace(namespace, "<namespace>") for line in lines]
    for pattern, name in _STANDING_NAMES:
        named = [pattern.sub(name, line) for line in named]
    return named
