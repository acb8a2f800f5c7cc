"""What to do about a symptom: one table from the words of conditions, stop codes and the scheduler to a next step."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """One row: symptoms that match the pattern, and what a person does about them."""

    pattern: re.Pattern[str]
    step: str


def _row(pattern: str, step: str) -> Advice:
    return Advice(re.compile(pattern), step)


# The first row that matches a symptom speaks for it, so the special ones come before the general.
ADVICE: tuple[Advice, ...] = (
    _row(r"^ClusterNotFound", "Create the ECSCluster that spec.cluster names, or correct the name."),
    _row(
        r"^TaskDefinition(NotFound|Inactive|Missing)",
        "Apply the ECSTaskDefinition, or name a revision that is ACTIVE: kubectl get ecstdr.",
    ),
    _row(r"^TaskDefinitionNotRegistered", "See why it has no revision: kubectl describe ecstaskdefinition."),
    _row(r"^InvalidTaskDefinitionReference", "Write spec.taskDefinition as family, family:revision or a full ARN."),
    _row(
        r"^(InvalidService|InvalidTaskDefinition|InvalidRole)\b",
        "Correct the member that the message names and apply again; kubectl ecs explain MEMBER tells what is allowed.",
    ),
    _row(r"^NameMismatch", "Name the object as the message says, or correct the member that the name follows from."),
    _row(r"^RoleNotAllowed", "Add the role to spec.allow.roles of the ECSAccount, or use another role."),
    _row(
        r"^NotAllowed",
        "Allow it in spec.allow of the ECSAccount if this namespace may have it, or take the member out.",
    ),
    _row(
        r"^\w+NotAvailable",
        "Use the ECS controller and the ROLLING strategy; the others are not there yet.",
    ),
    _row(
        r"^(TargetGroup|ServiceRegistry|ServiceConnect)NotMapped",
        "Say in the ECSAccount which Kubernetes Service stands for it, or map it to none: docs/accounts.md.",
    ),
    _row(r"^ServiceNameTaken", "Rename the other Service of that name, or choose another name in the ECSAccount."),
    _row(r"^ServicePortMissing", "Give the task definition the port that is asked for: portMappings."),
    _row(
        r"^RolledBack",
        "Correct what made the deployment fail (events and records are above), then apply the task definition again "
        "or change spec.kubernetes.restartedAt.",
    ),
    _row(
        r"^DeploymentFailed",
        "Correct what made its tasks fail (events and records are above); the next deployment starts anew.",
    ),
    _row(r"^ServiceFailed", "See why the service that the message names is Stalled: kubectl ecs why SERVICE."),
    _row(r"^Paused", "Take spec.kubernetes.paused away when the work that it protects is done."),
    _row(
        r"^DeploymentBlocked",
        "Raise maximumPercent or lower minimumHealthyPercent, so that one task can start or stop.",
    ),
    _row(
        r"^(TasksRefused|Kubernetes(Forbidden|Invalid)).*quota",
        "Raise the ResourceQuota of the namespace, or lower the desired count or the sizes.",
    ),
    _row(
        r"^(TasksRefused|Kubernetes(Forbidden|Invalid)).*PodSecurity",
        "Lower the namespace's Pod Security level, or take out what it refuses.",
    ),
    _row(
        r"^(TasksRefused|Kubernetes(Forbidden|Invalid))",
        "Ask whoever runs the policy that the message names; it is tried again by itself.",
    ),
    _row(
        r"^Unschedulable.*(Insufficient|Too many pods)",
        "Add nodes, or lower cpu and memory of the task definition: no node has so much left.",
    ),
    _row(r"^Unschedulable.*taint", "Add tolerations in spec.kubernetes, or nodes without that taint."),
    _row(r"^Unschedulable.*(affinity|selector)", "Add nodes of the architecture or kind that the task asks for."),
    _row(r"^Unschedulable.*free ports", "Two tasks want one host port: use more nodes, or hostPort 0."),
    _row(
        r"^Unschedulable.*(volume|PersistentVolumeClaim)", "See why the volume cannot be bound: kubectl describe pvc."
    ),
    _row(r"^Unschedulable", "See what keeps the nodes from taking it: kubectl describe pod."),
    _row(
        r"ResourceInitializationError",
        "Check the entry in the ECSAccount's maps, and that the Secret or ConfigMap and its "
        "key exist in this namespace.",
    ),
    _row(
        r"CannotPullContainerError.*(401|403|denied|unauthorized|authentication)",
        "Give the node the registry's password: repositoryCredentials, or spec.registries of the ECSAccount.",
    ),
    _row(r"CannotPullContainerError", "Check the image's name and tag, and that the nodes reach the registry."),
    _row(
        r"CannotCreateContainerError",
        "See what the container lacks: kubectl describe pod; often a missing Secret, ConfigMap or mount.",
    ),
    _row(r"CannotStartContainerError", "Check entryPoint, command and user: the program could not be started."),
    _row(
        r"OutOfMemoryError|exit code 137",
        "Raise memory of the container, or look for a leak: it was killed (137), mostly for using too much.",
    ),
    _row(r"exit code 139", "The program crashed (139, segmentation fault): look into its output."),
    _row(r"exit code 143", "It was told to stop (143); if nobody did, look for what ends it."),
    _row(
        r"exit code 12[67]",
        "The command cannot be run (126) or is not in the image (127): check entryPoint and command.",
    ),
    _row(r"exit code 0\b", "The program ended by itself without an error: a service's program has to go on running."),
    _row(r"exit code", "The program ended with an error: its last lines are above, more with kubectl ecs logs."),
    _row(
        r"^TaskFailedToStart.*startTimeout",
        "A container that others wait for took too long: raise startTimeout, or look at it.",
    ),
    _row(r"^TaskFailedToStart", "See the container that did not start, above."),
    _row(
        r"^TerminationNotice|^InfrastructureHealth",
        "The node went or was drained; the service starts tasks elsewhere. See kubectl get nodes.",
    ),
    _row(r"health check|UNHEALTHY", "The health check fails: run it inside the container, or raise startPeriod."),
)
NOTHING = "Nothing: all is as the spec wants it."
WAIT = "Wait: it is on its way. kubectl ecs rollout status follows it."
_PROGRESS = re.compile(
    r"^(DeploymentInProgress|Scaling|Pending|Provisioning|Starting|Stopping|Deprovisioning|Registered|ServicesUpdating)"
)
_NO_HARM = re.compile(r"^(ServiceSchedulerInitiated|UserInitiated|EssentialContainerExited)")


def advise(symptoms: Iterable[str]) -> list[str]:
    """The steps for the symptoms, each once, in the symptoms' order; with no symptom, that there is nothing to do."""
    steps, waits = [], False
    for symptom in symptoms:
        row = next((row for row in ADVICE if row.pattern.search(symptom)), None)
        if row is not None:
            steps.append(row.step)
        elif _PROGRESS.search(symptom):
            waits = True
        elif not _NO_HARM.search(symptom):
            steps.append(f"Look into: {symptom}")
    return list(dict.fromkeys(steps)) or [WAIT if waits else NOTHING]
