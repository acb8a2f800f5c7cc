"""What a revision says of its members, on the service and the task that run from it."""

from dataclasses import replace
from typing import Any

from kubecs.plan import conditions
from kubecs.plan.carried import carried, with_carried
from kubecs.plan.conditions import Condition
from kubecs.plan.service import plan_service
from kubecs.translate.finding import Finding
from tests.unit.plan.services import NOW, condition, deployed, revision

ULIMITS = "containerDefinitions[app].ulimits: the limits are those of the node"


def told(**types: str) -> dict[str, Any]:
    """Revision 1 as its status says that it is registered, and what else holds."""
    said = conditions.ready("Registered") + tuple(Condition(kind, "True", kind, types[kind]) for kind in types)
    return revision(1) | {"status": {"conditions": conditions.set_conditions((), said, 1, NOW)}}


def test_a_revision_is_found_by_its_arn() -> None:
    arn = "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:1"
    assert carried((revision(2), told(UlimitsNotApplied=ULIMITS)), arn) == (
        Finding("taskDefinition web:1", "UlimitsNotApplied", "UlimitsNotApplied", ULIMITS),
    )
    assert carried((told(UlimitsNotApplied=ULIMITS),), arn.replace("web:1", "web:11")) == ()
    assert carried((revision(1),), arn) == carried((), None) == ()


def test_a_service_says_what_its_task_definition_says_without_another_event() -> None:
    found = deployed()
    quiet = plan_service(found, NOW)
    plan = plan_service(replace(found, revisions=(told(UlimitsNotApplied=ULIMITS),)), NOW)
    said = condition(plan, "UlimitsNotApplied")
    assert (said["status"], said["reason"]) == ("True", "UlimitsNotApplied")
    assert said["message"] == f"taskDefinition web:1: {ULIMITS}"
    assert said["observedGeneration"] == 1
    assert condition(plan, "Ready") == condition(quiet, "Ready")
    assert plan.events == quiet.events


def test_what_both_say_is_one_condition() -> None:
    own = (Condition("RoleNotMapped", "True", "RoleNotMapped", "taskRoleArn: mine"),)
    both = with_carried(own, [Finding("taskDefinition web:1", "RoleNotMapped", "Other", "executionRoleArn: its")])
    message = "taskRoleArn: mine; taskDefinition web:1: executionRoleArn: its"
    assert both == (Condition("RoleNotMapped", "True", "RoleNotMapped", message),)
