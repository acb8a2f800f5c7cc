"""Services that ECS refuses: one or more for each of its rules, with the member and the words of the answer."""

from __future__ import annotations

from typing import Any

from kubecs.ecs.model import CreateServiceRequest
from kubecs.ecs.request_rules import CAPACITY_RULES, PLACEMENT_RULES
from kubecs.ecs.service_rules import SERVICE_RULES
from tests.unit.ecs.case import Case
from tests.unit.ecs.documents import Document

ALL_RULES = (*CAPACITY_RULES, *PLACEMENT_RULES, *SERVICE_RULES)
NETWORK = {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}}}
BALANCER = {"targetGroupArn": "arn:g", "containerName": "web", "containerPort": 80}
CLASSIC = {"loadBalancerName": "classic", "containerName": "web", "containerPort": 80}
SHIFTED = {"loadBalancers": [BALANCER | {"advancedConfiguration": {"alternateTargetGroupArn": "arn:h"}}]}


def broken_rule(document: Document) -> str | None:
    """The statement of the first rule that a well-formed document breaks; None when it breaks none."""
    read = CreateServiceRequest.model_validate(document)
    return next((rule.statement for rule in ALL_RULES if next(iter(rule.check(read)), None)), None)


def service(**members: Any) -> Document:
    """A service of web."""
    return {"serviceName": "web", "taskDefinition": "web", **members}


def daemon(**members: Any) -> Document:
    """A DAEMON service."""
    return service(schedulingStrategy="DAEMON", **members)


def deployed(controller: str = "ECS", more: Document | None = None, **configuration: Any) -> Document:
    """A service with a deployment configuration."""
    given = {"deploymentController": {"type": controller}} if controller != "ECS" else {}
    return service(deploymentConfiguration=configuration, **given, **(more or {}))


def provider(name: str, **members: Any) -> Document:
    """One item of a capacity provider strategy."""
    return {"capacityProvider": name, **members}


def early(**members: Any) -> Document:
    """A rolling deployment with criteria for early success."""
    return deployed(earlySuccessCriteria={"enable": True, **members})


def connected(**alias: Any) -> Document:
    """A service with one client alias."""
    services = [{"portName": "http", "clientAliases": [{"port": 80, **alias}]}]
    return service(serviceConnectConfiguration={"enabled": True, "namespace": "shop", "services": services})


_STRATEGY = "capacityProviderStrategy"
_PERCENT = "deploymentConfiguration.maximumPercent"
_EARLY = "deploymentConfiguration.earlySuccessCriteria"
_DAEMON = "daemons run once on each instance"
_FIELDS = "strategies have fields that they know"
_EXPRESSIONS = "constraints have expressions where they need one"
_OWN = "a strategy has its own settings"

