"""Parts of documents that should be objects or lists, and may be anything: what is not counts as empty."""

from collections.abc import Mapping
from typing import Any


def mapping(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def listing(value: object) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []
