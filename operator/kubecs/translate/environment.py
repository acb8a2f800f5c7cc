"""environment to env: of several values for one name the last holds, in ECS as here."""

import re
from typing import Any

from kubecs.ecs.model import ContainerDefinition
from kubecs.translate.escape import escape
from kubecs.translate.finding import Finding, container_path

_NAME = re.compile(r"[ -<>-~]+")  # printable ASCII but "=": what Kubernetes takes since 1.34


def env(container: ContainerDefinition) -> list[dict[str, Any]]:
    """`env` of a container, each name once. An empty value is left out, as the API server does."""
    values = {pair.name: pair.value or "" for pair in container.environment or () if _usable(pair.name)}
    return [{"name": name, "value": escape(value)} if value else {"name": name} for name, value in values.items()]


def environment_findings(container: ContainerDefinition) -> tuple[Finding, ...]:
    """Variables whose name Kubernetes refuses."""
    return tuple(_finding(container, pair.name) for pair in container.environment or () if not _usable(pair.name))


def _usable(name: str | None) -> bool:
    return bool(name) and _NAME.fullmatch(name or "") is not None


def _finding(container: ContainerDefinition, name: str | None) -> Finding:
    message = f"the variable {name!r} is not set: a name must be printable ASCII without '='"
    path = container_path(container, f"environment[{name or ''}]")
    return Finding(path, "EnvironmentNotApplied", "NameNotAllowed", message)
