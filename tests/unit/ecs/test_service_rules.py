"""The rules of CreateService: one failure, in ECS's words, at the right member; alone and with the task definition."""

from __future__ import annotations

from typing import Any

import pytest

from kubecs.ecs.errors import InvalidParameterException
from kubecs.ecs.service_definition_rules import PAIR_RULES, Pair
from kubecs.ecs.validation import validate_service, validate_service_of, validate_task_definition
from tests.unit.ecs.service_cases import (
    ACCEPTED,
    ALL_RULES,
    BALANCER,
    CASES,
    CLASSIC,
    NETWORK,
    Case,
    Document,
    broken_rule,
    connected,
    service,
)

WEB = {"name": "web", "image": "nginx", "memory": 64, "portMappings": [{"containerPort": 80, "name": "http"}]}
BRIDGE = {"family": "web", "containerDefinitions": [WEB]}
AWSVPC = {**BRIDGE, "networkMode": "awsvpc"}
FARGATE = {**AWSVPC, "cpu": "256", "memory": "512"}
LAUNCHED = {**BRIDGE, "volumes": [{"name": "data", "configuredAtLaunch": True}, {"name": "host"}]}
RANGED = {**BRIDGE, "containerDefinitions": [WEB | {"portMappings": [{"containerPortRange": "80-90"}]}]}
PUBLIC = {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}


def volume(name: str) -> Document:
    return service(volumeConfigurations=[{"name": name, "managedEBSVolume": {"roleArn": "r", "sizeInGiB": 1}}])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.path}")
def test_a_service_that_breaks_a_rule(case: Case) -> None:
    with pytest.raises(InvalidParameterException) as caught:
        validate_service(case.document)
    assert caught.value.path == case.path
    assert case.message in caught.value.message
    assert broken_rule(case.document) == case.rule


def test_every_rule_has_a_case_and_a_statement_of_its_own() -> None:
    statements = [rule.statement for rule in ALL_RULES]
    assert len(statements) == len(set(statements))
    assert set(statements) == {case.rule for case in CASES}


@pytest.mark.parametrize("document", ACCEPTED)
def test_a_service_that_ecs_accepts(document: Document) -> None:
    read = validate_service(document)
    assert read.model_dump(mode="json", by_alias=True, exclude_none=True) == document


PAIRS = [
    (service(launchType="FARGATE"), BRIDGE, "launchType", "Task definition does not support launch_type FARGATE."),
    (service(launchType="FARGATE", **PUBLIC), AWSVPC, "launchType", "does not support launch_type FARGATE."),
    (service(), AWSVPC, "networkConfiguration", "Network Configuration must be provided when networkMode 'awsvpc'"),
    (service(**PUBLIC), BRIDGE, "networkConfiguration", "Network Configuration is not valid for the given networkMode"),
    (
        service(loadBalancers=[BALANCER | {"containerName": "api"}]),
        BRIDGE,
        "loadBalancers[0].containerName",
        "The container api does not exist in the task definition",
    ),
    (
        service(loadBalancers=[BALANCER, BALANCER | {"containerPort": 81}]),
        BRIDGE,
        "loadBalancers[1].containerPort",
        "The container web did not have a container port 81 defined",
    ),
    (
        service(serviceRegistries=[{"registryArn": "r", "containerName": "web", "containerPort": 91}]),
        RANGED,
        "serviceRegistries[0].containerPort",
        "The container web did not have a container port 91 defined",
    ),
    (
        service(loadBalancers=[CLASSIC], **PUBLIC),
        AWSVPC,
        "loadBalancers[0].loadBalancerName",
        "Classic Load Balancers are not supported with networkMode 'awsvpc'.",
    ),
    (
        connected(),
        RANGED,
        "serviceConnectConfiguration.services[0].portName",
        "portName(http) does not refer to any named PortMapping in the container definitions",
    ),
    (
        volume("host"),
        LAUNCHED,
        "volumeConfigurations[0].name",
        "The volume name 'host' in your request does not have a matching volume in your Task Definition",
    ),
]


@pytest.mark.parametrize(("document", "definition", "path", "message"), PAIRS)
def test_a_service_that_does_not_go_with_its_task_definition(
    document: Document, definition: Document, path: str, message: str
) -> None:
    with pytest.raises(InvalidParameterException) as caught:
        validate_service_of(validate_service(document), validate_task_definition(definition))
    assert caught.value.path == path
    assert message in caught.value.message


def test_every_rule_about_pairs_is_broken_by_one() -> None:
    broken = set()
    for document, definition, _, _ in PAIRS:
        pair = Pair(validate_service(document), validate_task_definition(definition))
        broken |= {rule.statement for rule in PAIR_RULES if next(iter(rule.check(pair)), None)}
    assert broken == {rule.statement for rule in PAIR_RULES}


@pytest.mark.parametrize(
    ("document", "definition"),
    [
        (service(), BRIDGE),
        (service(launchType="EC2", **PUBLIC), FARGATE),
        (service(launchType="FARGATE", **NETWORK), FARGATE),
        (service(loadBalancers=[BALANCER | {"containerPort": 85}]), RANGED),
        (service(loadBalancers=[CLASSIC]), BRIDGE),
        (service(serviceRegistries=[{"registryArn": "r"}]), BRIDGE),
        (connected(), BRIDGE),
        (volume("data"), LAUNCHED),
    ],
)
def test_a_service_that_goes_with_its_task_definition(document: dict[str, Any], definition: dict[str, Any]) -> None:
    validate_service_of(validate_service(document), validate_task_definition(definition))
