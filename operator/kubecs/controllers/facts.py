"""Facts kept beside the cached bytes, taken once when an object changes, so that a scrape parses nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubecs.ecs.values import short_name
from kubecs.metrics.view import ServiceFacts
from kubecs.plan.drain import is_draining
from kubecs.plan.launchtype import launch_type
from kubecs.translate import names

ACTIVE, DRAINING = "ACTIVE", "DRAINING"  # ECS's status of a container instance


@dataclass(frozen=True, slots=True)
class HeldService:
    """What is kept of one ECSService.

    Attributes:
        name: metadata.name.
        task_definition_arn: What its status says runs; empty while nothing does.
        facts: Its figures for Prometheus.
    """

    name: str
    task_definition_arn: str
    facts: ServiceFacts


def held_service(service: Mapping[str, Any]) -> HeldService:
    """What is kept of an ECSService."""
    arn = (service.get("status") or {}).get("taskDefinition") or ""
    return HeldService(service["metadata"]["name"], arn, service_facts(service))


def service_facts(service: Mapping[str, Any]) -> ServiceFacts:
    """The figures of one ECSService, from what its status says."""
    metadata, spec, status = service["metadata"], service["spec"], service.get("status") or {}
    arn, strategy = status.get("taskDefinition") or "", spec.get("schedulingStrategy") or "REPLICA"
    return ServiceFacts(
        namespace=metadata["namespace"],
        cluster=names.cluster_name(spec.get("cluster")),
        service=spec["serviceName"],
        launch_type=launch_type(spec),
        scheduling_strategy=strategy,
        task_definition=short_name(arn),
        desired=status.get("desiredCount", 0) if strategy == "DAEMON" else spec.get("desiredCount", 1),
        running=status.get("runningCount", 0),
        pending=status.get("pendingCount", 0),
        deployments=Counter(entry["status"] for entry in status.get("deployments") or ()),
        conditions={each["type"]: each["status"] for each in status.get("conditions") or ()},
        generation=metadata.get("generation", 1),
        observed_generation=status.get("observedGeneration", -1),
        failed_tasks=next((each.get("failedTasks", 0) for each in status.get("deployments") or ()), 0),
    )


def number_in_use(service_revision: Mapping[str, Any]) -> int:
    """The number of the task definition revision that a service revision runs."""
    return int(service_revision["data"]["taskDefinition"].rpartition(":")[2])


def node_status(node: Mapping[str, Any]) -> str:
    """ECS's status of a container instance: one that is cordoned or about to go is DRAINING."""
    return DRAINING if is_draining(node) else ACTIVE
