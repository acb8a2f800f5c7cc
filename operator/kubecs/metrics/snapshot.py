"""One reading of the state for one scrape: facts with their labels escaped once, tasks tallied in one pass."""

from collections import Counter
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from itertools import islice

from kubecs.metrics.exposition import escape
from kubecs.metrics.view import InstanceFacts, ServiceFacts, StateView, TaskFacts

Cluster = tuple[str, str]  # namespace, cluster name

# Statuses of a task that is still on its way to RUNNING.
STARTING = frozenset({"PROVISIONING", "PENDING", "ACTIVATING"})

TASKS_AT_ONCE = 2000  # they take two milliseconds or less


@dataclass(slots=True)
class Tally:
    """Tasks of all clusters.

    Attributes:
        statuses: Number of tasks by (cluster, launch type, last status).
        unplaced: Number of tasks by (cluster, reason).
        oldest_start: Earliest createdAt (Unix seconds) of a task that is still starting, by cluster.
    """

    statuses: Counter[tuple[Cluster, str, str]] = field(default_factory=Counter)
    unplaced: Counter[tuple[Cluster, str]] = field(default_factory=Counter)
    oldest_start: dict[Cluster, float] = field(default_factory=dict)

    def add(self, tasks: Iterable[TaskFacts]) -> None:
        """Count tasks by what the cluster metrics ask for."""
        statuses, oldest = self.statuses, self.oldest_start
        for namespace, cluster, _, launch_type, status, created_at, unplaced_reason in tasks:
            where = (namespace, cluster)
            statuses[where, launch_type, status] += 1
            if status in STARTING and created_at < oldest.get(where, float("inf")):
                oldest[where] = created_at
            if unplaced_reason:
                self.unplaced[where, unplaced_reason] += 1


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the collectors of one scrape share.

    Attributes:
        view: For what is read as it is.
        now: Unix time in seconds.
        services: Escaped (namespace, cluster, service) beside the facts.
        instances: Container instances by cluster and status.
        tasks: The tally of all tasks.
        clusters: Every cluster that an object, a service, a task or an instance names, sorted.
    """

    view: StateView
    now: float
    services: tuple[tuple[tuple[str, str, str], ServiceFacts], ...]
    instances: tuple[InstanceFacts, ...]
    tasks: Tally
    clusters: tuple[Cluster, ...]


def read(view: StateView) -> Generator[str, None, Snapshot]:
    """Read the state of one moment, on the event loop; others may go on after each piece, which is empty."""
    now = view.now()
    tasks, instances, clusters = iter(view.tasks()), tuple(view.instances()), set(view.clusters())
    services = tuple(
        ((escape(facts.namespace), escape(facts.cluster), escape(facts.service)), facts) for facts in view.services()
    )
    tally = Tally()
    while step := tuple(islice(tasks, TASKS_AT_ONCE)):
        tally.add(step)
        yield ""
    clusters.update((facts.namespace, facts.cluster) for _, facts in services)
    clusters.update((facts.namespace, facts.cluster) for facts in instances)
    clusters.update(where for where, _, _ in tally.statuses)
    return Snapshot(view, now, services, instances, tally, tuple(sorted(clusters)))
