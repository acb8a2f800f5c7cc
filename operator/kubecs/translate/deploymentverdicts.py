"""The verdicts about the members of a service that say how it is deployed."""

from collections.abc import Mapping

from kubecs.translate.verdict import Verdict, done, kept, lost, refused

UNSUPPORTED = "UnsupportedFeatureException"  # of CreateService and UpdateService

_BREAKER = kept("the operator counts by it, and gives a deployment up")
_ALARMS = kept("decides only where alarms are enabled")
_EARLY = kept("decides only where it is enabled")
_HOOKS = lost("lifecycle hooks are not run", "LifecycleHooksNotRun", "they belong to strategies that are not there yet")


def no_controller(controller: str) -> str:
    """What is said of a deployment controller that is not there."""
    return f"deploymentController.type: {controller} is not available, only ECS"


def no_strategy(strategy: str) -> str:
    """What is said of a deployment strategy that is not there."""
    return f"deploymentConfiguration.strategy: {strategy} is not available, only ROLLING"


_CONFIGURATION: Mapping[str, Verdict] = {
    "maximumPercent": done("Deployment spec.strategy.rollingUpdate.maxSurge", "rounded down, as in ECS"),
    "minimumHealthyPercent": done("Deployment spec.strategy.rollingUpdate.maxUnavailable", "rounded as in ECS"),
    "deploymentCircuitBreaker": _BREAKER,
    "deploymentCircuitBreaker.enable": _BREAKER,
    "deploymentCircuitBreaker.rollback": _BREAKER,
    "deploymentCircuitBreaker.resetOnHealthyTask": _BREAKER,
    "deploymentCircuitBreaker.thresholdConfiguration": _BREAKER,
    "deploymentCircuitBreaker.thresholdConfiguration.type": _BREAKER,
    "deploymentCircuitBreaker.thresholdConfiguration.value": _BREAKER,
    "alarms": _ALARMS,
    "alarms.enable": lost("alarms of CloudWatch stop no deployment", "AlarmsNotEvaluated"),
    "alarms.rollback": _ALARMS,
    "alarms.alarmNames": _ALARMS,
    "earlySuccessCriteria": _EARLY,
    "earlySuccessCriteria.enable": lost("a deployment has completed when all of its tasks are healthy"),
    "earlySuccessCriteria.healthyPercent": _EARLY,
    "earlySuccessCriteria.sourceServiceRevisionCleanup": _EARLY,
    "strategy": done("Deployment spec.strategy"),
    **{
        f"strategy={name}": refused(no_strategy(name), error=UNSUPPORTED) for name in ("BLUE_GREEN", "LINEAR", "CANARY")
    },
    "bakeTimeInMinutes": lost("a deployment has completed as soon as it is steady"),
    **dict.fromkeys(
        (
            "lifecycleHooks",
            "lifecycleHooks[].targetType",
            "lifecycleHooks[].hookTargetArn",
            "lifecycleHooks[].roleArn",
            "lifecycleHooks[].lifecycleStages",
            "lifecycleHooks[].hookDetails",
            "lifecycleHooks[].timeoutConfiguration",
            "lifecycleHooks[].timeoutConfiguration.timeoutInMinutes",
            "lifecycleHooks[].timeoutConfiguration.action",
        ),
        _HOOKS,
    ),
    **dict.fromkeys(
        ("linearConfiguration", "linearConfiguration.stepPercent", "linearConfiguration.stepBakeTimeInMinutes"),
        refused(no_strategy("LINEAR"), error=UNSUPPORTED),
    ),
    **dict.fromkeys(
        ("canaryConfiguration", "canaryConfiguration.canaryPercent", "canaryConfiguration.canaryBakeTimeInMinutes"),
        refused(no_strategy("CANARY"), error=UNSUPPORTED),
    ),
}

DEPLOYMENT: Mapping[str, Verdict] = {
    "deploymentConfiguration": done("Deployment spec.strategy"),
    **{f"deploymentConfiguration.{path}": verdict for path, verdict in _CONFIGURATION.items()},
    "deploymentController": done("a Deployment"),
    "deploymentController.type": done("a Deployment"),
    "deploymentController.type=CODE_DEPLOY": refused(no_controller("CODE_DEPLOY"), error=UNSUPPORTED),
    "deploymentController.type=EXTERNAL": refused(no_controller("EXTERNAL"), error=UNSUPPORTED),
    "healthCheckGracePeriodSeconds": kept("the operator counts no failed check for so long"),
}
