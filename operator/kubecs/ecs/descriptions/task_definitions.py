"""Descriptions of RegisterTaskDefinition at the level of the task."""

from collections.abc import Mapping

SHAPES: Mapping[str, Mapping[str, str]] = {
    "RegisterTaskDefinitionRequest": {
        "": "A task definition: the containers of a task, what they share, and what they may use.",
        "family": "Name under which revisions are counted. A registration makes the next revision of its family.",
        "taskRoleArn": "Name or ARN of the IAM role that the containers act as. Default: no role.",
        "executionRoleArn": "Name or ARN of the role for pulling images, reading secrets and writing logs.",
        "networkMode": "How containers reach the network. Default on Linux: bridge. Fargate takes awsvpc only.",
        "containerDefinitions": "The containers of the task, 1 to 10.",
        "volumes": "Volumes that containers of the task can mount. Default: none.",
        "placementConstraints": "Expressions that an instance must satisfy to run the task, all of them.",
        "requiresCompatibilities": "Launch types that the task definition is checked against. Default: no check.",
        "cpu": 'CPU of the whole task, a hard ceiling: units of 1/1024 vCPU ("256") or vCPUs ("0.25 vCPU").',
        "memory": 'Memory of the whole task, a hard ceiling: MiB ("512") or GB ("0.5 GB").',
        "tags": "Tags of the revision, at most 50.",
        "pidMode": "Whose processes containers see: the host's or the task's. Default: each its own only.",
        "ipcMode": "Whose IPC namespace containers use: the host's, the task's, or none. Default: the runtime's.",
        "proxyConfiguration": "App Mesh proxy that the task's traffic is led through; needs awsvpc.",
        "inferenceAccelerators": "Elastic Inference devices. Retired by AWS: refused.",
        "ephemeralStorage": "Size of the task's own disk on Fargate. Default: 20 GiB.",
        "runtimePlatform": "Operating system and CPU architecture that the images are built for.",
        "enableFaultInjection": "Lets tools inject network faults into the task. Default: false.",
        "trustedExecutionConfiguration": "Isolation of the task from others; for Managed Instances only.",
    },
    "EphemeralStorage": {
        "": "Size of the disk that a Fargate task gets for its own lifetime.",
        "sizeInGiB": "Size in GiB, 21 to 200.",
    },
    "InferenceAccelerator": {
        "": "An Elastic Inference device. Retired by AWS: refused.",
        "deviceName": "Name that containers refer to. Retired by AWS: refused.",
        "deviceType": "Type of the device. Retired by AWS: refused.",
    },
    "ProxyConfiguration": {
        "": "A proxy container and how traffic is redirected to it.",
        "type": "Kind of proxy; APPMESH is the only one.",
        "containerName": "Container that is the proxy.",
        "properties": "Ports, user ids and addresses that the redirection takes or leaves out.",
    },
    "RuntimePlatform": {
        "": "The platform that the images of a task need.",
        "cpuArchitecture": "CPU architecture. Default on Fargate: X86_64; on EC2: whatever the instance has.",
        "operatingSystemFamily": "Operating system, for Windows with its release. Default: LINUX.",
    },
    "Tag": {
        "": "A key and a value attached to a resource.",
        "key": "Key, 1 to 128 characters, unique in its list; must not begin with aws:.",
        "value": "Value, up to 256 characters.",
    },
    "TaskDefinitionPlacementConstraint": {
        "": "A condition on the instance that runs the task.",
        "type": "Kind of constraint; memberOf is the only one.",
        "expression": "Condition in the cluster query language, up to 2,000 characters.",
    },
    "TrustedExecutionConfiguration": {
        "": "How strictly a task is isolated on a managed instance.",
        "isolationMode": "Sharing of the instance's kernel: shared, sandboxed, or confidential.",
        "attestationPolicy": "Base64 policy that a confidential sandbox is attested against.",
    },
}
