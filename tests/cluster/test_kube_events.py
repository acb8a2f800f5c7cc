"""Events reach the API server as events.k8s.io wants them, in series, and never more than it can take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from kubecs.kube import resources
from kubecs.kube.client import Client
from kubecs.kube.events import EventRecorder
from kubecs.kube.retry import RetryPolicy
from tests.cluster.faultproxy import Answer, Cut, FaultProxy
from tests.cluster.kube_rig import connect, faulty, lease
from tests.cluster.rig import Kubectl, wait_for_async
from tools.localcluster import LocalCluster

EVENTS = resources.EVENTS


@pytest.fixture
async def client(cluster: LocalCluster) -> AsyncIterator[Client]:
    async with connect(cluster.admin_kubeconfig) as connected:
        yield connected


@pytest.fixture
def through(cluster: LocalCluster) -> Iterator[tuple[FaultProxy, Path]]:
    with faulty(cluster) as pair:
        yield pair


async def ours(client: Client, namespace: str) -> list[dict[str, Any]]:
    items, _ = await client.list(EVENTS, namespace)
    return [item for item in items if item.get("reportingController") == "kubecs.dev/operator"]


async def test_an_event_appears_where_people_look(client: Client, namespace: str, kubectl: Kubectl) -> None:
    about = await client.create(lease(namespace, "one"))
    async with EventRecorder(client, "pod-1") as recorder:
        recorder.record(about, "Warning", "TaskFailed", "the task " + "é" * 1000, "StartTask")
    (event,) = await ours(client, namespace)
    assert event["regarding"]["uid"] == about["metadata"]["uid"]
    assert (event["reason"], event["action"], event["reportingInstance"]) == ("TaskFailed", "StartTask", "pod-1")
    assert event["note"].endswith("…")
    assert "TaskFailed" in kubectl("describe", "lease", "one")
    assert recorder.dropped == 0


async def test_repeats_become_a_series(client: Client, namespace: str) -> None:
    about = await client.create(lease(namespace, "one"))
    async with EventRecorder(client, "pod-1") as recorder:
        recorder.record(about, "Normal", "Scaled", "to 3")
        await wait_for_async(lambda: ours(client, namespace), 10)
        for _ in range(8):
            recorder.record(about, "Normal", "Scaled", "to 3")
        recorder.record(about, "Normal", "Scaled", "to 4")
    events = {event["note"]: event for event in await ours(client, namespace)}
    assert set(events) == {"to 3", "to 4"}
    assert events["to 3"]["series"]["count"] == 9
    assert "series" not in events["to 4"]


async def test_a_series_whose_event_has_expired_begins_anew(client: Client, namespace: str) -> None:
    about = await client.create(lease(namespace, "one"))
    async with EventRecorder(client, "pod-1") as recorder:
        recorder.record(about, "Normal", "Scaled", "to 3")
        (event,) = await wait_for_async(lambda: ours(client, namespace), 10)
        await client.delete(EVENTS, namespace, event["metadata"]["name"])
        recorder.record(about, "Normal", "Scaled", "to 3")
        await wait_for_async(lambda: recorder._queue.empty() and not _pending(recorder), 10)
        recorder.record(about, "Normal", "Scaled", "to 3")
    assert len(await ours(client, namespace)) == 1


def _pending(recorder: EventRecorder) -> bool:
    return any(series.pending for series in recorder._series.values())


async def test_an_event_whose_answer_was_lost_is_there_once(
    through: tuple[FaultProxy, Path], client: Client, namespace: str
) -> None:
    proxy, kubeconfig = through
    proxy.add(Cut(), method="POST")
    about = await client.create(lease(namespace, "one"))
    async with connect(kubeconfig) as shaky, EventRecorder(shaky, "pod-1") as recorder:
        recorder.record(about, "Normal", "Scaled", "to 3")
    assert len(await ours(client, namespace)) == 1
    assert recorder.dropped == 0


async def test_a_refused_event_is_dropped_and_counted_and_the_next_one_posted(
    through: tuple[FaultProxy, Path], client: Client, namespace: str
) -> None:
    proxy, kubeconfig = through
    proxy.add(Answer(403), method="POST")
    about = await client.create(lease(namespace, "one"))
    async with connect(kubeconfig) as shaky, EventRecorder(shaky, "pod-1") as recorder:
        recorder.record(about, "Normal", "Scaled", "to 3")
        await wait_for_async(lambda: recorder.dropped, 10)
        recorder.record(about, "Normal", "Scaled", "to 4")
    assert [event["note"] for event in await ours(client, namespace)] == ["to 4"]


async def test_the_end_does_not_wait_for_a_server_that_is_away(
    through: tuple[FaultProxy, Path], client: Client, namespace: str
) -> None:
    proxy, kubeconfig = through
    proxy.add(Answer(503), method="POST", times=None)
    about = await client.create(lease(namespace, "one"))
    async with connect(kubeconfig, retry=RetryPolicy(deadline=60)) as shaky:
        async with asyncio.timeout(5), EventRecorder(shaky, "pod-1", flush_seconds=0.5) as recorder:
            for number in range(10):
                recorder.record(about, "Normal", "Scaled", f"to {number}")
        assert recorder.dropped == 10
