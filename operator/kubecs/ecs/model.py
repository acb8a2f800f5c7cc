"""Generated from botocore 1.44.5 by tools/generate_models.py: do not edit."""

# ruff: noqa: D101  descriptions.py says what each shape and member is

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from kubecs.ecs.base import Boolean, Double, Integer, Shape, String, UnionShape

NetworkMode = Literal["bridge", "host", "awsvpc", "none"]
TransportProtocol = Literal["tcp", "udp"]
ApplicationProtocol = Literal["http", "http2", "grpc"]
EnvironmentFileType = Literal["s3"]
DeviceCgroupPermission = Literal["read", "write", "mknod"]
ContainerCondition = Literal["START", "COMPLETE", "SUCCESS", "HEALTHY"]
VersionConsistency = Literal["enabled", "disabled"]
UlimitName = Literal[
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
]
LogDriver = Literal["json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens"]
ResourceType = Literal["GPU", "InferenceAccelerator", "NeuronDevice"]
FirelensConfigurationType = Literal["fluentd", "fluentbit"]
Scope = Literal["task", "shared"]
EFSTransitEncryption = Literal["ENABLED", "DISABLED"]
EFSAuthorizationConfigIAM = Literal["ENABLED", "DISABLED"]
TaskDefinitionPlacementConstraintType = Literal["memberOf"]
Compatibility = Literal["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"]
PidMode = Literal["host", "task"]
IpcMode = Literal["host", "task", "none"]
ProxyConfigurationType = Literal["APPMESH"]
CPUArchitecture = Literal["X86_64", "ARM64"]
OSFamily = Literal[
    "WINDOWS_SERVER_2019_FULL",
    "WINDOWS_SERVER_2019_CORE",
    "WINDOWS_SERVER_2016_FULL",
    "WINDOWS_SERVER_2004_CORE",
    "WINDOWS_SERVER_2022_CORE",
    "WINDOWS_SERVER_2022_FULL",
    "WINDOWS_SERVER_2025_CORE",
    "WINDOWS_SERVER_2025_FULL",
    "WINDOWS_SERVER_20H2_CORE",
    "LINUX",
]
IsolationMode = Literal["SHARED", "ISOLATED_SANDBOX", "CONFIDENTIAL_SANDBOX"]
AvailabilityZoneRebalancing = Literal["ENABLED", "DISABLED"]
LaunchType = Literal["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"]
ThresholdType = Literal["COUNT", "BOUNDED_PERCENT", "UNBOUNDED_PERCENT"]
DeploymentStrategy = Literal["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"]
DeploymentLifecycleHookTargetType = Literal["AWS_LAMBDA", "PAUSE"]
DeploymentLifecycleHookStage = Literal[
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
]
DeploymentLifecycleHookAction = Literal["ROLLBACK", "CONTINUE"]
ServiceRevisionCleanup = Literal["BLOCKING", "DEFERRED"]
PlacementConstraintType = Literal["distinctInstance", "memberOf"]
PlacementStrategyType = Literal["random", "spread", "binpack"]
AssignPublicIp = Literal["ENABLED", "DISABLED"]
SchedulingStrategy = Literal["REPLICA", "DAEMON"]
DeploymentControllerType = Literal["ECS", "CODE_DEPLOY", "EXTERNAL"]
PropagateTags = Literal["TASK_DEFINITION", "SERVICE", "NONE"]
ServiceConnectAccessLoggingFormat = Literal["TEXT", "JSON"]
ServiceConnectIncludeQueryParameters = Literal["DISABLED", "ENABLED"]
ServiceConnectContainerLogLevel = Literal["debug", "info"]
EBSResourceType = Literal["volume"]
TaskFilesystemType = Literal["ext3", "ext4", "xfs", "ntfs"]
GatewayConnectorHealthCheckProtocol = Literal["HTTP", "HTTPS"]
AccessType = Literal["PUBLIC", "PRIVATE"]
ClusterSettingName = Literal["containerInsights"]
ExecuteCommandLogging = Literal["NONE", "DEFAULT", "OVERRIDE"]
ManagedScalingStatus = Literal["ENABLED", "DISABLED"]
ManagedTerminationProtection = Literal["ENABLED", "DISABLED"]
ManagedDraining = Literal["ENABLED", "DISABLED"]
ManagedInstancesMonitoringOptions = Literal["BASIC", "DETAILED"]
CapacityOptionType = Literal["ON_DEMAND", "SPOT", "RESERVED"]
CpuManufacturer = Literal["intel", "amd", "amazon-web-services"]
InstanceGeneration = Literal["current", "previous"]
BareMetal = Literal["included", "required", "excluded"]
BurstablePerformance = Literal["included", "required", "excluded"]
LocalStorage = Literal["included", "required", "excluded"]
LocalStorageType = Literal["hdd", "ssd"]
AcceleratorType = Literal["gpu", "fpga", "inference"]
AcceleratorManufacturer = Literal["amazon-web-services", "amd", "nvidia", "xilinx", "habana"]
AcceleratorName = Literal[
    "a100",
    "inferentia",
    "k520",
    "k80",
    "m60",
    "radeon-pro-v520",
    "t4",
    "vu9p",
    "v100",
    "a10g",
    "h100",
    "t4g",
    "l40s",
    "l4",
]
CapacityReservationPreference = Literal["RESERVATIONS_ONLY", "RESERVATIONS_FIRST", "RESERVATIONS_EXCLUDED"]
PropagateMITags = Literal["CAPACITY_PROVIDER", "NONE"]
AutoRepairActionsStatus = Literal["ENABLED", "DISABLED"]


