"""What the names of AWS stand for in one account: the maps of its ECSAccount, as plain data.

An entry names what it is for in `source`, in which `*` stands for any text. The entry with the very text wins, else the
first that fits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, Protocol, TypeVar


class Entry(Protocol):
    """Any entry of a map."""

    @property
    def source(self) -> str:
        """What AWS calls it."""


Found = TypeVar("Found", bound=Entry)


@dataclass(frozen=True, slots=True)
class Registry:
    """Images whose reference begins with `source` are pulled from `target` instead; both end at a `/` or the end."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class PullSecrets:
    """Secrets of type dockerconfigjson for an execution role or for a credentialsParameter."""

    source: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SecretSource:
    """A secret of Secrets Manager or a parameter of SSM as a Kubernetes Secret.

    Attributes:
        source: Its ARN, or the name of a parameter.
        secret_name: The Kubernetes Secret.
        key: Key in it; absent: the JSON key of the reference, or `value` where it has none.
        json_key: Only for references to this JSON key.
        version_stage: Only for references to this stage; absent: for those to AWSCURRENT.
        version_id: Only for references to this version.
    """

    source: str
    secret_name: str
    key: str | None = None
    json_key: str | None = None
    version_stage: str | None = None
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class SecretStore:
    """A store of External Secrets, which fetches what has no entry of its own.

    Attributes:
        source: The secrets and parameters that are in it, as in SecretSource.
        name: Name of the SecretStore or ClusterSecretStore.
        kind: Which of the two.
        role: Only for task definitions with this execution role, by name or ARN; absent: for all.
        refresh: How often it is asked for the value anew.
    """

    source: str
    name: str
    kind: str = "SecretStore"
    role: str | None = None
    refresh: str = "5m"


@dataclass(frozen=True, slots=True)
class EnvironmentSource:
    """An environment file in a ConfigMap or a Secret.

    Attributes:
        source: ARN of the file.
        config_map: Name of the ConfigMap.
        secret: Name of the Secret, where there is no ConfigMap.
        key: Where the file stands there; absent: the keys are the variables.
    """

    source: str
    config_map: str | None = None
    secret: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class FileSystem:
    """A file system of EFS, FSx or S3 Files as a claim, an NFS export or a CSI driver; one of the three is set.

    Attributes:
        source: Its id or ARN.
        access_point: Only for volumes with this access point; absent: for those without one.
        claim: Name of a PersistentVolumeClaim.
        nfs: `server` and `path` of an export.
        csi: A CSI volume source that the driver mounts without a claim.
        port_attribute: The attribute of that source for the port that encrypted traffic takes.
    """

    source: str
    access_point: str | None = None
    claim: str | None = None
    nfs: Mapping[str, str] | None = None
    csi: Mapping[str, Any] | None = None
    port_attribute: str | None = None


@dataclass(frozen=True, slots=True)
class VolumeDriver:
    """A Docker volume driver as a StorageClass; `ebs` and `ebs/<type>` stand for volumes configured at launch."""

    source: str
    storage_class: str | None = None
    size: str = "10Gi"
    access_mode: str = "ReadWriteOnce"


