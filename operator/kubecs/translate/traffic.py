"""loadBalancers, serviceRegistries and Service Connect to the Services that stand for them by the account's maps."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate import names
from kubecs.translate.finding import Finding
from kubecs.translate.maps import Maps, Target, entry
from kubecs.translate.serviceports import PodPort, pod_port, port_called

HEADLESS = "Headless"
NONE = "none"
ROUTES = ("Ingress", "HTTPRoute", "TargetGroupBinding")  # made by others, to the ClusterIP Service that is made here

TARGET_GROUP_NOT_MAPPED = "TargetGroupNotMapped"
REGISTRY_NOT_MAPPED = "ServiceRegistryNotMapped"
CONNECT_NOT_MAPPED = "ServiceConnectNotMapped"
CONNECT_MAP = "ECSAccount spec.serviceConnect"
ROUTE_NOT_MADE = "RouteNotMade"
WITHOUT_PROXY = "ServiceConnectWithoutProxy"
NAME_NOT_SERVED = "ServiceConnectNameNotServed"

_LABEL = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?")
_PROXY = "clients reach the tasks directly: there is no proxy that retries, ejects outliers or counts requests"


@dataclass(frozen=True, slots=True)
class ServicePort:
    """One port of a Service: its own number and where it leads."""

    port: int
    to: PodPort
    node_port: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One Service.

    Attributes:
        name: Its name.
        to: ClusterIP, NodePort, LoadBalancer or Headless.
        stands_for: What AWS calls it.
        target: The entry of the map.
        ports: Its ports.
    """

    name: str
    to: str
    stands_for: str
    target: Target
    ports: tuple[ServicePort, ...]


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the members of a service about its traffic come to.

    Attributes:
        services: The Services, by name.
        unmapped: What has no entry in the maps: the service can't be Ready.
        findings: What does not carry over as it stands.
    """

    services: tuple[Wanted, ...] = ()
    unmapped: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Where the service is.

    Attributes:
        child_name: The name of what the service owns.
        namespace: The Kubernetes namespace.
        connect_namespace: The namespace of Service Connect that holds where the service names none.
        document: The task definition, whose ports are led to; None: only the names are asked for.
    """

    child_name: str
    namespace: str
    connect_namespace: str | None = None
    document: RegisterTaskDefinitionRequest | None = None


def traffic_of(spec: Mapping[str, Any], maps: Maps, scope: Scope) -> Traffic:
    """Read the members of a service.

    Args:
        spec: The ECSService's spec.
        maps: What the account says that the names of AWS stand for.
        scope: Where the service is.
    """
    found = (*_load_balancers(spec, maps, scope), *_registries(spec, maps, scope), *_connect(spec, maps, scope))
    return Traffic(
        tuple(_merged(each for each in found if isinstance(each, Wanted))),
        tuple(each for each in found if isinstance(each, Finding) and each.condition == ""),
        tuple(each for each in found if isinstance(each, Finding) and each.condition != ""),
    )


def _merged(wanted: Iterable[Wanted]) -> Iterator[Wanted]:
    """Several members can mean one Service: their ports come together, each number once."""
    by_name: dict[str, Wanted] = {}
    for each in wanted:
        held = by_name.setdefault(each.name, each)
        taken = {(port.port, port.to.protocol) for port in held.ports}
        more = tuple(port for port in each.ports if (port.port, port.to.protocol) not in taken)
        by_name[each.name] = replace(held, ports=(*held.ports, *more))
    yield from by_name.values()


def _unmapped(member: str, reason: str, message: str) -> Finding:
    return Finding(member, "", reason, message)


def _load_balancers(spec: Mapping[str, Any], maps: Maps, scope: Scope) -> Iterator[Wanted | Finding]:
    for index, given in enumerate(spec.get("loadBalancers") or ()):
        member = "targetGroupArn" if given.get("targetGroupArn") else "loadBalancerName"
        source = given.get(member)
        if not source:
            continue
        path = f"loadBalancers[{index}].{member}"
        target = entry(maps.target_groups, source)
        if target is None:
            message = f"ECSAccount spec.targetGroups has no entry for {source}"
            yield _unmapped(path, TARGET_GROUP_NOT_MAPPED, message)
        elif target.to != NONE:
            yield from _target_group(path, source, target, given, scope)


