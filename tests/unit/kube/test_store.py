"""The cache: every order of lists, watch events and late answers ends in the truth."""

import gc
import tracemalloc
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kubecs.kube.store import Change, Store

Object = dict[str, Any]
NAMES = st.sampled_from(["a", "b", "c"])


def obj(name: str, uid: str, version: int, color: str = "red", namespace: str = "n") -> Object:
    metadata = {"namespace": namespace, "name": name, "uid": uid, "resourceVersion": str(version)}
    return {"kind": "Pod", "metadata": {**metadata, "managedFields": [{"manager": "x"}]}, "spec": {"color": color}}


def by_color(document: Object) -> Iterable[str]:
    return [document["spec"]["color"]]


def store(**settings: Any) -> Store:
    return Store({"color": by_color}, **settings)


def state(cache: Store) -> dict[str, tuple[str, int, str]]:
    return {
        item["metadata"]["name"]: (
            item["metadata"]["uid"],
            int(item["metadata"]["resourceVersion"]),
            item["spec"]["color"],
        )
        for item in cache.list()
    }


class Everything(RuleBasedStateMachine):
    """A server with a history, and a store that hears of it late, doubly, through writes' answers and new lists."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.truth: dict[str, Object] = {}
        self.history: list[tuple[int, str, Object]] = []  # in order, as a watch tells it
        self.position = 0  # of the watch, a resourceVersion
        self.answers: list[Object] = []  # to our own writes, on their way
        self.cache = store()
        self.changes: list[Change] = []
        self.ever: Counter[tuple[str, str]] = Counter()
        self.newest_write: dict[str, int] = {}  # by uid, among the answers that arrived
        self.gone: dict[str, int] = {}

    # What happens on the server

    def _write(self, kind: str, document: Object, *, ours: bool) -> None:
        self.history.append((self.version, kind, document))
        if ours and kind != "DELETED":
            self.answers.append(document)

    @rule(name=NAMES, color=st.sampled_from(["red", "blue"]), ours=st.booleans())
    def write(self, name: str, color: str, ours: bool) -> None:
        self.version += 1
        held = self.truth.get(name)
        uid = held["metadata"]["uid"] if held else f"{name}-{self.version}"
        self.truth[name] = obj(name, uid, self.version, color)
        self._write("MODIFIED" if held else "ADDED", self.truth[name], ours=ours)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        held = self.truth.pop(name, None)
        if held is not None:
            self.version += 1
            uid = held["metadata"]["uid"]
            self.gone[uid] = self.version
            self._write("DELETED", obj(name, uid, self.version, held["spec"]["color"]), ours=False)

    # What the store hears

    def _note(self, changes: Iterable[Change | None]) -> None:
        for change in changes:
            if change is not None:
                self.changes.append(change)
                self.ever[change.uid, change.type] += 1

    @rule(count=st.integers(1, 5))
    def watch(self, count: int) -> None:
        for version, kind, document in [entry for entry in self.history if entry[0] > self.position][:count]:
            self._note([self.cache.observe(kind, copy(document))])
            self.position = version

    @rule(back=st.integers(1, 4))
    def hear_again(self, back: int) -> None:
        """A watch that starts anew a little earlier."""
        self.position = max(0, self.position - back)

    @rule(pick=st.randoms(use_true_random=False))
    def answer(self, pick: Any) -> None:
        if self.answers:
            document = self.answers.pop(pick.randrange(len(self.answers)))
            self._note([self.cache.written(copy(document))])
            uid = document["metadata"]["uid"]
            written = int(document["metadata"]["resourceVersion"])
            self.newest_write[uid] = max(written, self.newest_write.get(uid, 0))

    @rule(name=NAMES, color=st.sampled_from(["red", "blue"]), between=st.booleans())
    def relist(self, name: str, color: str, between: bool) -> None:
        """The watch was too old. A write of ours may happen, and be answered, while the pages come."""
        version = self.version
        items = [copy(item) for item in self.truth.values()]
        relist = self.cache.relist()
        self._note(relist.page(items[:1]))
        if between:
            self.write(name, color, ours=False)
            self._note([self.cache.written(copy(self.truth[name]))])
        self._note(relist.page(items[1:]))
        self._note(relist.finish(version))
        self.position = version

    # What must hold at any time

    @invariant()
    def indexes_agree_with_the_objects(self) -> None:
        for color in ("red", "blue"):
            found = {item["metadata"]["name"] for item in self.cache.by_index("color", color)}
            held = {name for name, (_, _, own) in state(self.cache).items() if own == color}
            assert found == held
            assert self.cache.count_index("color", color) == len(held)
        assert set(self.cache.index_values("color")) == {own for _, _, own in state(self.cache).values()}

    @invariant()
    def never_older_than_our_own_write(self) -> None:
        for uid, version, _ in state(self.cache).values():
            assert version >= self.newest_write.get(uid, 0)

    @invariant()
    def the_changes_tell_the_same_story(self) -> None:
        told: dict[str, tuple[str, int]] = {}
        for change in self.changes:
            if change.type != "DELETED":
                told[change.name] = (change.uid, change.resource_version)
            elif told.get(change.name, ("", 0))[0] == change.uid:
                del told[change.name]
        assert told == {name: (uid, version) for name, (uid, version, _) in state(self.cache).items()}

    @invariant()
    def each_object_comes_once_and_goes_once(self) -> None:
        for (uid, kind), count in self.ever.items():
            assert kind == "MODIFIED" or count == 1, (uid, kind, count)
            assert kind != "DELETED" or uid in self.gone

    def teardown(self) -> None:
        """When everything has arrived, the store knows the truth, and every deletion of what it knew was told."""
        self.watch(10_000)
        self._note(self.cache.written(copy(document)) for document in self.answers)
        self._note(self.cache.observe(kind, copy(document)) for _, kind, document in self.history[-3:])
        assert state(self.cache) == {
            name: (item["metadata"]["uid"], int(item["metadata"]["resourceVersion"]), item["spec"]["color"])
            for name, item in self.truth.items()
        }
        known = {uid for uid, kind in self.ever if kind == "ADDED"}
        assert {uid for uid in known if uid in self.gone} == {
            uid for uid, kind in self.ever if kind == "DELETED" and uid in known
        }


def copy(document: Object) -> Object:
    """As it comes off the wire: a dict of its own."""
    return {**document, "metadata": dict(document["metadata"]), "spec": dict(document["spec"])}


TestEverything = Everything.TestCase
TestEverything.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)


def test_a_change_knows_before_and_after() -> None:
    cache = store()
    added = cache.observe("ADDED", obj("a", "1", 5))
    assert added is not None
    assert (added.type, added.old, added.new) == ("ADDED", None, cache.get("n", "a"))
    changed = cache.observe("MODIFIED", obj("a", "1", 6, "blue"))
    assert changed is not None
    assert changed.old is not None
    assert changed.new is not None
    assert (changed.old["spec"]["color"], changed.new["spec"]["color"]) == ("red", "blue")
    deleted = cache.observe("DELETED", obj("a", "1", 7, "green"))
    assert deleted is not None
    assert (deleted.new, deleted.missed, deleted.last["spec"]["color"]) == (None, False, "green")
    assert deleted.old is not None
    assert deleted.old["spec"]["color"] == "blue"


def test_what_is_given_out_is_the_callers_own() -> None:
    cache = store()
    cache.observe(None, obj("a", "1", 5))
    first = cache.get("n", "a")
    assert first is not None
    first["spec"]["color"] = "spoilt"
    assert state(cache)["a"][2] == "red"


def test_managed_fields_are_never_kept_and_prune_comes_before_the_indexes() -> None:
    def prune(document: Object) -> Object:
        return {"metadata": document["metadata"], "spec": {"color": "pruned"}}

    cache = store(prune=prune)
    cache.observe(None, obj("a", "1", 5))
    held = cache.get("n", "a")
    assert held is not None
    assert "managedFields" not in held["metadata"]
    assert "kind" not in held
    assert cache.count_index("color", "pruned") == 1


def test_a_late_answer_does_not_bring_the_dead_back() -> None:
    cache = store()
    cache.observe("ADDED", obj("a", "1", 5))
    cache.observe("DELETED", obj("a", "1", 7))
    assert cache.written(obj("a", "1", 6)) is None
    assert cache.get("n", "a") is None


def test_an_object_can_leave_the_selector_and_come_back() -> None:
    cache = store()
    cache.observe("ADDED", obj("a", "1", 5))
    cache.observe("DELETED", obj("a", "1", 7))
    back = cache.observe("ADDED", obj("a", "1", 9))
    assert back is not None
    assert back.type == "ADDED"
    assert cache.observe("DELETED", obj("a", "1", 11)) is not None


def test_a_deletion_of_the_unknown_is_told_once_with_its_final_state() -> None:
    cache = store()
    change = cache.observe("DELETED", obj("a", "1", 7, "green"))
    assert change is not None
    assert (change.old, change.last["spec"]["color"], change.missed) == (None, "green", False)
    assert cache.observe("DELETED", obj("a", "1", 7, "green")) is None


def test_the_successor_of_a_name_does_not_hide_the_deletion_before_it() -> None:
    cache = store()
    cache.observe("ADDED", obj("a", "1", 5, "red"))
    recreated = cache.written(obj("a", "2", 9, "blue"))
    assert recreated is not None
    assert recreated.type == "ADDED"
    deleted = cache.observe("DELETED", obj("a", "1", 8, "red"))
    assert deleted is not None
    assert (deleted.uid, deleted.old is not None) == ("1", True)
    assert state(cache) == {"a": ("2", 9, "blue")}


def test_a_list_tells_what_was_deleted_meanwhile_and_spares_what_is_newer() -> None:
    cache = store()
    for name, version in (("old", 3), ("kept", 4)):
        cache.observe(None, obj(name, name, version))
    cache.written(obj("fresh", "fresh", 12))
    changes = cache.replace([obj("kept", "kept", 6), obj("new", "new", 7)], resource_version=10)
    assert [(change.type, change.name, change.missed) for change in changes] == [
        ("MODIFIED", "kept", False),
        ("ADDED", "new", False),
        ("DELETED", "old", True),
    ]
    assert changes[-1].last["metadata"]["resourceVersion"] == "3"
    assert set(state(cache)) == {"kept", "new", "fresh"}


def test_a_late_answer_does_not_bring_back_what_came_and_went_unseen() -> None:
    cache = store()
    cache.replace([], resource_version=10)
    assert cache.written(obj("a", "1", 7)) is None
    assert cache.written(obj("b", "2", 11)) is not None


def test_tombstones_are_bounded() -> None:
    cache = store(max_tombstones=2)
    for number in range(5):
        cache.observe("DELETED", obj("a", str(number), number + 1))
    assert len(cache._tombstones) == 2


def test_an_entry_takes_hardly_more_memory_than_its_json() -> None:
    cache = store()
    gc.collect()
    tracemalloc.start()
    for number in range(300):
        cache.observe(None, obj(f"name-{number}", f"uid-{number}", number, "c" * 2500))
    gc.collect()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used / 300 < 2500 + 1000


def test_lists_by_namespace_and_cluster_scoped_objects() -> None:
    cache = store()
    cache.observe(None, obj("a", "1", 5, namespace="x"))
    cache.observe(None, obj("a", "2", 6, namespace="y"))
    node = obj("a", "3", 7)
    del node["metadata"]["namespace"]
    cache.observe(None, node)
    assert [item["metadata"]["uid"] for item in cache.list("y")] == ["2"]
    assert ("", "a") in cache
    assert len(cache) == 3
    assert set(cache.keys()) == {("x", "a"), ("y", "a"), ("", "a")}
    with pytest.raises(KeyError):
        cache.by_index("shape", "round")


def test_facts_are_those_of_the_object_that_is_held() -> None:
    cache = store(take=lambda document: document["spec"]["color"].upper())
    first = cache.observe(None, obj("a", "1", 5))
    assert first is not None
    assert first.before is None
    changed = cache.observe("MODIFIED", obj("a", "1", 6, "green"))
    assert changed is not None
    assert (changed.before, dict(cache.facts)) == ("RED", {("n", "a"): "GREEN"})
    cache.observe("ADDED", obj("a", "2", 8, "blue"))
    late = cache.observe("DELETED", obj("a", "1", 7, "green"))  # of the former object of that name
    assert late is not None
    assert (late.before, dict(cache.facts)) == ("GREEN", {("n", "a"): "BLUE"})
    cache.observe("DELETED", obj("a", "2", 9, "blue"))
    assert not cache.facts


def test_an_object_that_makes_no_sense_is_left_out_and_told_of() -> None:
    told: list[str] = []
    cache = store(rejected=lambda document, error: told.append(f"{document['metadata']['name']} {error!r}"))
    broken = obj("b", "2", 6)
    del broken["spec"]["color"]
    changes = cache.replace([obj("a", "1", 5), broken], 7)
    assert [change.name for change in changes] == ["a"]
    assert told == ["b KeyError('color')"]
    assert cache.observe("DELETED", broken | {"metadata": broken["metadata"] | {"resourceVersion": "8"}}) is None
    repaired = cache.observe("ADDED", obj("b", "3", 9))
    assert repaired is not None
    assert repaired.type == "ADDED"


def test_what_is_held_stays_while_it_is_unreadable_and_goes_with_it() -> None:
    cache = store(rejected=lambda *_: None)
    cache.observe(None, obj("a", "1", 5))
    broken = obj("a", "1", 6)
    del broken["spec"]["color"]
    assert cache.observe("MODIFIED", broken) is None
    assert state(cache) == {"a": ("1", 5, "red")}
    broken["metadata"]["resourceVersion"] = "7"
    gone = cache.observe("DELETED", broken)
    assert gone is not None
    assert (gone.missed, gone.last["spec"]) == (True, {"color": "red"})
    assert not state(cache)
    assert cache.keys_by_index("color", "red") == ()


def test_without_anybody_to_tell_an_unreadable_object_is_an_error() -> None:
    broken = obj("a", "1", 5)
    del broken["spec"]["color"]
    with pytest.raises(KeyError, match="color"):
        store().observe(None, broken)
