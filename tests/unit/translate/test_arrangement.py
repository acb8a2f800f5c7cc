"""Containers in their places, and the shim in them."""

import json
from typing import Any

import pytest

from kubecs.translate import labels
from kubecs.translate.delivery import Shim
from kubecs.translate.pod import pod_template
from kubecs.translate.verdicts import findings
from tests.unit.translate.documents import container, context, task
from tests.unit.translate.test_dependencies import CHECK, one

RUN = "/.kubecs/shim/shim"


def rendered(*containers: dict[str, Any], standalone: bool = False, **changes: Any) -> dict[str, Any]:
    return pod_template(task(*containers), context(**changes), standalone=standalone)


def by_name(template: dict[str, Any]) -> dict[str, Any]:
    spec = template["spec"]
    return {each["name"]: each for each in (*spec.get("initContainers", ()), *spec["containers"])}


def note(template: dict[str, Any], annotation: str) -> Any:
    return json.loads(template["metadata"]["annotations"].get(annotation, "null"))


def conditions(*containers: dict[str, Any]) -> list[str]:
    return [each.condition for each in findings(task(*containers))]


def test_what_is_not_essential_runs_once_in_a_service() -> None:
    helper = one("helper", essential=False, entryPoint=["/helper"], command=["$(HOME)"])
    made = rendered(container(), helper)
    assert by_name(made)["helper"]["command"] == [RUN, "run", "--once", "/.kubecs/state/helper", "--"]
    assert by_name(made)["helper"]["args"] == ["/helper", "$$(HOME)"]
    assert [each["name"] for each in by_name(made)["helper"]["volumeMounts"]] == ["kubecs-shim", "kubecs-state"]
    assert note(made, labels.RUNS_ONCE) == ["helper"]
    assert note(made, labels.COMMANDS) == {"helper": {"entryPoint": ["/helper"], "command": ["$$(HOME)"]}}
    assert note(made, labels.CONTAINERS) == ["web", "helper"]
    (installer,) = made["spec"]["initContainers"]
    assert installer["command"] == ["/shim", "install", RUN]
    assert "NonEssentialRestarts" not in conditions(container(), helper)
    alone = rendered(container(), helper, standalone=True)
    assert by_name(alone)["helper"]["command"] == ["/helper"]
    assert "initContainers" not in alone["spec"]


@pytest.mark.parametrize(
    ("command", "whole"),
    [
        (["sh", "-c", "exit 3"], True),
        (["./manage", "migrate"], True),
        (["python", "job.py"], True),
        (["--config=/etc/x"], False),
        (["agent", "-dev"], False),
        ([], False),
    ],
)
def test_a_command_alone_is_the_whole_where_it_can_only_be_that(command: list[str], whole: bool) -> None:
    helper = one("helper", essential=False, **({"command": command} if command else {}))
    made = by_name(rendered(container(), helper))["helper"]
    assert ("--once" in made.get("command", ())) is whole
    expected = "ImageEntryPointNotRun" if whole else "NonEssentialRestarts"
    assert conditions(container(), helper) == [expected]


def test_an_image_volume_needs_no_init_container() -> None:
    helper = one("helper", essential=False, entryPoint=["/helper"])
    made = rendered(container(), helper, shim=Shim("registry/kubecs:1", "imageVolume"))
    assert "initContainers" not in made["spec"]
    volumes = {each["name"]: each for each in made["spec"]["volumes"]}
    assert volumes["kubecs-shim"]["image"] == {"reference": "registry/kubecs:1", "pullPolicy": "IfNotPresent"}


def test_what_kubecs_adds_takes_no_name_of_the_task() -> None:
    document = task(
        one("kubecs-shim", essential=False, entryPoint=["/helper"]), container(), volumes=[{"name": "kubecs-shim"}]
    )
    made = pod_template(document, context(), standalone=False)
    names = [each["name"] for each in (*made["spec"]["initContainers"], *made["spec"]["containers"])]
    assert names == ["kubecs-shim-x", "kubecs-shim", "web"]
    assert [each["name"] for each in made["spec"]["volumes"]] == ["kubecs-shim", "kubecs-shim-x", "kubecs-state"]


