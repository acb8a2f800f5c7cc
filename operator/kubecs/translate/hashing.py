"""One way to write a JSON value down and one hash of it, so that equal values have equal hashes everywhere."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson


def canonical(value: Any) -> bytes:
    """A JSON value as UTF-8, keys sorted, no white space."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS)


def compact(value: Any) -> str:
    """The same as text, for annotations."""
    return canonical(value).decode()


def digest(value: Any, length: int = 64) -> str:
    """The first `length` hex digits of the SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()[:length]


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON value: {type(value).__name__}")
