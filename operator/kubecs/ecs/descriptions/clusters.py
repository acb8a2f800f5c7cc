"""Descriptions of CreateCluster."""

from collections.abc import Mapping

SHAPES: Mapping[str, Mapping[str, str]] = {
    "CreateClusterRequest": {
        "": "A cluster: a group of services, tasks and capacity.",
        "clusterName": "Name of the cluster. Default: default.",
        "tags": "Tags of the cluster, at most 50.",
        "settings": "Switches of the cluster, such as containerInsights.",
        "configuration": "Settings for commands in containers and for storage.",
        "capacityProviders": "Capacity providers of the cluster, at most 20.",
        "defaultCapacityProviderStrategy": "Strategy for services and tasks that choose no capacity themselves.",
        "serviceConnectDefaults": "Service Connect namespace for services that name none.",
    },
    "ClusterSetting": {
        "": "A switch of a cluster.",
        "name": "Which switch; containerInsights is the only one.",
        "value": "enabled, enhanced or disabled. Default: disabled.",
    },
    "ClusterConfiguration": {
        "": "Settings for commands in containers and for storage.",
        "executeCommandConfiguration": "How commands in containers are logged and encrypted.",
        "managedStorageConfiguration": "Keys that storage is encrypted with.",
    },
    "ExecuteCommandConfiguration": {
        "": "How commands that are run in containers are logged and encrypted.",
        "kmsKeyId": "KMS key for the channel between client and container. Default: TLS alone.",
        "logging": "Whether sessions are logged: not, as the task logs, or as configured. Default: DEFAULT.",
        "logConfiguration": "Where sessions are logged; only and always with OVERRIDE.",
    },
    "ExecuteCommandLogConfiguration": {
        "": "Where sessions are logged.",
        "cloudWatchLogGroupName": "CloudWatch log group.",
        "cloudWatchEncryptionEnabled": "Whether the log group is encrypted. Default: false.",
        "s3BucketName": "S3 bucket.",
        "s3EncryptionEnabled": "Whether objects in the bucket are encrypted. Default: false.",
        "s3KeyPrefix": "Prefix of the objects' names.",
    },
    "ManagedStorageConfiguration": {
        "": "Keys that storage is encrypted with.",
        "kmsKeyId": "KMS key for managed EBS volumes.",
        "fargateEphemeralStorageKmsKeyId": "KMS key for the disks of Fargate tasks.",
    },
    "ClusterServiceConnectDefaultsRequest": {
        "": "Service Connect defaults of a cluster.",
        "namespace": "Name or ARN of the namespace, up to 1,024 characters.",
    },
}
