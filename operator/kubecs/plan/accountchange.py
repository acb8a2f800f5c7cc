"""An ECSAccount that comes late, goes, or comes back: every ARN is another then, and what runs had better go on."""

from datetime import datetime, timedelta
from typing import Any

from kubecs.ecs.values import short_name, task_definition_arn
from kubecs.plan import parameters, rollback
from kubecs.plan.references import Resolved
from kubecs.plan.snapshot import Manifest, ServiceSnapshot
from kubecs.plan.timestamps import parse
from kubecs.translate.controllerrevision import read_revision
from kubecs.translate.serviceaccount import service_account_name


def parameters_now(snapshot: ServiceSnapshot, resolution: Resolved, now: datetime) -> dict[str, Any]:
    """The deploying parameters of a service as it is now: equal ones mean the same ECS deployment.

    Those in force stay if they differ in the account and region of the task definition's ARN alone, and its role
    means the same ServiceAccount. What has just begun, begins anew: objects may be applied in any order.
    """
    arn = task_definition_arn(snapshot.account.id, resolution.family, resolution.number)
    newest = snapshot.newest_revision
    fresh = parameters.resolved(snapshot.spec, arn, newest)
    if newest is None or _just_begun(newest, snapshot, now) or _other_role(newest, snapshot, resolution):
        return fresh
    for known in rollback.stood_for(newest):
        told = str(known.get("taskDefinition"))
        if short_name(told) == short_name(arn) and fresh | {"taskDefinition": told} == known:
            return dict(known)
    return fresh


def _just_begun(newest: Manifest, snapshot: ServiceSnapshot, now: datetime) -> bool:
    age = now - parse(newest["data"]["createdAt"])
    return age < timedelta(seconds=snapshot.settings.missing_grace_seconds)


def _other_role(newest: Manifest, snapshot: ServiceSnapshot, resolution: Resolved) -> bool:
    """Its tasks have the ServiceAccount of a role that is another in the account as it is now."""
    role = resolution.revision["spec"]["taskDefinition"].get("taskRoleArn")
    held = read_revision(newest).template["spec"].get("serviceAccountName")
    return bool(role) and held != service_account_name(role, snapshot.account.id)
