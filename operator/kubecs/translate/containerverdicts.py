"""The verdicts about the other members of containers: those that the values decide."""

from collections.abc import Mapping

from kubecs.translate.verdict import Verdict, done, kept, lost, refused

_SWAP = lost("the node decides about swap", "SwapNotControlled", "Kubernetes sets no swap for a single container")
_SECURITY = "containers[].securityContext"
_LOGS = "annotation kubecs.dev/logs"
_CONFIG = "annotation kubecs.dev/firelens, mounted in the router"
_BY_SECRETS = "by ECSAccount spec.secrets or .secretStores; what both lack is refused with ResourceInitializationError"
_FILE = "containers[].envFrom"
_BY_FILES = "by ECSAccount spec.environmentFiles; what that lacks is refused with ResourceInitializationError"
_SHIPPED = done(
    _LOGS, "delivered where ECSAccount spec.logDrivers says that an agent on the nodes serves it", "LogsNotDelivered"
)
_LIMIT = "containers[].resources.limits"

_RIGHTS: Mapping[str, Verdict] = {
    "user": done(f"{_SECURITY}.runAsUser, .runAsGroup", "names are in the image; root is known", "UserNameNotNumeric"),
    "privileged": done(f"{_SECURITY}.privileged", "ECSAccount spec.allow.privileged allows it", "NotOnWindows"),
    "readonlyRootFilesystem": done(f"{_SECURITY}.readOnlyRootFilesystem", condition="NotOnWindows"),
    "dockerSecurityOptions": done(
        f"{_SECURITY}.allowPrivilegeEscalation, .appArmorProfile, .seLinuxOptions, .seccompProfile",
        "ECSAccount spec.allow.privileged allows `unconfined`",
        "SecurityOptionNotApplied",
    ),
    "credentialSpecs": done(
        f"{_SECURITY}.windowsOptions.gmsaCredentialSpecName",
        "on Windows, by ECSAccount spec.credentialSpecs",
        "CredentialSpecNotApplied",
    ),
    "linuxParameters": done(_SECURITY, condition="NotOnWindows"),
    "linuxParameters.capabilities": done(f"{_SECURITY}.capabilities"),
    "linuxParameters.capabilities.add": done(
        f"{_SECURITY}.capabilities.add", "ECSAccount spec.allow.capabilities allows those beyond the usual ones"
    ),
    "linuxParameters.capabilities.drop": done(f"{_SECURITY}.capabilities.drop"),
    "linuxParameters.devices": done(
        _LIMIT,
        "by ECSAccount spec.devices; what that lacks needs a privileged container, or is refused with ClientException",
        "DeviceNotMapped",
    ),
    "linuxParameters.devices[].hostPath": done(_LIMIT, "of a device plugin", "DeviceNotMapped"),
    "linuxParameters.devices[].containerPath": done(
        "containers[].volumeMounts",
        "of a privileged container; a device plugin decides for any other",
        "DeviceOptionsNotApplied",
    ),
    "linuxParameters.devices[].permissions": done(
        "nothing: a device plugin decides", "all three are what it gives", "DeviceOptionsNotApplied"
    ),
    "linuxParameters.sharedMemorySize": done("spec.volumes[].emptyDir in memory, mounted at /dev/shm"),
    "linuxParameters.tmpfs": done("spec.volumes[].emptyDir in memory", "it lives as long as the Pod"),
    "linuxParameters.tmpfs[].containerPath": done("containers[].volumeMounts[].mountPath"),
    "linuxParameters.tmpfs[].size": done("spec.volumes[].emptyDir.sizeLimit"),
    "linuxParameters.tmpfs[].mountOptions": done(
        "containers[].volumeMounts[].readOnly", "ro alone: Kubernetes sets no others", "TmpfsOptionsNotApplied"
    ),
    "linuxParameters.maxSwap": _SWAP,
    "linuxParameters.swappiness": _SWAP,
    "systemControls": done("spec.securityContext.sysctls", "of the whole task", "SysctlNotApplied"),
    "systemControls[].namespace": done(
        "spec.securityContext.sysctls[].name",
        "the kubelet must be told to take those that it does not hold for safe",
        "SysctlNeedsPermission",
    ),
    "systemControls[].value": done("spec.securityContext.sysctls[].value"),
}

