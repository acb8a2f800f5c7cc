"""The verdicts about the members that decide when a container starts, ends, and starts again."""

from collections.abc import Mapping

from kubecs.translate.verdict import Verdict, done

_ORDER = "spec.initContainers, containers[].startupProbe"
_RESTARTS = "annotation kubecs.dev/restarts, containers[].command"
_BY_SHIM = "the shim does it, where the container's whole command is known"
_ULIMITS = done("containers[].command", f"{_BY_SHIM}; never above the node's hard limits", "UlimitsNotApplied")
_PROBE = "containers[].readinessProbe"

LIFE: Mapping[str, Verdict] = {
    "essential": done("annotation kubecs.dev/essential", _BY_SHIM, "NonEssentialRestarts"),
    "restartPolicy": done(_RESTARTS),
    "restartPolicy.enabled": done(_RESTARTS),
    "restartPolicy.ignoredExitCodes": done(_RESTARTS),
    "restartPolicy.restartAttemptPeriod": done(_RESTARTS),
    "dependsOn": done(_ORDER, condition="StopOrderNotKept"),
    "dependsOn[].containerName": done(_ORDER),
    "dependsOn[].condition": done(_ORDER, condition="DependencyNotExpressible"),
    "dependsOn[].condition=START": done("the order of containers", "images are pulled after what comes before, too"),
    "dependsOn[].condition=SUCCESS": done("spec.initContainers"),
    "dependsOn[].condition=COMPLETE": done("spec.initContainers", _BY_SHIM, "DependencyNotExpressible"),
    "dependsOn[].condition=HEALTHY": done("spec.initContainers[].restartPolicy Always, with a startupProbe"),
    "startTimeout": done("annotation kubecs.dev/start-timeouts; initContainers[].startupProbe.failureThreshold"),
    "stopTimeout": done(
        "spec.terminationGracePeriodSeconds",
        "one time for all containers: the longest, or the sum along a chain of dependencies",
        "StopTimeoutShared",
    ),
    "ulimits": _ULIMITS,
    "ulimits[].name": _ULIMITS,
    "ulimits[].softLimit": _ULIMITS,
    "ulimits[].hardLimit": _ULIMITS,
    "healthCheck": done(_PROBE, condition="NonEssentialHealthNotEvaluated"),
    "healthCheck.command": done(f"{_PROBE}.exec.command"),
    "healthCheck.interval": done(f"{_PROBE}.periodSeconds"),
    "healthCheck.timeout": done(f"{_PROBE}.timeoutSeconds"),
    "healthCheck.retries": done(f"{_PROBE}.failureThreshold"),
    "healthCheck.startPeriod": done("annotation kubecs.dev/start-periods"),
    "linuxParameters.initProcessEnabled": done(
        "containers[].command, or spec.shareProcessNamespace", _BY_SHIM, "ProcessNamespaceShared"
    ),
}
