"""docs/backup.md, done: all kubecs objects of one cluster saved with kubectl, and restored into an empty one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import PROJECT, Kubectl, OperatorProcess, wait_for
from tests.unit.docs.pages import blocks
from tools.localcluster import LocalCluster

PAGE = PROJECT / "docs" / "backup.md"
NAMESPACE = "shop"
REVISION = "ecstaskdefinitionrevision"
ENDS = ecs.kwok(exit_codes=json.dumps({"app": 0}), exit_after="100ms")

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def elsewhere() -> Iterator[tuple[LocalCluster, LocalCluster]]:
    """Two control planes of the test's own: one with objects to save, one that is empty."""
    with LocalCluster(nodes=2) as source, LocalCluster(nodes=2) as target:
        yield source, target


def _run(step: int, cluster: LocalCluster, directory: Path) -> None:
    """Runs a block of the page, in a directory that has what a checkout has."""
    text = list(blocks(PAGE, "sh"))[step][1]
    path = os.pathsep.join([str(cluster.binaries["kubectl"].parent), os.environ["PATH"]])
    environment = os.environ | {"KUBECONFIG": str(cluster.admin_kubeconfig), "PATH": path}
    for name in ("crds", "examples"):
        if not (directory / name).exists():
            (directory / name).symlink_to(PROJECT / name)
    subprocess.run(["bash", "-euo", "pipefail", "-c", text], env=environment, cwd=directory, check=True, timeout=120)


def _namespace(cluster: LocalCluster) -> Kubectl:
    cluster.kubectl("create", "namespace", NAMESPACE)
    account = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/default"
    wait_for(lambda: cluster.api.answers(account), 30, "the namespace is ready for Pods")
    return Kubectl(cluster, NAMESPACE)


def _family(image: int, **members: Any) -> ecs.Document:
    definition = ecs.task_definition("web", ecs.container(image=f"registry.example/app:{image}"))
    return definition | {"spec": definition["spec"] | members}


def _populate(kubectl: Kubectl) -> None:
    """Families with several revisions in every lifecycle, services, tasks that ran and run, and a record."""
    kubectl.apply([ecs.account(), ecs.cluster("shop"), ecs.task_definition("old")])
    for image in (1, 2, 3):
        kubectl.apply(_family(image, tags=[{"key": "image", "value": str(image)}]))
        wait_for(lambda image=image: kubectl.find(REVISION, f"web.{image}"), 20, "the revision")
    kubectl.patch(REVISION, "web.1", {"spec": {"lifecycle": "INACTIVE", "deregisteredAt": "2026-01-01T00:00:00Z"}})
    for image in (1, 2):
        kubectl.apply(ecs.task_definition("gone", ecs.container(image=f"registry.example/app:{image}")))
        wait_for(lambda image=image: kubectl.find(REVISION, f"gone.{image}"), 20, "the revision")
    kubectl.delete(REVISION, "gone.2")
    wait_for(lambda: _lifecycles(kubectl).get("gone.2") == "DELETED", 20, "its tombstone")
    kubectl.delete("ecstaskdefinition", "gone")
    kubectl.delete("ecstaskdefinition", "old")
    wait_for(lambda: _active(kubectl) == {"web.2", "web.3"}, 20, "the families' end")
    services = [ecs.service("web", 2, cluster="shop"), ecs.service("pinned", taskDefinition="web:2")]
    kubectl.apply([*services, ecs.task("ended", annotations=ENDS), ecs.task("running")])
    ecs.wait_ready(kubectl, "ecsservice", "shop.web", "pinned")
    ecs.wait_ready(kubectl, "ecstaskdefinition", "web")
    ecs.wait_ready(kubectl, "ecstask", "running")
    wait_for(lambda: _stopped(kubectl, "ended"), 20, "the task ended")


def _stopped(kubectl: Kubectl, name: str) -> bool:
    return bool(ecs.status(kubectl.get("ecstask", name)).get("lastStatus") == "STOPPED")


def _lifecycles(kubectl: Kubectl) -> dict[str, str]:
    return {each["metadata"]["name"]: each["spec"]["lifecycle"] for each in kubectl.list(REVISION)}


def _active(kubectl: Kubectl) -> set[str]:
    return {name for name, lifecycle in _lifecycles(kubectl).items() if lifecycle == "ACTIVE"}


def _state(kubectl: Kubectl) -> dict[str, Any]:
    """All that a backup has to bring back."""
    kinds = ("ecsaccount", "ecscluster", REVISION, "ecstaskdefinition", "ecsservice", "ecstask", "ecstaskrecord")
    specs = {f"{kind}/{each['metadata']['name']}": each["spec"] for kind in kinds for each in kubectl.list(kind)}
    family = ecs.status(kubectl.get("ecstaskdefinition", "web"))
    services = {
        each["metadata"]["name"]: [each["status"][name] for name in ("taskDefinition", "runningCount", "serviceArn")]
        for each in kubectl.list("ecsservice")
    }
    return {
        "specs": specs,
        "family": {name: family[name] for name in ("latestRevision", "taskDefinitionArn", "status")},
        "services": services,
        "ended": {
            name: ecs.status(kubectl.get("ecstask", "ended"))[name] for name in ("taskArn", "exitCode", "stoppedAt")
        },
    }


def test_a_backup_restores_families_numbers_lifecycles_tags_and_services(
    elsewhere: tuple[LocalCluster, LocalCluster], tmp_path: Path
) -> None:
    source, target = elsewhere
    source.install_crds()
    first = OperatorProcess(source.operator_kubeconfig(), tmp_path, "first")
    first.start()
    kubectl = _namespace(source)
    _populate(kubectl)
    saved = _state(kubectl)
    assert len(saved["specs"]) >= 12
    _run(0, source, tmp_path)
    first.kill()

    restored = _namespace(target)
    _run(1, target, tmp_path)
    second = OperatorProcess(target.operator_kubeconfig(), tmp_path, "second")
    second.start()
    try:
        ecs.wait_ready(restored, "ecsservice", "shop.web", "pinned", timeout=60)
        ecs.wait_ready(restored, "ecstaskdefinition", "web")
        wait_for(lambda: _stopped(restored, "running"), 60, "the task that ran is STOPPED")
        now = _state(restored)
        for name in now["specs"].keys() - saved["specs"].keys():  # what is new is at most the record of its end
            assert now["specs"].pop(name)["kubernetes"]["object"] == "running"
        assert now == saved
        assert {pod["metadata"]["labels"].get("kubecs.dev/service") for pod in ecs.pods(restored)} == {"web", "pinned"}

        restored.apply(_family(4))
        wait_for(lambda: restored.find(REVISION, "web.4"), 20, "the next edit has the next number")
        restored.apply(ecs.task_definition("gone"))
        wait_for(lambda: restored.find(REVISION, "gone.3"), 20, "a number that was deleted is not taken again")
    finally:
        second.kill()
