"""How each kind is looked up in the cache beside its name: one table of index functions."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kubecs.ecs.values import short_name
from kubecs.plan.containerimages import revision_of
from kubecs.plan.references import family_referred_to, follows
from kubecs.translate import labels, names

Object = Mapping[str, Any]
IndexFunction = Callable[[Object], Iterable[str]]
OWNERS = ("ECSService", "ECSTask")
RUNNERS = ("ReplicaSet", "DaemonSet", "ECSTask")  # what the Pod of a task is controlled by


def value(namespace: str, what: str) -> str:
    """The index value of something in a namespace."""
    return f"{namespace}/{what}"


def _annotation(obj: Object, name: str) -> str | None:
    found = (obj["metadata"].get("annotations") or {}).get(name)
    return None if found is None else str(found)


def _label(obj: Object, name: str) -> str | None:
    found = (obj["metadata"].get("labels") or {}).get(name)
    return None if found is None else str(found)


def owner_of(obj: Object) -> tuple[str, str] | None:
    """(kind, name) of the ECSService or ECSTask that an object was made for: its owner, else what its marks say."""
    for reference in obj["metadata"].get("ownerReferences") or ():
        if reference["kind"] in OWNERS:
            return reference["kind"], reference["name"]
    name = _annotation(obj, labels.OWNER_OBJECT)
    if name is None:
        return None
    return ("ECSTask" if _label(obj, labels.SERVICE) is None else "ECSService"), name


def owned_by_service(obj: Object) -> Iterable[str]:
    """Children of a service, by the ECSService's name."""
    yield from _owned_by("ECSService", obj)


def owned_by_task(obj: Object) -> Iterable[str]:
    """The Pod and the record of an ECSTask, by the ECSTask's name."""
    yield from _owned_by("ECSTask", obj)


def _owned_by(kind: str, obj: Object) -> Iterable[str]:
    owner = owner_of(obj)
    if owner is not None and owner[0] == kind:
        yield value(obj["metadata"]["namespace"], owner[1])


def is_task(pod: Object) -> bool:
    """Whether a Pod is a task: not one that somebody copied by hand, or took out of its ReplicaSet to look into it."""
    references = pod["metadata"].get("ownerReferences") or ()
    return any(each.get("controller") and each["kind"] in RUNNERS for each in references)


def run_for_service(pod: Object) -> Iterable[str]:
    """Tasks of a service, by the ECSService's name."""
    return owned_by_service(pod) if is_task(pod) else ()


def run_for_task(pod: Object) -> Iterable[str]:
    """Tasks of an ECSTask, by its name."""
    return owned_by_task(pod) if is_task(pod) else ()


def telling_of_revision(pod: Object) -> Iterable[str]:
    """Running tasks of services by the name of their task definition revision, which learns its digests from them."""
    name = revision_of(pod) if is_task(pod) else None
    if name is not None:
        yield value(pod["metadata"]["namespace"], name)


def in_cluster(pod: Object) -> Iterable[str]:
    """Tasks by ECS's name of their cluster."""
    cluster = _annotation(pod, labels.CLUSTER_NAME) if is_task(pod) else None
    if cluster is not None:
        yield value(pod["metadata"]["namespace"], cluster)


def referring_to_cluster(obj: Object) -> Iterable[str]:
    """ECSServices and ECSTasks by the cluster that they name."""
    yield value(obj["metadata"]["namespace"], names.cluster_name(obj["spec"].get("cluster")))


def referring_to_family(obj: Object) -> Iterable[str]:
    """ECSServices and ECSTasks by the family that their reference names, given by its object's name."""
    family = family_referred_to(obj["spec"].get("taskDefinition") or "")
    if family is not None:
        yield value(obj["metadata"]["namespace"], names.object_name(family))


def following_family(obj: Object) -> Iterable[str]:
    """Of these the ones that name the family alone."""
    if follows(obj["spec"].get("taskDefinition") or ""):
        yield from referring_to_family(obj)


def of_family(obj: Object) -> Iterable[str]:
    """Task definition revisions by the name that their family's object has, or would have."""
    yield value(obj["metadata"]["namespace"], names.object_name(obj["spec"]["taskDefinition"]["family"]))


def running_family(obj: Object) -> Iterable[str]:
    """Service revisions by the family that they run, likewise."""
    family = short_name(obj["data"]["taskDefinition"]).rpartition(":")[0]
    yield value(obj["metadata"]["namespace"], names.object_name(family))


def accompanied(obj: Object) -> Iterable[str]:
    """Service revisions by the companions of their tasks."""
    for each in obj["data"].get("companions") or ():
        yield value(obj["metadata"]["namespace"], f"{each['kind']}/{each['metadata']['name']}")


def in_namespace(obj: Object) -> Iterable[str]:
    """Everything in a namespace."""
    yield obj["metadata"]["namespace"]


def bound(obj: Object) -> Iterable[str]:
    """RoleBindings by the ServiceAccounts that they bind."""
    for subject in obj.get("subjects") or ():
        yield value(obj["metadata"]["namespace"], subject["name"])


INDEXES: Mapping[str, Mapping[str, IndexFunction]] = {
    "Pod": {
        "service": run_for_service,
        "task": run_for_task,
        "cluster": in_cluster,
        "revision": telling_of_revision,
    },
    "ReplicaSet": {"service": owned_by_service},
    "Deployment": {"service": owned_by_service},
    "DaemonSet": {"service": owned_by_service},
    "ControllerRevision": {"service": owned_by_service, "family": running_family, "companion": accompanied},
    "PodDisruptionBudget": {},
    "ServiceAccount": {"namespace": in_namespace},
    "RoleBinding": {"subject": bound, "namespace": in_namespace},
    "Service": {"service": owned_by_service},
    "NetworkPolicy": {"namespace": in_namespace},
    "PersistentVolumeClaim": {"namespace": in_namespace},
    "ResourceClaimTemplate": {"namespace": in_namespace},
    "ExternalSecret": {"service": owned_by_service, "task": owned_by_task},
    "Node": {},
    "ECSAccount": {},
    "ECSCluster": {},
    "ECSTaskDefinition": {},
    "ECSTaskDefinitionRevision": {"family": of_family},
    "ECSService": {
        "cluster": referring_to_cluster,
        "family": referring_to_family,
        "follows": following_family,
        "namespace": in_namespace,
    },
    "ECSTask": {"cluster": referring_to_cluster, "family": referring_to_family, "namespace": in_namespace},
    "ECSTaskRecord": {"service": owned_by_service, "task": owned_by_task},
}
