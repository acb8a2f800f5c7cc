"""JSON as the API server itself writes it: object keys sorted, <, > and & escaped (Go's encoding/json)."""

from collections.abc import Callable

import orjson

# In JSON these characters stand in strings alone, so they may be replaced wherever they are.
ESCAPES = tuple((text.encode(), f"\\u{ord(text):04x}".encode()) for text in ("<", ">", "&", "\u2028", "\u2029"))


def canonical(document: object, default: Callable[[object], object] | None = None) -> bytes:
    """The document, so that the server would write the same bytes.

    It keeps the free-form part of an object, as a ControllerRevision's immutable `data`, as it was sent, but writes it
    anew whenever it merges a patch: without this every patch of such an object is refused as a change of `data`, even
    the garbage collector's when an owner goes without its children.
    """
    written = orjson.dumps(document, default=default, option=orjson.OPT_SORT_KEYS)
    for character, escaped in ESCAPES:
        written = written.replace(character, escaped)
    return written
