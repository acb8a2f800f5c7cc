"""Members of specs that are not AWS's: `spec.kubernetes`, the ECSAccount, and what surrounds a revision's document."""

from kubecs.crds.accountmaps import MAPS
from kubecs.crds.nodes import (
    ARN,
    LABEL_VALUE,
    LARGEST,
    ROLE,
    SUBDOMAIN,
    Schema,
    flag,
    integer,
    listing,
    mapping,
    moment,
    record,
    text,
    word,
)

TOLERATION = record(
    "One taint of nodes that the Pods put up with.",
    key=text("The taint's key; empty, with operator Exists, means every taint.", 317),
    operator=word("How key and value are compared; Equal when absent.", "Exists", "Equal"),
    value=text("The taint's value, for Equal.", 63),
    effect=word("The taint's effect; absent means all of them.", "NoSchedule", "PreferNoSchedule", "NoExecute"),
    tolerationSeconds=integer(
        "Seconds for which a NoExecute taint is put up with; absent means for ever.", high=LARGEST
    ),
)

POD_MEMBERS = {
    "podLabels": mapping(
        "Labels added to the Pods. Keys under kubecs.dev/ are the operator's own.", 64, 63, pattern=LABEL_VALUE
    ),
    "podAnnotations": mapping(
        "Annotations added to the Pods. Keys under kubecs.dev/ are the operator's own.", 64, 65536
    ),
    "tolerations": listing(
        "Taints that the Pods put up with, beside those of their capacity provider.", TOLERATION, 64
    ),
    "priorityClassName": text("PriorityClass of the Pods; it must exist.", 253, pattern=SUBDOMAIN),
}

SERVICE_KUBERNETES = record(
    "What kubecs adds to the ECS service; nothing in it comes from AWS.",
    paused=flag("While true the operator writes nothing to the Deployments and Pods of this service."),
    restartedAt=moment("Changing it starts a new deployment of the same task definition, as forceNewDeployment does."),
    **POD_MEMBERS,
)

TASK_KUBERNETES = record(
    "What kubecs adds to the ECS task; nothing in it comes from AWS.",
    ttlSecondsAfterFinished=integer("Seconds after the stop of the task until this object is deleted; absent: kept."),
    **POD_MEMBERS,
)

CLUSTER_KUBERNETES = record(
    "What kubecs adds to the ECS cluster; nothing in it comes from AWS.",
    instanceRole=text("Role, by name or ARN, of EC2 tasks that have no task role of their own.", ARN),
)

_ROLE_REF = record(
    "One Role or ClusterRole that the ServiceAccount of the role is bound to.",
    ("kind", "name"),
    kind=word("Kind of the rbac.authorization.k8s.io object.", "Role", "ClusterRole"),
    name=text("Its name; a Role is looked for in this namespace.", 253),
)

_ROLE = record(
    "What one IAM role stands for in this namespace.",
    ("role",),
    role=text("The role, as name or ARN, as task definitions write it.", ARN, minLength=1, pattern=ROLE),
    roleRefs=listing("Kubernetes roles that tasks with this role get, in this namespace.", _ROLE_REF, 32),
    serviceAccountAnnotations=mapping("Annotations of the role's ServiceAccount, for a cloud's identity webhook.", 32),
)

_SETTING = record(
    "One account setting.",
    ("name", "value"),
    name=text("Name of the setting, such as containerInsights.", minLength=1),
    value=text("Its value, such as enabled."),
)

_ALLOW = record(
    "What tasks of this namespace may ask of the node and of roles. All that is not allowed here is refused.",
    privileged=flag("Whether containers may be privileged, or without a security profile; false when absent."),
    hostNetwork=flag("Whether tasks may use networkMode host; false when absent."),
    hostPID=flag("Whether tasks may use pidMode host; false when absent."),
    hostIPC=flag("Whether tasks may use ipcMode host; false when absent."),
    capabilities=listing(
        "Capabilities, without CAP_, that containers may add beyond the usual ones; ALL: any; none when absent.",
        text("A capability, such as SYS_PTRACE.", 64, pattern="^[A-Z_]+$"),
        64,
    ),
    hostVolumes=listing(
        "Directories of the node that volumes may mount, with all below them; none when absent.",
        text("An absolute path.", 4096, pattern="^/"),
        64,
    ),
    roles=listing(
        "Roles, by name or ARN, that tasks may run with; any when absent, none when empty.",
        text("A role name or ARN.", ARN, minLength=1, pattern=ROLE),
        256,
    ),
)

ACCOUNT_SPEC = record(
    "This namespace as an AWS account in one region.",
    accountId=text(
        "The 12 digits in ARNs; absent: derived from the namespace's name. Can't be changed.", 12, pattern="^[0-9]{12}$"
    ),
    region=text(
        "The region in ARNs; absent: the operator's. Can't be changed.", 32, pattern="^[a-z]{2,4}(-[a-z]+)+-[0-9]+$"
    ),
    settings=listing("Account settings, as PutAccountSetting knows them.", _SETTING, 64, key="name"),
    roles=listing("What IAM roles stand for here.", _ROLE, 256, key="role"),
    allow=_ALLOW,
    podSecurity=word(
        "restricted: what containers do not ask for is as that Pod Security Standard wants it; absent: as in ECS.",
        "restricted",
    ),
    **MAPS,
)

_ORIGIN = record(
    "Where the registration came from.",
    ("kind",),
    kind=word("Object: an ECSTaskDefinition; Endpoint: a RegisterTaskDefinition call.", "Object", "Endpoint"),
    uid=text("UID of the ECSTaskDefinition that it was made from.", 36),
)


def revision_spec(document: Schema, tags: Schema) -> Schema:
    """The spec of a revision: the registered document, which can't change, and what may change beside it.

    Args:
        document: Structural schema of RegisterTaskDefinition's members without tags.
        tags: Structural schema of the tags.
    """
    return record(
        "One registered revision of a family.",
        ("taskDefinition", "revision"),
        taskDefinition=document | {"description": "The document as it was registered. Can't be changed."},
        revision=integer("Number of the revision, counted from 1 and never used twice. Can't be changed.", low=1),
        lifecycle=word(
            "Whether it can be used: DELETED is the tombstone of a revision that was deleted.",
            *("ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS", "DELETED"),
        ),
        registeredAt=moment("When it was registered."),
        deregisteredAt=moment("When it became INACTIVE."),
        tags=tags,
        origin=_ORIGIN,
    )
