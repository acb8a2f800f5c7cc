"""`make demo` from its beginning to `make demo-down`, in a directory of the test's own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.rig import PROJECT
from tools import demo
from tools.demo import Scene, StepError
from tools.localcluster.process import start_time

SECONDS = re.compile(r"^  \(\d+\.\d s\)$", re.MULTILINE)

SHOWN = (
    "ecstask.kubecs.dev/migrate created",
    "ecsservice.kubecs.dev/shop.web condition met",
    "shop.web   shop      ACTIVE   web       5         5         0         COMPLETED",
    "web.2       web       2          ACTIVE",
    "nginx:1.29",
    "(service web) has reached a steady state.",
    "migrate   shop      migrate   family:migrate   STOPPED   EssentialContainerExited   0",
    "ValidatingAdmissionPolicyBinding kubecs",
    "binding 'kubecs': 2 members do not carry over as ECS has it; all: kubectl describe ecstaskdefinitionrevisions",
    "containerDefinitions[app].linuxParameters.maxSwap: the node decides about swap",
    'strict decoding error: unknown field "spec.containerDefinitions[0].enviroment"',
    "At least one of 'memory' or 'memoryReservation' must be specified.",
    'ecs_service_running_tasks{namespace="default",cluster="shop",service="web"} 5',
    "counts as steady after 2 s here, in ECS after 40 s",
)


def _demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.demo", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=240)


def _up(directory: Path) -> str:
    """What a demo prints that goes well."""
    done = _demo("up", f"--dir={directory}")
    log = directory / "logs" / "operator.log"
    assert done.returncode == 0, f"{done.stdout}{done.stderr}{log.read_text() if log.exists() else ''}"
    return done.stdout


@pytest.mark.timeout(600)
def test_demo_shows_everything_and_leaves_nothing(tmp_path: Path) -> None:
    place = f"--dir={tmp_path / 'demo'}"
    assert _demo("down", place).stdout == "no demo is up\n"
    try:
        first = _up(tmp_path / "demo")
        assert [line for line in SHOWN if line not in first] == []
        titles = re.findall(r"^(\d+)\. ", first, re.MULTILINE)
        assert len(SECONDS.findall(first)) == len(titles) == len(demo.Demo(tmp_path).steps())
        assert f"export KUBECONFIG={tmp_path / 'demo'}" in first
        assert "make demo-down" in first
        second = _up(tmp_path / "demo")
        assert "a demo is up already: it is ended, and a new one started" in second
        processes = json.loads((tmp_path / "demo" / "cluster.json").read_text())["processes"]
        assert [entry["name"] for entry in processes if start_time(entry["pid"]) != entry["started"]] == []
        assert {"operator", "kube-apiserver"} <= {entry["name"] for entry in processes}
    finally:
        ended = _demo("down", place)
    assert ended.stdout == f"ended {len(processes)} processes\n"
    assert [entry for entry in processes if start_time(entry["pid"]) == entry["started"]] == []
    assert not (tmp_path / "demo").exists()


def test_failing_step_ends_the_demo_with_where_the_logs_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise StepError("it did not work")

    monkeypatch.setattr(demo.Demo, "steps", lambda _: [("Fail", fail), ("Never come here", fail)])
    assert demo.main(["up", f"--dir={tmp_path}"]) == 1
    printed = capsys.readouterr().out
    assert re.search(r"Step 1 failed after \d\.\d s: it did not work", printed)
    assert f"Logs: {tmp_path / 'logs'}" in printed
    assert "Never come here" not in printed


@pytest.mark.parametrize(("command", "refused"), [("exit 3", False), ("true", True)])
def test_command_that_goes_otherwise_fails_its_step(
    command: str, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo.Demo, "_environment", lambda _: {"PATH": "/usr/bin:/bin"})
    with pytest.raises(StepError, match=re.escape(f"`{command}` ended with")):
        demo.Demo(tmp_path).play(Scene("Try", (command,), refused=refused))
