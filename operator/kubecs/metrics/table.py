"""Every metric of the operator, one row each: registry, collectors, checks and docs/metrics.md all read it here.

To add a metric, add a row. Whoever sees an event of it then counts or observes it by name; a row of kind `collector`
also needs a function of the same name in collectors.COLLECTORS. Names, labels and buckets follow the conventions of
Prometheus (base units, `_total` on counters) and of Kubernetes' instrumentation guide (bounded label values).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

Kind = Literal["counter", "gauge", "histogram", "collector"]

CLUSTER = ("namespace", "cluster")
SERVICE = (*CLUSTER, "service")

# Closed vocabularies: the only values that such a label ever has.
TASK_STATUSES = (
    "provisioning",
    "pending",
    "activating",
    "running",
    "deactivating",
    "stopping",
    "deprovisioning",
    "stopped",
    "deleted",
)
LAUNCH_TYPES = ("ec2", "fargate", "external", "managed_instances")
TASK_PHASES = ("provisioning", "pending", "stopping", "deprovisioning")
STOP_CODES = (
    "task_failed_to_start",
    "essential_container_exited",
    "user_initiated",
    "service_scheduler_initiated",
    "spot_interruption",
    "termination_notice",
    "infrastructure_health",
)
UNPLACED_REASONS = (
    "resource_cpu",
    "resource_memory",
    "resource_ports",
    "resource_gpu",
    "attribute",
    "member_of",
    "no_capacity",
    "quota",
    "image",
    "agent",
    "other",
)
INSTANCE_STATUSES = ("active", "draining", "registering", "deregistering", "registration_failed")
CONDITION_STATUSES = ("true", "false", "unknown")
DEPLOYMENT_STATUSES = ("primary", "active")
STRATEGIES = ("rolling", "blue_green", "linear", "canary", "external")
TRIGGERS = ("circuit_breaker", "alarm", "user")
OUTCOMES = ("completed", "failed", "rolled_back", "superseded")
RESULTS = ("success", "error", "requeue", "terminal")
MANAGED_STATES = ("ok", "failed", "rejected")

# Bucket bounds in seconds.
TASK_PHASE_BUCKETS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
TASK_START_BUCKETS = (0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800)
DEPLOYMENT_BUCKETS = (5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600)
WORK_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
LAG_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


@dataclass(frozen=True, slots=True)
class Metric:
    """One row.

    Attributes:
        name: Full name as Prometheus sees it; counters end in `_total`.
        kind: `collector` is read from the caches at each scrape, the others are written when something happens.
        labels: Label names, in the order in which they are printed.
        help: One line for people.
        values: Of labels with a closed vocabulary, the values.
        buckets: Upper bounds of a histogram, in the metric's unit, without +Inf.
    """

    name: str
    kind: Kind
    labels: tuple[str, ...]
    help: str
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    buckets: tuple[float, ...] = ()

    @property
    def domain(self) -> bool:
        """Whether it speaks of ECS objects, not of the operator."""
        return not self.name.startswith("ecs_operator_")

    @property
    def exposed_type(self) -> str:
        """The type that Prometheus is told; a collector's follows from its name."""
        if self.kind != "collector":
            return self.kind
        return "counter" if self.name.endswith("_total") else "gauge"


