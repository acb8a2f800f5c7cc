"""State metrics, computed from the caches at each scrape: they cannot drift, and a series ends with its object.

One function for each row of kind `collector`, under the row's name in COLLECTORS. A function gets the scrape's snapshot
and yields rows: label values in the table's order, then the number.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter

from kubecs.metrics import table
from kubecs.metrics.exposition import Row, escape, family
from kubecs.metrics.snapshot import Snapshot, read
from kubecs.metrics.view import StateView
from kubecs.metrics.words import one_of, word

Collector = Callable[[Snapshot], Iterable[Row]]

# Launch types and instance statuses whose zeros every cluster shows; others are shown once they occur.
ZEROED_LAUNCH_TYPES = ("ec2", "fargate")
ZEROED_INSTANCE_STATUSES = ("active", "draining")


def _of_services(attribute: str) -> Collector:
    """One number for each service: an attribute of its facts."""
    value = attrgetter(attribute)
    return lambda state: ((*labels, value(facts)) for labels, facts in state.services)


def _of_queues(attribute: str) -> Collector:
    """One number for each work queue."""
    value = attrgetter(attribute)
    return lambda state: ((escape(facts.name), value(facts)) for facts in state.view.queues())


def _of_controllers(attribute: str) -> Collector:
    """One number for each controller."""
    value = attrgetter(attribute)
    return lambda state: ((escape(facts.controller), value(facts)) for facts in state.view.reconciles())


def cluster_tasks(state: Snapshot) -> Iterator[Row]:
    """Tasks by cluster, status and launch type; every status of a launch type that is shown at all has its row."""
    counts: dict[tuple[str, str, str, str], int] = defaultdict(int)
    shown = {(*where, launch_type) for where in state.clusters for launch_type in ZEROED_LAUNCH_TYPES}
    for ((namespace, cluster), launch, status), count in state.tasks.statuses.items():
        launch_type = one_of(table.LAUNCH_TYPES, launch)
        shown.add((namespace, cluster, launch_type))
        counts[namespace, cluster, one_of(table.TASK_STATUSES, status), launch_type] += count
    for namespace, cluster, launch_type in sorted(shown):
        for status in table.TASK_STATUSES:
            counts.setdefault((namespace, cluster, status, launch_type), 0)
    for (namespace, cluster, status, launch_type), count in sorted(counts.items()):
        yield escape(namespace), escape(cluster), status, launch_type, count


def cluster_unplaced_tasks(state: Snapshot) -> Iterator[Row]:
    """Tasks without a node by cluster and reason, zeros included."""
    counts = {(*where, reason): 0 for where in state.clusters for reason in table.UNPLACED_REASONS}
    for ((namespace, cluster), reason), count in state.tasks.unplaced.items():
        counts[namespace, cluster, one_of(table.UNPLACED_REASONS, reason)] += count
    for (namespace, cluster, reason), count in counts.items():
        yield escape(namespace), escape(cluster), reason, count


def cluster_oldest_pending_task_age(state: Snapshot) -> Iterator[Row]:
    """Seconds since the oldest task that still starts was created, 0 where none does."""
    for where in state.clusters:
        age = state.now - state.tasks.oldest_start.get(where, state.now)
        yield escape(where[0]), escape(where[1]), max(age, 0.0)


def cluster_container_instances(state: Snapshot) -> Iterator[Row]:
    """Container instances by cluster and status."""
    counts = {(*where, status): 0 for where in state.clusters for status in ZEROED_INSTANCE_STATUSES}
    for facts in state.instances:
        key = (facts.namespace, facts.cluster, one_of(table.INSTANCE_STATUSES, facts.status))
        counts[key] = counts.get(key, 0) + facts.number
    for (namespace, cluster, status), count in counts.items():
        yield escape(namespace), escape(cluster), status, count


def service_info(state: Snapshot) -> Iterator[Row]:
    """Static facts of each service, as labels of a 1."""
    for labels, facts in state.services:
        launch_type = one_of(table.LAUNCH_TYPES, facts.launch_type)
        strategy = one_of(("replica", "daemon"), facts.scheduling_strategy)
        yield *labels, launch_type, strategy, escape(facts.task_definition), 1


def service_conditions(state: Snapshot) -> Iterator[Row]:
    """Three rows for each condition: 1 at the status that it has."""
    for labels, facts in state.services:
        for condition, status in facts.conditions.items():
            current, name = word(status), escape(condition)
            for possible in table.CONDITION_STATUSES:
                yield *labels, name, possible, int(possible == current)


def service_deployments(state: Snapshot) -> Iterator[Row]:
    """Deployments of each service that are PRIMARY or ACTIVE."""
    for labels, facts in state.services:
        for status in table.DEPLOYMENT_STATUSES:
            yield *labels, status, facts.deployments.get(status.upper(), 0)


def managed_objects(state: Snapshot) -> Iterator[Row]:
    """Objects by how the operator fares with them, zeros included."""
    counts = state.view.managed_objects()
    for managed_state in table.MANAGED_STATES:
        yield managed_state, counts.get(managed_state, 0)


def cache_objects(state: Snapshot) -> Iterator[Row]:
    """Objects in each cache."""
    for resource, count in state.view.cache_sizes().items():
        yield escape(resource), count


COLLECTORS: Mapping[str, Collector] = {
    "ecs_cluster_tasks": cluster_tasks,
    "ecs_cluster_unplaced_tasks": cluster_unplaced_tasks,
    "ecs_cluster_oldest_pending_task_age_seconds": cluster_oldest_pending_task_age,
    "ecs_cluster_container_instances": cluster_container_instances,
    "ecs_deployment_failed_tasks": _of_services("failed_tasks"),
    "ecs_service_desired_tasks": _of_services("desired"),
    "ecs_service_running_tasks": _of_services("running"),
    "ecs_service_pending_tasks": _of_services("pending"),
    "ecs_service_info": service_info,
    "ecs_service_condition": service_conditions,
    "ecs_service_observed_generation": _of_services("observed_generation"),
    "ecs_service_generation": _of_services("generation"),
    "ecs_service_deployments": service_deployments,
    "ecs_operator_reconcile_in_progress": _of_controllers("in_progress"),
    "ecs_operator_reconcile_max_concurrent": _of_controllers("max_concurrent"),
    "ecs_operator_managed_objects": managed_objects,
    "ecs_operator_workqueue_depth": _of_queues("depth"),
    "ecs_operator_workqueue_adds_total": _of_queues("adds"),
    "ecs_operator_workqueue_retries_total": _of_queues("retries"),
    "ecs_operator_workqueue_unfinished_work_seconds": _of_queues("unfinished_seconds"),
    "ecs_operator_workqueue_longest_running_seconds": _of_queues("longest_running_seconds"),
    "ecs_operator_cache_objects": cache_objects,
}


def pieces(view: StateView) -> Iterator[str]:
    """Print every state metric, piece by piece; all of them are of the moment in which the first is asked for.

    Raises:
        KeyError: A row of kind `collector` has no function here.
    """
    leading = view.leading()
    state = yield from read(view)
    for metric in table.TABLE:
        if metric.kind == "collector" and (leading or not metric.domain):
            yield from family(metric, COLLECTORS[metric.name](state))
