"""repositoryCredentials that External Secrets fetches: a Secret to pull with, made of user name and password.

ECS keeps both in one secret of Secrets Manager, under the JSON keys username and password.
"""

from typing import Any

from kubecs.translate.maps import Maps
from kubecs.translate.secrets import external_name, parse_reference, store_for

HUB, HUB_KEY = "docker.io", "https://index.docker.io/v1/"  # Docker's own name for its registry
_USER, _PASSWORD = "username", "password"


def fetched_pull_secret(parameter: str, image: str, maps: Maps) -> str | None:
    """The Secret for a credentialsParameter and an image as it is pulled; None where no store has it."""
    store = store_for(parameter, maps)
    return external_name(f"{parameter} {_registry(image)}", store, maps.scope) if store else None


def pull_secret_spec(name: str, parameter: str, image: str, maps: Maps) -> dict[str, Any] | None:
    """The spec of the ExternalSecret that makes it."""
    store = store_for(parameter, maps)
    if store is None:
        return None
    key = parse_reference(parameter).source
    template = {
        "engineVersion": "v2",
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": _configuration(_registry(image))},
    }
    return {
        "refreshInterval": store.refresh,
        "secretStoreRef": {"kind": store.kind, "name": store.name},
        "target": {"name": name, "creationPolicy": "Owner", "template": template},
        "data": [{"secretKey": part, "remoteRef": {"key": key, "property": part}} for part in (_USER, _PASSWORD)],
    }


def _registry(image: str) -> str:
    host = image.partition("/")[0]
    return HUB_KEY if host == HUB else host


def _configuration(registry: str) -> str:
    """Docker's configuration as a template of External Secrets, which puts the values in as JSON."""
    values = f'"username":{{{{ .{_USER} | toJson }}}},"password":{{{{ .{_PASSWORD} | toJson }}}}'
    return f'{{"auths":{{"{registry}":{{{values}}}}}}}'
