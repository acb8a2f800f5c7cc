"""credentialSpecs to a gMSA credential spec of a Windows container, by the account's map."""

from collections.abc import Iterator
from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.maps import CredentialSpec, Maps, entry
from kubecs.translate.placement import is_windows

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
    if container.credential_specs and not (is_windows(document) and _mapped(container, maps)):
        message = (
            "the container has no domain identity: that takes Windows and an entry in ECSAccount spec.credentialSpecs"
        )
        yield Finding(container_path(container, "credentialSpecs"), CONDITION, CONDITION, message)


def _mapped(container: ContainerDefinition, maps: Maps) -> CredentialSpec | None:
    found = (entry(maps.credential_specs, each) for each in container.credential_specs or ())
    return next((each for each in found if each), None)
