"""Label and annotation keys of everything that kubecs makes; documented, so that `kubectl get pods -l` is useful."""

GROUP = "kubecs.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "kubecs"

# Labels: values are label-safe (see names.label_value); what a person or a selector filters on.
CLUSTER = f"{GROUP}/cluster"
SERVICE = f"{GROUP}/service"
FAMILY = f"{GROUP}/family"
REVISION = f"{GROUP}/revision"
DEPLOYMENT = f"{GROUP}/deployment"  # ecs-svc-<19 digits>, on the pod template and the ControllerRevision
LAUNCH_TYPE = f"{GROUP}/launch-type"
TASK_GROUP_SERVICE = "service"  # group of a service's task is service:<name>

# Annotations: originals and facts, of any length.
CLUSTER_NAME = f"{GROUP}/cluster-name"  # ECS's own name, unmangled
SERVICE_NAME = f"{GROUP}/service-name"
TASK_DEFINITION = f"{GROUP}/task-definition"  # full ARN
OWNER_OBJECT = f"{GROUP}/object"  # metadata.name of the ECSService or ECSTask that the Pod runs for
TASK_ID = f"{GROUP}/task-id"  # only where the task id is not the Pod's UID
TASK_GROUP = f"{GROUP}/group"
STARTED_BY = f"{GROUP}/started-by"
CONTAINER_NAMES = f"{GROUP}/container-names"  # JSON: Kubernetes name to ECS name, where they differ
CONTAINERS = f"{GROUP}/containers"  # JSON list of Kubernetes names in ECS's order, where the Pod has another or more
AWAITED = f"{GROUP}/awaited"  # JSON by Kubernetes name: SUCCESS, COMPLETE or HEALTHY, of what starts before the others
RUNS_ONCE = f"{GROUP}/runs-once"  # JSON list of Kubernetes names: started again, such a container only waits
RESTARTS = f"{GROUP}/restarts"  # JSON by Kubernetes name: {"period": seconds, "ignored": exit codes}
COMMANDS = f"{GROUP}/commands"  # JSON by Kubernetes name: entryPoint and command where the shim runs them
ESSENTIAL = f"{GROUP}/essential"  # JSON list of the Kubernetes names of essential containers
DOCKER_LABELS = f"{GROUP}/docker-labels"  # JSON by ECS container name
PORT_NAMES = f"{GROUP}/port-names"  # JSON: Kubernetes port name to ECS name, where they differ
APP_PROTOCOLS = f"{GROUP}/app-protocols"  # JSON by `port/protocol`: http, http2 or grpc
FIRELENS = f"{GROUP}/firelens"  # the configuration of the task's log router
LOGS = f"{GROUP}/logs"  # JSON by Kubernetes container name: log driver, options, keys of Secrets
VALUE_FROM = f"{GROUP}/value-from"  # on an ExternalSecret: the reference as the task definition has it
VOLUME_LABELS = f"{GROUP}/volume-labels"  # JSON by ECS volume name: labels of Docker volumes
VOLUME_NAMES = f"{GROUP}/volume-names"  # JSON: Kubernetes volume name to ECS name, where they differ
START_TIMEOUTS = f"{GROUP}/start-timeouts"  # JSON by ECS container name: seconds, for the operator's deadline
START_PERIODS = f"{GROUP}/start-periods"  # JSON by Kubernetes container name: seconds before a failure counts
STOP_REASON = f"{GROUP}/stop-reason"  # JSON {"stopCode", "stoppedReason"}: set before the operator stops a task
STOP_DEPLOYMENT = f"{GROUP}/stop-deployment"  # on an ECSService: id of the deployment that shall be stopped
STOP_TYPE = f"{GROUP}/stop-type"  # beside it: ROLLBACK (also when absent) or ABORT
APPLIED_HASH = f"{GROUP}/applied-hash"  # on what we apply: the hash of what we sent
DEPLOYMENT_ID = f"{GROUP}/deployment-id"  # ecs-svc/<19 digits>, on Deployments
SERVICE_REVISION = f"{GROUP}/service-revision"  # ControllerRevision number, on Deployments and templates
PARAMETERS_HASH = f"{GROUP}/parameters-hash"  # hash of the ECS parameters of a service revision
STANDS_FOR = f"{GROUP}/stands-for"  # on Services: the target group, registry or alias in AWS's words
ROLE_ARN = f"{GROUP}/role-arn"
IRSA_ROLE_ARN = "eks.amazonaws.com/role-arn"

GATE_RECORDED = f"{GROUP}/recorded"  # scheduling gate of an ECSTask's Pod until status.podUID is written
