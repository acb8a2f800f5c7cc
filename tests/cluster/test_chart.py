"""The chart on a real API server with the real helm; kwok plays the operator's Pods, where none runs as a process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.binaries import SETS, NoGoError, ensure
from tools.helm import CHART, helm, render
from tools.localcluster import LocalCluster

RELEASE, NAMESPACE, SERVED = "kubecs", "kubecs-system", "served"
RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
OTHERS = {"ServiceMonitor", "PodMonitor", "PrometheusRule"}  # kinds that no cluster of ours knows
Helm = Callable[..., str]

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def bare() -> Iterator[LocalCluster]:
    """A cluster in which nothing of kubecs is."""
    try:
        ensure((*SETS["default"], *SETS["helm"]), quiet=True)
    except NoGoError as missing:
        pytest.skip(str(missing))
    with LocalCluster(nodes=2) as cluster:
        yield cluster


@pytest.fixture
def run_helm(bare: LocalCluster) -> Iterator[Helm]:
    """Helm with the cluster's kubeconfig, in the operator's namespace, which allows restricted Pods alone."""
    metadata = {"name": NAMESPACE, "labels": RESTRICTED}
    bare.api.apply(f"/api/v1/namespaces/{NAMESPACE}", {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    def run(*arguments: str | Path) -> str:
        where = [f"--kubeconfig={bare.admin_kubeconfig}", f"--namespace={NAMESPACE}"]
        return helm(*arguments, *where)

    yield run
    _read_each_kind(bare)
    bare.kubectl("delete", "namespace", NAMESPACE, "--wait=true")
    bare.kubectl("delete", "crd", "-l", "app.kubernetes.io/part-of=kubecs", "--wait=true")
    bare.kubectl("delete", "clusterrole,clusterrolebinding", "-l", "app.kubernetes.io/part-of=kubecs")


def _read_each_kind(bare: LocalCluster) -> None:
    """Lists what our definitions define, as an operator does.

    Of a kind that nobody has read the API server may find that its "storage is (re)initializing" when the definition is
    deleted, and then leaves the definition for five minutes: crd_finalizer forgets it at a conflict with its own write.
    """
    if bare.kubectl("get", "crd", "-l", "app.kubernetes.io/part-of=kubecs", "--output=name"):
        bare.kubectl("get", "ecs", "--all-namespaces")


@pytest.fixture
def system(bare: LocalCluster) -> Kubectl:
    """Kubectl in the operator's namespace."""
    return Kubectl(bare, NAMESPACE)


@pytest.fixture
def previous(tmp_path: Path) -> Path:
    """The chart as an earlier version might have been: another appVersion, a CRD that shows less."""
    chart = tmp_path / "previous"
    shutil.copytree(CHART, chart)
    described = chart / "Chart.yaml"
    described.write_text(described.read_text().replace("ersion: 0.1.0", "ersion: 0.0.9"))
    path = chart / "files" / "crds" / "ecsclusters.yaml"
    definition = yaml.safe_load(path.read_text())
    del definition["spec"]["versions"][0]["additionalPrinterColumns"]
    path.write_text(yaml.safe_dump(definition, sort_keys=False))
    return chart


def _deployment(kubectl: Kubectl) -> dict[str, Any]:
    return kubectl.get("deployment", "kubecs-operator")


def _image(kubectl: Kubectl) -> str:
    return str(_deployment(kubectl)["spec"]["template"]["spec"]["containers"][0]["image"])


def _shows_all(kubectl: Kubectl) -> bool:
    definition = kubectl.get("customresourcedefinition", "ecsclusters.kubecs.dev")
    return len(definition["spec"]["versions"][0].get("additionalPrinterColumns", ())) > 1


def _runs(kubectl: Kubectl, replicas: int) -> bool:
    """Whether so many Pods are ready, all of the present template, and no others: helm waits for one less than all."""
    deployment = _deployment(kubectl)
    status = ecs.status(deployment)
    counts = [status.get(name) for name in ("replicas", "updatedReplicas", "readyReplicas")]
    return ecs.answered(deployment) and counts == [replicas] * 3


