"""The maps of an ECSAccount: what the names of AWS stand for in this namespace."""

from kubecs.crds.nodes import ARN, NAME, Schema, flag, integer, listing, mapping, record, text, word
from kubecs.crds.rules import Rule

ENTRIES = 256
OBJECT = 253
_TEXT = "In it, `*` stands for any text; the very text wins, else the first entry that fits."


def _source(what: str) -> Schema:
    return text(f"{what} {_TEXT}", ARN, minLength=1)


_REGISTRY = record(
    "Images of one registry or below one path, pulled from elsewhere.",
    ("from", "to"),
    **{
        "from": _source("Beginning of image references, up to a slash or their end, such as docker.io/library."),
        "to": text("What stands there instead.", ARN, minLength=1),
    },
)

_PULL_SECRETS = record(
    "Secrets of type kubernetes.io/dockerconfigjson to pull images with.",
    ("from", "secretNames"),
    **{
        "from": _source("An execution role by name or ARN, or a credentialsParameter."),
        "secretNames": listing("Secrets of this namespace.", text("Name of a Secret.", OBJECT, minLength=1), 16),
    },
)

_SECRET = record(
    "A secret of Secrets Manager or a parameter of SSM as a Secret of this namespace.",
    ("from", "secretName"),
    **{
        "from": _source("ARN of the secret without what may follow it, or ARN or name of the parameter."),
        "secretName": text("Name of the Secret.", OBJECT, minLength=1),
        "key": text("Key in the Secret; absent: the JSON key of the reference, or `value` where it has none.", OBJECT),
        "jsonKey": text("Only for references to this JSON key.", NAME),
        "versionStage": text("Only for references to this stage; absent: AWSCURRENT.", NAME),
        "versionId": text("Only for references to this version.", NAME),
    },
)

_SECRET_STORE = record(
    "A store of External Secrets, which fetches secrets and parameters that `secrets` has no entry for.",
    ("from", "name"),
    **{
        "from": _source("ARN of the secrets without what may follow it, or ARN or name of parameters."),
        "name": text("Name of the store.", OBJECT, minLength=1),
        "kind": word("Kind of the store; absent: SecretStore.", "SecretStore", "ClusterSecretStore"),
        "executionRole": text("Only for task definitions with this execution role, by name or ARN.", ARN),
        "refreshInterval": text(
            "How often the value is fetched anew; absent: 5m; 0s: once.", 32, pattern="^([0-9]+(s|m|h))+$"
        ),
    },
)

_ENVIRONMENT_FILE = record(
    "An environment file in a ConfigMap or a Secret of this namespace.",
    ("from",),
    **{
        "from": _source("ARN of the file in S3."),
        "configMapName": text("Name of the ConfigMap.", OBJECT),
        "secretName": text("Name of the Secret, where there is no ConfigMap.", OBJECT),
        "key": text("Key under which the file stands there; absent: the keys are the variables.", OBJECT),
    },
)

_NFS = record(
    "An NFS export.",
    ("server", "path"),
    server=text("Host name or address of the server.", OBJECT, minLength=1),
    path=text("Path of the export.", 4096, pattern="^/"),
)

_CSI = record(
    "A CSI driver that mounts volumes without a claim.",
    ("driver",),
    driver=text("Name of the driver.", 63, minLength=1),
    fsType=text("Type of the file system.", NAME),
    readOnly=flag("Whether it is mounted for reading alone."),
    volumeAttributes=mapping("What the driver is told.", 64, 4096),
    nodePublishSecretRef=record(
        "The Secret that the driver is handed.", ("name",), name=text("Its name.", OBJECT, minLength=1)
    ),
)

_FILE_SYSTEM = record(
    "A file system of EFS, FSx or S3 Files, as one of a claim, an NFS export or a CSI driver.",
    ("from",),
    **{
        "from": _source("Its id, or its ARN where task definitions name that."),
        "accessPoint": text("Only for volumes with this access point; absent: for those without one.", ARN),
        "persistentVolumeClaimName": text("Name of a PersistentVolumeClaim of this namespace.", OBJECT),
        "nfs": _NFS,
        "csi": _CSI,
        "transitEncryptionPortAttribute": text(
            "Key of csi.volumeAttributes for the transitEncryptionPort of task definitions.", 253
        ),
    },
)

