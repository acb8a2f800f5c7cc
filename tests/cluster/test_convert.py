"""What `kubecs convert` writes is taken by the API server: ECS resources under the CRDs' rules, and plain objects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubecs.convert.conversion import Options, Source, convert
from tests.cluster.rig import Kubectl, wait_for
from tests.unit.convert import test_services

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "convert"

IDLE = b'[{"name": "idle", "image": "busybox:1.37", "memory": 64}]'  # no service runs it

FORMS = {
    "ecs": (Options(), {"ecsaccount", "ecscluster", "ecstaskdefinition", "ecsservice"}),
    "revisions": (
        Options(keep_revisions=True),
        {"ecsaccount", "ecscluster", "ecstaskdefinition", "ecstaskdefinitionrevision", "ecsservice"},
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("crds")
def test_ecs_resources_are_taken(form: str, kubectl: Kubectl, tmp_path: Path) -> None:
    options, kinds = FORMS[form]
    assert _applied(options, kubectl, tmp_path) == kinds


def test_plain_objects_are_taken(namespace: str, kubectl: Kubectl, tmp_path: Path) -> None:
    options = Options(kubernetes=True, namespace=namespace)
    assert _applied(options, kubectl, tmp_path) == {
        "serviceaccount",
        "deployment",
        "poddisruptionbudget",
        "podtemplate",
    }


def test_plain_services_lead_to_the_tasks_without_any_operator(namespace: str, kubectl: Kubectl) -> None:
    sources = [
        Source(f"{index}.json", json.dumps(each).encode()) for index, each in enumerate(test_services.FORMS["create"])
    ]
    options = Options(kubernetes=True, namespace=namespace, account=test_services.ACCOUNT)
    outcome = convert(sources, options)
    assert not outcome.refused, outcome.report
    kubectl("apply", "--server-side", "--validate=strict", "-f", "-", input=outcome.output)

    def lead_to_two_tasks() -> bool:
        return all(_ready_endpoints(kubectl, name) == 2 for name in ("front", "records", "api"))

    wait_for(lead_to_two_tasks, 30, "two endpoints of each Service")


def _ready_endpoints(kubectl: Kubectl, service: str) -> int:
    slices = kubectl.list("endpointslice", f"kubernetes.io/service-name={service}")
    return sum(endpoint["conditions"]["ready"] for each in slices for endpoint in each.get("endpoints") or ())


def _applied(options: Options, kubectl: Kubectl, tmp_path: Path) -> set[str]:
    """The kinds that the API server took, in lower case and without their groups."""
    sources = [Source(each.name, each.read_bytes()) for each in sorted(EXAMPLES.iterdir())]
    outcome = convert([*sources, Source("idle.json", IDLE)], options)
    # Plain manifests have no account behind them that could still map the secret of one example.
    assert outcome.refused == options.kubernetes, outcome.report
    path = tmp_path / "manifests.yaml"
    path.write_text(outcome.output)
    said = kubectl("apply", "--server-side", "--validate=strict", "-f", str(path))
    return {line.partition("/")[0].partition(".")[0] for line in said.splitlines() if line}
