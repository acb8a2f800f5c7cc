"""Services that show what the verdicts about them claim, and the account and task definitions that they meet."""

from __future__ import annotations

from typing import Any

from kubecs.plan.account import Account, account_of
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.translate import names
from tests.unit.plan.services import NAMESPACE, revision, service, snapshot

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/"
REGISTRY = "arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-web"
PORTS = [
    {"containerPort": 80},
    {"containerPort": 8080, "name": "api", "appProtocol": "http2"},
    {"containerPort": 9000},
    {"containerPort": 53, "protocol": "udp", "name": "dns"},
]
MAPS: dict[str, Any] = {
    "targetGroups": [
        {"from": f"{GROUP}internal", "to": "ClusterIP", "annotations": {"example.com/zone": "a"}},
        {"from": f"{GROUP}nodes", "to": "NodePort", "serviceName": "nodes", "port": 8443, "nodePort": 30443},
        {"from": f"{GROUP}public", "to": "LoadBalancer", "loadBalancerClass": "example.com/nlb"},
        {"from": f"{GROUP}route", "to": "HTTPRoute"},
        {"from": f"{GROUP}off", "to": "none"},
        {"from": "classic", "to": "Ingress"},
    ],
    "serviceRegistries": [
        {"from": REGISTRY, "to": "Headless", "serviceName": "web-records"},
        {"from": f"{REGISTRY}-off", "to": "none"},
    ],
    "serviceConnect": [
        {"from": "shop", "to": "ClusterIP"},
        {"from": "arn:aws:servicediscovery:*:namespace/ns-1", "to": "ClusterIP"},
        {"from": "shop", "alias": "hidden", "to": "none"},
        {"from": "internal", "to": "ClusterIP"},
    ],
    "volumeDrivers": [{"from": "ebs/io2", "storageClassName": "fast"}],
    "subnets": [{"from": "subnet-west", "zones": ["eu-west-1a"]}, {"from": "subnet-east", "zones": ["eu-west-1b"]}],
}

