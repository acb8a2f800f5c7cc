"""Validation of ECS requests: a plain document in, the typed model or ECS's own error out.

Only the first failure is reported, in ECS's order: structure, required members, bounds, rules across members. What
needs other objects (an unknown cluster, an inactive task definition) is not decided here.
"""

from collections.abc import Mapping
from typing import Any

from kubecs.ecs.errors import ClientException, InvalidParameterException
from kubecs.ecs.model import CreateClusterRequest, CreateServiceRequest, RegisterTaskDefinitionRequest, RunTaskRequest
from kubecs.ecs.request_rules import CAPACITY_RULES, PLACEMENT_RULES, RUN_TASK_RULES
from kubecs.ecs.rules import require
from kubecs.ecs.service_definition_rules import PAIR_RULES, Pair
from kubecs.ecs.service_rules import SERVICE_RULES
from kubecs.ecs.structure import check_bounds, read
from kubecs.ecs.tag_rules import RULES as TAG_RULES
from kubecs.ecs.task_definition_rules import OUT_OF_BOUNDS, REQUIRED, RULES

TASK_DEFINITION_BYTES = 65_536


def validate_task_definition(document: Mapping[str, Any]) -> RegisterTaskDefinitionRequest:
    """Read the members of a RegisterTaskDefinition request.

    Raises:
        ClientException: with the path of the first member that ECS would refuse, and why.
    """
    definition = read(RegisterTaskDefinitionRequest, document, ClientException)
    require(REQUIRED, definition, ClientException)
    require(OUT_OF_BOUNDS, definition, ClientException)
    check_bounds(definition, ClientException)
    size = len(definition.model_dump_json(by_alias=True, exclude_none=True).encode())
    if size > TASK_DEFINITION_BYTES:
        message = f"Task definition has {size} bytes; at most {TASK_DEFINITION_BYTES} are allowed."
        raise ClientException(message, "containerDefinitions")
    require(RULES, definition, ClientException)
    return definition


def validate_service(document: Mapping[str, Any]) -> CreateServiceRequest:
    """Read the members of a CreateService request.

    Raises:
        InvalidParameterException: with the path of the first member that ECS would refuse, and why.
    """
    service = read(CreateServiceRequest, document, InvalidParameterException)
    check_bounds(service, InvalidParameterException)
    require(CAPACITY_RULES, service, InvalidParameterException)
    require(PLACEMENT_RULES, service, InvalidParameterException)
    require(SERVICE_RULES, service, InvalidParameterException)
    require(TAG_RULES, service, InvalidParameterException)
    return service


def validate_service_of(service: CreateServiceRequest, definition: RegisterTaskDefinitionRequest) -> None:
    """Hold a service against the task definition that it names.

    Raises:
        InvalidParameterException: with the path of the first member of the service that ECS would refuse, and why.
    """
    require(PAIR_RULES, Pair(service, definition), InvalidParameterException)


def validate_run_task(document: Mapping[str, Any]) -> RunTaskRequest:
    """Read the members of a RunTask request.

    Raises:
        InvalidParameterException: with the path of the first member that ECS would refuse, and why.
    """
    request = read(RunTaskRequest, document, InvalidParameterException)
    check_bounds(request, InvalidParameterException)
    require(CAPACITY_RULES, request, InvalidParameterException)
    require(PLACEMENT_RULES, request, InvalidParameterException)
    require(RUN_TASK_RULES, request, InvalidParameterException)
    require(TAG_RULES, request, InvalidParameterException)
    return request


def validate_cluster(document: Mapping[str, Any]) -> CreateClusterRequest:
    """Read the members of a CreateCluster request.

    Raises:
        InvalidParameterException: with the path of the first member that ECS would refuse, and why.
    """
    cluster = read(CreateClusterRequest, document, InvalidParameterException)
    check_bounds(cluster, InvalidParameterException)
    require(TAG_RULES, cluster, InvalidParameterException)
    return cluster