CASES = [
    Case(
        "capacity is chosen in one way",
        service(launchType="EC2", capacityProviderStrategy=[provider("FARGATE", weight=1)]),
        "launchType",
        "Specifying both a launch type and capacity provider strategy is not supported.",
    ),
    Case(
        "a capacity provider has weight",
        service(capacityProviderStrategy=[provider("FARGATE")]),
        _STRATEGY,
        "There are no capacity providers in the capacity provider strategy with a weight value greater than zero",
    ),
    Case(
        "one capacity provider has a base",
        service(capacityProviderStrategy=[provider(name, weight=1, base=1) for name in ("a", "b")]),
        _STRATEGY,
        "There are multiple capacity providers in the specified capacity provider strategy with a base value defined",
    ),
    *(
        Case(_FIELDS, service(placementStrategy=[strategy]), "placementStrategy[0].field", message)
        for strategy, message in (
            ({"type": "random", "field": "host"}, "random field should not be specified"),
            ({"type": "binpack", "field": "disk"}, "binpack field 'disk' is invalid"),
            ({"type": "binpack"}, "binpack field '' is invalid"),
            ({"type": "spread", "field": "zone"}, "spread field 'zone' is invalid"),
        )
    ),
    *(
        Case(_EXPRESSIONS, service(placementConstraints=[constraint]), "placementConstraints[0].expression", message)
        for constraint, message in (
            ({"type": "distinctInstance", "expression": "a"}, "distinctInstance expression should not be specified"),
            ({"type": "memberOf"}, "memberOf expression should be specified"),
        )
    ),
    Case("there is something to run", {"serviceName": "web"}, "taskDefinition", "TaskDefinition can not be blank."),
    Case(
        "task sets bring their own task definitions",
        service(deploymentController={"type": "EXTERNAL"}),
        "taskDefinition",
        "TaskDefinition must be blank",
    ),
    *(
        Case(
            "task sets bring their own traffic",
            {"serviceName": "web", "deploymentController": {"type": "EXTERNAL"}, **members},
            next(iter(members)),
            message,
        )
        for members, message in (
            ({"loadBalancers": [BALANCER]}, "LoadBalancers must be empty or null"),
            (NETWORK, "NetworkConfiguration must be empty or null"),
        )
    ),
    Case(_DAEMON, daemon(desiredCount=0), "desiredCount", "does not support a desired count for services."),
    Case(_DAEMON, daemon(desiredCount=1), "desiredCount", "does not support a desired count for services."),
    Case(
        _DAEMON,
        daemon(placementStrategy=[{"type": "random"}]),
        "placementStrategy",
        "The daemon scheduling strategy does not support placement strategies.",
    ),
    Case(
        _DAEMON,
        daemon(deploymentConfiguration={"maximumPercent": 101}),
        _PERCENT,
        "does not support values above 100 for maximumPercent.",
    ),
    Case(
        _DAEMON,
        daemon(capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}]),
        "capacityProviderStrategy",
        "The daemon scheduling strategy does not support the launch type FARGATE.",
    ),
    Case(
        _DAEMON,
        daemon(launchType="FARGATE"),
        "launchType",
        "The daemon scheduling strategy does not support the launch type FARGATE.",
    ),
    Case(
        _DAEMON,
        daemon(deploymentController={"type": "CODE_DEPLOY"}, loadBalancers=[BALANCER]),
        "deploymentController",
        "The daemon scheduling strategy does not support other deployment controllers than ECS.",
    ),
    Case(
        "daemons stay in their zones",
        daemon(availabilityZoneRebalancing="ENABLED"),
        "availabilityZoneRebalancing",
        "Availability Zone Rebalancing does not support DAEMON services",
    ),
    Case(
        "a deployment can stop or start a task",
        deployed(maximumPercent=100),
        _PERCENT,
        "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments",
    ),
    Case(
        "the percents are in their order",
        deployed(maximumPercent=60, minimumHealthyPercent=70),
        _PERCENT,
        "maximumPercent must be at least minimumHealthyPercent",
    ),
    *(
        Case(
            "only ECS's own controller watches deployments",
            deployed("CODE_DEPLOY", {"loadBalancers": [BALANCER]}, **configuration),
            f"deploymentConfiguration.{next(iter(configuration))}",
            message,
        )
        for configuration, message in (
            (
                {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
                "The deployment circuit breaker needs the deployment controller ECS",
            ),
            (
                {"alarms": {"enable": True, "rollback": True, "alarmNames": ["a"]}},
                "The deployment alarms need the deployment controller ECS",
            ),
        )
    ),
    *(
        Case(
            _OWN,
            deployed(more=SHIFTED, **configuration),
            f"deploymentConfiguration.{next(iter(configuration))}",
            message,
        )
        for configuration, message in (
            (
                {"linearConfiguration": {"stepPercent": 10.0}},
                "linearConfiguration can only be specified with the LINEAR strategy.",
            ),
            (
                {"canaryConfiguration": {"canaryPercent": 10.0}, "strategy": "LINEAR"},
                "canaryConfiguration can only be specified with the CANARY strategy.",
            ),
            (
                {"earlySuccessCriteria": {"enable": False}, "strategy": "BLUE_GREEN"},
                "earlySuccessCriteria can only be specified with the ROLLING strategy.",
            ),
        )
    ),
    Case(
        "there is traffic to shift",
        deployed(strategy="BLUE_GREEN", more={"loadBalancers": [BALANCER]}),
        "deploymentConfiguration.strategy",
        "The deployment strategy needs a load balancer with advancedConfiguration, or Service Connect.",
    ),
    Case(
        "early success is defined",
        early(healthyPercent=99, sourceServiceRevisionCleanup="BLOCKING"),
        f"{_EARLY}.healthyPercent",
        "healthyPercent must be at least minimumHealthyPercent.",
    ),
    Case(
        "early success is defined",
        early(healthyPercent=100),
        f"{_EARLY}.sourceServiceRevisionCleanup",
        "sourceServiceRevisionCleanup must be specified.",
    ),
    Case(
        "platform versions are Fargate's",
        service(launchType="EC2", platformVersion="1.4.0"),
        "platformVersion",
        "The platform version must be null when specifying an EC2 launch type",
    ),
    *(
        Case(
            "only Fargate assigns addresses",
            service(launchType=launch_type, **NETWORK),
            "networkConfiguration.awsvpcConfiguration.assignPublicIp",
            "Assign public IP is not supported for this launch type.",
        )
        for launch_type in ("EC2", "EXTERNAL")
    ),
    Case(
        "a load balancer is of one kind",
        service(loadBalancers=[BALANCER | CLASSIC]),
        "loadBalancers[0].loadBalancerName",
        "loadBalancerName and targetGroupArn cannot both be specified",
    ),
    *(
        Case(
            "classic load balancers are not Fargate's",
            service(loadBalancers=[BALANCER, CLASSIC], **members),
            "loadBalancers[1].loadBalancerName",
            "Classic Load Balancers are not supported with Fargate",
            "loadBalancers",
        )
        for members in (
            {"launchType": "FARGATE"},
            {"capacityProviderStrategy": [provider("FARGATE_SPOT", weight=1)]},
        )
    ),
    Case(
        "CodeDeploy shifts traffic",
        service(deploymentController={"type": "CODE_DEPLOY"}),
        "loadBalancers",
        "the service requires an Application Load Balancer or Network Load Balancer",
    ),
    Case(
        "a registry is given one port",
        service(serviceRegistries=[{"registryArn": "arn:r", "port": 80, "containerName": "web", "containerPort": 80}]),
        "serviceRegistries[0].containerPort",
        "The values specified for serviceRegistries do not require a value for 'containerPort'",
    ),
    *(
        Case(
            "client aliases are names",
            connected(dnsName=name),
            "serviceConnectConfiguration.services[0].clientAliases[0].dnsName",
            "The DNS name that you provided is invalid",
        )
        for name in ("no spaces", "-a", "a..b", "web.")[:3]
    ),
    Case(
        "volumes have a size",
        service(volumeConfigurations=[{"name": "data", "managedEBSVolume": {"roleArn": "r"}}]),
        "volumeConfigurations[0].managedEBSVolume.sizeInGiB",
        "ECS managed EBS volume configuration was invalid",
    ),
    Case(
        "volumes have a size",
        daemon(volumeConfigurations=[{"name": "data", "managedEBSVolume": {"roleArn": "r", "sizeInGiB": 1}}]),
        "volumeConfigurations[0]",
        "ECS managed EBS volume configuration was invalid",
        "volumeConfigurations",
    ),
]

