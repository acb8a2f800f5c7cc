"""Task definitions that a CEL rule refuses."""

from __future__ import annotations

from tests.cluster.crd_cases import EFS, PROXY, Case, containers, fargate, volumes
from tests.cluster.crd_documents import changed, container, document, task_definition

AT_CONTAINERS = "spec.containerDefinitions"
SIDECAR = container("sidecar", essential=False)

TASK_DEFINITIONS = [
    Case(task_definition(cpu="1 core"), "spec.cpu", "Invalid 'cpu' setting for task."),
    Case(task_definition(memory="1 TB"), "spec.memory", "Invalid 'memory' setting for task."),
    Case(
        containers(container(memory=64), container("b"), memory=None),
        AT_CONTAINERS,
        "Invalid setting for container 'b'. At least one of 'memory' or 'memoryReservation' must be specified.",
        "At least one of 'memory' or 'memoryReservation' must be specified.",
    ),
    Case(
        containers(container(memory=64), container("b", memory=1024)),
        AT_CONTAINERS,
        "The 'memory' setting for container 'b' is greater than for the task",
        "The 'memory' setting for a container is greater than for the task",
    ),
    Case(
        containers(container(cpu=200), container("b", cpu=57), cpu="256"),
        "spec.cpu",
        "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'",
    ),
    Case(containers(SIDECAR), AT_CONTAINERS, "Task definition doesn't have any essential container"),
    Case(volumes({"name": "a"}, {"name": "a"}), "spec.volumes", "Volume names must be unique."),
    Case(
        containers(container(), container("b", mountPoints=[{"sourceVolume": "v", "containerPath": "/v"}])),
        AT_CONTAINERS,
        "Unknown volume in mountPoints of container 'b'",
        "Unknown volume in mountPoints",
    ),
    Case(
        containers(container(volumesFrom=[{"sourceContainer": "gone"}])),
        AT_CONTAINERS,
        "Invalid 'volumesFrom' setting. Unknown container, named by 'app'",
        "Invalid 'volumesFrom' setting. Unknown container",
    ),
    Case(
        containers(container(dependsOn=[{"containerName": "gone", "condition": "START"}])),
        AT_CONTAINERS,
        "Cannot depend on a container that does not exist, as 'app' does",
        "Cannot depend on a container that does not exist",
    ),
    Case(
        containers(container(dependsOn=[{"containerName": "b", "condition": "SUCCESS"}]), container("b")),
        AT_CONTAINERS,
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
    ),
    Case(
        containers(container(dependsOn=[{"containerName": "b", "condition": "HEALTHY"}]), container("b")),
        AT_CONTAINERS,
        "A dependency container with HEALTHY condition must have health check configured",
    ),
    Case(
        containers(container(dependsOn=[{"containerName": "app", "condition": "START"}])),
        f"{AT_CONTAINERS}[0].dependsOn",
        "Container dependencies should not have a cycle",
    ),
    Case(
        containers(container(portMappings=[{"containerPort": 80, "hostPort": 8080}]), networkMode="awsvpc"),
        AT_CONTAINERS,
        "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
        "When networkMode=awsvpc or host, the host ports and container ports in port mappings must match.",
    ),
    Case(
        containers(container(hostname="h"), networkMode="awsvpc"),
        AT_CONTAINERS,
        "hostname is not supported on container when networkMode=awsvpc",
    ),
    Case(
        containers(container(extraHosts=[{"hostname": "h", "ipAddress": "192.0.2.1"}]), networkMode="awsvpc"),
        AT_CONTAINERS,
        "Extra hosts are not supported on container when networkMode=awsvpc",
    ),
    Case(
        containers(container(dnsServers=["192.0.2.1"]), networkMode="awsvpc"),
        AT_CONTAINERS,
        "DNS servers are not supported on container when networkMode=awsvpc",
    ),
    Case(
        containers(container(dnsSearchDomains=["example.com"]), networkMode="awsvpc"),
        AT_CONTAINERS,
        "DNS search domains are not supported on container when networkMode=awsvpc",
    ),
    Case(
        containers(container(links=["b"]), container("b"), networkMode="awsvpc"),
        AT_CONTAINERS,
        "Links are not supported when networkMode=awsvpc",
        "Links are only supported when networkMode=bridge",
    ),
    Case(
        containers(container(), container("b", links=["gone:x"])),
        AT_CONTAINERS,
        "Invalid 'links' setting. Unknown container, named by 'b'",
        "Invalid 'links' setting. Unknown container",
    ),
    Case(
        task_definition(networkMode="awsvpc", proxyConfiguration=PROXY),
        "spec.proxyConfiguration.containerName",
        "Proxy container [envoy] does not exist",
        "Proxy container does not exist",
    ),
    Case(changed(fargate(), cpu=None), "spec.cpu", "Fargate requires that 'cpu' be defined at the task level."),
    Case(
        changed(fargate(containerDefinitions=[container(memory=64)]), memory=None),
        "spec.memory",
        "Fargate requires that 'memory' be defined at the task level.",
    ),
    Case(changed(fargate(), networkMode="bridge"), "spec.networkMode", "Fargate only supports network mode 'awsvpc'."),
    Case(
        fargate(containerDefinitions=[container(privileged=True)]),
        AT_CONTAINERS,
        "Fargate requires that the 'privileged' setting be 'false'.",
    ),
    Case(
        fargate(containerDefinitions=[container(stopTimeout=121)]),
        AT_CONTAINERS,
        "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds.",
    ),
    Case(
        fargate(volumes=[{"name": "a", "host": {"sourcePath": "/a"}}]),
        "spec.volumes",
        "Tasks using the Fargate launch type do not support the host path of a volume.",
    ),
    Case(
        containers(container("b", memory=64, memoryReservation=128)),
        f"{AT_CONTAINERS}[0].memory",
        "Invalid setting for container 'b'. 'memory' must be greater than or equal to 'memoryReservation'.",
        "'memory' must be greater than or equal to 'memoryReservation'.",
    ),
    Case(
        containers(container(portMappings=[{"containerPort": 80, "containerPortRange": "80-90"}])),
        f"{AT_CONTAINERS}[0].portMappings[0].containerPortRange",
        "cannot specify both single port and port range",
    ),
    Case(
        volumes({"name": "a", "host": {"sourcePath": "/a"}, "efsVolumeConfiguration": EFS}),
        "spec.volumes[0]",
        "A volume must have one kind of configuration only.",
    ),
    Case(
        volumes({"name": "a", "efsVolumeConfiguration": EFS | {"authorizationConfig": {"iam": "ENABLED"}}}),
        "spec.volumes[0].efsVolumeConfiguration.transitEncryption",
        "EFS IAM authorization requires TransitEncryption to be enabled",
    ),
    Case(
        volumes({"name": "a", "efsVolumeConfiguration": EFS | {"transitEncryptionPort": 2049}}),
        "spec.volumes[0].efsVolumeConfiguration.transitEncryption",
        "TransitEncryptionPort requires that TransitEncryption is enabled",
    ),
    Case(
        volumes(
            {
                "name": "a",
                "efsVolumeConfiguration": EFS | {"rootDirectory": "/x", "authorizationConfig": {"accessPointId": "p"}},
            }
        ),
        "spec.volumes[0].efsVolumeConfiguration.rootDirectory",
        'When using an EFS access point, the root directory must either be set to "/" or be omitted',
    ),
    Case(
        changed(task_definition("Web"), family="WEB"),
        "spec.family",
        "family can't be changed: another family is another ECSTaskDefinition",
        before=task_definition("Web"),
    ),
    Case(
        document("ECSTaskDefinition", "other", task_definition()["spec"]),
        "metadata.name",
        "metadata.name must be web",
        "metadata.name must be the family, mangled where it is no lower-case DNS label",
    ),
]
