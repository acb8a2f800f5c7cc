"""Descriptions of RunTask and its overrides."""

from collections.abc import Mapping

SHAPES: Mapping[str, Mapping[str, str]] = {
    "RunTaskRequest": {
        "": "A task to run once, outside any service.",
        "capacityProviderStrategy": "How tasks are shared out over capacity providers; excludes launchType.",
        "cluster": "Name or ARN of the cluster. Default: default.",
        "count": "How many tasks to run, 1 to 10. Default: 1.",
        "enableECSManagedTags": "Tags the task with the name of its cluster. Default: false.",
        "enableExecuteCommand": "Allows commands to be run in the containers. Default: false.",
        "group": "Group of the task, which constraints can refer to. Default: family:<family>.",
        "launchType": "Kind of capacity. Default: the cluster's strategy, else EC2.",
        "networkConfiguration": "Subnets and security groups; needed for awsvpc, not allowed otherwise.",
        "overrides": "What differs from the task definition for this task, up to 8,192 characters of JSON.",
        "placementConstraints": "Conditions on instances, at most 10 with those of the task definition.",
        "placementStrategy": "Preferences among instances, at most 5.",
        "platformVersion": "Version of the Fargate platform. Default: LATEST.",
        "propagateTags": "Copies the task definition's tags to the task; SERVICE is refused. Default: nobody's.",
        "referenceId": "Reserved for AWS's own callers; taken and not used.",
        "startedBy": "Who or what started the task, up to 128 characters; lists can be filtered by it.",
        "tags": "Tags of the task, at most 50.",
        "taskDefinition": "Family, family:revision or ARN to run; a family means its latest active revision.",
        "clientToken": "Token that makes a repeated request return the first one's tasks, up to 64 characters.",
        "volumeConfigurations": "What the volume that the task definition leaves to the launch is, at most 1.",
    },
    "TaskOverride": {
        "": "What differs from the task definition for one task.",
        "containerOverrides": "Differences by container.",
        "cpu": "CPU of the whole task, in units of 1/1024 vCPU or in vCPUs.",
        "inferenceAcceleratorOverrides": "Elastic Inference devices. Retired by AWS: refused.",
        "executionRoleArn": "Name or ARN of the role for pulling images, reading secrets and writing logs.",
        "memory": "Memory of the whole task, in MiB or GB.",
        "taskRoleArn": "Name or ARN of the role that the containers act as.",
        "ephemeralStorage": "Size of the task's own disk on Fargate.",
    },
    "ContainerOverride": {
        "": "What differs from the task definition for one container.",
        "name": "Container that is meant; needed when anything else is set.",
        "command": "Replaces the command.",
        "environment": "Variables to add, or to replace by name.",
        "environmentFiles": "Replaces the list of files of environment variables.",
        "cpu": "Replaces the CPU units.",
        "memory": "Replaces the hard memory limit, in MiB.",
        "memoryReservation": "Replaces the soft memory limit, in MiB.",
        "resourceRequirements": "Replaces the list of devices.",
    },
    "InferenceAcceleratorOverride": {
        "": "Another Elastic Inference device. Retired by AWS: refused.",
        "deviceName": "Device of the task definition. Retired by AWS: refused.",
        "deviceType": "Type of the device. Retired by AWS: refused.",
    },
}
