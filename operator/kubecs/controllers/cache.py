"""The one cache: a store for each kind, fed by kopf's events, our informers and the answers to our own writes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kubecs.controllers.facts import node_status, service_facts
from kubecs.controllers.indexes import INDEXES, value
from kubecs.controllers.prune import PRUNE
from kubecs.kube.store import Change, EventType, Store
from kubecs.metrics.view import ServiceFacts
from kubecs.plan.summary import TaskSummary, summarise

Object = dict[str, Any]
Listener = Callable[[str, Change], None]


class Cache:
    """Stores by kind; tells its listener of every change, whichever side it came from.

    Attributes:
        stores: Kind to store.
        tasks: A summary of each task's Pod by (namespace, name), made once when the Pod changes.
        service_facts: The figures of each ECSService, likewise.
        nodes: The ECS status of each node by name, likewise.
    """

    def __init__(self, listener: Listener) -> None:
        self.stores: Mapping[str, Store] = {
            kind: Store(indexes=indexes, prune=PRUNE.get(kind)) for kind, indexes in INDEXES.items()
        }
        self.tasks: dict[tuple[str, str], TaskSummary] = {}
        self.service_facts: dict[tuple[str, str], ServiceFacts] = {}
        self.nodes: dict[tuple[str, str], str] = {}
        self._facts: Mapping[str, tuple[dict[tuple[str, str], Any], Callable[[Object], Any]]] = {
            "Pod": (self.tasks, summarise),
            "ECSService": (self.service_facts, service_facts),
            "Node": (self.nodes, node_status),
        }
        self._listener = listener

    def changed(self, kind: str, change: Change) -> None:
        """Pass on a change that a store has taken in."""
        if kind in self._facts:
            held, take = self._facts[kind]
            if change.new is None:
                held.pop((change.namespace, change.name), None)
            else:
                held[change.namespace, change.name] = take(change.new)
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

    def names_by_index(self, kind: str, index: str, namespace: str, what: str) -> Iterable[str]:
        """The same, only the names, without parsing anything."""
        return (name for _, name in self.stores[kind].keys_by_index(index, value(namespace, what)))

    def summaries(self, index: str, namespace: str, what: str) -> tuple[TaskSummary, ...]:
        """The summaries of the Pods that an index has for something in a namespace."""
        keys = self.stores["Pod"].keys_by_index(index, value(namespace, what))
        return tuple(self.tasks[key] for key in keys if key in self.tasks)

    def sizes(self) -> Mapping[str, int]:
        """How many objects of each kind are held."""
        return {kind: len(store) for kind, store in self.stores.items()}
