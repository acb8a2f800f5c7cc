"""Ports of containers that share one network."""

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kubecs.translate.ports import pod_ports, port_name
from tests.unit.translate.documents import container, task


def ports(mode: str | None, *mappings: dict[str, Any]) -> list[dict[str, Any]]:
    members = {"networkMode": mode} if mode else {}
    return pod_ports(task(container(portMappings=list(mappings)), **members)).containers[0]


@pytest.mark.parametrize(
    ("mode", "host_port", "expected"),
    [
        (None, 8080, 8080),
        ("bridge", 8080, 8080),
        ("bridge", 0, None),
        ("bridge", None, None),
        ("awsvpc", 80, None),
        ("host", None, 80),
        ("host", 80, 80),
    ],
)
def test_host_ports(mode: str | None, host_port: int | None, expected: int | None) -> None:
    mapping = {"containerPort": 80} | ({} if host_port is None else {"hostPort": host_port})
    host = {} if expected is None else {"hostPort": expected}
    assert ports(mode, mapping) == [{"containerPort": 80, "protocol": "TCP", **host}]


def test_protocols_are_told_apart() -> None:
    listed = ports("awsvpc", {"containerPort": 53, "protocol": "udp"}, {"containerPort": 53, "protocol": "tcp"})
    assert [(each["containerPort"], each["protocol"]) for each in listed] == [(53, "UDP"), (53, "TCP")]


def test_a_repeated_mapping_is_listed_once() -> None:
    document = task(container(portMappings=[{"containerPort": 80}, {"containerPort": 80}]))
    laid_out = pod_ports(document)
    assert laid_out.containers == ([{"containerPort": 80, "protocol": "TCP"}],)
    assert laid_out.findings == ()


def test_a_second_host_port_is_reported() -> None:
    mappings = [{"containerPort": 80, "hostPort": 80}, {"containerPort": 80, "hostPort": 8080}]
    laid_out = pod_ports(task(container(portMappings=mappings)))
    assert laid_out.containers == ([{"containerPort": 80, "protocol": "TCP", "hostPort": 80}],)
    (found,) = laid_out.findings
    assert (found.member, found.condition) == ("containerDefinitions[web].portMappings[80]", "PortConflict")
    assert "8080 is not opened" in found.message


@pytest.mark.parametrize("mode", ["bridge", "host", "awsvpc"])
def test_two_containers_on_one_port_are_reported(mode: str) -> None:
    mapping = {"containerPort": 80}
    both = (container(portMappings=[mapping]), container(name="other", portMappings=[mapping]))
    laid_out = pod_ports(task(*both, networkMode=mode))
    assert laid_out.containers[1] == []
    (found,) = laid_out.findings
    assert found.member == "containerDefinitions[other].portMappings[80]"
    assert "web" in found.message


