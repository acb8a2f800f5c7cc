"""Fixtures of the tests that run on a real node: the cluster tests' own, on a cluster whose one node is a kubelet."""

from __future__ import annotations

import functools
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.cluster.conftest import (
    _operator_as_usual,
    crds,
    kubectl,
    namespace,
    operator,
    pytest_runtest_makereport,
    wait_for,
)
from tests.cluster.rig import Kubectl, OperatorProcess
from tests.node.containers import Containers
from tools import image
from tools.binaries import SETS, NoGoError, ensure
from tools.localcluster import LocalCluster
from tools.localnode import LocalNode, Network, why_not
from tools.localnode.node import APISERVER_ARGUMENTS

__all__ = [
    "_operator_as_usual",
    "crds",
    "kubectl",
    "namespace",
    "operator",
    "pytest_runtest_makereport",
    "wait_for",
]
HERE = Path(__file__).parent


def pytest_collection_finish(session: pytest.Session) -> None:
    """Builds what is missing before the first test, so that no test's timeout pays for a compiler."""
    if session.config.option.collectonly or not any(item.path.is_relative_to(HERE) for item in session.items):
        return
    try:
        ensure((*SETS["default"], *SETS["node"]), quiet=True)
        if any(item.path.name == "test_chart.py" for item in session.items) and not why_not():
            image.ensure_archive()
    except (NoGoError, image.NoBuilderError):
        return  # the fixture says so


@functools.cache
def _network() -> Network:
    return Network()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:  # noqa: ARG001 -- named by pytest
    """Every test here, with its fixtures, runs in the node's network; what else this process tests does not."""
    if why_not():
        return (yield)
    with _network().entered():
        return (yield)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[LocalCluster]:
    """A control plane without kwok nodes, in a network of its own. Its logs stay when a test failed."""
    if why_not():
        pytest.skip(why_not())
    try:
        ensure((*SETS["default"], *SETS["node"]), quiet=True)
    except NoGoError as missing:
        pytest.skip(str(missing))
    started = LocalCluster(nodes=0, extra_apiserver_args=APISERVER_ARGUMENTS).__enter__()
    yield started
    started.stop(keep=request.session.testsfailed > 0)


@pytest.fixture(scope="session", autouse=True)
def node(cluster: LocalCluster) -> Iterator[LocalNode]:
    """The one node of the cluster, real and ready."""
    started = LocalNode(cluster)
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture
def containers(kubectl: Kubectl, node: LocalNode) -> Containers:
    """What the tests do with running containers."""
    return Containers(kubectl, node)


@pytest.fixture
def impatient(operator: OperatorProcess, _operator_as_usual: None) -> None:
    """The operator gives up a task that cannot start after 3 s, not 120."""
    operator.terminate()
    operator.start("--failed-start-seconds=3")
