"""Throttling: tasks of a service that fail again and again are started with growing gaps.

A ReplicaSet replaces a Pod at once, so the gap lies before the failed Pod's deletion: meanwhile its kubelet tries on.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kubecs.plan.record import stopped_at
from kubecs.plan.stopcause import ESSENTIAL_CONTAINER_EXITED

FIRST_GAP_SECONDS = 15.0
LONGEST_GAP_SECONDS = 900.0  # ECS API, service scheduler: gaps grow up to 15 minutes
FEWEST = 3  # so many failures in a row pass without a gap, however small the service is

THROTTLED_MESSAGE = "is unable to consistently start tasks successfully."


def ended_lately(record: Mapping[str, Any], deployment: str, now: datetime) -> bool:
    """Whether a record is of a task of the deployment that ended by itself within the longest gap.

    Such tasks are no failures of the deployment, but tasks that crash in a row would make Pods in a row.
    """
    spec = record["spec"]
    if spec.get("startedBy") != deployment or spec.get("stopCode") != ESSENTIAL_CONTAINER_EXITED:
        return False
    return stopped_at(record) > now - timedelta(seconds=LONGEST_GAP_SECONDS)


def gap_seconds(failed: int, desired: int) -> float:
    """How long a failed task waits for its replacement.

    Args:
        failed: Tasks of the deployment that failed since one was last healthy.
        desired: How many tasks it should run: that many failures are one round, and each round doubles the gap.
    """
    rounds = failed // max(desired, FEWEST)
    if rounds == 0:
        return 0.0
    exponent = min(rounds - 1, 10)  # far beyond the longest gap
    return float(min(FIRST_GAP_SECONDS * 2**exponent, LONGEST_GAP_SECONDS))
