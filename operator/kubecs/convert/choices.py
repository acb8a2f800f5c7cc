"""CloudFormation's Conditions: yes or no where the template and the parameters decide, else open."""

from collections.abc import Callable, Mapping
from typing import Any

Value = Callable[[Any], Any]  # what a property comes to
Decide = Callable[[Any], bool | None]


def decided(conditions: Mapping[str, Any], name: str, value: Value) -> bool | None:
    """Whether a condition of a template holds; None where that cannot be told from the template.

    Args:
        conditions: The template's Conditions.
        name: The one that is asked for.
        value: Works values out; what it leaves open is no text, number or boolean.
    """
    return _holds({"Condition": name}, conditions, value, frozenset())


def _holds(raw: Any, conditions: Mapping[str, Any], value: Value, asked: frozenset[str]) -> bool | None:
    if not isinstance(raw, Mapping) or len(raw) != 1:
        return None
    function, argument = next(iter(raw.items()))
    if function == "Condition":
        name = str(argument)
        if name in asked:
            return None  # it depends on itself
        return _holds(conditions.get(name), conditions, value, asked | {name})
    parts = argument if isinstance(argument, list) else [argument]
    if function == "Fn::Equals":
        return _equal([value(part) for part in parts])
    combine = _COMBINED.get(function)
    return combine([_holds(part, conditions, value, asked) for part in parts]) if combine else None


def _equal(values: list[Any]) -> bool | None:
    if len(values) != 2 or not all(isinstance(each, (str, int, float, bool)) for each in values):
        return None
    left, right = (str(each).lower() if isinstance(each, bool) else str(each) for each in values)
    return left == right


def _all(parts: list[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True


def _any(parts: list[bool | None]) -> bool | None:
    if True in parts:
        return True
    return None if None in parts else False


def _not(parts: list[bool | None]) -> bool | None:
    return None if len(parts) != 1 or parts[0] is None else not parts[0]


_COMBINED: Mapping[str, Callable[[list[bool | None]], bool | None]] = {
    "Fn::And": _all,
    "Fn::Or": _any,
    "Fn::Not": _not,
}
