"""Subnets of awsvpcConfiguration: the account's map says in which zones they lie, and there tasks run."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubecs.translate.finding import Finding
from kubecs.translate.maps import Maps, entry

NOT_APPLIED = "SubnetsNotApplied"
ZONE_LABEL = "topology.kubernetes.io/zone"

_PATH = "networkConfiguration.awsvpcConfiguration.subnets"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def zones_of(spec: Mapping[str, Any], maps: Maps) -> tuple[str, ...]:
    """The zones of the subnets that a service or task names; empty where one of them has none in the map.

    Args:
        spec: The members of CreateService or RunTask.
        maps: The account's.
    """
    zones = [_zones(subnet, maps) for subnet in _subnets(spec)]
    return tuple(dict.fromkeys(zone for each in zones for zone in each)) if all(zones) else ()


def subnet_findings(spec: Mapping[str, Any], maps: Maps) -> Iterator[Finding]:
    """Subnets that the map lacks: while there is one, no node is chosen by any."""
    lost = [subnet for subnet in _subnets(spec) if not _zones(subnet, maps)]
    if lost:
        message = f"nodes are not chosen by subnets: ECSAccount spec.subnets has no zones for {', '.join(lost)}"
        yield Finding(_PATH, NOT_APPLIED, NOT_APPLIED, message)


def in_zones(affinity: Mapping[str, Any], zones: Sequence[str]) -> dict[str, Any]:
    """The affinity of a Pod that runs in these zones alone, whatever else it asks of nodes; as it is without any."""
    if not zones:
        return dict(affinity)
    terms = affinity.get("nodeAffinity", {}).get(_REQUIRED, {}).get("nodeSelectorTerms") or [{"matchExpressions": []}]
    narrowed = [{"matchExpressions": [*each["matchExpressions"], _zone(zones)]} for each in terms]
    return {"nodeAffinity": {_REQUIRED: {"nodeSelectorTerms": narrowed}}}


def _zone(zones: Sequence[str]) -> dict[str, Any]:
    return {"key": ZONE_LABEL, "operator": "In", "values": list(zones)}


def _subnets(spec: Mapping[str, Any]) -> Sequence[str]:
    network = (spec.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    found: Sequence[str] = network.get("subnets") or ()
    return found


def _zones(subnet: str, maps: Maps) -> tuple[str, ...]:
    found = entry(maps.subnets, subnet)
    return found.zones if found else ()