def test_two_mappings_to_one_host_port_are_reported() -> None:
    first, second = {"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 80}
    laid_out = pod_ports(task(container(portMappings=[first, second])))
    assert [each.get("hostPort") for each in laid_out.containers[0]] == [80, None]
    assert [each.condition for each in laid_out.findings] == ["PortConflict"]


def test_names_stay_or_are_mapped() -> None:
    mappings = [{"containerPort": 80, "name": "http"}, {"containerPort": 81, "name": "Front_End"}]
    laid_out = pod_ports(task(container(portMappings=mappings)))
    assert laid_out.containers[0][0]["name"] == "http"
    assert laid_out.names == {laid_out.containers[0][1]["name"]: "Front_End"}


def test_a_name_is_given_to_one_port() -> None:
    both = (
        container(portMappings=[{"containerPort": 80, "name": "http"}]),
        container(name="other", portMappings=[{"containerPort": 81, "name": "http"}]),
    )
    laid_out = pod_ports(task(*both))
    assert laid_out.containers[1] == [{"containerPort": 81, "protocol": "TCP"}]
    assert [each.reason for each in laid_out.findings] == ["DuplicatePortName"]


@given(st.text("abZ09-_", min_size=1, max_size=70))
@example("0000-0")
@example("-")
def test_port_names_are_valid(name: str) -> None:
    port = port_name(name)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?", port)
    assert re.search("[a-z]", port)
    assert "--" not in port


mappings = st.fixed_dictionaries(
    {"containerPort": st.integers(80, 82)},
    optional={
        "hostPort": st.sampled_from([0, 80, 81]),
        "protocol": st.sampled_from(["tcp", "udp"]),
        "name": st.sampled_from(["a", "B"]),
    },
)


@given(st.lists(st.lists(mappings, max_size=4), min_size=1, max_size=3), st.sampled_from(["bridge", "host", "awsvpc"]))
def test_the_api_server_takes_any_layout(each: list[list[dict[str, Any]]], mode: str) -> None:
    containers = [container(name=f"c{index}", portMappings=own) for index, own in enumerate(each)]
    laid_out = pod_ports(task(*containers, networkMode=mode))
    listed = [port for own in laid_out.containers for port in own]
    endpoints = [(port["containerPort"], port["protocol"]) for port in listed]
    host_ports = [(port["hostPort"], port["protocol"]) for port in listed if "hostPort" in port]
    names = [port["name"] for port in listed if "name" in port]
    for values in (endpoints, host_ports, names):
        assert len(set(values)) == len(values)
    wanted = {(mapping["containerPort"], mapping.get("protocol", "tcp").upper()) for own in each for mapping in own}
    assert set(endpoints) == wanted


def wide(name: str, *mappings: dict[str, Any]) -> dict[str, Any]:
    return container(name=name, portMappings=list(mappings))


def test_of_a_wide_range_the_first_port_is_listed() -> None:
    document = task(wide("web", {"containerPortRange": "8000-8100", "protocol": "udp", "name": "media"}))
    laid_out = pod_ports(document)
    assert laid_out.containers == ([{"containerPort": 8000, "protocol": "UDP", "name": "media"}],)
    (found,) = laid_out.findings
    member = "containerDefinitions[web].portMappings[0]"
    assert (found.member, found.condition, found.reason) == (member, "PortsNotListed", "WideRange")
    assert "8000-8100" in found.message


def test_a_hundred_ports_are_listed_one_by_one() -> None:
    laid_out = pod_ports(task(wide("web", {"containerPortRange": "8000-8099"})))
    assert (len(laid_out.containers[0]), laid_out.findings) == (100, ())


@pytest.mark.parametrize(
    ("first", "second", "conflict"),
    [
        ({"containerPortRange": "1-1000"}, {"containerPort": 80}, "80/tcp: also web"),
        ({"containerPort": 80}, {"containerPortRange": "1-1000"}, "80/tcp: also web"),
        ({"containerPortRange": "1-1000"}, {"containerPortRange": "900-2000"}, "900/tcp: also web"),
        ({"containerPortRange": "900-2000"}, {"containerPortRange": "1-1000"}, "900/tcp: also web"),
        ({"containerPortRange": "1-1000"}, {"containerPort": 80, "protocol": "udp"}, ""),
        ({"containerPortRange": "1-1000"}, {"containerPort": 1001}, ""),
    ],
)
def test_a_wide_range_is_taken_whole(first: dict[str, Any], second: dict[str, Any], conflict: str) -> None:
    laid_out = pod_ports(task(wide("web", first), wide("other", second)))
    conflicts = [each for each in laid_out.findings if each.condition == "PortConflict"]
    assert len(conflicts) == bool(conflict)
    assert all(each.member.startswith("containerDefinitions[other]") and conflict in each.message for each in conflicts)


@pytest.mark.parametrize("mapping", [{"containerPort": 0}, {"containerPort": 0, "hostPort": 80}, {"hostPort": 80}])
def test_a_mapping_without_a_port_maps_nothing(mapping: dict[str, Any]) -> None:
    laid_out = pod_ports(task(container(portMappings=[{"containerPort": 80}, mapping])))
    assert laid_out.containers == ([{"containerPort": 80, "protocol": "TCP"}],)
    (found,) = laid_out.findings
    assert found.member == "containerDefinitions[web].portMappings[1]"
    assert (found.condition, found.reason) == ("PortsNotListed", "NoPort")
