"""Task definitions that ECS refuses, one or more for each of its rules, and others that it takes."""

from __future__ import annotations

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.task_definition_rules import OUT_OF_BOUNDS, REQUIRED, RULES
from tests.unit.ecs import container_cases, fargate_cases, task_cases
from tests.unit.ecs.case import Case
from tests.unit.ecs.documents import (
    REGION,
    S3_FILE,
    WINDOWS,
    Document,
    container,
    definition,
    efs,
    fargate,
    linux,
    logs,
    mounted,
    ports,
    proxied,
    router,
    waits,
)

ALL_RULES = (*REQUIRED, *OUT_OF_BOUNDS, *RULES)


def broken_rule(document: Document) -> str | None:
    """The statement of the first rule that a well-formed document breaks; None when it breaks none."""
    read = RegisterTaskDefinitionRequest.model_validate(document)
    return next((rule.statement for rule in ALL_RULES if next(rule.check(read), None)), None)


def broken_rules(document: Document) -> set[str]:
    """The statements of all rules that a well-formed document breaks, up to one that hides those after it."""
    read = RegisterTaskDefinitionRequest.model_validate(document)
    found: set[str] = set()
    for rule in ALL_RULES:
        try:
            if next(rule.check(read), None):
                found.add(rule.statement)
        except ClientException:  # the rule reads a size or range that an earlier rule has found unreadable
            return found
    return found


CASES: tuple[Case, ...] = (*task_cases.CASES, *container_cases.CASES, *fargate_cases.CASES)

ACCEPTED: tuple[Document, ...] = (
    definition(),
    definition({"name": "web", "image": "x"}, memory="512"),
    definition({"name": "web", "image": "x", "memoryReservation": 6}),
    definition(ports({"containerPort": 80}, {"containerPort": 80, "protocol": "udp"}), networkMode="awsvpc"),
    definition(ports({"containerPort": 80, "hostPort": 0}), networkMode="host"),
    definition(ports({"containerPort": 80, "hostPort": 8080}, {"containerPort": 80, "hostPort": 8081})),
    definition(ports({"containerPortRange": "1-65535"})),
    definition(ports({"containerPort": 80, "name": "web", "appProtocol": "http2"})),
    definition(waits("db", "COMPLETE"), container("db", essential=False)),
    definition(waits("db", "HEALTHY"), container("db", healthCheck={"command": ["CMD", "true"]})),
    definition(waits("b", "START", "a"), waits("c", "START", "b"), container("c")),
    definition(container(links=["db:data"]), container("db"), networkMode="bridge"),
    definition(container(healthCheck={"command": ["powershell", "-c", "true"]})),
    definition(volumes=[{"name": "v", "host": {}, "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]),
    efs(transitEncryption="ENABLED", transitEncryptionPort=2049, authorizationConfig={"iam": "ENABLED"}),
    efs(rootDirectory="/", authorizationConfig={"accessPointId": "fsap-1"}),
    efs(rootDirectory="/x"),
    definition(container(ulimits=[{"name": "core", "softLimit": -1, "hardLimit": -1}])),
    definition(container(ulimits=[{"name": "core", "softLimit": 9, "hardLimit": -1}])),
    definition(logs("awslogs", group="g", **REGION)),
    definition(logs("awsfirelens"), router()),
    definition(logs("json-file")),
    definition(container(secrets=[{"name": "A", "valueFrom": "/path/to/parameter"}])),
    definition(container(secrets=[{"name": "A", "valueFrom": "arn:aws:ssm:eu-west-1:111122223333:parameter/x"}])),
    definition(container(environmentFiles=[S3_FILE] * 10)),
    definition(container(hostname="h", extraHosts=[], dnsServers=["192.0.2.1"]), networkMode="bridge"),
    definition(container(extraHosts=[], dnsServers=[], dnsSearchDomains=[], links=[]), networkMode="awsvpc"),
    definition(container(disableNetworking=False), networkMode="awsvpc"),
    proxied(),
    definition(enableFaultInjection=True, networkMode="host"),
    definition(enableFaultInjection=False),
    definition(placementConstraints=[{"type": "memberOf", "expression": ""}, {"type": "memberOf"}]),
    definition(
        placementConstraints=[
            {"type": "memberOf", "expression": "task:group =~ service:.* or attribute:a in [b, 'c d']"}
        ]
    ),
    definition(taskRoleArn="role", executionRoleArn="arn:aws-cn:iam::111122223333:role/path/to/role"),
    definition(taskRoleArn="arn:aws:iam::${AWS::AccountId}:role/x"),
    definition(requiresCompatibilities=["EC2"]),
    definition(
        requiresCompatibilities=["MANAGED_INSTANCES"],
        trustedExecutionConfiguration={"isolationMode": "CONFIDENTIAL_SANDBOX"},
    ),
    definition(tags=[{"key": "Überschrift\u00a0三", "value": "é/ß=+-@: _."}, {"key": "uws:x"}]),
    definition(cpu="192 vCPU", memory="999999 GB"),
    definition(cpu="128", memory=".2 gb"),
    fargate(),
    fargate(
        logs("awslogs", group="g", **REGION, **{"stream-prefix": "p"}),
        executionRoleArn="agent",
    ),
    fargate(cpu=".25 vCPU", memory="1GB"),
    fargate(cpu="16 vCPU", memory="40960"),
    fargate(container(stopTimeout=120, privileged=False)),
    fargate(linux(capabilities={"add": ["SYS_PTRACE"], "drop": ["NET_RAW"]}, devices=[])),
    fargate(pidMode="task", ephemeralStorage={"sizeInGiB": 200}, placementConstraints=[]),
    fargate(mounted(), volumes=[{"name": "v", "host": {}}]),
    fargate(mounted(), volumes=[{"name": "v", "host": {"sourcePath": ""}}]),
    definition(volumes=[{"name": "v", "host": {"sourcePath": ""}, "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]),
    fargate(runtimePlatform=WINDOWS, cpu="1024", memory="2048"),
)
