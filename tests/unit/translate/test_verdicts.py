"""No member of a task definition is lost silently, and what the table says of each is shown by a document."""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, StructureShape
from pydantic import ValidationError

from kubecs.ecs.errors import EcsError
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, by_condition
from kubecs.translate.maps import NO_MAPS, Maps
from kubecs.translate.pod import pod_template
from kubecs.translate.verdicts import VERDICTS, findings, verdict_on
from kubecs.translate.versionconsistency import ContainerImage
from tests.unit.translate.documents import container, context, task
from tests.unit.translate.verdict_documents import SMALL, golden_documents, mapped

# Not in the pod template: the family is its object's name, the role its ServiceAccount, which the caller chooses.
ELSEWHERE = {"family", "taskRoleArn"}
LAUNCH = {"database": {"sizeInGiB": 1, "volumeType": "gp3"}, "data": {"sizeInGiB": 1}}
IMAGES = {"web": ContainerImage("docker.io/library/nginx:1.27", f"sha256:{'a' * 64}")}
STRUCTURE = ("ImageEntryPointNotRun", "StartDelayed")  # about several members at once
NOTHING = "nothing"  # how the table begins where a member changes nothing in the Pod

DOCUMENTS = (*golden_documents(), *SMALL)
DROPPED = object()

Step = tuple[str | int, ...]


def request_shape() -> StructureShape:
    shape = botocore.session.get_session().get_service_model("ecs").shape_for("RegisterTaskDefinitionRequest")
    assert isinstance(shape, StructureShape)
    return shape


def paths(shape: StructureShape, pattern: str = "") -> Iterator[str]:
    """The path of every member at every depth, structures and lists included."""
    for name, member in shape.members.items():
        path = f"{pattern}{name}"
        yield path
        inner, brackets = (member.member, "[]") if isinstance(member, ListShape) else (member, "")
        if isinstance(inner, StructureShape):
            yield from paths(inner, f"{path}{brackets}.")


MEMBERS = sorted(paths(request_shape()))
BY_MEMBER = {row: verdict for row, verdict in VERDICTS.items() if "=" not in row}
BY_VALUE = {row: verdict for row, verdict in VERDICTS.items() if "=" in row}


@dataclass(frozen=True)
class Shown:
    """What all documents together show.

    Attributes:
        given: Rows whose member, or whose very value, some document has.
        changing: Paths of members that change the pod template of some document.
        findings: (path, condition) of every finding, and of every path above and below it.
        refusals: (path, class, message) of every refusal.
    """

    given: frozenset[str]
    changing: frozenset[str]
    findings: frozenset[tuple[str, str]]
    refusals: frozenset[tuple[str, str, str]]


def pattern(member: str) -> str:
    """A path without the names in it."""
    return re.sub(r"\[[^\]]*\](?:\])?", "[]", member)