class RepositoryCredentials(Shape):
    credentials_parameter: String


class PortMapping(Shape):
    container_port: Integer | None = None
    host_port: Integer | None = None
    protocol: TransportProtocol | None = None
    name: String | None = None
    app_protocol: ApplicationProtocol | None = None
    container_port_range: String | None = None


class ContainerRestartPolicy(Shape):
    enabled: Boolean
    ignored_exit_codes: tuple[Integer, ...] | None = None
    restart_attempt_period: Integer | None = None


class KeyValuePair(Shape):
    name: String | None = None
    value: String | None = None


class EnvironmentFile(Shape):
    value: String
    type: EnvironmentFileType


class MountPoint(Shape):
    source_volume: String | None = None
    container_path: String | None = None
    read_only: Boolean | None = None


class VolumeFrom(Shape):
    source_container: String | None = None
    read_only: Boolean | None = None


class KernelCapabilities(Shape):
    add: tuple[String, ...] | None = None
    drop: tuple[String, ...] | None = None


class Device(Shape):
    host_path: String
    container_path: String | None = None
    permissions: tuple[DeviceCgroupPermission, ...] | None = None


class Tmpfs(Shape):
    container_path: String
    size: Integer
    mount_options: tuple[String, ...] | None = None


class LinuxParameters(Shape):
    capabilities: KernelCapabilities | None = None
    devices: tuple[Device, ...] | None = None
    init_process_enabled: Boolean | None = None
    shared_memory_size: Integer | None = None
    tmpfs: tuple[Tmpfs, ...] | None = None
    max_swap: Integer | None = None
    swappiness: Integer | None = None


class Secret(Shape):
    name: String
    value_from: String


class ContainerDependency(Shape):
    container_name: String
    condition: ContainerCondition


class HostEntry(Shape):
    hostname: String
    ip_address: String


class Ulimit(Shape):
    name: UlimitName
    soft_limit: Integer
    hard_limit: Integer


class LogConfiguration(Shape):
    log_driver: LogDriver
    options: Mapping[String, String] | None = None
    secret_options: tuple[Secret, ...] | None = None


class HealthCheck(Shape):
    command: tuple[String, ...]
    interval: Integer | None = None
    timeout: Integer | None = None
    retries: Integer | None = None
    start_period: Integer | None = None


class SystemControl(Shape):
    namespace: String | None = None
    value: String | None = None


class NvidiaMpsAllocation(Shape):
    memory: Integer
    max_compute_percent: Integer | None = None


class SharingStrategy(UnionShape):
    nvidia_mps: NvidiaMpsAllocation | None = None


class ResourceRequirement(Shape):
    type: ResourceType
    value: String | None = None
    sharing_strategy: SharingStrategy | None = None


