"""The chart as one manifest for kubectl, without helm at hand and without the CRDs: examples/install/operator.yaml.

python -m tools.manifest --write FILE   write it
python -m tools.manifest --check FILE   fail when the file says something else
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tools.helm import NAMESPACE, render

VALUES = {"image": {"tag": "dev"}, "crds": {"install": False}}
_HELMS_OWN = ("helm.sh/chart", "app.kubernetes.io/managed-by")
_HEADER = """\
# The operator and its rights, for any cluster; written from the chart by `python -m tools.manifest`, a test compares.
# Put the name of your image where kubecs:dev is.
"""


def documents() -> list[dict[str, Any]]:
    """All objects in the order in which they are applied: a namespace closed to privileged Pods, then the chart."""
    levels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": levels}}
    return [namespace, *map(_without_helm, render(VALUES))]


def _without_helm(document: dict[str, Any]) -> dict[str, Any]:
    labels = {key: value for key, value in document["metadata"]["labels"].items() if key not in _HELMS_OWN}
    return document | {"metadata": document["metadata"] | {"labels": labels}}


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks the YAML documents; 1 when the check finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m tools.manifest")
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", type=Path, metavar="FILE")
    choice.add_argument("--check", type=Path, metavar="FILE")
    chosen = parser.parse_args(arguments)
    if chosen.write is not None:
        chosen.write.write_text(_HEADER + yaml.safe_dump_all(documents(), sort_keys=False))
        return 0
    if chosen.check.exists() and list(yaml.safe_load_all(chosen.check.read_text())) == documents():
        return 0
    print(f"{chosen.check} is out of date: run `make generate`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
