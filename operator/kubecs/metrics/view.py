"""What the collectors read when Prometheus scrapes: facts about live objects, offered by whoever holds the caches.

The facts are read on the event loop in one go, at every scrape: keep them at hand (updated when the cache changes)
rather than parsing objects each time.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Protocol


class TaskFacts(NamedTuple):
    """One live task.

    Attributes:
        namespace: Of its Pod.
        cluster: ECS cluster name.
        service: ECS service name, empty for a standalone task.
        launch_type: ECS's word, as FARGATE.
        last_status: ECS's word, as PROVISIONING.
        created_at: Unix time in seconds.
        unplaced_reason: One of table.UNPLACED_REASONS while no node has taken it, else empty.
    """

    namespace: str
    cluster: str
    service: str
    launch_type: str
    last_status: str
    created_at: float
    unplaced_reason: str = ""


class ServiceFacts(NamedTuple):
    """One ECSService.

    Attributes:
        namespace: Of the ECSService.
        cluster: ECS cluster name.
        service: ECS service name.
        launch_type: ECS's word, as FARGATE.
        scheduling_strategy: REPLICA or DAEMON.
        task_definition: The `family:revision` that runs, empty while none does.
        desired: Tasks wanted.
        running: Tasks RUNNING.
        pending: Tasks on their way to RUNNING.
        deployments: Number of deployments by status, as PRIMARY and ACTIVE.
        conditions: Status (True, False, Unknown) by condition type.
        generation: metadata.generation.
        observed_generation: status.observedGeneration, -1 before the first answer.
        failed_tasks: Failed tasks of the PRIMARY deployment.
    """

    namespace: str
    cluster: str
    service: str
    launch_type: str
    scheduling_strategy: str
    task_definition: str
    desired: int
    running: int
    pending: int
    deployments: Mapping[str, int]
    conditions: Mapping[str, str]
    generation: int
    observed_generation: int
    failed_tasks: int = 0


class InstanceFacts(NamedTuple):
    """Container instances of one cluster in one ECS status."""

    namespace: str
    cluster: str
    status: str
    number: int


class QueueFacts(NamedTuple):
    """One work queue: keys waiting, totals since the start, and seconds of work that has not ended."""

    name: str
    depth: int
    adds: int
    retries: int
    unfinished_seconds: float
    longest_running_seconds: float


class ReconcileFacts(NamedTuple):
    """One controller: reconciles that run now, and how many may."""

    controller: str
    in_progress: int
    max_concurrent: int


class StateView(Protocol):
    """The state of this replica. Every method answers at once and is called on the event loop."""

    def leading(self) -> bool:
        """True when this replica leads and its caches are complete.

        Only then it shows the `ecs_` state of tasks, services and clusters: a warm standby holds the same caches, and
        sums over replicas would count everything twice.
        """

    def now(self) -> float:
        """Unix time in seconds."""

    def namespaces(self) -> Collection[str]:
        """The namespaces that hold a service or a task."""

    def clusters(self) -> Iterable[tuple[str, str]]:
        """(namespace, cluster name) of every ECSCluster; clusters that only tasks or services name need not be here."""

    def tasks(self) -> Iterable[TaskFacts]:
        """Every live task."""

    def services(self) -> Iterable[ServiceFacts]:
        """Every ECSService."""

    def instances(self) -> Iterable[InstanceFacts]:
        """Container instances by cluster and status."""

    def managed_objects(self) -> Mapping[str, int]:
        """Number of objects by state: ok, failed, rejected."""

    def cache_sizes(self) -> Mapping[str, int]:
        """Number of cached objects by resource (plural)."""

    def queues(self) -> Iterable[QueueFacts]:
        """Every work queue."""

    def reconciles(self) -> Iterable[ReconcileFacts]:
        """Every controller."""
