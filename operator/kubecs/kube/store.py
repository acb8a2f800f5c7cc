"""A cache of one resource: every object as compact JSON bytes, indexed, and never older than our own last write.

The cache is fed from three sides: lists, watch events, and the answers to our own writes. They arrive in any order, so
each object is merged by its resourceVersion, which for one object is compared as an integer (upstream: KEP-5504).
Deletions leave a tombstone, so that a late answer to a write does not bring the object back; of what was created and
deleted unseen, the next list's resourceVersion tells as much.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from sys import intern
from typing import Any, Literal

import orjson

Object = dict[str, Any]
Key = tuple[str, str]
Index = Callable[[Object], Iterable[str]]
EventType = Literal["ADDED", "MODIFIED", "DELETED"]

MAX_TOMBSTONES = 10_000
UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)  # what comes of reading a malformed object


class Entry:
    """One cached object.

    Attributes:
        key: (namespace, name); the namespace is "" for cluster-scoped objects.
        uid: metadata.uid.
        resource_version: metadata.resourceVersion as an integer.
        raw: JSON of the pruned object.
        values: For each index of the store, in its order, the values of this object.
        facts: What the store's `take` made of the object; None without one.
    """

    __slots__ = ("facts", "key", "raw", "resource_version", "uid", "values")

    def __init__(
        self, key: Key, uid: str, resource_version: int, raw: bytes, values: tuple[tuple[str, ...], ...], facts: Any
    ) -> None:
        self.key = key
        self.facts = facts
        self.uid = uid
        self.resource_version = resource_version
        self.raw = raw
        self.values = values

    def parse(self) -> Object:
        """A fresh dict of the object, the caller's to change."""
        parsed: Object = orjson.loads(self.raw)
        return parsed


class Change:
    """What one observation changed in the cache.

    Attributes:
        type: ADDED, MODIFIED or DELETED. An object that took over the name of a former one (another uid) is ADDED.
        namespace: Of the object, "" when cluster-scoped.
        name: Of the object.
        uid: Of the object.
        resource_version: At which it happened; of a missed deletion that of the list that lacked the object.
        missed: A deletion of which only the absence was seen: `last` is then some earlier state, not the final one.
    """

    __slots__ = ("_held", "_now", "_old", "missed", "name", "namespace", "resource_version", "type", "uid")

    def __init__(self, kind: EventType, key: Key, held: Entry | None, now: Object | None, version: int) -> None:
        self.type: EventType = kind
        self.namespace, self.name = key
        self.resource_version = version
        self.missed = now is None
        self._held = held
        self._now = now
        self._old: Object | None = None
        self.uid: str = now["metadata"]["uid"] if now is not None else held.uid if held is not None else ""

    @property
    def old(self) -> Object | None:
        """What the cache held before under that name, parsed when first asked for; None if nothing."""
        if self._old is None and self._held is not None:
            self._old = self._held.parse()
        return self._old

    @property
    def before(self) -> Any:
        """The facts that the cache held before under that name; None if nothing."""
        return None if self._held is None else self._held.facts

    @property
    def new(self) -> Object | None:
        """The object now; None after a deletion."""
        return None if self.type == "DELETED" else self._now

    @property
    def last(self) -> Object:
        """The newest state that is known: after a deletion the final one, or if that was missed the one held."""
        if self._now is not None:
            return self._now
        held = self.old
        if held is None:
            raise ValueError("a change knows the object before or after it")
        return held

    def __repr__(self) -> str:
        return f"Change({self.type} {self.namespace}/{self.name} at {self.resource_version})"


Changes = list[Change]


