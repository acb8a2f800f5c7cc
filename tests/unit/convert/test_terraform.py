"""`terraform show -json`, of states and plans."""

import json
from typing import Any

import pytest

from tests.unit.convert.documents import converted, manifests, members, spec

CONTAINERS = json.dumps([{"name": "web", "image": "nginx", "memory": 64, "cpu": None}])


def resource(address: str, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"address": address, "mode": "managed", "type": address.split(".")[-2], "values": values, **more}


def state(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"format_version": "1.0", "values": {"root_module": {"resources": list(resources), **more}}}


TASK = resource("aws_ecs_task_definition.web", {"family": "web", "container_definitions": CONTAINERS, "revision": 3})


def test_task_definition() -> None:
    values = {
        "family": "web",
        "container_definitions": json.dumps([{"Name": "web", "IMAGE": "nginx", "memory": 64, "cpu": None}]),
        "cpu": "256",
        "task_role_arn": "",
        "requires_compatibilities": None,
        "ephemeral_storage": [{"size_in_gib": 30}],
        "runtime_platform": [{"cpu_architecture": "ARM64", "operating_system_family": ""}],
        "volume": [
            {"name": "a", "host_path": "/data", "configure_at_launch": False},
            {
                "name": "b",
                "host_path": "",
                "efs_volume_configuration": [{"file_system_id": "fs-1", "transit_encryption_port": 0}],
            },
        ],
        "proxy_configuration": [{"container_name": "web", "type": "APPMESH", "properties": {"AppPorts": "80"}}],
        "tags": {"team": "shop"},
        "tags_all": {"team": "shop", "stage": "prod"},
        "skip_destroy": False,
        "track_latest": True,
    }
    assert members(state(resource("aws_ecs_task_definition.web", values))) == {
        "family": "web",
        "cpu": "256",
        "ephemeralStorage": {"sizeInGiB": 30},
        "runtimePlatform": {"cpuArchitecture": "ARM64"},
        "volumes": [
            {"name": "a", "host": {"sourcePath": "/data"}},
            {"name": "b", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}},
        ],
        "proxyConfiguration": {
            "containerName": "web",
            "type": "APPMESH",
            "properties": [{"name": "AppPorts", "value": "80"}],
        },
        "tags": [{"key": "team", "value": "shop"}, {"key": "stage", "value": "prod"}],
        "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 64}],
    }


def test_service_and_cluster() -> None:
    values = {
        "name": "web",
        "cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
        "task_definition": "web:3",
        "desired_count": 2,
        "iam_role": "",
        "launch_type": "FARGATE",
        "deployment_maximum_percent": 150,
        "deployment_minimum_healthy_percent": 50,
        "deployment_circuit_breaker": [{"enable": True, "rollback": False}],
        "network_configuration": [{"subnets": ["subnet-1"], "security_groups": [], "assign_public_ip": True}],
        "load_balancer": [
            {"target_group_arn": "arn:tg", "elb_name": "", "container_name": "web", "container_port": 80}
        ],
        "service_registries": [{"registry_arn": "arn:sr", "port": 0, "container_port": 80, "container_name": "web"}],
        "service_connect_configuration": [
            {
                "enabled": True,
                "namespace": "shop",
                "service": [{"port_name": "http", "client_alias": [{"port": 80, "dns_name": "web"}]}],
            }
        ],
        "brand_new": "x",
        "wait_for_steady_state": True,
    }
    cluster = resource("aws_ecs_cluster.shop", {"name": "shop", "setting": []})
    providers = resource(
        "aws_ecs_cluster_capacity_providers.shop", {"cluster_name": "shop", "capacity_providers": ["FARGATE"]}
    )
    mapped = {"name": "web", "image": "nginx", "portMappings": [{"name": "http", "containerPort": 80}]}
    definition = {"family": "web", "container_definitions": json.dumps([mapped]), "revision": 3}
    sized = {"network_mode": "awsvpc", "cpu": "256", "memory": "512"}
    task = resource("aws_ecs_task_definition.web", definition | sized)
    outcome = converted(state(task, resource("aws_ecs_service.web", values), cluster, providers))
    assert spec(outcome, "ECSCluster") == {"clusterName": "shop", "capacityProviders": ["FARGATE"]}
    assert spec(outcome, "ECSService") == {
        "serviceName": "web",
        "cluster": "shop",
        "taskDefinition": "web",
        "desiredCount": 2,
        "launchType": "FARGATE",
        "deploymentConfiguration": {
            "maximumPercent": 150,
            "minimumHealthyPercent": 50,
            "deploymentCircuitBreaker": {"enable": True, "rollback": False},
        },
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}},
        "loadBalancers": [{"targetGroupArn": "arn:tg", "containerName": "web", "containerPort": 80}],
        "serviceRegistries": [{"registryArn": "arn:sr", "containerPort": 80, "containerName": "web"}],
        "serviceConnectConfiguration": {
            "enabled": True,
            "namespace": "shop",
            "services": [{"portName": "http", "clientAliases": [{"port": 80, "dnsName": "web"}]}],
        },
    }
    assert "condition    brand_new: NotConverted: " in outcome.report


