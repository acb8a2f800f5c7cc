"""States to scrape: a view made of plain lists, and builders of facts with sensible defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from kubecs.metrics.registry import Metrics
from kubecs.metrics.view import InstanceFacts, QueueFacts, ReconcileFacts, ServiceFacts, TaskFacts

NOW = 1_800_000_000.0


@dataclass
class State:
    """A StateView whose answers the test sets."""

    task_list: list[TaskFacts] = field(default_factory=list)
    service_list: list[ServiceFacts] = field(default_factory=list)
    instance_list: list[InstanceFacts] = field(default_factory=list)
    cluster_list: list[tuple[str, str]] = field(default_factory=list)
    queue_list: list[QueueFacts] = field(default_factory=list)
    reconcile_list: list[ReconcileFacts] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    managed: dict[str, int] = field(default_factory=dict)
    leads: bool = True
    present: set[str] = field(default_factory=set)
    seconds: float = NOW

    def leading(self) -> bool:
        return self.leads

    def now(self) -> float:
        return self.seconds

    def namespaces(self) -> set[str]:
        return self.present

    def clusters(self) -> list[tuple[str, str]]:
        return self.cluster_list

    def tasks(self) -> list[TaskFacts]:
        return self.task_list

    def services(self) -> list[ServiceFacts]:
        return self.service_list

    def instances(self) -> list[InstanceFacts]:
        return self.instance_list

    def managed_objects(self) -> Mapping[str, int]:
        return self.managed

    def cache_sizes(self) -> Mapping[str, int]:
        return self.sizes

    def queues(self) -> list[QueueFacts]:
        return self.queue_list

    def reconciles(self) -> list[ReconcileFacts]:
        return self.reconcile_list


def service(name: str = "web", **changes: object) -> ServiceFacts:
    facts = ServiceFacts(
        namespace="shop",
        cluster="default",
        service=name,
        launch_type="FARGATE",
        scheduling_strategy="REPLICA",
        task_definition="web:3",
        desired=3,
        running=2,
        pending=1,
        deployments={"PRIMARY": 1, "ACTIVE": 1},
        conditions={"Ready": "False", "Reconciling": "True", "Stalled": "False", "Available": "Unknown"},
        generation=4,
        observed_generation=3,
    )
    return facts._replace(**changes)


def task(last_status: str = "RUNNING", **changes: object) -> TaskFacts:
    facts = TaskFacts("shop", "default", "web", "FARGATE", last_status, NOW - 60)
    return facts._replace(**changes)


def full_state(services: int = 2, tasks_each: int = 3, clusters: int = 2) -> State:
    """A state in which every collector has something to say."""
    statuses = ("RUNNING", "PROVISIONING", "PENDING", "STOPPING", "STOPPED")
    state = State(
        sizes={"pods": services * tasks_each, "ecsservices": services},
        managed={"ok": services, "rejected": 1},
        queue_list=[QueueFacts("objects", 4, 100, 2, 0.25, 0.125)],
        reconcile_list=[ReconcileFacts("ECSService", 3, 16)],
    )
    for i in range(services):
        cluster = f"cluster-{i % clusters}"
        state.service_list.append(service(f"web-{i}", cluster=cluster))
        for j in range(tasks_each):
            status = statuses[(i + j) % len(statuses)]
            reason = "resource_cpu" if status == "PROVISIONING" else ""
            state.task_list.append(
                task(status, cluster=cluster, service=f"web-{i}", created_at=NOW - 10 * j, unplaced_reason=reason)
            )
    state.instance_list = [InstanceFacts("shop", f"cluster-{i}", "ACTIVE", 5) for i in range(clusters)]
    return state


def scrape(metrics: Metrics) -> list[Sample]:
    """Render, and read it as Prometheus would."""
    families = text_string_to_metric_families(metrics.render().decode())
    return [sample for family in families for sample in family.samples]


def scrape_state(state: State) -> list[Sample]:
    metrics = Metrics("1.2.3")
    metrics.read_state_from(state)
    return scrape(metrics)


def values(samples: list[Sample], name: str, /, **labels: str) -> list[float]:
    """Values of the series that have these labels."""
    return [s.value for s in samples if s.name == name and labels.items() <= s.labels.items()]


def value(samples: list[Sample], name: str, /, **labels: str) -> float:
    """The value of the only series that has these labels."""
    (only,) = values(samples, name, **labels)
    return only
