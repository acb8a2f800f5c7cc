"""Each form of document is told by its keys."""

from typing import Any

import pytest

from kubecs.convert.found import Given, Skipped
from kubecs.convert.recognition import recognise
from tests.unit.convert.documents import CONTAINER, TASK_DEFINITION, described, service, task_definition

CFN_TASK = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": "web", "ContainerDefinitions": []}}

FORMS = [
    (TASK_DEFINITION, ["task definition"]),
    ([CONTAINER, CONTAINER], ["task definition"]),
    (described(3), ["task definition"]),
    (described(3)["taskDefinition"], ["task definition"]),
    ([TASK_DEFINITION, service()], ["task definition", "service"]),
    (service(), ["service"]),
    ({"service": service()}, ["service"]),
    ({"services": [service(), service()], "failures": []}, ["service", "service"]),
    ({"service": service(), "taskDefinition": TASK_DEFINITION}, ["task definition", "service"]),
    ({"service": "web", "desiredCount": 3}, ["service"]),
    ({"desiredCount": 1, "deploymentConfiguration": {}}, ["service"]),
    ({"clusterName": "shop"}, ["cluster"]),
    ({"cluster": {"clusterName": "shop"}}, ["cluster"]),
    ({"clusters": [{"clusterName": "shop"}]}, ["cluster"]),
    (CFN_TASK, ["task definition"]),
    ({"Web": CFN_TASK, "Role": {"Type": "AWS::IAM::Role"}}, ["task definition"]),
    ({"Resources": {"Web": CFN_TASK}}, ["task definition"]),
    ({"ContainerDefinitions": []}, ["task definition"]),
    ({"ServiceName": "web", "TaskDefinition": "web"}, ["service"]),
    ({"ClusterName": "shop"}, ["cluster"]),
]


@pytest.mark.parametrize(("document", "kinds"), FORMS, ids=[str(index) for index in range(len(FORMS))])
def test_forms(document: Any, kinds: list[str]) -> None:
    found = recognise(document, "a.json", Given())
    assert not isinstance(found, Skipped)
    assert [each.kind for each in found] == kinds


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"tasks": [], "failures": []}, "tasks that ran"),
        ({"taskDefinition": "web", "overrides": {}}, "RunTask"),
        ({"capacityProviders": []}, "capacity providers"),
        ({"containerOverrides": []}, "overrides"),
        ({"version": 4, "terraform_version": "1.9", "resources": []}, "terraform show -json"),
        ({"apiVersion": "v1", "kind": "Pod"}, "Kubernetes"),
        ({"format_version": "1.0", "values": {}}, "no ECS task definition"),
        ({"Resources": {}}, "no ECS task definition"),
        ({"name": "left-pad"}, "no form"),
        ([], "no object"),
        ("text", "no object"),
        (None, "no object"),
    ],
)
def test_what_is_not_converted_says_why(document: Any, why: str) -> None:
    found = recognise(document, "a.json", Given())
    assert isinstance(found, Skipped)
    assert why in found.why


@pytest.mark.parametrize(
    ("origin", "given", "family"),
    [
        ("dir/web.containers.json", Given(), "web"),
        ("dir/my app.json", Given(), "my-app"),
        ("dir/web.json", Given(family="shop"), "shop"),
        ("-", Given(), None),
        ("-", Given(family="shop"), "shop"),
    ],
)
def test_family_of_an_array(origin: str, given: Given, family: str | None) -> None:
    (found,) = recognise([CONTAINER], origin, given)  # type: ignore[misc] # an array of containers is found
    assert found.members.get("family") == family


def test_names_from_the_command_line_fill_gaps_only() -> None:
    given = Given(service_name="other", cluster="shop")
    named, nameless = recognise(service(cluster="x"), "a", given), recognise({"loadBalancers": []}, "a", given)
    assert not isinstance(named, Skipped)
    assert not isinstance(nameless, Skipped)
    assert (named[0].members["serviceName"], named[0].members["cluster"]) == ("web", "x")
    assert (nameless[0].members["serviceName"], nameless[0].members["cluster"]) == ("other", "shop")


def test_an_update_keeps_what_it_changes() -> None:
    document = {"service": "web", "forceNewDeployment": True, "taskDefinition": "web:2"}
    (found,) = recognise(document, "a", Given())  # type: ignore[misc] # it is recognised, see above
    assert found.members == {"serviceName": "web", "taskDefinition": "web:2"}


def test_tags_of_a_description_stand_beside_the_task_definition() -> None:
    tags = [{"key": "team", "value": "shop"}]
    (found,) = recognise({**described(3), "tags": tags}, "a", Given())  # type: ignore[misc] # as above
    assert found.members == task_definition(tags=tags)
    assert found.registered is not None
    assert found.registered.number == 3


def test_a_described_service_keeps_what_makes_it() -> None:
    connect = {"enabled": True, "namespace": "shop"}
    document = {
        **service(),
        "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
        "status": "ACTIVE",
        "runningCount": 2,
        "deployments": [{"status": "ACTIVE"}, {"status": "PRIMARY", "serviceConnectConfiguration": connect}],
    }
    (found,) = recognise({"services": [document]}, "a", Given())  # type: ignore[misc] # as above
    assert found.members == {
        **service(),
        "cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
        "serviceConnectConfiguration": connect,
    }
