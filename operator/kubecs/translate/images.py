"""image, repositoryCredentials and executionRoleArn: where images come from, and with whose right.

Short names of Docker Hub are written out, since not every container runtime looks there. A digest stays what it is.
"""

import re
from collections.abc import Iterator

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.initialization import SECRETS, ResourceInitializationError
from kubecs.translate.maps import Maps, PullSecrets, Registry, entry, fits
from kubecs.translate.registrycredentials import fetched_pull_secret

HUB = "docker.io"
OFFICIAL = "library"

_REFERENCE = re.compile(r"[\w][\w.\-:/@+]*", re.ASCII)


def image(reference: str, maps: Maps) -> str:
    """The image to pull: a short name written out, then rewritten by the longest entry of the registry map.

    Text that is no reference at all, such as a placeholder, stays as it is.
    """
    if not _REFERENCE.fullmatch(reference):
        return reference
    whole = _written_out(reference)
    rewritten = [(len(each.source), _rewritten(whole, each)) for each in maps.registries if _begins(whole, each)]
    return max(rewritten)[1] if rewritten else whole


def pull_policy(reference: str) -> str:
    """`Always` for tags, which can move, as the ECS agent pulls at each start; `IfNotPresent` for digests."""
    return "IfNotPresent" if "@" in reference else "Always"


def image_pull_secrets(document: RegisterTaskDefinitionRequest, maps: Maps) -> list[dict[str, str]]:
    """`imagePullSecrets` of the Pod: those of the containers' credentials, then those of the execution role.

    Raises:
        ResourceInitializationError: The map has no entry for a container's credentials.
    """
    names: dict[str, None] = {}
    for container in document.container_definitions:
        names |= dict.fromkeys(_credentials(container, maps))
    names |= dict.fromkeys(_role_secrets(document.execution_role_arn, maps) or ())
    return [{"name": name} for name in names]


def image_findings(document: RegisterTaskDefinitionRequest, maps: Maps) -> Iterator[Finding]:
    """RoleNotMapped for an execution role that the map lacks, SecretNotMapped for such credentials."""
    role = document.execution_role_arn
    if role and _role_secrets(role, maps) is None:
        message = f"images are pulled with the rights of the node: ECSAccount spec.pullSecrets has no entry for {role}"
        yield Finding("executionRoleArn", "RoleNotMapped", "RoleNotMapped", message)
    for container in document.container_definitions:
        parameter = container.repository_credentials and container.repository_credentials.credentials_parameter
        if parameter and _pull_secrets(container, parameter, maps) is None:
            path = container_path(container, "repositoryCredentials.credentialsParameter")
            message = f"it is not run: ECSAccount spec.pullSecrets has no entry for {parameter}"
            yield Finding(path, "SecretNotMapped", "SecretNotMapped", message)


def _credentials(container: ContainerDefinition, maps: Maps) -> tuple[str, ...]:
    credentials = container.repository_credentials
    if credentials is None:
        return ()
    found = _pull_secrets(container, credentials.credentials_parameter, maps)
    if found is None:
        path = container_path(container, "repositoryCredentials.credentialsParameter")
        what = f"no entry of ECSAccount spec.pullSecrets is for {credentials.credentials_parameter}"
        raise ResourceInitializationError(f"{SECRETS}: {what}", path)
    return found


def _pull_secrets(container: ContainerDefinition, parameter: str, maps: Maps) -> tuple[str, ...] | None:
    """Those of the map, else the one that External Secrets makes; None where there is neither."""
    found = entry(maps.pull_secrets, parameter)
    if found is not None:
        return found.names
    fetched = fetched_pull_secret(parameter, image(container.image or "", maps), maps)
    return (fetched,) if fetched else None


def _role_secrets(role: str | None, maps: Maps) -> tuple[str, ...] | None:
    """The pull secrets of an execution role, given by name or ARN; None where the map has no entry for it."""
    if not role:
        return ()
    by_name = (each for each in maps.pull_secrets if _is_role_name(each) and fits(each.source, role.rpartition("/")[2]))
    found = entry(maps.pull_secrets, role) or next(by_name, None)
    return found.names if found else None


def _is_role_name(secrets: PullSecrets) -> bool:
    return not secrets.source.startswith("arn:")


def _written_out(reference: str) -> str:
    first, slash, _ = reference.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return reference
    return f"{HUB}/{reference}" if slash else f"{HUB}/{OFFICIAL}/{reference}"


def _begins(reference: str, registry: Registry) -> bool:
    """Whether the reference lies below the entry, part by part; `*` in a part of the entry stands for any text."""
    wanted, parts = registry.source.split("/"), reference.split("/")
    return len(wanted) <= len(parts) and all(map(fits, wanted, parts))


def _rewritten(reference: str, registry: Registry) -> str:
    rest = reference.split("/")[len(registry.source.split("/")) :]
    return "/".join([registry.target.rstrip("/"), *rest])
