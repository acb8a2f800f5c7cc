"""What becomes of each member of a task definition: one verdict for each, so that nothing is lost silently.

A path is written without names (`containerDefinitions[].image`); `<path>=<value>` is the verdict of one value. A
member without a row, which a newer AWS model may bring, counts as not translated.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kubecs.ecs.base import Shape
from kubecs.ecs.members import members
from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.accelerators import accelerator_findings
from kubecs.translate.constraints import constraint_findings
from kubecs.translate.containerverdicts import VALUES
from kubecs.translate.credentialspecs import credential_spec_findings
from kubecs.translate.devices import device_findings
from kubecs.translate.environment import environment_findings
from kubecs.translate.environmentfiles import environment_file_findings
from kubecs.translate.finding import Finding
from kubecs.translate.firelens import firelens_findings, has_router
from kubecs.translate.grace import grace_findings
from kubecs.translate.health import health_findings
from kubecs.translate.images import image_findings
from kubecs.translate.lifeverdicts import LIFE
from kubecs.translate.linuxonly import linux_only_findings
from kubecs.translate.logging import log_findings
from kubecs.translate.maps import NO_MAPS, Maps, for_role
from kubecs.translate.memoryvolumes import memory_findings
from kubecs.translate.mounts import mount_findings
from kubecs.translate.namespaces import namespace_findings
from kubecs.translate.network import network_findings
from kubecs.translate.placement import is_windows, placement_findings
from kubecs.translate.ports import pod_ports
from kubecs.translate.security import user_findings
from kubecs.translate.securityoptions import security_option_findings
from kubecs.translate.structure import structure_findings
from kubecs.translate.sysctls import sysctl_findings
from kubecs.translate.taskverdicts import TASK
from kubecs.translate.unsupported import refused_values
from kubecs.translate.verdict import Verdict, lost
from kubecs.translate.versionconsistency import version_findings
from kubecs.translate.volumes import volume_findings, volumes_from_findings
from kubecs.translate.volumeverdicts import VOLUME

VERDICTS: Mapping[str, Verdict] = {
    **TASK,
    **{f"containerDefinitions[].{path}": verdict for path, verdict in {**VALUES, **LIFE}.items()},
    **{f"volumes[].{path}": verdict for path, verdict in VOLUME.items()},
}

_UNKNOWN = lost("this member is not known here and has no effect")

Document = RegisterTaskDefinitionRequest


def findings(document: Document, maps: Maps = NO_MAPS) -> tuple[Finding, ...]:
    """Everything in a task definition that does not carry over as it stands, in the order of its members.

    Args:
        document: The task definition.
        maps: What the account says that the names of AWS stand for.
    """
    maps = for_role(maps, document.execution_role_arn)
    containers = [found for each in document.container_definitions for found in _of_container(each, document, maps)]
    found = (
        *_walk(document, "", ""),
        *_refused(document),
        *namespace_findings(document),
        *placement_findings(document, maps),
        *constraint_findings(document),
        *linux_only_findings(document),
        *image_findings(document, maps),
        *version_findings(document),
        *containers,
        *structure_findings(document, maps),
        *grace_findings(document),
        *pod_ports(document).findings,
        *network_findings(document),
        *sysctl_findings(document),
        *firelens_findings(document, maps),
        *volumes_from_findings(document),
        *volume_findings(document, maps),
    )
    return tuple(dict.fromkeys(found))  # several reasons for one thing say it once


def verdict_on(pattern: str, value: object = None) -> Verdict | None:
    """The row about a member, given as a path without names; that of the value where it has one of its own."""
    by_value = VERDICTS.get(f"{pattern}={value}") if isinstance(value, str) else None
    return by_value or VERDICTS.get(pattern)


def _refused(document: Document) -> Iterator[Finding]:
    for path, message in refused_values(document):
        yield Finding(path, "NotSupported", "ClientException", f"it is not run: ClientException: {message}")


def _of_container(container: ContainerDefinition, document: Document, maps: Maps) -> tuple[Finding, ...]:
    return (
        *environment_findings(container, maps),
        *environment_file_findings(container, document, maps),
        *health_findings(container),
        *mount_findings(container, document, maps),
        *(() if is_windows(document) else user_findings(container)),
        *security_option_findings(container),
        *credential_spec_findings(container, document, maps),
        *memory_findings(container),
        *device_findings(container, maps),
        *accelerator_findings(container, maps),
        *log_findings(container, maps, routed=has_router(document)),
    )


def _walk(shape: Shape, pattern: str, path: str) -> Iterator[Finding]:
    """Go through the members that are present; a member that is not applied speaks for all that is below it."""
    for member in members(type(shape)):
        value = getattr(shape, member.attribute)
        if _is_absent(value):
            continue
        verdict = verdict_on(pattern + member.name, value) or _UNKNOWN
        if verdict.effect == "not applied":
            yield Finding(path + member.name, verdict.condition, verdict.condition, verdict.message)
        elif verdict.effect == "refused":
            message = f"it is not run: {verdict.error}: {verdict.message}"
            yield Finding(path + member.name, "NotSupported", verdict.error, message)
        elif verdict.effect == "translated":
            yield from _below(value, pattern + member.name, path + member.name)


def _below(value: Any, pattern: str, path: str) -> Iterator[Finding]:
    if isinstance(value, Shape):
        yield from _walk(value, f"{pattern}.", f"{path}.")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            if isinstance(item, Shape):
                yield from _walk(item, f"{pattern}[].", f"{path}[{_label(item, index)}].")


def _is_absent(value: object) -> bool:
    """A member that says nothing: not there, empty, or false, which every boolean is by default."""
    return value is None or value is False or value in ("", (), {})


def _label(item: Shape, index: int) -> str:
    """How a list's element is named in a path: by name, by port, else by its index."""
    named = (getattr(item, attribute, None) for attribute in ("name", "container_port"))
    return str(next((value for value in named if value), index))
