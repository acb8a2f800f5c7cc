"""The verdicts about the members that decide when a container starts, ends, and starts again."""

from collections.abc import Mapping

from kubecs.translate.verdict import Verdict, done, lost

_RESTARTS = lost("the container is started again whenever it ends, or never in a task on its own")
_ORDER = lost("the containers start together and stop together")
_ULIMITS = lost("the limits are those of the node's container runtime", "UlimitsNotApplied")
_PROBE = "containers[].readinessProbe"

LIFE: Mapping[str, Verdict] = {
    "essential": done("annotation kubecs.dev/essential", condition="NonEssentialRestarts"),
    "restartPolicy": done("nothing: see its members"),
    "restartPolicy.enabled": _RESTARTS,
    "restartPolicy.ignoredExitCodes": _RESTARTS,
    "restartPolicy.restartAttemptPeriod": _RESTARTS,
    "dependsOn": _ORDER,
    "dependsOn[].containerName": _ORDER,
    "dependsOn[].condition": _ORDER,
    "startTimeout": done("annotation kubecs.dev/start-timeouts", condition="NotTranslated"),
    "stopTimeout": done(
        "spec.terminationGracePeriodSeconds", "one time for all containers, the longest", "StopTimeoutShared"
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
    "linuxParameters.initProcessEnabled": lost("the container's own first process has to reap its children"),
}
