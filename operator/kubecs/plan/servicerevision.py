"""Which service revision a service runs: the newest, one found again after a crash, or a new one rendered now.

A pod template is rendered once for each ECS deployment and used verbatim from its ControllerRevision afterwards, so
that an upgrade of kubecs replaces no Pod.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kubecs.ecs.errors import EcsError
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.plan import accountchange, parameters, rollback
from kubecs.plan.checks import usable
from kubecs.plan.containerimages import known_images
from kubecs.plan.deploymentid import began, first_deployment_id, next_deployment_id
from kubecs.plan.launchtype import launch_type
from kubecs.plan.references import Resolved
from kubecs.plan.refusal import Refusal, invalid
from kubecs.plan.snapshot import Manifest, ServiceSnapshot
from kubecs.plan.timestamps import rfc3339
from kubecs.plan.usermetadata import users_own
from kubecs.translate import labels
from kubecs.translate.companions import companions
from kubecs.translate.controllerrevision import (
    RevisionOwner,
    ServiceRevision,
    controller_revision,
    parameters_hash,
    read_revision,
)
from kubecs.translate.deployment import service_pod_annotations, service_pod_labels
from kubecs.translate.health import min_ready_seconds
from kubecs.translate.launchvolumes import launch_volumes
from kubecs.translate.maps import Maps
from kubecs.translate.networkpolicy import isolation
from kubecs.translate.owner import owner_reference
from kubecs.translate.pod import PodContext, pod_template
from kubecs.translate.serviceaccount import service_account_name
from kubecs.translate.subnets import zones_of
from kubecs.translate.versionconsistency import KnownImages

UNKNOWN = {"unknown": True}  # parameters of a revision that was found again without them


@dataclass(frozen=True, slots=True)
class Chosen:
    """The service revision to run, its ControllerRevision, and whether that has still to be created.

    `rolled_back` says that it is not what the spec asks for, since that has failed.
    """

    revision: ServiceRevision
    manifest: Manifest
    create: bool
    rolled_back: bool = False


def previous_number(spec: Mapping[str, Any], newest: Manifest | None) -> int | None:
    """The task definition revision that the reference stands for since the service's own parameters last changed.

    Args:
        spec: The ECSService's spec.
        newest: Its newest service revision, if there is one.
    """
    if newest is None or newest["data"].get("requested") != parameters.requested(spec, newest):
        return None
    failed = (newest["data"].get("rolledBackFrom") or {}).get("parameters") or {}
    return int((failed.get("taskDefinition") or newest["data"]["taskDefinition"]).rpartition(":")[2])


def choose(snapshot: ServiceSnapshot, resolution: Resolved, now: datetime) -> Chosen | Refusal:
    """The revision for the service's parameters as they are now."""
    wanted = accountchange.parameters_now(snapshot, resolution, now)
    lost = _lost(snapshot, wanted)
    if lost is not None:
        return Chosen(lost, controller_revision(lost, revision_owner(snapshot)), create=True)
    newest = snapshot.newest_revision
    if newest is not None and rollback.stands_for(newest, wanted):
        good = rollback.due(snapshot, newest)
        if good is not None:
            return _back_to(snapshot, newest, good, now)
        return Chosen(read_revision(newest), newest, create=False, rolled_back=rollback.differs(newest, wanted))
    return _rendered(snapshot, resolution, wanted, now)


def _back_to(snapshot: ServiceSnapshot, failed: Manifest, good: Manifest, now: datetime) -> Chosen:
    revision = rollback.rolled_back(snapshot, failed, good, now)
    manifest = controller_revision(revision, revision_owner(snapshot))
    return Chosen(revision, manifest, create=True, rolled_back=True)


def revision_owner(snapshot: ServiceSnapshot) -> RevisionOwner:
    """What the ControllerRevisions of a service have in common."""
    return RevisionOwner(
        child_name=snapshot.child_name,
        namespace=snapshot.namespace,
        reference=owner_reference(snapshot.service),
        cluster=snapshot.cluster,
        service=snapshot.name,
    )


def _number(snapshot: ServiceSnapshot) -> int:
    return int(snapshot.newest_revision["revision"]) if snapshot.newest_revision else 0


