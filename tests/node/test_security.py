"""Users by name, limits above the node's, and profiles of AppArmor and SELinux, as far as this kernel has them."""

from __future__ import annotations

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl
from tests.node.containers import Containers

pytestmark = pytest.mark.usefixtures("operator")


def test_of_users_by_name_root_is_known(containers: Containers, kubectl: Kubectl) -> None:
    script = "echo $(id -u):$(id -g)"
    by_image = {"entryPoint": ["sh", "-c", script]}
    outputs = containers.outputs(
        root=containers.image("greeter", **by_image, user="root"),
        groups=containers.image("greeter", **by_image, user="root:root"),
        named=containers.image("greeter", **by_image, user="app"),
        lost=containers.shell(script, user="1000:extra"),
    )
    assert outputs == {"root": "0:0", "groups": "0:0", "named": "1000:1000", "lost": "1000:1000"}
    for family, told in {"root": False, "groups": False, "named": True, "lost": True}.items():
        conditions = ecs.status(kubectl.get("ecstaskdefinitionrevision", f"{family}.1")).get("conditions", ())
        assert any(each["type"] == "UserNameNotNumeric" for each in conditions) is told, family


def test_hard_limits_go_down_and_never_above_the_nodes(containers: Containers) -> None:
    script = "ulimit -Sn; ulimit -Hn"

    def limited(soft: int, hard: int) -> list[dict[str, object]]:
        return [{"name": "nofile", "softLimit": soft, "hardLimit": hard}]

    entry = {"entryPoint": ["sh", "-c", script], "command": []}
    outputs = containers.outputs(
        plain=containers.shell("") | entry,
        lower=containers.shell("", ulimits=limited(64, 128)) | entry,
        higher=containers.shell("", ulimits=limited(64, 2_000_000_000)) | entry,
    )
    assert outputs["lower"].split() == ["64", "128"]
    assert outputs["higher"].split() == ["64", outputs["plain"].split()[1]]


def _probe(containers: Containers, path: str) -> str:
    """What a file of the kernel says, read in a container; empty where there is none."""
    return containers.outputs(probe=containers.shell(f"cat {path} 2> /dev/null || true"))["probe"]


def test_apparmor_profile(containers: Containers) -> None:
    enabled = _probe(containers, "/sys/module/apparmor/parameters/enabled")
    if enabled != "Y":
        pytest.skip(f"a container reads of this kernel's AppArmor: {enabled or 'nothing, it has none'}")
    confined = containers.shell("cat /proc/self/attr/current", dockerSecurityOptions=["apparmor:docker-default"])
    assert "(enforce)" in containers.outputs(confined=confined)["confined"]


def test_selinux_label(containers: Containers) -> None:
    filesystems = _probe(containers, "/proc/filesystems")
    if "selinuxfs" not in filesystems.split():
        pytest.skip("a container's /proc/filesystems has no selinuxfs: this kernel has no SELinux")
    labels = ["label:type:container_t", "label:level:s0:c1,c2"]
    labelled = containers.shell("cat /proc/self/attr/current", dockerSecurityOptions=labels)
    assert containers.outputs(labelled=labelled)["labelled"].rstrip("\0").endswith(":container_t:s0:c1,c2")


def test_of_several_values_of_a_variable_the_last_holds(containers: Containers) -> None:
    pairs = [("MODE", "first"), ("OTHER", "$(MODE)"), ("MODE", ""), ("MODE", "last"), ("EMPTY", "x"), ("EMPTY", "")]
    environment = [{"name": name, "value": value} for name, value in pairs]
    script = 'env | grep -c "^MODE="; echo "$MODE"; echo "$OTHER"; echo "[$EMPTY]"'
    printing = containers.shell(script, environment=environment)
    assert containers.outputs(twice=printing)["twice"].split("\n") == ["1", "last", "$(MODE)", "[]"]