_VOLUME_DRIVER = record(
    "A Docker volume driver as a StorageClass; `ebs` and `ebs/<volumeType>` are for volumes configured at launch.",
    ("from",),
    **{
        "from": _source("Name of the driver."),
        "storageClassName": text("The StorageClass; absent: the cluster's default.", OBJECT),
        "size": text("Size of the claim; absent: 10Gi.", 32, pattern="^[0-9]+(Mi|Gi|Ti)$"),
        "accessMode": word(
            "Access mode of the claim; absent: ReadWriteOnce.", "ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"
        ),
    },
)

_RESOURCE = text("Name of the resource that a device plugin offers, such as nvidia.com/gpu.", 317, minLength=1)

_DEVICE = record(
    "A device of the node as a resource of a device plugin.",
    ("from", "resourceName"),
    **{"from": _source("Path of the device on the node."), "resourceName": _RESOURCE},
)

_ACCELERATOR = record(
    "A resource type of task definitions as a resource of a device plugin.",
    ("from", "resourceName"),
    **{
        "from": _source("GPU or NeuronDevice."),
        "resourceName": _RESOURCE,
        "sharedResourceName": text("The resource for a part of one, for sharingStrategy.", 317),
        "deviceClassName": text("The DeviceClass of which the value ALL claims all devices of a node.", OBJECT),
    },
)

_RUNTIME_CLASS = record(
    "An isolation mode as a RuntimeClass.",
    ("from", "runtimeClassName"),
    **{
        "from": _source("SHARED, ISOLATED_SANDBOX or CONFIDENTIAL_SANDBOX."),
        "runtimeClassName": text("Name of the RuntimeClass.", OBJECT, minLength=1),
        "attestationAnnotation": text("Key of the annotation for the attestation policy.", 317),
    },
)

_LOG_DRIVER = record(
    "A log driver that an agent on the nodes serves.",
    ("from",),
    **{
        "from": _source("Name of the log driver."),
        "annotations": mapping("Annotations of the Pods that the agent goes by.", 32, 4096),
    },
)

_LOG_GROUP = record(
    "A log group under the name that the agent on the nodes writes to.",
    ("from", "to"),
    **{
        "from": _source("Name of the log group."),
        "to": text("What the annotation kubecs.dev/logs calls it, as its group.", 512, minLength=1),
    },
)

_SUBNET = record(
    "A subnet as zones of this cluster, in which tasks run then.",
    ("from",),
    **{
        "from": _source("Id of the subnet."),
        "zones": listing(
            "Values of the label topology.kubernetes.io/zone of nodes; none: not known yet.",
            text("A zone.", 63, minLength=1),
            16,
        ),
    },
)

_CREDENTIAL_SPEC = record(
    "A gMSA credential spec of Windows containers.",
    ("from", "gmsaCredentialSpecName"),
    **{
        "from": _source("The credential spec as task definitions write it."),
        "gmsaCredentialSpecName": text("Name of the GMSACredentialSpec.", OBJECT, minLength=1),
    },
)

_SERVICE_NAME = text(
    "Name of the Service; absent: made from the ECS service's name.", 63, pattern="^[a-z]([-a-z0-9]*[a-z0-9])?$"
)
_ANNOTATIONS = mapping("Annotations of the Service, which controllers go by.", 32, 4096)

_TARGET_GROUP = record(
    "A target group or a classic load balancer as a Service.",
    ("from", "to"),
    **{
        "from": _source("ARN of the target group, or name of the classic load balancer."),
        "to": word(
            "What stands for it; none: nothing. The last three make a ClusterIP Service, and leave the rest to you.",
            *("ClusterIP", "NodePort", "LoadBalancer", "none", "Ingress", "HTTPRoute", "TargetGroupBinding"),
        ),
        "serviceName": _SERVICE_NAME,
        "port": integer("Port of the Service; absent: the container's.", 1, 65535),
        "nodePort": integer("Port of the nodes; absent: Kubernetes chooses one.", 1, 65535),
        "loadBalancerClass": text("Which controller makes the load balancer; absent: the cluster's default.", 317),
        "annotations": _ANNOTATIONS,
    },
)

