"""What GitOps tools make of objects: kstatus as Flux uses it, and the health script for Argo CD from examples/."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.cluster.rig import PROJECT
from tools.binaries import SETS, ensure

ARGO_CONFIG = PROJECT / "examples" / "gitops" / "argocd" / "argocd-cm.yaml"
ALL_OF_OURS = "kubecs.dev/*"


class Verdict(NamedTuple):
    """One object's kstatus and its health in Argo CD, as `Current Healthy`."""

    kstatus: str
    argo: str

    def __str__(self) -> str:
        """As tests write it."""
        return f"{self.kstatus} {self.argo}"


def health_script() -> str:
    """The Lua script for all of our kinds, as it stands in Argo CD's ConfigMap."""
    config = yaml.safe_load(ARGO_CONFIG.read_text())
    script: str = yaml.safe_load(config["data"]["resource.customizations"])[ALL_OF_OURS]["health.lua"]
    return script


def verdicts(objects: Sequence[dict[str, Any]]) -> list[Verdict]:
    """What both tools say of objects as the API server gives them.

    Raises:
        CalledProcessError: One of them could not tell, which Argo CD would show as Unknown.
    """
    program = ensure(SETS["gitops"], quiet=True)["objecthealth"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(health_script())
        script.flush()
        done = subprocess.run(
            [program, Path(script.name)], input=json.dumps(objects), stdout=subprocess.PIPE, text=True, check=True
        )
    return [Verdict(each["kstatus"], each["argo"]) for each in json.loads(done.stdout)]


def verdict(found: dict[str, Any]) -> str:
    """The same of one object, as `Current Healthy`."""
    return str(verdicts([found])[0])
