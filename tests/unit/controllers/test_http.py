"""The operator's own HTTP, asked over a real socket."""

import asyncio
import socket
import time
from dataclasses import replace

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kubecs.controllers.http import Probes, serve
from kubecs.metrics.registry import Metrics

HOST = "127.0.0.1"


def well() -> tuple[bool, str]:
    return True, "ok"


@pytest.fixture
def probes() -> Probes:
    metrics = Metrics("1.2.3")
    return Probes(well, well, metrics.page, metrics.content_type)


async def fetch(port: int, path: str) -> tuple[int, str, str]:
    """Status, content type, body."""
    async with aiohttp.ClientSession() as session, session.get(f"http://{HOST}:{port}{path}") as answer:
        return answer.status, answer.headers["Content-Type"], await answer.text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


async def test_one_port_serves_all_three(probes: Probes) -> None:
    async with serve(HOST, 0, 0, probes) as ports:
        assert ports.health == ports.metrics
        assert [(await fetch(ports.health, path))[0] for path in ("/healthz", "/readyz", "/metrics")] == [200] * 3


async def test_two_ports_serve_each_its_own(probes: Probes) -> None:
    async with serve(HOST, 0, free_port(), probes) as ports:
        assert ports.health != ports.metrics
        assert [(await fetch(ports.health, path))[0] for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 404]
        assert [(await fetch(ports.metrics, path))[0] for path in ("/healthz", "/metrics")] == [404, 200]


async def test_a_failing_check_says_why_and_only_there(probes: Probes) -> None:
    syncing = replace(probes, readyz=lambda: (False, "caches are not complete: pods"))
    async with serve(HOST, 0, 0, syncing) as ports:
        status, _, body = await fetch(ports.health, "/readyz")
        assert (status, body) == (503, "caches are not complete: pods\n")
        assert (await fetch(ports.health, "/healthz"))[0] == 200


async def test_checks_are_asked_every_time(probes: Probes) -> None:
    answers = iter([(False, "starting"), (True, "ok")])
    async with serve(HOST, 0, 0, replace(probes, readyz=lambda: next(answers))) as ports:
        assert [(await fetch(ports.health, "/readyz"))[0] for _ in range(2)] == [503, 200]


async def test_a_check_that_breaks_counts_as_failing(probes: Probes) -> None:
    async with serve(HOST, 0, 0, replace(probes, healthz=lambda: (1 / 0 > 0, ""))) as ports:
        assert (await fetch(ports.health, "/healthz"))[0] == 500


async def test_a_scrape_over_http(probes: Probes) -> None:
    async with serve(HOST, 0, 0, probes) as ports:
        status, content_type, body = await fetch(ports.metrics, "/metrics")
    assert status == 200
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"
    names = {family.name for family in text_string_to_metric_families(body)}
    assert {"ecs_operator_build_info", "ecs_operator_ready"} <= names


async def test_nothing_is_logged_for_a_request(probes: Probes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", logger="aiohttp.access"):
        async with serve(HOST, 0, 0, probes) as ports:
            await fetch(ports.health, "/healthz")
    assert caplog.records == []


async def test_it_closes_at_once_though_a_client_stays_connected(probes: Probes) -> None:
    async with aiohttp.ClientSession() as session:
        async with serve(HOST, 0, 0, probes) as ports:
            async with session.get(f"http://{HOST}:{ports.health}/healthz") as answer:
                assert answer.status == 200
            leaving = time.monotonic()
        assert time.monotonic() - leaving < 3
    with pytest.raises(OSError, match=r"refused|Connect"):
        await asyncio.open_connection(HOST, ports.health)


async def test_a_taken_port_raises_and_leaves_nothing_open(probes: Probes) -> None:
    health = free_port()
    with socket.socket() as holder:
        holder.bind((HOST, 0))
        holder.listen()
        with pytest.raises(OSError, match="in use"):
            async with serve(HOST, health, holder.getsockname()[1], probes):
                pass
    with pytest.raises(OSError, match=r"refused|Connect"):
        await asyncio.open_connection(HOST, health)
