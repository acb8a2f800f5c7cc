"""The informer keeps its store equal to the server through cuts, expired history, silence and refusals."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from kubecs.kube import client as client_module
from kubecs.kube import informer as informer_module
from kubecs.kube import resources
from kubecs.kube.client import Client
from kubecs.kube.informer import HistoryRewound, Informer, Scope
from kubecs.kube.store import Change, Store
from tests.cluster.faultproxy import Answer, Cut, FaultProxy, Silence, WatchError
from tests.cluster.kube_rig import Recorded, connect, faulty, lease
from tests.cluster.rig import wait_for_async
from tools.localcluster import LocalCluster

LEASES = resources.LEASES
WATCH = "watch=true"


class Following:
    """A running informer, and what it told."""

    def __init__(self, client: Client, scope: Scope, **options: Any) -> None:
        self.hooks = Recorded()
        self.changes: list[Change] = []
        self.store = Store({"color": lambda item: [item["metadata"].get("labels", {}).get("color", "none")]})
        self.informer = Informer(client, scope, self.store, self.changes.append, hooks=self.hooks, **options)
        self.task = asyncio.create_task(self.informer.run())

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(change.type, change.name) for change in self.changes]

    async def until(self, condition: Callable[[], object], message: str = "") -> None:
        await wait_for_async(lambda: bool(condition()) or self.task.done(), 20, message or "the informer caught up")
        if self.task.done():
            self.task.result()

    async def stop(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


@asynccontextmanager
async def following(client: Client, namespace: str, **options: Any) -> AsyncIterator[Following]:
    selector = options.pop("label_selector", None)
    running = Following(client, Scope(LEASES, namespace, selector), **options)
    try:
        await running.until(running.informer.synced.is_set, "synced")
        yield running
    finally:
        await running.stop()


@pytest.fixture
async def client(cluster: LocalCluster) -> AsyncIterator[Client]:
    """Straight to the API server."""
    async with connect(cluster.admin_kubeconfig) as connected:
        yield connected


@pytest.fixture
def through(cluster: LocalCluster) -> Iterator[tuple[FaultProxy, Path]]:
    with faulty(cluster) as pair:
        yield pair


@pytest.fixture
def proxy(through: tuple[FaultProxy, Path]) -> FaultProxy:
    return through[0]


@pytest.fixture
async def shaky(through: tuple[FaultProxy, Path]) -> AsyncIterator[Client]:
    """Through the fault proxy."""
    async with connect(through[1]) as connected:
        yield connected


async def make(client: Client, namespace: str, *names: str, **labels: str) -> None:
    for name in names:
        await client.create(lease(namespace, name, **labels))


async def same(client: Client, namespace: str, store: Store) -> bool:
    """Whether the store holds exactly what the server holds."""
    items, _ = await client.list(LEASES, namespace)
    return {item["metadata"]["name"]: item["metadata"]["resourceVersion"] for item in items} == {
        item["metadata"]["name"]: item["metadata"]["resourceVersion"] for item in store.list()
    }


async def test_lists_page_by_page_and_follows(client: Client, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(informer_module, "PAGE_SIZE", 3)
    await make(client, namespace, *"abcdefgh", color="red")
    async with following(client, namespace) as seen:
        assert len(seen.store) == 8
        assert seen.store.count_index("color", "red") == 8
        await client.patch(LEASES, namespace, "a", {"metadata": {"labels": {"color": "blue"}}})
        await make(client, namespace, "z")
        await client.delete(LEASES, namespace, "b")
        await seen.until(lambda: len(seen.changes) == 11)
        assert seen.told[8:] == [("MODIFIED", "a"), ("ADDED", "z"), ("DELETED", "b")]
        assert not seen.changes[-1].missed
        assert [item["metadata"]["name"] for item in seen.store.by_index("color", "blue")] == ["a"]
        assert await same(client, namespace, seen.store)
        assert seen.informer.resource_version == seen.changes[-1].resource_version


async def test_a_selector_lets_objects_come_and_go(client: Client, namespace: str) -> None:
    await make(client, namespace, "a", color="red")
    async with following(client, namespace, label_selector="color=red") as seen:
        for color in ("blue", "red"):
            await client.patch(LEASES, namespace, "a", {"metadata": {"labels": {"color": color}}})
        await seen.until(lambda: len(seen.changes) == 3)
        assert seen.told == [("ADDED", "a"), ("DELETED", "a"), ("ADDED", "a")]


async def test_the_store_is_never_older_than_our_own_write(
    shaky: Client, client: Client, proxy: FaultProxy, namespace: str
) -> None:
    await make(client, namespace, "a")
    async with following(shaky, namespace) as seen:
        proxy.hold()
        answer = await client.apply(lease(namespace, "a", color="blue"))
        assert seen.store.written(answer) is not None
        proxy.release()
        await make(client, namespace, "b")
        await seen.until(lambda: ("ADDED", "b") in seen.told)
        assert seen.told == [("ADDED", "a"), ("ADDED", "b")]
        assert seen.store.count_index("color", "blue") == 1


async def test_a_cut_in_the_middle_of_a_line_loses_and_doubles_nothing(
    shaky: Client, client: Client, proxy: FaultProxy, namespace: str
) -> None:
    proxy.add(Cut(lines=1), path=WATCH)
    async with following(shaky, namespace) as seen:
        await make(client, namespace, "a", "b", "c")
        await seen.until(lambda: len(seen.changes) == 3)
        assert seen.told == [("ADDED", "a"), ("ADDED", "b"), ("ADDED", "c")]
        assert seen.hooks.restarts == [("leases", "ConnectionError")]
        assert proxy.count(path="limit=500") == 1


async def test_many_cuts_under_load(shaky: Client, client: Client, proxy: FaultProxy, namespace: str) -> None:
    async with following(shaky, namespace) as seen:
        for round_number in range(5):
            await asyncio.gather(*(client.create(lease(namespace, f"r{round_number}-{n}")) for n in range(10)))
            proxy.cut_streams()
            await asyncio.gather(*(client.delete(LEASES, namespace, f"r{round_number}-{n}") for n in range(5)))
        await seen.until(lambda: seen.told.count(("DELETED", "r4-4")) and len(seen.changes) == 75)
        assert len(set(seen.told)) == 75
        assert await same(client, namespace, seen.store)


@pytest.mark.parametrize("fault", [Answer(410), WatchError(410)])
async def test_lost_history_leads_to_a_new_list_that_tells_missed_deletions(
    shaky: Client, client: Client, proxy: FaultProxy, namespace: str, fault: Answer | WatchError
) -> None:
    await make(client, namespace, "a", "b")
    async with following(shaky, namespace) as seen:
        await wait_for_async(lambda: proxy.count(path=WATCH), 10, "the watch began")
        down = proxy.add(Answer(503), path=WATCH, times=None)
        await wait_for_async(proxy.cut_streams, 10, "a stream to cut")
        await wait_for_async(lambda: down.hits, 10, "the watch was refused")
        await client.delete(LEASES, namespace, "a")
        await make(client, namespace, "c")
        proxy.instead(fault, [WATCH])
        await seen.until(lambda: len(seen.changes) == 4)
        assert seen.told[2:] == [("ADDED", "c"), ("DELETED", "a")]
        assert seen.changes[-1].missed
        assert seen.changes[-1].last["metadata"]["name"] == "a"
        assert ("leases", "gone") in seen.hooks.restarts
        await client.delete(LEASES, namespace, "b")
        await seen.until(lambda: ("DELETED", "b") in seen.told)


async def test_compacted_history(cluster: LocalCluster, client: Client, namespace: str) -> None:
    await make(client, namespace, "a", "b")
    async with following(client, namespace) as seen:
        await client.delete(LEASES, namespace, "a")
        await asyncio.to_thread(cluster.compact_etcd)
        await make(client, namespace, "c")
        await seen.until(lambda: ("ADDED", "c") in seen.told)
        assert await same(client, namespace, seen.store)
        assert seen.told.count(("DELETED", "a")) == 1


async def test_a_list_that_expires_between_pages_is_read_in_one_piece(
    shaky: Client, client: Client, proxy: FaultProxy, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(informer_module, "PAGE_SIZE", 2)
    await make(client, namespace, *"abcde")
    proxy.add(Answer(410), path="continue=")
    async with following(shaky, namespace) as seen:
        assert sorted(seen.told) == [("ADDED", name) for name in "abcde"]
        assert proxy.count(path=r"/leases\??$") == 1


async def test_a_silent_stream_is_left(
    shaky: Client, client: Client, proxy: FaultProxy, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_WATCH_TIMEOUT", aiohttp.ClientTimeout(total=None, sock_read=1))
    proxy.add(Silence(), path=WATCH)
    async with following(shaky, namespace) as seen:
        await make(client, namespace, "a")
        await seen.until(lambda: seen.told == [("ADDED", "a")])
        assert seen.hooks.restarts[0] == ("leases", "Timeout")


@pytest.mark.parametrize("status", [403, 404, 429, 500])
async def test_refusals_are_waited_out_and_logged_once(
    shaky: Client, client: Client, proxy: FaultProxy, namespace: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kubecs.kube.informer")
    proxy.add(Answer(status), path=WATCH, times=4)
    async with following(shaky, namespace) as seen:
        await make(client, namespace, "a")
        await seen.until(lambda: seen.told == [("ADDED", "a")])
        assert len(seen.hooks.restarts) == 4
    messages = [record.getMessage() for record in caplog.records]
    assert [message.split(":")[0] for message in messages] == [
        "watch of leases interrupted",
        "watch of leases works again",
    ]


async def test_a_list_that_is_refused_is_tried_again(
    shaky: Client, client: Client, proxy: FaultProxy, namespace: str
) -> None:
    await make(client, namespace, "a")
    proxy.add(Answer(403), path="limit=500", times=3)
    async with following(shaky, namespace) as seen:
        assert seen.told == [("ADDED", "a")]
        assert [code for _, _, code in seen.hooks.requests] == []
        assert proxy.count(path="limit=500") == 4


async def test_bookmarks_move_the_place_to_go_on_from(
    client: Client, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(informer_module, "MIN_WATCH_SECONDS", 4)
    monkeypatch.setattr(informer_module, "MAX_WATCH_SECONDS", 4)
    async with following(client, namespace) as seen:
        start, activity = seen.informer.resource_version, seen.informer.last_activity
        await make(client, "default", f"elsewhere-{namespace}")
        await seen.until(lambda: seen.informer.resource_version > start, "a bookmark")
        assert seen.changes == []
        assert seen.informer.last_activity > activity
        assert set(seen.hooks.events) == {("leases", "BOOKMARK")}
        await seen.until(lambda: seen.hooks.restarts, "the server ended the watch")
        assert set(seen.hooks.restarts) == {("leases", "closed")}


async def test_a_successor_hears_of_deletions_since_a_mark(client: Client, namespace: str) -> None:
    await make(client, namespace, "a", "kept")
    _, mark = await client.list(LEASES, namespace)
    await client.patch(LEASES, namespace, "a", {"metadata": {"labels": {"final": "yes"}}})
    await client.delete(LEASES, namespace, "a")
    await make(client, namespace, "short", color="red")
    await client.delete(LEASES, namespace, "short")
    await client.patch(LEASES, namespace, "kept", {"metadata": {"labels": {"color": "blue"}}})
    async with following(client, namespace, resume_from=int(mark)) as seen:
        assert seen.told[0] == ("ADDED", "kept")
        await seen.until(lambda: len(seen.changes) == 3)
        assert seen.told[1:] == [("DELETED", "a"), ("DELETED", "short")]
        assert seen.changes[1].last["metadata"]["labels"]["final"] == "yes"
        assert not seen.changes[1].missed
        assert seen.informer.resumed is True
        await make(client, namespace, "next")
        await seen.until(lambda: len(seen.changes) == 4)
        assert await same(client, namespace, seen.store)


async def test_a_mark_that_is_too_old_is_told_and_costs_nothing_else(
    shaky: Client, client: Client, proxy: FaultProxy, namespace: str
) -> None:
    await make(client, namespace, "a")
    proxy.add(WatchError(410), path=WATCH)
    async with following(shaky, namespace, resume_from=1) as seen:
        await seen.until(lambda: seen.informer.resumed is False)
        await make(client, namespace, "b")
        await seen.until(lambda: seen.told == [("ADDED", "a"), ("ADDED", "b")])
        assert proxy.count(path="limit=500") == 1


async def test_history_that_went_back_ends_the_informer(client: Client, namespace: str) -> None:
    async with following(client, namespace) as seen:
        await seen.stop()
        seen.informer.resource_version = 10**12
        seen.informer._listed = False
        with pytest.raises(HistoryRewound):
            await seen.informer.run()


async def test_what_the_callback_raises_ends_the_informer(client: Client, namespace: str) -> None:
    def fail(change: Change) -> None:
        raise ZeroDivisionError(change.name)

    await make(client, namespace, "a")
    broken = Informer(client, Scope(LEASES, namespace), Store(), fail)
    with pytest.raises(ZeroDivisionError):
        await broken.run()
