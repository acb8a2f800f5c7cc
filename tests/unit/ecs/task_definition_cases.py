"""Task definitions that ECS refuses: one or more for each of its rules, with the member and the words of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.task_definition_rules import OUT_OF_BOUNDS, REQUIRED, RULES
from tests.unit.ecs.documents import (
    FIRST,
    REGION,
    S3_FILE,
    SECOND,
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
    tagged,
    waits,
)

ALL_RULES = (*REQUIRED, *OUT_OF_BOUNDS, *RULES)


@dataclass(frozen=True)
class Case:
    """A document that breaks one rule, and no rule that ECS checks before it.

    Attributes:
        rule: The rule's statement.
        document: The members of RegisterTaskDefinition.
        path: The member at fault.
        message: ECS's words, or a part of them.
    """

    rule: str
    document: Document
    path: str
    message: str


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


def _required() -> Iterator[Case]:
    empty = definition() | {"containerDefinitions": []}
    yield Case("there is a container", empty, "containerDefinitions", "Container list cannot be empty.")
    rule = "containers have names and images"
    yield Case(rule, definition(container(name="")), f"{FIRST}.name", "Container.name should not be null or empty.")
    no_image = definition({"name": "web", "memory": 9})
    yield Case(rule, no_image, f"{FIRST}.image", "Container.image should not be null or empty.")


def _out_of_bounds() -> Iterator[Case]:
    for family in ("we b", "web\n", "", "w" * 256):
        yield Case("a family is a name", definition(family=family), "family", "Family contains invalid characters.")
    mapping = f"{FIRST}.portMappings[0]"
    yield Case(
        "container ports are ports",
        definition(ports({"containerPort": 65_536})),
        f"{mapping}.containerPort",
        "Invalid 'containerPort' setting for container 'web'.",
    )
    yield Case(
        "host ports are ports",
        definition(ports({"containerPort": 80, "hostPort": -1})),
        f"{mapping}.hostPort",
        "Invalid 'hostPort' setting for container 'web'.",
    )
    for range_ in ("90-80", "80", "0-80", "80-99999"):
        yield Case(
            "port ranges are ranges",
            definition(ports({"containerPortRange": range_})),
            f"{mapping}.containerPortRange",
            "Invalid 'containerPortRange' setting for container 'web'.",
        )
    for member in ("memory", "memoryReservation"):
        yield Case(
            "a container has the memory that a runtime needs",
            definition(container(**{member: 5})),
            f"{FIRST}.{member}",
            "Invalid setting for container 'web'. Memory must be at least 6 MiB",
        )
    for what in ("start", "stop"):
        yield Case(
            f"a {what} can take two seconds",
            definition(container(**{f"{what}Timeout": 1})),
            f"{FIRST}.{what}Timeout",
            f"Granular {what} timeout on container 'web' must be at least 2 seconds.",
        )
    yield Case(
        "restarts keep to a period that ECS knows",
        definition(container(restartPolicy={"enabled": True, "restartAttemptPeriod": 59})),
        f"{FIRST}.restartPolicy.restartAttemptPeriod",
        "the 'restartAttemptPeriod' setting for container 'web' must be between 60 and 1800",
    )
    for member, value in (("interval", 4), ("timeout", 61), ("retries", 0), ("startPeriod", 301)):
        yield Case(
            "health checks keep to ECS's times",
            definition(container(healthCheck={"command": ["CMD", "true"], member: value})),
            f"{FIRST}.healthCheck.{member}",
            "Invalid health check setting for container 'web'.",
        )
    yield Case(
        "environment files are few",
        definition(container(environmentFiles=[S3_FILE] * 11)),
        f"{FIRST}.environmentFiles",
        "The maximum number of environment files was exceeded. Specify ten or less and try again",
    )
    for size, rule, word in (
        (20, "ephemeral storage is more than what comes anyway", "at least 21"),
        (201, "ephemeral storage is no more than Fargate has", "at most 200"),
    ):
        document = fargate(ephemeralStorage={"sizeInGiB": size})
        yield Case(rule, document, "ephemeralStorage.sizeInGiB", f"EphemeralStorage size should be {word}")


def _sizes() -> Iterator[Case]:
    yield Case(
        "container names are unique",
        definition(container(), container()),
        f"{SECOND}.name",
        "Container names must be unique within a task definition",
    )
    yield Case(
        "a container is essential",
        definition(container(essential=False)),
        "containerDefinitions",
        "Task definition doesn't have any essential container",
    )
    for cpu in ("much", "", "0", " vCPU", "1 GB", "1.1234567 vCPU"):
        yield Case("task CPU is a size", definition(cpu=cpu), "cpu", "Invalid 'cpu' setting for task.")
    for cpu in ("64", "193 vCPU"):
        yield Case("task CPU is within EC2's range", definition(cpu=cpu), "cpu", "Invalid 'cpu' setting for task.")
    for memory in ("1 vCPU", "much", "0", ".0001 GB"):
        message = "Invalid 'memory' setting for task."
        yield Case("task memory is a size", definition(memory=memory), "memory", message)
    yield Case(
        "every container has memory, or the task has",
        definition({"name": "web", "image": "x"}),
        f"{FIRST}.memory",
        "Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified.",
    )
    yield Case(
        "the hard memory limit covers the reservation",
        definition(container(memoryReservation=256)),
        f"{FIRST}.memory",
        "Invalid setting for container 'web'. 'memory' must be greater than or equal to 'memoryReservation'.",
    )
    for memory in ("512", "0.5 GB", ".5gb"):
        yield Case(
            "no container has more memory than the task",
            definition(container(memory=513), memory=memory),
            f"{FIRST}.memory",
            "The 'memory' setting for container 'web' is greater than for the task",
        )
    for cpu in ("256", "0.25 vCPU"):
        yield Case(
            "container CPU adds up to the task's at most",
            definition(container("a", cpu=200), container("b", cpu=57), cpu=cpu),
            "cpu",
            "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'",
        )
    yield Case(
        "memory reservations add up to the task's memory at most",
        definition(*[container(name, memory=400, memoryReservation=300) for name in "ab"], memory="512"),
        "memory",
        "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'",
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


def _task() -> Iterator[Case]:
    for member, role in (
        ("taskRoleArn", "arn:aws:iam::111122223333:user/me"),
        ("executionRoleArn", "arn:aws:ecs:eu-west-1:111122223333:cluster/x"),
    ):
        yield Case("roles are names or ARNs", definition(**{member: role}), member, "Role is not valid")
    yield Case(
        "there are no accelerators any more",
        definition(inferenceAccelerators=[{"deviceName": "a", "deviceType": "eia2.medium"}]),
        "inferenceAccelerators",
        "Unsupported field 'inferenceAccelerators'",
    )
    for expression, message in (
        ("attribute:stack", "at character 16 an operator of attribute:stack is missing"),
        ("(attribute:stack == prod", "at character 25 ')' is missing"),
        ("stack == prod", "at character 1 attribute:<name> or another subject is missing"),
        ("runningTasksCount =~ 1", "at character 19 an operator of runningTasksCount is missing"),
    ):
        yield Case(
            "constraints are expressions of the cluster query language",
            definition(placementConstraints=[{"type": "memberOf", "expression": expression}]),
            "placementConstraints[0].expression",
            f"Invalid placement constraint expression: {message}.",
        )
    yield Case(
        "on EC2 the instance decides about storage",
        definition(requiresCompatibilities=["EC2"], ephemeralStorage={"sizeInGiB": 30}),
        "ephemeralStorage",
        "Tasks using the EC2 launch type do not support EphemeralStorage",
    )
    yield Case(
        "a trusted environment is a managed instance's",
        definition(trustedExecutionConfiguration={"isolationMode": "CONFIDENTIAL_SANDBOX"}),
        "trustedExecutionConfiguration",
        "only supported on the MANAGED_INSTANCES launch type",
    )
    for key in ("aws:x", "AWS:x"):
        yield Case("AWS keeps its own tags", tagged("a", key), "tags[1].key", "reserved for AWS")
    yield Case("tag keys are unique", tagged("a", "b", "a"), "tags[2].key", "'a' is used twice")


def _fargate_sizes() -> Iterator[Case]:
    only = "Fargate only supports network mode 'awsvpc'."
    yield Case("Fargate tasks use awsvpc", fargate(networkMode="bridge"), "networkMode", only)
    both = fargate(requiresCompatibilities=["EC2", "FARGATE"], networkMode="host")
    yield Case("Fargate tasks use awsvpc", both, "networkMode", only)
    for member in ("cpu", "memory"):
        document = {name: value for name, value in fargate().items() if name != member}
        words = f"Fargate requires that '{member}' be defined at the task level."
        yield Case("Fargate tasks have a size", document, member, words)
    rule, message = "the size is one that Fargate sells", "No Fargate configuration exists for given values."
    for cpu, memory, path in (
        ("256", "600", "memory"),
        ("256", "4096", "memory"),
        ("300", "512", "cpu"),
        ("1 vCPU", "1 GB", "memory"),
        ("8192", "17408", "memory"),
    ):
        yield Case(rule, fargate(cpu=cpu, memory=memory), path, message)
    windows = fargate(runtimePlatform=WINDOWS, cpu="512", memory="1024")
    yield Case("Windows needs a whole virtual CPU", windows, "cpu", message)


def _fargate_values() -> Iterator[Case]:
    rule, words = "the agent has a role for what it does", "Fargate requires task definition to have execution role ARN"
    in_ecr = container(image="111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1")
    with_secret = container(secrets=[{"name": "A", "valueFrom": "a"}])
    for made, member, what in (
        (logs("awslogs", group="g", **REGION, **{"stream-prefix": "p"}), "logConfiguration", "log driver awslogs"),
        (in_ecr, "image", "ECR images"),
        (with_secret, "secrets", "secrets"),
        (logs("splunk", secret="s"), "logConfiguration.secretOptions", "secrets"),
    ):
        yield Case(rule, fargate(made), f"{FIRST}.{member}", f"{words} to support {what}.")
    yield Case(
        "containers stop soon enough",
        fargate(container(stopTimeout=121)),
        f"{FIRST}.stopTimeout",
        "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds.",
    )
    yield Case(
        "nothing is privileged",
        fargate(container(privileged=True)),
        f"{FIRST}.privileged",
        "Fargate requires that the 'privileged' setting be 'false'.",
    )
    yield Case(
        "logs go where Fargate sends them",
        fargate(logs("json-file")),
        f"{FIRST}.logConfiguration.logDriver",
        "json-file is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]",
    )
    yield Case(
        "capabilities are Fargate's",
        fargate(linux(capabilities={"add": ["SYS_PTRACE", "NET_ADMIN"]})),
        f"{FIRST}.linuxParameters.capabilities.add[1]",
        "NET_ADMIN is not allowed on Fargate.",
    )
    loose = fargate(mounted(), volumes=[{"name": "v"}, {"name": "w"}, {"name": "x"}])
    yield Case("volumes are mounted", loose, "volumes", "Volumes [w, x] are not referenced by any of the containers")
    yield Case(
        "processes are the task's own",
        fargate(pidMode="host"),
        "pidMode",
        "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.",
    )
    yield Case(
        "AWS chooses where to run",
        fargate(placementConstraints=[{"type": "memberOf", "expression": "attribute:x == y"}]),
        "placementConstraints",
        "Fargate compatible task definitions do not support constraints",
    )


def _not_on_fargate() -> Iterator[Case]:
    def case(words: str, document: Document, path: str) -> Case:
        return Case(f"Fargate has no {words}", document, path, f"do not support {words}.")

    yield case("devices", fargate(linux(devices=[{"hostPath": "/dev/x"}])), f"{FIRST}.linuxParameters.devices")
    for member in ("sharedMemorySize", "maxSwap", "swappiness"):
        yield case(member, fargate(linux(**{member: 1})), f"{FIRST}.linuxParameters.{member}")
    options = fargate(container(dockerSecurityOptions=["no-new-privileges"]))
    yield case("dockerSecurityOptions", options, f"{FIRST}.dockerSecurityOptions")
    gpu = fargate(container(resourceRequirements=[{"type": "GPU", "value": "1"}]))
    yield case("GPU resource requirements", gpu, f"{FIRST}.resourceRequirements")
    docker = fargate(mounted(), volumes=[{"name": "v", "dockerVolumeConfiguration": {"scope": "task"}}])
    yield case("dockerVolumeConfiguration", docker, "volumes[0].dockerVolumeConfiguration")
    host = fargate(mounted(), volumes=[{"name": "v", "host": {"sourcePath": "/x"}}])
    yield case("the host path of a volume", host, "volumes[0].host.sourcePath")
    yield case("ipcMode", fargate(ipcMode="task"), "ipcMode")


CASES: tuple[Case, ...] = (
    *_required(),
    *_out_of_bounds(),
    *_sizes(),
    *_ports(),
    *_volumes(),
    *_order(),
    *_containers(),
    *_network(),
    *_task(),
    *_fargate_sizes(),
    *_fargate_values(),
    *_not_on_fargate(),
)

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
    fargate(runtimePlatform=WINDOWS, cpu="1024", memory="2048"),
)
