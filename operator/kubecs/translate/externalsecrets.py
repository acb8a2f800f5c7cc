"""Secrets that External Secrets fetches: one ExternalSecret for each reference of a service or task, and owned by it.

The Secret that it makes goes with it. A store is asked for the value anew now and then, so that the next task sees a
rotated one, as in ECS each task reads it at its start.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate import labels
from kubecs.translate.environment import is_usable
from kubecs.translate.firelens import has_router
from kubecs.translate.images import image
from kubecs.translate.logging import FIRELENS, is_served
from kubecs.translate.maps import Maps, SecretStore, entry
from kubecs.translate.registrycredentials import fetched_pull_secret, pull_secret_spec
from kubecs.translate.secrets import CURRENT, DEFAULT_KEY, external_name, has_entry, parse_reference, store_for

KIND = "ExternalSecret"

Manifest = dict[str, Any]


def external_secrets(
    document: RegisterTaskDefinitionRequest, maps: Maps, namespace: str, owner: Mapping[str, Any] | None
) -> list[Manifest]:
    """The manifests that the secrets of a task definition need, each once.

    Args:
        document: The task definition.
        maps: What the account says that the names of AWS stand for, in the scope of one service or task.
        namespace: The namespace.
        owner: Owner reference to that service or task.
    """
    specs: dict[str, tuple[str, Manifest]] = {}
    for value_from in _references(document, maps):
        store = None if has_entry(value_from, maps) else store_for(value_from, maps)
        if store is not None:
            name = external_name(value_from, store, maps.scope)
            specs[name] = (value_from, _spec(name, value_from, store))
    for container in document.container_definitions:
        specs |= _credentials(container, maps)
    return [
        {
            "apiVersion": maps.served.external_secrets,
            "kind": KIND,
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": {labels.MANAGED_BY: labels.MANAGER},
                "annotations": {labels.VALUE_FROM: value_from},
                **({"ownerReferences": [dict(owner)]} if owner else {}),
            },
            "spec": spec,
        }
        for name, (value_from, spec) in specs.items()
    ]


def _credentials(container: ContainerDefinition, maps: Maps) -> dict[str, tuple[str, Manifest]]:
    """What a container's image is pulled with, where the map has no entry for it."""
    credentials = container.repository_credentials
    if credentials is None or entry(maps.pull_secrets, credentials.credentials_parameter) is not None:
        return {}
    parameter, reference = credentials.credentials_parameter, image(container.image or "", maps)
    name = fetched_pull_secret(parameter, reference, maps)
    spec = pull_secret_spec(name, parameter, reference, maps) if name else None
    return {name: (parameter, spec)} if name and spec else {}


def _references(document: RegisterTaskDefinitionRequest, maps: Maps) -> Iterator[str]:
    """Every `valueFrom` that becomes a key of a Secret."""
    for container in document.container_definitions:
        yield from (each.value_from for each in container.secrets or () if is_usable(each.name))
        yield from _log_references(container, document, maps)


def _log_references(
    container: ContainerDefinition, document: RegisterTaskDefinitionRequest, maps: Maps
) -> Iterator[str]:
    logging = container.log_configuration
    if logging is None:
        return
    routed = logging.log_driver == FIRELENS and has_router(document)
    if routed or is_served(logging, maps):
        yield from (each.value_from for each in logging.secret_options or ())


def _spec(name: str, value_from: str, store: SecretStore) -> Manifest:
    return {
        "refreshInterval": store.refresh,
        "secretStoreRef": {"kind": store.kind, "name": store.name},
        "target": {"name": name, "creationPolicy": "Owner"},
        "data": [{"secretKey": DEFAULT_KEY, "remoteRef": _remote(value_from)}],
    }


def _remote(value_from: str) -> dict[str, str]:
    """The reference in the words of External Secrets, in which a version is a stage, or an id after `uuid/`."""
    reference = parse_reference(value_from)
    version = f"uuid/{reference.version_id}" if reference.version_id else reference.version_stage
    return {
        "key": reference.source,
        **({"property": reference.json_key} if reference.json_key else {}),
        **({"version": version} if version not in ("", CURRENT) else {}),
    }
