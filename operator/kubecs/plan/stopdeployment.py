"""Stopping a deployment that is on its way, as StopServiceDeployment does: by annotations of the ECSService."""

from typing import Literal

from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.translate import labels

StopType = Literal["ROLLBACK", "ABORT"]

STOPPED_REASON = "ECS deployment {id} was stopped."


def requested(snapshot: ServiceSnapshot, deployment_id: str) -> StopType | None:
    """How the deployment shall be stopped; None while nobody asks for that. ECS rolls back unless told otherwise."""
    notes = snapshot.service["metadata"].get("annotations") or {}
    if notes.get(labels.STOP_DEPLOYMENT) != deployment_id:
        return None
    return "ABORT" if notes.get(labels.STOP_TYPE) == "ABORT" else "ROLLBACK"


def reason(deployment_id: str) -> str:
    """The rolloutStateReason of a deployment that was stopped."""
    return STOPPED_REASON.format(id=deployment_id)
