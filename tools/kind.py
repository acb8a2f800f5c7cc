"""What runs the operator in a cluster, beside the CRDs: its rights, two replicas of the image, warnings at apply.

python -m tools.kind                print it, which is what `make kind` applies
python -m tools.kind --write FILE   write it (examples/install/operator.yaml)
python -m tools.kind --check FILE   fail when the file says something else
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tools.localcluster.access import OPERATOR, OPERATOR_NAMESPACE, operator_access, warning_policy

IMAGE = "kubecs:dev"
_HEALTH_PORT = 8080
_METRICS_PORT = 9090
_HEADER = """\
# The operator, its rights, and warnings at apply, for any cluster; written by `python -m tools.kind`, a test compares.
# Put the name of your image where kubecs:dev is.
"""


def operator_deployment(image: str = IMAGE) -> dict[str, Any]:
    """The operator's Deployment: a leader and a warm standby, no privileges, a read-only root."""
    labels = {"app.kubernetes.io/name": OPERATOR}
    template = {
        "metadata": {"labels": labels},
        "spec": {
            "serviceAccountName": OPERATOR,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [_container(image)],
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": OPERATOR, "namespace": OPERATOR_NAMESPACE, "labels": labels},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template},
    }


def _container(image: str) -> dict[str, Any]:
    return {
        "name": "operator",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": [
            "operator",
            f"--health-port={_HEALTH_PORT}",
            f"--metrics-port={_METRICS_PORT}",
            "--log-format=json",
            f"--shim-image={image}",
        ],
        "ports": [
            {"name": "health", "containerPort": _HEALTH_PORT},
            {"name": "metrics", "containerPort": _METRICS_PORT},
        ],
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": "health"}, "initialDelaySeconds": 10},
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "health"}, "periodSeconds": 2},
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def documents() -> list[dict[str, Any]]:
    """All objects, in the order in which they are applied."""
    made = [*operator_access(), operator_deployment(), *warning_policy()]
    everything: list[dict[str, Any]] = json.loads(json.dumps(made))
    return everything  # a copy without shared parts, so that YAML needs no references


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints, writes or checks the YAML documents; 1 when the check finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m tools.kind")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--write", type=Path, metavar="FILE")
    choice.add_argument("--check", type=Path, metavar="FILE")
    chosen = parser.parse_args(arguments)
    text = yaml.safe_dump_all(documents(), sort_keys=False)
    if chosen.check is not None:
        same = chosen.check.exists() and list(yaml.safe_load_all(chosen.check.read_text())) == documents()
        print("" if same else f"{chosen.check} is out of date: run `make generate`\n", end="", file=sys.stderr)
        return 0 if same else 1
    if chosen.write is not None:
        chosen.write.write_text(_HEADER + text)
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
