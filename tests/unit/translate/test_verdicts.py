"""No member of a task definition is lost silently."""

import copy
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.pod import pod_template
from kubecs.translate.verdicts import VERDICTS, by_condition, findings
from tests.unit.translate.documents import container, context, task

REQUEST = "RegisterTaskDefinitionRequest"
SAMPLES: dict[str, Any] = {"string": "1", "integer": 7, "long": 7, "double": 7.5, "float": 7.5, "boolean": True}

# Where a sample must be something in particular for the document to hold together.
PARTICULAR = {
    "cpu": "512",
    "memory": "1024",
    "networkMode": "host",
    "containerDefinitions[].mountPoints[].sourceVolume": "data",
    "containerDefinitions[].mountPoints[].containerPath": "/data",
    "containerDefinitions[].healthCheck.command[]": "true",
    "containerDefinitions[].essential": False,
    "containerDefinitions[].portMappings[].protocol": "udp",
    "containerDefinitions[].stopTimeout": 99,
    "containerDefinitions[].versionConsistency": "enabled",
}

# Translated, but not by the pod template: they choose the ServiceAccount or name the family.
ELSEWHERE = {
    "family",
    "taskRoleArn",
}


def request_shape() -> StructureShape:
    model = botocore.session.get_session().get_service_model("ecs")
    shape = model.shape_for(REQUEST)
    assert isinstance(shape, StructureShape)
    return shape


def leaves(shape: StructureShape, pattern: str = "") -> Iterator[str]:
    """The path of every member at every depth, structures and lists included."""
    for name, member in shape.members.items():
        path = f"{pattern}{name}"
        yield path
        inner, brackets = (member.member, "[]") if isinstance(member, ListShape) else (member, "")
        if isinstance(inner, StructureShape):
            yield from leaves(inner, f"{path}{brackets}.")


def sample(shape: Shape, path: str) -> Any:
    """A small value with the required members only."""
    if path in PARTICULAR:
        return PARTICULAR[path]
    if isinstance(shape, StructureShape):
        if shape.metadata.get("union"):
            name, member = next(iter(shape.members.items()))
            return {name: sample(member, f"{path}.{name}")}
        return {name: sample(shape.members[name], f"{path}.{name}") for name in shape.required_members}
    if isinstance(shape, ListShape):
        return [sample(shape.member, f"{path}[]")]
    if isinstance(shape, MapShape):
        return {"key": sample(shape.value, f"{path}{{}}")}
    if isinstance(shape, StringShape) and shape.enum:
        return shape.enum[-1]
    return SAMPLES[shape.type_name]


BASE: dict[str, Any] = {"family": "web", "containerDefinitions": [container()], "volumes": [{"name": "data"}]}


def document_with(path: str) -> dict[str, Any]:
    """The smallest document in which this member is present."""
    document = copy.deepcopy(BASE)
    node, shape, walked = document, request_shape(), ""
    *parents, last = path.split(".")
    for step in parents:
        name = step.removesuffix("[]")
        walked = f"{walked}{step}"
        member = shape.members[name]
        inner = member.member if isinstance(member, ListShape) else member
        node = node.setdefault(name, [_minimal(inner, walked)] if step.endswith("[]") else _minimal(inner, walked))
        node = node[0] if isinstance(node, list) else node
        shape, walked = inner, f"{walked}."
    node[last] = sample(shape.members[last], path)
    if "mountPoints[]." in path:
        node |= {"sourceVolume": "data", "containerPath": "/data"} | {last: node[last]}
    if "portMappings[]." in path:
        node.setdefault("containerPort", 80)
    if "environment[]." in path:
        node.setdefault("name", "A")
    return document


def _minimal(shape: Shape, path: str) -> dict[str, Any]:
    minimal = sample(shape, path)
    assert isinstance(minimal, dict)
    return minimal


MEMBERS = sorted(leaves(request_shape()))
STRUCTURED = {path.rpartition(".")[0].removesuffix("[]") for path in MEMBERS}


def row(path: str) -> str | None:
    """The row of the verdict table that decides about a member: its own, or that of what holds it."""
    for ancestor in _upwards(path):
        if ancestor in VERDICTS and (ancestor == path or VERDICTS[ancestor].effect != "translated"):
            return ancestor
    return None


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path.removesuffix("[]")
        path = path.rpartition(".")[0]


def test_the_model_has_been_walked_whole() -> None:
    assert len(MEMBERS) > 150
    assert "containerDefinitions[].linuxParameters.tmpfs[].mountOptions" in MEMBERS


@pytest.mark.parametrize("path", MEMBERS)
def test_each_member_has_a_verdict(path: str) -> None:
    assert row(path) is not None, f"verdicts.py has no row for {path}"


def test_each_row_is_a_member() -> None:
    assert {path.partition("=")[0] for path in VERDICTS} <= set(MEMBERS)