class FirelensConfiguration(Shape):
    type: FirelensConfigurationType
    options: Mapping[String, String] | None = None


class ContainerDefinition(Shape):
    name: String | None = None
    image: String | None = None
    repository_credentials: RepositoryCredentials | None = None
    cpu: Integer | None = None
    memory: Integer | None = None
    memory_reservation: Integer | None = None
    links: tuple[String, ...] | None = None
    port_mappings: tuple[PortMapping, ...] | None = None
    essential: Boolean | None = None
    restart_policy: ContainerRestartPolicy | None = None
    entry_point: tuple[String, ...] | None = None
    command: tuple[String, ...] | None = None
    environment: tuple[KeyValuePair, ...] | None = None
    environment_files: tuple[EnvironmentFile, ...] | None = None
    mount_points: tuple[MountPoint, ...] | None = None
    volumes_from: tuple[VolumeFrom, ...] | None = None
    linux_parameters: LinuxParameters | None = None
    secrets: tuple[Secret, ...] | None = None
    depends_on: tuple[ContainerDependency, ...] | None = None
    start_timeout: Integer | None = None
    stop_timeout: Integer | None = None
    version_consistency: VersionConsistency | None = None
    hostname: String | None = None
    user: String | None = None
    working_directory: String | None = None
    disable_networking: Boolean | None = None
    privileged: Boolean | None = None
    readonly_root_filesystem: Boolean | None = None
    dns_servers: tuple[String, ...] | None = None
    dns_search_domains: tuple[String, ...] | None = None
    extra_hosts: tuple[HostEntry, ...] | None = None
    docker_security_options: tuple[String, ...] | None = None
    interactive: Boolean | None = None
    pseudo_terminal: Boolean | None = None
    docker_labels: Mapping[String, String] | None = None
    ulimits: tuple[Ulimit, ...] | None = None
    log_configuration: LogConfiguration | None = None
    health_check: HealthCheck | None = None
    system_controls: tuple[SystemControl, ...] | None = None
    resource_requirements: tuple[ResourceRequirement, ...] | None = None
    firelens_configuration: FirelensConfiguration | None = None
    credential_specs: tuple[String, ...] | None = None


class HostVolumeProperties(Shape):
    source_path: String | None = None


class DockerVolumeConfiguration(Shape):
    scope: Scope | None = None
    autoprovision: Boolean | None = None
    driver: String | None = None
    driver_opts: Mapping[String, String] | None = None
    labels: Mapping[String, String] | None = None


class EFSAuthorizationConfig(Shape):
    access_point_id: String | None = None
    iam: EFSAuthorizationConfigIAM | None = None


class EFSVolumeConfiguration(Shape):
    file_system_id: String
    root_directory: String | None = None
    transit_encryption: EFSTransitEncryption | None = None
    transit_encryption_port: Integer | None = None
    authorization_config: EFSAuthorizationConfig | None = None


class S3FilesVolumeConfiguration(Shape):
    file_system_arn: String
    root_directory: String | None = None
    transit_encryption_port: Integer | None = None
    access_point_arn: String | None = None


class FSxWindowsFileServerAuthorizationConfig(Shape):
    credentials_parameter: String
    domain: String


class FSxWindowsFileServerVolumeConfiguration(Shape):
    file_system_id: String
    root_directory: String
    authorization_config: FSxWindowsFileServerAuthorizationConfig


class Volume(Shape):
    name: String | None = None
    host: HostVolumeProperties | None = None
    docker_volume_configuration: DockerVolumeConfiguration | None = None
    efs_volume_configuration: EFSVolumeConfiguration | None = None
    s3files_volume_configuration: Annotated[
        S3FilesVolumeConfiguration | None, Field(alias="s3filesVolumeConfiguration")
    ] = None
    fsx_windows_file_server_volume_configuration: FSxWindowsFileServerVolumeConfiguration | None = None
    configured_at_launch: Boolean | None = None


class TaskDefinitionPlacementConstraint(Shape):
    type: TaskDefinitionPlacementConstraintType | None = None
    expression: String | None = None


class Tag(Shape):
    key: String | None = None
    value: String | None = None


class ProxyConfiguration(Shape):
    container_name: String
    type: ProxyConfigurationType | None = None
    properties: tuple[KeyValuePair, ...] | None = None


