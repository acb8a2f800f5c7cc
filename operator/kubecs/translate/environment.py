"""environment and secrets to env: of several values for one name the last holds, in ECS as here."""

import re
from collections.abc import Iterator
from typing import Any

from kubecs.ecs.model import ContainerDefinition
from kubecs.translate.escape import escape
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.maps import Maps
from kubecs.translate.secrets import resolved, secret_key

_NAME = re.compile(r"[ -<>-~]+")  # printable ASCII but "=": what Kubernetes takes since 1.34

Variable = dict[str, Any]


def env(container: ContainerDefinition, maps: Maps) -> list[Variable]:
    """`env` of a container, each name once. An empty value is left out, as the API server does.

    Raises:
        ResourceInitializationError: A secret for which the account's map has no entry.
    """
    values = {pair.name: literal(pair.name or "", pair.value or "") for pair in container.environment or ()}
    secrets = {each.name: _from_secret(container, each.name, each.value_from, maps) for each in container.secrets or ()}
    return [variable for name, variable in (values | secrets).items() if is_usable(name)]


def environment_findings(container: ContainerDefinition, maps: Maps) -> Iterator[Finding]:
    """Variables whose name Kubernetes refuses, and secrets that the account's map lacks."""
    for pair in container.environment or ():
        if not is_usable(pair.name):
            yield _unusable(container, "environment", pair.name)
    for secret in container.secrets or ():
        path = container_path(container, f"secrets[{secret.name}]")
        if not is_usable(secret.name):
            yield _unusable(container, "secrets", secret.name)
        elif secret_key(secret.value_from, maps) is None:
            message = f"it is not run: ECSAccount spec.secrets has no entry for {secret.value_from}"
            yield Finding(f"{path}.valueFrom", "SecretNotMapped", "SecretNotMapped", message)


def is_usable(name: str | None) -> bool:
    """Whether Kubernetes takes this as the name of a variable."""
    return bool(name) and _NAME.fullmatch(name or "") is not None


def literal(name: str, value: str) -> Variable:
    """A variable with a value that reaches the container as it stands."""
    return {"name": name, "value": escape(value)} if value else {"name": name}


def _from_secret(container: ContainerDefinition, name: str, value_from: str, maps: Maps) -> Variable:
    key = resolved(value_from, maps, container_path(container, f"secrets[{name}].valueFrom"))
    return {"name": name, "valueFrom": key.value_from()}


def _unusable(container: ContainerDefinition, member: str, name: str | None) -> Finding:
    message = f"the variable {name!r} is not set: a name must be printable ASCII without '='"
    path = container_path(container, f"{member}[{name or ''}]")
    return Finding(path, "EnvironmentNotApplied", "NameNotAllowed", message)