def _lost(snapshot: ServiceSnapshot, wanted: Mapping[str, Any]) -> ServiceRevision | None:
    """The revision that the Deployment runs, when no ControllerRevision holds it: from the Deployment's own template.

    Both are written at the same time, so a crash can leave one without the other.
    """
    deployment = snapshot.deployment
    if deployment is None:
        return None
    notes = deployment["metadata"].get("annotations") or {}
    number = int(notes.get(labels.SERVICE_REVISION, 0))
    if number <= _number(snapshot):
        return None
    template = deployment["spec"]["template"]
    same = notes.get(labels.PARAMETERS_HASH) == parameters_hash(wanted)
    return ServiceRevision(
        number=number,
        parameters=wanted if same else UNKNOWN,
        template={"metadata": _named(template["metadata"]), "spec": template["spec"]},
        task_definition=template["metadata"]["annotations"][labels.TASK_DEFINITION],
        deployment_id=notes[labels.DEPLOYMENT_ID],
        min_ready_seconds=deployment["spec"].get("minReadySeconds", 0),
        requested=parameters.requested(snapshot.spec, snapshot.newest_revision) if same else UNKNOWN,
        waiting=parameters.waiting(snapshot.spec) if same else {},
        created_at=rfc3339(began(notes[labels.DEPLOYMENT_ID])),
        companions=isolation(template["metadata"].get("labels") or {}, snapshot.namespace),
    )


def _named(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: metadata[name] for name in ("labels", "annotations") if metadata.get(name)}


def _rendered(
    snapshot: ServiceSnapshot, resolution: Resolved, wanted: Mapping[str, Any], now: datetime
) -> Chosen | Refusal:
    found = usable(snapshot, resolution)
    if isinstance(found, Refusal):
        return found
    new_id = _new_id(snapshot, resolution, now)
    try:
        context = replace(_context(snapshot, found, wanted, new_id), images=_known_images(snapshot, resolution, wanted))
        template = pod_template(found, context, standalone=False)
    except EcsError as error:
        return invalid(error)
    revision = ServiceRevision(
        number=_number(snapshot) + 1,
        parameters=wanted,
        template=template,
        task_definition=wanted["taskDefinition"],
        deployment_id=new_id,
        min_ready_seconds=min_ready_seconds(found, snapshot.settings.steady_seconds),
        requested=parameters.requested(snapshot.spec, snapshot.newest_revision),
        waiting=parameters.waiting(snapshot.spec),
        created_at=rfc3339(began(new_id)),
        companions=companions(found, _maps(snapshot), snapshot.namespace, owner_reference(snapshot.service)),
    )
    return Chosen(revision, controller_revision(revision, revision_owner(snapshot)), create=True)


def _new_id(snapshot: ServiceSnapshot, resolution: Resolved, now: datetime) -> str:
    if snapshot.newest_revision is None:
        return first_deployment_id(snapshot.service, resolution.revision, now)
    return next_deployment_id(snapshot.newest_revision, now)


def _maps(snapshot: ServiceSnapshot) -> Maps:
    return replace(snapshot.account.maps, scope=snapshot.child_name)


def _known_images(snapshot: ServiceSnapshot, resolution: Resolved, wanted: Mapping[str, Any]) -> KnownImages:
    """What an earlier task of the task definition ran; nothing in a deployment that is forced, which asks anew."""
    newest = snapshot.newest_revision
    if newest is not None and _restarted_at(newest["data"]["parameters"]) != _restarted_at(wanted):
        return {}
    return known_images(resolution.revision.get("status") or {})


def _restarted_at(values: Mapping[str, Any]) -> str | None:
    return (values.get("kubernetes") or {}).get("restartedAt")


def _context(
    snapshot: ServiceSnapshot, definition: RegisterTaskDefinitionRequest, wanted: Mapping[str, Any], new_id: str
) -> PodContext:
    kubernetes = snapshot.spec.get("kubernetes") or {}
    arn: str = wanted["taskDefinition"]
    own_labels = service_pod_labels(snapshot.cluster, snapshot.name, new_id)
    own_notes = service_pod_annotations(snapshot.name, snapshot.service["metadata"]["name"])
    return PodContext(
        cluster=snapshot.cluster,
        account=snapshot.account.id,
        task_definition_arn=arn,
        family=definition.family,
        revision=int(arn.rpartition(":")[2]),
        launch_type=launch_type(snapshot.spec),
        service_account=service_account_name(definition.task_role_arn, snapshot.account.id),
        mount_token=definition.task_role_arn is not None,
        extra_labels=users_own(kubernetes.get("podLabels")) | own_labels,
        extra_annotations=users_own(kubernetes.get("podAnnotations")) | own_notes,
        tolerations=tuple(kubernetes.get("tolerations") or ()),
        priority_class=kubernetes.get("priorityClassName"),
        shim=snapshot.settings.shim,
        container_restart_rules=snapshot.settings.container_restart_rules,
        maps=_maps(snapshot),
        launch_volumes=launch_volumes(snapshot.spec.get("volumeConfigurations")),
        zones=zones_of(snapshot.spec, snapshot.account.maps),
    )
