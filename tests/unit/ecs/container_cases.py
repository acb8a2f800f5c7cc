"""Task definitions that ECS refuses for what they say of containers, their order, volumes and network."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.ecs.case import Case
from tests.unit.ecs.documents import (
    FIRST,
    REGION,
    S3_FILE,
    SECOND,
    container,
    definition,
    efs,
    fargate,
    logs,
    mounted,
    ports,
    proxied,
    router,
    waits,
)


def _ports() -> Iterator[Case]:
    yield Case(
        "a port mapping has a port or a range",
        definition(ports({"containerPort": 80, "containerPortRange": "80-90"})),
        f"{FIRST}.portMappings[0].containerPortRange",
        "It cannot specify both single port and port range.",
    )
    for mode in ("awsvpc", "host"):
        yield Case(
            "host ports equal container ports where they are the same thing",
            definition(ports({"containerPort": 80, "hostPort": 8080}), networkMode=mode),
            f"{FIRST}.portMappings[0].hostPort",
            f"When networkMode={mode}, the host ports and container ports in port mappings must match.",
        )
    yield Case(
        "a container port is used once where containers share an address",
        definition(ports({"containerPort": 80}, {"containerPort": 80, "protocol": "tcp"}), networkMode="host"),
        f"{FIRST}.portMappings[1]",
        "The container port 80/tcp is used multiple times.",
    )
    yield Case(
        "a container port is used once where containers share an address",
        definition(ports({"containerPort": 85}, {"containerPortRange": "80-90"}), networkMode="awsvpc"),
        f"{FIRST}.portMappings[1]",
        "The container port 80/tcp is used multiple times.",
    )
    yield Case(
        "port names are unique in the task",
        definition(ports({"containerPort": 80, "name": "web"}, {"containerPort": 81, "name": "web"})),
        f"{FIRST}.portMappings[1].name",
        "The port mapping name 'web' is already used.",
    )
    yield Case(
        "a port with an application protocol has a name",
        definition(ports({"containerPort": 80, "appProtocol": "http"})),
        f"{FIRST}.portMappings[0].appProtocol",
        "Invalid 'appProtocol' setting for container 'web'.",
    )


def _volumes() -> Iterator[Case]:
    twice = definition(volumes=[{"name": "v"}, {"name": "v"}])
    yield Case("volume names are unique", twice, "volumes[1].name", "'v' is used twice")
    mixed = definition(volumes=[{"name": "v", "host": {"sourcePath": "/x"}, "configuredAtLaunch": True}])
    yield Case("a volume is of one kind", mixed, "volumes[0]", "one kind of configuration")
    mount = f"{FIRST}.mountPoints[0].sourceVolume"
    yield Case("mounted volumes exist", definition(mounted()), mount, "Unknown volume 'v'")
    yield Case("mounted volumes exist", definition(mounted(), volumes=[{"name": "w"}]), mount, "Unknown volume 'v'")
    yield Case(
        "containers that lend their mounts exist",
        definition(container(volumesFrom=[{"sourceContainer": "db"}])),
        f"{FIRST}.volumesFrom[0].sourceContainer",
        "Invalid 'volumesFrom' setting. Unknown container: 'db'",
    )
    for encryption in ({}, {"transitEncryption": "DISABLED"}):
        yield Case(
            "EFS knows who asks over an encrypted line only",
            efs(authorizationConfig={"iam": "ENABLED"}, **encryption),
            "volumes[0].efsVolumeConfiguration.transitEncryption",
            "EFS IAM authorization requires TransitEncryption to be enabled",
        )
    yield Case(
        "a port for encryption goes with encryption",
        efs(transitEncryptionPort=2049),
        "volumes[0].efsVolumeConfiguration.transitEncryption",
        "TransitEncryptionPort requires that TransitEncryption is enabled",
    )
    yield Case(
        "an access point brings its own root",
        efs(rootDirectory="/x", transitEncryption="ENABLED", authorizationConfig={"accessPointId": "fsap-1"}),
        "volumes[0].efsVolumeConfiguration.rootDirectory",
        'When using an EFS access point, the root directory must either be set to "/" or be omitted',
    )


def _order() -> Iterator[Case]:
    dependency = f"{FIRST}.dependsOn[0]"
    yield Case(
        "awaited containers exist",
        definition(waits("db", "START")),
        f"{dependency}.containerName",
        "Cannot depend on container + 'db' because it does not exist",
    )
    for condition in ("SUCCESS", "COMPLETE"):
        yield Case(
            "only a non-essential container's end is awaited",
            definition(waits("db", condition), container("db")),
            f"{dependency}.condition",
            "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
        )
    yield Case(
        "health is awaited of containers with a health check",
        definition(waits("db", "HEALTHY"), container("db")),
        f"{dependency}.condition",
        "A dependency container with HEALTHY condition must have health check configured",
    )
    rule, message = "no container waits for itself", "Container dependencies should not have a cycle"
    yield Case(rule, definition(waits("web", "START")), f"{FIRST}.dependsOn", message)
    circle = definition(waits("b", "START", "a"), waits("a", "START", "b"))
    yield Case(rule, circle, f"{FIRST}.dependsOn", message)
    for mode in ("awsvpc", "host", "none"):
        yield Case(
            "links need a bridge",
            definition(container(links=["db"]), container("db"), networkMode=mode),
            f"{FIRST}.links",
            f"Links are not supported when networkMode={mode}",
        )
    yield Case(
        "linked containers exist",
        definition(container(links=["db:data"]), container("dbx")),
        f"{FIRST}.links[0]",
        "Invalid 'links' setting. Unknown container: 'db'",
    )
    rule, message = "no container is linked to itself", "Container links should not have a cycle"
    yield Case(rule, definition(container(links=["web:other"])), f"{FIRST}.links", message)
    circle = definition(container("a", links=["b"]), container("b", links=["a:x"]))
    yield Case(rule, circle, f"{FIRST}.links", message)


def _containers() -> Iterator[Case]:
    yield Case(
        "at most one container routes logs",
        definition(router("a"), router("b")),
        f"{SECOND}.firelensConfiguration",
        "at most one firelens container",
    )
    yield Case(
        "logs for FireLens have a router",
        definition(logs("awsfirelens")),
        f"{FIRST}.logConfiguration.logDriver",
        "When awsfirelens log driver is specified in log configuration, a firelens container must be configured.",
    )
    options = f"{FIRST}.logConfiguration.options"
    both = "Log driver awslogs requires options: awslogs-region, awslogs-group"
    yield Case("awslogs knows where to write", definition(logs("awslogs")), options, both)
    yield Case("awslogs knows where to write", definition(logs("awslogs", **REGION)), options, ": awslogs-group")
    yield Case(
        "awslogs knows where to write",
        fargate(logs("awslogs", group="g", **REGION), executionRoleArn="agent"),
        options,
        "Log driver awslogs requires options: awslogs-stream-prefix",
    )
    for reference in ("arn:aws:secretsmanager:eu-west-1:db", ""):
        yield Case(
            "secrets are names or ARNs",
            definition(container(secrets=[{"name": "A", "valueFrom": reference}])),
            f"{FIRST}.secrets[0].valueFrom",
            "Invalid arn syntax",
        )
    yield Case(
        "secrets are names or ARNs",
        definition(logs("splunk", secret="arn:x")),
        f"{FIRST}.logConfiguration.secretOptions[0].valueFrom",
        "Invalid arn syntax",
    )
    yield Case(
        "secrets are names or ARNs",
        definition(container(repositoryCredentials={"credentialsParameter": "arn:aws"})),
        f"{FIRST}.repositoryCredentials.credentialsParameter",
        "Invalid arn syntax",
    )
    for value in ("s3://bucket/some.env", "arn:aws:s3:::bucket"):
        yield Case(
            "environment files are objects in S3",
            definition(container(environmentFiles=[S3_FILE, S3_FILE | {"value": value}])),
            f"{FIRST}.environmentFiles[1].value",
            "Invalid arn syntax",
        )
    for soft, hard in ((2, 1), (-1, 1)):
        yield Case(
            "soft limits are below hard ones",
            definition(container(ulimits=[{"name": "nofile", "softLimit": soft, "hardLimit": hard}])),
            f"{FIRST}.ulimits",
            "The soft limit cannot be greater than the hard limit.",
        )


def _network() -> Iterator[Case]:
    for member, value, words in (
        ("hostname", "h", "hostname is"),
        ("extraHosts", [{"hostname": "h", "ipAddress": "192.0.2.1"}], "Extra hosts are"),
        ("dnsServers", ["192.0.2.1"], "DNS servers are"),
        ("dnsSearchDomains", ["example.com"], "DNS search domains are"),
        ("disableNetworking", True, "Disable Networking is"),
    ):
        yield Case(
            f"the interface decides, not {member}",
            definition(container(**{member: value}), networkMode="awsvpc"),
            f"{FIRST}.{member}",
            f"{words} not supported on container when networkMode=awsvpc",
        )
    yield Case(
        "the proxy is one of the containers",
        proxied("envoy"),
        "proxyConfiguration.containerName",
        "Proxy container [envoy] does not exist",
    )
    yield Case(
        "a proxy needs an interface of the task's own",
        proxied(networkMode="bridge"),
        "networkMode",
        "APPMESH proxy configuration is only supported in networkMode=awsvpc",
    )
    at = "proxyConfiguration.properties"
    yield Case("a proxy has ports", proxied(ingress=None), at, "Ingress port not found")
    yield Case("a proxy has ports", proxied(egress=None), at, "Egress port not found")
    yield Case(
        "faults are injected where the task or the host has the interface",
        definition(enableFaultInjection=True, networkMode="bridge"),
        "enableFaultInjection",
        "Fault injection is only supported when networkMode is awsvpc or host.",
    )


CASES: tuple[Case, ...] = (*_ports(), *_volumes(), *_order(), *_containers(), *_network())