FULL: dict[str, Any] = {
    "cluster": "shop",
    "role": "ecsServiceRole",
    "platformVersion": "1.4.0",
    "availabilityZoneRebalancing": "ENABLED",
    "capacityProviderStrategy": [
        {"capacityProvider": "FARGATE", "weight": 1, "base": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 1},
        {"capacityProvider": "gpus", "weight": 1},
    ],
    "placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}],
    "placementStrategy": [{"type": "spread", "field": "host"}],
    "tags": [{"key": "team", "value": "shop"}],
    "enableECSManagedTags": True,
    "enableExecuteCommand": True,
    "propagateTags": "SERVICE",
    "healthCheckGracePeriodSeconds": 30,
    "monitoring": {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]},
    "schedulingStrategy": "REPLICA",
    "deploymentController": {"type": "ECS"},
    "deploymentConfiguration": {
        "strategy": "ROLLING",
        "maximumPercent": 150,
        "minimumHealthyPercent": 50,
        "bakeTimeInMinutes": 5,
        "deploymentCircuitBreaker": {
            "enable": True,
            "rollback": True,
            "resetOnHealthyTask": True,
            "thresholdConfiguration": {"type": "COUNT", "value": 3},
        },
        "alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True},
        "earlySuccessCriteria": {
            "enable": True,
            "healthyPercent": 90,
            "sourceServiceRevisionCleanup": "DEFERRED",
        },
        "lifecycleHooks": [
            {
                "targetType": "AWS_LAMBDA",
                "hookTargetArn": "arn:aws:lambda:eu-west-1:111122223333:function:hook",
                "roleArn": "arn:aws:iam::111122223333:role/hook",
                "lifecycleStages": ["PRE_SCALE_UP"],
                "hookDetails": {"a": 1},
                "timeoutConfiguration": {"timeoutInMinutes": 5, "action": "ROLLBACK"},
            }
        ],
    },
    "networkConfiguration": {
        "awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}
    },
    "loadBalancers": [
        {
            "targetGroupArn": f"{GROUP}route",
            "containerName": "app",
            "containerPort": 80,
            "advancedConfiguration": {
                "alternateTargetGroupArn": f"{GROUP}green",
                "productionListenerRule": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/a",
                "testListenerRule": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/b",
                "roleArn": "arn:aws:iam::111122223333:role/elb",
            },
        }
    ],
    "serviceRegistries": [{"registryArn": REGISTRY, "containerName": "app", "containerPort": 80}],
    "serviceConnectConfiguration": {
        "enabled": True,
        "namespace": "internal",
        "services": [
            {
                "portName": "api",
                "discoveryName": "api",
                "ingressPortOverride": 9000,
                "clientAliases": [
                    {
                        "port": 80,
                        "dnsName": "api.internal",
                        "testTrafficRules": {"header": {"name": "x-test", "value": {"exact": "1"}}},
                    }
                ],
                "timeout": {"idleTimeoutSeconds": 5, "perRequestTimeoutSeconds": 5},
                "tls": {
                    "issuerCertificateAuthority": {"awsPcaAuthorityArn": "arn:aws:acm-pca:::certificate-authority/a"},
                    "kmsKey": "key",
                    "roleArn": "arn:aws:iam::111122223333:role/tls",
                },
            },
            {"portName": "dns", "discoveryName": "names"},
        ],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": "proxy"},
            "secretOptions": [{"name": "token", "valueFrom": "/token"}],
        },
        "accessLogConfiguration": {"format": "JSON", "includeQueryParameters": "ENABLED"},
        "containerConfigurations": [{"logLevel": "debug"}],
    },
    "volumeConfigurations": [
        {
            "name": "data",
            "managedEBSVolume": {
                "roleArn": "arn:aws:iam::111122223333:role/ebs",
                "sizeInGiB": 5,
                "volumeType": "io2",
                "encrypted": True,
                "kmsKeyId": "key",
                "snapshotId": "snap-1",
                "volumeInitializationRate": 100,
                "iops": 3000,
                "throughput": 125,
                "filesystemType": "xfs",
                "tagSpecifications": [
                    {
                        "resourceType": "volume",
                        "tags": [{"key": "a", "value": "b"}],
                        "propagateTags": "SERVICE",
                    }
                ],
            },
        }
    ],
    "vpcLatticeConfigurations": [
        {
            "roleArn": "arn:aws:iam::111122223333:role/lattice",
            "targetGroupArn": "arn:aws:vpc-lattice:eu-west-1:111122223333:targetgroup/tg-1",
            "portName": "api",
            "advancedConfiguration": {
                "alternateTargetGroupArn": "arn:aws:vpc-lattice:eu-west-1:111122223333:targetgroup/tg-2",
                "productionListenerRule": "a",
                "testListenerRule": "b",
            },
        }
    ],
    "gatewayConnectors": [
        {
            "portName": "api",
            "filters": {"accessTypes": ["PUBLIC"]},
            "deregistrationDelay": {"timeoutSeconds": 5},
            "healthCheck": {
                "healthCheckProtocol": "HTTP",
                "healthCheckPort": 80,
                "healthCheckPath": "/",
                "healthCheckTimeoutSeconds": 5,
                "healthCheckIntervalSeconds": 5,
                "healthyThresholdCount": 2,
                "unhealthyThresholdCount": 2,
                "matcher": {"httpCode": "200", "grpcCode": "0"},
            },
        }
    ],
}

DEPLOYED = "deploymentConfiguration"
CONNECTED = "serviceConnectConfiguration"


def balanced(name: str, port: int = 80, **members: Any) -> dict[str, Any]:
    """A service with a target group."""
    return {
        "loadBalancers": [{"targetGroupArn": f"{GROUP}{name}", "containerName": "app", "containerPort": port} | members]
    }