SECTIONS: Mapping[str, tuple[Metric, ...]] = {
    "Tasks": (
        Metric(
            "ecs_task_start_duration_seconds",
            "histogram",
            (*CLUSTER, "launch_type", "origin"),
            "Time from a task's createdAt until it was RUNNING.",
            {"launch_type": LAUNCH_TYPES, "origin": ("service", "run_task")},
            TASK_START_BUCKETS,
        ),
        Metric(
            "ecs_task_phase_duration_seconds",
            "histogram",
            (*CLUSTER, "phase", "launch_type"),
            "Time that a task was in a state: the first two are observed when it is RUNNING, the others at its record.",
            {"phase": TASK_PHASES, "launch_type": LAUNCH_TYPES},
            TASK_PHASE_BUCKETS,
        ),
        Metric(
            "ecs_task_placement_attempts_total",
            "counter",
            (*CLUSTER, "result"),
            "Times that the scheduler found a node for a task, or said that it finds none.",
            {"result": ("placed", "failed")},
        ),
        Metric(
            "ecs_task_placement_failures_total",
            "counter",
            (*CLUSTER, "reason"),
            "The failed ones of them, by what no node had.",
            {"reason": UNPLACED_REASONS},
        ),
        Metric(
            "ecs_task_stopped_total",
            "counter",
            (*CLUSTER, "stop_code"),
            "Tasks that stopped and were recorded, by ECS stop code.",
            {"stop_code": STOP_CODES},
        ),
        Metric(
            "ecs_task_failed_total",
            "counter",
            CLUSTER,
            "Those of them that failed: they did not start, or an essential container ended with an error.",
        ),
        Metric(
            "ecs_task_container_restarts_total",
            "counter",
            CLUSTER,
            "Restarts of containers in place, without a new Pod.",
        ),
    ),
    "Clusters": (
        Metric(
            "ecs_cluster_tasks",
            "collector",
            (*CLUSTER, "status", "launch_type"),
            "Tasks by last status; zeros are shown for every status.",
            {"status": TASK_STATUSES, "launch_type": LAUNCH_TYPES},
        ),
        Metric(
            "ecs_cluster_unplaced_tasks",
            "collector",
            (*CLUSTER, "reason"),
            "Tasks that no node has taken yet, by what they wait for.",
            {"reason": UNPLACED_REASONS},
        ),
        Metric(
            "ecs_cluster_oldest_pending_task_age_seconds",
            "collector",
            CLUSTER,
            "Age of the oldest task that is not RUNNING yet; 0 when none waits.",
        ),
        Metric(
            "ecs_cluster_container_instances",
            "collector",
            (*CLUSTER, "status"),
            "Nodes that serve the cluster as container instances, by ECS status.",
            {"status": INSTANCE_STATUSES},
        ),
    ),
    "Services": (
        Metric("ecs_service_desired_tasks", "collector", SERVICE, "Tasks that the service should run."),
        Metric("ecs_service_running_tasks", "collector", SERVICE, "Tasks of the service that are RUNNING."),
        Metric(
            "ecs_service_pending_tasks", "collector", SERVICE, "Tasks of the service that are on their way to RUNNING."
        ),
        Metric(
            "ecs_service_info",
            "collector",
            (*SERVICE, "launch_type", "scheduling_strategy", "task_definition"),
            "Always 1; says what the service is and which task definition (family:revision) it runs.",
            {"launch_type": LAUNCH_TYPES, "scheduling_strategy": ("replica", "daemon")},
        ),
        Metric(
            "ecs_service_condition",
            "collector",
            (*SERVICE, "condition", "status"),
            "1 for the status that a condition of the ECSService has, 0 for the other two.",
            {"status": CONDITION_STATUSES},
        ),
        Metric(
            "ecs_service_observed_generation",
            "collector",
            SERVICE,
            "Generation of the ECSService that the operator has answered in its status; -1 before the first answer.",
        ),
        Metric("ecs_service_generation", "collector", SERVICE, "Generation of the ECSService's spec."),
        Metric(
            "ecs_service_deployments",
            "collector",
            (*SERVICE, "status"),
            "ECS deployments of the service: one PRIMARY, and ACTIVE ones that are being replaced.",
            {"status": DEPLOYMENT_STATUSES},
        ),
    ),
    "Deployments": (
        Metric(
            "ecs_deployment_duration_seconds",
            "histogram",
            (*CLUSTER, "strategy", "outcome"),
            "Time from the start of an ECS deployment to its end.",
            {"strategy": STRATEGIES, "outcome": OUTCOMES},
            DEPLOYMENT_BUCKETS,
        ),
        Metric(
            "ecs_deployment_rollbacks_total",
            "counter",
            (*CLUSTER, "trigger"),
            "Rollbacks that were begun, by what led to them.",
            {"trigger": TRIGGERS},
        ),
        Metric(
            "ecs_deployment_failed_tasks",
            "collector",
            SERVICE,
            "Tasks of the PRIMARY deployment that failed since one was last healthy; the circuit breaker's count.",
        ),
    ),
    "Reconciles": (
        Metric(
            "ecs_operator_reconcile_total",
            "counter",
            ("controller", "result"),
            "Reconciles that ended, by how; terminal ones wait for the user.",
            {"result": RESULTS},
        ),
        Metric(
            "ecs_operator_reconcile_duration_seconds",
            "histogram",
            ("controller",),
            "Time that a reconcile took, API calls included.",
            buckets=WORK_BUCKETS,
        ),
        Metric("ecs_operator_reconcile_in_progress", "collector", ("controller",), "Reconciles that run now."),
        Metric(
            "ecs_operator_reconcile_max_concurrent",
            "collector",
            ("controller",),
            "Reconciles that may run at the same time.",
        ),
        Metric(
            "ecs_operator_event_to_reconcile_seconds",
            "histogram",
            ("controller",),
            "Time from the arrival of an event to the start of the reconcile that answers it.",
            buckets=WORK_BUCKETS,
        ),
        Metric(
            "ecs_operator_status_writes_total",
            "counter",
            ("controller",),
            "Status updates sent; a reconcile that changes nothing sends none.",
        ),
        Metric(
            "ecs_operator_managed_objects",
            "collector",
            ("state",),
            "Objects under the operator's care: well, failing for now, or refused until the user changes them.",
            {"state": MANAGED_STATES},
        ),
    ),
    "Work queue": (
        Metric("ecs_operator_workqueue_depth", "collector", ("name",), "Keys that wait for a worker."),
        Metric("ecs_operator_workqueue_adds_total", "collector", ("name",), "Keys that were added."),
        Metric(
            "ecs_operator_workqueue_retries_total", "collector", ("name",), "Keys that were put back after a failure."
        ),
        Metric(
            "ecs_operator_workqueue_queue_duration_seconds",
            "histogram",
            ("name",),
            "Time that a key waited for a worker.",
            buckets=WORK_BUCKETS,
        ),
        Metric(
            "ecs_operator_workqueue_work_duration_seconds",
            "histogram",
            ("name",),
            "Time that a worker spent on a key.",
            buckets=WORK_BUCKETS,
        ),
        Metric(
            "ecs_operator_workqueue_unfinished_work_seconds",
            "collector",
            ("name",),
            "Sum of the times for which the keys in work have been worked on; growing means that workers are stuck.",
        ),
        Metric(
            "ecs_operator_workqueue_longest_running_seconds",
            "collector",
            ("name",),
            "Time for which the oldest key in work has been worked on.",
        ),
    ),
    "Watches and caches": (
        Metric(
            "ecs_operator_watch_events_total",
            "counter",
            ("resource", "type"),
            "Events that came through watches.",
            {"type": ("added", "modified", "deleted", "bookmark", "error")},
        ),
        Metric(
            "ecs_operator_watch_restarts_total",
            "counter",
            ("resource", "reason"),
            "Watches that ended and were opened again, by why.",
        ),
        Metric(
            "ecs_operator_watch_last_activity_timestamp_seconds",
            "gauge",
            ("resource",),
            "When the last event or bookmark of a watch arrived, in Unix time.",
        ),
        Metric("ecs_operator_cache_objects", "collector", ("resource",), "Objects held in a cache."),
        Metric(
            "ecs_operator_cache_drift_total",
            "counter",
            ("resource", "kind"),
            "Differences that a sweep found between a cache and the API server.",
            {"kind": ("missed_delete", "missed_update")},
        ),
        Metric(
            "ecs_operator_child_recreations_total",
            "counter",
            ("kind",),
            "Objects of services that were made again, since somebody else had deleted them.",
        ),
        Metric(
            "ecs_operator_unreadable_objects_total",
            "counter",
            ("resource",),
            "Events of objects with kubecs' labels that make no sense and were left out of a cache.",
        ),
    ),
    "Kubernetes API": (
        Metric(
            "ecs_operator_kube_requests_total",
            "counter",
            ("verb", "resource", "code"),
            "Requests to the API server by HTTP status; code 0 stands for no answer.",
        ),
        Metric(
            "ecs_operator_kube_request_duration_seconds",
            "histogram",
            ("verb", "resource", "code"),
            "Time until the API server had answered a request.",
            buckets=WORK_BUCKETS,
        ),
    ),
    "Process": (
        Metric(
            "ecs_operator_event_loop_lag_seconds",
            "histogram",
            (),
            "How late the event loop runs what is due.",
            buckets=LAG_BUCKETS,
        ),
        Metric("ecs_operator_leader", "gauge", (), "1 while this replica holds the Lease, else 0."),
        Metric("ecs_operator_ready", "gauge", (), "1 once the caches are complete, else 0."),
        Metric(
            "ecs_operator_build_info",
            "gauge",
            ("version", "python_version"),
            "Always 1; says which kubecs runs on which Python.",
        ),
    ),
}

TABLE: tuple[Metric, ...] = tuple(chain.from_iterable(SECTIONS.values()))
BY_NAME: Mapping[str, Metric] = {metric.name: metric for metric in TABLE}
