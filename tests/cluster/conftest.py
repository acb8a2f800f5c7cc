"""Fixtures of the tests that run on a real control plane: one cluster for each worker, one namespace for each test."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import rig
from tests.cluster.crd_documents import task_definition
from tests.cluster.rig import Kubectl, OperatorProcess
from tools.binaries import SETS, NoGoError, ensure
from tools.localcluster import LocalCluster

HERE = Path(__file__).parent


def pytest_collection_finish(session: pytest.Session) -> None:
    """Builds what is missing before the first test, so that no test's timeout pays for a compiler."""
    if session.config.option.collectonly or not any(item.path.is_relative_to(HERE) for item in session.items):
        return
    try:
        ensure((*SETS["default"], *SETS["gitops"]), quiet=True)
    except NoGoError:
        return  # the fixture says so


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attaches the logs of the operators to the report of a test that failed with them."""
    report = yield
    if report.failed:
        for operator in _operators(getattr(item, "funcargs", {})):
            report.sections.append((f"operator log {operator.identity}", operator.log[-20_000:]))
    return report


def _operators(fixtures: dict[str, object]) -> list[OperatorProcess]:
    """Those among a test's fixtures, alone or several in a tuple."""
    found = [each if isinstance(each, tuple) else (each,) for each in fixtures.values()]
    return [each for group in found for each in group if isinstance(each, OperatorProcess)]


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[LocalCluster]:
    """A control plane with five kwok nodes; each worker has its own. Its logs stay when a test failed."""
    try:
        ensure(SETS["default"], quiet=True)
    except NoGoError as missing:
        pytest.skip(str(missing))
    started = LocalCluster(audit=True).__enter__()
    yield started
    started.stop(keep=request.session.testsfailed > 0)


@pytest.fixture(scope="session")
def crds(cluster: LocalCluster) -> list[str]:
    """The project's CRDs, established and known to the garbage collector; returns their names."""
    names = cluster.install_crds()
    rig.wait_for(lambda: set(names) <= _listed(cluster), 30, "the CRDs in discovery, which has them a little later")
    manager = cluster.component("kube-controller-manager")
    manager.kill()  # it learns of new kinds when it starts, else within half a minute
    manager.start()
    return names


def _listed(cluster: LocalCluster) -> set[str]:
    """The kinds of ours that whoever asks the API server for its kinds is told of, as `plural.group`."""
    return set(cluster.kubectl("api-resources", "--api-group=kubecs.dev", "-o", "name", check=False).split())


@pytest.fixture(scope="session")
def warnings(cluster: LocalCluster, crds: list[str]) -> None:  # noqa: ARG001 -- must be there first
    """The policy that warns of members that do not carry over, in force; it stays."""
    cluster.install_warnings()
    loud = task_definition(enableFaultInjection=True, networkMode="awsvpc")
    rig.wait_for(lambda: "faults are not" in _dry_run(cluster, loud), 30, "the policy")


def _dry_run(cluster: LocalCluster, manifest: dict[str, Any]) -> str:
    return cluster.kubectl("create", "--dry-run=server", "-f", "-", input=json.dumps(manifest))


@pytest.fixture
def crds_alone(request: pytest.FixtureRequest, crds: list[str]) -> list[str]:
    """The CRDs, and nobody who acts on objects of them: an operator that a test before left running is ended."""
    usual: OperatorProcess = request.getfixturevalue("operator")
    if usual.pid is not None:
        usual.terminate()
    return crds


@pytest.fixture
def namespace(cluster: LocalCluster) -> Iterator[str]:
    """A namespace of the test's own, ready for Pods; deleted afterwards without waiting."""
    name = f"t-{secrets.token_hex(4)}"
    document = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    cluster.api.call("POST", "/api/v1/namespaces", document)
    account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
    rig.wait_for(lambda: cluster.api.answers(account), 30, "the namespace's default ServiceAccount")
    yield name
    cluster.api.call("DELETE", f"/api/v1/namespaces/{name}")


@pytest.fixture
def kubectl(cluster: LocalCluster, namespace: str) -> Kubectl:
    """Runs kubectl in the test's namespace."""
    return Kubectl(cluster, namespace)


@pytest.fixture
def wait_for() -> Callable[..., Any]:
    """Polls a condition: see rig.wait_for."""
    return rig.wait_for


@pytest.fixture(scope="session")
def operator(
    cluster: LocalCluster,
    crds: list[str],  # noqa: ARG001 -- must be there first
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OperatorProcess]:
    """The operator's process, running with its own rights whenever a test that asks for it begins."""
    handle = OperatorProcess(cluster.operator_kubeconfig(), tmp_path_factory.mktemp("operator"))
    yield handle
    handle.kill()


@pytest.fixture(autouse=True)
def _operator_as_usual(request: pytest.FixtureRequest) -> None:
    """Starts the operator anew when the test before killed it or ran it with other settings.

    A fixture that asks for it by `getfixturevalue` gets the handle alone, and may run an operator of its own instead.
    """
    if "operator" in request.node.fixturenames:
        request.getfixturevalue("operator").ensure_default()


@pytest.fixture
def own(request: pytest.FixtureRequest, cluster: LocalCluster, tmp_path: Path) -> Iterator[OperatorProcess]:
    """A process of the test's own that does not run yet, while the usual one is down."""
    usual: OperatorProcess = request.getfixturevalue("operator")  # asked for so that no test starts it beside ours
    if usual.pid is not None:
        usual.terminate()
    _forget_lease(cluster)
    process = OperatorProcess(usual.kubeconfig, tmp_path, "own")
    yield process
    process.kill()
    _forget_lease(cluster)


def _forget_lease(cluster: LocalCluster) -> None:
    """Its holder may have been killed."""
    lease = cluster.api.resource("Lease").path("kubecs-system", "kubecs-operator")
    if cluster.api.answers(lease):
        cluster.api.call("DELETE", lease)
