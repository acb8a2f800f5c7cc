"""What the operator makes of the pinned documents, under the API schemas of every Kubernetes minor that it runs on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubecs.plan.actions import Apply, Create
from kubecs.plan.service import plan_service
from tests.apischema import MINORS, problems
from tests.unit.plan.services import NOW, actions, service, snapshot

FOLDER = Path(__file__).parent
GOLDEN = sorted(path for name in ("taskdefs", "realdocuments") for path in (FOLDER / name).glob("*.yaml"))


def _templates() -> list[tuple[str, dict[str, Any]]]:
    read = ((path.stem, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in GOLDEN)
    return [(name, made["template"]) for name, made in read if made.get("template")]


@pytest.mark.parametrize("minor", MINORS)
def test_pod_templates(minor: str) -> None:
    templates = _templates()
    assert len(templates) > 30
    pods = {name: {"apiVersion": "v1", "kind": "Pod", **template} for name, template in templates}
    assert {name: found for name, pod in pods.items() if (found := problems(minor, pod))} == {}


@pytest.mark.parametrize("minor", MINORS)
@pytest.mark.parametrize("strategy", ["REPLICA", "DAEMON"])
def test_children_of_a_service(minor: str, strategy: str) -> None:
    wanted = service(schedulingStrategy=strategy, kubernetes={"tolerations": [{"operator": "Exists"}]})
    if strategy == "DAEMON":
        del wanted["spec"]["desiredCount"]
    plan = plan_service(replace(snapshot(), service=wanted), NOW)
    made = [dict(each.manifest) for kind in (Apply, Create) for each in actions(plan, kind)]
    assert {each["kind"] for each in made} >= {"ControllerRevision", "ServiceAccount"}
    assert [problem for each in made for problem in problems(minor, each)] == []
