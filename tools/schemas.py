"""The API schemas of the Kubernetes minors that kubecs runs on, cut down to the kinds that the project writes.

python -m tools.schemas [--check]   write, or compare, tests/schemas; the sources come as Go modules
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tools.binaries import BINARIES, MODULES, Compiler, version_of

DIRECTORY = Path(__file__).resolve().parents[1] / "tests" / "schemas"
# One patch of each minor from the oldest on; those that tools/ builds are named by their go.mod.
OTHERS = ("v1.35.4", "v1.37.2")
# What the chart and the operator write, (group, kind) of Kubernetes.
KINDS = (
    ("", "ConfigMap"),
    ("", "Event"),
    ("", "Namespace"),
    ("", "Pod"),
    ("", "Service"),
    ("", "ServiceAccount"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apps", "ControllerRevision"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("coordination.k8s.io", "Lease"),
    ("events.k8s.io", "Event"),
    ("", "PersistentVolumeClaim"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("policy", "PodDisruptionBudget"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
    ("resource.k8s.io", "ResourceClaimTemplate"),
)
_KEPT = ("type", "format", "items", "properties", "additionalProperties", "required", "enum", "$ref")
_REFERENCE = "#/definitions/"

Schema = Mapping[str, Any]


class SchemaError(RuntimeError):
    """A source could not be had, or lacks a kind."""


def versions() -> tuple[str, ...]:
    """One version of Kubernetes for each minor that kubecs claims."""
    return tuple(sorted({_pinned("kubernetes"), _pinned("kubernetes-oldest"), *OTHERS}))


def _pinned(module: str) -> str:
    return version_of(BINARIES["kube-apiserver"], MODULES / module)


def minor_of(version: str) -> str:
    """`1.34` of `v1.34.4`."""
    return ".".join(version.removeprefix("v").split(".")[:2])


def source(version: str) -> dict[str, Any]:
    """What a Kubernetes version publishes of its API.

    Raises:
        SchemaError: the Go proxy does not give it.
    """
    go = str(Compiler.find((1, 24)).path)
    command = [go, "mod", "download", "-json", f"k8s.io/kubernetes@{version}"]
    done = subprocess.run(command, cwd=MODULES, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SchemaError(f"k8s.io/kubernetes@{version}: {done.stdout}{done.stderr}")
    whole = Path(json.loads(done.stdout)["Dir"]) / "api" / "openapi-spec" / "swagger.json"
    published: dict[str, Any] = json.loads(whole.read_text(encoding="utf-8"))["definitions"]
    return published


def reduced(published: Mapping[str, Schema]) -> dict[str, Schema]:
    """The kinds of KINDS in every version that is served, what they refer to, and no words about any of it."""
    wanted = [name for name, schema in published.items() if _names(schema) & set(KINDS)]
    lacking = set(KINDS) - {kind for name in wanted for kind in _names(published[name])}
    if lacking:
        raise SchemaError(f"no schema of {sorted(lacking)}")
    found: dict[str, Schema] = {}
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = _bare(published[name]) | _served(published[name])
            wanted += _referred(found[name])
    return dict(sorted(found.items()))


def _names(schema: Schema) -> set[tuple[str, str]]:
    return {(each["group"], each["kind"]) for each in schema.get("x-kubernetes-group-version-kind") or ()}


def _served(schema: Schema) -> dict[str, Any]:
    """The `apiVersion kind` that a definition is the schema of."""
    kinds = schema.get("x-kubernetes-group-version-kind") or ()
    names = [f"{'/'.join(filter(None, (each['group'], each['version'])))} {each['kind']}" for each in kinds]
    return {"kinds": sorted(names)} if names and set(_names(schema)) & set(KINDS) else {}


def _bare(value: Any) -> Any:
    """A schema without descriptions, defaults and hints for clients."""
    bare: dict[str, Any] = {}
    for key in _KEPT:
        if key not in value:
            continue
        if key == "properties":
            bare[key] = {name: _bare(value[key][name]) for name in sorted(value[key])}
        elif key in ("items", "additionalProperties") and isinstance(value[key], dict):
            bare[key] = _bare(value[key])
        else:
            bare[key] = value[key].removeprefix(_REFERENCE) if key == "$ref" else value[key]
    return bare


def _referred(schema: Any) -> Iterable[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for value in schema.values():
            yield from _referred(value)


def text_of(version: str) -> str:
    """A file: one definition on each line, so that a raised version shows what has changed."""
    lines = [f"{json.dumps(name)}:{_compact(schema)}" for name, schema in reduced(source(version)).items()]
    return "{" + ",\n".join([f'"version":"{version}"', *lines]) + "}\n"


def _compact(schema: Schema) -> str:
    return json.dumps(schema, separators=(",", ":"))


def main(arguments: list[str]) -> int:
    """Writes, or with --check compares; 1 where something differs or cannot be had."""
    try:
        made = {DIRECTORY / f"kubernetes-{minor_of(version)}.json": text_of(version) for version in versions()}
    except SchemaError as error:
        print(error, file=sys.stderr)
        return 1
    if "--check" in arguments:
        wrong = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
        for path in wrong:
            print(f"{path}: not what `python -m tools.schemas` writes", file=sys.stderr)
        return int(bool(wrong))
    DIRECTORY.mkdir(exist_ok=True)
    for path, text in made.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
