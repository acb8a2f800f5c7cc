"""What is written: ECS resources, or the plain Kubernetes objects that kubecs would make of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from kubecs.convert.items import Cluster, TaskDefinition
from kubecs.convert.trial import Manifest
from kubecs.translate import labels, names

# What ties an object to kubecs: without an owner it would be collected, and with the label the operator would take it.
_TIES = frozenset({labels.MANAGED_BY, labels.APPLIED_HASH})


def task_definition_manifest(definition: TaskDefinition, *, keep_revision: bool) -> Manifest:
    """An ECSTaskDefinition, or with its number an ECSTaskDefinitionRevision."""
    family = str(definition.members["family"])
    if not keep_revision or definition.registered is None:
        return _object("ECSTaskDefinition", names.object_name(family), definition.members)
    registered = definition.registered
    document = {name: value for name, value in definition.members.items() if name != "tags"}
    spec = {
        "taskDefinition": document,
        "revision": registered.number,
        "lifecycle": registered.lifecycle,
        "registeredAt": registered.registered_at,
        "deregisteredAt": registered.deregistered_at,
        "tags": definition.members.get("tags"),
        "origin": {"kind": "Endpoint"},
    }
    manifest = _object(
        "ECSTaskDefinitionRevision",
        names.revision_object_name(family, registered.number),
        {name: value for name, value in spec.items() if value},
    )
    manifest["metadata"]["labels"] = {
        labels.MANAGED_BY: labels.MANAGER,
        labels.FAMILY: names.label_value(family),
        labels.REVISION: str(registered.number),
    }
    return manifest


def cluster_manifest(cluster: Cluster) -> Manifest:
    """An ECSCluster."""
    return _object("ECSCluster", names.object_name(str(cluster.members["clusterName"])), cluster.members)


def _object(kind: str, name: str, spec: Mapping[str, Any]) -> Manifest:
    return {"apiVersion": labels.API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": dict(spec)}


def in_namespace(manifest: Manifest, namespace: str | None) -> Manifest:
    """The manifest in a namespace; without one it goes where kubectl puts it."""
    if namespace is None:
        return manifest
    metadata = {"name": manifest["metadata"]["name"], "namespace": namespace}
    return {**manifest, "metadata": metadata | {k: v for k, v in manifest["metadata"].items() if k not in metadata}}


def plain(manifests: Iterable[Manifest]) -> list[Manifest]:
    """The operator's children as objects of their own: no owner, no bookkeeping, nothing that needs the operator."""
    return [_untied(each) for each in manifests if each["kind"] != "ControllerRevision"]


def pod_template(pod: Manifest, family: str) -> Manifest:
    """A PodTemplate of a task's Pod: a task definition runs nothing by itself."""
    own = _untied(pod)
    metadata = {key: value for key, value in own["metadata"].items() if key in ("labels", "annotations")}
    spec = {key: value for key, value in own["spec"].items() if key != "schedulingGates"}
    return {
        "apiVersion": "v1",
        "kind": "PodTemplate",
        "metadata": {"name": names.object_name(family), "namespace": own["metadata"]["namespace"]},
        "template": {"metadata": metadata, "spec": spec},
    }


def _untied(manifest: Manifest) -> Manifest:
    free = {**manifest, "metadata": _free(manifest["metadata"])}
    template = (manifest.get("spec") or {}).get("template")
    if template:
        free["spec"] = {**manifest["spec"], "template": {**template, "metadata": _free(template["metadata"])}}
    return free


def _free(metadata: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in metadata.items() if key != "ownerReferences"}
    for part in ("labels", "annotations"):
        if part in kept:
            kept[part] = {key: value for key, value in kept[part].items() if key not in _TIES}
            if not kept[part]:
                del kept[part]
    return kept