@pytest.mark.parametrize("path", MEMBERS)
def test_what_is_not_applied_is_reported(path: str) -> None:
    before = findings(RegisterTaskDefinitionRequest.model_validate(BASE))
    assert before == ()
    decided_by = row(path)
    assert decided_by is not None
    found = findings(RegisterTaskDefinitionRequest.model_validate(document_with(path)))
    if VERDICTS[decided_by].effect == "not applied":
        named = decided_by.replace("containerDefinitions[]", "containerDefinitions[web]")
        reported = {each.member.replace("[80]", "[]").replace("volumes[data]", "volumes[]") for each in found}
        assert named in reported
    assert all(each.condition and each.reason and each.message for each in found)


def shown_in_the_pod() -> list[str]:
    translated = (path for path in MEMBERS if path in VERDICTS and VERDICTS[path].effect == "translated")
    return [path for path in translated if path not in STRUCTURED | ELSEWHERE]


def test_most_of_what_is_translated_shows_in_the_pod() -> None:
    assert len(shown_in_the_pod()) > 30


@pytest.mark.parametrize("path", shown_in_the_pod())
def test_what_is_translated_shows_in_the_pod(path: str) -> None:
    document = document_with(path)
    without = copy.deepcopy(document)
    _replace(without, path)
    with_member, without_member = (
        pod_template(RegisterTaskDefinitionRequest.model_validate(each), context(), standalone=False)
        for each in (document, without)
    )
    assert with_member != without_member


def _value(document: dict[str, Any], path: str) -> Any:
    node: Any = document
    for step in path.split("."):
        node = node[step.removesuffix("[]")]
        node = node[0] if step.endswith("[]") else node
    return node


NEEDED = {"name", "image", "sourceVolume", "containerPath", "containerPort"}
OTHER: dict[str, Any] = {
    "containerDefinitions[].mountPoints[].sourceVolume": "spare",
    "containerDefinitions[].portMappings[].containerPort": 81,
    "containerDefinitions[].healthCheck.command": ["false"],
}


def _replace(document: dict[str, Any], path: str) -> None:
    """Take the member out, or give it another value where the document cannot do without it."""
    *parents, last = path.split(".")
    node = _value(document, ".".join(parents)) if parents else document
    if last not in NEEDED and path not in OTHER:
        del node[last]
        return
    other = OTHER.get(path, "/other")
    node[last] = other
    if last in {"sourceVolume", "name"}:
        document["volumes"].append({"name": "spare"})


@pytest.mark.parametrize(
    ("members", "condition"),
    [
        ({"networkMode": "none"}, "NetworkNotIsolated"),
        ({"ipcMode": "none"}, "IpcIsolationNotAvailable"),
        ({"ipcMode": "task"}, None),
        ({"networkMode": "bridge"}, None),
        ({"tags": [{"key": "a", "value": "b"}]}, None),
        ({"requiresCompatibilities": ["FARGATE"]}, None),
        ({"enableFaultInjection": False}, None),
        ({"placementConstraints": []}, None),
    ],
)
def test_task_members(members: dict[str, Any], condition: str | None) -> None:
    assert [each.condition for each in findings(task(**members))] == ([condition] if condition else [])


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 1}]}, ["ulimits UlimitsNotApplied"]),
        ({"linuxParameters": {"maxSwap": 0}}, ["linuxParameters.maxSwap SwapNotControlled"]),
        ({"linuxParameters": {"initProcessEnabled": False}}, []),
        ({"restartPolicy": {"enabled": False}}, []),
        ({"restartPolicy": {"enabled": True}}, ["restartPolicy.enabled NotTranslated"]),
        ({"versionConsistency": "enabled"}, ["versionConsistency DigestUnresolved"]),
        ({"versionConsistency": "disabled"}, []),
        ({"user": "nginx"}, ["user UserNameNotNumeric"]),
        ({"user": "1000"}, []),
        ({"essential": True}, []),
        ({"startTimeout": 30}, []),
        (
            {"portMappings": [{"containerPort": 80, "appProtocol": "grpc"}]},
            ["portMappings[80].appProtocol NotTranslated"],
        ),
    ],
)
def test_container_members(members: dict[str, Any], expected: list[str]) -> None:
    found = findings(task(container(**members)))
    prefix = "containerDefinitions[web]."
    assert [f"{each.member.removeprefix(prefix)} {each.condition}" for each in found] == expected


def test_a_container_that_is_not_essential_is_reported() -> None:
    found = findings(task(container(), container(name="log", essential=False)))
    assert [(each.member, each.condition) for each in found] == [
        ("containerDefinitions[log].essential", "NonEssentialRestarts")
    ]


def test_a_start_timeout_is_reported_where_a_container_waits() -> None:
    waiting = container(name="app", dependsOn=[{"containerName": "web", "condition": "SUCCESS"}])
    found = findings(task(container(startTimeout=30), waiting))
    assert [each.member for each in found] == [
        "containerDefinitions[app].dependsOn",
        "containerDefinitions[web].startTimeout",
    ]


def test_one_condition_names_every_member() -> None:
    found = findings(task(container(hostname="a", interactive=True, user="nginx")))
    conditions = by_condition(found)
    assert list(conditions) == ["NotTranslated", "UserNameNotNumeric"]
    reason, message = conditions["NotTranslated"]
    assert reason == "NotTranslated"
    assert message == (
        "containerDefinitions[web].hostname: the host name is the Pod's; "
        "containerDefinitions[web].interactive: standard input is closed"
    )
