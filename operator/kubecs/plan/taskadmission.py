"""What an ECSTask must pass before its Pod is made, read from top to bottom; what it then runs."""

from dataclasses import dataclass

from kubecs.ecs.errors import EcsError
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.validation import validate_task_definition
from kubecs.plan.account import Account
from kubecs.plan.references import Resolved, resolve
from kubecs.plan.tasksnapshot import TaskSnapshot
from kubecs.translate.restricted import restricted_uses

OVERRIDDEN = ("containerOverrides", "cpu", "memory", "taskRoleArn", "executionRoleArn", "ephemeralStorage")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why no Pod is made.

    Attributes:
        reason: The reason of conditions and Event, CamelCase.
        message: What is wrong and where.
        missing: Something is not there (yet).
    """

    reason: str
    message: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Admitted:
    """The revision that the task runs, and its document, read."""

    resolved: Resolved
    definition: RegisterTaskDefinitionRequest


def admit(snapshot: TaskSnapshot) -> Admitted | Refused:
    """Check an ECSTask that has no Pod yet."""
    spec = snapshot.spec
    if spec.get("count", 1) != 1:
        return Refused("CountNotAvailable", "count: an ECSTask is one task; make one object for each")
    if any((spec.get("overrides") or {}).get(member) for member in OVERRIDDEN):
        return Refused("OverridesNotAvailable", "overrides: they have no effect yet, and without them it is not run")
    if not snapshot.cluster_known:
        return Refused("ClusterNotFound", f"Cluster not found: {snapshot.cluster} (spec.cluster)", missing=True)
    resolution = resolve(spec.get("taskDefinition") or "", snapshot.revisions, snapshot.family_object)
    if not isinstance(resolution, Resolved):
        return Refused(resolution.reason, f"{resolution.message} (spec.taskDefinition)", missing=True)
    return _usable(snapshot.account, resolution)


def _usable(account: Account, resolved: Resolved) -> Admitted | Refused:
    try:
        definition = validate_task_definition(resolved.revision["spec"]["taskDefinition"])
    except EcsError as error:
        return Refused("InvalidTaskDefinition", f"{error.code}: {error.message} ({error.path})")
    forbidden = account.refusals(restricted_uses(definition))
    if forbidden:
        return Refused("NotAllowed", "; ".join(each.message for each in forbidden))
    role = account.role_refusal("taskRoleArn", definition.task_role_arn)
    return Refused("RoleNotAllowed", role.message) if role else Admitted(resolved, definition)