def members_of(value: Any, steps: Step = ()) -> Iterator[tuple[Step, Any]]:
    """Every member that a document gives, at every depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*steps, name), inner
            yield from members_of(inner, (*steps, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from members_of(inner, (*steps, index))


def path_of(steps: Step) -> str:
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def template(document: dict[str, Any], maps: Maps) -> dict[str, Any] | EcsError | None:
    """The pod template, the refusal, or None for what is no document."""
    try:
        model = RegisterTaskDefinitionRequest.model_validate(document)
        where = context(maps=maps, launch_volumes=LAUNCH, images=IMAGES)
        return pod_template(model, where, standalone=False)
    except EcsError as refused:
        return refused
    except ValidationError:
        return None


def otherwise(document: dict[str, Any], steps: Step) -> Iterator[dict[str, Any]]:
    """The same document without a member, and with other values of it: those of other documents come first."""
    values = [value for other in DOCUMENTS for each, value in members_of(other) if path_of(each) == path_of(steps)]
    for value in (*values, "x", 1, True, False, DROPPED):
        changed = copy.deepcopy(document)
        *parents, last = steps
        node: Any = changed
        for step in parents:
            node = node[step]
        if value is DROPPED:
            del node[last]
        else:
            node[last] = value
        yield changed


@cache
def shown() -> Shown:
    given, changing, found, refusals = set(), set(), set(), set()
    for maps in (mapped(), NO_MAPS):
        for document in DOCUMENTS:
            made = template(document, maps)
            assert made is not None
            found |= set(findings(RegisterTaskDefinitionRequest.model_validate(document), maps))
            if isinstance(made, EcsError):
                refusals.add((pattern(made.path or ""), made.code, made.message))
            for steps, value in members_of(document):
                path = path_of(steps)
                given |= {path, f"{path}={value}" if isinstance(value, str) else path}
                if path in MEMBERS and path not in changing and isinstance(made, dict):
                    others = (template(other, maps) for other in otherwise(document, steps))
                    if any(isinstance(other, dict) and other != made for other in others):
                        changing.add(path)
    return Shown(frozenset(given), frozenset(changing), frozenset(around(found)), frozenset(refusals))


def around(found: set[Finding]) -> Iterator[tuple[str, str]]:
    """A finding speaks for its member, and for those above and below it."""
    for each in found:
        member = pattern(each.member).removesuffix("[]")
        for path in MEMBERS:
            if (
                path == member
                or path.startswith((f"{member}.", f"{member}["))
                or member.startswith((f"{path}.", f"{path}["))
            ):
                yield path, each.condition


def test_the_model_has_been_walked_whole() -> None:
    assert len(MEMBERS) > 150
    assert "containerDefinitions[].linuxParameters.tmpfs[].mountOptions" in MEMBERS


def test_each_member_has_a_row_and_each_row_a_member() -> None:
    assert sorted(BY_MEMBER) == MEMBERS
    assert {row.partition("=")[0] for row in BY_VALUE} <= set(MEMBERS)


def test_each_row_says_what_it_has_to() -> None:
    for row, verdict in VERDICTS.items():
        if verdict.effect == "translated":
            assert verdict.kubernetes or verdict.condition or row.endswith("restartPolicy"), row
        if verdict.effect == "not applied":
            assert verdict.condition, row
            assert verdict.message, row
        if verdict.effect == "refused":
            assert (verdict.error, bool(verdict.message)) == ("ClientException", True), row
        if verdict.effect == "kept":
            assert verdict.why, row


@pytest.mark.parametrize("row", sorted(VERDICTS))
def test_each_row_is_given_by_a_document(row: str) -> None:
    assert row in shown().given


def changing_rows() -> list[str]:
    translated = (row for row, verdict in BY_MEMBER.items() if verdict.effect == "translated")
    return [row for row in translated if not VERDICTS[row].kubernetes.startswith(NOTHING) and row not in ELSEWHERE]


@pytest.mark.parametrize("row", sorted(changing_rows()))
def test_what_is_translated_changes_the_pod(row: str) -> None:
    inner = [path for path in MEMBERS if path.startswith((f"{row}.", f"{row}["))]
    assert {row, *inner} & shown().changing


def test_most_rows_change_the_pod() -> None:
    assert len(changing_rows()) > 100


@pytest.mark.parametrize("row", sorted(row for row, verdict in BY_MEMBER.items() if verdict.condition))
def test_what_a_condition_reports_is_reported(row: str) -> None:
    assert (row, VERDICTS[row].condition) in shown().findings


@pytest.mark.parametrize("row", sorted(row for row, verdict in BY_VALUE.items() if verdict.condition))
def test_what_a_condition_reports_of_a_value_is_reported(row: str) -> None:
    assert (row.partition("=")[0], VERDICTS[row].condition) in shown().findings


@pytest.mark.parametrize("row", sorted(row for row, verdict in VERDICTS.items() if verdict.effect == "refused"))
def test_what_is_refused_is_refused_with_those_words(row: str) -> None:
    verdict = VERDICTS[row]
    member = row.partition("=")[0]
    refusals = {(error, message) for path, error, message in shown().refusals if member.startswith(path)}
    assert (verdict.error, verdict.message) in refusals


def test_every_condition_that_is_reported_stands_in_the_table() -> None:
    named = {verdict.condition for verdict in VERDICTS.values()} | {"AppliesToWholeTask", "NotSupported", *STRUCTURE}
    assert {condition for _, condition in shown().findings} <= named


def test_nothing_is_reported_of_the_least_document() -> None:
    assert findings(task()) == ()


def test_the_row_of_a_value_goes_first() -> None:
    assert verdict_on("networkMode", "none") is VERDICTS["networkMode=none"]
    assert verdict_on("networkMode", "awsvpc") is VERDICTS["networkMode=awsvpc"]
    assert verdict_on("volumes[].name", "none") is VERDICTS["volumes[].name"]
    assert verdict_on("volumes[].colour") is None


@pytest.mark.parametrize(
    ("members", "condition"),
    [
        ({"networkMode": "none"}, None),
        ({"ipcMode": "none"}, None),
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
        ({"linuxParameters": {"maxSwap": 0}}, ["linuxParameters.maxSwap SwapNotControlled"]),
        ({"linuxParameters": {"initProcessEnabled": False}}, []),
        ({"restartPolicy": {"enabled": False}}, []),
        ({"versionConsistency": "enabled"}, ["versionConsistency DigestUnresolved"]),
        ({"versionConsistency": "disabled"}, []),
        ({"user": "nginx"}, ["user UserNameNotNumeric"]),
        ({"user": "1000"}, []),
        ({"essential": True}, []),
        ({"startTimeout": 30}, []),
        ({"portMappings": [{"containerPort": 80, "appProtocol": "grpc"}]}, []),
        ({"logConfiguration": {"logDriver": "json-file"}}, []),
        ({"disableNetworking": True}, ["disableNetworking NotSupported"]),
    ],
)
def test_container_members(members: dict[str, Any], expected: list[str]) -> None:
    found = findings(task(container(**members)))
    prefix = "containerDefinitions[web]."
    assert [f"{each.member.removeprefix(prefix)} {each.condition}" for each in found] == expected


def test_one_condition_names_every_member() -> None:
    found = findings(task(container(linuxParameters={"maxSwap": 1, "swappiness": 2}, user="nginx")))
    conditions = by_condition(found)
    assert list(conditions) == ["SwapNotControlled", "UserNameNotNumeric"]
    reason, message = conditions["SwapNotControlled"]
    assert reason == "SwapNotControlled"
    assert message == (
        "containerDefinitions[web].linuxParameters.maxSwap: the node decides about swap; "
        "containerDefinitions[web].linuxParameters.swappiness: the node decides about swap"
    )
