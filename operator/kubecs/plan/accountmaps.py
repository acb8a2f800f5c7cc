"""The maps of an ECSAccount, read into what translation goes by."""

from collections.abc import Mapping
from typing import Any

from kubecs.translate.maps import (
    Accelerator,
    CredentialSpec,
    Device,
    EnvironmentSource,
    FileSystem,
    LogDriver,
    LogGroup,
    Maps,
    PullSecrets,
    Registry,
    RuntimeClass,
    SecretSource,
    SecretStore,
    Served,
    Subnet,
    Target,
    VolumeDriver,
)

Spec = Mapping[str, Any]
NONE_SERVED = Served()


def maps_of(spec: Spec, *, node_logs: bool, served: Served = NONE_SERVED) -> Maps:
    """Read the maps in the spec of an ECSAccount; one that is not there is empty.

    Args:
        spec: The spec.
        node_logs: Whether tasks may read the output of containers on the node.
        served: Which of the kinds that not every cluster has are there.
    """
    return Maps(
        registries=tuple(Registry(each["from"], each["to"]) for each in _list(spec, "registries")),
        pull_secrets=tuple(
            PullSecrets(each["from"], tuple(each["secretNames"])) for each in _list(spec, "pullSecrets")
        ),
        secrets=tuple(_secret(each) for each in _list(spec, "secrets")),
        secret_stores=tuple(_secret_store(each) for each in _list(spec, "secretStores")),
        environment_files=tuple(
            EnvironmentSource(each["from"], each.get("configMapName"), each.get("secretName"), each.get("key"))
            for each in _list(spec, "environmentFiles")
        ),
        file_systems=tuple(_file_system(each) for each in _list(spec, "fileSystems")),
        volume_drivers=tuple(_volume_driver(each) for each in _list(spec, "volumeDrivers")),
        devices=tuple(Device(each["from"], each["resourceName"]) for each in _list(spec, "devices")),
        accelerators=tuple(
            Accelerator(each["from"], each["resourceName"], each.get("sharedResourceName"), each.get("deviceClassName"))
            for each in _list(spec, "accelerators")
        ),
        runtime_classes=tuple(
            RuntimeClass(each["from"], each["runtimeClassName"], each.get("attestationAnnotation"))
            for each in _list(spec, "runtimeClasses")
        ),
        log_drivers=tuple(LogDriver(each["from"], each.get("annotations") or {}) for each in _list(spec, "logDrivers")),
        log_groups=tuple(LogGroup(each["from"], each["to"]) for each in _list(spec, "logGroups")),
        subnets=tuple(Subnet(each["from"], tuple(each.get("zones") or ())) for each in _list(spec, "subnets")),
        credential_specs=tuple(
            CredentialSpec(each["from"], each["gmsaCredentialSpecName"]) for each in _list(spec, "credentialSpecs")
        ),
        target_groups=tuple(_target(each) for each in _list(spec, "targetGroups")),
        service_registries=tuple(_target(each) for each in _list(spec, "serviceRegistries")),
        service_connect=tuple(_target(each) for each in _list(spec, "serviceConnect")),
        node_logs=node_logs,
        restricted=spec.get("podSecurity") == "restricted",
        served=served,
    )


def _list(spec: Spec, name: str) -> list[Spec]:
    return spec.get(name) or []


def _secret(each: Spec) -> SecretSource:
    return SecretSource(
        source=each["from"],
        secret_name=each["secretName"],
        key=each.get("key"),
        json_key=each.get("jsonKey"),
        version_stage=each.get("versionStage"),
        version_id=each.get("versionId"),
    )


def _secret_store(each: Spec) -> SecretStore:
    built_in = SecretStore(each["from"], each["name"])
    return SecretStore(
        source=each["from"],
        name=each["name"],
        kind=each.get("kind") or built_in.kind,
        role=each.get("executionRole"),
        refresh=each.get("refreshInterval") or built_in.refresh,
    )


def _file_system(each: Spec) -> FileSystem:
    return FileSystem(
        source=each["from"],
        access_point=each.get("accessPoint"),
        claim=each.get("persistentVolumeClaimName"),
        nfs=each.get("nfs"),
        csi=each.get("csi"),
        port_attribute=each.get("transitEncryptionPortAttribute"),
    )


def _volume_driver(each: Spec) -> VolumeDriver:
    built_in = VolumeDriver(each["from"])
    return VolumeDriver(
        source=each["from"],
        storage_class=each.get("storageClassName"),
        size=each.get("size") or built_in.size,
        access_mode=each.get("accessMode") or built_in.access_mode,
    )


def _target(each: Spec) -> Target:
    return Target(
        source=each["from"],
        to=each["to"],
        alias=each.get("alias"),
        name=each.get("serviceName"),
        port=each.get("port"),
        node_port=each.get("nodePort"),
        load_balancer_class=each.get("loadBalancerClass"),
        annotations=each.get("annotations") or {},
    )
