"""runtimePlatform and trustedExecutionConfiguration: the nodes and the sandbox that a task can run in."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding
from kubecs.translate.maps import Maps, RuntimeClass, entry

ARCHITECTURES: Mapping[str, str] = {"X86_64": "amd64", "ARM64": "arm64"}
OS_LABEL = "kubernetes.io/os"
ARCHITECTURE_LABEL = "kubernetes.io/arch"
WINDOWS_BUILD_LABEL = "node.kubernetes.io/windows-build"
SHARED = "SHARED"

# Release in the family's name to the build that Windows nodes carry as a label.
WINDOWS_BUILDS: Mapping[str, str] = {
    "2016": "10.0.14393",
    "2019": "10.0.17763",
    "2004": "10.0.19041",
    "20H2": "10.0.19042",
    "2022": "10.0.20348",
    "2025": "10.0.26100",
}

_ISOLATION = "trustedExecutionConfiguration.isolationMode"


def is_windows(document: RegisterTaskDefinitionRequest) -> bool:
    """Whether the containers are Windows ones."""
    platform = document.runtime_platform
    return bool(platform and (platform.operating_system_family or "").startswith("WINDOWS"))


def pod_placement(document: RegisterTaskDefinitionRequest, maps: Maps) -> dict[str, Any]:
    """`os`, `nodeSelector` and `runtimeClassName` of the Pod.

    Raises:
        ClientException: An isolation mode other than SHARED that the account's map lacks.
    """
    platform = document.runtime_platform
    family = (platform.operating_system_family if platform else None) or ""
    system = "windows" if is_windows(document) else "linux"
    selector = ({OS_LABEL: system} if family else {}) | _architecture(document) | _windows_build(family)
    sandbox = _runtime_class(document, maps)
    members: dict[str, Any] = {
        "os": {"name": system} if family else None,
        "nodeSelector": selector or None,
        "runtimeClassName": sandbox.name if sandbox else None,
    }
    return {name: value for name, value in members.items() if value is not None}


def attestation(document: RegisterTaskDefinitionRequest, maps: Maps) -> dict[str, str]:
    """The attestation policy as the annotation that the map names."""
    sandbox, trusted = _mapped(document, maps), document.trusted_execution_configuration
    if not (sandbox and sandbox.attestation_annotation and trusted and trusted.attestation_policy):
        return {}
    return {sandbox.attestation_annotation: trusted.attestation_policy}


def placement_findings(document: RegisterTaskDefinitionRequest, maps: Maps) -> Iterator[Finding]:
    """A sandbox that the map lacks, an attestation policy that nobody is handed, a Windows edition."""
    trusted, sandbox = document.trusted_execution_configuration, _mapped(document, maps)
    if trusted and trusted.isolation_mode != SHARED and sandbox is None:
        yield Finding(
            _ISOLATION, "RuntimeClassNotMapped", "RuntimeClassNotMapped", f"it is not run: {_missing(document)}"
        )
    if trusted and trusted.attestation_policy and not attestation(document, maps):
        path = "trustedExecutionConfiguration.attestationPolicy"
        message = "the runtime is not told: no entry of ECSAccount spec.runtimeClasses has an attestationAnnotation"
        yield Finding(path, "AttestationNotApplied", "AttestationNotApplied", message)


def _architecture(document: RegisterTaskDefinitionRequest) -> dict[str, str]:
    platform = document.runtime_platform
    architecture = platform.cpu_architecture if platform else None
    return {ARCHITECTURE_LABEL: ARCHITECTURES[architecture]} if architecture else {}


def _windows_build(family: str) -> dict[str, str]:
    release = family.removeprefix("WINDOWS_SERVER_").partition("_")[0]
    return {WINDOWS_BUILD_LABEL: WINDOWS_BUILDS[release]} if release in WINDOWS_BUILDS else {}


def _mapped(document: RegisterTaskDefinitionRequest, maps: Maps) -> RuntimeClass | None:
    trusted = document.trusted_execution_configuration
    return entry(maps.runtime_classes, trusted.isolation_mode) if trusted else None


def _runtime_class(document: RegisterTaskDefinitionRequest, maps: Maps) -> RuntimeClass | None:
    trusted, found = document.trusted_execution_configuration, _mapped(document, maps)
    if trusted and trusted.isolation_mode != SHARED and found is None:
        raise ClientException(_missing(document), _ISOLATION)
    return found


def _missing(document: RegisterTaskDefinitionRequest) -> str:
    trusted = document.trusted_execution_configuration
    mode = trusted.isolation_mode if trusted else ""
    return f"isolationMode {mode} needs an entry in ECSAccount spec.runtimeClasses"
