"""Text that must reach the container as it stands, though the kubelet expands `$(NAME)` in it and Docker does not.

The kubelet reads a text from left to right. At a `$` that is not the last byte it takes `$$` for one `$`; `$(NAME)`
for a reference, which an unknown NAME leaves as it is; `$(` that is never closed for itself; and any other `$x` for
itself, but it handles x as one byte, which spoils a character outside ASCII. Doubling a `$` is always safe, so only
those are doubled that would not survive: runs of two or more, and a single one before `(` or a non-ASCII character.
This holds for command, args, env values and the commands of probes.
"""

import re
from collections.abc import Iterable

_EXPANDED = re.compile(r"\$\$+|\$(?=\(|[^\x00-\x7f])")


def escape(text: str) -> str:
    """The text that the kubelet's expansion turns back into `text`."""
    return _EXPANDED.sub(lambda found: found[0] * 2, text) if "$" in text else text


def escape_all(texts: Iterable[str]) -> list[str]:
    """Each text escaped, in order."""
    return [escape(text) for text in texts]
