"""What `kubecs convert` writes is taken by the API server: ECS resources under the CRDs' rules, and plain objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubecs.convert.conversion import Options, Source, convert
from tests.cluster.rig import Kubectl

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
    assert _applied(options, kubectl, tmp_path) == {"serviceaccount", "deployment", "podtemplate"}


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
