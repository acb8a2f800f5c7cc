"""The checks that an ECSService passes before anything of it is touched: a chain, read from top to bottom.

A check returns a Refusal or None. A refused service keeps running what it ran before.
"""

from collections.abc import Callable

from kubecs.ecs.errors import EcsError
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.validation import validate_service, validate_service_of
from kubecs.plan.references import Resolved
from kubecs.plan.refusal import Refusal, definition_of, described
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.translate import names
from kubecs.translate.deploymentverdicts import UNSUPPORTED, no_controller, no_strategy

Check = Callable[[ServiceSnapshot], Refusal | None]


def check_name(snapshot: ServiceSnapshot) -> Refusal | None:
    """The object is named after cluster and service, so that etcd keeps the pair unique."""
    expected = names.service_object_name(snapshot.cluster, snapshot.name)
    actual = snapshot.service["metadata"]["name"]
    if actual == expected:
        return None
    where = f"service {snapshot.name} in cluster {snapshot.cluster}"
    return Refusal("NameMismatch", f"metadata.name: the {where} must be named {expected}, not {actual}")


def check_deployment_controller(snapshot: ServiceSnapshot) -> Refusal | None:
    """Deployments run under ECS's own controller, rolling."""
    controller = (snapshot.spec.get("deploymentController") or {}).get("type", "ECS")
    strategy = (snapshot.spec.get("deploymentConfiguration") or {}).get("strategy", "ROLLING")
    if controller != "ECS":
        return Refusal("DeploymentControllerNotAvailable", f"{UNSUPPORTED}: {no_controller(controller)}")
    if strategy != "ROLLING":
        return Refusal("DeploymentStrategyNotAvailable", f"{UNSUPPORTED}: {no_strategy(strategy)}")
    return None


def check_task_definition_named(snapshot: ServiceSnapshot) -> Refusal | None:
    """A service under ECS's own deployment controller names a task definition."""
    if snapshot.spec.get("taskDefinition"):
        return None
    return Refusal("TaskDefinitionMissing", "taskDefinition: a task definition must be given")


def check_cluster(snapshot: ServiceSnapshot) -> Refusal | None:
    """The cluster exists; `default` always does."""
    if snapshot.cluster_known:
        return None
    return Refusal("ClusterNotFound", f"Cluster not found: {snapshot.cluster} (spec.cluster)", missing=True)


CHECKS: tuple[Check, ...] = (
    check_name,
    check_deployment_controller,
    check_task_definition_named,
    check_cluster,
)


def refusal(snapshot: ServiceSnapshot) -> Refusal | None:
    """The first refusal of the chain."""
    return next((found for check in CHECKS if (found := check(snapshot))), None)


def usable(snapshot: ServiceSnapshot, resolution: Resolved) -> RegisterTaskDefinitionRequest | Refusal:
    """Read the service and the revision's task definition, and hold them against what the account allows."""
    own = {name: value for name, value in snapshot.spec.items() if name != "kubernetes"}
    if snapshot.daemon and own.get("desiredCount") == 1:
        del own["desiredCount"]  # the CRD's default
    try:
        service = validate_service(own)
        found = definition_of(snapshot.account, resolution)
        if not isinstance(found, Refusal):
            validate_service_of(service, found)
    except EcsError as error:
        return Refusal("InvalidService", described(error))
    return found
