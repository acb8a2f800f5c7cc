"""dockerSecurityOptions: no-new-privileges, and profiles of AppArmor, SELinux and seccomp."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubecs.ecs.model import ContainerDefinition
from kubecs.translate.finding import Finding, container_path

NOT_APPLIED = "SecurityOptionNotApplied"
NO_NEW_PRIVILEGES = frozenset({"no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"})
UNCONFINED = "unconfined"
RUNTIME_DEFAULTS = frozenset({"docker-default", "default", "runtime/default", "builtin"})
LONGEST_PROFILE = 4095  # bytes
LABEL_PARTS = frozenset({"user", "role", "type", "level"})
PROFILES: Mapping[str, str] = {"apparmor": "appArmorProfile", "seccomp": "seccompProfile"}


def security_options(container: ContainerDefinition) -> dict[str, Any]:
    """The members of securityContext that the options stand for."""
    members: dict[str, Any] = {}
    for option in container.docker_security_options or ():
        kind, value = _split(option)
        if option in NO_NEW_PRIVILEGES and not needs_escalation(container):
            members["allowPrivilegeEscalation"] = False
        elif kind in PROFILES and value and not _bad_profile(kind, value):
            members[PROFILES[kind]] = _profile(value)
        elif kind == "label" and _label(value):
            members["seLinuxOptions"] = members.get("seLinuxOptions", {}) | _label(value)
    return members


def unconfined_options(container: ContainerDefinition) -> list[str]:
    """The options that take a container's profile away: `apparmor:unconfined`, `seccomp:unconfined`."""
    options = container.docker_security_options or ()
    return [option for option in options if _split(option) in {("apparmor", UNCONFINED), ("seccomp", UNCONFINED)}]


def security_option_findings(container: ContainerDefinition) -> Iterator[Finding]:
    """SecurityOptionNotApplied, for options that Kubernetes has no word for."""
    for index, option in enumerate(container.docker_security_options or ()):
        why = _lost(container, option)
        if why:
            path = container_path(container, f"dockerSecurityOptions[{index}]")
            yield Finding(path, NOT_APPLIED, NOT_APPLIED, why)


def _lost(container: ContainerDefinition, option: str) -> str:
    kind, value = _split(option)
    if option in NO_NEW_PRIVILEGES:
        why = "a container that is privileged or has SYS_ADMIN cannot give up new privileges in Kubernetes"
        return why if needs_escalation(container) else ""
    if kind in PROFILES and value:
        return _bad_profile(kind, value)
    if (kind == "label" and _label(value)) or kind == "credentialspec":
        return ""  # of a credential spec credentialspecs.py speaks
    return "Kubernetes has no counterpart of this option"


def needs_escalation(container: ContainerDefinition) -> bool:
    """Whether Kubernetes refuses to keep such a container from gaining privileges."""
    linux = container.linux_parameters
    added = (linux.capabilities.add if linux and linux.capabilities else None) or ()
    return bool(container.privileged) or any(
        name.upper().removeprefix("CAP_") in {"SYS_ADMIN", "ALL"} for name in added
    )


def _split(option: str) -> tuple[str, str]:
    """`apparmor:profile`, which Docker also takes with `=`."""
    separator = min((mark for mark in ":=" if mark in option), key=option.index, default=":")
    kind, _, value = option.partition(separator)
    return kind, value


def _profile(value: str) -> dict[str, str]:
    if value == UNCONFINED:
        return {"type": "Unconfined"}
    if value in RUNTIME_DEFAULTS:
        return {"type": "RuntimeDefault"}
    return {"localhostProfile": value, "type": "Localhost"}


def _bad_profile(kind: str, value: str) -> str:
    """Why Kubernetes does not take the name of a profile; empty where it does."""
    if kind == "seccomp" and (value.startswith("/") or ".." in value.split("/")):
        return "the path of a seccomp profile has to lie below the kubelet's directory of profiles, and be written so"
    if kind == "apparmor" and (value != value.strip() or len(value.encode()) > LONGEST_PROFILE):
        return "this is no name of a profile that Kubernetes takes"
    return ""


def _label(value: str) -> dict[str, str]:
    """`type:spc_t` and the like; `disable` is no label."""
    part, _, text = value.partition(":")
    return {part: text} if part in LABEL_PARTS and text else {}
