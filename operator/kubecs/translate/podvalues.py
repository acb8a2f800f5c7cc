"""The members of a Pod that the values of a task definition decide: network, volumes, sizes, nodes, logs."""

from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate import labels
from kubecs.translate.constraints import pod_affinity
from kubecs.translate.deviceclaims import pod_claims
from kubecs.translate.devices import device_volumes
from kubecs.translate.environmentfiles import env_volumes
from kubecs.translate.firelens import firelens_volumes
from kubecs.translate.hashing import compact
from kubecs.translate.images import image_pull_secrets
from kubecs.translate.launchvolumes import LaunchVolumes
from kubecs.translate.logging import log_annotations, log_settings
from kubecs.translate.maps import Maps
from kubecs.translate.memoryvolumes import memory_volumes
from kubecs.translate.mounts import container_mounts
from kubecs.translate.namespaces import pod_namespaces
from kubecs.translate.network import pod_network
from kubecs.translate.placement import attestation, is_windows, pod_placement
from kubecs.translate.ports import app_protocols
from kubecs.translate.resources import pod_resources
from kubecs.translate.sysctls import sysctls
from kubecs.translate.volumes import pod_volumes, volume_labels

Document = RegisterTaskDefinitionRequest


def pod_values(document: Document, maps: Maps, launch: LaunchVolumes) -> dict[str, Any]:
    """Those members of the Pod's spec, where they are not empty.

    Raises:
        ClientException: A volume or a sandbox that the account's map lacks.
        ResourceInitializationError: Credentials of a registry that it lacks.
    """
    members: dict[str, Any] = {
        **pod_network(document),
        **pod_placement(document, maps),
        "affinity": pod_affinity(document),
        "imagePullSecrets": image_pull_secrets(document, maps),
        "volumes": [
            *pod_volumes(document, maps, launch),
            *firelens_volumes(document, maps),
            *env_volumes(document, maps),
        ],
        "resources": pod_resources(document),
        "resourceClaims": pod_claims(document, maps),
    }
    if not is_windows(document):
        members |= _of_linux(document, maps, members["volumes"])
    return {name: value for name, value in members.items() if value}


def pod_facts(document: Document, maps: Maps) -> dict[str, str]:
    """Annotations with what the Pod's spec has no place for, each as JSON, and those that the account's maps bring."""
    facts: dict[str, Any] = {
        labels.APP_PROTOCOLS: app_protocols(document),
        labels.LOGS: log_settings(document, maps),
        labels.VOLUME_LABELS: volume_labels(document),
    }
    written = {key: compact(fact) for key, fact in facts.items() if fact}
    return {**log_annotations(document, maps), **attestation(document, maps), **written}


def _of_linux(document: Document, maps: Maps, own_volumes: list[dict[str, Any]]) -> dict[str, Any]:
    wanted = sysctls(document)
    mounted = {
        mount["name"] for each in document.container_definitions for mount in container_mounts(each, document, maps)
    }
    made = [*memory_volumes(document), *device_volumes(document, maps)]
    return {
        **pod_namespaces(document),
        "securityContext": {"sysctls": wanted} if wanted else {},
        "volumes": [*own_volumes, *(each for each in made if each["name"] in mounted)],
    }
