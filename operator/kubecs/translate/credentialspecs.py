"""credentialSpecs to a gMSA credential spec of a Windows container, by the account's map."""

from collections.abc import Iterator
from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.maps import CredentialSpec, Maps, entry
from kubecs.translate.placement import is_windows

OPTION = "credentialspec:"
CONDITION = "CredentialSpecNotApplied"


def windows_security(container: ContainerDefinition, maps: Maps) -> dict[str, Any]:
    """`securityContext` of a Windows container: who it runs as, in the machine and in the domain."""
    found = _mapped(container, maps)
    options = {
        "gmsaCredentialSpecName": found.name if found else None,
        "runAsUserName": container.user or None,
    }
    given = {name: value for name, value in options.items() if value}
    return {"windowsOptions": given} if given else {}


def credential_spec_findings(
    container: ContainerDefinition, document: RegisterTaskDefinitionRequest, maps: Maps
) -> Iterator[Finding]:
    """CredentialSpecNotApplied, on Linux and where the map has no entry."""
    if list(_named(container)) and not (is_windows(document) and _mapped(container, maps)):
        message = (
            "the container has no domain identity: that takes Windows and an entry in ECSAccount spec.credentialSpecs"
        )
        member = "credentialSpecs" if container.credential_specs else "dockerSecurityOptions"
        yield Finding(container_path(container, member), CONDITION, CONDITION, message)


def _mapped(container: ContainerDefinition, maps: Maps) -> CredentialSpec | None:
    found = (entry(maps.credential_specs, each) for each in _named(container))
    return next((each for each in found if each), None)


def _named(container: ContainerDefinition) -> Iterator[str]:
    """The credential specs of a container; an older way to name one is a Docker security option."""
    yield from container.credential_specs or ()
    yield from (each for each in container.docker_security_options or () if each.startswith(OPTION))
