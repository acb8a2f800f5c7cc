"""Whole services in every form: the ECSService, the plain Services beside the Deployment, and what is missing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kubecs.convert.conversion import Options
from tests.unit.convert.documents import converted, manifests, spec

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1"
REGISTRY = "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-web"
CONTAINER = {
    "name": "web",
    "image": "nginx:1.28",
    "memory": 64,
    "portMappings": [{"name": "http", "containerPort": 80}],
}
TASK = {"family": "web", "containerDefinitions": [CONTAINER]}
SERVICE: dict[str, Any] = {
    "serviceName": "web",
    "cluster": "shop",
    "taskDefinition": "web",
    "desiredCount": 2,
    "loadBalancers": [{"targetGroupArn": GROUP, "containerName": "web", "containerPort": 80}],
    "serviceRegistries": [{"registryArn": REGISTRY}],
    "serviceConnectConfiguration": {
        "enabled": True,
        "namespace": "shop",
        "services": [{"portName": "http", "clientAliases": [{"port": 8080, "dnsName": "api"}]}],
    },
}
CLUSTER = {"clusterName": "shop"}
ARN = "arn:aws:ecs:eu-west-1:123456789012"


def terraform(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"address": f"{kind}.web", "mode": "managed", "type": kind, "values": values}


def templated(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"Type": f"AWS::ECS::{kind}", "Properties": properties}


FORMS: dict[str, list[Any]] = {
    "create": [TASK, CLUSTER, SERVICE],
    "update": [
        TASK,
        CLUSTER,
        {name: value for name, value in SERVICE.items() if name != "serviceName"}
        | {"service": f"{ARN}:service/shop/web", "forceNewDeployment": True},
    ],
    "describe": [
        TASK,
        {"clusters": [{"clusterName": "shop", "status": "ACTIVE"}]},
        {
            "services": [
                {
                    name: value
                    for name, value in SERVICE.items()
                    if name not in ("cluster", "serviceConnectConfiguration")
                }
                | {
                    "clusterArn": f"{ARN}:cluster/shop",
                    "taskDefinition": f"{ARN}:task-definition/web:3",
                    "status": "ACTIVE",
                    "deployments": [
                        {
                            "status": "PRIMARY",
                            "serviceConnectConfiguration": SERVICE["serviceConnectConfiguration"],
                        }
                    ],
                }
            ]
        },
    ],
    "cloudformation": [
        {
            "Resources": {
                "Shop": templated("Cluster", {"ClusterName": "shop"}),
                "Task": templated(
                    "TaskDefinition",
                    {
                        "Family": "web",
                        "ContainerDefinitions": [
                            {
                                "Name": "web",
                                "Image": "nginx:1.28",
                                "Memory": 64,
                                "PortMappings": [{"Name": "http", "ContainerPort": 80}],
                            }
                        ],
                    },
                ),
                "Web": templated(
                    "Service",
                    {
                        "ServiceName": "web",
                        "Cluster": {"Ref": "Shop"},
                        "TaskDefinition": {"Ref": "Task"},
                        "DesiredCount": 2,
                        "LoadBalancers": [{"TargetGroupArn": GROUP, "ContainerName": "web", "ContainerPort": 80}],
                        "ServiceRegistries": [{"RegistryArn": REGISTRY}],
                        "ServiceConnectConfiguration": {
                            "Enabled": True,
                            "Namespace": "shop",
                            "Services": [{"PortName": "http", "ClientAliases": [{"Port": 8080, "DnsName": "api"}]}],
                        },
                    },
                ),
            }
        }
    ],
    "terraform": [
        {
            "format_version": "1.0",
            "values": {
                "root_module": {
                    "resources": [
                        terraform("aws_ecs_cluster", {"name": "shop"}),
                        terraform(
                            "aws_ecs_task_definition",
                            {"family": "web", "container_definitions": json.dumps([CONTAINER]), "revision": 3},
                        ),
                        terraform(
                            "aws_ecs_service",
                            {
                                "name": "web",
                                "cluster": f"{ARN}:cluster/shop",
                                "task_definition": f"{ARN}:task-definition/web:3",
                                "desired_count": 2,
                                "load_balancer": [
                                    {
                                        "target_group_arn": GROUP,
                                        "container_name": "web",
                                        "container_port": 80,
                                        "elb_name": "",
                                    }
                                ],
                                "service_registries": [{"registry_arn": REGISTRY, "port": 0}],
                                "service_connect_configuration": [
                                    {
                                        "enabled": True,
                                        "namespace": "shop",
                                        "service": [
                                            {
                                                "port_name": "http",
                                                "client_alias": [{"port": 8080, "dns_name": "api"}],
                                            }
                                        ],
                                    }
                                ],
                            },
                        ),
                    ]
                }
            },
        }
    ],
}
ACCOUNT = {
    "kind": "ECSAccount",
    "spec": {
        "targetGroups": [{"from": "*/web/*", "to": "LoadBalancer", "serviceName": "front", "port": 443}],
        "serviceRegistries": [{"from": REGISTRY, "to": "Headless", "serviceName": "records"}],
        "serviceConnect": [{"from": "shop", "to": "ClusterIP"}],
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_the_same_service(form: str) -> None:
    outcome = converted(*FORMS[form])
    assert not outcome.refused, outcome.report
    assert spec(outcome, "ECSService") == SERVICE
    rows = [line for line in outcome.report.splitlines() if line.startswith("shop/web")]
    assert len(rows) == 1
    for needed in (f"target group {GROUP}", f"service registry {REGISTRY}", "Service Connect"):
        assert needed in rows[0]
    assert "condition    TargetGroupNotMapped: " in outcome.report


@pytest.mark.parametrize("form", FORMS)
def test_each_form_comes_to_the_same_plain_objects(form: str) -> None:
    outcome = converted(*FORMS[form], options=Options(kubernetes=True, namespace="shop", account=ACCOUNT))
    assert not outcome.refused, outcome.report
    written = manifests(outcome)
    found = {each["metadata"]["name"]: each for each in written["Service"]}
    assert {name: each["spec"]["type"] for name, each in found.items()} == {
        "front": "LoadBalancer",
        "records": "ClusterIP",
        "api": "ClusterIP",
    }
    assert found["records"]["spec"]["clusterIP"] == "None"
    assert found["front"]["spec"]["ports"] == [
        {"name": "http", "port": 443, "protocol": "TCP", "targetPort": "http"},
    ]
    (deployment,) = written["Deployment"]
    pods = deployment["spec"]["template"]["metadata"]["labels"]
    for each in found.values():
        assert "ownerReferences" not in each["metadata"]
        assert "app.kubernetes.io/managed-by" not in each["metadata"].get("labels", {})
        assert each["spec"]["selector"].items() <= pods.items()
    assert "NotMapped" not in outcome.report


def test_with_an_account_that_maps_it_the_service_runs_as_it_is() -> None:
    outcome = converted(*FORMS["create"], options=Options(account=ACCOUNT))
    row = next(line for line in outcome.report.splitlines() if line.startswith("shop/web"))
    assert "runs as it is" in row


def test_the_namespace_of_service_connect_comes_from_the_cluster() -> None:
    connected = {name: value for name, value in SERVICE["serviceConnectConfiguration"].items() if name != "namespace"}
    cluster = CLUSTER | {"serviceConnectDefaults": {"namespace": "shop"}}
    outcome = converted(
        TASK,
        cluster,
        SERVICE | {"serviceConnectConfiguration": connected},
        options=Options(kubernetes=True, account=ACCOUNT),
    )
    assert {each["metadata"]["name"] for each in manifests(outcome)["Service"]} == {"front", "records", "api"}


def test_what_only_open_values_make_wrong_is_not_refused() -> None:
    balancer = {"TargetGroupArn": GROUP, "ContainerName": {"Ref": "Container"}, "ContainerPort": 80}
    template = {
        "Resources": {
            "Task": templated(
                "TaskDefinition", {"Family": "web", "ContainerDefinitions": [{"Name": "a", "Image": "b", "Memory": 9}]}
            ),
            "Web": templated(
                "Service", {"ServiceName": "web", "TaskDefinition": {"Ref": "Task"}, "LoadBalancers": [balancer]}
            ),
        }
    }
    outcome = converted(template)
    assert not outcome.refused
    assert "The container PLACEHOLDER_Container does not exist in the task definition" in outcome.report
