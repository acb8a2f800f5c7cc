"""user, privileged, readonlyRootFilesystem and the rest of a container's securityContext."""

import re
from typing import Any

from kubecs.ecs.model import ContainerDefinition
from kubecs.translate.capabilities import capabilities
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.securityoptions import needs_escalation, security_options

HIGHEST_ID = 2**31 - 1  # Kubernetes takes no higher uid or gid


def security_context(container: ContainerDefinition, *, restricted: bool = False) -> dict[str, Any]:
    """`securityContext`; empty when the task definition asks for nothing. Of the names in `user` only root is known.

    Args:
        container: The container.
        restricted: What it does not ask for is as the Pod Security Standard `restricted` wants it.
    """
    uid, gid = _ids(container)
    members = {
        "capabilities": capabilities(container) or None,
        "privileged": container.privileged or None,
        "readOnlyRootFilesystem": container.readonly_root_filesystem or None,
        "runAsUser": uid,
        "runAsGroup": None if uid is None else gid,
        **security_options(container),
    }
    if restricted and not container.privileged:
        members = _restricted(container, uid) | {name: value for name, value in members.items() if value is not None}
        members["capabilities"] = {**(capabilities(container)), "drop": ["ALL"]}
    return {name: value for name, value in members.items() if value is not None}


def _restricted(container: ContainerDefinition, uid: int | None) -> dict[str, Any]:
    return {
        "allowPrivilegeEscalation": None if needs_escalation(container) else False,
        "runAsNonRoot": None if uid == 0 else True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def user_findings(container: ContainerDefinition) -> tuple[Finding, ...]:
    """UserNameNotNumeric, where the user or its group is given by a name other than root."""
    uid, gid = _ids(container)
    group_lost = ":" in (container.user or "") and gid is None
    if not container.user or (uid is not None and not group_lost):
        return ()
    lost = "user" if uid is None else "group"
    message = (
        f"the container runs as the {lost} of its image, not as {container.user!r}: "
        "Kubernetes takes only numbers, and the names are in the image"
    )
    return (Finding(container_path(container, "user"), "UserNameNotNumeric", "UserNameNotNumeric", message),)


def _ids(container: ContainerDefinition) -> tuple[int | None, int | None]:
    user, _, group = (container.user or "").partition(":")
    return _id(user), _id(group)


def _id(text: str) -> int | None:
    if text == "root":
        return 0
    number = int(text) if re.fullmatch(r"[0-9]{1,10}", text) else None
    return number if number is not None and number <= HIGHEST_ID else None
