"""Sizes of containers and tasks as requests and limits."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.translate.maps import NO_MAPS
from kubecs.translate.resources import container_resources, pod_resources
from tests.unit.translate.documents import container, task

UNITS = {"m": 1, "": 1000, "Mi": 1, "Gi": 1024, "Ti": 1024**2}


def amount(quantity: str) -> int:
    """Millicores or MiB."""
    found = re.fullmatch(r"(\d+)([A-Za-z]*)", quantity)
    assert found
    return int(found[1]) * UNITS[found[2]]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({}, {}),
        ({"cpu": 0}, {}),
        ({"cpu": 256}, {"requests": {"cpu": "250m"}}),
        ({"memory": 512}, {"limits": {"memory": "512Mi"}, "requests": {"memory": "512Mi"}}),
        ({"memoryReservation": 128}, {"requests": {"memory": "128Mi"}}),
        (
            {"cpu": 1024, "memory": 2048, "memoryReservation": 512},
            {"limits": {"memory": "2Gi"}, "requests": {"cpu": "1", "memory": "512Mi"}},
        ),
    ],
)
def test_a_container(sizes: dict[str, int], expected: dict[str, Any]) -> None:
    assert container_resources(task(container(**sizes)), NO_MAPS) == [expected]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({}, {}),
        ({"cpu": "256"}, {"cpu": "250m"}),
        ({"memory": "0.5 GB"}, {"memory": "512Mi"}),
        ({"cpu": ".5 vCPU", "memory": "1 GB"}, {"cpu": "500m", "memory": "1Gi"}),
    ],
)
def test_a_task_has_what_it_reserves_as_its_limit(sizes: dict[str, str], expected: dict[str, str]) -> None:
    resources = pod_resources(task(**sizes))
    assert resources == ({"limits": expected, "requests": expected} if expected else {})


def test_memory_above_the_tasks_own_is_lowered_in_proportion() -> None:
    containers = (container(memory=768), container(name="b", memory=256), container(name="c", memoryReservation=512))
    first, second, third = container_resources(task(*containers, memory="1024"), NO_MAPS)
    assert [each["requests"]["memory"] for each in (first, second, third)] == ["512Mi", "170Mi", "341Mi"]
    assert [first["limits"]["memory"], second["limits"]["memory"]] == ["768Mi", "256Mi"]
    assert "limits" not in third


def test_rounding_up_does_not_burst_the_task() -> None:
    thirds = [container(name=f"c{index}", cpu=units) for index, units in enumerate((341, 341, 342))]
    requests = [amount(each["requests"]["cpu"]) for each in container_resources(task(*thirds, cpu="1024"), NO_MAPS)]
    assert sum(requests) <= 1000
    assert min(requests) >= 333


sizes = st.fixed_dictionaries(
    {},
    optional={
        "cpu": st.integers(0, 4096),
        "memory": st.integers(6, 9000),
        "memoryReservation": st.integers(6, 9000),
    },
)


@given(st.lists(sizes, min_size=1, max_size=5), st.integers(1, 4096), st.integers(6, 9000))
def test_kubernetes_rules_hold(each: list[dict[str, int]], cpu: int, memory: int) -> None:
    containers = [container(name=f"c{index}", **members) for index, members in enumerate(each)]
    document = task(*containers, cpu=str(cpu), memory=str(memory))
    pod = pod_resources(document)
    laid_out = container_resources(document, NO_MAPS)
    for resource in ("cpu", "memory"):
        requests = [amount(own.get("requests", {}).get(resource, "0")) for own in laid_out]
        limits = [amount(own["limits"][resource]) for own in laid_out if resource in own.get("limits", {})]
        ceiling = amount(pod["limits"][resource])
        assert sum(requests) <= ceiling == amount(pod["requests"][resource])
        assert all(limit <= ceiling for limit in limits)
    for own in laid_out:
        request, limit = (own.get(kind, {}).get("memory") for kind in ("requests", "limits"))
        assert limit is None or request is None or amount(request) <= amount(limit)


def test_storage_stands_with_the_first_container() -> None:
    document = task(container(cpu=256), container(name="other"), ephemeralStorage={"sizeInGiB": 21})
    assert container_resources(document, NO_MAPS) == [
        {
            "limits": {"ephemeral-storage": "21Gi"},
            "requests": {"cpu": "250m", "ephemeral-storage": "21Gi"},
        },
        {},
    ]


def test_a_windows_task_has_no_size_of_its_own() -> None:
    platform = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
    assert pod_resources(task(cpu="1024", memory="2048", runtimePlatform=platform)) == {}
