"""The one cache: a store for each kind, fed by kopf's events, our informers and the answers to our own writes."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from kubecs.controllers.facts import HeldService, held_service, node_status, number_in_use
from kubecs.controllers.indexes import INDEXES, value
from kubecs.controllers.prune import PRUNE
from kubecs.kube.store import Change, EventType, Store
from kubecs.plan.containerimages import Unresolved, started_ms, tells, unresolved
from kubecs.plan.summary import TaskSummary, summarise

Object = dict[str, Any]
Listener = Callable[[str, Change], None]
Rejected = Callable[[str, str, str, Exception], None]

# What is kept of each object of a kind, taken once when it changes.
FACTS: Mapping[str, Callable[[Object], Any]] = {
    "Pod": summarise,
    "ECSService": held_service,
    "Node": node_status,
    "ECSTaskDefinitionRevision": unresolved,
    "ControllerRevision": number_in_use,
}


class Cache:
    """Stores by kind; tells its listener of every change, whichever side it came from.

    Attributes:
        stores: Kind to store.
        tasks: A summary of each task's Pod by (namespace, name).
        services: What is kept of each ECSService, likewise.
        nodes: The ECS status of each node by name, likewise.
        unresolved: What each task definition revision would learn from a task, likewise.
    """

    def __init__(self, listener: Listener, rejected: Rejected) -> None:
        """Makes the empty stores.

        Args:
            listener: Told of every change.
            rejected: Told of an object that makes no sense, by its kind, namespace and name, and of the reason.
        """
        self.stores: Mapping[str, Store] = {
            kind: Store(
                indexes=indexes, prune=PRUNE.get(kind), take=FACTS.get(kind), rejected=partial(self._reject, kind)
            )
            for kind, indexes in INDEXES.items()
        }
        self.tasks: Mapping[tuple[str, str], TaskSummary] = self.stores["Pod"].facts
        self.services: Mapping[tuple[str, str], HeldService] = self.stores["ECSService"].facts
        self.nodes: Mapping[tuple[str, str], str] = self.stores["Node"].facts
        self.unresolved: Mapping[tuple[str, str], Unresolved] = self.stores["ECSTaskDefinitionRevision"].facts
        self._in_use: Mapping[tuple[str, str], int] = self.stores["ControllerRevision"].facts
        self._listener = listener
        self._rejected = rejected

    def _reject(self, kind: str, obj: Object, error: Exception) -> None:
        metadata = obj["metadata"]
        self._rejected(kind, metadata.get("namespace", ""), metadata["name"], error)

    def changed(self, kind: str, change: Change) -> None:
        """Pass on a change that a store has taken in."""
        self._listener(kind, change)

    def observe(self, kind: str, event: EventType | None, obj: Object) -> None:
        """Take in an event (None: listed)."""
        change = self.stores[kind].observe(event, obj)
        if change is not None:
            self.changed(kind, change)

    def written(self, obj: Object) -> None:
        """Take in the answer to our own write, so that the cache is never older than it."""
        store = self.stores.get(obj.get("kind", ""))
        if store is None:
            return
        change = store.written(obj)
        if change is not None:
            self.changed(obj["kind"], change)

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """One object, parsed afresh."""
        return self.stores[kind].get(namespace, name)

    def holds(self, kind: str, namespace: str, name: str) -> bool:
        """Whether there is such an object, without parsing it."""
        return (namespace, name) in self.stores[kind]

    def keys(self, kind: str) -> Iterable[tuple[str, str]]:
        """(namespace, name) of every object of a kind."""
        return tuple(self.stores[kind].keys())

    def by_index(self, kind: str, index: str, namespace: str, what: str) -> tuple[Object, ...]:
        """The objects of a kind that an index has for something in a namespace."""
        return self.stores[kind].by_index(index, value(namespace, what))

    def in_namespace(self, kind: str, namespace: str) -> tuple[Object, ...]:
        """All objects of a kind in a namespace, where the kind has that index."""
        return self.stores[kind].by_index("namespace", namespace)

    def names_by_index(self, kind: str, index: str, namespace: str, what: str) -> Iterable[str]:
        """The same, only the names, without parsing anything."""
        return (name for _, name in self.stores[kind].keys_by_index(index, value(namespace, what)))

    def summaries(self, index: str, namespace: str, what: str) -> tuple[TaskSummary, ...]:
        """The summaries of the Pods that an index has for something in a namespace."""
        keys = self.stores["Pod"].keys_by_index(index, value(namespace, what))
        return tuple(self.tasks[key] for key in keys if key in self.tasks)

    def telling_task(self, revision: Object) -> Object | None:
        """The task that a task definition revision can learn its images from: of the newest deployment that has one.

        The newest of all may run digests already, so that it tells nothing. Of each the first task stands for the rest.
        """
        wanted = unresolved(revision)
        place = value(revision["metadata"]["namespace"], revision["metadata"]["name"])
        firsts: dict[str, tuple[float, tuple[str, str]]] = {}
        for key in self.stores["Pod"].keys_by_index("revision", place):
            if (task := self.tasks.get(key)) is not None:
                entry = (task.created_epoch, key)
                firsts[task.deployment] = min(entry, firsts.get(task.deployment, entry))
        for deployment in sorted(firsts, key=started_ms, reverse=True):
            pod = self.get("Pod", *firsts[deployment][1])
            if pod is not None and tells(pod, wanted):
                return pod
        return None

    def count(self, kind: str, index: str, namespace: str, what: str) -> int:
        """How many objects an index has for something in a namespace."""
        return self.stores[kind].count_index(index, value(namespace, what))

    def followers(self, namespace: str, family: str) -> tuple[HeldService, ...]:
        """The services that follow a family, given by its object's name."""
        keys = self.stores["ECSService"].keys_by_index("follows", value(namespace, family))
        return tuple(self.services[key] for key in keys)

    def numbers_in_use(self, namespace: str, family: str) -> Iterable[int]:
        """The numbers of a family's revisions that service revisions run, the family given by its object's name."""
        keys = self.stores["ControllerRevision"].keys_by_index("family", value(namespace, family))
        return tuple(self._in_use[key] for key in keys)

    def families(self) -> Iterable[tuple[str, str]]:
        """(namespace, name of its object) of every family that has a revision."""
        values = self.stores["ECSTaskDefinitionRevision"].index_values("family")
        return tuple((namespace, family) for namespace, _, family in (each.partition("/") for each in values))

    def sizes(self) -> Mapping[str, int]:
        """How many objects of each kind are held."""
        return {kind: len(store) for kind, store in self.stores.items()}
