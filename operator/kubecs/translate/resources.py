"""cpu, memory, storage, devices and accelerators to requests and limits, of each container and of the Pod.

ECS reserves a container's cpu and caps it on Windows alone, caps memory, and lets memoryReservation stand for memory
when it places tasks; a task's own cpu and memory are ceilings for all of its containers together. Kubernetes adds rules
that ECS lacks: requests together must fit in the Pod's request, and no limit may pass the Pod's limit.
"""

from collections.abc import Sequence
from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.ecs.values import parse_cpu, parse_memory
from kubecs.translate.accelerators import accelerator_limits
from kubecs.translate.deviceclaims import container_claims
from kubecs.translate.devices import device_limits
from kubecs.translate.maps import Maps
from kubecs.translate.placement import is_windows
from kubecs.translate.quantities import cpu_quantity, memory_quantity, millicores

Resources = dict[str, Any]


def pod_resources(document: RegisterTaskDefinitionRequest) -> Resources:
    """`spec.resources` of the Pod from the task's cpu and memory; empty when the task names neither.

    Windows knows no such thing, neither here nor in ECS, which ignores a task's size there.
    """
    if is_windows(document):
        return {}
    sizes = _quantities(_task_millicores(document), _task_mib(document))
    return {"limits": sizes, "requests": dict(sizes)} if sizes else {}


def container_resources(document: RegisterTaskDefinitionRequest, maps: Maps) -> list[Resources]:
    """`resources` of each container, in the order of the containers; empty where it names none.

    Requests that pass the task's own size together are lowered in proportion (cpu can pass it by rounding up), and a
    memory limit above the task's memory is written as the task's memory, which is what would hold anyway. The first
    container carries the task's storage: together with the emptyDirs it is the Pod's that the kubelet counts.

    Raises:
        ClientException: A device or an accelerator that the account's map lacks.
    """
    containers = document.container_definitions
    memory_ceiling = _task_mib(document)
    cpu = _fitted([millicores(each.cpu or 0) for each in containers], _task_millicores(document))
    memory = _fitted([_memory_request(each) for each in containers], memory_ceiling)
    limits = [_capped(each.memory or 0, memory_ceiling) for each in containers]
    hard = cpu if is_windows(document) else [0 for _ in containers]
    sized = [_resources(*sizes) for sizes in zip(cpu, memory, hard, limits, strict=True)]
    counted = [device_limits(each, maps) | accelerator_limits(each, maps) for each in containers]
    storage = [_storage(document), *({} for _ in containers[1:])]
    return [
        _merged(_merged(own, {"limits": extra}), {"limits": local, "requests": local}) | _claims(container, maps)
        for container, own, extra, local in zip(containers, sized, counted, storage, strict=True)
    ]


def _claims(container: ContainerDefinition, maps: Maps) -> Resources:
    claims = container_claims(container, maps)
    return {"claims": claims} if claims else {}


def _storage(document: RegisterTaskDefinitionRequest) -> dict[str, str]:
    """The task's ephemeralStorage. An eviction ends the task that uses more, where ECS says that the disk is full."""
    storage = document.ephemeral_storage
    return {"ephemeral-storage": f"{storage.size_in_gib}Gi"} if storage else {}


def _merged(resources: Resources, more: Resources) -> Resources:
    """Both, limits and requests each on their own; what is empty is left out."""
    both = {kind: resources.get(kind, {}) | more.get(kind, {}) for kind in ("limits", "requests")}
    return {kind: sizes for kind, sizes in both.items() if sizes}


def _task_millicores(document: RegisterTaskDefinitionRequest) -> int:
    return millicores(parse_cpu(document.cpu)) if document.cpu else 0


def _task_mib(document: RegisterTaskDefinitionRequest) -> int:
    return parse_memory(document.memory) if document.memory else 0


def _memory_request(container: ContainerDefinition) -> int:
    """MiB that placing the task counts: the reservation, else the hard limit."""
    wanted = container.memory_reservation or container.memory or 0
    return _capped(wanted, container.memory or 0)


def _capped(wanted: int, ceiling: int) -> int:
    return min(wanted, ceiling) if ceiling else wanted


def _fitted(requests: Sequence[int], ceiling: int) -> list[int]:
    """The requests, lowered in proportion where they pass the ceiling together (0: there is none)."""
    total = sum(requests)
    if not ceiling or total <= ceiling:
        return list(requests)
    return [request * ceiling // total for request in requests]


def _resources(cpu_request: int, memory_request: int, cpu_limit: int, memory_limit: int) -> Resources:
    requests = _quantities(cpu_request, memory_request)
    limits = _quantities(cpu_limit, memory_limit)
    return ({"limits": limits} if limits else {}) | ({"requests": requests} if requests else {})


def _quantities(millis: int, mib: int) -> dict[str, str]:
    cpu = {"cpu": cpu_quantity(millis)} if millis else {}
    return cpu | ({"memory": memory_quantity(mib)} if mib else {})
