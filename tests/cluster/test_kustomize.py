"""The kustomize base and overlays of examples/gitops: they build, they apply, and what names a thing follows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster import ecs
from tests.cluster.rig import PROJECT, Kubectl, wait_for
from tools.localcluster import LocalCluster

KUSTOMIZE = PROJECT / "examples" / "gitops" / "kustomize"
IMAGE = "example/shop/web"

# overlay: tasks, image, account id, greeting
WANTED = {
    "dev": (1, f"registry.{IMAGE}:main", "111111111111", "hello"),
    "test": (2, f"registry.{IMAGE}:1.5", "222222222222", "hello"),
    "prod": (
        4,
        f"mirror.{IMAGE}@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1",
        "333333333333",
        "welcome",
    ),
}

# An account that is pruned takes its id along, so that every service is deployed anew under another ARN.
KEPT = {"argocd.argoproj.io/sync-options": "Prune=false", "kustomize.toolkit.fluxcd.io/prune": "disabled"}


def _built(cluster: LocalCluster, directory: Path) -> dict[str, dict[str, Any]]:
    """The objects of a kustomization by their kinds, of which each has one."""
    documents = yaml.safe_load_all(cluster.kubectl("kustomize", str(directory)))
    return {each["kind"]: each for each in documents}


def test_there_is_a_row_for_every_overlay() -> None:
    assert {path.name for path in (KUSTOMIZE / "overlays").iterdir()} == WANTED.keys()


@pytest.mark.parametrize("overlay", WANTED)
def test_an_overlay_builds(cluster: LocalCluster, overlay: str) -> None:
    built = _built(cluster, KUSTOMIZE / "overlays" / overlay)
    count, image, account, greeting = WANTED[overlay]
    assert {each["metadata"]["namespace"] for each in built.values()} == {f"shop-{overlay}"}
    assert built["ECSTaskDefinition"]["spec"]["containerDefinitions"][0]["image"] == image
    assert built["ECSService"]["spec"]["desiredCount"] == count
    assert built["ECSAccount"]["spec"]["accountId"] == account
    assert built["ECSAccount"]["metadata"]["annotations"] == KEPT
    assert built["ConfigMap"]["data"] == {"GREETING": greeting}
    # A generated name ends in a hash of the content, and the account's map follows it.
    generated = built["ConfigMap"]["metadata"]["name"]
    assert generated.startswith("web-environment-")
    assert built["ECSAccount"]["spec"]["environmentFiles"][0]["configMapName"] == generated


@pytest.fixture
def overlay_namespace(cluster: LocalCluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """The overlay's namespace, deleted afterwards."""
    name = f"shop-{request.param}"
    cluster.kubectl("create", "namespace", name)
    wait_for(lambda: cluster.api.answers(f"/api/v1/namespaces/{name}/serviceaccounts/default"), 30, "its account")
    yield name
    cluster.kubectl("delete", "namespace", name, "--timeout=60s")  # waited for: the page about GitOps makes it too


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("overlay_namespace", WANTED, indirect=True)
def test_an_overlay_applies_and_runs(cluster: LocalCluster, overlay_namespace: str) -> None:
    overlay = overlay_namespace.removeprefix("shop-")
    count, image, account, _ = WANTED[overlay]
    kubectl = Kubectl(cluster, overlay_namespace)
    apply = ("apply", "--server-side", "-k", str(KUSTOMIZE / "overlays" / overlay))
    cluster.kubectl(*apply)
    (service,) = ecs.wait_ready(kubectl, "ecsservice", "shop.web", timeout=60)
    assert service["status"]["serviceArn"] == f"arn:aws:ecs:eu-central-1:{account}:service/shop/web"
    pods = ecs.pods(kubectl, service="web")
    assert len(pods) == count
    assert {pod["spec"]["containers"][0]["image"] for pod in pods} == {image}
    (source,) = pods[0]["spec"]["containers"][0]["envFrom"]
    assert kubectl.find("configmap", source["configMapRef"]["name"]) is not None
    # A status that is written just between its two looks is a difference, too.
    wait_for(lambda: not cluster.kubectl("diff", "--server-side", "-k", apply[-1], check=False), 10, "no difference")


@pytest.mark.usefixtures("crds")
def test_a_prefix_renames_what_aws_names_too(cluster: LocalCluster, kubectl: Kubectl, tmp_path: Path) -> None:
    """As for a preview of each pull request beside the others in one namespace; the account is not in the base."""
    where = tmp_path / "base"
    where.mkdir()
    for path in (KUSTOMIZE / "base").iterdir():
        (where / path.name).write_text(path.read_text())
    (tmp_path / "kustomization.yaml").write_text("namePrefix: pr7-\nresources: [base]\n")
    built = _built(cluster, tmp_path)
    spec = {kind: each["spec"] for kind, each in built.items() if kind != "ConfigMap"}
    assert {each["metadata"]["name"] for each in built.values()} >= {"pr7-shop", "pr7-web", "pr7-shop.web"}
    assert spec["ECSCluster"]["clusterName"] == "pr7-shop"
    assert spec["ECSTaskDefinition"]["family"] == "pr7-web"
    assert (spec["ECSService"]["cluster"], spec["ECSService"]["taskDefinition"]) == ("pr7-shop", "pr7-web")
    # Names and specs still fit each other: the API server takes them.
    assert kubectl("apply", "--dry-run=server", "-k", str(tmp_path)).count("(server dry run)") == 4