def connected(*services: dict[str, Any], namespace: str | None = "shop") -> dict[str, Any]:
    """A service with Service Connect."""
    given = {"namespace": namespace} if namespace else {}
    return {CONNECTED: {"enabled": True, "services": list(services), **given}}


DOCUMENTS: list[dict[str, Any]] = [
    FULL,
    {},
    {"desiredCount": 4},
    {"taskDefinition": "web:1"},
    {"launchType": "FARGATE", "networkConfiguration": FULL["networkConfiguration"]},
    {"launchType": "EXTERNAL"},
    {"volumeConfigurations": [{"name": "logs", "managedEBSVolume": {"sizeInGiB": 6, "roleArn": "r"}}]},
    {"availabilityZoneRebalancing": "DISABLED", "propagateTags": "NONE"},
    {"networkConfiguration": {"awsvpcConfiguration": {"subnets": [], "assignPublicIp": "DISABLED"}}},
    {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-west", "subnet-east"]}}},
    {"loadBalancers": [{"loadBalancerName": "classic", "containerName": "app", "containerPort": 80}]},
    *(balanced(name) for name in ("internal", "nodes", "public", "off")),
    balanced("internal", 8080),
    balanced("internal", 9000, containerName="side"),
    balanced("internal", 9000),
    {"serviceRegistries": [{"registryArn": REGISTRY}]},
    {"serviceRegistries": [{"registryArn": REGISTRY, "port": 8080}]},
    *(
        {"serviceRegistries": [{"registryArn": REGISTRY, "containerName": name, "containerPort": 9000}]}
        for name in ("app", "side")
    ),
    connected({"portName": "api", "clientAliases": [{"port": 80, "dnsName": "api"}]}),
    connected({"portName": "api", "clientAliases": [{"port": 81}]}),
    connected({"portName": "dns"}),
    {"schedulingStrategy": "DAEMON"},
    *({"deploymentController": {"type": name}} for name in ("CODE_DEPLOY", "EXTERNAL")),
    {DEPLOYED: {"strategy": "BLUE_GREEN"}},
    {DEPLOYED: {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 10.0, "stepBakeTimeInMinutes": 6}}},
    {DEPLOYED: {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 5.0, "canaryBakeTimeInMinutes": 1}}},
]


def mapped(**spec: Any) -> Account:
    """The account whose maps know all of this."""
    return account_of({"spec": MAPS | spec}, NAMESPACE, "eu-central-1")


def numbered(number: int, *, awsvpc: bool = False) -> dict[str, Any]:
    """A revision of the task definition that all of them run."""
    found = revision(number, portMappings=PORTS)
    side = {
        "name": "side",
        "image": "side:1",
        "memory": 64,
        "portMappings": [{"containerPort": 9000, "protocol": "udp"}],
    }
    document = found["spec"]["taskDefinition"]
    document["containerDefinitions"].append(side)
    document["volumes"] = [{"name": name, "configuredAtLaunch": True} for name in ("data", "logs")]
    if awsvpc:
        document |= {"networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    return found


def has_network(spec: dict[str, Any]) -> bool:
    """Whether the service configures a network of its tasks' own."""
    return bool((spec.get("networkConfiguration") or {}).get("awsvpcConfiguration"))


def shown(spec: dict[str, Any], *, awsvpc: bool | None = None, **changes: Any) -> ServiceSnapshot:
    """A first look at a service of these members; its task definition has the network that it configures."""
    network = has_network(spec) if awsvpc is None else awsvpc
    revisions = (numbered(1, awsvpc=network), numbered(2, awsvpc=network))
    own = service(**spec)
    own["metadata"]["name"] = names.service_object_name(spec.get("cluster", "default"), own["spec"]["serviceName"])
    return snapshot(**{"service": own, "account": mapped(), "revisions": revisions} | changes)
