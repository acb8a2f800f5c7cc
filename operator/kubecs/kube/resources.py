"""The Kubernetes resources that kubecs reads or writes: one row each, and the URL path of an object of it."""

from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the API server.

    Attributes:
        kind: The kind in manifests, "Pod".
        api_version: As in manifests, "v1" or "apps/v1".
        plural: The word in URLs and in metrics, "pods".
        namespaced: Whether its objects live in namespaces.
        root: URL path prefix of the group version, "/api/v1" or "/apis/apps/v1".
    """

    kind: str
    api_version: str
    plural: str
    namespaced: bool = True
    root: str = field(init=False)

    def __post_init__(self) -> None:
        prefix = "/apis/" if "/" in self.api_version else "/api/"
        object.__setattr__(self, "root", prefix + self.api_version)

    @property
    def group(self) -> str:
        """The API group, empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def version(self) -> str:
        """The version within the group, "v1"."""
        return self.api_version.rpartition("/")[2]

    def collection_path(self, namespace: str | None = None) -> str:
        """The URL path of all objects, of one namespace or of every one (None)."""
        if namespace is None or not self.namespaced:
            return f"{self.root}/{self.plural}"
        return f"{self.root}/namespaces/{namespace}/{self.plural}"

    def path(self, namespace: str | None, name: str, subresource: str | None = None) -> str:
        """The URL path of one object or of a subresource of it.

        Raises:
            ValueError: The resource is namespaced and no namespace is given: the path would mean something else.
        """
        if self.namespaced and not namespace:
            raise ValueError(f"{self.kind} {name!r} needs a namespace")
        path = f"{self.collection_path(namespace)}/{quote(name, safe=':')}"
        return f"{path}/{subresource}" if subresource else path


CORE = "v1"
APPS = "apps/v1"
KUBECS = "kubecs.dev/v1alpha1"

PODS = Resource("Pod", CORE, "pods")
NODES = Resource("Node", CORE, "nodes", namespaced=False)
SERVICE_ACCOUNTS = Resource("ServiceAccount", CORE, "serviceaccounts")
SERVICES = Resource("Service", CORE, "services")
EVENTS = Resource("Event", "events.k8s.io/v1", "events")
REPLICA_SETS = Resource("ReplicaSet", APPS, "replicasets")
DEPLOYMENTS = Resource("Deployment", APPS, "deployments")
DAEMON_SETS = Resource("DaemonSet", APPS, "daemonsets")
CONTROLLER_REVISIONS = Resource("ControllerRevision", APPS, "controllerrevisions")
ROLE_BINDINGS = Resource("RoleBinding", "rbac.authorization.k8s.io/v1", "rolebindings")
LEASES = Resource("Lease", "coordination.k8s.io/v1", "leases")
CUSTOM_RESOURCE_DEFINITIONS = Resource(
    "CustomResourceDefinition", "apiextensions.k8s.io/v1", "customresourcedefinitions", namespaced=False
)
NETWORK_POLICIES = Resource("NetworkPolicy", "networking.k8s.io/v1", "networkpolicies")
PERSISTENT_VOLUME_CLAIMS = Resource("PersistentVolumeClaim", CORE, "persistentvolumeclaims")
POD_DISRUPTION_BUDGETS = Resource("PodDisruptionBudget", "policy/v1", "poddisruptionbudgets")
EXTERNAL_SECRETS = Resource("ExternalSecret", "external-secrets.io/v1", "externalsecrets")
EXTERNAL_SECRETS_BETA = Resource("ExternalSecret", "external-secrets.io/v1beta1", "externalsecrets")
RESOURCE_CLAIM_TEMPLATES = Resource("ResourceClaimTemplate", "resource.k8s.io/v1", "resourceclaimtemplates")

ECS_ACCOUNTS = Resource("ECSAccount", KUBECS, "ecsaccounts")
ECS_CLUSTERS = Resource("ECSCluster", KUBECS, "ecsclusters")
ECS_TASK_DEFINITIONS = Resource("ECSTaskDefinition", KUBECS, "ecstaskdefinitions")
ECS_TASK_DEFINITION_REVISIONS = Resource("ECSTaskDefinitionRevision", KUBECS, "ecstaskdefinitionrevisions")
ECS_SERVICES = Resource("ECSService", KUBECS, "ecsservices")
ECS_TASKS = Resource("ECSTask", KUBECS, "ecstasks")
ECS_TASK_RECORDS = Resource("ECSTaskRecord", KUBECS, "ecstaskrecords")

RESOURCES: tuple[Resource, ...] = (
    PODS,
    NODES,
    SERVICE_ACCOUNTS,
    SERVICES,
    EVENTS,
    REPLICA_SETS,
    DEPLOYMENTS,
    DAEMON_SETS,
    CONTROLLER_REVISIONS,
    ROLE_BINDINGS,
    LEASES,
    CUSTOM_RESOURCE_DEFINITIONS,
    NETWORK_POLICIES,
    PERSISTENT_VOLUME_CLAIMS,
    POD_DISRUPTION_BUDGETS,
    EXTERNAL_SECRETS,
    EXTERNAL_SECRETS_BETA,
    RESOURCE_CLAIM_TEMPLATES,
    ECS_ACCOUNTS,
    ECS_CLUSTERS,
    ECS_TASK_DEFINITIONS,
    ECS_TASK_DEFINITION_REVISIONS,
    ECS_SERVICES,
    ECS_TASKS,
    ECS_TASK_RECORDS,
)

PLURALS = {resource.kind: resource.plural for resource in RESOURCES}

_BY_TYPE = {(resource.api_version, resource.kind): resource for resource in RESOURCES}


def resource_for(api_version: str, kind: str) -> Resource:
    """The resource of a manifest's apiVersion and kind.

    Raises:
        LookupError: The kind is none of those that kubecs handles.
    """
    try:
        return _BY_TYPE[api_version, kind]
    except KeyError:
        raise LookupError(f"kubecs handles no {kind!r} of {api_version!r}") from None
