"""Plain tables as kubectl prints them: they read well on a terminal and are cut well by awk."""

from collections.abc import Iterable, Sequence
from datetime import datetime

NOTHING = "-"
GAP = "   "
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns as wide as their widest cell, three spaces apart, without a newline at the end; None is shown as `-`."""
    lines = [tuple(head), *(tuple(_cell(value) for value in row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _cell(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text or NOTHING


def age(since: datetime | None, now: datetime) -> str | None:
    """How long ago: `42s`, `7m`, `5h12m`, `3d4h`; None where it is not known since when."""
    if since is None:
        return None
    seconds = max(int((now - since).total_seconds()), 0)
    for index, (length, unit) in enumerate(_UNITS):
        if seconds >= length:
            rest, (smaller, sign) = seconds % length, (_UNITS[index + 1] if index + 1 < len(_UNITS) else (1, "s"))
            tail = f"{rest // smaller}{sign}" if rest // smaller and unit != "m" else ""
            return f"{seconds // length}{unit}{tail}"
    return f"{seconds}s"
