"""The fault proxy, between a plain HTTP client and the real API server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import aiohttp
import pytest

from tests.cluster.audit import OPERATOR_USER
from tests.cluster.faultproxy import After, Answer, Before, Cut, Delay, FaultProxy, Silence, WatchError
from tests.cluster.rig import Kubectl, wait_for_async
from tools.localcluster import LocalCluster


@pytest.fixture
def proxy(cluster: LocalCluster) -> Iterator[FaultProxy]:
    with FaultProxy(cluster.url, cluster.certificate_authority) as running:
        yield running


@pytest.fixture
async def client(cluster: LocalCluster, proxy: FaultProxy) -> AsyncIterator[aiohttp.ClientSession]:
    cluster.operator_kubeconfig()
    await wait_for_async(lambda: _may_create_pods(cluster), 20, "the API server knows of the operator's rights")
    kubeconfig = json.loads(proxy.kubeconfig(cluster.kubeconfig_for("kubecs-system", "kubecs-operator")).read_text())
    token = kubeconfig["users"][0]["user"]["token"]
    server = kubeconfig["clusters"][0]["cluster"]["server"]
    async with aiohttp.ClientSession(server, headers={"Authorization": f"Bearer {token}"}) as session:
        yield session


def _may_create_pods(cluster: LocalCluster) -> bool:
    spec = {"user": OPERATOR_USER, "resourceAttributes": {"verb": "create", "resource": "pods"}}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
    answer = cluster.api.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    return bool(answer["status"]["allowed"])


def _pod(name: str) -> dict[str, Any]:
    spec = {"containers": [{"name": "app", "image": "app"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


async def test_calls_pass_with_the_callers_own_rights(
    client: aiohttp.ClientSession, proxy: FaultProxy, namespace: str
) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    async with client.post(path, json=_pod("one")) as answer:
        assert answer.status == 201
    async with client.get(path, params={"labelSelector": "a in (b,c)"}) as answer:
        assert (await answer.json())["items"] == []
    async with client.get(f"/api/v1/namespaces/{namespace}/secrets") as answer:
        assert answer.status == 403
    assert [(call.method, call.status) for call in proxy.calls] == [("POST", 201), ("GET", 200), ("GET", 403)]
    assert proxy.count("POST", "/pods$") == 1


async def test_answers_come_as_often_as_asked_for(client: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    proxy.add(Answer(429, retry_after=3), method="GET", path="/nodes", times=2, skip=1)
    seen = []
    for _ in range(4):
        async with client.get("/api/v1/nodes") as answer:
            seen.append((answer.status, answer.headers.get("Retry-After")))
    assert seen == [(200, None), (429, "3"), (429, "3"), (200, None)]


async def test_watch_error_and_delay(client: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    proxy.add(WatchError(410), path="watch=1")
    proxy.add(Delay(0.2), path="watch=1")
    began = asyncio.get_running_loop().time()
    async with client.get("/api/v1/nodes?watch=1") as answer:
        event = json.loads(await answer.text())
    assert asyncio.get_running_loop().time() - began >= 0.2
    assert (answer.status, event["type"], event["object"]["code"]) == (200, "ERROR", 410)


async def test_cut_stream_ends_in_the_middle_of_a_line(client: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    proxy.add(Cut(lines=2), path="watch=1")
    async with client.get("/api/v1/nodes?watch=1") as answer:
        lines = [await answer.content.readline() for _ in range(2)]
        with pytest.raises(aiohttp.ClientError):
            await answer.content.readline()
    assert [json.loads(line)["type"] for line in lines] == ["ADDED", "ADDED"]


async def test_silent_watch_says_nothing_and_others_do(client: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    proxy.add(Silence(), path="watch=1")
    async with client.get("/api/v1/nodes?watch=1") as silent, client.get("/api/v1/nodes?watch=1") as other:
        assert silent.status == 200
        assert json.loads(await other.content.readline())["type"] == "ADDED"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(silent.content.readline(), 0.3)


async def test_held_stream_goes_on_without_a_loss(
    client: aiohttp.ClientSession, proxy: FaultProxy, namespace: str
) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    async with client.get(f"{path}?watch=1") as watch:
        await asyncio.to_thread(proxy.hold)
        creating = asyncio.create_task(client.post(path, json=_pod("held")))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(creating), 0.3)
        await asyncio.to_thread(proxy.release)
        await (await creating).read()  # to its end: a stream until then, it would be cut below
        event = json.loads(await watch.content.readline())
        assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "held")
        assert await asyncio.to_thread(proxy.cut_streams) == 1
        with pytest.raises(aiohttp.ClientError):
            await watch.content.read()


async def test_hooks_run_around_the_kth_call(
    client: aiohttp.ClientSession, proxy: FaultProxy, namespace: str, kubectl: Kubectl
) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    seen: dict[str, bool] = {}

    def look(when: str, name: str) -> Callable[[], None]:
        return lambda: seen.update({when: kubectl.find("pod", name) is not None})

    proxy.add(Before(look("before", "two")), method="POST", path="/pods$", skip=1)
    proxy.add(After(look("after", "three")), method="POST", path="/pods$", skip=2)
    for name in ("one", "two", "three"):
        async with client.post(path, json=_pod(name)) as answer:
            assert answer.status == 201
            assert (await answer.json())["metadata"]["name"] == name
    assert seen == {"before": False, "after": True}


async def test_client_that_leaves_ends_its_stream(client: aiohttp.ClientSession, proxy: FaultProxy) -> None:
    proxy.add(Silence(), path="watch=1")
    async with client.get("/api/v1/nodes?watch=1") as watch:
        assert watch.status == 200
    await wait_for_async(lambda: not proxy._streams, 10, "no stream left")
