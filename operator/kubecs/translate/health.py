"""healthCheck to a readinessProbe. The kubelet never kills for it: the operator replaces UNHEALTHY tasks."""

from collections.abc import Sequence
from math import ceil
from typing import Any

from kubecs.ecs.model import ContainerDefinition, HealthCheck, RegisterTaskDefinitionRequest
from kubecs.translate.escape import escape_all
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.names import container_name

DEFAULT_INTERVAL = 30  # seconds
DEFAULT_TIMEOUT = 5  # seconds
DEFAULT_RETRIES = 3
LINUX_SHELL = ("/bin/sh", "-c")
WINDOWS_SHELL = ("cmd", "/S", "/C")
STEADY_SECONDS = 40  # a task without a health check counts as healthy this long after RUNNING


def is_essential(container: ContainerDefinition) -> bool:
    """Whether the task ends with this container: ECS's default is yes."""
    return container.essential is not False


def readiness_probe(container: ContainerDefinition, *, windows: bool = False) -> dict[str, Any]:
    """`readinessProbe` of an essential container with a health check; else empty.

    A check on any other container would take the whole Pod's readiness away, which ECS does not do.
    """
    check = container.health_check
    if not check or not is_essential(container):
        return {}
    return _probe(check, check.retries or DEFAULT_RETRIES, windows=windows)


def startup_probe(container: ContainerDefinition, *, windows: bool = False) -> dict[str, Any]:
    """`startupProbe` of a container that others wait for until it is HEALTHY; empty without a check.

    The kubelet ends the container when its startTimeout has passed, or without one when its check has failed as often
    as ECS lets it: the start period's worth of intervals, and the retries. The kubelet checks at once and then after
    each interval, ECS for the first time after one interval: the check at once is one more that may fail.
    """
    check = container.health_check
    if not check:
        return {}
    interval = check.interval or DEFAULT_INTERVAL
    tries = ceil((check.start_period or 0) / interval) + (check.retries or DEFAULT_RETRIES)
    intervals = ceil(container.start_timeout / interval) if container.start_timeout else tries
    return _probe(check, 1 + intervals, windows=windows)


def min_ready_seconds(document: RegisterTaskDefinitionRequest, without_check: int = STEADY_SECONDS) -> int:
    """The minReadySeconds of the Deployment: 0 where a health check decides, else `without_check`."""
    return 0 if any(readiness_probe(each) for each in document.container_definitions) else without_check


def start_periods(document: RegisterTaskDefinitionRequest) -> dict[str, int]:
    """Kubernetes container name to startPeriod in seconds, where a probe is there and it is not 0.

    No delay of the probe: ECS counts a pass within the period. The operator waits for it before it says UNHEALTHY.
    """
    return {
        container_name(each.name or ""): each.health_check.start_period
        for each in document.container_definitions
        if each.health_check and each.health_check.start_period and readiness_probe(each)
    }


def health_findings(container: ContainerDefinition) -> tuple[Finding, ...]:
    """NonEssentialHealthNotEvaluated, for a health check that gets no probe."""
    if is_essential(container) or not check_command(container):
        return ()
    message = "the health of a container that is not essential is not checked while it runs"
    condition = "NonEssentialHealthNotEvaluated"
    return (Finding(container_path(container, "healthCheck"), condition, condition, message),)


def check_command(container: ContainerDefinition) -> list[str]:
    """The command that a health check runs; empty where there is none, or NONE."""
    return _command(container.health_check, LINUX_SHELL) if container.health_check else []


def _probe(check: HealthCheck, failures: int, *, windows: bool) -> dict[str, Any]:
    command = _command(check, WINDOWS_SHELL if windows else LINUX_SHELL)
    if not command:
        return {}
    return {
        "exec": {"command": command},
        "failureThreshold": failures,
        "periodSeconds": check.interval or DEFAULT_INTERVAL,
        "successThreshold": 1,
        "timeoutSeconds": check.timeout or DEFAULT_TIMEOUT,
    }


def _command(check: HealthCheck, shell: Sequence[str]) -> list[str]:
    """The command to exec: Docker hands all that follows CMD-SHELL to the shell, a bare list is a CMD."""
    kind, *rest = check.command or ("",)
    if kind in {"", "NONE"}:
        return []
    prefix = {"CMD": [], "CMD-SHELL": shell}.get(kind, [kind])
    return escape_all([*prefix, *rest]) if rest or kind not in {"CMD", "CMD-SHELL"} else []