class InferenceAccelerator(Shape):
    device_name: String
    device_type: String


class EphemeralStorage(Shape):
    size_in_gib: Annotated[Integer, Field(alias="sizeInGiB")]


class RuntimePlatform(Shape):
    cpu_architecture: CPUArchitecture | None = None
    operating_system_family: OSFamily | None = None


class TrustedExecutionConfiguration(Shape):
    isolation_mode: IsolationMode
    attestation_policy: String | None = None


class RegisterTaskDefinitionRequest(Shape):
    family: String
    container_definitions: tuple[ContainerDefinition, ...]
    task_role_arn: String | None = None
    execution_role_arn: String | None = None
    network_mode: NetworkMode | None = None
    volumes: tuple[Volume, ...] | None = None
    placement_constraints: tuple[TaskDefinitionPlacementConstraint, ...] | None = None
    requires_compatibilities: tuple[Compatibility, ...] | None = None
    cpu: String | None = None
    memory: String | None = None
    tags: tuple[Tag, ...] | None = None
    pid_mode: PidMode | None = None
    ipc_mode: IpcMode | None = None
    proxy_configuration: ProxyConfiguration | None = None
    inference_accelerators: tuple[InferenceAccelerator, ...] | None = None
    ephemeral_storage: EphemeralStorage | None = None
    runtime_platform: RuntimePlatform | None = None
    enable_fault_injection: Boolean | None = None
    trusted_execution_configuration: TrustedExecutionConfiguration | None = None


class AdvancedConfiguration(Shape):
    alternate_target_group_arn: String | None = None
    production_listener_rule: String | None = None
    test_listener_rule: String | None = None
    role_arn: String | None = None


class LoadBalancer(Shape):
    target_group_arn: String | None = None
    load_balancer_name: String | None = None
    container_name: String | None = None
    container_port: Integer | None = None
    advanced_configuration: AdvancedConfiguration | None = None


class ServiceRegistry(Shape):
    registry_arn: String | None = None
    port: Integer | None = None
    container_name: String | None = None
    container_port: Integer | None = None


class CapacityProviderStrategyItem(Shape):
    capacity_provider: String
    weight: Integer | None = None
    base: Integer | None = None


class ThresholdConfiguration(Shape):
    type: ThresholdType
    value: Integer


class DeploymentCircuitBreaker(Shape):
    enable: Boolean
    rollback: Boolean
    reset_on_healthy_task: Boolean | None = None
    threshold_configuration: ThresholdConfiguration | None = None


class DeploymentAlarms(Shape):
    alarm_names: tuple[String, ...]
    rollback: Boolean
    enable: Boolean


class DeploymentLifecycleHookTimeoutConfiguration(Shape):
    timeout_in_minutes: Integer | None = None
    action: DeploymentLifecycleHookAction | None = None


class DeploymentLifecycleHook(Shape):
    target_type: DeploymentLifecycleHookTargetType | None = None
    hook_target_arn: String | None = None
    role_arn: String | None = None
    lifecycle_stages: tuple[DeploymentLifecycleHookStage, ...] | None = None
    hook_details: JsonValue | None = None
    timeout_configuration: DeploymentLifecycleHookTimeoutConfiguration | None = None


class LinearConfiguration(Shape):
    step_percent: Double | None = None
    step_bake_time_in_minutes: Integer | None = None


class CanaryConfiguration(Shape):
    canary_percent: Double | None = None
    canary_bake_time_in_minutes: Integer | None = None


class DeploymentEarlySuccessCriteria(Shape):
    enable: Boolean
    healthy_percent: Integer | None = None
    source_service_revision_cleanup: ServiceRevisionCleanup | None = None


class DeploymentConfiguration(Shape):
    deployment_circuit_breaker: DeploymentCircuitBreaker | None = None
    maximum_percent: Integer | None = None
    minimum_healthy_percent: Integer | None = None
    alarms: DeploymentAlarms | None = None
    strategy: DeploymentStrategy | None = None
    bake_time_in_minutes: Integer | None = None
    lifecycle_hooks: tuple[DeploymentLifecycleHook, ...] | None = None
    linear_configuration: LinearConfiguration | None = None
    canary_configuration: CanaryConfiguration | None = None
    early_success_criteria: DeploymentEarlySuccessCriteria | None = None


