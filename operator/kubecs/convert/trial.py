"""The operator's own decisions about a resource, made without a cluster: what it would create, or why it would not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from kubecs.convert.found import CONDITION, REFUSED, Remark
from kubecs.convert.items import Service, TaskDefinition, refusal
from kubecs.ecs.errors import EcsError
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.plan import checks, conditions
from kubecs.plan.account import Account
from kubecs.plan.actions import Apply, Create, Plan
from kubecs.plan.identity import wanted_identity
from kubecs.plan.references import Resolved
from kubecs.plan.refusal import not_allowed
from kubecs.plan.service import plan_service
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.task import pod_manifest, wanted_companions
from kubecs.plan.taskadmission import Admitted
from kubecs.plan.tasksnapshot import TaskSnapshot
from kubecs.translate import labels, names
from kubecs.translate.servicefindings import service_findings

# The clock of every conversion, so that the same documents always give the same manifests.
NOW = datetime(1970, 1, 1, tzinfo=UTC)
UID = "00000000-0000-0000-0000-000000000000"

_SUMMARY = frozenset({conditions.READY, conditions.RECONCILING, conditions.STALLED, "Available"})

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """What the operator would make, and what it would say."""

    manifests: tuple[Manifest, ...]
    remarks: tuple[Remark, ...]


def service_manifest(members: Mapping[str, Any]) -> Manifest:
    """The ECSService of a service, without a namespace."""
    cluster = names.cluster_name(members.get("cluster"))
    name = names.service_object_name(cluster, members["serviceName"])
    return {
        "apiVersion": labels.API_VERSION,
        "kind": "ECSService",
        "metadata": {"name": name},
        "spec": dict(members),
    }


def try_service(
    service: Service, definition: TaskDefinition | None, account: Account, cluster: Mapping[str, Any] | None = None
) -> Trial:
    """Plan a service that is accepted by ECS.

    Args:
        service: It.
        definition: The task definition that it names; None: it is not among the documents, and only what needs none
            is decided.
        account: The account that it would be in.
        cluster: The members of its cluster, if they are among the documents.
    """
    number = _number(definition)
    snapshot = replace(_snapshot(service, definition, number, account), cluster_object=cluster and {"spec": cluster})
    if definition is None or definition.model is None:
        refused = checks.refusal(snapshot)
        return Trial((), (_refused(refused.reason, refused.message),) if refused else ())
    try:
        plan = plan_service(snapshot, NOW)
    except EcsError as error:
        return Trial((), (refusal(error),))
    stated = _conditions(plan)
    if not plan.steps:
        triple = next((each for each in stated if each["type"] == conditions.READY), {})
        return Trial((), (_refused(triple.get("reason", ""), triple.get("message", "")),))
    of_members = {each.condition for each in service_findings(service.members, account.maps)}
    said = [
        Remark(CONDITION, "", each["type"], each.get("message", ""))
        for each in stated
        if each["type"] not in _SUMMARY | of_members and each["status"] == "True"
    ]
    said += [_unserved(each) for each in stated if each["type"] == conditions.STALLED and each["status"] == "True"]
    return Trial(_made(plan), tuple(said))


def _unserved(stalled: Mapping[str, Any]) -> Remark:
    """The tasks would run, but what traffic comes through is missing."""
    return Remark(CONDITION, "", stalled.get("reason", ""), stalled.get("message", ""))


def _number(definition: TaskDefinition | None) -> int:
    return definition.registered.number if definition and definition.registered else 1


def _refused(reason: str, message: str) -> Remark:
    return Remark(REFUSED, "", reason, message)


def _snapshot(service: Service, definition: TaskDefinition | None, number: int, account: Account) -> ServiceSnapshot:
    manifest = service_manifest(service.members)
    manifest["metadata"] |= {"namespace": account.namespace, "uid": UID, "generation": 1}
    revisions: tuple[Manifest, ...] = ()
    if definition is not None:
        family = definition.members["family"]
        manifest["spec"]["taskDefinition"] = f"{family}:{number}"
        revisions = (_revision(definition, number),)
    return ServiceSnapshot(
        service=manifest,
        account=account,
        cluster_known=True,
        family_object=None,
        revisions=revisions,
        deployment=None,
        service_revisions=(),
        replica_sets=(),
        tasks=(),
    )


def _revision(definition: TaskDefinition, number: int) -> Manifest:
    document = {name: value for name, value in definition.members.items() if name != "tags"}
    return {
        "apiVersion": labels.API_VERSION,
        "kind": "ECSTaskDefinitionRevision",
        "metadata": {"name": names.revision_object_name(definition.members["family"], number)},
        "spec": {"taskDefinition": document, "revision": number, "lifecycle": "ACTIVE"},
    }


def _conditions(plan: Plan) -> list[Mapping[str, Any]]:
    return list((plan.status or {}).get("conditions") or ())


def _made(plan: Plan) -> tuple[Manifest, ...]:
    actions = [action for step in plan.steps for action in step]
    return tuple(dict(each.manifest) for each in actions if isinstance(each, (Apply, Create)))


def try_task(definition: TaskDefinition, account: Account) -> Trial:
    """Render a task definition as a task on its own: its ServiceAccount with bindings, companions, and last its Pod."""
    model = definition.model
    if model is None:
        return Trial((), ())
    number = _number(definition)
    resolved = Resolved(_revision(definition, number))
    forbidden = not_allowed(account, model)
    if forbidden:
        return Trial((), (_refused(forbidden.reason, forbidden.message),))
    snapshot, admitted = _task_snapshot(model, number, account), Admitted(resolved, model)
    try:
        pod = pod_manifest(snapshot, admitted)
        identity = wanted_identity(model.task_role_arn, account)
    except EcsError as error:
        return Trial((), (refusal(error),))
    return Trial((*identity, *wanted_companions(snapshot, admitted), pod), ())


def _task_snapshot(model: RegisterTaskDefinitionRequest, number: int, account: Account) -> TaskSnapshot:
    fargate = model.requires_compatibilities == ("FARGATE",)
    task = {
        "apiVersion": labels.API_VERSION,
        "kind": "ECSTask",
        "metadata": {"name": names.object_name(model.family), "namespace": account.namespace, "uid": UID},
        "spec": {"taskDefinition": f"{model.family}:{number}", **({"launchType": "FARGATE"} if fargate else {})},
    }
    return TaskSnapshot(task=task, account=account, cluster_known=True, family_object=None, revisions=(), pod=None)
