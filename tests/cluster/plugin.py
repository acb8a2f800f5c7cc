"""Runs `kubectl ecs` as a person does: the real kubectl finds the plugin on PATH."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.rig import PROJECT, Kubectl

PROGRAMS = {"kubectl-ecs": "kubecs.cli.plugin", "kubectl_complete-ecs": "kubecs.cli.completion"}


@dataclass(frozen=True)
class Plugin:
    """Runs `kubectl ecs` in the test's namespace."""

    kubectl: Kubectl
    directory: Path

    def run(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """The finished process, whatever its exit code."""
        cluster = self.kubectl.cluster
        environment = os.environ | {
            "PATH": f"{self.directory}:{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT / "operator"),
            "KUBECONFIG": str(options.pop("kubeconfig", cluster.admin_kubeconfig)),
        }
        command = [str(cluster.binaries["kubectl"]), *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, **options)

    def __call__(self, *words: str, code: int = 0, **options: Any) -> str:
        """Asserts an exit code, and returns what was printed."""
        done = self.run("ecs", *words, "-n", self.kubectl.namespace, **options)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code in (0, 1) else done.stdout + done.stderr


def install(directory: Path) -> None:
    """Writes the programs into a directory, as pip would."""
    for name, module in PROGRAMS.items():
        program = directory / name
        program.write_text(f"#!{sys.executable}\nimport sys\nfrom {module} import main\nsys.exit(main())\n")
        program.chmod(0o755)


def installed(kubectl: Kubectl, directory: Path) -> Plugin:
    """The plugin, put into a directory of the test's own."""
    install(directory)
    return Plugin(kubectl, directory)