class PlacementConstraint(Shape):
    type: PlacementConstraintType | None = None
    expression: String | None = None


class PlacementStrategy(Shape):
    type: PlacementStrategyType | None = None
    field: String | None = None


class AwsVpcConfiguration(Shape):
    subnets: tuple[String, ...]
    security_groups: tuple[String, ...] | None = None
    assign_public_ip: AssignPublicIp | None = None


class NetworkConfiguration(Shape):
    awsvpc_configuration: AwsVpcConfiguration | None = None


class DeploymentController(Shape):
    type: DeploymentControllerType


class ServiceConnectTestTrafficHeaderMatchRules(Shape):
    exact: String


class ServiceConnectTestTrafficHeaderRules(Shape):
    name: String
    value: ServiceConnectTestTrafficHeaderMatchRules | None = None


class ServiceConnectTestTrafficRules(Shape):
    header: ServiceConnectTestTrafficHeaderRules


class ServiceConnectClientAlias(Shape):
    port: Integer
    dns_name: String | None = None
    test_traffic_rules: ServiceConnectTestTrafficRules | None = None


class TimeoutConfiguration(Shape):
    idle_timeout_seconds: Integer | None = None
    per_request_timeout_seconds: Integer | None = None


class ServiceConnectTlsCertificateAuthority(Shape):
    aws_pca_authority_arn: String | None = None


class ServiceConnectTlsConfiguration(Shape):
    issuer_certificate_authority: ServiceConnectTlsCertificateAuthority
    kms_key: String | None = None
    role_arn: String | None = None


class ServiceConnectService(Shape):
    port_name: String
    discovery_name: String | None = None
    client_aliases: tuple[ServiceConnectClientAlias, ...] | None = None
    ingress_port_override: Integer | None = None
    timeout: TimeoutConfiguration | None = None
    tls: ServiceConnectTlsConfiguration | None = None


class ServiceConnectAccessLogConfiguration(Shape):
    format: ServiceConnectAccessLoggingFormat
    include_query_parameters: ServiceConnectIncludeQueryParameters | None = None


class ServiceConnectContainerConfiguration(UnionShape):
    log_level: ServiceConnectContainerLogLevel | None = None


class ServiceConnectConfiguration(Shape):
    enabled: Boolean
    namespace: String | None = None
    services: tuple[ServiceConnectService, ...] | None = None
    log_configuration: LogConfiguration | None = None
    access_log_configuration: ServiceConnectAccessLogConfiguration | None = None
    container_configurations: tuple[ServiceConnectContainerConfiguration, ...] | None = None


class EBSTagSpecification(Shape):
    resource_type: EBSResourceType
    tags: tuple[Tag, ...] | None = None
    propagate_tags: PropagateTags | None = None


class ServiceManagedEBSVolumeConfiguration(Shape):
    role_arn: String
    encrypted: Boolean | None = None
    kms_key_id: String | None = None
    volume_type: String | None = None
    size_in_gib: Annotated[Integer | None, Field(alias="sizeInGiB")] = None
    snapshot_id: String | None = None
    volume_initialization_rate: Integer | None = None
    iops: Integer | None = None
    throughput: Integer | None = None
    tag_specifications: tuple[EBSTagSpecification, ...] | None = None
    filesystem_type: TaskFilesystemType | None = None


class ServiceVolumeConfiguration(Shape):
    name: String
    managed_ebs_volume: Annotated[ServiceManagedEBSVolumeConfiguration | None, Field(alias="managedEBSVolume")] = None


class VpcLatticeAdvancedConfiguration(Shape):
    alternate_target_group_arn: String | None = None
    production_listener_rule: String | None = None
    test_listener_rule: String | None = None


class VpcLatticeConfiguration(Shape):
    role_arn: String
    target_group_arn: String
    port_name: String
    advanced_configuration: VpcLatticeAdvancedConfiguration | None = None


class GatewayConnectorHealthCheckMatcher(Shape):
    http_code: String | None = None
    grpc_code: String | None = None


