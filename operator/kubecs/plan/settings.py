"""The operator's settings that decisions depend on; the command line fills them in."""

from dataclasses import dataclass, field

from kubecs.translate.delivery import Shim
from kubecs.translate.maps import Served


@dataclass(frozen=True, slots=True)
class Settings:
    """Periods are in seconds.

    Attributes:
        region: The AWS region of namespaces whose ECSAccount names none.
        steady_seconds: After this long in RUNNING a task without a health check counts as healthy (ECS: 40).
        missing_grace_seconds: For this long a missing reference is Reconciling, then Stalled, so that objects may be
            applied in any order.
        record_retention_seconds: For this long the record of a stopped task is kept (ECS: at least an hour).
        records_per_service: So many records of a service's tasks are kept at most.
        failed_start_seconds: For this long a task may fail to pull an image or to create a container.
        service_revisions_kept: How many service revisions without tasks are kept.
        shim: Where tasks that need the shim get it from.
        container_restart_rules: Whether the API server keeps restart policies of single containers; found at start.
        served: Which of the kinds that not every cluster has are there; found at start.
    """

    region: str = "us-east-1"
    steady_seconds: int = 40
    missing_grace_seconds: float = 60.0
    record_retention_seconds: float = 3600.0
    records_per_service: int = 500
    failed_start_seconds: float = 120.0
    service_revisions_kept: int = 10
    shim: Shim = field(default_factory=Shim)
    container_restart_rules: bool = False
    served: Served = field(default_factory=Served)
