"""Descriptions of volumes: those of task definitions, and those configured when tasks start."""

from collections.abc import Mapping

EBS: Mapping[str, str] = {
    "encrypted": "Whether the volume is encrypted. Default: the account's setting.",
    "kmsKeyId": "KMS key for the encryption. Default: AWS's own key for EBS.",
    "volumeType": "EBS volume type, such as gp3, io2 or st1. Default: gp3.",
    "sizeInGiB": "Size in GiB; needed unless a snapshot is given, whose size is then the default.",
    "snapshotId": "Snapshot that the volume starts from.",
    "volumeInitializationRate": "MiB a second at which data is fetched from the snapshot.",
    "iops": "Input and output operations a second; needed for io1 and io2.",
    "throughput": "Throughput in MiB a second; gp3 only.",
    "tagSpecifications": "Tags for the volume.",
    "roleArn": "ARN of the infrastructure role that creates the volume.",
    "filesystemType": "File system made on a new volume. Default on Linux: xfs.",
}

SHAPES: Mapping[str, Mapping[str, str]] = {
    "Volume": {
        "": "A volume of a task, of one kind.",
        "name": "Name that mount points refer to.",
        "host": "Directory of the host, or, without a path, an empty one that lives as long as the task.",
        "dockerVolumeConfiguration": "Docker volume; EC2 only.",
        "efsVolumeConfiguration": "Directory of an EFS file system.",
        "s3filesVolumeConfiguration": "Directory of an S3 Files file system.",
        "fsxWindowsFileServerVolumeConfiguration": "Share of an FSx for Windows File Server.",
        "configuredAtLaunch": "Leaves the volume to volumeConfigurations of the service or task. Default: false.",
    },
    "HostVolumeProperties": {
        "": "Where a volume lies on the host.",
        "sourcePath": "Directory on the host, made if missing. Default: an empty one for the task; not on Fargate.",
    },
    "DockerVolumeConfiguration": {
        "": "A volume that a Docker volume driver makes.",
        "scope": "Whether the volume lives as long as the task, or is shared and stays. Default: task.",
        "autoprovision": "Creates a shared volume that is missing. Default: false.",
        "driver": "Docker volume driver. Default: local.",
        "driverOpts": "Options of the volume driver.",
        "labels": "Labels of the volume.",
    },
    "EFSVolumeConfiguration": {
        "": "A directory of an EFS file system.",
        "fileSystemId": "Id of the file system.",
        "rootDirectory": "Directory that becomes the volume's root; only / with an access point. Default: /.",
        "transitEncryption": "Whether traffic is encrypted; IAM needs it. Default: DISABLED.",
        "transitEncryptionPort": "Port for encrypted traffic. Default: the mount helper picks one.",
        "authorizationConfig": "Access point and IAM. Default: neither.",
    },
    "EFSAuthorizationConfig": {
        "": "How access to an EFS file system is authorised.",
        "accessPointId": "Access point to go through; needs transit encryption.",
        "iam": "Whether the task role is used for mounting. Default: DISABLED.",
    },
    "S3FilesVolumeConfiguration": {
        "": "A directory of an S3 Files file system.",
        "fileSystemArn": "ARN of the file system.",
        "rootDirectory": "Directory that becomes the volume's root. Default: /.",
        "transitEncryptionPort": "Port for encrypted traffic. Default: the mount helper picks one.",
        "accessPointArn": "ARN of the access point to go through.",
    },
    "FSxWindowsFileServerVolumeConfiguration": {
        "": "A share of an FSx for Windows File Server.",
        "fileSystemId": "Id of the file system.",
        "rootDirectory": "Directory of the share that becomes the volume's root.",
        "authorizationConfig": "Credentials for the share.",
    },
    "FSxWindowsFileServerAuthorizationConfig": {
        "": "Credentials for an FSx share.",
        "credentialsParameter": "ARN of the secret or SSM parameter with user name and password.",
        "domain": "Active Directory domain of the user.",
    },
    "ServiceVolumeConfiguration": {
        "": "What a service's tasks get for a volume that the task definition leaves open.",
        "name": "Name of a volume of the task definition that is configured at launch.",
        "managedEBSVolume": "EBS volume, made anew for every task.",
    },
    "ServiceManagedEBSVolumeConfiguration": {
        "": "The EBS volume that each task of a service gets.",
        **EBS,
    },
    "TaskVolumeConfiguration": {
        "": "What a standalone task gets for a volume that the task definition leaves open.",
        "name": "Name of a volume of the task definition that is configured at launch.",
        "managedEBSVolume": "EBS volume, made for the task.",
    },
    "TaskManagedEBSVolumeConfiguration": {
        "": "The EBS volume that a standalone task gets.",
        **EBS,
        "terminationPolicy": "What becomes of the volume after the task. Default: it is deleted.",
    },
    "TaskManagedEBSVolumeTerminationPolicy": {
        "": "What becomes of an EBS volume when its task has stopped.",
        "deleteOnTermination": "Whether the volume is deleted with the task.",
    },
    "EBSTagSpecification": {
        "": "Tags for an EBS volume.",
        "resourceType": "What is tagged; volume is the only kind.",
        "tags": "Tags to set.",
        "propagateTags": "Whose tags the volume gets as well. Default: nobody's.",
    },
}
