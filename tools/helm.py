"""Renders the project's chart with the real helm."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tools.binaries import BINARIES, SETS, ensure, version_of

CHART = Path(__file__).resolve().parents[1] / "charts" / "kubecs"
RELEASE = "kubecs"
NAMESPACE = "kubecs-system"


class HelmError(RuntimeError):
    """helm refused; the message is its own."""


def helm(*arguments: str | Path, given: str | None = None) -> str:
    """Runs helm and returns what it prints.

    Raises:
        HelmError: it failed.
    """
    program = ensure(SETS["helm"], quiet=True)["helm"]
    done = subprocess.run([program, *arguments], input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HelmError(done.stderr.strip())
    return done.stdout


def render(
    values: Mapping[str, Any] | None = None,
    *,
    release: str = RELEASE,
    namespace: str = NAMESPACE,
    api_versions: Sequence[str] = (),
    kubernetes: str | None = None,
) -> list[dict[str, Any]]:
    """The objects of the chart, in the order in which helm would install them.

    Args:
        values: what differs from values.yaml.
        release: name of the release.
        namespace: of the release.
        api_versions: what the cluster knows beside Kubernetes' own, such as "monitoring.coreos.com/v1/PodMonitor".
        kubernetes: the cluster's version; absent, the one that tools/ builds.

    Raises:
        HelmError: the values are refused.
    """
    version = kubernetes or version_of(BINARIES["kube-apiserver"])
    flags = ["--namespace", namespace, "--kube-version", version, *(f"--api-versions={each}" for each in api_versions)]
    text = helm("template", release, CHART, *flags, "--values", "-", given=json.dumps(values or {}))
    return [document for document in yaml.load_all(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)) if document]