class GatewayConnectorHealthCheck(Shape):
    health_check_protocol: GatewayConnectorHealthCheckProtocol | None = None
    health_check_port: Integer | None = None
    health_check_path: String | None = None
    health_check_timeout_seconds: Integer | None = None
    health_check_interval_seconds: Integer | None = None
    healthy_threshold_count: Integer | None = None
    unhealthy_threshold_count: Integer | None = None
    matcher: GatewayConnectorHealthCheckMatcher | None = None


class GatewayConnectorFilters(Shape):
    access_types: tuple[AccessType, ...] | None = None


class GatewayConnectorDeregistrationDelay(Shape):
    timeout_seconds: Integer | None = None


class GatewayConnector(Shape):
    port_name: String
    health_check: GatewayConnectorHealthCheck | None = None
    filters: GatewayConnectorFilters | None = None
    deregistration_delay: GatewayConnectorDeregistrationDelay | None = None


class MetricConfiguration(Shape):
    metric_names: tuple[String, ...]
    resolution_seconds: Integer


class MonitoringConfiguration(Shape):
    metric_configurations: tuple[MetricConfiguration, ...] | None = None


class CreateServiceRequest(Shape):
    service_name: String
    cluster: String | None = None
    task_definition: String | None = None
    availability_zone_rebalancing: AvailabilityZoneRebalancing | None = None
    load_balancers: tuple[LoadBalancer, ...] | None = None
    service_registries: tuple[ServiceRegistry, ...] | None = None
    desired_count: Integer | None = None
    client_token: String | None = None
    launch_type: LaunchType | None = None
    capacity_provider_strategy: tuple[CapacityProviderStrategyItem, ...] | None = None
    platform_version: String | None = None
    role: String | None = None
    deployment_configuration: DeploymentConfiguration | None = None
    placement_constraints: tuple[PlacementConstraint, ...] | None = None
    placement_strategy: tuple[PlacementStrategy, ...] | None = None
    network_configuration: NetworkConfiguration | None = None
    health_check_grace_period_seconds: Integer | None = None
    scheduling_strategy: SchedulingStrategy | None = None
    deployment_controller: DeploymentController | None = None
    tags: tuple[Tag, ...] | None = None
    enable_ecs_managed_tags: Annotated[Boolean | None, Field(alias="enableECSManagedTags")] = None
    propagate_tags: PropagateTags | None = None
    enable_execute_command: Boolean | None = None
    service_connect_configuration: ServiceConnectConfiguration | None = None
    volume_configurations: tuple[ServiceVolumeConfiguration, ...] | None = None
    vpc_lattice_configurations: tuple[VpcLatticeConfiguration, ...] | None = None
    gateway_connectors: tuple[GatewayConnector, ...] | None = None
    monitoring: MonitoringConfiguration | None = None


class ContainerOverride(Shape):
    name: String | None = None
    command: tuple[String, ...] | None = None
    environment: tuple[KeyValuePair, ...] | None = None
    environment_files: tuple[EnvironmentFile, ...] | None = None
    cpu: Integer | None = None
    memory: Integer | None = None
    memory_reservation: Integer | None = None
    resource_requirements: tuple[ResourceRequirement, ...] | None = None


class InferenceAcceleratorOverride(Shape):
    device_name: String | None = None
    device_type: String | None = None


class TaskOverride(Shape):
    container_overrides: tuple[ContainerOverride, ...] | None = None
    cpu: String | None = None
    inference_accelerator_overrides: tuple[InferenceAcceleratorOverride, ...] | None = None
    execution_role_arn: String | None = None
    memory: String | None = None
    task_role_arn: String | None = None
    ephemeral_storage: EphemeralStorage | None = None


class TaskManagedEBSVolumeTerminationPolicy(Shape):
    delete_on_termination: Boolean


class TaskManagedEBSVolumeConfiguration(Shape):
    role_arn: String
    encrypted: Boolean | None = None
    kms_key_id: String | None = None
    volume_type: String | None = None
    size_in_gib: Annotated[Integer | None, Field(alias="sizeInGiB")] = None
    snapshot_id: String | None = None
    volume_initialization_rate: Integer | None = None
    iops: Integer | None = None
    throughput: Integer | None = None
    tag_specifications: tuple[EBSTagSpecification, ...] | None = None
    termination_policy: TaskManagedEBSVolumeTerminationPolicy | None = None
    filesystem_type: TaskFilesystemType | None = None


