"""The decision about one ECSTask: its one Pod, at most once ever, and its status in ECS's words.

The Pod is created behind a scheduling gate, which is removed only after `status.podUID` was written. So a Pod that
went before anybody knew of it never ran, and one that ran is known: a podUID or a record forbids a second one.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from kubecs.ecs.errors import EcsError
from kubecs.ecs.values import task_definition_arn
from kubecs.plan import conditions, taskstatus
from kubecs.plan.actions import Action, Create, Delete, Event, Patch, Plan, Ref
from kubecs.plan.companions import companion_actions
from kubecs.plan.containerstate import STOPPED
from kubecs.plan.identity import identity_actions
from kubecs.plan.launchtype import launch_type
from kubecs.plan.refusal import Refusal, invalid
from kubecs.plan.runs import Pod, labels_of
from kubecs.plan.taskadmission import Admitted, admit
from kubecs.plan.tasksnapshot import TaskSnapshot, pod_name
from kubecs.plan.taskstate import is_terminal, task_state
from kubecs.plan.timestamps import maybe
from kubecs.plan.usermetadata import users_own
from kubecs.translate import labels
from kubecs.translate.companions import companions
from kubecs.translate.launchvolumes import launch_volumes
from kubecs.translate.maps import Maps
from kubecs.translate.networkpolicy import isolation
from kubecs.translate.owner import owner_reference
from kubecs.translate.pod import PodContext, pod_template
from kubecs.translate.restart import restarts
from kubecs.translate.serviceaccount import service_account_name
from kubecs.translate.subnets import zones_of

Steps = tuple[tuple[Action, ...], ...]


def plan_task(snapshot: TaskSnapshot, now: datetime) -> Plan:
    """Decide, from what is known of the task's one Pod: its record, its end, itself, that it went, or nothing."""
    if snapshot.task["metadata"].get("deletionTimestamp"):
        return Plan()
    known = snapshot.status.get("podUID")
    if snapshot.record is not None:
        return _stopped(snapshot, taskstatus.of_record(snapshot, snapshot.record, now), now)
    if snapshot.status.get("lastStatus") == STOPPED:
        return _stopped(snapshot, None, now)
    if snapshot.pod is not None and known in (None, snapshot.pod["metadata"]["uid"]):
        return _present(snapshot, snapshot.pod, now)
    if known is not None:
        return replace(taskstatus.vanished(snapshot, now), steps=_stray_pod(snapshot, known))
    return _started(snapshot, now)


def _stopped(snapshot: TaskSnapshot, status: Mapping[str, Any] | None, now: datetime) -> Plan:
    """The end: keep the status, take a stray Pod away, and the object itself when its time to live is over."""
    pod_uid = (status or snapshot.status).get("podUID")
    steps = _stray_pod(snapshot, pod_uid)
    seconds = snapshot.kubernetes.get("ttlSecondsAfterFinished")
    since = maybe(snapshot.status.get("stoppedAt"))
    if seconds is None or since is None:
        return Plan(steps=steps, status=status)  # without a written stoppedAt the time has not begun
    remaining = seconds - (now - since).total_seconds()
    if remaining > 0:
        return Plan(steps=steps, status=status, requeue_after=remaining)
    metadata = snapshot.task["metadata"]
    own = Ref(labels.API_VERSION, "ECSTask", metadata["namespace"], metadata["name"], metadata["uid"])
    return Plan(steps=(*steps, (Delete(own, f"it stopped {seconds} s ago (ttlSecondsAfterFinished)"),)))


def _stray_pod(snapshot: TaskSnapshot, known: str | None) -> Steps:
    """A second Pod, made on an old view of things: its gate was never removed, so it never ran."""
    pod = snapshot.pod
    if pod is None or pod["metadata"]["uid"] == known or pod["metadata"].get("deletionTimestamp"):
        return ()
    return ((Delete(_ref(pod), "the task has had its Pod; it never gets a second one"),),)


def _present(snapshot: TaskSnapshot, pod: Pod, now: datetime) -> Plan:
    """The Pod is there: write down that it is, and only when that is written let it be scheduled."""
    steps: Steps = ()
    gate = _gate_index(pod)
    if gate is not None and snapshot.status.get("podUID") and not pod["metadata"].get("deletionTimestamp"):
        steps = ((Patch(_ref(pod), _ungate(pod, gate), "its uid is written down: let it be scheduled"),),)
    isolating = companion_actions(isolation(labels_of(pod), snapshot.account.namespace), snapshot.companions)
    steps = (isolating, *steps) if isolating and not is_terminal(pod) else steps
    return Plan(steps=steps, status=taskstatus.of_pod(snapshot, pod, task_state(pod, now), now))


def _gate_index(pod: Pod) -> int | None:
    gates = [gate["name"] for gate in pod["spec"].get("schedulingGates") or ()]
    return gates.index(labels.GATE_RECORDED) if labels.GATE_RECORDED in gates else None


