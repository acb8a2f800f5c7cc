"""The operator's settings that decisions depend on; the command line fills them in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Periods are in seconds.

    Attributes:
        region: The AWS region of namespaces whose ECSAccount names none.
        steady_seconds: After this long in RUNNING a task without a health check counts as healthy (ECS: 40).
        missing_grace_seconds: For this long a missing reference is Reconciling, then Stalled, so that objects may be
            applied in any order.
        record_retention_seconds: For this long the record of a stopped task is kept (ECS: at least an hour).
        service_revisions_kept: How many service revisions without tasks are kept.
    """

    region: str = "us-east-1"
    steady_seconds: int = 40
    missing_grace_seconds: float = 60.0
    record_retention_seconds: float = 3600.0
    service_revisions_kept: int = 10
