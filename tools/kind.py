"""Prints what `make kind` applies beside the CRDs: two replicas of the operator, with its own rights."""

from __future__ import annotations

import json
import sys
from typing import Any

import yaml

from tools.localcluster.access import OPERATOR, OPERATOR_NAMESPACE, operator_access

IMAGE = "kubecs:dev"
_HEALTH_PORT = 8080
_METRICS_PORT = 9090


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
        "args": ["operator", f"--health-port={_HEALTH_PORT}", f"--metrics-port={_METRICS_PORT}", "--log-format=json"],
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


def main() -> int:
    """Prints the YAML documents."""
    documents = json.loads(json.dumps([*operator_access(), operator_deployment()]))  # without YAML's references
    yaml.safe_dump_all(documents, sys.stdout, sort_keys=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
