"""Statuses: what the operator reports, in ECS's words, and the conditions that kstatus and `kubectl wait` read."""

from kubecs.crds.nodes import ARN, LARGEST, NAME, SENTENCE, Schema, integer, listing, moment, record, text, word

_CONDITION = record(
    "One statement about this object.",
    ("type", "status"),
    type=text("What the statement is about, such as Ready.", 316, minLength=1),
    status=word("Whether it holds.", "True", "False", "Unknown"),
    reason=text("Why, in one CamelCase word.", 1024),
    message=text("Why, for a person.", SENTENCE),
    lastTransitionTime=moment("When status last changed."),
    observedGeneration=integer("The generation of the spec that the statement speaks of.", high=LARGEST),
)

COMMON = {
    "observedGeneration": integer("The newest generation of the spec that was worked on; -1: none yet.", -1, LARGEST)
    | {"default": -1},
    "conditions": listing("What holds of this object: Ready, Reconciling, Stalled and more.", _CONDITION, 128, "type"),
}


def _status(description: str, **own: Schema) -> Schema:
    """A status with the members that all have; the empty default makes observedGeneration appear at once."""
    return record(description, **own, **COMMON) | {"default": {}}


def _count(description: str) -> Schema:
    return integer(description)


_DEPLOYMENT = record(
    "One deployment of the service.",
    ("id",),
    id=text("ecs-svc/ and up to 19 digits.", 64, minLength=1),
    status=word("PRIMARY is the newest, ACTIVE an older one that still runs tasks.", "PRIMARY", "ACTIVE", "INACTIVE"),
    taskDefinition=text("ARN of the task definition that it runs.", ARN),
    desiredCount=_count("Tasks that it should run."),
    pendingCount=_count("Its tasks on the way to RUNNING."),
    runningCount=_count("Its tasks in RUNNING."),
    failedTasks=_count("Its tasks in a row that failed to reach RUNNING or to become healthy."),
    rolloutState=word("How far it got.", "IN_PROGRESS", "COMPLETED", "FAILED"),
    rolloutStateReason=text("Why it is in that state.", SENTENCE),
    createdAt=moment("When it began."),
    updatedAt=moment("When it last changed."),
    healthyAt=moment("When a task of it last became healthy, once some have failed: failedTasks counts from then on."),
)

_HISTORY = record(
    "One deployment of the service that has ended.",
    ("id",),
    id=text("ecs-svc/ and up to 19 digits.", 64, minLength=1),
    serviceRevision=_count("Number of its service revision, a ControllerRevision."),
    taskDefinition=text("ARN of the task definition that it was for.", ARN),
    outcome=word("How it ended.", "COMPLETED", "FAILED", "SUPERSEDED", "STOPPED"),
    reason=text("Why it ended so.", SENTENCE),
    createdAt=moment("When it began."),
    finishedAt=moment("When it ended."),
)

_EVENT = record(
    "One message of the service scheduler.",
    ("id",),
    id=text("UUID of the event.", 64, minLength=1),
    createdAt=moment("When it happened."),
    message=text("What happened.", SENTENCE),
)

_CONTAINER = record(
    "One container of the task.",
    name=text("Its name in the task definition."),
    lastStatus=text("PENDING, RUNNING or STOPPED.", 32),
    exitCode=integer("Its exit code, once it has ended.", -(2**31)),
    reason=text("More about how it ended or why it waits.", SENTENCE),
    runtimeId=text("Id of the container at the container runtime."),
    image=text("The image that runs.", 1024),
    healthStatus=word("What its health check says.", "HEALTHY", "UNHEALTHY", "UNKNOWN"),
)

_CLUSTER = text("Short name of its cluster, also where the spec names none or gives an ARN.")

CLUSTER = _status(
    "The cluster as ECS shows it.",
    clusterArn=text("ARN of the cluster.", ARN),
    status=text("ACTIVE, or INACTIVE once it was deleted through the endpoint.", 32),
    activeServicesCount=_count("Services in ACTIVE."),
    runningTasksCount=_count("Tasks in RUNNING."),
    pendingTasksCount=_count("Tasks on the way to RUNNING."),
    registeredContainerInstancesCount=_count("Nodes that belong to the cluster."),
)

TASK_DEFINITION = _status(
    "The family as ECS shows it.",
    latestRevision=_count("Number of the newest revision made from this object."),
    taskDefinitionArn=text("ARN of that revision.", ARN),
    status=text("ACTIVE, or INACTIVE once that revision was deregistered.", 32),
    conditionTypes=text("Types of the conditions that hold, with commas.", 1024),
)

_CONTAINER_IMAGE = record(
    "What the image of one container stands for.",
    ("containerName",),
    containerName=text("The container's name.", NAME, minLength=1),
    image=text("The reference that a task pulled.", 1024),
    imageDigest=text("sha256:… of what it stood for.", 256),
)

REVISION = _status(
    "What the operator has to say about this revision.",
    containerImages=listing(
        "What a task ran; the deployments that start later run the same, unless versionConsistency is disabled.",
        _CONTAINER_IMAGE,
        10,
        "containerName",
    ),
    imagesResolvedBy=text("Id of the deployment whose task that was.", 64),
    conditionTypes=text("Types of the conditions about members that do not carry over as they are, with commas.", 4096),
)

SERVICE = _status(
    "The service as ECS shows it.",
    status=text("ACTIVE, DRAINING or INACTIVE.", 32),
    serviceArn=text("ARN of the service.", ARN),
    cluster=_CLUSTER,
    clusterArn=text("ARN of its cluster.", ARN),
    taskDefinition=text("ARN of the task definition that it runs; after a rollback not what the spec asks for.", ARN),
    desiredCount=_count("Tasks that it should run."),
    runningCount=_count("Tasks in RUNNING."),
    pendingCount=_count("Tasks on the way to RUNNING."),
    deployments=listing("Its deployments, the PRIMARY one first.", _DEPLOYMENT, 100),
    history=listing("The last deployments that have ended, newest first.", _HISTORY, 100),
    events=listing("The newest messages of the service scheduler, newest first.", _EVENT, 100),
    selector=text("Label selector of its Pods, for autoscalers.", SENTENCE),
    createdAt=moment("When the service was created."),
)

TASK = _status(
    "The task as ECS shows it.",
    podUID=text("UID of its Pod; once this is set, no other Pod is ever made for this object.", 64),
    podName=text("Name of its Pod.", 253),
    nodeName=text("Node that it runs or ran on.", 253),
    taskArn=text("ARN of the task.", ARN),
    taskDefinitionArn=text("ARN of its task definition.", ARN),
    cluster=_CLUSTER,
    clusterArn=text("ARN of its cluster.", ARN),
    group=text("family:NAME, or the group that the spec gives.", NAME + 8),
    lastStatus=text("How far it got, from PROVISIONING to STOPPED.", 32),
    desiredStatus=word("What it is heading for.", "PENDING", "RUNNING", "STOPPED"),
    stopCode=text("Why it stopped, in one word.", 64),
    stoppedReason=text("Why it stopped.", SENTENCE),
    exitCode=integer("Exit code of the essential container that ended it.", -(2**31)),
    createdAt=moment("When the task was created."),
    startedAt=moment("When it reached RUNNING."),
    stoppedAt=moment("When it reached STOPPED."),
    containers=listing("Its containers.", _CONTAINER, 64),
)
