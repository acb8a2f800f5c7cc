"""Patterns in RE2's syntax, which the CRD schemas need, matched as RE2 does."""

import re
from functools import cache

# What RE2 knows and Python does not: letters and numbers are word characters, separators are these few.
PYTHON_CLASSES = {r"\p{L}\p{Z}\p{N}_": r"\w \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"}


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole text matches an anchored RE2 pattern."""
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    for unknown, known in PYTHON_CLASSES.items():
        pattern = pattern.replace(unknown, known)
    return re.compile(pattern)
