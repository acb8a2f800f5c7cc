"""The rig itself: it comes up on conditions, plays what Pods are asked to play, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cluster.rig import Kubectl

WaitFor = Callable[..., Any]


def _pod(name: str, *, restart: str = "Always", containers: tuple[str, ...] = ("app",), **notes: str) -> dict[str, Any]:
    annotations = {f"kwok.kubecs.dev/{key.replace('_', '-')}": value for key, value in notes.items()}
    specs = [{"name": container, "image": "registry.example:5000/team/app:1.2"} for container in containers]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "annotations": annotations},
        "spec": {"restartPolicy": restart, "containers": specs},
    }


def _ready(pod: dict[str, Any]) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", ()))


def _container(pod: dict[str, Any], name: str = "app") -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in pod["status"]["containerStatuses"] if entry["name"] == name)
    return found


def test_pod_runs_with_a_realistic_status(kubectl: Kubectl, wait_for: WaitFor) -> None:
    kubectl.apply(_pod("web"))
    wait_for(lambda: _ready(kubectl.get("pod", "web")), 15, "Pod ready")
    pod = kubectl.get("pod", "web")
    container = _container(pod)
    assert container["containerID"].startswith("containerd://")
    assert container["imageID"].startswith("registry.example:5000/team/app@sha256:")
    assert container["started"] is True
    assert container["state"]["running"]["startedAt"]
    assert pod["status"]["podIP"].startswith("10.")