_NETWORK: Mapping[str, Verdict] = {
    "links": done(
        "spec.hostAliases", "the other container is at 127.0.0.1; no variables are made of it", "NameSettingNotApplied"
    ),
    "portMappings": done("containers[].ports", condition="PortConflict"),
    "portMappings[].containerPort": done("containers[].ports[].containerPort", condition="PortConflict"),
    "portMappings[].hostPort": done(
        "containers[].ports[].hostPort", "in bridge and host mode; 0 opens none: the Pod has an address", "PortConflict"
    ),
    "portMappings[].protocol": done("containers[].ports[].protocol"),
    "portMappings[].protocol=tcp": done("containers[].ports[].protocol TCP", "the default"),
    "portMappings[].protocol=udp": done("containers[].ports[].protocol UDP"),
    "portMappings[].name": done("containers[].ports[].name", "mangled where it must be", "PortConflict"),
    "portMappings[].appProtocol": done("annotation kubecs.dev/app-protocols", "for the Services of these ports"),
    "portMappings[].appProtocol=http": done("annotation kubecs.dev/app-protocols", "a Service says http"),
    "portMappings[].appProtocol=http2": done("annotation kubecs.dev/app-protocols", "a Service says kubernetes.io/h2c"),
    "portMappings[].appProtocol=grpc": done("annotation kubecs.dev/app-protocols", "a Service says grpc"),
    "portMappings[].containerPortRange": done(
        "containers[].ports",
        "one for each, of more than 100 the first alone, since a port is reached whether listed or not; none is opened "
        "on the node",
        "PortsNotListed",
    ),
    "hostname": done("spec.hostname", "of the whole task", "NameSettingNotApplied"),
    "disableNetworking": refused(
        "disableNetworking is not supported by this endpoint", "a container cannot be without the network of its Pod"
    ),
    "dnsServers": done("spec.dnsConfig.nameservers", "of the whole task, three at most", "NameSettingNotApplied"),
    "dnsSearchDomains": done("spec.dnsConfig.searches", "of the whole task", "NameSettingNotApplied"),
    "extraHosts": done("spec.hostAliases", condition="NameSettingNotApplied"),
    "extraHosts[].hostname": done("spec.hostAliases[].hostnames", condition="NameSettingNotApplied"),
    "extraHosts[].ipAddress": done("spec.hostAliases[].ip", condition="NameSettingNotApplied"),
}

_VARIABLES: Mapping[str, Verdict] = {
    "environment": done("containers[].env", "of several values for one name the last holds"),
    "environment[].name": done("containers[].env[].name", condition="EnvironmentNotApplied"),
    "environment[].value": done("containers[].env[].value", "what Kubernetes would expand is escaped"),
    "environmentFiles": done(_FILE, _BY_FILES, "EnvironmentFileNotMapped"),
    "environmentFiles[].value": done(
        f"spec.volumes[].projected and containers[].command, or {_FILE}[].configMapRef or .secretRef",
        f"with a key, the shim reads the file as the ECS agent does; {_BY_FILES}",
        "EnvironmentFileNotMapped",
    ),
    "environmentFiles[].type": done("nothing: s3 is the only one"),
    "secrets": done("containers[].env[].valueFrom", _BY_SECRETS, "SecretNotMapped"),
    "secrets[].name": done("containers[].env[].name", condition="EnvironmentNotApplied"),
    "secrets[].valueFrom": done("containers[].env[].valueFrom.secretKeyRef", _BY_SECRETS, "SecretNotMapped"),
}

_LOGGING: Mapping[str, Verdict] = {
    "logConfiguration": done(_LOGS, "the output is on the node, where `kubectl logs` reads it"),
    "logConfiguration.logDriver": done(
        _LOGS, "ECSAccount spec.logDrivers says which drivers an agent on the nodes serves", "LogsNotDelivered"
    ),
    **{
        f"logConfiguration.logDriver={driver}": _SHIPPED
        for driver in ("awslogs", "fluentd", "gelf", "splunk", "syslog")
    },
    "logConfiguration.logDriver=json-file": done("nothing: what the node does anyway"),
    "logConfiguration.logDriver=journald": done("nothing: what the node does anyway"),
    "logConfiguration.logDriver=awsfirelens": done(
        _CONFIG,
        "containers that send records there are served; what others print is, where ECSAccount spec.allow.hostVolumes "
        "lets the router read /var/log/pods",
        "FirelensStdoutNotRouted",
    ),
    "logConfiguration.options": done(_LOGS),
    "logConfiguration.secretOptions": done(_LOGS, _BY_SECRETS, "SecretNotMapped"),
    "logConfiguration.secretOptions[].name": done(_LOGS),
    "logConfiguration.secretOptions[].valueFrom": done(_LOGS, _BY_SECRETS, "SecretNotMapped"),
    "firelensConfiguration": done(_CONFIG, "records carry cluster and task definition, not the task's ARN"),
    "firelensConfiguration.type": done(_CONFIG),
    "firelensConfiguration.options": done(
        _CONFIG,
        "a file in the image is included, one in S3 by an entry with a key in ECSAccount spec.environmentFiles",
        "FirelensConfigNotIncluded",
    ),
}

