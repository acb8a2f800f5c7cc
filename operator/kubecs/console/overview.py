"""The whole at a glance: clusters, services that are on their way, and tasks that have no place."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from kubecs.console.table import age, table
from kubecs.console.tasklist import Task
from kubecs.plan import conditions
from kubecs.plan.timestamps import maybe
from kubecs.translate import names

Object = Mapping[str, Any]

LIMIT = 20  # rows of a part; the rest is counted


def overview(services: Iterable[Object], tasks: Iterable[Task], now: datetime, limit: int = LIMIT) -> str:
    """The page: a table of clusters, one of services that are not steady, one of tasks that wait or fail."""
    known = list(services)
    parts = [
        _part("CLUSTERS", ("CLUSTER", "SERVICES", "STEADY", "DESIRED", "RUNNING", "PENDING"), _clusters(known)),
        _part("ROLLOUTS", ("SERVICE", "STATE", "TASKDEF", "RUNNING", "SINCE", "SAYS"), _unsteady(known, now), limit),
        _part("NOT PLACED", ("TASK", "CLUSTER", "GROUP", "LAST", "AGE", "REASON"), _waiting(list(tasks), now), limit),
    ]
    return "\n\n".join(parts)


def _part(title: str, head: tuple[str, ...], rows: list[tuple[object, ...]], limit: int | None = None) -> str:
    if not rows:
        return f"{title}: none"
    shown = rows[:limit]
    more = f"\n… and {len(rows) - len(shown)} more" if len(rows) > len(shown) else ""
    return f"{title}\n{table(head, shown)}{more}"


def _clusters(services: list[Object]) -> list[tuple[object, ...]]:
    by_cluster: dict[str, list[Object]] = {}
    for service in services:
        by_cluster.setdefault(names.cluster_name(service["spec"].get("cluster")), []).append(service)
    return [
        (
            cluster,
            len(own),
            sum(conditions.is_true(conditions.stored(each), conditions.READY) for each in own),
            *(_sum(own, count) for count in ("desiredCount", "runningCount", "pendingCount")),
        )
        for cluster, own in sorted(by_cluster.items())
    ]


def _sum(services: list[Object], count: str) -> int:
    return sum((service.get("status") or {}).get(count) or 0 for service in services)


def _unsteady(services: list[Object], now: datetime) -> list[tuple[object, ...]]:
    """Stalled ones first, then the longest on their way."""
    found = []
    for service in services:
        stored, status = conditions.stored(service), service.get("status") or {}
        ready = conditions.find(stored, conditions.READY)
        if ready is not None and ready["status"] == "True":
            continue
        stalled = conditions.is_true(stored, conditions.STALLED)
        since = maybe((ready or {}).get("lastTransitionTime"))
        cells = (
            service["metadata"]["name"],
            "Stalled" if stalled else "Reconciling",
            str(status.get("taskDefinition") or service["spec"].get("taskDefinition") or "").rpartition("/")[2],
            f"{status.get('runningCount', 0)}/{status.get('desiredCount', 0)}",
            age(since, now),
            (ready or {}).get("message") or "not looked at yet",
        )
        found.append((not stalled, since or now, cells))
    return [cells for _, _, cells in sorted(found, key=lambda each: each[:2])]


def _waiting(tasks: list[Task], now: datetime) -> list[tuple[object, ...]]:
    waiting = [task for task in tasks if task.last_status in ("PROVISIONING", "PENDING") and task.reason]
    return [
        (task.task_id or task.pod, task.cluster, task.group, task.last_status, age(task.created_at, now), task.reason)
        for task in sorted(waiting, key=lambda each: each.created_at or now)
    ]
