"""Descriptions of CreateService: a service and where its tasks run."""

from collections.abc import Mapping

SHAPES: Mapping[str, Mapping[str, str]] = {
    "CreateServiceRequest": {
        "": "A service: a number of tasks of one task definition, kept running.",
        "cluster": "Name or ARN of the cluster. Default: default.",
        "serviceName": "Name of the service, unique in its cluster.",
        "taskDefinition": "Family, family:revision or ARN to run; a family means its latest active revision.",
        "availabilityZoneRebalancing": "Moves tasks while zones have unequal numbers of them. Default: ENABLED.",
        "loadBalancers": "Target groups that the tasks are registered with, at most 5. Default: none.",
        "serviceRegistries": "Cloud Map service that the tasks are registered in, at most 1. Default: none.",
        "desiredCount": "How many tasks to keep running; needed for REPLICA, not allowed for DAEMON.",
        "clientToken": "Token that makes a repeated request return the first one's service, up to 36 characters.",
        "launchType": "Kind of capacity; excludes capacityProviderStrategy. Default: the cluster's strategy.",
        "capacityProviderStrategy": "How tasks are shared out over capacity providers. Default: the cluster's.",
        "platformVersion": "Version of the Fargate platform. Default: LATEST.",
        "role": "Role for a Classic Load Balancer; not with the service-linked role.",
        "deploymentConfiguration": "How a new version replaces the old one.",
        "placementConstraints": "Conditions on instances, at most 10 with those of the task definition.",
        "placementStrategy": "Preferences among instances, at most 5. Default: spread over zones.",
        "networkConfiguration": "Subnets and security groups; needed for awsvpc, not allowed otherwise.",
        "healthCheckGracePeriodSeconds": "Seconds after a task's start in which bad health is ignored. Default: 0.",
        "schedulingStrategy": "REPLICA keeps a number of tasks, DAEMON one on each instance. Default: REPLICA.",
        "deploymentController": "Who carries deployments out. Default: ECS.",
        "tags": "Tags of the service, at most 50.",
        "enableECSManagedTags": "Tags tasks with the names of cluster and service. Default: false.",
        "propagateTags": "Whose tags new tasks get: the task definition's, the service's or nobody's. Default: NONE.",
        "enableExecuteCommand": "Allows commands to be run in the containers. Default: false.",
        "serviceConnectConfiguration": "Names under which the service is found, and finds others.",
        "volumeConfigurations": "What the volume that the task definition leaves to the launch is, at most 1.",
        "vpcLatticeConfigurations": "VPC Lattice target groups that the tasks are registered with.",
        "gatewayConnectors": "Gateway that routes traffic to the service, at most 1.",
        "monitoring": "Resolution of the service's metrics.",
    },
    "CapacityProviderStrategyItem": {
        "": "A capacity provider's part in a strategy.",
        "capacityProvider": "Name of a capacity provider that the cluster has.",
        "weight": "Share of the tasks beyond the base, relative to the others' weights, 0 to 1000. Default: 0.",
        "base": "Tasks that run here before weights count, 0 to 100000; one provider may have it. Default: 0.",
    },
    "PlacementConstraint": {
        "": "A condition on the instance that runs a task.",
        "type": "distinctInstance puts tasks on different instances; memberOf asks for an expression.",
        "expression": "Condition in the cluster query language, up to 2,000 characters; memberOf only.",
    },
    "PlacementStrategy": {
        "": "A preference among the instances that could run a task.",
        "type": "spread evens tasks out, binpack fills instances up, random takes any.",
        "field": "What to spread over (instanceId, host, attribute:x) or to pack by (cpu, memory); none for random.",
    },
    "MonitoringConfiguration": {
        "": "How finely a service is measured.",
        "metricConfigurations": "Resolutions by metric, at most 5.",
    },
    "MetricConfiguration": {
        "": "The resolution of some metrics.",
        "metricNames": "Metrics: CPUUtilization, MemoryUtilization.",
        "resolutionSeconds": "Seconds between two values, 20 or 60.",
    },
}