ACCEPTED = [
    service(),
    daemon(),
    daemon(deploymentConfiguration={"maximumPercent": 100}),
    deployed(maximumPercent=200, minimumHealthyPercent=100),
    deployed("CODE_DEPLOY", {"loadBalancers": [BALANCER]}),
    deployed(more=SHIFTED, strategy="LINEAR", linearConfiguration={"stepPercent": 10.0}),
    deployed(more={"serviceConnectConfiguration": {"enabled": True}}, strategy="CANARY"),
    early(healthyPercent=100, sourceServiceRevisionCleanup="DEFERRED"),
    {"serviceName": "web", "deploymentController": {"type": "EXTERNAL"}},
    service(capacityProviderStrategy=[provider("FARGATE", weight=1, base=1), provider("FARGATE_SPOT")]),
    service(launchType="FARGATE", platformVersion="LATEST", **NETWORK),
    service(loadBalancers=[CLASSIC], launchType="EC2"),
    service(serviceRegistries=[{"registryArn": "arn:r"}]),
    connected(dnsName="api.shop"),
    connected(dnsName="api"),
    connected(),
    service(placementStrategy=[{"type": "spread", "field": "attribute:ecs.availability-zone"}, {"type": "random"}]),
    service(placementStrategy=[{"type": "spread", "field": "instanceId"}, {"type": "binpack", "field": "MEMORY"}]),
    service(placementConstraints=[{"type": "distinctInstance"}, {"type": "memberOf", "expression": "a == b"}]),
]