@dataclass(frozen=True, slots=True)
class Device:
    """A device of the node as a resource that a device plugin hands out."""

    source: str
    resource: str


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A resource type (GPU, NeuronDevice) as a Kubernetes resource.

    Attributes:
        source: The type.
        resource: The resource.
        shared: The resource for a part of one.
        device_class: The DeviceClass of which all devices of a node are claimed for the value ALL.
    """

    source: str
    resource: str
    shared: str | None = None
    device_class: str | None = None


@dataclass(frozen=True, slots=True)
class RuntimeClass:
    """An isolation mode as a RuntimeClass; its attestation policy goes into the annotation of that key."""

    source: str
    name: str
    attestation_annotation: str | None = None


@dataclass(frozen=True, slots=True)
class LogDriver:
    """A log driver that an agent on the nodes serves; the annotations are what it goes by."""

    source: str
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A log group under the name that the agent on the nodes writes to."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet as the zones of the cluster that it stands for; none while nobody has said."""

    source: str
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CredentialSpec:
    """A gMSA credential spec of Windows as a GMSACredentialSpec."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Target:
    """What traffic of AWS comes through here: a target group, a classic load balancer, a registry, a namespace.

    Attributes:
        source: ARN of the target group or registry, name of the load balancer, name or ARN of the namespace.
        to: ClusterIP, NodePort, LoadBalancer, Ingress, HTTPRoute, TargetGroupBinding, Headless or none.
        alias: Only for this name in a namespace of Service Connect; absent: for all.
        name: Name of the Service; absent: one made from the ECS service's.
        port: Port of the Service; absent: the container's.
        node_port: Port of the nodes; absent: Kubernetes chooses one.
        load_balancer_class: Which controller makes the load balancer; absent: the cluster's default.
        annotations: Annotations of the Service, which controllers go by.
    """

    source: str
    to: str
    alias: str | None = None
    name: str | None = None
    port: int | None = None
    node_port: int | None = None
    load_balancer_class: str | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)


NODE_LOGS = "/var/log/pods"  # where kubelets keep the output of containers

BUILT_IN_ACCELERATORS = (
    Accelerator("GPU", "nvidia.com/gpu"),
    Accelerator("NeuronDevice", "aws.amazon.com/neuron"),
)


@dataclass(frozen=True, slots=True)
class Served:
    """Kinds that not every cluster has.

    Attributes:
        external_secrets: apiVersion of ExternalSecrets; empty where there are none.
        resource_claims: Whether devices can be claimed (ResourceClaimTemplate).
    """

    external_secrets: str = ""
    resource_claims: bool = False


@dataclass(frozen=True, slots=True)
class Maps:
    """All maps, each in the order of the ECSAccount; a pod template depends on all but the last three lists.

    Attributes:
        node_logs: Whether tasks may read the output of containers from NODE_LOGS.
        restricted: Whether containers are as the Pod Security Standard `restricted` wants them.
        served: Which of the kinds that not every cluster has are there.
        scope: What begins the names of ExternalSecrets: those of one service or task.
    """

    registries: tuple[Registry, ...] = ()
    pull_secrets: tuple[PullSecrets, ...] = ()
    secrets: tuple[SecretSource, ...] = ()
    secret_stores: tuple[SecretStore, ...] = ()
    environment_files: tuple[EnvironmentSource, ...] = ()
    file_systems: tuple[FileSystem, ...] = ()
    volume_drivers: tuple[VolumeDriver, ...] = ()
    devices: tuple[Device, ...] = ()
    accelerators: tuple[Accelerator, ...] = ()
    runtime_classes: tuple[RuntimeClass, ...] = ()
    log_drivers: tuple[LogDriver, ...] = ()
    log_groups: tuple[LogGroup, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    credential_specs: tuple[CredentialSpec, ...] = ()
    target_groups: tuple[Target, ...] = ()
    service_registries: tuple[Target, ...] = ()
    service_connect: tuple[Target, ...] = ()
    node_logs: bool = False
    restricted: bool = False
    served: Served = Served()
    scope: str = ""


NO_MAPS = Maps()


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern of an entry means this text."""
    return pattern == text or fnmatchcase(text, pattern)


def names_role(pattern: str, role: str | None) -> bool:
    """Whether an entry, by name or ARN, means this role, given by name or ARN."""
    if role is None:
        return False
    return fits(pattern, role) or (not pattern.startswith("arn:") and fits(pattern, role.rpartition("/")[2]))


def for_role(maps: Maps, role: str | None) -> Maps:
    """The maps for task definitions with this execution role."""
    if not maps.secret_stores:
        return maps
    stores = (each for each in maps.secret_stores if each.role is None or names_role(each.role, role))
    return replace(maps, secret_stores=tuple(stores))


def entry(entries: Iterable[Found], text: str) -> Found | None:
    """The entry for a text: the one with the very text, else the first that fits."""
    fitting = [each for each in entries if fits(each.source, text)]
    return next((each for each in fitting if each.source == text), fitting[0] if fitting else None)
