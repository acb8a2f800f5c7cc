"""Answers of DescribeTaskDefinition, DescribeServices and DescribeClusters: what AWS computed is left out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kubecs.convert.found import NOTE, Found, Kind, Registered, Remark
from kubecs.plan.timestamps import rfc3339

COMPUTED: Mapping[Kind, frozenset[str]] = {
    "task definition": frozenset(
        {
            "taskDefinitionArn",
            "revision",
            "status",
            "requiresAttributes",
            "compatibilities",
            "registeredAt",
            "deregisteredAt",
            "deleteRequestedAt",
            "registeredBy",
            "daemonTaskDefinitionArn",
        }
    ),
    "service": frozenset(
        {
            "serviceArn",
            "clusterArn",
            "status",
            "runningCount",
            "pendingCount",
            "platformFamily",
            "taskSets",
            "deployments",
            "roleArn",
            "events",
            "createdAt",
            "createdBy",
            "currentServiceDeployment",
            "currentServiceRevisions",
            "resourceManagementType",
        }
    ),
    "cluster": frozenset(
        {
            "clusterArn",
            "status",
            "registeredContainerInstancesCount",
            "runningTasksCount",
            "pendingTasksCount",
            "activeServicesCount",
            "statistics",
            "attachments",
            "attachmentsStatus",
        }
    ),
}

# Members of CreateService that DescribeServices shows only with the deployment.
_OF_DEPLOYMENT = ("serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations")


def without_computed(kind: Kind, document: Mapping[str, Any], origin: str) -> Found:
    """A resource as an API call takes it, from what an API call takes or from what AWS answered."""
    computed = sorted(name for name in document if name in COMPUTED[kind])
    members = {name: value for name, value in document.items() if name not in COMPUTED[kind]}
    if kind == "service" and computed:
        members = _service(document, members)
    registered = _registered(document) if kind == "task definition" else None
    message = f"computed by AWS, left out: {', '.join(computed)}"
    remarks = (Remark(NOTE, "", "ComputedMembers", message),) if computed else ()
    return Found(kind, origin, members, remarks, registered)


def _service(document: Mapping[str, Any], members: dict[str, Any]) -> dict[str, Any]:
    if isinstance(document.get("clusterArn"), str):
        members.setdefault("cluster", document["clusterArn"])
    if members.get("schedulingStrategy") == "DAEMON":
        members.pop("desiredCount", None)  # AWS counts it, and refuses it in a request
    deployments = document.get("deployments")
    for each in deployments if isinstance(deployments, list) else ():
        if isinstance(each, Mapping) and each.get("status") == "PRIMARY":
            extra = {name: each[name] for name in _OF_DEPLOYMENT if each.get(name)}
            members = extra | members
    return members


def _registered(document: Mapping[str, Any]) -> Registered | None:
    number = document.get("revision")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        return None
    status = document.get("status")
    return Registered(
        number,
        status if status in ("INACTIVE", "DELETE_IN_PROGRESS") else "ACTIVE",
        _moment(document.get("registeredAt")),
        _moment(document.get("deregisteredAt")),
    )


def _moment(value: object) -> str | None:
    """A time as AWS's tools write it: seconds since the epoch, or ISO 8601 with an offset."""
    try:
        if isinstance(value, (int, float)):
            return rfc3339(datetime.fromtimestamp(value, UTC))
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return rfc3339(moment.astimezone(UTC)) if moment and moment.tzinfo else None