def test_install_upgrade_rollback_uninstall(run_helm: Helm, system: Kubectl, previous: Path) -> None:
    run_helm("install", RELEASE, previous, "--wait", "--timeout=60s")
    assert (_image(system), _shows_all(system)) == ("kubecs:0.0.9", False)
    wait_for(lambda: _runs(system, 2), 20)
    notes = run_helm("get", "notes", RELEASE)
    assert "serves all namespaces" in notes
    assert "rollout status deployment/kubecs-operator" in notes
    system.apply(ecs.cluster("shop"), "default")

    run_helm("upgrade", RELEASE, CHART, "--wait", "--timeout=60s", "--set=replicaCount=3")
    assert (_image(system), _shows_all(system)) == ("kubecs:0.1.0", True)
    wait_for(lambda: _runs(system, 3), 20)

    run_helm("rollback", RELEASE, "1", "--wait", "--timeout=60s")
    assert (_image(system), _shows_all(system)) == ("kubecs:0.0.9", False)
    wait_for(lambda: _runs(system, 2), 20)

    run_helm("uninstall", RELEASE, "--wait", "--timeout=60s")
    assert system.find("deployment", "kubecs-operator") is None
    assert system.find("clusterrole", "kubecs-operator") is None
    assert system.find("ecscluster", "shop", "default") is not None

    run_helm("install", RELEASE, CHART, "--wait", "--timeout=60s")  # takes what it left
    assert _shows_all(system)
    run_helm("upgrade", RELEASE, CHART, "--set=crds.keep=false")
    _read_each_kind(system.cluster)
    run_helm("uninstall", RELEASE, "--wait", "--timeout=60s")
    wait_for(lambda: system.find("customresourcedefinition", "ecsclusters.kubecs.dev") is None, 20)


@pytest.mark.parametrize("scope", ["", NAMESPACE])
def test_api_server_knows_every_field(run_helm: Helm, system: Kubectl, scope: str) -> None:
    assert run_helm("list", "--short") == ""
    switches = {part: {"enabled": True} for part in ("plainPrometheus", "dashboards", "rules")}
    values = {"networkPolicy": {"enabled": True}, "monitoring": switches, "scope": {"namespace": scope}}
    documents = [each for each in render(values) if each["kind"] not in OTHERS]
    text = yaml.safe_dump_all(documents)
    flags = ("--server-side", "--dry-run=server", "--validate=strict", "-f", "-")
    answered = system.cluster.kubectl("apply", *flags, input=text).splitlines()
    assert len(answered) == len(documents)
    assert all(line.endswith("serverside-applied (server dry run)") for line in answered), answered


def test_people_get_what_view_edit_and_admin_mean(run_helm: Helm, system: Kubectl) -> None:
    run_helm("install", RELEASE, CHART)
    roles = {"vera": "view", "ed": "edit", "ada": "admin", "plat": "kubecs-account-editor"}
    for name, role in roles.items():
        system("create", "rolebinding", name, f"--clusterrole={role}", f"--user={name}", "--namespace=default")

    def may(name: str, verb: str, resource: str, part: str = "") -> bool:
        flags = (f"--as={name}", f"--subresource={part}", "--namespace=default")
        answer = system("auth", "can-i", verb, resource, *flags, check=False)
        return answer.strip().splitlines()[-1] == "yes"

    def will(name: str, verb: str, resource: str, part: str = "") -> None:
        """Each of the roles is aggregated in its own time."""
        wait_for(lambda: may(name, verb, resource, part), 20, f"{name} may {verb} {resource} {part}")

    will("ed", "create", "ecsservices.kubecs.dev")
    for name in ("vera", "ed", "ada"):
        will(name, "list", "ecsservices.kubecs.dev")
        will(name, "get", "ecsaccounts.kubecs.dev")
        assert not may(name, "update", "ecsaccounts.kubecs.dev")
        assert not may(name, "create", "ecsaccounts.kubecs.dev")
        assert not may(name, "patch", "ecsservices.kubecs.dev", "status")
        assert not may(name, "create", "ecstaskrecords.kubecs.dev")
    assert not may("vera", "create", "ecsservices.kubecs.dev")
    will("ada", "delete", "ecstasks.kubecs.dev")
    will("ed", "patch", "ecsservices.kubecs.dev", "scale")
    will("plat", "patch", "ecsaccounts.kubecs.dev")
    assert not may("plat", "list", "ecsservices.kubecs.dev")


def test_one_namespace_is_served_with_rights_in_it_alone(run_helm: Helm, system: Kubectl, tmp_path: Path) -> None:
    system("create", "namespace", SERVED)
    run_helm("install", RELEASE, CHART, f"--set=scope.namespace={SERVED}")
    assert system.find("clusterrole", "kubecs-operator") is None
    operator = OperatorProcess(system.cluster.kubeconfig_for(NAMESPACE, "kubecs-operator"), tmp_path)
    operator.start(f"--namespace={SERVED}")
    served = Kubectl(system.cluster, SERVED)
    try:
        for namespace in (SERVED, "default"):
            system.apply([ecs.account(), ecs.task_definition(), ecs.service()], namespace)
        ecs.wait_ready(served, "ecsservice", "web")
        assert not ecs.status(served.get("ecsservice", "web", "default")).get("conditions")
        assert "orbidden" not in operator.log
    finally:
        operator.kill()
        system("delete", "ecsservice,ecstaskdefinition,ecsaccount", "--all", "--namespace=default")
        system("delete", "namespace", SERVED, "--wait=false")