def _ungate(pod: Pod, index: int) -> tuple[Mapping[str, Any], ...]:
    path = f"/spec/schedulingGates/{index}"
    return (
        {"op": "test", "path": "/metadata/uid", "value": pod["metadata"]["uid"]},
        {"op": "test", "path": f"{path}/name", "value": labels.GATE_RECORDED},
        {"op": "remove", "path": path},
    )


def _started(snapshot: TaskSnapshot, now: datetime) -> Plan:
    admitted = admit(snapshot)
    if isinstance(admitted, Refusal):
        return taskstatus.refused(snapshot, admitted, now)
    role = admitted.definition.task_role_arn
    try:
        identities = identity_actions(role, snapshot.account, snapshot.identities)
        manifest = pod_manifest(snapshot, admitted)
    except EcsError as error:
        return taskstatus.refused(snapshot, invalid(error), now)
    name = manifest["metadata"]["name"]
    what = f"{admitted.resolved.family}:{admitted.resolved.number}"
    create = Create(manifest, f"run {what} once, for ECSTask {snapshot.task['metadata']['name']}")
    beside = companion_actions(wanted_companions(snapshot, admitted), snapshot.companions)
    return Plan(
        steps=tuple(step for step in (identities, beside, (create,)) if step),
        events=(
            Event("Normal", "TaskStarted", f"created Pod {name} for {what}"),
            *_role_notice(snapshot, role),
            *_restart_notice(snapshot, admitted),
            *conditions.begun((), taskstatus.notices(snapshot)),
        ),
    )


def _role_notice(snapshot: TaskSnapshot, role: str | None) -> tuple[Event, ...]:
    if role is None or snapshot.account.grant(role) is not None:
        return ()
    message = f"taskRoleArn: ECSAccount spec.roles has no entry for {role}; its ServiceAccount is bound to nothing"
    return (Event("Warning", "RoleNotMapped", message),)


def _restart_notice(snapshot: TaskSnapshot, admitted: Admitted) -> tuple[Event, ...]:
    """In a task on its own only the API server's own rules let the kubelet start a container again."""
    named = [each.name or "" for each in admitted.definition.container_definitions if restarts(each)]
    if not named or snapshot.settings.container_restart_rules:
        return ()
    message = f"restartPolicy of {', '.join(named)}: this API server keeps no restart policies of single containers"
    return (Event("Warning", "RestartPolicyNotApplied", message),)


def pod_manifest(snapshot: TaskSnapshot, admitted: Admitted) -> dict[str, Any]:
    """The Pod of an ECSTask, gated.

    Raises:
        ClientException: The task definition cannot be rendered, or its role is none.
    """
    template = pod_template(admitted.definition, _context(snapshot, admitted), standalone=True)
    metadata = {
        "name": pod_name(snapshot.task),
        "namespace": snapshot.task["metadata"]["namespace"],
        **template["metadata"],
        "ownerReferences": [owner_reference(snapshot.task)],
    }
    spec = {**template["spec"], "schedulingGates": [{"name": labels.GATE_RECORDED}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def wanted_companions(snapshot: TaskSnapshot, admitted: Admitted) -> list[dict[str, Any]]:
    """What has to be there before the Pod of an ECSTask."""
    owner = owner_reference(snapshot.task)
    return companions(admitted.definition, _maps(snapshot), snapshot.account.namespace, owner)


def _maps(snapshot: TaskSnapshot) -> Maps:
    return replace(snapshot.account.maps, scope=pod_name(snapshot.task))


def _context(snapshot: TaskSnapshot, admitted: Admitted) -> PodContext:
    resolved, definition, kubernetes = admitted.resolved, admitted.definition, snapshot.kubernetes
    account = snapshot.account.id
    return PodContext(
        cluster=snapshot.cluster,
        account=account,
        task_definition_arn=task_definition_arn(account, resolved.family, resolved.number),
        family=resolved.family,
        revision=resolved.number,
        launch_type=launch_type(snapshot.spec),
        service_account=service_account_name(definition.task_role_arn, account),
        mount_token=definition.task_role_arn is not None,
        extra_labels=users_own(kubernetes.get("podLabels")),
        extra_annotations=users_own(kubernetes.get("podAnnotations")) | _notes(snapshot, resolved.family),
        tolerations=tuple(kubernetes.get("tolerations") or ()),
        priority_class=kubernetes.get("priorityClassName"),
        shim=snapshot.settings.shim,
        container_restart_rules=snapshot.settings.container_restart_rules,
        maps=_maps(snapshot),
        launch_volumes=launch_volumes(snapshot.spec.get("volumeConfigurations")),
        zones=zones_of(snapshot.spec, snapshot.account.maps),
    )


def _notes(snapshot: TaskSnapshot, family: str) -> dict[str, str]:
    started_by = snapshot.spec.get("startedBy")
    return {
        labels.OWNER_OBJECT: snapshot.task["metadata"]["name"],
        labels.TASK_GROUP: snapshot.spec.get("group") or f"family:{family}",
        **({labels.STARTED_BY: started_by} if started_by else {}),
    }


def _ref(pod: Pod) -> Ref:
    metadata = pod["metadata"]
    return Ref("v1", "Pod", metadata["namespace"], metadata["name"], metadata["uid"])
