"""JSON merge patches (RFC 7386): the smallest body that turns one status into another."""

from collections.abc import Mapping
from typing import Any


def merge_patch(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The merge patch from `current` to `wanted`; empty when they are equal. Lists are replaced whole."""
    patch: dict[str, Any] = {name: None for name in current if wanted.get(name) is None and current[name] is not None}
    for name, value in wanted.items():
        if value is None or value == (held := current.get(name)):
            continue
        if isinstance(value, Mapping) and isinstance(held, Mapping):
            patch[name] = merge_patch(held, value)
        else:
            patch[name] = value
    return patch