class Store:
    """The cached objects of one resource. Not thread-safe; belongs to one event loop.

    Attributes:
        facts: By (namespace, name), what `take` made of each object.
    """

    def __init__(
        self,
        indexes: Mapping[str, Index] | None = None,
        prune: Callable[[Object], Object] | None = None,
        max_tombstones: int = MAX_TOMBSTONES,
        *,
        take: Callable[[Object], Any] | None = None,
        rejected: Callable[[Object, Exception], None] | None = None,
    ) -> None:
        """Makes an empty store.

        Args:
            indexes: For each index name, the function that gives the values under which an object is found.
            prune: Takes away what is not used; may change and return its argument. managedFields always go.
            max_tombstones: How many deletions are remembered.
            take: Takes the facts of an object that are wanted without parsing it again.
            rejected: Told of an object that one of these functions cannot make sense of; the store goes on with what
                it held. Without it the error is raised.
        """
        indexes = indexes or {}
        self._functions = tuple(indexes.values())
        self._positions = {name: position for position, name in enumerate(indexes)}
        self._buckets: tuple[dict[str, dict[Key, None]], ...] = tuple({} for _ in indexes)
        self._prune = prune
        self._entries: dict[Key, Entry] = {}
        self._superseded: dict[str, Entry] = {}  # by uid: lost its name to a new object, deletion not yet seen
        self._tombstones: OrderedDict[str, int] = OrderedDict()
        self._max_tombstones = max_tombstones
        self._take = take
        self._rejected = rejected
        self.facts: dict[Key, Any] = {}
        self._floor = 0  # resourceVersion of the newest list: what it lacked and is not newer does not exist

    # Reads

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def get(self, namespace: str, name: str) -> Object | None:
        """A fresh dict of the object, or None."""
        entry = self._entries.get((namespace, name))
        return entry.parse() if entry else None

    def entry(self, namespace: str, name: str) -> Entry | None:
        """The entry itself: uid, resourceVersion and bytes without parsing."""
        return self._entries.get((namespace, name))

    def keys(self) -> Iterator[Key]:
        """(namespace, name) of every object."""
        return iter(self._entries)

    def list(self, namespace: str | None = None) -> Iterator[Object]:
        """Fresh dicts of every object, or of one namespace's, parsed one at a time."""
        for (space, _), entry in tuple(self._entries.items()):
            if namespace is None or space == namespace:
                yield entry.parse()

    def by_index(self, index: str, value: str) -> tuple[Object, ...]:
        """Fresh dicts of the objects that an index has under a value, oldest in the cache first.

        Raises:
            KeyError: The store has no such index.
        """
        return tuple(self._entries[key].parse() for key in self.keys_by_index(index, value))

    def keys_by_index(self, index: str, value: str) -> tuple[Key, ...]:
        """(namespace, name) of the objects that an index has under a value, without parsing them."""
        return tuple(self._bucket(index).get(value, ()))

    def count_index(self, index: str, value: str) -> int:
        """How many objects an index has under a value."""
        return len(self._bucket(index).get(value, ()))

    def index_values(self, index: str) -> tuple[str, ...]:
        """The values that an index has at all."""
        return tuple(self._bucket(index))

    # Writes

    def observe(self, kind: str | None, obj: Object) -> Change | None:
        """Merges what a watch (its event type) or a list (None) shows. Keeps and changes the dict it is given.

        Returns:
            The change, or None when the cache knows the same or better already.
        """
        metadata = obj["metadata"]
        version = int(metadata["resourceVersion"])
        metadata.pop("managedFields", None)
        if kind == "DELETED":
            return self._bury(obj, version)
        return self._merge(obj, version)

    def written(self, obj: Object) -> Change | None:
        """Merges the answer to a create, apply or patch of our own; the watch event that follows is then no news."""
        return self.observe(None, obj)

    def relist(self) -> "Relist":
        """Begins to take in a new list, page by page."""
        return Relist(self)

    def replace(self, items: Iterable[Object], resource_version: int) -> Changes:
        """Takes in a whole list of that resourceVersion: merges its items, buries what it lacks.

        An entry that is newer than the list (our own write since) stays.
        """
        relist = self.relist()
        return [*relist.page(items), *relist.finish(resource_version)]

    # Merging

    def _merge(self, obj: Object, version: int) -> Change | None:
        metadata = obj["metadata"]
        uid = metadata["uid"]
        if version <= self._tombstones.get(uid, -1):
            return None
        key = (metadata.get("namespace", ""), metadata["name"])
        held = self._entries.get(key)
        if version <= (self._floor if held is None else held.resource_version):
            return None
        read = self._read(key, obj, version)
        if read is None:
            return None
        entry, obj = read
        self._hold(held, entry)
        same = held is not None and held.uid == uid
        return Change("MODIFIED" if same else "ADDED", key, held, obj, version)

    def _read(self, key: Key, obj: Object, version: int) -> tuple[Entry, Object] | None:
        """What is kept of the object, and the object pruned; None when it makes no sense.

        Anybody may write what the API server does not check: one such object must not be the end of all others.
        """
        try:
            if self._prune is not None:
                obj = self._prune(obj)
            values = tuple(tuple(function(obj)) for function in self._functions)
            facts = self._take(obj) if self._take is not None else None
        except UNREADABLE as error:
            if self._rejected is None:
                raise
            self._rejected(obj, error)
            return None
        return Entry(key, obj["metadata"]["uid"], version, _compact(obj), values, facts), obj

    def _hold(self, held: Entry | None, entry: Entry) -> None:
        """Puts an entry in place of what was held, and moves it in the indexes if its values changed."""
        if held is None:
            entry.key = (intern(entry.key[0]), entry.key[1])
        else:
            entry.key = held.key
            if held.uid == entry.uid:
                entry.uid = held.uid
            else:
                self._superseded[held.uid] = held
        if held is not None and held.values == entry.values:
            entry.values = held.values
        else:
            if held is not None:
                self._unindex(held)
            entry.values = tuple(tuple(intern(value) for value in own) for own in entry.values)
            self._index(entry.key, entry.values)
        self._entries[entry.key] = entry
        if self._take is not None:
            self.facts[entry.key] = entry.facts

    def _bury(self, obj: Object, version: int) -> Change | None:
        """Merges a deletion. One that the cache knew nothing of is a change too: it carries the final state."""
        metadata = obj["metadata"]
        uid = metadata["uid"]
        if version <= self._tombstones.get(uid, -1):
            return None
        key = (metadata.get("namespace", ""), metadata["name"])
        held = self._entries.get(key)
        if held is None or held.uid != uid:
            held = self._superseded.get(uid)
        elif held.resource_version > version:
            return None
        self._forget(uid, held, version)
        read = self._read(key, obj, version)
        if read is None:
            return None if held is None else self._miss(held, version)
        return Change("DELETED", key, held, read[1], version)

    def settle(self, seen: set[Key], version: int) -> Changes:
        """Ends a list of that resourceVersion which showed those keys: buries what it should have shown and did not."""
        self._floor = max(self._floor, version)
        return [self._miss(entry, version) for entry in self._unseen(seen, version)]

    def _miss(self, held: Entry, version: int) -> Change:
        self._forget(held.uid, held, version)
        return Change("DELETED", held.key, held, None, version)

    def _unseen(self, seen: set[Key], version: int) -> tuple[Entry, ...]:
        absent = [entry for key, entry in self._entries.items() if key not in seen]
        return tuple(entry for entry in (*self._superseded.values(), *absent) if entry.resource_version <= version)

    def _forget(self, uid: str, held: Entry | None, version: int) -> None:
        """Drops an entry and remembers the deletion."""
        self._superseded.pop(uid, None)
        if held is not None and self._entries.get(held.key) is held:
            del self._entries[held.key]
            self.facts.pop(held.key, None)
            self._unindex(held)
        self._tombstones[uid] = version
        self._tombstones.move_to_end(uid)
        if len(self._tombstones) > self._max_tombstones:
            self._tombstones.popitem(last=False)

    # Indexes

    def _bucket(self, index: str) -> dict[str, dict[Key, None]]:
        return self._buckets[self._positions[index]]

    def _index(self, key: Key, values: tuple[tuple[str, ...], ...]) -> None:
        for bucket, own in zip(self._buckets, values, strict=True):
            for value in own:
                bucket.setdefault(value, {})[key] = None

    def _unindex(self, held: Entry) -> None:
        for bucket, own in zip(self._buckets, held.values, strict=True):
            for value in own:
                keys = bucket.get(value)
                if keys is not None:
                    keys.pop(held.key, None)
                    if not keys:
                        del bucket[value]


def _compact(obj: Object) -> bytes:
    """JSON in just its own size: what orjson gives out keeps its whole buffer, thrice a Pod's JSON, while it lives."""
    return memoryview(orjson.dumps(obj)).tobytes()


class Relist:
    """A list being taken in page by page, so that no more than a page of it is ever parsed at once."""

    __slots__ = ("_seen", "_store")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: set[Key] = set()

    def page(self, items: Iterable[Object]) -> Changes:
        """Merges some items."""
        changes: Changes = []
        for item in items:
            metadata = item["metadata"]
            self._seen.add((metadata.get("namespace", ""), metadata["name"]))
            change = self._store.observe(None, item)
            if change is not None:
                changes.append(change)
        return changes

    def finish(self, resource_version: int) -> Changes:
        """After the last page: the deletions of what the list lacked. Every one of them is `missed`."""
        return self._store.settle(self._seen, resource_version)
