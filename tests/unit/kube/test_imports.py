"""The small import of kubernetes, in processes of their own, since modules stay imported."""

import json
import subprocess
import sys
from pathlib import Path

OPERATOR = Path(__file__).resolve().parents[3] / "operator"
PREAMBLE = f"import sys, json; sys.path.insert(0, {str(OPERATOR)!r})\n"
HEAVY = "[name for name in sys.modules if name.startswith('kubernetes') and ('.models.' in name or '.api.' in name)]"
KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: one
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1/"}}]
users: [{name: u, user: {token: abc}}]
contexts: [{name: one, context: {cluster: c, user: u, namespace: home}}]
"""


def run(script: str, *arguments: str) -> dict[str, object]:
    command = [sys.executable, "-c", PREAMBLE + script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_configuration_and_kopf_come_without_the_generated_code(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(KUBECONFIG)
    script = f"""
import asyncio
from kubecs.kube import config, imports
small = imports.install()
import kopf
connection = asyncio.run(config.load(sys.argv[1]))
print(json.dumps({{
    "small": small, "heavy": len({HEAVY}), "kubernetes": len([n for n in sys.modules if n.startswith("kubernetes")]),
    "server": connection.server, "namespace": connection.namespace, "token": asyncio.run(connection.token()),
    "kopf": hasattr(kopf, "on"),
}}))
"""
    answer = run(script, str(kubeconfig))
    assert answer.pop("kubernetes") < 30  # type: ignore[operator]  # JSON
    assert answer == {
        "small": True,
        "heavy": 0,
        "server": "https://127.0.0.1:1",
        "namespace": "home",
        "token": "abc",
        "kopf": True,
    }


def test_what_is_imported_already_is_left_alone() -> None:
    script = """
import kubernetes.aio.client
from kubecs.kube import config, imports
print(json.dumps({"small": imports.install(), "pods": hasattr(kubernetes.aio.client, "V1Pod")}))
"""
    assert run(script) == {"small": False, "pods": True}


def test_another_layout_falls_back_to_the_full_import() -> None:
    script = """
from kubecs.kube import imports
imports._BARE_PACKAGES = (*imports._BARE_PACKAGES, "kubernetes.aio.moved")
small = imports.install()
import kubernetes.aio.client
print(json.dumps({"small": small, "pods": hasattr(kubernetes.aio.client, "V1Pod")}))
"""
    assert run(script) == {"small": False, "pods": True}
