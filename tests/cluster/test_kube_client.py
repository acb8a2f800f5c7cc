"""The client's verbs on the real API server, and its patience with a faulty one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import pytest

from kubecs.kube import errors, resources
from kubecs.kube.capabilities import keeps_container_restart_rules
from kubecs.kube.client import Client
from kubecs.kube.retry import RetryPolicy
from tests.cluster.faultproxy import Answer, Cut, Delay, FaultProxy
from tests.cluster.kube_rig import Recorded, connect, faulty, lease, pod
from tools.binaries import BINARIES, version_of
from tools.localcluster import LocalCluster
from tools.localcluster.process import free_port

LEASES, PODS = resources.LEASES, resources.PODS


@pytest.fixture
async def client(cluster: LocalCluster) -> AsyncIterator[Client]:
    async with connect(cluster.admin_kubeconfig) as connected:
        yield connected


@pytest.fixture
def through(cluster: LocalCluster) -> Iterator[tuple[FaultProxy, Path]]:
    with faulty(cluster) as pair:
        yield pair


# Verbs


async def test_an_object_lives_and_dies(client: Client, namespace: str) -> None:
    made = await client.create(lease(namespace, "one"))
    assert (await client.get(LEASES, namespace, "one"))["metadata"]["uid"] == made["metadata"]["uid"]
    with pytest.raises(errors.AlreadyExists):
        await client.create(lease(namespace, "one"))
    await client.delete(LEASES, namespace, "one", uid=made["metadata"]["uid"])
    with pytest.raises(errors.NotFound):
        await client.get(LEASES, namespace, "one")
    with pytest.raises(errors.NotFound):
        await client.delete(LEASES, namespace, "one")


async def test_a_dry_run_stores_nothing(client: Client, namespace: str) -> None:
    assert (await client.create(lease(namespace, "one"), dry_run=True))["metadata"]["uid"]
    with pytest.raises(errors.NotFound):
        await client.get(LEASES, namespace, "one")


async def test_the_version_that_is_served_is_found_by_asking(client: Client) -> None:
    gone = resources.Resource("Deployment", "apps/v1beta1", "deployments")
    unknown = resources.Resource("Gadget", "gadgets.example/v1", "gadgets")
    misnamed = resources.Resource("Gadget", "apps/v1", "gadgets")
    assert await client.served((resources.DEPLOYMENTS, gone)) is resources.DEPLOYMENTS
    assert await client.served((gone, resources.DEPLOYMENTS)) is resources.DEPLOYMENTS
    assert await client.served((unknown, misnamed)) is None


async def test_restart_rules_of_containers_are_found_by_asking(client: Client, namespace: str) -> None:
    on_by_default = version_of(BINARIES["kube-apiserver"]) >= "v1.35"
    assert await keeps_container_restart_rules(client, namespace) == on_by_default
    assert not await keeps_container_restart_rules(client, "no-such-namespace")
    pods, _ = await client.list(PODS, namespace)
    assert pods == []


async def test_apply_creates_then_takes_over_and_forgets(client: Client, namespace: str) -> None:
    manifest = lease(namespace, "one", color="red", shape="round")
    first = await client.apply(MappingProxyType(manifest))
    assert [entry["manager"] for entry in first["metadata"]["managedFields"]] == ["kubecs"]
    await client.patch(LEASES, namespace, "one", {"metadata": {"labels": {"color": "blue"}}})
    second = await client.apply(lease(namespace, "one", color="green"))
    assert second["metadata"]["labels"] == {"color": "green"}
    third = await client.apply(lease(namespace, "one", color="green"))
    assert third["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"]


@pytest.mark.parametrize("verb", ["create", "apply"])
async def test_a_misspelt_field_is_refused_at_once(client: Client, namespace: str, verb: str) -> None:
    manifest = lease(namespace, "one")
    manifest["spec"]["holder"] = "x"
    started = time.monotonic()
    with pytest.raises(errors.Invalid, match="holder"):
        await getattr(client, verb)(manifest)
    assert time.monotonic() - started < 5


async def test_json_patch_tests_and_merge_patch_preconditions(client: Client, namespace: str) -> None:
    stale = (await client.create(lease(namespace, "one", color="red")))["metadata"]["resourceVersion"]
    replace = {"op": "replace", "path": "/metadata/labels/color", "value": "blue"}
    test = {"op": "test", "path": "/metadata/labels/color", "value": "green"}
    with pytest.raises(errors.Invalid):
        await client.patch(LEASES, namespace, "one", [test, replace])
    changed = await client.patch(LEASES, namespace, "one", (replace,))
    assert changed["metadata"]["labels"] == {"color": "blue"}
    with pytest.raises(errors.Conflict):
        await client.patch(LEASES, namespace, "one", {"metadata": {"resourceVersion": stale, "labels": {"a": "b"}}})
    with pytest.raises(errors.Invalid):
        await client.patch(LEASES, namespace, "one", {"metadata": {"uid": "another"}})


async def test_a_delete_spares_the_successor_of_a_name(client: Client, namespace: str) -> None:
    first = await client.create(lease(namespace, "one"))
    await client.delete(LEASES, namespace, "one")
    second = await client.create(lease(namespace, "one"))
    with pytest.raises(errors.Conflict):
        await client.delete(LEASES, namespace, "one", uid=first["metadata"]["uid"])
    assert (await client.get(LEASES, namespace, "one"))["metadata"]["uid"] == second["metadata"]["uid"]


async def test_a_pod_is_deleted_with_a_grace_period_of_our_own(client: Client, namespace: str) -> None:
    await client.create(pod(namespace, "one"))
    answer = await client.delete(PODS, namespace, "one", grace_seconds=0)
    assert answer["kind"] == "Pod"
    with pytest.raises(errors.NotFound):
        await client.get(PODS, namespace, "one")


async def test_a_subresource(client: Client, namespace: str) -> None:
    made = await client.create(pod(namespace, "one"))
    condition = {"type": "kubecs.dev/test", "status": "True"}
    answer = await client.patch(PODS, namespace, "one", {"status": {"conditions": [condition]}}, "status")
    assert condition["type"] in {entry["type"] for entry in answer["status"]["conditions"]}
    assert answer["spec"] == made["spec"]


async def test_lists_come_in_pages_of_one_moment(client: Client, namespace: str) -> None:
    await asyncio.gather(*(client.create(lease(namespace, f"l{n:02}", odd=str(n % 2))) for n in range(25)))
    pages = [page async for page in client.pages(LEASES, namespace, limit=10)]
    assert [len(page.items) for page in pages] == [10, 10, 5]
    assert len({page.resource_version for page in pages}) == 1
    assert pages[0].items[0]["kind"] == "Lease"
    assert pages[0].items[0]["apiVersion"] == "coordination.k8s.io/v1"
    items, version = await client.list(LEASES, namespace, label_selector="odd=1", field_selector="metadata.name!=l01")
    assert [item["metadata"]["name"] for item in items] == [f"l{n:02}" for n in range(3, 25, 2)]
    assert int(version) >= int(pages[0].resource_version)


async def test_a_watch_gives_lines_and_ends_in_time(client: Client, namespace: str) -> None:
    _, version = await client.list(LEASES, namespace)
    await client.create(lease(namespace, "one"))
    await client.delete(LEASES, namespace, "one")
    lines = [
        line
        async for chunk in client.watch(LEASES, namespace, resource_version=version, timeout_seconds=3)
        for line in chunk
    ]
    events = [orjson.loads(line) for line in lines]
    assert [event["type"] for event in events if event["type"] != "BOOKMARK"] == ["ADDED", "DELETED"]


# Faults


async def test_waits_as_long_as_the_server_asks_and_tries_again(
    through: tuple[FaultProxy, Path], namespace: str
) -> None:
    proxy, kubeconfig = through
    proxy.add(Answer(429, retry_after=1), method="POST")
    proxy.add(Answer(503), method="POST", skip=1)
    hooks = Recorded()
    async with connect(kubeconfig, hooks=hooks) as client:
        started = time.monotonic()
        await client.create(lease(namespace, "one"))
        assert time.monotonic() - started >= 1
    assert hooks.requests == [("create", "leases", code) for code in (429, 503, 201)]


async def test_gives_up_at_the_deadline(through: tuple[FaultProxy, Path], namespace: str) -> None:
    proxy, kubeconfig = through
    proxy.add(Answer(503), times=None)
    async with connect(kubeconfig, retry=RetryPolicy(deadline=1)) as client:
        started = time.monotonic()
        with pytest.raises(errors.Unavailable) as caught:
            await client.get(LEASES, namespace, "one")
        assert time.monotonic() - started < 5  # of 30 s without it
    assert (caught.value.status, caught.value.reason) == (503, "ServiceUnavailable")


async def test_a_create_whose_answer_was_cut_is_tried_again_and_meets_itself(
    through: tuple[FaultProxy, Path], namespace: str
) -> None:
    proxy, kubeconfig = through
    proxy.add(Cut(), method="POST")
    async with connect(kubeconfig) as client:
        with pytest.raises(errors.AlreadyExists):
            await client.create(lease(namespace, "one"))
        assert (await client.get(LEASES, namespace, "one"))["metadata"]["name"] == "one"
    assert proxy.count("POST") == 2


async def test_other_refusals_are_told_at_once(through: tuple[FaultProxy, Path], namespace: str) -> None:
    proxy, kubeconfig = through
    proxy.add(Answer(403), method="GET")
    async with connect(kubeconfig) as client:
        with pytest.raises(errors.Forbidden):
            await client.get(LEASES, namespace, "one")
    assert proxy.count("GET") == 1


async def test_refused_credentials_are_read_again_once(
    through: tuple[FaultProxy, Path], namespace: str, tmp_path: Path
) -> None:
    _, kubeconfig = through
    document: Any = orjson.loads(kubeconfig.read_bytes())
    user = document["users"][0]["user"]
    good, token = user.pop("token"), tmp_path / "token"
    token.write_text("stale")
    user["tokenFile"] = str(token)
    kubeconfig.write_bytes(orjson.dumps(document))
    async with connect(kubeconfig) as client:
        with pytest.raises(errors.Unauthorized):
            await client.create(lease(namespace, "one"))
        token.write_text(good)
        await client.create(lease(namespace, "one"))


async def test_nobody_listens(tmp_path: Path, namespace: str) -> None:
    kubeconfig = tmp_path / "config"
    server = {"server": f"http://127.0.0.1:{free_port()}"}
    context = {"name": "c", "context": {"cluster": "c"}}
    kubeconfig.write_bytes(
        orjson.dumps({"current-context": "c", "clusters": [{"name": "c", "cluster": server}], "contexts": [context]})
    )
    hooks = Recorded()
    async with connect(kubeconfig, hooks=hooks, retry=RetryPolicy(deadline=2.0)) as client:
        with pytest.raises(errors.Unavailable) as caught:
            await client.get(LEASES, namespace, "one")
    assert (caught.value.status, caught.value.reason) == (0, "ConnectionError")
    assert len(hooks.requests) > 1
    assert set(hooks.requests) == {("get", "leases", 0)}


async def test_cancelling_a_call_ends_it(through: tuple[FaultProxy, Path], namespace: str) -> None:
    proxy, kubeconfig = through
    proxy.add(Delay(60), method="GET", times=None)
    async with connect(kubeconfig) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await client.get(LEASES, namespace, "one")
