"""Is all that we want already so? A desired manifest compared with the live object, which has more in it."""

from collections.abc import Mapping
from typing import Any

# Concrete types first: asking an abstract class is slow, and there are many members to ask about.
_MAPPINGS = (dict, Mapping)
_SEQUENCES = (list, tuple)
_ZEROES: tuple[Any, ...] = (None, False, 0, "", [], {}, ())


def is_subset(desired: Any, live: Any) -> bool:
    """True when each member of `desired` is in `live` with the same value.

    Mappings may have more members in `live`. Lists must be equally long and match item by item. A zero value equals
    an absent member, as the API server drops such members.
    """
    if isinstance(desired, _MAPPINGS):
        if not isinstance(live, _MAPPINGS):
            return not desired and live in _ZEROES
        return all(is_subset(value, live.get(name)) for name, value in desired.items())
    if isinstance(desired, _SEQUENCES):
        if not isinstance(live, _SEQUENCES):
            return not desired and live in _ZEROES
        return len(desired) == len(live) and all(map(is_subset, desired, live))
    if live is None:
        return desired in _ZEROES
    return bool(desired == live) and isinstance(desired, bool) == isinstance(live, bool)
