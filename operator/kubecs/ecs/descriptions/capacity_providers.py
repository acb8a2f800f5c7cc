"""Descriptions of CreateCapacityProvider."""

from collections.abc import Mapping

SHAPES: Mapping[str, Mapping[str, str]] = {
    "CreateCapacityProviderRequest": {
        "": "A capacity provider: instances that a cluster can run tasks on. Exactly one kind.",
        "name": "Name, not beginning with aws, ecs or fargate.",
        "cluster": "Cluster that managed instances belong to; needed for those.",
        "autoScalingGroupProvider": "Instances of an Auto Scaling group.",
        "managedInstancesProvider": "Instances that ECS launches itself.",
        "tags": "Tags of the capacity provider, at most 50.",
    },
    "AutoScalingGroupProvider": {
        "": "An Auto Scaling group and how ECS scales it.",
        "autoScalingGroupArn": "ARN, or name, of the Auto Scaling group.",
        "managedScaling": "How ECS changes the size of the group. Default: not at all.",
        "managedTerminationProtection": "Whether instances with tasks are kept from scale-in. Default: DISABLED.",
        "managedDraining": "Whether tasks are moved away before an instance ends. Default: ENABLED.",
    },
    "ManagedScaling": {
        "": "How the size of an Auto Scaling group follows the tasks.",
        "status": "Whether ECS scales the group.",
        "targetCapacity": "Use of the instances to aim at, in percent, 1 to 100. Default: 100.",
        "minimumScalingStepSize": "Fewest instances to add at once, 1 to 10000. Default: 1.",
        "maximumScalingStepSize": "Most instances to add at once, 1 to 10000. Default: 10000.",
        "instanceWarmupPeriod": "Seconds until a new instance counts, 0 to 10000. Default: 300.",
    },
    "CreateManagedInstancesProviderConfiguration": {
        "": "Instances that ECS launches and ends itself.",
        "infrastructureRoleArn": "ARN of the role that launches instances.",
        "instanceLaunchTemplate": "What instances are like.",
        "propagateTags": "Whether instances get the capacity provider's tags.",
        "infrastructureOptimization": "How soon unused instances go.",
        "autoRepairConfiguration": "Whether impaired instances are replaced.",
    },
    "InfrastructureOptimization": {
        "": "How soon unused instances go.",
        "scaleInAfter": "Seconds that an instance may idle, up to 3600; -1 means for ever.",
    },
    "AutoRepairConfiguration": {
        "": "Replacement of impaired instances.",
        "actionsStatus": "Whether impaired instances are replaced.",
    },
}