class TaskVolumeConfiguration(Shape):
    name: String
    managed_ebs_volume: Annotated[TaskManagedEBSVolumeConfiguration | None, Field(alias="managedEBSVolume")] = None


class RunTaskRequest(Shape):
    task_definition: String
    capacity_provider_strategy: tuple[CapacityProviderStrategyItem, ...] | None = None
    cluster: String | None = None
    count: Integer | None = None
    enable_ecs_managed_tags: Annotated[Boolean | None, Field(alias="enableECSManagedTags")] = None
    enable_execute_command: Boolean | None = None
    group: String | None = None
    launch_type: LaunchType | None = None
    network_configuration: NetworkConfiguration | None = None
    overrides: TaskOverride | None = None
    placement_constraints: tuple[PlacementConstraint, ...] | None = None
    placement_strategy: tuple[PlacementStrategy, ...] | None = None
    platform_version: String | None = None
    propagate_tags: PropagateTags | None = None
    reference_id: String | None = None
    started_by: String | None = None
    tags: tuple[Tag, ...] | None = None
    client_token: String | None = None
    volume_configurations: tuple[TaskVolumeConfiguration, ...] | None = None


class ClusterSetting(Shape):
    name: ClusterSettingName | None = None
    value: String | None = None


class ExecuteCommandLogConfiguration(Shape):
    cloud_watch_log_group_name: String | None = None
    cloud_watch_encryption_enabled: Boolean | None = None
    s3_bucket_name: String | None = None
    s3_encryption_enabled: Boolean | None = None
    s3_key_prefix: String | None = None


class ExecuteCommandConfiguration(Shape):
    kms_key_id: String | None = None
    logging: ExecuteCommandLogging | None = None
    log_configuration: ExecuteCommandLogConfiguration | None = None


class ManagedStorageConfiguration(Shape):
    kms_key_id: String | None = None
    fargate_ephemeral_storage_kms_key_id: String | None = None


class ClusterConfiguration(Shape):
    execute_command_configuration: ExecuteCommandConfiguration | None = None
    managed_storage_configuration: ManagedStorageConfiguration | None = None


class ClusterServiceConnectDefaultsRequest(Shape):
    namespace: String


class CreateClusterRequest(Shape):
    cluster_name: String | None = None
    tags: tuple[Tag, ...] | None = None
    settings: tuple[ClusterSetting, ...] | None = None
    configuration: ClusterConfiguration | None = None
    capacity_providers: tuple[String, ...] | None = None
    default_capacity_provider_strategy: tuple[CapacityProviderStrategyItem, ...] | None = None
    service_connect_defaults: ClusterServiceConnectDefaultsRequest | None = None


class ManagedScaling(Shape):
    status: ManagedScalingStatus | None = None
    target_capacity: Integer | None = None
    minimum_scaling_step_size: Integer | None = None
    maximum_scaling_step_size: Integer | None = None
    instance_warmup_period: Integer | None = None


class AutoScalingGroupProvider(Shape):
    auto_scaling_group_arn: String
    managed_scaling: ManagedScaling | None = None
    managed_termination_protection: ManagedTerminationProtection | None = None
    managed_draining: ManagedDraining | None = None


class ManagedInstancesNetworkConfiguration(Shape):
    subnets: tuple[String, ...] | None = None
    security_groups: tuple[String, ...] | None = None


class ManagedInstancesStorageConfiguration(Shape):
    storage_size_gib: Annotated[Integer | None, Field(alias="storageSizeGiB")] = None


class ManagedInstancesLocalStorageConfiguration(Shape):
    use_local_storage: Boolean | None = None


class VCpuCountRangeRequest(Shape):
    min: Integer
    max: Integer | None = None


class MemoryMiBRequest(Shape):
    min: Integer
    max: Integer | None = None


class MemoryGiBPerVCpuRequest(Shape):
    min: Double | None = None
    max: Double | None = None


class NetworkInterfaceCountRequest(Shape):
    min: Integer | None = None
    max: Integer | None = None


class TotalLocalStorageGBRequest(Shape):
    min: Double | None = None
    max: Double | None = None