def _target_group(
    path: str, source: str, target: Target, given: Mapping[str, Any], scope: Scope
) -> Iterator[Wanted | Finding]:
    name = target.name or _own_name(scope, source)
    to = pod_port(scope.document, given.get("containerName"), given.get("containerPort"))
    ports = (ServicePort(target.port or to.number, to, target.node_port),) if to else ()
    kind = "ClusterIP" if target.to in ROUTES else target.to
    yield Wanted(name, kind, source, target, ports)
    if target.to in ROUTES:
        yield Finding(path, ROUTE_NOT_MADE, ROUTE_NOT_MADE, f"no {target.to} is made; it can lead to Service {name}")


def _own_name(scope: Scope, source: str) -> str:
    return f"{scope.child_name}-{names.digits(source)}"


def _registries(spec: Mapping[str, Any], maps: Maps, scope: Scope) -> Iterator[Wanted | Finding]:
    for index, given in enumerate(spec.get("serviceRegistries") or ()):
        source = given.get("registryArn")
        if not source:
            continue
        target = entry(maps.service_registries, source)
        if target is None:
            path, message = f"serviceRegistries[{index}].registryArn", "ECSAccount spec.serviceRegistries has no entry"
            yield _unmapped(path, REGISTRY_NOT_MAPPED, f"{message} for {source}")
        elif target.to != NONE:
            to = pod_port(scope.document, given.get("containerName"), given.get("containerPort") or given.get("port"))
            ports = (ServicePort(given.get("port") or to.number, to),) if to else ()
            yield Wanted(target.name or _own_name(scope, source), HEADLESS, source, target, ports)


def _connect(spec: Mapping[str, Any], maps: Maps, scope: Scope) -> Iterator[Wanted | Finding]:
    configuration = spec.get("serviceConnectConfiguration") or {}
    if not configuration.get("enabled"):
        return
    member = "serviceConnectConfiguration"
    yield Finding(f"{member}.enabled", WITHOUT_PROXY, WITHOUT_PROXY, _PROXY)
    namespace = configuration.get("namespace") or scope.connect_namespace
    for index, given in enumerate(configuration.get("services") or ()):
        if namespace is None:
            yield _unmapped(
                f"{member}.namespace", CONNECT_NOT_MAPPED, "InvalidParameterException: Namespace is missing"
            )
            return
        yield from _endpoint(f"{member}.services[{index}]", given, namespace, maps, scope)


def _endpoint(
    path: str, given: Mapping[str, Any], namespace: str, maps: Maps, scope: Scope
) -> Iterator[Wanted | Finding]:
    """What one port offers: a Service for each client alias, or without one for the discovery name."""
    discovery = given.get("discoveryName") or given["portName"]
    for index, alias in enumerate(given.get("clientAliases") or ({},)):
        name = alias.get("dnsName") or _full_name(discovery, namespace)
        at = f"{path}.clientAliases[{index}]" if alias else path
        target = _connect_target(maps, namespace, alias.get("dnsName") or discovery)
        if target is None:
            message = f"{CONNECT_MAP} has no entry for {name} in {namespace}"
            yield _unmapped(at, CONNECT_NOT_MAPPED, message)
        elif target.to != NONE:
            service = _service_name(name)
            to = port_called(scope.document, given["portName"])
            ports = (ServicePort(alias.get("port") or to.number, to),) if to else ()
            yield Wanted(service, target.to, name, target, ports)
            yield from _unserved(at, name, service, scope.namespace)


def _connect_target(maps: Maps, namespace: str, alias: str) -> Target | None:
    """The entry of the very name goes before one for the whole namespace."""
    short = namespace.rpartition("/")[2]
    for wanted in (alias, None):
        entries = [each for each in maps.service_connect if each.alias == wanted]
        found = entry(entries, namespace) or entry(entries, short)
        if found:
            return found
    return None


def _full_name(discovery: str, namespace: str) -> str:
    """Cloud Map's name for it; of a namespace that is known by its id alone the name can't be told."""
    return discovery if namespace.startswith("arn:") else f"{discovery}.{namespace}"


def _service_name(name: str) -> str:
    """The Service that answers to the name: its first label, where that can be the name of one."""
    label = name.partition(".")[0].lower()
    return label if _LABEL.fullmatch(label) else names.container_name(f"svc-{label}")


def _unserved(path: str, name: str, service: str, namespace: str) -> Iterator[Finding]:
    """Inside the cluster a Service has its own name, alone or before its namespace; any other is not known there."""
    served = [service, *(f"{service}.{namespace}{rest}" for rest in ("", ".svc", ".svc.cluster.local"))]
    if name.lower().removesuffix(".") not in served:
        message = f"clients find it as {served[0]} or {served[1]}, not as {name}"
        yield Finding(path, NAME_NOT_SERVED, NAME_NOT_SERVED, message)
