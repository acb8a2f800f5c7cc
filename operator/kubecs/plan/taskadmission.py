"""What an ECSTask must pass before its Pod is made, read from top to bottom; what it then runs."""

from dataclasses import dataclass

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.plan.references import Resolved, resolve
from kubecs.plan.refusal import Refusal, definition_of, resolution_refusal
from kubecs.plan.tasksnapshot import TaskSnapshot

OVERRIDDEN = ("containerOverrides", "cpu", "memory", "taskRoleArn", "executionRoleArn", "ephemeralStorage")


@dataclass(frozen=True, slots=True)
class Admitted:
    """The revision that the task runs, and its document, read."""

    resolved: Resolved
    definition: RegisterTaskDefinitionRequest


def admit(snapshot: TaskSnapshot) -> Admitted | Refusal:
    """Check an ECSTask that has no Pod yet."""
    spec = snapshot.spec
    if spec.get("count", 1) != 1:
        return Refusal("CountNotAvailable", "count: an ECSTask is one task; make one object for each")
    if any((spec.get("overrides") or {}).get(member) for member in OVERRIDDEN):
        return Refusal("OverridesNotAvailable", "overrides: they have no effect yet, and without them it is not run")
    if not snapshot.cluster_known:
        return Refusal("ClusterNotFound", f"Cluster not found: {snapshot.cluster} (spec.cluster)", missing=True)
    reference = spec.get("taskDefinition") or ""
    resolution = resolve(reference, snapshot.revisions, snapshot.family_object)
    if not isinstance(resolution, Resolved):
        return resolution_refusal(resolution, reference, snapshot.family_object)
    definition = definition_of(snapshot.account, resolution)
    return definition if isinstance(definition, Refusal) else Admitted(resolution, definition)