class BaselineEbsBandwidthMbpsRequest(Shape):
    min: Integer | None = None
    max: Integer | None = None


class AcceleratorCountRequest(Shape):
    min: Integer | None = None
    max: Integer | None = None


class AcceleratorTotalMemoryMiBRequest(Shape):
    min: Integer | None = None
    max: Integer | None = None


class NetworkBandwidthGbpsRequest(Shape):
    min: Double | None = None
    max: Double | None = None


class InstanceRequirementsRequest(Shape):
    vcpu_count: Annotated[VCpuCountRangeRequest, Field(alias="vCpuCount")]
    memory_mib: Annotated[MemoryMiBRequest, Field(alias="memoryMiB")]
    cpu_manufacturers: tuple[CpuManufacturer, ...] | None = None
    memory_gib_per_vcpu: Annotated[MemoryGiBPerVCpuRequest | None, Field(alias="memoryGiBPerVCpu")] = None
    excluded_instance_types: tuple[String, ...] | None = None
    instance_generations: tuple[InstanceGeneration, ...] | None = None
    spot_max_price_percentage_over_lowest_price: Integer | None = None
    on_demand_max_price_percentage_over_lowest_price: Integer | None = None
    bare_metal: BareMetal | None = None
    burstable_performance: BurstablePerformance | None = None
    require_hibernate_support: Boolean | None = None
    network_interface_count: NetworkInterfaceCountRequest | None = None
    local_storage: LocalStorage | None = None
    local_storage_types: tuple[LocalStorageType, ...] | None = None
    total_local_storage_gb: Annotated[TotalLocalStorageGBRequest | None, Field(alias="totalLocalStorageGB")] = None
    baseline_ebs_bandwidth_mbps: BaselineEbsBandwidthMbpsRequest | None = None
    accelerator_types: tuple[AcceleratorType, ...] | None = None
    accelerator_count: AcceleratorCountRequest | None = None
    accelerator_manufacturers: tuple[AcceleratorManufacturer, ...] | None = None
    accelerator_names: tuple[AcceleratorName, ...] | None = None
    accelerator_total_memory_mib: Annotated[
        AcceleratorTotalMemoryMiBRequest | None, Field(alias="acceleratorTotalMemoryMiB")
    ] = None
    network_bandwidth_gbps: NetworkBandwidthGbpsRequest | None = None
    allowed_instance_types: tuple[String, ...] | None = None
    max_spot_price_as_percentage_of_optimal_on_demand_price: Integer | None = None


class CapacityReservationRequest(Shape):
    reservation_group_arn: String | None = None
    reservation_preference: CapacityReservationPreference | None = None


class InstanceLaunchTemplate(Shape):
    ec2_instance_profile_arn: String
    network_configuration: ManagedInstancesNetworkConfiguration
    storage_configuration: ManagedInstancesStorageConfiguration | None = None
    local_storage_configuration: ManagedInstancesLocalStorageConfiguration | None = None
    monitoring: ManagedInstancesMonitoringOptions | None = None
    capacity_option_type: CapacityOptionType | None = None
    instance_metadata_tags_propagation: Boolean | None = None
    instance_requirements: InstanceRequirementsRequest | None = None
    fips_enabled: Boolean | None = None
    capacity_reservations: CapacityReservationRequest | None = None
    nitro_enclaves_enabled: Boolean | None = None


class InfrastructureOptimization(Shape):
    scale_in_after: Integer | None = None


class AutoRepairConfiguration(Shape):
    actions_status: AutoRepairActionsStatus | None = None


class CreateManagedInstancesProviderConfiguration(Shape):
    infrastructure_role_arn: String
    instance_launch_template: InstanceLaunchTemplate
    propagate_tags: PropagateMITags | None = None
    infrastructure_optimization: InfrastructureOptimization | None = None
    auto_repair_configuration: AutoRepairConfiguration | None = None


class CreateCapacityProviderRequest(Shape):
    name: String
    cluster: String | None = None
    auto_scaling_group_provider: AutoScalingGroupProvider | None = None
    managed_instances_provider: CreateManagedInstancesProviderConfiguration | None = None
    tags: tuple[Tag, ...] | None = None
