"""The verdicts about the members of the task definition itself; `member=value` is the verdict about one value."""

from collections.abc import Mapping

from kubecs.translate.verdict import Verdict, done, kept, lost, refused

_PROXY = refused(
    "proxyConfiguration is not supported by this endpoint",
    "App Mesh has come to its end; without its proxy the task would talk past it",
)
_INFERENCE = refused("Unsupported field 'inferenceAccelerators'", "AWS has retired it and refuses it too")
_AFFINITY = "spec.affinity.nodeAffinity"
_CONSTRAINT = done(
    _AFFINITY,
    "attributes of instances are labels of nodes: Kubernetes' own, else attr.kubecs.dev/<name>; what labels cannot say "
    "(patterns, tasks and agents of an instance) chooses no node",
    "PlacementNotApplied",
)
_FAULTS = lost("faults are not injected", "FaultInjectionNotAvailable", "it takes an agent on the node")
_SANDBOX = "spec.runtimeClassName"

TASK: Mapping[str, Verdict] = {
    "family": done("metadata.name of the ECSTaskDefinition; label kubecs.dev/family"),
    "containerDefinitions": done("spec.containers, spec.initContainers"),
    "taskRoleArn": done(
        "spec.serviceAccountName, spec.automountServiceAccountToken",
        "one ServiceAccount for each role; RBAC comes from the role map, IAM policies are not evaluated; a role that "
        "the map lacks gives the service the condition RoleNotMapped",
    ),
    "executionRoleArn": done(
        "spec.imagePullSecrets",
        "chooses pull secrets by ECSAccount spec.pullSecrets, never the task's identity",
        "RoleNotMapped",
    ),
    "networkMode": done("spec.hostNetwork, spec.dnsPolicy"),
    "networkMode=awsvpc": done("nothing: a Pod has an address of its own"),
    "networkMode=bridge": done(
        "containers[].ports[].hostPort", "containers share one network, where each has its own there"
    ),
    "networkMode=host": done("spec.hostNetwork, spec.dnsPolicy", "ECSAccount spec.allow.hostNetwork allows it"),
    "networkMode=none": done(
        "label kubecs.dev/network=none, and the NetworkPolicy ecs-no-network that selects it",
        "as far as the cluster's network enforces policies; loopback and an address remain",
    ),
    "volumes": done("spec.volumes", condition="VolumeNotApplied"),
    "placementConstraints": done(_AFFINITY, condition="PlacementNotApplied"),
    "placementConstraints[].type": done("nothing: memberOf is the only one"),
    "placementConstraints[].expression": _CONSTRAINT,
    "requiresCompatibilities": kept("validated as ECS does; it chooses no node there either"),
    "cpu": done("spec.resources", "the ceiling of all containers; a Windows task has none, as in ECS"),
    "memory": done("spec.resources", "the ceiling of all containers; a Windows task has none, as in ECS"),
    "tags": kept("stand in the revision; an edit of them alone makes none"),
    "tags[].key": kept("stands in the revision"),
    "tags[].value": kept("stands in the revision"),
    "pidMode": done("spec.hostPID, spec.shareProcessNamespace", condition="NotOnWindows"),
    "pidMode=host": done("spec.hostPID", "ECSAccount spec.allow.hostPID allows it"),
    "pidMode=task": done("spec.shareProcessNamespace"),
    "ipcMode": done("spec.hostIPC", condition="IpcIsolationNotAvailable"),
    "ipcMode=host": done("spec.hostIPC", "ECSAccount spec.allow.hostIPC allows it"),
    "ipcMode=task": done("nothing: the containers of a Pod share IPC"),
    "ipcMode=none": done(
        "nothing for a single container", "several containers of a Pod always share IPC", "IpcIsolationNotAvailable"
    ),
    "proxyConfiguration": _PROXY,
    "proxyConfiguration.type": _PROXY,
    "proxyConfiguration.containerName": _PROXY,
    "proxyConfiguration.properties": _PROXY,
    "proxyConfiguration.properties[].name": _PROXY,
    "proxyConfiguration.properties[].value": _PROXY,
    "inferenceAccelerators": _INFERENCE,
    "inferenceAccelerators[].deviceName": _INFERENCE,
    "inferenceAccelerators[].deviceType": _INFERENCE,
    "ephemeralStorage": done("containers[0].resources"),
    "ephemeralStorage.sizeInGiB": done(
        "containers[0].resources.requests and .limits, ephemeral-storage",
        "the Pod's in effect; a task that uses more is evicted, where ECS says that the disk is full",
    ),
    "runtimePlatform": done("spec.os, spec.nodeSelector"),
    "runtimePlatform.cpuArchitecture": done(
        "spec.nodeSelector kubernetes.io/arch", "where it is not given, any node: images are often made for several"
    ),
    "runtimePlatform.cpuArchitecture=X86_64": done("spec.nodeSelector kubernetes.io/arch amd64"),
    "runtimePlatform.cpuArchitecture=ARM64": done("spec.nodeSelector kubernetes.io/arch arm64"),
    "runtimePlatform.operatingSystemFamily": done(
        "spec.os.name, spec.nodeSelector kubernetes.io/os and node.kubernetes.io/windows-build",
        "FULL and CORE are not told apart",
    ),
    "enableFaultInjection": _FAULTS,
    "trustedExecutionConfiguration": done(_SANDBOX, condition="RuntimeClassNotMapped"),
    "trustedExecutionConfiguration.isolationMode": done(
        _SANDBOX,
        "by ECSAccount spec.runtimeClasses; one that it lacks is refused with ClientException",
        "RuntimeClassNotMapped",
    ),
    "trustedExecutionConfiguration.isolationMode=SHARED": done("spec.runtimeClassName, if the map has one for it"),
    "trustedExecutionConfiguration.isolationMode=ISOLATED_SANDBOX": done(
        _SANDBOX, "the RuntimeClass of a virtual machine, such as kata", "RuntimeClassNotMapped"
    ),
    "trustedExecutionConfiguration.isolationMode=CONFIDENTIAL_SANDBOX": done(
        _SANDBOX, "the RuntimeClass of a confidential virtual machine", "RuntimeClassNotMapped"
    ),
    "trustedExecutionConfiguration.attestationPolicy": done(
        "annotation named by ECSAccount spec.runtimeClasses", condition="AttestationNotApplied"
    ),
}
