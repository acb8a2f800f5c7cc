"""Throttling: tasks of a service that fail again and again are started with growing gaps.

A ReplicaSet replaces a Pod at once, so the gap lies before the failed Pod's deletion: meanwhile its kubelet tries on.
"""

FIRST_GAP_SECONDS = 15.0
LONGEST_GAP_SECONDS = 900.0  # ECS API, service scheduler: gaps grow up to 15 minutes
FEWEST = 3  # so many failures in a row pass without a gap, however small the service is

THROTTLED_MESSAGE = "is unable to consistently start tasks successfully."


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
