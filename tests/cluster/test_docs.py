"""The pages of docs/ are walked: their commands run, in a namespace of the page's own, and print what the page says."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.cluster.plugin import install
from tests.cluster.rig import OperatorProcess, wait_for
from tests.unit.docs.pages import PAGES, PROJECT, Command, commands, is_as_printed, page_ids
from tools.localcluster import LocalCluster

# A person who sees less than expected looks again; a status that is written while diff looks is a difference.
LOOKING = ("kubectl get ", "kubectl diff ")
LOOK_SECONDS = 20.0

WALKED = [page for page in PAGES if any("kubectl" in command.text for command in commands(page))]


@pytest.fixture
def environment(cluster: LocalCluster, namespace: str, tmp_path: Path) -> dict[str, str]:
    """A shell's environment in which kubectl is found and works in the test's namespace."""
    config = yaml.safe_load(cluster.admin_kubeconfig.read_text())
    for context in config["contexts"]:
        context["context"]["namespace"] = namespace
    install(tmp_path)
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    binaries = cluster.binaries["kubectl"].parent
    return os.environ | {
        "KUBECONFIG": str(path),
        "KUBECACHEDIR": str(tmp_path / "cache"),
        "PATH": os.pathsep.join([str(binaries), str(tmp_path), os.environ["PATH"]]),
        "PYTHONPATH": str(PROJECT / "operator"),
    }


def _run(command: Command, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["sh", "-c", command.text],
        env=environment,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=180,
    )
    return done.stdout


def _check(command: Command, environment: dict[str, str]) -> None:
    def as_printed() -> bool:
        output = _run(command, environment)
        assert is_as_printed(command, output), f"{command.place}: $ {command.text}\n{output}"
        return True

    if command.text.startswith(LOOKING):
        wait_for(as_printed, LOOK_SECONDS, command.place)
    else:
        as_printed()


@pytest.mark.usefixtures("warnings")
@pytest.mark.parametrize("page", WALKED, ids=page_ids)
def test_page_shows_what_happens(page: Path, environment: dict[str, str], operator: OperatorProcess) -> None:
    assert operator.pid is not None
    for command in commands(page):
        if not command.text.startswith("make "):
            _check(command, environment)
