"""Descriptions of deployment configurations."""

from collections.abc import Mapping

SHAPES: Mapping[str, Mapping[str, str]] = {
    "DeploymentController": {
        "": "Who carries deployments out.",
        "type": "ECS itself, CodeDeploy, or somebody external who makes task sets.",
    },
    "DeploymentConfiguration": {
        "": "How a new version of a service replaces the old one.",
        "deploymentCircuitBreaker": "Gives a deployment up when its tasks keep failing. Default: off.",
        "maximumPercent": "Most tasks during a deployment, in percent of desiredCount. Default: 200; DAEMON 100.",
        "minimumHealthyPercent": "Fewest healthy tasks meanwhile, in percent. Default: 100; DAEMON 0.",
        "alarms": "CloudWatch alarms that end a deployment. Default: none.",
        "strategy": "ROLLING replaces tasks step by step, the others shift traffic. Default: ROLLING.",
        "bakeTimeInMinutes": "Minutes that both versions stay up after the traffic has moved, 0 to 1440.",
        "lifecycleHooks": "What is called, or paused for, at stages of a deployment.",
        "linearConfiguration": "Steps of the LINEAR strategy.",
        "canaryConfiguration": "First step of the CANARY strategy.",
        "earlySuccessCriteria": "When a rolling deployment counts as done before all tasks are replaced.",
    },
    "DeploymentCircuitBreaker": {
        "": "When a deployment is given up, and what then.",
        "enable": "Turns the circuit breaker on.",
        "rollback": "Goes back to the last completed deployment after a failure.",
        "resetOnHealthyTask": "Counts failures anew once a task is healthy. Default: true.",
        "thresholdConfiguration": "How many failed tasks are too many. Default: BOUNDED_PERCENT of 50.",
    },
    "ThresholdConfiguration": {
        "": "How many failed tasks end a deployment.",
        "type": "A number of tasks, or a percentage of desiredCount with or without bounds.",
        "value": "The number or the percentage.",
    },
    "DeploymentAlarms": {
        "": "Alarms that watch over a deployment.",
        "alarmNames": "Names of CloudWatch alarms.",
        "rollback": "Goes back to the last completed deployment when one goes off.",
        "enable": "Turns the watching on.",
    },
    "DeploymentEarlySuccessCriteria": {
        "": "When a rolling deployment is done early.",
        "enable": "Turns early success on.",
        "healthyPercent": "Healthy new tasks that suffice, in percent; at least minimumHealthyPercent.",
        "sourceServiceRevisionCleanup": "Whether old tasks are stopped before or after success is declared.",
    },
    "DeploymentLifecycleHook": {
        "": "A call or a pause at stages of a deployment.",
        "targetType": "Whether a Lambda function is called, or the deployment pauses. Default: AWS_LAMBDA.",
        "hookTargetArn": "ARN of the Lambda function.",
        "roleArn": "ARN of the role that may invoke the function.",
        "lifecycleStages": "Stages at which the hook acts.",
        "hookDetails": "Any JSON, handed to the hook.",
        "timeoutConfiguration": "How long to wait for an answer, and what then. Default: a day, then ROLLBACK.",
    },
    "DeploymentLifecycleHookTimeoutConfiguration": {
        "": "How long a hook may take, and what follows if it takes longer.",
        "timeoutInMinutes": "Minutes to wait, 1 to 20160. Default: 1440.",
        "action": "Whether to go on or to roll back after that. Default: ROLLBACK.",
    },
    "LinearConfiguration": {
        "": "Traffic that moves in equal steps.",
        "stepPercent": "Traffic that moves with each step, in percent, 3 to 100. Default: 10.",
        "stepBakeTimeInMinutes": "Minutes between two steps, 0 to 1440. Default: 6.",
    },
    "CanaryConfiguration": {
        "": "Traffic that moves in a small first step and then as a whole.",
        "canaryPercent": "Traffic that moves first, in percent, 0.1 to 100. Default: 5.",
        "canaryBakeTimeInMinutes": "Minutes until the rest follows, 0 to 1440. Default: 10.",
    },
}
