"""What in a service does not carry over as it stands, by the table of verdicts: nothing is silent."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubecs.translate.finding import Finding
from kubecs.translate.maps import NO_MAPS, Maps
from kubecs.translate.serviceverdicts import SERVICE
from kubecs.translate.subnets import subnet_findings
from kubecs.translate.verdict import lost

_UNKNOWN = lost("this member is not known here and has no effect")
_OURS = "kubernetes"
_SWITCHES = ("enable", "enabled")  # a structure that is switched off says nothing


def service_findings(spec: Mapping[str, Any], maps: Maps = NO_MAPS) -> tuple[Finding, ...]:
    """Every member that is given and not applied, in the order of the spec, and what the account's maps lack of it.

    Args:
        spec: The members of CreateService as they are written, with or without `kubernetes`.
        maps: What the account says that the names of AWS stand for.
    """
    of_members = _walk({name: value for name, value in spec.items() if name != _OURS}, "", "")
    return (*of_members, *subnet_findings(spec, maps))


def _walk(given: Mapping[str, Any], pattern: str, path: str) -> Iterator[Finding]:
    """A member that is not applied speaks for all that is below it; one that is refused is not told here."""
    for name, value in given.items():
        if not value:
            continue
        row = SERVICE.get(f"{pattern}{name}={value}") if isinstance(value, str) else None
        verdict = row or SERVICE.get(f"{pattern}{name}", _UNKNOWN)
        if verdict.effect == "not applied":
            yield Finding(f"{path}{name}", verdict.condition, verdict.condition, verdict.message)
        elif verdict.effect != "refused":
            yield from _below(value, f"{pattern}{name}", f"{path}{name}")


def _below(value: Any, pattern: str, path: str) -> Iterator[Finding]:
    if isinstance(value, Mapping) and not any(value.get(switch) is False for switch in _SWITCHES):
        yield from _walk(value, f"{pattern}.", f"{path}.")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            if isinstance(item, Mapping):
                yield from _walk(item, f"{pattern}[].", f"{path}[{item.get('name') or index}].")
