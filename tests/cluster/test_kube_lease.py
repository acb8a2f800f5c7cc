"""Leader election on a real Lease: one leader, hand-over, release, loss."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kubecs.kube import resources
from kubecs.kube.client import Client
from kubecs.kube.lease import LeaderElection, Timing
from tests.cluster.faultproxy import After, Answer, Cut, Delay, FaultProxy, Silence
from tests.cluster.kube_rig import connect, faulty
from tests.cluster.rig import wait_for_async
from tools.localcluster import LocalCluster

LEASES = resources.LEASES
NAME = "operator"
QUICK = Timing(duration=4.0, renew=0.3, give_up=3.0)  # time enough for a renewal on a machine that is busy


@pytest.fixture
async def client(cluster: LocalCluster) -> AsyncIterator[Client]:
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
    async with connect(through[1]) as connected:
        yield connected


def candidate(client: Client, namespace: str, identity: str, timing: Timing = QUICK) -> LeaderElection:
    return LeaderElection(client, namespace, NAME, identity, timing)


async def leads(election: LeaderElection, within: float = 10.0) -> None:
    await asyncio.wait_for(election.leading.wait(), within)


async def spec(client: Client, namespace: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(LEASES, namespace, NAME))["spec"]
    return found


async def test_one_of_many_leads_and_renews(client: Client, namespace: str) -> None:
    elections = [candidate(client, namespace, f"c{n}") for n in range(4)]
    tasks = [asyncio.create_task(election.run()) for election in elections]
    try:
        await wait_for_async(lambda: any(election.leading.is_set() for election in elections), 10)
        first = await spec(client, namespace)
        await wait_for_async(lambda: _renewed(client, namespace, first["renewTime"]), 10)
        await asyncio.sleep(QUICK.duration)  # long enough for a second leader, if there could be one
        leaders = [n for n, election in enumerate(elections) if election.leading.is_set()]
        now = await spec(client, namespace)
        assert len(leaders) == 1
        assert (now["holderIdentity"], now["leaseTransitions"]) == (f"c{leaders[0]}", 0)
        assert now["leaseDurationSeconds"] == QUICK.duration
        assert now["acquireTime"] == first["acquireTime"]
        assert not elections[leaders[0]].lost.is_set()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _renewed(client: Client, namespace: str, before: str) -> bool:
    return bool((await spec(client, namespace))["renewTime"] != before)


async def test_a_release_hands_over_at_once_with_the_annotations(client: Client, namespace: str) -> None:
    slow = Timing(duration=60.0, renew=0.3, give_up=30.0)
    async with candidate(client, namespace, "a", slow) as first:
        first.annotations = lambda: {"kubecs.dev/mark": "42"}
        await leads(first)
        assert first.inherited == {}
        await wait_for_async(lambda: _annotated(client, namespace), 10)
        second = candidate(client, namespace, "b", slow)
        task = asyncio.create_task(second.run())
    assert first.lost.is_set()
    await leads(second)
    assert second.inherited == {"kubecs.dev/mark": "42"}
    found = await client.get(LEASES, namespace, NAME)
    assert found["metadata"]["annotations"] == {"kubecs.dev/mark": "42"}
    assert (found["spec"]["holderIdentity"], found["spec"]["leaseTransitions"]) == ("b", 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await second.release()
    assert (await spec(client, namespace))["holderIdentity"] == ""


async def test_a_renewal_that_the_end_cuts_off_does_not_keep_the_lease(
    shaky: Client, client: Client, proxy: FaultProxy, namespace: str
) -> None:
    async with candidate(shaky, namespace, "a") as leader:
        await leads(leader)
        silent = proxy.add(Silence(), method="PATCH")
        await wait_for_async(lambda: silent.hits, 10)
    assert (await spec(client, namespace))["holderIdentity"] == ""


async def test_a_lease_that_is_taken_while_the_end_comes_is_given_back(
    shaky: Client, client: Client, proxy: FaultProxy, namespace: str
) -> None:
    async with candidate(client, namespace, "former") as former:
        await leads(former)
    async with candidate(shaky, namespace, "a") as heir:
        silent = proxy.add(Silence(), method="PATCH")
        await wait_for_async(lambda: silent.hits, 10)
    assert not heir.leading.is_set()
    assert (await spec(client, namespace))["holderIdentity"] == ""


async def test_annotations_are_left_from_the_first_write_to_the_last(client: Client, namespace: str) -> None:
    slow = Timing(duration=60.0, renew=20.0, give_up=30.0)  # no renewal in the test's time but those asked for
    mark: dict[str, str] = {"kubecs.dev/mark": "1"}

    async def left() -> str:
        found: str = (await client.get(LEASES, namespace, NAME))["metadata"]["annotations"]["kubecs.dev/mark"]
        return found

    async with candidate(client, namespace, "a", slow) as first:
        first.annotations = lambda: mark
        await leads(first)
        assert await left() == "1"  # with the Lease itself
        mark = {"kubecs.dev/mark": "2"}
        first.renew_soon()
        await wait_for_async(lambda: _left_is(left, "2"), 5)
        mark = {"kubecs.dev/mark": "3"}
    assert await left() == "3"  # when it is given back
    second = candidate(client, namespace, "b", slow)
    second.annotations = lambda: {"kubecs.dev/mark": "4"}
    task = asyncio.create_task(second.run())
    await leads(second)
    assert await left() == "4"  # when it is taken over
    assert second.inherited == {"kubecs.dev/mark": "3"}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _left_is(left: Callable[[], Awaitable[str]], mark: str) -> bool:
    return await left() == mark


async def _annotated(client: Client, namespace: str) -> bool:
    return "annotations" in (await client.get(LEASES, namespace, NAME))["metadata"]


async def test_a_leader_that_died_is_followed_after_the_duration(client: Client, namespace: str) -> None:
    dead = candidate(client, namespace, "dead")
    task = asyncio.create_task(dead.run())
    await leads(dead)
    task.cancel()  # without a release
    await asyncio.gather(task, return_exceptions=True)
    died = time.monotonic()
    async with candidate(client, namespace, "heir") as heir:
        await leads(heir)
        assert QUICK.duration - QUICK.renew <= time.monotonic() - died < QUICK.duration + 3


async def test_a_leader_that_cannot_renew_stops_before_others_start(
    shaky: Client, client: Client, proxy: FaultProxy, namespace: str
) -> None:
    async with candidate(shaky, namespace, "a") as leader:
        await leads(leader)
        async with candidate(client, namespace, "b") as heir:
            proxy.add(Answer(503), times=None)
            await asyncio.wait_for(leader.lost.wait(), 10)
            assert not heir.leading.is_set()
            await leads(heir)
            proxy.clear()
        assert leader.lost.is_set()


async def test_a_hung_renewal_leaves_time_for_another(shaky: Client, proxy: FaultProxy, namespace: str) -> None:
    async with candidate(shaky, namespace, "a") as leader:
        await leads(leader)
        hang = proxy.add(Delay(30), method="PATCH")
        await wait_for_async(lambda: hang.hits, 10)
        await asyncio.sleep(QUICK.duration)
        assert not leader.lost.is_set()


async def test_a_renewal_whose_answer_was_lost_is_recognised(shaky: Client, proxy: FaultProxy, namespace: str) -> None:
    async with candidate(shaky, namespace, "a") as leader:
        await leads(leader)
        lost = proxy.add(Cut(), method="PATCH")
        await wait_for_async(lambda: lost.hits, 10)
        await asyncio.sleep(QUICK.duration)
        assert not leader.lost.is_set()


async def test_a_lease_that_another_took_is_lost(client: Client, namespace: str) -> None:
    async with candidate(client, namespace, "a") as leader:
        await leads(leader)
        await client.patch(LEASES, namespace, NAME, {"spec": {"holderIdentity": "thief"}})
        await asyncio.wait_for(leader.lost.wait(), 10)
    assert (await spec(client, namespace))["holderIdentity"] == "thief"


async def test_of_two_takers_one_wins(shaky: Client, client: Client, proxy: FaultProxy, namespace: str) -> None:
    """Both see the Lease free; the second writes while the first one's look is on its way back."""
    async with candidate(client, namespace, "former") as former:
        await leads(former)
    winner = candidate(client, namespace, "winner")
    loop = asyncio.get_running_loop()

    def win() -> None:
        asyncio.run_coroutine_threadsafe(winner._try_to_acquire(), loop).result(10)

    proxy.add(After(win), method="GET")
    loser = candidate(shaky, namespace, "loser")
    assert not await loser._try_to_acquire()
    assert (await spec(client, namespace))["holderIdentity"] == "winner"


async def test_a_candidate_that_ends_before_it_began_is_no_leader(client: Client, namespace: str) -> None:
    async with candidate(client, namespace, "a") as election:
        pass
    assert election.lost.is_set()
    assert not election.leading.is_set()
