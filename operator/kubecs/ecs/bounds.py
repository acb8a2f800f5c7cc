"""Bounds of every member: the table behind the CRD schemas, the operator's validation and the endpoint's.

A row is written where ECS states a limit or the default does not fit. The defaults below keep every string, list and
map bounded, which the API server needs to estimate what a CEL rule costs. No bound may refuse what ECS accepts in
practice; where ECS states no limit, the bound only says how much is plainly too much.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kubecs.ecs.members import Member, Type

INT32_MAX = 2**31 - 1
ARN_LENGTH = 2_048  # IAM's own limit
NAME_LENGTH = 255
FREE_TEXT_LENGTH = 10_000
PROGRAM_LENGTH = 65_536  # a task definition as a whole has 64 KiB
PORT = 65_535

NAME_PATTERN = r"^[A-Za-z0-9_-]+$"
PORT_NAME_PATTERN = r"^[a-z0-9_][a-z0-9_-]*$"
TOKEN_PATTERN = r"^[!-~]*$"  # noqa: S105  printable ASCII without the space; templates leave it empty
TAG_PATTERN = r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$"
PORT_RANGE_PATTERN = r"^[0-9]{1,5}-[0-9]{1,5}$"
INSTANCE_TYPE_PATTERN = r"^[a-zA-Z0-9.*-]+$"


@dataclass(frozen=True, slots=True)
class Bound:
    """What a value may be; a field that is None, or that is of another kind of value, does not limit it.

    Attributes:
        minimum: the least number, in the member's unit.
        maximum: the greatest number.
        min_length: the least length of a string, in characters.
        max_length: the greatest length of a string.
        pattern: RE2 syntax, anchored at both ends.
        min_items: the least number of list elements or map entries.
        max_items: the greatest number of list elements or map entries.
        key: the bound of a map's keys.
        item: the bound of a list's elements or a map's values; None where they are structures or enums.
    """

    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None
    key: "Bound | None" = None
    item: "Bound | None" = None


def number(minimum: float, maximum: float = INT32_MAX) -> Bound:
    """A number within a closed range."""
    return Bound(minimum=minimum, maximum=maximum)


def text(max_length: int, min_length: int = 0, pattern: str | None = None) -> Bound:
    """A string of a length within a closed range, in characters."""
    return Bound(min_length=min_length, max_length=max_length, pattern=pattern)


def items(max_items: int, min_items: int = 0, item: Bound | None = None) -> Bound:
    """A list."""
    return Bound(min_items=min_items, max_items=max_items, item=item)


def entries(max_items: int, key: Bound, item: Bound) -> Bound:
    """A map of strings."""
    return Bound(min_items=0, max_items=max_items, key=key, item=item)


NAME = text(NAME_LENGTH, 1, NAME_PATTERN)
LABEL = text(NAME_LENGTH)
REFERENCE = text(ARN_LENGTH)  # a name or an ARN
PATH = text(4_096)
PROGRAM = text(PROGRAM_LENGTH)  # commands, configuration files, values of variables
LISTENER_RULE = REFERENCE

# A string member without a row is bounded by how its name ends, in this order.
STRING_DEFAULTS: Mapping[str, Bound] = {
    "Arn": REFERENCE,
    "ARN": REFERENCE,
    "KeyId": REFERENCE,
    "Rule": LISTENER_RULE,
    "Name": LABEL,
    "name": LABEL,
    "Id": LABEL,
    "Path": PATH,
    "Directory": PATH,
    "": text(FREE_TEXT_LENGTH),
}

# Other members without a row. ECS's integers have 32 bits, and few may be negative.
DEFAULTS: Mapping[str, Bound] = {
    "list": items(100, item=text(FREE_TEXT_LENGTH)),
    "map": entries(100, LABEL, PROGRAM),
    "integer": number(0),
    "double": number(0),
}

TAGS = items(50)
EBS_VOLUME: Mapping[str, Bound] = {
    "sizeInGiB": number(1, 65_536),
    "iops": number(1, 1_000_000),
    "throughput": number(1, 1_000_000),
    "tagSpecifications": items(10),
    "volumeType": text(32),
}

ROWS: Mapping[str, Bound] = {
    # Task definitions
    "RegisterTaskDefinitionRequest.family": NAME,
    "RegisterTaskDefinitionRequest.taskRoleArn": REFERENCE,
    "RegisterTaskDefinitionRequest.containerDefinitions": items(10, 1),
    "RegisterTaskDefinitionRequest.volumes": items(50),
    "RegisterTaskDefinitionRequest.placementConstraints": items(10),
    "RegisterTaskDefinitionRequest.requiresCompatibilities": items(4),
    "RegisterTaskDefinitionRequest.cpu": text(32),
    "RegisterTaskDefinitionRequest.memory": text(32),
    "RegisterTaskDefinitionRequest.tags": TAGS,
    "RegisterTaskDefinitionRequest.inferenceAccelerators": items(10),
    "Tag.key": text(128, 1, TAG_PATTERN),
    "Tag.value": text(256, 0, TAG_PATTERN),
    "EphemeralStorage.sizeInGiB": number(21, 200),
    "TaskDefinitionPlacementConstraint.expression": text(2_000),
    "TrustedExecutionConfiguration.attestationPolicy": PROGRAM,
    # Containers
    "ContainerDefinition.name": NAME,
    "ContainerDefinition.image": text(NAME_LENGTH, 1),
    "ContainerDefinition.cpu": number(0, 262_144),
    "ContainerDefinition.memory": number(6),
    "ContainerDefinition.memoryReservation": number(6),
    "ContainerDefinition.links": items(100, item=text(512)),
    "ContainerDefinition.entryPoint": items(500, item=PROGRAM),
    "ContainerDefinition.command": items(500, item=PROGRAM),
    "ContainerDefinition.environment": items(500),
    "ContainerDefinition.environmentFiles": items(10),
    "ContainerDefinition.mountPoints": items(50),
    "ContainerDefinition.volumesFrom": items(10),
    "ContainerDefinition.secrets": items(200),
    "ContainerDefinition.dependsOn": items(10),
    "ContainerDefinition.startTimeout": number(2),
    "ContainerDefinition.stopTimeout": number(2),
    "ContainerDefinition.hostname": LABEL,
    "ContainerDefinition.user": LABEL,
    "ContainerDefinition.dnsServers": items(20, item=LABEL),
    "ContainerDefinition.dnsSearchDomains": items(20, item=LABEL),
    "ContainerDefinition.dockerSecurityOptions": items(20, item=REFERENCE),
    "ContainerDefinition.dockerLabels": entries(200, text(512), PROGRAM),
    "ContainerDefinition.ulimits": items(15),
    "ContainerDefinition.resourceRequirements": items(10),
    "ContainerDefinition.credentialSpecs": items(1, item=REFERENCE),
    "ContainerDependency.containerName": LABEL,
    "ContainerRestartPolicy.ignoredExitCodes": items(50, item=number(-INT32_MAX - 1)),
    "ContainerRestartPolicy.restartAttemptPeriod": number(60, 1_800),
    "Device.permissions": items(3),
    "EnvironmentFile.value": REFERENCE,
    "HealthCheck.command": items(100, 1, PROGRAM),
    "HealthCheck.interval": number(5, 300),
    "HealthCheck.timeout": number(2, 60),
    "HealthCheck.retries": number(1, 10),
    "HealthCheck.startPeriod": number(0, 300),
    "HostEntry.hostname": LABEL,
    "HostEntry.ipAddress": text(64),
    "KernelCapabilities.add": items(64, item=text(64)),
    "KernelCapabilities.drop": items(64, item=text(64)),
    "KeyValuePair.value": PROGRAM,
    "LinuxParameters.swappiness": number(0, 100),
    "LogConfiguration.options": entries(100, LABEL, PROGRAM),
    "MountPoint.sourceVolume": LABEL,
    "NvidiaMpsAllocation.memory": number(1),
    "NvidiaMpsAllocation.maxComputePercent": number(1, 100),
    "PortMapping.containerPort": number(0, PORT),
    "PortMapping.hostPort": number(0, PORT),
    "PortMapping.name": text(64, 1, PORT_NAME_PATTERN),
    "PortMapping.containerPortRange": text(11, 3, PORT_RANGE_PATTERN),
    "RepositoryCredentials.credentialsParameter": REFERENCE,
    "ResourceRequirement.value": text(32),
    "Secret.valueFrom": REFERENCE,
    "SystemControl.namespace": LABEL,
    "SystemControl.value": LABEL,
    "Tmpfs.size": number(1),
    "Tmpfs.mountOptions": items(32, item=text(64)),
    "Ulimit.softLimit": number(-1),
    "Ulimit.hardLimit": number(-1),
    "VolumeFrom.sourceContainer": LABEL,
    # Volumes
    "Volume.name": NAME,
    "DockerVolumeConfiguration.driver": LABEL,
    "EFSVolumeConfiguration.transitEncryptionPort": number(0, PORT),
    "S3FilesVolumeConfiguration.transitEncryptionPort": number(0, PORT),
    "FSxWindowsFileServerAuthorizationConfig.credentialsParameter": REFERENCE,
    "FSxWindowsFileServerAuthorizationConfig.domain": LABEL,
    "ServiceVolumeConfiguration.name": NAME,
    "TaskVolumeConfiguration.name": NAME,
    **{f"ServiceManagedEBSVolumeConfiguration.{member}": bound for member, bound in EBS_VOLUME.items()},
    **{f"TaskManagedEBSVolumeConfiguration.{member}": bound for member, bound in EBS_VOLUME.items()},
    "EBSTagSpecification.tags": TAGS,
    # Services
    "CreateServiceRequest.cluster": REFERENCE,
    "CreateServiceRequest.serviceName": NAME,
    "CreateServiceRequest.taskDefinition": REFERENCE,
    "CreateServiceRequest.loadBalancers": items(5),
    "CreateServiceRequest.serviceRegistries": items(1),
    "CreateServiceRequest.desiredCount": number(0, 10_000),
    "CreateServiceRequest.clientToken": text(36, 0, TOKEN_PATTERN),
    "CreateServiceRequest.capacityProviderStrategy": items(20),
    "CreateServiceRequest.platformVersion": text(32),
    "CreateServiceRequest.role": REFERENCE,
    "CreateServiceRequest.placementConstraints": items(10),
    "CreateServiceRequest.placementStrategy": items(5),
    "CreateServiceRequest.tags": TAGS,
    "CreateServiceRequest.volumeConfigurations": items(1),
    "CreateServiceRequest.vpcLatticeConfigurations": items(20),
    "CreateServiceRequest.gatewayConnectors": items(1),
    "AwsVpcConfiguration.subnets": items(16, item=LABEL),
    "AwsVpcConfiguration.securityGroups": items(5, item=LABEL),
    "CanaryConfiguration.canaryPercent": number(0.1, 100),
    "CanaryConfiguration.canaryBakeTimeInMinutes": number(0, 1_440),
    "CapacityProviderStrategyItem.capacityProvider": REFERENCE,
    "CapacityProviderStrategyItem.weight": number(0, 1_000),
    "CapacityProviderStrategyItem.base": number(0, 100_000),
    "DeploymentAlarms.alarmNames": items(100, item=LABEL),
    "DeploymentConfiguration.minimumHealthyPercent": number(0, 100),
    "DeploymentConfiguration.bakeTimeInMinutes": number(0, 1_440),
    "DeploymentConfiguration.lifecycleHooks": items(20),
    "DeploymentEarlySuccessCriteria.healthyPercent": number(0, 100),
    "DeploymentLifecycleHook.lifecycleStages": items(8),
    "DeploymentLifecycleHookTimeoutConfiguration.timeoutInMinutes": number(1, 20_160),
    "GatewayConnectorDeregistrationDelay.timeoutSeconds": number(0, 3_600),
    "GatewayConnectorFilters.accessTypes": items(2),
    "GatewayConnectorHealthCheck.healthCheckPort": number(0, PORT),
    "GatewayConnectorHealthCheckMatcher.httpCode": LABEL,
    "GatewayConnectorHealthCheckMatcher.grpcCode": LABEL,
    "LinearConfiguration.stepPercent": number(3, 100),
    "LinearConfiguration.stepBakeTimeInMinutes": number(0, 1_440),
    "LoadBalancer.containerPort": number(0, PORT),
    "MetricConfiguration.metricNames": items(5, 1, text(NAME_LENGTH, 1)),
    "MetricConfiguration.resolutionSeconds": number(20, 60),
    "MonitoringConfiguration.metricConfigurations": items(5),
    "PlacementConstraint.expression": text(2_000),
    "PlacementStrategy.field": LABEL,
    "ServiceConnectClientAlias.dnsName": text(127),
    "ServiceConnectClientAlias.port": number(0, PORT),
    "ServiceConnectConfiguration.namespace": text(1_024),
    "ServiceConnectConfiguration.containerConfigurations": items(10),
    "ServiceConnectService.portName": text(64),
    "ServiceConnectService.discoveryName": text(64),
    "ServiceConnectService.clientAliases": items(1),
    "ServiceConnectService.ingressPortOverride": number(0, PORT),
    "ServiceConnectTlsConfiguration.kmsKey": REFERENCE,
    "ServiceRegistry.port": number(0, PORT),
    "ServiceRegistry.containerPort": number(0, PORT),
    # Tasks
    "RunTaskRequest.cluster": REFERENCE,
    "RunTaskRequest.taskDefinition": REFERENCE,
    "RunTaskRequest.count": number(1, 10),
    "RunTaskRequest.group": LABEL,
    "RunTaskRequest.startedBy": text(128),
    "RunTaskRequest.referenceId": text(1_024),
    "RunTaskRequest.clientToken": text(64, 0, TOKEN_PATTERN),
    "RunTaskRequest.capacityProviderStrategy": items(20),
    "RunTaskRequest.placementConstraints": items(10),
    "RunTaskRequest.placementStrategy": items(5),
    "RunTaskRequest.platformVersion": text(32),
    "RunTaskRequest.tags": TAGS,
    "RunTaskRequest.volumeConfigurations": items(1),
    "TaskOverride.containerOverrides": items(10),
    "TaskOverride.inferenceAcceleratorOverrides": items(10),
    "TaskOverride.cpu": text(32),
    "TaskOverride.memory": text(32),
    "ContainerOverride.command": items(500, item=PROGRAM),
    "ContainerOverride.environment": items(500),
    "ContainerOverride.environmentFiles": items(10),
    "ContainerOverride.cpu": number(0, 262_144),
    "ContainerOverride.memory": number(4),
    "ContainerOverride.memoryReservation": number(4),
    "ContainerOverride.resourceRequirements": items(10),
    # Clusters
    "CreateClusterRequest.clusterName": NAME,
    "CreateClusterRequest.tags": TAGS,
    "CreateClusterRequest.settings": items(10),
    "CreateClusterRequest.capacityProviders": items(20, item=REFERENCE),
    "CreateClusterRequest.defaultCapacityProviderStrategy": items(20),
    "ClusterServiceConnectDefaultsRequest.namespace": text(1_024),
    "ClusterSetting.value": LABEL,
    "ExecuteCommandLogConfiguration.s3KeyPrefix": text(1_024),
    # Capacity providers
    "CreateCapacityProviderRequest.name": NAME,
    "CreateCapacityProviderRequest.cluster": REFERENCE,
    "CreateCapacityProviderRequest.tags": TAGS,
    "InfrastructureOptimization.scaleInAfter": number(-1, 3_600),
    "InstanceRequirementsRequest.allowedInstanceTypes": items(400, item=text(30, 1, INSTANCE_TYPE_PATTERN)),
    "InstanceRequirementsRequest.excludedInstanceTypes": items(400, item=text(30, 1, INSTANCE_TYPE_PATTERN)),
    "ManagedInstancesNetworkConfiguration.subnets": items(16, item=LABEL),
    "ManagedInstancesNetworkConfiguration.securityGroups": items(5, item=LABEL),
    "ManagedInstancesStorageConfiguration.storageSizeGiB": number(1),
    "ManagedScaling.targetCapacity": number(1, 100),
    "ManagedScaling.minimumScalingStepSize": number(1, 10_000),
    "ManagedScaling.maximumScalingStepSize": number(1, 10_000),
    "ManagedScaling.instanceWarmupPeriod": number(0, 10_000),
}


def bound(shape: str, member: Member) -> Bound | None:
    """The bound of a member of a shape: its row, else the default of its type.

    None where the type says all: structures, enums, booleans and free-form documents.
    """
    row = ROWS.get(f"{shape}.{member.name}") or _default(member)
    if row is None or not _has_scalar_items(member.type):
        return row if row is None else replace(row, item=None)
    return row if row.item else replace(row, item=DEFAULTS["list"].item)


def _default(member: Member) -> Bound | None:
    if member.type.kind != "string":
        return DEFAULTS.get(member.type.kind)
    return next(bound for ending, bound in STRING_DEFAULTS.items() if member.name.endswith(ending))


def _has_scalar_items(type_: Type) -> bool:
    return type_.item is not None and type_.item.kind in ("string", "integer")
