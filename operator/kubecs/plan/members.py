"""Members of a spec that are given and have no effect yet: they are named in a condition, so that nothing is silent."""

from collections.abc import Container, Mapping
from typing import Any

from kubecs.plan.conditions import Condition

NOT_TRANSLATED = "NotTranslated"


def without_effect(spec: Mapping[str, Any], known: Container[str]) -> tuple[str, ...]:
    """The given members that are not known, in alphabetical order; empty and false ones say nothing."""
    return tuple(sorted(name for name, value in spec.items() if value and name not in known))


def not_translated(members: tuple[str, ...]) -> tuple[Condition, ...]:
    """The condition that names them; none for none."""
    if not members:
        return ()
    message = f"accepted, without effect yet: {', '.join(members)}"
    return (Condition(NOT_TRANSLATED, "True", NOT_TRANSLATED, message),)
