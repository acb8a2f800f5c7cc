"""Rollback: after a failed deployment the last service revision that completed is deployed anew, under a new id."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kubecs.plan import deployments, history, parameters, stopdeployment
from kubecs.plan.breaker import breaker_of
from kubecs.plan.deploymentid import next_deployment_id
from kubecs.plan.snapshot import Manifest, ServiceSnapshot
from kubecs.plan.timestamps import rfc3339
from kubecs.translate import labels
from kubecs.translate.controllerrevision import ServiceRevision, read_revision
from kubecs.translate.deployment import deployment_label


def is_rollback(revision: Manifest) -> bool:
    """Whether a service revision came by a rollback."""
    return bool(revision["data"].get("rolledBackFrom"))


def stood_for(revision: Manifest) -> tuple[Mapping[str, Any], ...]:
    """The parameters to which a service revision is the answer: its own, and those at whose failure it came."""
    data = revision["data"]
    failed = (data.get("rolledBackFrom") or {}).get("parameters")
    return (data["parameters"], failed) if failed else (data["parameters"],)


def stands_for(revision: Manifest, wanted: Mapping[str, Any]) -> bool:
    """Whether a service revision is the answer to these parameters."""
    return wanted in stood_for(revision)


def differs(revision: Manifest, wanted: Mapping[str, Any]) -> bool:
    """Whether what runs is not what the spec asks for."""
    return is_rollback(revision) and bool(revision["data"]["parameters"] != wanted)


def due(snapshot: ServiceSnapshot, newest: Manifest) -> Manifest | None:
    """The service revision to go back to, when the newest one's deployment has failed and that is wished for.

    A rollback that fails is not rolled back.
    """
    shown = deployments.previous(snapshot, newest["data"]["deploymentId"])
    if shown.get("rolloutState") != deployments.FAILED or is_rollback(newest) or not _wished(snapshot, shown):
        return None
    good = history.last_completed(snapshot)
    return good if good is not None and good["revision"] < newest["revision"] else None


def _wished(snapshot: ServiceSnapshot, failed: Mapping[str, Any]) -> bool:
    """Who stops a deployment says whether to roll back; of one that failed the circuit breaker does."""
    if failed.get("rolloutStateReason") == stopdeployment.reason(failed["id"]):
        return stopdeployment.requested(snapshot, failed["id"]) == "ROLLBACK"
    return breaker_of(snapshot.spec, snapshot.desired).rollback


def rolled_back(snapshot: ServiceSnapshot, failed: Manifest, good: Manifest, now: datetime) -> ServiceRevision:
    """The service revision that deploys an earlier one anew: its parameters and its template, but for the new id."""
    earlier = read_revision(good)
    new_id = next_deployment_id(failed, now)
    return ServiceRevision(
        number=int(failed["revision"]) + 1,
        parameters=earlier.parameters,
        template=_relabelled(earlier.template, new_id),
        task_definition=earlier.task_definition,
        deployment_id=new_id,
        min_ready_seconds=earlier.min_ready_seconds,
        requested=parameters.requested(snapshot.spec, failed),
        waiting=earlier.waiting,
        created_at=rfc3339(now),
        rolled_back_from={
            "deploymentId": failed["data"]["deploymentId"],
            "parameters": failed["data"]["parameters"],
            "toDeploymentId": earlier.deployment_id,
        },
    )


def _relabelled(template: Mapping[str, Any], new_id: str) -> dict[str, Any]:
    metadata = template["metadata"]
    own = metadata["labels"] | {labels.DEPLOYMENT: deployment_label(new_id)}
    return {**template, "metadata": {**metadata, "labels": own}}
