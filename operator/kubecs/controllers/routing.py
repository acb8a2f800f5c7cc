"""From a change in the cache to the keys to look at: one table, one small function for each kind."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kubecs.controllers.accounts import SINGLETON
from kubecs.controllers.cache import Cache
from kubecs.controllers.indexes import owner_of
from kubecs.controllers.keys import Key
from kubecs.kube.store import Change
from kubecs.plan import stopcause
from kubecs.plan.carried import said_of
from kubecs.plan.containerimages import revision_of, tells
from kubecs.plan.drain import is_draining
from kubecs.plan.references import family_referred_to
from kubecs.plan.snapshot import is_paused
from kubecs.translate import labels, names

Object = Mapping[str, Any]
Route = Callable[[Cache, Change], Iterable[Key]]


def _own(kind: str, change: Change) -> Key:
    return Key(kind, change.namespace, change.name)


def _cluster_key(namespace: str, cluster: str) -> Key:
    return Key("ECSCluster", namespace, names.object_name(cluster))


def _family_key(namespace: str, family: str) -> Key:
    return Key("ECSTaskDefinition", namespace, names.object_name(family))


def _users(cache: Cache, index: str, namespace: str, what: str) -> Iterable[Key]:
    """Services and ECSTasks that an index has for something."""
    for kind in ("ECSService", "ECSTask"):
        for name in cache.names_by_index(kind, index, namespace, what):
            yield Key(kind, namespace, name)


def _child(_: Cache, change: Change) -> Iterable[Key]:
    owner = owner_of(change.last)
    return (Key(owner[0], change.namespace, owner[1]),) if owner else ()


def _pod(cache: Cache, change: Change) -> Iterable[Key]:
    yield from _child(cache, change)
    cluster = (change.last["metadata"].get("annotations") or {}).get(labels.CLUSTER_NAME)
    if cluster:
        yield _cluster_key(change.namespace, cluster)
    replaced = change.type == "ADDED" and change.old is not None
    goes = change.last["metadata"].get("deletionTimestamp")  # nothing is done about it before it has gone
    if change.type == "DELETED" or replaced or (not goes and any(holds(change.last) for holds in _LOOKED_AT)):
        yield _own("Pod", change)
    yield from _telling(cache, change)


def _telling(cache: Cache, change: Change) -> Iterable[Key]:
    """The revision that learns from the task what its images are."""
    name = revision_of(change.last) if change.new is not None else None
    wanted = cache.unresolved.get((change.namespace, name)) if name else None
    if name and wanted is not None and tells(change.last, wanted):
        yield Key("ECSTaskDefinitionRevision", change.namespace, name)


def _start_is_limited(pod: Object) -> bool:
    """Others wait for one of its containers, and not for ever: the time has to be looked at."""
    return labels.START_TIMEOUTS in (pod["metadata"].get("annotations") or {})


def waits_in_vain(pod: Object) -> bool:
    """A task cannot pull or create a container, and is given up after a while: nothing more may happen."""
    return stopcause.of_failed_start(pod) is not None


def ended_somewhere(pod: Object) -> bool:
    """Some container of the Pod has ended once, or the whole Pod has: the record keeper must look."""
    status = pod.get("status") or {}
    if status.get("phase") in {"Succeeded", "Failed"}:
        return True
    statuses = [*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ())]
    return any(
        each.get("restartCount")
        or "terminated" in (each.get("state") or {})
        or "terminated" in (each.get("lastState") or {})
        for each in statuses
    )


_LOOKED_AT = (ended_somewhere, waits_in_vain, _start_is_limited)


def _service(cache: Cache, change: Change) -> Iterable[Key]:
    yield _own("ECSService", change)
    if change.old is not None and is_paused(change.old["spec"]):  # its Pods were left as they are
        for name in cache.names_by_index("Pod", "service", change.namespace, change.name):
            yield Key("Pod", change.namespace, name)
    spec = change.last["spec"]
    yield _cluster_key(change.namespace, names.cluster_name(spec.get("cluster")))
    family = family_referred_to(spec.get("taskDefinition") or "")
    if family:
        yield _family_key(change.namespace, family)


def _task(_: Cache, change: Change) -> Iterable[Key]:
    yield _own("ECSTask", change)


def _family(cache: Cache, change: Change) -> Iterable[Key]:
    yield _own("ECSTaskDefinition", change)
    yield from _users(cache, "family", change.namespace, change.name)


def _revision(cache: Cache, change: Change) -> Iterable[Key]:
    yield _own("ECSTaskDefinitionRevision", change)
    before, after = change.old, change.new
    family = names.object_name(change.last["spec"]["taskDefinition"]["family"])
    if before is not None and after is not None and before["spec"] == after["spec"]:
        if said_of(before) != said_of(after):
            yield from _users(cache, "family", change.namespace, family)
        return
    yield Key("ECSTaskDefinition", change.namespace, family)
    yield from _users(cache, "family", change.namespace, family)


def _cluster(cache: Cache, change: Change) -> Iterable[Key]:
    yield _own("ECSCluster", change)
    if change.old is None or change.new is None or change.old["spec"] != change.new["spec"]:
        name = change.last["spec"].get("clusterName") or change.name
        yield from _users(cache, "cluster", change.namespace, name)


def _account(cache: Cache, change: Change) -> Iterable[Key]:
    if change.old is not None and change.new is not None and change.old["spec"] == change.new["spec"]:
        return
    yield Key("ECSAccount", change.namespace, SINGLETON)
    for kind in ("ECSService", "ECSTask", "ECSTaskDefinition", "ECSTaskDefinitionRevision"):
        for namespace, name in cache.keys(kind):
            if namespace == change.namespace:
                yield Key(kind, namespace, name)


def _identity(cache: Cache, change: Change) -> Iterable[Key]:
    """One that somebody changed or took away is put back by who needs it; that of nobody may be one too many."""
    yield Key("ECSAccount", change.namespace, SINGLETON)
    if change.type == "ADDED":
        return
    for _, name in cache.stores["ECSService"].keys_by_index("namespace", change.namespace):
        yield Key("ECSService", change.namespace, name)


def _companion(cache: Cache, change: Change) -> Iterable[Key]:
    """One that somebody changed or took away is put back by those whose tasks need it."""
    if change.type == "ADDED":
        return
    named = f"{change.last['kind']}/{change.name}"
    for each in cache.by_index("ControllerRevision", "companion", change.namespace, named):
        if (owner := owner_of(each)) is not None:
            yield Key(owner[0], change.namespace, owner[1])
    for _, name in cache.stores["ECSTask"].keys_by_index("namespace", change.namespace):
        yield Key("ECSTask", change.namespace, name)


def _budget(cache: Cache, change: Change) -> Iterable[Key]:
    """Its status moves with every Pod, and nothing depends on that."""
    before, after = change.old, change.new
    if before is None or after is None or before["spec"] != after["spec"]:
        yield from _child(cache, change)


def _node(cache: Cache, change: Change) -> Iterable[Key]:
    """Clusters show how many instances they have; a draining node's tasks are replaced by their services."""
    if change.old is None or change.new is None or is_draining(change.old) != is_draining(change.new):
        for (namespace, _), task in cache.tasks.items():
            if task.node == change.name and task.service:
                yield Key("ECSService", namespace, task.owner)
    if change.type != "MODIFIED":
        yield from (Key("ECSCluster", namespace, name) for namespace, name in cache.keys("ECSCluster"))


def _record(cache: Cache, change: Change) -> Iterable[Key]:
    yield from _child(cache, change)
    yield _own("ECSTaskRecord", change)


ROUTES: Mapping[str, Route] = {
    "Pod": _pod,
    "ReplicaSet": _child,
    "Deployment": _child,
    "DaemonSet": _child,
    "ControllerRevision": _child,
    "Service": _child,
    "PodDisruptionBudget": _budget,
    "ServiceAccount": _identity,
    "RoleBinding": _identity,
    "NetworkPolicy": _companion,
    "PersistentVolumeClaim": _companion,
    "ResourceClaimTemplate": _companion,
    "ExternalSecret": _child,
    "Node": _node,
    "ECSAccount": _account,
    "ECSCluster": _cluster,
    "ECSTaskDefinition": _family,
    "ECSTaskDefinitionRevision": _revision,
    "ECSService": _service,
    "ECSTask": _task,
    "ECSTaskRecord": _record,
}
