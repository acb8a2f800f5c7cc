"""Values of a Terraform plan that are known only after apply: named by the expression that will give them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from kubecs.convert.respelling import Unknown
from kubecs.convert.terraformwords import OWN
from kubecs.convert.untrusted import listing, mapping

_INDEX = re.compile(r"\[[^\]]*\]")
_NAMED = frozenset({"cluster", "task_definition"})  # attributes that refer to a resource whose name will do

Names = Mapping[tuple[tuple[str, ...], str], str]


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a plan says beside the planned values.

    Attributes:
        root: The configuration of the root module.
        unknown: `after_unknown` by address.
        names: ECS's names of resources, by module and address without indexes.
    """

    root: Mapping[str, Any]
    unknown: Mapping[str, Any]
    names: Names

    @classmethod
    def of(cls, document: Mapping[str, Any], names: Names) -> Self:
        """Read a plan; of a state nothing is unknown."""
        changes = map(mapping, listing(document.get("resource_changes")))
        unknown = {str(each.get("address")): mapping(each.get("change")).get("after_unknown") for each in changes}
        return cls(mapping(mapping(document.get("configuration")).get("root_module")), unknown, names)

    def expressions(self, address: str, module: tuple[str, ...]) -> Mapping[str, Any]:
        """The expressions of a resource, by attribute."""
        place = self.root
        for name in module:
            place = mapping(mapping(mapping(place.get("module_calls")).get(name)).get("module"))
        own = ".".join(_INDEX.sub("", address).split(".")[-2:])
        found = (each for each in map(mapping, listing(place.get("resources"))) if each.get("address") == own)
        return mapping(next(found, {}).get("expressions"))


def with_unknown(
    address: str, module: tuple[str, ...], values: Mapping[str, Any], configuration: Configuration
) -> dict[str, Any]:
    """The attributes of a resource, with an Unknown for each that is known only after apply."""
    unknown = configuration.unknown.get(address)
    if not isinstance(unknown, Mapping):
        return dict(values)
    expressions = configuration.expressions(address, module)
    merged = _merged(values, unknown, expressions)
    for name in _NAMED:
        reference = _reference(expressions.get(name))
        if isinstance(merged.get(name), Unknown) and reference:
            own = ".".join(_INDEX.sub("", reference).split(".")[:2])
            merged[name] = configuration.names.get((module, own), merged[name])
    return {name: value for name, value in merged.items() if name == "container_definitions" or not _own(name, value)}


def _own(name: str, value: object) -> bool:
    return name in OWN and isinstance(value, Unknown)


def _merged(values: Any, unknown: Any, expression: Any, name: str = "") -> Any:
    """Values and the parallel structure of flags that says which of them are not known."""
    if unknown is True and values is None:
        reference = _reference(expression) or name
        return Unknown(reference, reference)
    if isinstance(unknown, Mapping) and (values is None or isinstance(values, Mapping)):
        merged = dict(values or {})
        for key, flag in unknown.items():
            within = expression.get(key) if isinstance(expression, Mapping) else None
            if flag:
                merged[key] = _merged(merged.get(key), flag, within or expression, key)
        return merged
    if isinstance(unknown, list):
        present = values if isinstance(values, list) else [None] * len(unknown)
        return [
            _merged(value, unknown[index] if index < len(unknown) else False, _element(expression, index), name)
            for index, value in enumerate(present)
        ]
    return values


def _element(expression: Any, index: int) -> Any:
    if isinstance(expression, list):
        return expression[index] if index < len(expression) else None
    return expression


def _reference(expression: Any) -> str | None:
    references = listing(mapping(expression).get("references"))
    return str(references[0]) if references else None