def test_an_exit_code_is_passed_over_where_the_command_is_known() -> None:
    job = one("job", essential=False, entryPoint=["/job"])
    made = rendered(one("app", ("job", "COMPLETE")), job)
    assert by_name(made)["job"]["command"] == [RUN, "run", "--ignore-exit", "--"]
    assert note(made, labels.AWAITED) == {"job": "COMPLETE"}
    unknown = (one("app", ("job", "COMPLETE")), one("job", essential=False))
    assert note(rendered(*unknown), labels.AWAITED) == {"job": "SUCCESS"}
    assert conditions(*unknown) == ["DependencyNotExpressible"]


def test_health_is_awaited_by_a_startup_probe() -> None:
    check = CHECK | {"interval": 10, "retries": 2, "startPeriod": 25}
    made = by_name(rendered(one("app", ("db", "HEALTHY")), one("db", healthCheck=check)))["db"]
    assert made["restartPolicy"] == "Always"
    assert made["startupProbe"]["failureThreshold"] == 6
    assert made["readinessProbe"]["failureThreshold"] == 2
    limited = one("db", healthCheck=check, startTimeout=61)
    made = by_name(rendered(one("app", ("db", "HEALTHY")), limited))["db"]
    assert made["startupProbe"]["failureThreshold"] == 8


def test_a_probe_outlives_a_run_that_is_not_repeated() -> None:
    db = one("db", healthCheck=CHECK, essential=False, entryPoint=["/db"])
    made = by_name(rendered(one("app", ("db", "HEALTHY")), db))["db"]
    assert made["startupProbe"]["exec"]["command"] == [RUN, "check", "/.kubecs/state/db", "--", "/healthy"]
    assert "readinessProbe" not in made


def test_a_pod_of_essential_sidecars_is_kept_from_completing() -> None:
    containers = (one("job", ("db", "HEALTHY"), essential=False), one("db", healthCheck=CHECK, entryPoint=["/db"]))
    alone = rendered(*containers, standalone=True)
    assert by_name(alone)["kubecs-keeper"]["command"] == ["/shim", "hold"]
    assert "--once" in by_name(alone)["db"]["command"]
    assert note(alone, labels.CONTAINERS) == ["job", "db"]
    assert "kubecs-keeper" not in by_name(rendered(*containers))


def test_restart_policies() -> None:
    policy = {"enabled": True, "ignoredExitCodes": [3, 300, 0, 3], "restartAttemptPeriod": 60}
    essential = one("app", restartPolicy=policy)
    assert note(rendered(essential), labels.RESTARTS) == {"app": {"period": 60, "ignored": [0, 3]}}
    assert "restartPolicy" not in by_name(rendered(essential))["app"]
    alone = rendered(essential, standalone=True, container_restart_rules=True)
    assert by_name(alone)["app"]["restartPolicy"] == "Never"
    rule = {"action": "Restart", "exitCodes": {"operator": "NotIn", "values": [0, 3]}}
    assert by_name(alone)["app"]["restartPolicyRules"] == [rule]
    assert "restartPolicy" not in by_name(rendered(essential, standalone=True))["app"]
    always = rendered(one("app", restartPolicy={"enabled": True}), standalone=True, container_restart_rules=True)
    assert by_name(always)["app"]["restartPolicy"] == "Always"


def test_the_shim_applies_the_restart_policy_of_what_is_not_essential() -> None:
    helper = one("helper", essential=False, entryPoint=["/h"], restartPolicy={"enabled": True, "ignoredExitCodes": [4]})
    options = by_name(rendered(container(), helper))["helper"]["command"]
    assert options[4:] == ["--restart-after", "300", "--restart-not", "4", "--"]


