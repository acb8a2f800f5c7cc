"""How Terraform's AWS provider writes ECS's members: snake case, blocks as lists of one, maps for lists of pairs."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from kubecs.convert.found import Kind
from kubecs.convert.respelling import ABSENT, Spelling, Unknown
from kubecs.convert.tidy import by_name
from kubecs.ecs.base import Shape
from kubecs.ecs.members import Member, Type, members
from kubecs.ecs.model import (
    CreateClusterRequest,
    CreateServiceRequest,
    KeyValuePair,
    NetworkConfiguration,
    RegisterTaskDefinitionRequest,
    Tag,
    Volume,
)

SHAPES: Mapping[str, tuple[Kind, type[Shape]]] = {
    "aws_ecs_task_definition": ("task definition", RegisterTaskDefinitionRequest),
    "aws_ecs_service": ("service", CreateServiceRequest),
    "aws_ecs_cluster": ("cluster", CreateClusterRequest),
}

# Attributes that are Terraform's own or computed; container_definitions is read apart.
OWN = frozenset(
    {
        "arn",
        "arn_without_revision",
        "container_definitions",
        "force_delete",
        "force_new_deployment",
        "id",
        "region",
        "revision",
        "sigint_rollback",
        "skip_destroy",
        "tags_all",
        "timeouts",
        "track_latest",
        "triggers",
        "wait_for_steady_state",
    }
)

_RENAMED: Mapping[tuple[str, str], str] = {
    ("CreateClusterRequest", "name"): "clusterName",
    ("CreateClusterRequest", "setting"): "settings",
    ("CreateServiceRequest", "name"): "serviceName",
    ("CreateServiceRequest", "iam_role"): "role",
    ("CreateServiceRequest", "load_balancer"): "loadBalancers",
    ("CreateServiceRequest", "ordered_placement_strategy"): "placementStrategy",
    ("CreateServiceRequest", "volume_configuration"): "volumeConfigurations",
    ("DeploymentConfiguration", "lifecycle_hook"): "lifecycleHooks",
    ("ExecuteCommandLogConfiguration", "s3_bucket_encryption_enabled"): "s3EncryptionEnabled",
    ("LoadBalancer", "elb_name"): "loadBalancerName",
    ("LogConfiguration", "secret_option"): "secretOptions",
    ("RegisterTaskDefinitionRequest", "volume"): "volumes",
    ("RegisterTaskDefinitionRequest", "inference_accelerator"): "inferenceAccelerators",
    ("ServiceConnectConfiguration", "service"): "services",
    ("ServiceConnectService", "client_alias"): "clientAliases",
    ("ServiceConnectTlsConfiguration", "issuer_cert_authority"): "issuerCertificateAuthority",
    ("ServiceManagedEBSVolumeConfiguration", "file_system_type"): "filesystemType",
    ("ServiceManagedEBSVolumeConfiguration", "size_in_gb"): "sizeInGiB",
    ("Volume", "configure_at_launch"): "configuredAtLaunch",
}

# What Terraform writes as 0 or false where it is not set, and ECS would refuse or not write.
_UNSET_ZERO = frozenset(
    {
        ("EFSVolumeConfiguration", "transitEncryptionPort"),
        ("S3FilesVolumeConfiguration", "transitEncryptionPort"),
        ("ServiceConnectService", "ingressPortOverride"),
        ("ServiceManagedEBSVolumeConfiguration", "iops"),
        ("ServiceManagedEBSVolumeConfiguration", "sizeInGiB"),
        ("ServiceManagedEBSVolumeConfiguration", "throughput"),
        ("ServiceManagedEBSVolumeConfiguration", "volumeInitializationRate"),
        ("ServiceRegistry", "containerPort"),
        ("ServiceRegistry", "port"),
        ("Volume", "configuredAtLaunch"),
    }
)

# Lists of pairs that Terraform writes as a map: what a pair's two members are called.
_PAIRS: Mapping[type[Shape], tuple[str, str]] = {Tag: ("key", "value"), KeyValuePair: ("name", "value")}


@cache
def _by_attribute(shape: type[Shape]) -> Mapping[str, Member]:
    return {member.attribute: member for member in members(shape)}


def _member_of(shape: type[Shape], key: str) -> Member | None:
    renamed = _RENAMED.get((shape.__name__, key))
    return by_name(shape)[renamed] if renamed else _by_attribute(shape).get(key)


def _evaluate(raw: Any, type_: Type, owner: type[Shape], path: str) -> Any:
    if isinstance(raw, Unknown):
        return raw
    if raw is None or raw in ("", [], {}):
        return ABSENT
    if raw == 0 and (owner.__name__, path.rpartition(".")[2]) in _UNSET_ZERO:
        return ABSENT
    if type_.kind == "structure":
        return _block(raw, type_)
    if isinstance(raw, bool) and type_.kind == "enum":
        return "ENABLED" if raw else "DISABLED"
    item = type_.item.shape if type_.item else None
    if isinstance(raw, Mapping) and item is not None and item in _PAIRS:
        first, second = _PAIRS[item]
        return [{first: key, second: value} for key, value in raw.items()]
    return raw


def _block(raw: Any, type_: Type) -> Any:
    block = raw[0] if isinstance(raw, list) else raw
    if block is None:
        return ABSENT
    if type_.shape is NetworkConfiguration and isinstance(block, Mapping):
        return {"awsvpc_configuration": block}
    if type_.shape is Volume and isinstance(block, Mapping):
        host = {"host": {"source_path": block["host_path"]}} if block.get("host_path") else {}
        return {key: value for key, value in block.items() if key != "host_path"} | host
    return block


SPELLING = Spelling(_member_of, _evaluate)
