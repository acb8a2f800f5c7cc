"""Whole task definitions and what becomes of them, pinned as files.

Each `taskdefs/<name>.json` is a document for RegisterTaskDefinition, `<name>.yaml` beside it what is made of it. Run
with UPDATE_GOLDEN=1 in the environment to write the YAML anew, then read the difference.
"""

import os
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.values import task_definition_arn
from kubecs.plan.account import account_of
from kubecs.translate.health import min_ready_seconds
from kubecs.translate.pod import PodContext, pod_template
from kubecs.translate.restricted import restricted_uses
from kubecs.translate.serviceaccount import service_account_name
from kubecs.translate.verdicts import findings

FOLDER = Path(__file__).parent / "taskdefs"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))
STANDALONE = {"batch", "startup-once"}
LAUNCH_VOLUMES = {"database": {"sizeInGiB": 40, "volumeType": "gp3"}}
OWNER = account_of(yaml.safe_load((Path(__file__).parent / "account.yaml").read_text(encoding="utf-8")), "shop", "")
ACCOUNT = OWNER.id


def made_of(name: str) -> dict[str, Any]:
    """Everything that translation says about one document."""
    document = RegisterTaskDefinitionRequest.model_validate(orjson.loads((FOLDER / f"{name}.json").read_bytes()))
    context = PodContext(
        cluster="default",
        account=ACCOUNT,
        task_definition_arn=task_definition_arn(ACCOUNT, document.family, 1),
        family=document.family,
        revision=1,
        launch_type="EC2",
        service_account=service_account_name(document.task_role_arn, ACCOUNT),
        mount_token=document.task_role_arn is not None,
        maps=OWNER.maps,
        launch_volumes=LAUNCH_VOLUMES,
    )
    return {
        "template": pod_template(document, context, standalone=name in STANDALONE),
        "minReadySeconds": min_ready_seconds(document),
        "restricted": [f"{path}: {need}" for path, need in restricted_uses(document)],
        "findings": [f"{each.condition}: {each.member}: {each.message}" for each in findings(document, OWNER.maps)],
    }


@pytest.mark.parametrize("name", CASES)
def test_task_definition(name: str) -> None:
    golden = FOLDER / f"{name}.yaml"
    made = made_of(name)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(yaml.safe_dump(made, sort_keys=False, width=120, allow_unicode=True), encoding="utf-8")
    assert made == yaml.safe_load(golden.read_text(encoding="utf-8"))


def test_each_golden_has_its_document() -> None:
    assert len(CASES) >= 10
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == CASES
