"""Validation: one failure, in ECS's order and words, at the right member."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.ecs.errors import ClientException, EcsError, InvalidParameterException
from kubecs.ecs.fargate import SIZES
from kubecs.ecs.validation import (
    validate_cluster,
    validate_run_task,
    validate_service,
    validate_task_definition,
)
from tests.unit.ecs.case import Case
from tests.unit.ecs.documents import Document, container, definition, fargate, ports
from tests.unit.ecs.task_definition_cases import (
    ACCEPTED,
    ALL_RULES,
    CASES,
    broken_rule,
)

STRUCTURE = [
    (definition(colour="red"), "colour", "Unknown member 'colour'."),
    (definition(container(portBindings=[])), "containerDefinitions[0].portBindings", "Unknown member"),
    ({"container_definitions": [], "family": "web"}, "container_definitions", "Unknown member"),
    ({"containerDefinitions": []}, "family", "Missing required member 'family'."),
    (
        definition(container(cpu="256")),
        "containerDefinitions[0].cpu",
        "Value at 'containerDefinitions[0].cpu' must be an integer, not a string.",
    ),
    (definition(container(essential=1)), "containerDefinitions[0].essential", "must be a boolean, not an integer"),
    (definition(container(command="sh")), "containerDefinitions[0].command", "must be a list, not a string"),
    (definition(container(command=["sh", None])), "containerDefinitions[0].command[1]", "a string, not null"),
    (definition(container(environment={"A": "b"})), "containerDefinitions[0].environment", "a list, not an object"),
    (
        definition(container(dockerLabels={"a": 1})),
        "containerDefinitions[0].dockerLabels.a",
        "a string, not an integer",
    ),
    ({"family": "web", "containerDefinitions": ["web"]}, "containerDefinitions[0]", "must be an object, not a string"),
    (definition(networkMode=None), "networkMode", "Value at 'networkMode' must not be null."),
    (definition(ports({"protocol": None})), "containerDefinitions[0].portMappings[0].protocol", "must not be null"),
    (definition(networkMode="nat"), "networkMode", "Value 'nat' at 'networkMode' is not one of: 'bridge', 'host'"),
    (
        definition(container(resourceRequirements=[{"type": "GPU", "sharingStrategy": {}}])),
        "containerDefinitions[0].resourceRequirements[0].sharingStrategy",
        "exactly one member must be set",
    ),
]

BOUNDS = [
    (
        definition(*[container(f"c{n}") for n in range(11)]),
        "containerDefinitions",
        "must have 1 to 10 entries, but has",
    ),
    (definition(tags=[{"key": "a;b", "value": ""}]), "tags[0].key", "must match"),
    (definition(tags=[{"key": "a\tb", "value": ""}]), "tags[0].key", "must match"),
    (definition(container(command=["x" * 70_000])), "containerDefinitions[0].command[0]", "has 70000"),
    (definition(container(dockerLabels={"k" * 600: ""})), "containerDefinitions[0].dockerLabels." + "k" * 600, "a key"),
    (definition(container(dockerLabels={"k": "v" * 70_000})), "containerDefinitions[0].dockerLabels.k", "has 70000"),
]


def refusal(document: Document) -> EcsError:
    with pytest.raises(ClientException) as caught:
        validate_task_definition(document)
    return caught.value


@pytest.mark.parametrize(("document", "path", "message"), STRUCTURE + BOUNDS)
def test_a_task_definition_that_ecs_refuses(document: Document, path: str, message: str) -> None:
    answered = refusal(document)
    assert answered.path == path
    assert message in answered.message


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.path}")
def test_a_task_definition_that_breaks_a_rule(case: Case) -> None:
    answered = refusal(case.document)
    assert answered.path == case.path
    assert case.message in answered.message
    assert broken_rule(case.document) == case.rule


def test_every_rule_has_a_case_and_a_statement_of_its_own() -> None:
    statements = [rule.statement for rule in ALL_RULES]
    assert len(statements) == len(set(statements))
    assert set(statements) == {case.rule for case in CASES}


@pytest.mark.parametrize("document", ACCEPTED)
def test_a_task_definition_that_ecs_accepts(document: Document) -> None:
    read = validate_task_definition(document)
    assert read.model_dump(mode="json", by_alias=True, exclude_none=True) == document


@pytest.mark.parametrize(("cpu", "memory"), [(cpu, memory) for cpu, sizes in SIZES.items() for memory in sizes])
def test_fargate_sizes(cpu: int, memory: int) -> None:
    assert validate_task_definition(fargate(cpu=str(cpu), memory=str(memory))).cpu == str(cpu)


def test_the_first_failure_in_ecs_order_is_reported() -> None:
    document = definition(
        container(cpu="1", image="", stopTimeout=1, dependsOn=[{"containerName": "db", "condition": "START"}])
    )
    only: Document = document["containerDefinitions"][0]
    for member, repaired in (("cpu", 1), ("image", "x"), ("stopTimeout", 30), ("dependsOn", [])):
        with pytest.raises(ClientException) as caught:
            validate_task_definition(document)
        assert caught.value.path is not None
        assert caught.value.path.startswith(f"containerDefinitions[0].{member}")
        only[member] = repaired
    assert validate_task_definition(document).family == "web"


def test_a_task_definition_has_a_size_limit() -> None:
    with pytest.raises(ClientException, match="at most 65536"):
        validate_task_definition(definition(container(command=["x" * 40_000, "y" * 40_000])))


def service(**members: Any) -> Document:
    return {"serviceName": "web", "taskDefinition": "web:1", "desiredCount": 2} | members


def percent(maximum: int | None = None, minimum: int | None = None) -> Document:
    given = {"maximumPercent": maximum, "minimumHealthyPercent": minimum}
    return {"deploymentConfiguration": {name: value for name, value in given.items() if value is not None}}


FARGATE_ITEM = {"capacityProvider": "FARGATE", "weight": 1}


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        (service(platformFamily="LINUX"), "platformFamily", "Unknown member"),
        (service(desiredCount="2"), "desiredCount", "must be an integer, not a string"),
        (service(desiredCount=-1), "desiredCount", "must be from 0"),
        ({"taskDefinition": "web"}, "serviceName", "Missing required member"),
        ({"serviceName": "web"}, "taskDefinition", "TaskDefinition can not be blank."),
        (service(deploymentController={"type": "EXTERNAL"}), "taskDefinition", "TaskDefinition must be blank"),
        (service(**percent(minimum=101)), "deploymentConfiguration.minimumHealthyPercent", "from 0 to 100"),
        (service(**percent(100, 100)), "deploymentConfiguration.maximumPercent", "cannot be 100 as this will block"),
        (service(**percent(maximum=100)), "deploymentConfiguration.maximumPercent", "block deployments"),
        (
            service(launchType="EC2", capacityProviderStrategy=[FARGATE_ITEM]),
            "launchType",
            "Specifying both a launch type and capacity provider strategy is not supported.",
        ),
        (
            service(capacityProviderStrategy=[FARGATE_ITEM | {"weight": 0}]),
            "capacityProviderStrategy",
            "weight value greater than zero",
        ),
        (
            service(capacityProviderStrategy=[FARGATE_ITEM | {"base": 1}, FARGATE_ITEM | {"base": 2}]),
            "capacityProviderStrategy",
            "multiple capacity providers",
        ),
        (service(schedulingStrategy="DAEMON"), "desiredCount", "does not support a desired count for services."),
        (
            {
                "serviceName": "web",
                "taskDefinition": "web",
                "schedulingStrategy": "DAEMON",
                "placementStrategy": [{"type": "random"}],
            },
            "placementStrategy",
            "does not support placement strategies.",
        ),
        (
            {"serviceName": "web", "taskDefinition": "web", "schedulingStrategy": "DAEMON", **percent(maximum=200)},
            "deploymentConfiguration.maximumPercent",
            "values above 100 for maximumPercent",
        ),
    ],
)
def test_a_service_that_ecs_refuses(document: Document, path: str, message: str) -> None:
    with pytest.raises(InvalidParameterException) as caught:
        validate_service(document)
    assert caught.value.path == path
    assert message in caught.value.message


@pytest.mark.parametrize(
    "document",
    [
        service(),
        service(**percent(200, 100)),
        service(**percent(100, 0)),
        {"serviceName": "web", "taskDefinition": "web", "schedulingStrategy": "DAEMON"},
        {"serviceName": "web", "deploymentController": {"type": "EXTERNAL"}},
        service(capacityProviderStrategy=[FARGATE_ITEM | {"base": 1}, {"capacityProvider": "FARGATE_SPOT"}]),
    ],
)
def test_a_service_that_ecs_accepts(document: Document) -> None:
    assert validate_service(document).service_name == "web"


def run_task(**members: Any) -> Document:
    return {"taskDefinition": "web"} | members


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        (run_task(count=11), "count", "must be from 1 to 10, but is 11"),
        (run_task(propagateTags="SERVICE"), "propagateTags", "needs a service"),
        (
            run_task(overrides={"containerOverrides": [{"command": ["sh"]}]}),
            "overrides.containerOverrides[0].name",
            "name cannot be empty",
        ),
        (run_task(overrides={"cpu": "some"}), "overrides.cpu", "Invalid 'cpu' setting for task."),
        (
            run_task(overrides={"containerOverrides": [{"name": "web", "command": ["x" * 9_000]}]}),
            "overrides",
            "Container Overrides length must be at most 8192",
        ),
        (run_task(launchType="EC2", capacityProviderStrategy=[FARGATE_ITEM]), "launchType", "not supported"),
    ],
)
def test_a_task_that_ecs_refuses(document: Document, path: str, message: str) -> None:
    with pytest.raises(InvalidParameterException) as caught:
        validate_run_task(document)
    assert caught.value.path == path
    assert message in caught.value.message


def test_a_task_that_ecs_accepts() -> None:
    overrides = {"containerOverrides": [{"name": "web", "command": ["sh"]}], "cpu": "512", "memory": "1 GB"}
    assert validate_run_task(run_task(count=10, overrides=overrides)).count == 10


def test_clusters() -> None:
    assert validate_cluster({}).cluster_name is None
    with pytest.raises(InvalidParameterException, match="must match") as caught:
        validate_cluster({"clusterName": "a/b"})
    assert caught.value.path == "clusterName"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
member_names = st.sampled_from(["family", "containerDefinitions", "volumes", "cpu", "tags", "networkMode", "x"])
container_names = st.sampled_from(["name", "image", "memory", "cpu", "portMappings", "dependsOn", "dockerLabels"])
documents = st.dictionaries(member_names, json_values) | st.builds(
    lambda members, rest: {"family": "web", "containerDefinitions": [members]} | rest,
    st.dictionaries(container_names, json_values),
    st.dictionaries(member_names, json_values, max_size=2),
)


def answer(document: Mapping[str, Any]) -> EcsError | Document:
    try:
        read = validate_task_definition(document)
    except EcsError as error:
        return error
    written: Document = json.loads(read.model_dump_json(by_alias=True, exclude_none=True))
    return written


@given(documents)
def test_whatever_comes_in_the_answer_is_the_document_or_an_ecs_error(document: Mapping[str, Any]) -> None:
    answered = answer(document)
    assert answered == document or (isinstance(answered, ClientException) and answered.message and answered.path)
