"""resourceRequirements: GPUs and Neuron devices as resources of device plugins, whole or, with MPS, in part.

All devices of a node are claimed (deviceclaims.py).
"""

from collections.abc import Iterator

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import ContainerDefinition, NvidiaMpsAllocation, ResourceRequirement
from kubecs.translate.deviceclaims import ALL, device_class
from kubecs.translate.environment import Variable, literal
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.maps import BUILT_IN_ACCELERATORS, Accelerator, Maps, entry

NOT_MAPPED = "AcceleratorNotMapped"
MPS_MEMORY = "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"
MPS_SHARE = "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"


def accelerator_limits(container: ContainerDefinition, maps: Maps) -> dict[str, str]:
    """`resources.limits` of a container.

    Raises:
        ClientException: A kind or a share that the account's map lacks, or a value that is no number.
    """
    limits: dict[str, int] = {}
    for path, requirement in _requirements(container):
        why = _refusal(requirement, maps)
        if why:
            raise ClientException(why, path)
        for resource, count in _wanted(requirement, maps).items():
            limits[resource] = limits.get(resource, 0) + count
    return {resource: str(count) for resource, count in limits.items() if count}


def accelerator_env(container: ContainerDefinition) -> list[Variable]:
    """The variables that tell CUDA how much of a shared GPU a container may use."""
    shares = (_share(requirement) for _, requirement in _requirements(container))
    return [variable for share in shares if share for variable in _mps_env(share)]


def accelerator_findings(container: ContainerDefinition, maps: Maps) -> Iterator[Finding]:
    """AcceleratorNotMapped, for what keeps the task from running."""
    for path, requirement in _requirements(container):
        why = _refusal(requirement, maps)
        if why:
            yield Finding(path, NOT_MAPPED, NOT_MAPPED, f"it is not run: {why}")


def _requirements(container: ContainerDefinition) -> Iterator[tuple[str, ResourceRequirement]]:
    for index, requirement in enumerate(container.resource_requirements or ()):
        yield container_path(container, f"resourceRequirements[{index}]"), requirement


def _refusal(requirement: ResourceRequirement, maps: Maps) -> str:
    """Why a requirement cannot be met; empty when it can."""
    kind = _kind(requirement, maps)
    if kind is None:
        return f"the resource type {requirement.type} is not supported by this endpoint"
    if _share(requirement) and kind.shared is None:
        return "sharingStrategy needs an entry with `shared` in ECSAccount spec.accelerators"
    if device_class(requirement, maps):
        return ""
    if requirement.value == ALL and not _share(requirement):
        return "ALL needs an entry with `deviceClassName` in ECSAccount spec.accelerators, and resource.k8s.io/v1"
    if not _share(requirement) and not (requirement.value or "").isdecimal():
        return f"the value {requirement.value or ''!r} is not supported by this endpoint: only a number is"
    return ""


def _kind(requirement: ResourceRequirement, maps: Maps) -> Accelerator | None:
    return entry((*maps.accelerators, *BUILT_IN_ACCELERATORS), requirement.type)


def _wanted(requirement: ResourceRequirement, maps: Maps) -> dict[str, int]:
    kind = _kind(requirement, maps)
    if kind is None:
        return {}
    if _share(requirement):
        return {kind.shared: 1} if kind.shared else {}
    return {} if device_class(requirement, maps) else {kind.resource: int(requirement.value or 0)}


def _share(requirement: ResourceRequirement) -> NvidiaMpsAllocation | None:
    return requirement.sharing_strategy.nvidia_mps if requirement.sharing_strategy else None


def _mps_env(share: NvidiaMpsAllocation) -> list[Variable]:
    percent = share.max_compute_percent
    memory = [literal(MPS_MEMORY, f"0={share.memory}M")]
    return memory + ([literal(MPS_SHARE, str(percent))] if percent else [])
