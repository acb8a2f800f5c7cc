"""What is watched, and by whom: our few own kinds by kopf, everything that comes in numbers by our informers."""

from dataclasses import dataclass

from kubecs.kube import resources as kube
from kubecs.kube.resources import Resource
from kubecs.translate import labels

OURS = f"{labels.MANAGED_BY}={labels.MANAGER}"


@dataclass(frozen=True, slots=True)
class Selected:
    """A resource, and the label selector of the objects that concern us."""

    resource: Resource
    label_selector: str | None = OURS


INFORMED = (
    Selected(kube.PODS),  # first: the operator follows them from a mark
    Selected(kube.REPLICA_SETS),
    Selected(kube.DEPLOYMENTS),
    Selected(kube.DAEMON_SETS),
    Selected(kube.CONTROLLER_REVISIONS, f"{OURS},!controller-revision-hash"),  # not those that DaemonSets keep
    Selected(kube.POD_DISRUPTION_BUDGETS),
    Selected(kube.SERVICE_ACCOUNTS),
    Selected(kube.ROLE_BINDINGS),
    Selected(kube.SERVICES, None),  # a name that somebody else has must not be taken
    Selected(kube.NETWORK_POLICIES),
    Selected(kube.PERSISTENT_VOLUME_CLAIMS),
    Selected(kube.NODES, None),
    Selected(kube.ECS_TASK_DEFINITION_REVISIONS, None),
    Selected(kube.ECS_TASK_RECORDS, None),
)

# Those of which the cluster may have none; of each the first version that is served.
EXTERNAL_SECRETS = (kube.EXTERNAL_SECRETS, kube.EXTERNAL_SECRETS_BETA)
RESOURCE_CLAIMS = (kube.RESOURCE_CLAIM_TEMPLATES,)

WATCHED = (
    kube.ECS_ACCOUNTS,
    kube.ECS_CLUSTERS,
    kube.ECS_TASK_DEFINITIONS,
    kube.ECS_SERVICES,
    kube.ECS_TASKS,
)


def informed(namespace: str | None) -> tuple[Selected, ...]:
    """What informers watch: who serves one namespace has no right to see what belongs to none."""
    return tuple(each for each in INFORMED if namespace is None or each.resource.namespaced)
