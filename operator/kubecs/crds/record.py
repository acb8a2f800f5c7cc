"""The spec of an ECSTaskRecord: one stopped task in the shape in which ECS describes a task, and where it ran."""

from kubecs.crds.nodes import (
    ARN,
    LARGEST,
    NAME,
    SENTENCE,
    Schema,
    flag,
    integer,
    listing,
    mapping,
    moment,
    record,
    text,
    word,
)

EXIT_CODE_MIN = -(2**31)

_HEALTH = ("HEALTHY", "UNHEALTHY", "UNKNOWN")

_ATTACHMENT_DETAIL = record(
    "One fact about the attachment.",
    name=text("Name of the fact."),
    value=text("Its value.", SENTENCE),
)

_ATTACHMENT = record(
    "Something attached to the task, such as a network interface.",
    id=text("Its id."),
    type=text("What it is."),
    status=text("How far it got."),
    details=listing("Facts about it.", _ATTACHMENT_DETAIL, 64),
)

_ATTRIBUTE = record(
    "One attribute of the task.",
    ("name",),
    name=text("Name of the attribute."),
    value=text("Its value."),
    targetType=text("Kind of the target."),
    targetId=text("Id or ARN of the target.", ARN),
)

_NETWORK_BINDING = record(
    "One port of the container that can be reached.",
    bindIP=text("Address that the port is bound to.", 64),
    containerPort=integer("Port in the container.", high=65535),
    hostPort=integer("Port on the node.", high=65535),
    protocol=word("Transport.", "tcp", "udp"),
    containerPortRange=text("Range of ports in the container.", 16),
    hostPortRange=text("Range of ports on the node.", 16),
)

_NETWORK_INTERFACE = record(
    "One network interface of the container.",
    attachmentId=text("Id of the attachment that it comes from."),
    privateIpv4Address=text("IPv4 address.", 64),
    ipv6Address=text("IPv6 address.", 64),
)

_MANAGED_AGENT = record(
    "One agent that runs in the container beside its program.",
    name=text("Name of the agent."),
    lastStatus=text("How far it got.", 32),
    lastStartedAt=moment("When it last started."),
    reason=text("Why it is in that state.", SENTENCE),
)

_CONTAINER = record(
    "One container as it ended.",
    containerArn=text("ARN of the container.", ARN),
    taskArn=text("ARN of the task.", ARN),
    name=text("Its name in the task definition."),
    image=text("The image as the task definition names it.", 1024),
    imageDigest=text("Digest of the image that ran.", 256),
    runtimeId=text("Id of the container at the container runtime."),
    lastStatus=text("STOPPED.", 32),
    exitCode=integer("Its exit code; absent when it never ran.", EXIT_CODE_MIN),
    reason=text("More about how it ended.", SENTENCE),
    networkBindings=listing("Its reachable ports.", _NETWORK_BINDING, 100),
    networkInterfaces=listing("Its network interfaces.", _NETWORK_INTERFACE, 16),
    healthStatus=word("What its health check said last.", *_HEALTH),
    managedAgents=listing("Agents that ran in it.", _MANAGED_AGENT, 4),
    cpu=text("CPU units set aside for it.", 32),
    memory=text("Most memory that it might use, in MiB.", 32),
    memoryReservation=text("Memory set aside for it, in MiB.", 32),
    gpuIds=listing("Ids of its GPUs.", text("Id of a GPU."), 32),
)

_EPHEMERAL_STORAGE = record("Disk space of the task.", sizeInGiB=integer("Size in GiB."))

_KUBERNETES = record(
    "Where and how the task ran in Kubernetes.",
    cluster=text("Short name of the ECS cluster."),
    taskDefinition=text("family:revision of the task definition.", 300),
    podName=text("Name of the Pod.", 253),
    podUID=text("UID of the Pod.", 64),
    nodeName=text("Node that the Pod ran on.", 253),
    exitCode=integer("Exit code of the essential container that ended the task.", EXIT_CODE_MIN),
    object=text("Name of the ECSService or ECSTask that the task ran for.", 253),
    lastLogs=mapping("The last lines of each container's output, by container name.", 64, 16384),
)


def task_record_spec(overrides: Schema, tags: Schema) -> Schema:
    """The spec of a record.

    Args:
        overrides: Structural schema of TaskOverride.
        tags: Structural schema of tags.
    """
    return record(
        "The stopped task as ECS describes it. Can't be changed.",
        ("taskArn", "clusterArn", "taskDefinitionArn", "lastStatus", "desiredStatus", "stoppedAt"),
        taskArn=text("ARN of the task; its last part is the name of this object.", ARN),
        clusterArn=text("ARN of its cluster.", ARN),
        taskDefinitionArn=text("ARN of its task definition.", ARN),
        containerInstanceArn=text("ARN of the container instance, which is a node.", ARN),
        group=text("service:NAME, family:NAME, or what RunTask was given.", NAME + 8),
        startedBy=text("Deployment id, or what RunTask was given.", 128),
        launchType=word("Launch type that it ran with.", "EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"),
        capacityProviderName=text("Capacity provider that it ran on."),
        platformVersion=text("Platform version that it ran with.", 32),
        platformFamily=text("Operating system that it ran on.", 64),
        availabilityZone=text("Zone of its node.", 63),
        lastStatus=word("How far it got.", "STOPPED"),
        desiredStatus=word("What it was heading for.", "STOPPED"),
        stopCode=text("Why it stopped, in one word.", 64),
        stoppedReason=text("Why it stopped.", SENTENCE),
        healthStatus=word("What its health checks said last.", *_HEALTH),
        cpu=text("CPU units of the task.", 32),
        memory=text("Memory of the task, in MiB.", 32),
        connectivity=word("Whether its node could be reached.", "CONNECTED", "DISCONNECTED"),
        connectivityAt=moment("When that last changed."),
        enableExecuteCommand=flag("Whether commands could be run in it."),
        **_moments(),
        attachments=listing("What was attached to it.", _ATTACHMENT, 16),
        attributes=listing("Its attributes.", _ATTRIBUTE, 64),
        containers=listing("Its containers.", _CONTAINER, 64),
        overrides=overrides,
        ephemeralStorage=_EPHEMERAL_STORAGE,
        tags=tags,
        version=integer("Counts the changes that ECS saw.", high=LARGEST),
        kubernetes=_KUBERNETES,
    )


def _moments() -> dict[str, Schema]:
    return {
        "createdAt": moment("When it was created."),
        "pullStartedAt": moment("When the first image pull began."),
        "pullStoppedAt": moment("When the last image pull ended."),
        "startedAt": moment("When it reached RUNNING; absent when it never did."),
        "stoppingAt": moment("When its stop began."),
        "executionStoppedAt": moment("When its last container had ended."),
        "stoppedAt": moment("When it reached STOPPED."),
    }
