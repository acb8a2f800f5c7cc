"""What Linux gives a container: capabilities, memory, limits, names, settings of the kernel, seen from inside."""

from __future__ import annotations

import pytest

from tests.cluster import ecs
from tests.cluster.rig import wait_for
from tests.node.containers import Containers, Document

pytestmark = pytest.mark.usefixtures("operator")

DEFAULT_CAPABILITIES = 0x00000000A80425FB  # Docker's and containerd's
CHOWN, NET_ADMIN = 1 << 0, 1 << 12


def test_capabilities(containers: Containers) -> None:
    containers.kubectl.apply(ecs.account(allow={"privileged": True}))  # NET_ADMIN is more than any container has
    script = "grep CapEff /proc/self/status | cut -f 2"

    def changed(add: list[str], drop: list[str]) -> Document:
        return containers.shell(script, linuxParameters={"capabilities": {"add": add, "drop": drop}})

    outputs = containers.outputs(
        default=containers.shell(script),
        changed=changed(["NET_ADMIN"], ["CHOWN"]),
        dropped=changed([], ["ALL"]),
    )
    assert {name: int(output, 16) for name, output in outputs.items()} == {
        "default": DEFAULT_CAPABILITIES,
        "changed": DEFAULT_CAPABILITIES & ~CHOWN | NET_ADMIN,
        "dropped": 0,
    }


def test_directories_in_memory(containers: Containers) -> None:
    script = "df -m /dev/shm | awk 'END {print $2}'; df -m /cache | awk 'END {print $1, $2}'; touch /cache/x && echo ok"
    tmpfs = [{"containerPath": "/cache", "size": 24}]
    wanted = {"sharedMemorySize": 48, "tmpfs": tmpfs}
    output = containers.outputs(memory=containers.shell(script, memory=128, linuxParameters=wanted))["memory"]
    assert output == "48\ntmpfs 24\nok"


def test_memory_and_cpu_are_limits_of_the_container(containers: Containers) -> None:
    script = (
        "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2> /dev/null;"
        "cat /sys/fs/cgroup/cpu/cpu.shares /sys/fs/cgroup/cpu.weight 2> /dev/null; true"
    )
    memory, shares = containers.outputs(sizes=containers.shell(script, memory=96, cpu=256))["sizes"].split()
    assert int(memory) == 96 * 1024 * 1024
    assert int(shares) in {256, 10}  # version 1, and what version 2 makes of it


def test_names_and_hosts(containers: Containers) -> None:
    script = "hostname; grep -w -o '192.0.2.7.*' /etc/hosts; grep -E 'nameserver|search' /etc/resolv.conf"
    naming = {
        "hostname": "worker",
        "extraHosts": [{"hostname": "db.internal", "ipAddress": "192.0.2.7"}],
        "dnsServers": ["192.0.2.53"],
        "dnsSearchDomains": ["corp.internal"],
    }
    output = containers.outputs(names=containers.shell(script, **naming))["names"]
    assert output.replace("\t", " ").splitlines() == [
        "worker",
        "192.0.2.7 db.internal",
        "search corp.internal",
        "nameserver 192.0.2.53",
    ]


def test_settings_of_the_kernel(containers: Containers) -> None:
    script = "cat /proc/sys/net/ipv4/tcp_keepalive_time /proc/sys/net/core/somaxconn"
    controls = [
        {"namespace": "net.ipv4.tcp_keepalive_time", "value": "123"},
        {"namespace": "net.core.somaxconn", "value": "77"},  # the kubelet here is told to take it
    ]
    assert containers.outputs(sysctls=containers.shell(script, systemControls=controls))["sysctls"] == "123\n77"


def test_init_process_reaps_orphans(containers: Containers) -> None:
    script = "( (sleep 0.1; echo orphan) & ); exec sleep 600"
    init = {"entryPoint": ["sh", "-c", script], "linuxParameters": {"initProcessEnabled": True}}
    reaped = containers.shell("", name="reaped", **init)
    left = containers.shell("", name="left", entryPoint=["sh", "-c", script])
    for definition in (reaped, left):
        del definition["command"]
    pod = containers.serve(reaped, left)
    for name in ("reaped", "left"):
        wait_for(lambda name=name: containers.output(pod, name) == "orphan", 10)
    zombies = "ps -o stat | grep -c Z || true"
    wait_for(lambda: int(containers.execute(pod, zombies, "left")) > 0, 5)  # it ends after it has printed
    wait_for(lambda: containers.execute(pod, zombies, "reaped") == "0", 5)
    assert "shim" in containers.execute(pod, "tr '\\0' ' ' < /proc/1/cmdline", "reaped")


def test_volumes_from_another_container(containers: Containers) -> None:
    points = [{"sourceVolume": "data", "containerPath": "/data"}]
    script = "echo shared > /data/new; mv /data/new /data/file; sleep 600"
    writer = containers.shell(script, name="writer", mountPoints=points)
    read = "until cat /data/file 2> /dev/null; do :; done; touch /data/x 2>&1; sleep 600"
    reading = [{"sourceContainer": "writer", "readOnly": True}]
    reader = containers.shell(read, name="reader", volumesFrom=reading)
    pod = containers.serve(writer, reader, volumes=[{"name": "data"}])
    wait_for(lambda: containers.output(pod, "reader") == "shared\ntouch: /data/x: Read-only file system", 10)


def test_terminal_and_standard_input(containers: Containers) -> None:
    script = "test -t 1 && echo terminal || echo none"
    outputs = containers.outputs(terminal=containers.shell(script, pseudoTerminal=True), none=containers.shell(script))
    assert outputs == {"terminal": "terminal", "none": "none"}


def test_shared_process_ids(containers: Containers) -> None:
    pod = containers.serve(
        containers.shell("sleep 601", name="one"), containers.shell("sleep 602", name="two"), pidMode="task"
    )
    assert "sleep 601" in containers.execute(pod, "ps", "two")


def test_seccomp_and_new_privileges(containers: Containers) -> None:
    script = "grep -E '^(NoNewPrivs)' /proc/self/status | cut -f 2"
    secured = containers.shell(script, dockerSecurityOptions=["no-new-privileges"])
    assert containers.outputs(secured=secured, default=containers.shell(script)) == {"secured": "1", "default": "0"}
