"""Values of ECS's language: ARNs, references, sizes, port ranges and ids, with their parsers and printers.

Parsers raise the EcsError that ECS would answer. Formats: arn:<partition>:ecs:<region>:<account>:<resource>, always in
the long form that names the cluster.
"""

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import NewType, Self

from kubecs.ecs.errors import ClientException, InvalidParameterException

CpuUnits = NewType("CpuUnits", int)  # 1/1024 of a virtual CPU
MiB = NewType("MiB", int)

CPU_UNITS_PER_VCPU = 1024
MIB_PER_GB = 1024
DEFAULT_CLUSTER = "default"
MAX_PORT = 65_535

_ACCOUNT_DIGITS = 12
_NEWEST_DEPLOYMENT = 2**63 - 1
_PARTITION_OF_REGION = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
}

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_SIZE = re.compile(r"(?P<whole>[0-9]{1,9})|(?P<number>[0-9]{0,6}(?:\.[0-9]{1,6})?) ?(?P<unit>[A-Za-z]+)")
_PORT_RANGE = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")
_TASK_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REVISION = re.compile(r"[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Arn:
    """An Amazon Resource Name, in its five parts after the word arn."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an ARN of any service.

        Raises:
            InvalidParameterException: the text has not the six parts of an ARN.
        """
        prefix, *parts = text.split(":", 5)
        if prefix != "arn" or len(parts) != 5 or not (parts[0] and parts[1] and parts[4]):
            raise InvalidParameterException("Invalid identifier: Unexpected number of separators")
        return cls(*parts)

    @property
    def resource_type(self) -> str:
        """What the ARN names: `cluster`, `service`, `task`; the whole resource where it has no slash."""
        return self.resource.split("/", 1)[0]

    @property
    def resource_id(self) -> str:
        """The resource without its type: `<cluster>/<service>`, `<family>:<revision>`."""
        return self.resource.partition("/")[2]

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


@dataclass(frozen=True, slots=True)
class AccountId:
    """An AWS account in one region: what a namespace stands for. `account_id` has 12 digits."""

    account_id: str
    region: str
    partition: str = "aws"

    def arn(self, resource: str) -> str:
        """The ARN of an ECS resource of this account."""
        return str(Arn(self.partition, "ecs", self.region, self.account_id, resource))


@dataclass(frozen=True, slots=True)
class PortRange:
    """Ports from first to last, both included."""

    first: int
    last: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `8000-8010`.

        Raises:
            ClientException: not two ports from 1 to 65535 in rising order.
        """
        match = _PORT_RANGE.fullmatch(text)
        first, last = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 <= first <= last <= MAX_PORT:
            raise ClientException(f"Invalid port range '{text}': expected <first>-<last>, from 1 to {MAX_PORT}.")
        return cls(first, last)

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class TaskDefinitionReference:
    """A task definition as requests name it; without a revision it means the family's latest active one."""

    family: str
    revision: int | None = None

    def __str__(self) -> str:
        return self.family if self.revision is None else f"{self.family}:{self.revision}"


def parse_task_definition_reference(text: str) -> TaskDefinitionReference:
    """Read `web`, `web:3` or the ARN of a task definition.

    Raises:
        InvalidParameterException: an ARN of something else, or none at all.
        ClientException: a family or a revision that cannot exist.
    """
    named = _resource_of(text, "task-definition") if text.startswith("arn:") else text
    family, separator, revision = named.partition(":")
    if not _NAME.fullmatch(family):
        raise ClientException(f"Invalid task definition family '{family}'.", path="taskDefinition")
    if not separator:
        return TaskDefinitionReference(family)
    if not _REVISION.fullmatch(revision):
        raise ClientException(f"Invalid revision number. Number: {revision}", path="taskDefinition")
    return TaskDefinitionReference(family, int(revision))


def cluster_from_reference(reference: str | None) -> str:
    """The short name of the cluster that a name or an ARN means; None means `default`.

    Raises:
        InvalidParameterException: neither a cluster's name nor its ARN.
    """
    if reference is None:
        return DEFAULT_CLUSTER
    name = _resource_of(reference, "cluster") if reference.startswith("arn:") else reference
    if not _NAME.fullmatch(name):
        message = f"Cluster must match ^[a-zA-Z0-9\\-_]{{1,255}}$, but was {name}"
        raise InvalidParameterException(message, path="cluster")
    return name


def _resource_of(text: str, resource_type: str) -> str:
    arn = Arn.parse(text)
    if arn.service != "ecs" or arn.resource_type != resource_type:
        raise InvalidParameterException(f"Invalid identifier: '{text}' is not the ARN of a {resource_type}")
    return arn.resource_id


def cluster_arn(account: AccountId, cluster: str) -> str:
    """The ARN of a cluster."""
    return account.arn(f"cluster/{cluster}")


def service_arn(account: AccountId, cluster: str, service: str) -> str:
    """The ARN of a service."""
    return account.arn(f"service/{cluster}/{service}")


def service_revision_arn(account: AccountId, cluster: str, service: str, number: int) -> str:
    """The ARN of a service revision."""
    return account.arn(f"service-revision/{cluster}/{service}/{number}")


def service_deployment_arn(account: AccountId, cluster: str, service: str, identifier: str) -> str:
    """The ARN of a service deployment."""
    return account.arn(f"service-deployment/{cluster}/{service}/{identifier}")


def task_arn(account: AccountId, cluster: str, task_id: str) -> str:
    """The ARN of a task."""
    return account.arn(f"task/{cluster}/{task_id}")


def container_arn(account: AccountId, cluster: str, task_id: str, container_id: str) -> str:
    """The ARN of a container of a task; `container_id` is a UUID."""
    return account.arn(f"container/{cluster}/{task_id}/{container_id}")


def task_definition_arn(account: AccountId, family: str, revision: int) -> str:
    """The ARN of a task definition's revision."""
    return account.arn(f"task-definition/{family}:{revision}")


def short_name(arn: str) -> str:
    """What an ARN ends with: `family:revision` of a task definition's; a text without a slash is that itself."""
    return arn.rpartition("/")[2]


def deployment_id(epoch_ms: int) -> str:
    """The id of a service's deployment made at that time: newer ones count down, as AWS's do."""
    return f"ecs-svc/{_NEWEST_DEPLOYMENT - epoch_ms:019d}"


def deployment_started_ms(identifier: str) -> int:
    """When the deployment of an id made by deployment_id started, in milliseconds since the epoch."""
    return _NEWEST_DEPLOYMENT - int(identifier.rpartition("/")[2])


def is_task_id(text: str) -> bool:
    """Tell a task id (32 hex digits, or a UUID in the old form) from other text."""
    return _TASK_ID.fullmatch(text) is not None


def partition_of_region(region: str) -> str:
    """The AWS partition that a region's name belongs to."""
    return next((part for prefix, part in _PARTITION_OF_REGION.items() if region.startswith(prefix)), "aws")


def derived_account_id(namespace: str) -> str:
    """The account id (12 digits) of a namespace that declares none: always the same for one name."""
    digest = hashlib.sha256(namespace.encode()).digest()
    return str(int.from_bytes(digest, "big") % 10**_ACCOUNT_DIGITS).zfill(_ACCOUNT_DIGITS)


def parse_cpu(text: str) -> CpuUnits:
    """Read a task's CPU: units (`256`) or virtual CPUs (`.25 vCPU`).

    Raises:
        ClientException: neither, or less than one unit.
    """
    units = _parse_size(text, "vcpu", CPU_UNITS_PER_VCPU)
    if units is None:
        raise ClientException("Invalid 'cpu' setting for task.", path="cpu")
    return CpuUnits(units)


def parse_memory(text: str) -> MiB:
    """Read a task's memory: MiB (`512`) or GB of 1024 MiB (`0.5 GB`).

    Raises:
        ClientException: neither, or less than one MiB.
    """
    mebibytes = _parse_size(text, "gb", MIB_PER_GB)
    if mebibytes is None:
        raise ClientException("Invalid 'memory' setting for task.", path="memory")
    return MiB(mebibytes)


def _parse_size(text: str, unit: str, factor: int) -> int | None:
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    if match["whole"]:
        return int(match["whole"]) or None
    if match["unit"].lower() != unit or not match["number"]:
        return None
    return int(Decimal(match["number"]) * factor) or None


def cpu_text(units: CpuUnits) -> str:
    """CPU units as ECS stores a task's CPU: a decimal string."""
    return str(units)


def memory_text(mebibytes: MiB) -> str:
    """MiB as ECS stores a task's memory: a decimal string."""
    return str(mebibytes)