_STORAGE: Mapping[str, Verdict] = {
    "mountPoints": done("containers[].volumeMounts", condition="MountPointNotApplied"),
    "mountPoints[].sourceVolume": done("containers[].volumeMounts[].name", condition="MountPointNotApplied"),
    "mountPoints[].containerPath": done("containers[].volumeMounts[].mountPath", condition="MountPointNotApplied"),
    "mountPoints[].readOnly": done("containers[].volumeMounts[].readOnly"),
    "volumesFrom": done(
        "containers[].volumeMounts", "copied; what an image declares is not shared", "ImageVolumeNotShared"
    ),
    "volumesFrom[].sourceContainer": done("containers[].volumeMounts", condition="ImageVolumeNotShared"),
    "volumesFrom[].readOnly": done("containers[].volumeMounts[].readOnly"),
}

_SIZES: Mapping[str, Verdict] = {
    "cpu": done(
        "containers[].resources.requests.cpu",
        "a weight and a reservation, on Windows a ceiling (.limits.cpu) too, as in ECS",
    ),
    "memory": done("containers[].resources.limits.memory", "the request too, where there is no memoryReservation"),
    "memoryReservation": done("containers[].resources.requests.memory"),
    "resourceRequirements": done(_LIMIT, condition="AcceleratorNotMapped"),
    "resourceRequirements[].type": done(
        _LIMIT, "nvidia.com/gpu, aws.amazon.com/neuron, or by ECSAccount spec.accelerators", "AcceleratorNotMapped"
    ),
    "resourceRequirements[].type=GPU": done(f"{_LIMIT} nvidia.com/gpu", "or by ECSAccount spec.accelerators"),
    "resourceRequirements[].type=NeuronDevice": done(
        f"{_LIMIT} aws.amazon.com/neuron", "or by ECSAccount spec.accelerators"
    ),
    "resourceRequirements[].type=InferenceAccelerator": refused(
        "resourceRequirements of type InferenceAccelerator is not supported by this endpoint", "AWS has retired it"
    ),
    "resourceRequirements[].value": done(_LIMIT, condition="AcceleratorNotMapped"),
    "resourceRequirements[].value=ALL": done(
        "spec.resourceClaims, containers[].resources.claims",
        "by `deviceClassName` in ECSAccount spec.accelerators; else refused with ClientException",
        "AcceleratorNotMapped",
    ),
    "resourceRequirements[].sharingStrategy": done(
        _LIMIT, "by `shared` in ECSAccount spec.accelerators; else refused with ClientException", "AcceleratorNotMapped"
    ),
    "resourceRequirements[].sharingStrategy.nvidiaMps": done(_LIMIT, condition="AcceleratorNotMapped"),
    "resourceRequirements[].sharingStrategy.nvidiaMps.memory": done(
        "containers[].env CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"
    ),
    "resourceRequirements[].sharingStrategy.nvidiaMps.maxComputePercent": done(
        "containers[].env CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"
    ),
}

_PROGRAM: Mapping[str, Verdict] = {
    "name": done("containers[].name", "mangled where it must be; the original is in an annotation"),
    "image": done(
        "containers[].image, .imagePullPolicy",
        "short names of Docker Hub are written out; ECSAccount spec.registries rewrites; a failed pull never "
        "falls back on what the node has, where ECS does",
    ),
    "repositoryCredentials": done("spec.imagePullSecrets", "of the whole task", "SecretNotMapped"),
    "repositoryCredentials.credentialsParameter": done(
        "spec.imagePullSecrets",
        "by ECSAccount spec.pullSecrets or .secretStores; what both lack is refused with ResourceInitializationError",
        "SecretNotMapped",
    ),
    "entryPoint": done("containers[].command", "what Kubernetes would expand is escaped"),
    "command": done("containers[].args", "what Kubernetes would expand is escaped"),
    "workingDirectory": done("containers[].workingDir"),
    "interactive": done("containers[].stdin"),
    "pseudoTerminal": done("containers[].tty"),
    "dockerLabels": done("annotation kubecs.dev/docker-labels", "a container has no labels in Kubernetes"),
    "versionConsistency": done(
        "containers[].image",
        "in services: the digest that the first task ran is taken by the deployments that start later, not by further "
        "tasks of its own; one that is forced asks the tag anew",
        "DigestUnresolved",
    ),
    "versionConsistency=disabled": kept("each task pulls what the tag says when it starts"),
}

VALUES: Mapping[str, Verdict] = {
    **_PROGRAM,
    **_SIZES,
    **_VARIABLES,
    **_RIGHTS,
    **_NETWORK,
    **_STORAGE,
    **_LOGGING,
}
