"""resourceRequirements with the value ALL: every device of a kind that the node has, by dynamic resource allocation.

The ResourceClaimTemplate is the same for all tasks of a namespace, and belongs to nobody.
"""

from collections.abc import Iterator
from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest, ResourceRequirement
from kubecs.translate import labels
from kubecs.translate.maps import BUILT_IN_ACCELERATORS, Maps, entry
from kubecs.translate.names import container_name, object_name

ALL = "ALL"
API_VERSION = "resource.k8s.io/v1"
KIND = "ResourceClaimTemplate"

Manifest = dict[str, Any]


def device_class(requirement: ResourceRequirement, maps: Maps) -> str | None:
    """The DeviceClass to claim all of; None where the requirement is another, or the account names none."""
    if requirement.value != ALL or requirement.sharing_strategy or not maps.served.resource_claims:
        return None
    kind = entry((*maps.accelerators, *BUILT_IN_ACCELERATORS), requirement.type)
    return kind.device_class if kind else None


def container_claims(container: ContainerDefinition, maps: Maps) -> list[dict[str, str]]:
    """`resources.claims` of a container."""
    return [{"name": _claim(each)} for each in dict.fromkeys(_classes(container, maps))]


def pod_claims(document: RegisterTaskDefinitionRequest, maps: Maps) -> list[dict[str, str]]:
    """`resourceClaims` of the Pod: containers that want the same devices share them."""
    return [{"name": _claim(each), "resourceClaimTemplateName": _template(each)} for each in _used(document, maps)]


def claim_templates(document: RegisterTaskDefinitionRequest, maps: Maps, namespace: str) -> list[Manifest]:
    """The manifests of what those refer to."""
    return [
        {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "metadata": {
                "name": _template(each),
                "namespace": namespace,
                "labels": {labels.MANAGED_BY: labels.MANAGER},
            },
            "spec": {"spec": {"devices": {"requests": [_request(each)]}}},
        }
        for each in _used(document, maps)
    ]


def _request(name: str) -> Manifest:
    return {"name": "all", "exactly": {"deviceClassName": name, "allocationMode": "All"}}


def _used(document: RegisterTaskDefinitionRequest, maps: Maps) -> list[str]:
    return list(dict.fromkeys(each for one in document.container_definitions for each in _classes(one, maps)))


def _classes(container: ContainerDefinition, maps: Maps) -> Iterator[str]:
    for requirement in container.resource_requirements or ():
        found = device_class(requirement, maps)
        if found:
            yield found


def _claim(name: str) -> str:
    return container_name(f"all-{name}")


def _template(name: str) -> str:
    return f"ecs-all-{object_name(name)}"