_SERVICE_REGISTRY = record(
    "A service of Cloud Map as a headless Service.",
    ("from", "to"),
    **{
        "from": _source("ARN of the service of Cloud Map."),
        "to": word("What stands for it; none: nothing.", "Headless", "none"),
        "serviceName": _SERVICE_NAME,
        "annotations": _ANNOTATIONS,
    },
)

_SERVICE_CONNECT = record(
    "A namespace of Service Connect, or one name in it, as Services of this namespace.",
    ("from", "to"),
    **{
        "from": _source("The namespace of Cloud Map, by name or ARN, as services write it."),
        "alias": text("Only for this name: the client alias, or else the discovery name; absent: for all.", NAME),
        "to": word("What stands for it: a Service for each client alias; none: nothing.", "ClusterIP", "none"),
        "annotations": _ANNOTATIONS,
    },
)

MAPS: dict[str, Schema] = {
    "registries": listing("Registries that stand in for others.", _REGISTRY, 64),
    "pullSecrets": listing("What images are pulled with.", _PULL_SECRETS, ENTRIES),
    "secrets": listing("What secrets and parameters stand for here.", _SECRET, ENTRIES),
    "secretStores": listing("Where other secrets and parameters are fetched from.", _SECRET_STORE, 64),
    "environmentFiles": listing("What environment files stand for here.", _ENVIRONMENT_FILE, ENTRIES),
    "fileSystems": listing("What file systems stand for here.", _FILE_SYSTEM, ENTRIES),
    "volumeDrivers": listing("What volume drivers stand for here.", _VOLUME_DRIVER, 64),
    "devices": listing("What devices stand for here.", _DEVICE, 64),
    "accelerators": listing("What resource types stand for here.", _ACCELERATOR, 16),
    "runtimeClasses": listing("What isolation modes stand for here.", _RUNTIME_CLASS, 16),
    "logDrivers": listing("Which log drivers are served here.", _LOG_DRIVER, 16),
    "logGroups": listing("What log groups stand for here.", _LOG_GROUP, ENTRIES),
    "subnets": listing("What subnets stand for here.", _SUBNET, ENTRIES),
    "credentialSpecs": listing("What credential specs stand for here.", _CREDENTIAL_SPEC, 64),
    "targetGroups": listing("What target groups and classic load balancers stand for here.", _TARGET_GROUP, ENTRIES),
    "serviceRegistries": listing("What services of Cloud Map stand for here.", _SERVICE_REGISTRY, ENTRIES),
    "serviceConnect": listing("What namespaces of Service Connect stand for here.", _SERVICE_CONNECT, ENTRIES),
}

# One of several members, which a structural schema cannot say; put on the items of these lists.
RULES: dict[str, tuple[Rule, ...]] = {
    "environmentFiles[]": (
        Rule("has(self.configMapName) != has(self.secretName)", "either configMapName or secretName must be given"),
    ),
    "fileSystems[]": (
        Rule(
            "(has(self.persistentVolumeClaimName) ? 1 : 0) + (has(self.nfs) ? 1 : 0) + (has(self.csi) ? 1 : 0) == 1",
            "one of persistentVolumeClaimName, nfs and csi must be given",
        ),
        Rule(
            "!has(self.transitEncryptionPortAttribute) || has(self.csi)",
            "transitEncryptionPortAttribute is an attribute of csi",
            ".transitEncryptionPortAttribute",
        ),
    ),
    "targetGroups[]": (
        Rule(
            "!has(self.nodePort) || self.to in ['NodePort', 'LoadBalancer']",
            "nodePort needs such a Service",
            ".nodePort",
        ),
        Rule(
            "!has(self.loadBalancerClass) || self.to == 'LoadBalancer'",
            "loadBalancerClass needs a LoadBalancer",
            ".loadBalancerClass",
        ),
    ),
}
