"""No member of a service is lost silently, and what the table says of each is shown by a document."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, StructureShape

from kubecs.plan.actions import Apply, Create, Plan
from kubecs.plan.loadbalancers import served
from kubecs.plan.references import Resolved, resolve
from kubecs.plan.service import plan_service
from kubecs.translate.finding import Finding
from kubecs.translate.servicefindings import service_findings
from kubecs.translate.serviceverdicts import SERVICE
from tests.unit.plan.service_documents import DOCUMENTS, has_network, shown
from tests.unit.plan.services import NOW, condition, created, service

# Members of the calls, not of the ECSService.
OF_CALLS = {"clientToken", "forceNewDeployment", "service"}
# A Deployment is what they come to; with any other value there is none.
ONE_VALUE = {
    "schedulingStrategy",
    "deploymentController",
    "deploymentController.type",
    "deploymentConfiguration.strategy",
    "serviceConnectConfiguration.enabled",
}
DROPPED = object()

Step = tuple[str | int, ...]


def paths(shape: StructureShape, pattern: str = "") -> Iterator[str]:
    for name, member in shape.members.items():
        path = f"{pattern}{name}"
        yield path
        inner, brackets = (member.member, "[]") if isinstance(member, ListShape) else (member, "")
        if isinstance(inner, StructureShape):
            yield from paths(inner, f"{path}{brackets}.")


def members_of_calls() -> set[str]:
    model = botocore.session.get_session().get_service_model("ecs")
    shapes = [model.shape_for(f"{call}ServiceRequest") for call in ("Create", "Update")]
    return {path for shape in shapes if isinstance(shape, StructureShape) for path in paths(shape)}


MEMBERS = members_of_calls()
BY_MEMBER = {row: verdict for row, verdict in SERVICE.items() if "=" not in row}


def members_of(value: Any, steps: Step = ()) -> Iterator[tuple[Step, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*steps, name), inner
            yield from members_of(inner, (*steps, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from members_of(inner, (*steps, index))


def path_of(steps: Step) -> str:
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def made(plan: Plan) -> list[Any]:
    """What is written, but for the parameters that are kept beside the pod template and what comes of them."""
    manifests = [dict(each.manifest) for step in plan.steps for each in step if isinstance(each, (Apply, Create))]
    return [_but_kept(copy.deepcopy(each)) for each in manifests]


def _but_kept(manifest: Any) -> Any:
    if manifest["kind"] == "ControllerRevision":
        return manifest["data"]["template"]
    for note in ("kubecs.dev/parameters-hash", "kubecs.dev/applied-hash"):
        (manifest["metadata"].get("annotations") or {}).pop(note, None)
    return manifest


def whole(spec: dict[str, Any]) -> dict[str, Any]:
    return dict(service(**spec)["spec"])


def with_other_values(spec: dict[str, Any], steps: Step) -> Iterator[dict[str, Any]]:
    values = [
        value for other in map(whole, DOCUMENTS) for each, value in members_of(other) if path_of(each) == path_of(steps)
    ]
    for value in (*values, 7, "other", DROPPED):
        changed = copy.deepcopy(spec)
        *parents, last = steps
        node: Any = changed
        for step in parents:
            node = node[step]
        if value is DROPPED:
            del node[last]
        else:
            node[last] = value
        yield changed


def planned(spec: dict[str, Any], *, awsvpc: bool) -> list[Any] | None:
    """What is written for a service, None where it is refused or nothing that can be read."""
    try:
        plan = plan_service(shown(spec, awsvpc=awsvpc), NOW)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return made(plan) or None


@cache
def changing() -> frozenset[str]:
    """Paths of members of which another value writes something else."""
    found: set[str] = set()
    for spec in map(whole, DOCUMENTS):
        awsvpc = has_network(spec)
        written = planned(spec, awsvpc=awsvpc)
        if written is None:
            continue
        for steps, _ in members_of(spec):
            path = path_of(steps)
            if path in MEMBERS and path not in found:
                others = (planned(other, awsvpc=awsvpc) for other in with_other_values(spec, steps))
                if any(other is not None and other != written for other in others):
                    found.add(path)
    return frozenset(found)


@cache
def given() -> frozenset[str]:
    pairs = [(path_of(steps), value) for spec in map(whole, DOCUMENTS) for steps, value in members_of(spec)]
    return frozenset(
        {path for path, _ in pairs} | {f"{path}={value}" for path, value in pairs if isinstance(value, str)}
    )


def findings(spec: dict[str, Any]) -> list[Finding]:
    look = shown(spec)
    resolution = resolve(look.spec["taskDefinition"], look.revisions, None, None)
    assert isinstance(resolution, Resolved)
    return [*service_findings(look.spec), *served(look, resolution, settled=True).findings]


@cache
def reported() -> frozenset[tuple[str, str]]:
    """(path, condition): a finding speaks for its member, and for those above and below it."""
    found = set()
    for each in (finding for spec in DOCUMENTS for finding in findings(spec)):
        member = re.sub(r"\[[^\]]*\]", "[]", each.member).removesuffix("[]")
        below = (f"{member}.", f"{member}[")
        found |= {
            (path, each.condition)
            for path in MEMBERS
            if path == member or path.startswith(below) or member.startswith((f"{path}.", f"{path}["))
        }
    return frozenset(found)


def test_the_calls_have_been_walked_whole() -> None:
    assert len(MEMBERS) > 160
    assert "deploymentConfiguration.deploymentCircuitBreaker.thresholdConfiguration.value" in MEMBERS


def test_each_member_has_a_row_and_each_row_a_member() -> None:
    assert set(BY_MEMBER) == MEMBERS
    assert {row.partition("=")[0] for row in SERVICE} == MEMBERS


def test_each_row_says_what_it_has_to() -> None:
    for row, verdict in SERVICE.items():
        needed = {
            "translated": verdict.kubernetes,
            "kept": verdict.why,
            "not applied": verdict.condition and verdict.message,
            "refused": verdict.error and verdict.message,
        }
        assert needed[verdict.effect], row


@pytest.mark.parametrize("row", sorted(set(SERVICE) - OF_CALLS))
def test_each_row_is_given_by_a_document(row: str) -> None:
    assert row in given()


def translated_rows() -> list[str]:
    rows = {row for row, verdict in BY_MEMBER.items() if verdict.effect == "translated"}
    return sorted(rows - OF_CALLS - ONE_VALUE)


@pytest.mark.parametrize("row", translated_rows())
def test_what_is_translated_changes_what_is_written(row: str) -> None:
    assert row in changing()


@pytest.mark.parametrize("row", sorted(ONE_VALUE))
def test_what_has_one_value_comes_to_a_deployment(row: str) -> None:
    kinds = [each.get("kind") for each in planned(whole(DOCUMENTS[0]), awsvpc=True) or ()]
    assert row in given()
    assert "Deployment" in kinds
    assert "Service" in kinds


@pytest.mark.parametrize("row", sorted(row for row, verdict in BY_MEMBER.items() if verdict.effect == "kept"))
def test_what_is_kept_changes_nothing_by_itself(row: str) -> None:
    assert row not in changing() or any(path.startswith((f"{row}.", f"{row}[")) for path in changing())


@pytest.mark.parametrize("row", sorted(row for row, verdict in SERVICE.items() if verdict.condition))
def test_what_a_condition_reports_is_reported(row: str) -> None:
    assert (row.partition("=")[0], SERVICE[row].condition) in reported()


@pytest.mark.parametrize("row", sorted(row for row, verdict in SERVICE.items() if verdict.effect == "refused"))
def test_what_is_refused_is_refused_with_those_words(row: str) -> None:
    member, _, value = row.partition("=")
    showing = [
        spec
        for spec in DOCUMENTS
        if any(path_of(steps) == member and (not value or found == value) for steps, found in members_of(spec))
    ]
    for spec in showing:
        plan = plan_service(shown(spec), NOW)
        assert plan.steps == ()
        message = condition(plan, "Stalled")["message"]
        assert SERVICE[row].message in message


def test_nothing_is_reported_of_the_least_service_or_of_what_is_switched_off() -> None:
    off = {
        "enableExecuteCommand": False,
        "placementConstraints": [],
        "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": False, "rollback": True}},
        "serviceConnectConfiguration": {"enabled": False, "logConfiguration": {"logDriver": "awslogs"}},
    }
    assert service_findings(whole({})) == service_findings(whole(off)) == ()


def test_a_member_that_is_not_known_here_is_reported() -> None:
    (found,) = service_findings({"colour": "red"})
    assert (found.member, found.condition) == ("colour", "NotTranslated")


def test_the_conditions_stand_on_the_service() -> None:
    plan = plan_service(shown(DOCUMENTS[0]), NOW)
    held = {each["type"] for each in (plan.status or {})["conditions"] if each["status"] == "True"}
    assert {condition for _, condition in reported()} <= held | {"NotTranslated"}
    message = condition(plan, "SecurityGroupsNotApplied")["message"]
    assert message == "networkConfiguration.awsvpcConfiguration.securityGroups: traffic is not filtered"


def test_force_new_deployment_is_restarted_at() -> None:
    first = created(plan_service(shown({}), NOW))
    again = shown({"kubernetes": {"restartedAt": "2026-11-24T12:30:00Z"}}, service_revisions=(first,))
    assert created(plan_service(again, NOW))["revision"] == first["revision"] + 1
