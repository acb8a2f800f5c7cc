"""The entries of an ECSAccount's maps for what documents name, with names to be looked over for what they stand for."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kubecs.convert.seen import (
    CREDENTIALS,
    ENVIRONMENT_FILES,
    EXECUTION_ROLES,
    FILE_SYSTEMS,
    IMAGES,
    LOAD_BALANCERS,
    LOG_GROUPS,
    NAMESPACES,
    REGISTRIES,
    ROLES,
    SECRETS,
    SUBNETS,
    TARGET_GROUPS,
)
from kubecs.translate.names import object_name
from kubecs.translate.secrets import parse_reference

Entry = dict[str, Any]

_SUFFIX = 7  # Secrets Manager ends a secret's ARN in a hyphen and six characters of its own
_NAME_LENGTH = 63


def map_entries(used: Mapping[str, Iterable[str]]) -> dict[str, list[Entry]]:
    """Map of the ECSAccount to its entries, each once.

    Args:
        used: What is seen, as seen.WHAT calls it, to the names.
    """
    made: dict[str, list[Entry]] = {}
    for what, (member, entry) in _MAPS.items():
        for name in used.get(what, ()):
            entries = made.setdefault(member, [])
            if (new := entry(name)) not in entries:
                entries.append(new)
    return made


def _role(name: str) -> Entry:
    return {"role": name, "roleRefs": []}


def _pull_secrets(name: str) -> Entry:
    return {"from": name, "secretNames": [_kubernetes_name(name)]}


def _secret(value_from: str) -> Entry:
    reference = parse_reference(value_from)
    entry = {"from": reference.source, "secretName": _kubernetes_name(reference.source)}
    version = {"versionStage": reference.version_stage, "versionId": reference.version_id}
    return entry | {name: value for name, value in version.items() if value}


def _environment_file(arn: str) -> Entry:
    file = arn.rpartition("/")[2]
    return {"from": arn, "configMapName": _kubernetes_name(arn), "key": file}


def _file_system(name: str) -> Entry:
    return {"from": name, "persistentVolumeClaimName": _kubernetes_name(name)}


def _same_name(name: str) -> Entry:
    return {"from": name, "to": name}


def _subnet(name: str) -> Entry:
    return {"from": name, "zones": []}


def _cluster_ip(name: str) -> Entry:
    return {"from": name, "to": "ClusterIP"}


def _headless(name: str) -> Entry:
    return {"from": name, "to": "Headless"}


def _kubernetes_name(name: str) -> str:
    """What is particular in an ARN or a path, as a name that Kubernetes takes."""
    kind, _, rest = name.rpartition(":secret:")
    last = rest[:-_SUFFIX] if kind and rest[-_SUFFIX : -_SUFFIX + 1] == "-" else rest.rpartition(":")[2]
    words = last.removeprefix("parameter/").removeprefix("role/").strip("/").replace("/", "-")
    return object_name(words or "name", limit=_NAME_LENGTH)


_MAPS: Mapping[str, tuple[str, Callable[[str], Entry]]] = {
    ROLES: ("roles", _role),
    EXECUTION_ROLES: ("pullSecrets", _pull_secrets),
    CREDENTIALS: ("pullSecrets", _pull_secrets),
    SECRETS: ("secrets", _secret),
    IMAGES: ("registries", _same_name),
    ENVIRONMENT_FILES: ("environmentFiles", _environment_file),
    FILE_SYSTEMS: ("fileSystems", _file_system),
    LOG_GROUPS: ("logGroups", _same_name),
    SUBNETS: ("subnets", _subnet),
    TARGET_GROUPS: ("targetGroups", _cluster_ip),
    LOAD_BALANCERS: ("targetGroups", _cluster_ip),
    REGISTRIES: ("serviceRegistries", _headless),
    NAMESPACES: ("serviceConnect", _cluster_ip),
}