def test_init_process() -> None:
    wish = {"initProcessEnabled": True}
    known = one("app", entryPoint=["/app"], linuxParameters=wish)
    assert by_name(rendered(known))["app"]["command"] == [RUN, "run", "--init", "--"]
    assert "shareProcessNamespace" not in rendered(known)["spec"]
    assert conditions(known) == []
    unknown = one("app", command=["sh"], linuxParameters=wish)
    assert rendered(unknown)["spec"]["shareProcessNamespace"] is True
    assert conditions(unknown) == ["ProcessNamespaceShared"]


def test_ulimits() -> None:
    limits = [{"name": "nofile", "softLimit": 1024, "hardLimit": -1}]
    known = one("app", entryPoint=["/app"], ulimits=limits)
    assert by_name(rendered(known))["app"]["command"] == [RUN, "run", "--ulimit", "nofile=1024:-1", "--"]
    found = [(each.condition, each.reason) for each in findings(task(known))]
    assert found == [("UlimitsNotApplied", "NodeLimits")]
    assert [each.reason for each in findings(task(one("app", ulimits=limits)))] == ["EntryPointNotGiven"]


@pytest.mark.parametrize(
    ("members", "ulimits", "shared"),
    [
        ({"entryPoint": ["/h"]}, ("NodeLimits", "set as far"), None),
        ({"command": ["/h"]}, ("EntryPointNotGiven", "in a task on its own the limits"), "in a task on its own the"),
        ({"command": ["/h"], "restartPolicy": {"enabled": True}}, ("NodeLimits", "set as far"), None),
        ({"command": ["serve"]}, ("EntryPointNotGiven", "the limits"), "the containers"),
    ],
)
def test_what_the_shim_does_anyway_is_not_said_to_be_lost(
    members: dict[str, Any], ulimits: tuple[str, str], shared: str | None
) -> None:
    wishes = {"ulimits": [{"name": "core", "softLimit": 0, "hardLimit": 0}]}
    wishes |= {"linuxParameters": {"initProcessEnabled": True}}
    containers = (container(), one("helper", essential=False, **wishes, **members))
    found = {each.condition: each for each in findings(task(*containers))}
    assert found["UlimitsNotApplied"].reason == ulimits[0]
    assert found["UlimitsNotApplied"].message.startswith(ulimits[1])
    assert ("ProcessNamespaceShared" in found) == bool(shared)
    assert shared is None or found["ProcessNamespaceShared"].message.startswith(shared)
    for standalone in (False, True):
        made = rendered(*containers, standalone=standalone)
        by_shim = {"--ulimit", "--init"} <= set(by_name(made)["helper"].get("command", ()))
        assert ("shareProcessNamespace" in made["spec"]) is not by_shim


def test_no_linux_container_keeps_a_windows_task() -> None:
    containers = (one("job", ("db", "HEALTHY"), essential=False), one("db", healthCheck=CHECK))
    document = task(*containers, runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"})
    made = pod_template(document, context(), standalone=True)
    assert list(by_name(made)) == ["db", "job"]
    found = [(each.member, each.reason) for each in findings(document) if each.condition == "DependencyNotExpressible"]
    assert found == [("containerDefinitions[job].dependsOn", "NotOnWindows")]


def test_a_check_runs_in_the_shell_of_windows() -> None:
    check = {"command": ["CMD-SHELL", "curl -f localhost || exit 1"]}
    containers = (one("app", ("db", "HEALTHY")), one("db", healthCheck=check, cpu=512))
    document = task(*containers, runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"})
    made = by_name(pod_template(document, context(), standalone=False))["db"]
    for probe in ("readinessProbe", "startupProbe"):
        assert made[probe]["exec"]["command"] == ["cmd", "/S", "/C", "curl -f localhost || exit 1"]
    assert made["resources"] == {"limits": {"cpu": "500m"}, "requests": {"cpu": "500m"}}


def test_the_shim_is_linux_only() -> None:
    document = task(
        container(),
        one("helper", essential=False, entryPoint=["helper.exe"]),
        runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
    )
    made = pod_template(document, context(), standalone=False)
    assert by_name(made)["helper"]["command"] == ["helper.exe"]
    assert "NonEssentialRestarts" in [each.condition for each in findings(document)]