def test_values_of_a_plan_that_are_not_known_yet() -> None:
    task = resource(
        'module.a["x"].aws_ecs_task_definition.web[0]', {"family": "web", "container_definitions": CONTAINERS}
    )
    own = {
        "name": "web",
        "network_configuration": [{"subnets": ["subnet-1"]}],
        "load_balancer": [{"container_port": 80}],
    }
    service = resource('module.a["x"].aws_ecs_service.web', own)
    change = {
        "id": True,
        "cluster": True,
        "task_definition": True,
        "network_configuration": [{"subnets": [False], "security_groups": True}],
        "load_balancer": [{"target_group_arn": True}],
        "desired_count": True,
    }
    expressions = {
        "cluster": {"references": ["var.cluster"]},
        "task_definition": {"references": ["aws_ecs_task_definition.web[0].arn"]},
        "network_configuration": [{"security_groups": {"references": ["aws_security_group.web.id"]}}],
    }
    module = {"module": {"resources": [{"address": "aws_ecs_service.web", "expressions": expressions}]}}
    plan = {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {"child_modules": [{"address": 'module.a["x"]', "resources": [task, service]}]}
        },
        "resource_changes": [{"address": service["address"], "change": {"after_unknown": change}}],
        "configuration": {"root_module": {"module_calls": {"a": module}}},
    }
    outcome = converted(plan)
    assert spec(outcome, "ECSService") == {
        "serviceName": "web",
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": ["subnet-1"],
                "securityGroups": ["PLACEHOLDER_aws_security_group_web_id"],
            }
        },
        "loadBalancers": [{"containerPort": 80, "targetGroupArn": "PLACEHOLDER_target_group_arn"}],
        "cluster": "PLACEHOLDER_var_cluster",
        "taskDefinition": "web",
    }
    assert "placeholder  desiredCount: desired_count: " in outcome.report


@pytest.mark.parametrize(
    ("definitions", "said"),
    [
        ("[{", "container_definitions: Malformed: line 1, column 3"),
        (None, "container_definitions: NotKnown: known only after apply"),
        ("{}", "Value at 'containerDefinitions' must be a list, not an object."),
    ],
)
def test_container_definitions_that_cannot_be_read(definitions: str | None, said: str) -> None:
    values = {"family": "web", "container_definitions": definitions}
    outcome = converted(state(resource("aws_ecs_task_definition.web", values)))
    assert outcome.refused
    assert said in outcome.report
    assert "ECSTaskDefinition" not in manifests(outcome)


def test_data_sources_are_passed_over() -> None:
    assert "ECSTaskDefinition" not in manifests(converted(state(TASK | {"mode": "data"})))
