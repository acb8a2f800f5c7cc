"""environmentFiles that the shim reads: what is mounted, what it is told, and what cannot be done."""

from typing import Any

import pytest

from kubecs.translate.environmentfiles import env_from
from kubecs.translate.initialization import ResourceInitializationError
from kubecs.translate.maps import EnvironmentSource, Maps
from kubecs.translate.pod import pod_template
from kubecs.translate.shim import PROGRAM
from kubecs.translate.verdicts import findings
from tests.unit.translate.documents import container, context, task

FILES = [{"type": "s3", "value": f"arn:aws:s3:::shop/{name}.env"} for name in ("first", "second", "third")]
MAPS = Maps(
    environment_files=(
        EnvironmentSource("arn:aws:s3:::shop/first.env", config_map="env", key="first.env"),
        EnvironmentSource("arn:aws:s3:::shop/second.env", secret="hidden", key="second"),
        EnvironmentSource("arn:aws:s3:::shop/third.env", config_map="variables"),
    )
)
READ = ["--env-file", "/.kubecs/env/0", "--env-file", "/.kubecs/env/1", "--env-keep", "OWN"]


def rendered(*containers: dict[str, Any], standalone: bool = False, **members: Any) -> dict[str, Any]:
    spec: dict[str, Any] = pod_template(task(*containers, **members), context(maps=MAPS), standalone=standalone)["spec"]
    return spec


def reading(**members: Any) -> dict[str, Any]:
    own = [{"name": "OWN", "value": "1"}]
    return container(**{"environmentFiles": FILES[:2], "environment": own, "entryPoint": ["serve"], **members})


def test_files_are_mounted_in_their_order_and_read_before_the_command() -> None:
    spec = rendered(reading(command=["--port", "80"]))
    (found,) = spec["containers"]
    assert found["command"] == [PROGRAM, "run", *READ, "--"]
    assert found["args"] == ["serve", "--port", "80"]
    assert {"name": "kubecs-env-web", "mountPath": "/.kubecs/env", "readOnly": True} in found["volumeMounts"]
    assert "envFrom" not in found
    (volume,) = (each for each in spec["volumes"] if each["name"] == "kubecs-env-web")
    assert volume["projected"]["sources"] == [
        {"configMap": {"name": "env", "items": [{"key": "first.env", "path": "0"}], "optional": True}},
        {"secret": {"name": "hidden", "items": [{"key": "second", "path": "1"}], "optional": True}},
    ]


def test_a_health_check_has_the_same_variables() -> None:
    check = {"command": ["CMD", "true"]}
    others = container(name="other", dependsOn=[{"containerName": "web", "condition": "HEALTHY"}])
    (found,) = rendered(reading(healthCheck=check))["containers"]
    assert found["readinessProbe"]["exec"]["command"] == [PROGRAM, "run", *READ, "--", "true"]
    sidecar = rendered(reading(healthCheck=check), others)["initContainers"][-1]
    assert sidecar["startupProbe"]["exec"]["command"] == [PROGRAM, "run", *READ, "--", "true"]
    assert sidecar["readinessProbe"]["exec"]["command"] == [PROGRAM, "run", *READ, "--", "true"]


def test_a_sidecar_that_runs_once_remembers_its_check_too() -> None:
    waited = reading(essential=False, healthCheck={"command": ["CMD", "true"]})
    others = container(name="other", dependsOn=[{"containerName": "web", "condition": "HEALTHY"}])
    sidecar = rendered(waited, others)["initContainers"][-1]
    probe = sidecar["startupProbe"]["exec"]["command"]
    assert probe[:2] == [PROGRAM, "check"]
    assert probe[-len(READ) - 4 :] == [PROGRAM, "run", *READ, "--", "true"]


@pytest.mark.parametrize(
    ("members", "platform", "message"),
    [
        ({"entryPoint": None}, None, "has to be known as a whole"),
        ({}, "WINDOWS_SERVER_2022_CORE", "has to be known as a whole"),
        ({"environmentFiles": FILES}, None, "need to have a key all, or none of them"),
    ],
)
def test_what_cannot_be_read_is_not_run(members: dict[str, Any], platform: str | None, message: str) -> None:
    platforms = {"runtimePlatform": {"operatingSystemFamily": platform}} if platform else {}
    document = task(reading(**members), **platforms)
    with pytest.raises(ResourceInitializationError, match=f"failed to download env files: .*{message}"):
        env_from(document.container_definitions[0], document, MAPS)
    (first, *_) = (each for each in findings(document, MAPS) if each.condition == "EnvironmentFileNotMapped")
    assert message in first.message


def test_an_object_whose_keys_are_variables_needs_no_command() -> None:
    (found,) = rendered(container(environmentFiles=FILES[2:]))["containers"]
    assert found["envFrom"] == [{"configMapRef": {"name": "variables"}}]
    assert "volumeMounts" not in found


@pytest.mark.parametrize("essential", [True, False])
def test_a_command_that_is_taken_for_the_whole_is_said_once(*, essential: bool) -> None:
    alone = reading(entryPoint=None, command=["node", "app.js"], essential=essential)
    document = task(alone, container(name="other"))
    assert [each.condition for each in findings(document, MAPS)] == ["ImageEntryPointNotRun"]
    assert findings(task(reading(command=["app.js"])), MAPS) == ()
