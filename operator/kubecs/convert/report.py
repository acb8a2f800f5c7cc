"""The report: what does not carry over, resource by resource, then the estate and the sums."""

from collections import Counter
from collections.abc import Iterable, Sequence

from kubecs.convert.estate import Row
from kubecs.convert.found import CONDITION, REFUSED, Remark, Severity

_WIDTH = max(len(word) for word in ("refused", "condition", "placeholder", "note"))
_ORDER: tuple[Severity, ...] = ("refused", "placeholder", "condition", "note")
_LONGEST_CELL = 100


def remarks_text(heading: str, remarks: Sequence[Remark]) -> str:
    """A resource with its remarks, the gravest first; empty for none."""
    if not remarks:
        return ""
    ordered = sorted(remarks, key=lambda each: _ORDER.index(each.severity))
    return "\n".join([heading, *(f"  {each.severity:<{_WIDTH}}  {_line(each)}" for each in ordered)]) + "\n"


def _line(remark: Remark) -> str:
    parts = [part for part in (remark.path, remark.reason, remark.message) if part]
    return " ".join(": ".join(parts).split())


def estate_text(rows: Sequence[Row]) -> str:
    """The estate table."""
    head = ("SERVICE", "TASK DEFINITION", "VERDICT", "CONDITIONS", "WHY")
    body = [(row.name, row.runs, row.verdict, str(row.conditions), row.why) for row in rows]
    return table([head, *body]) if rows else ""


def summary_text(counted: Iterable[tuple[str, Sequence[Sequence[Remark]]]], skipped: int, failed: int) -> str:
    """How many resources of each kind were converted, with and without conditions, and how many refused.

    Args:
        counted: Kind, and the remarks of each resource of it.
        skipped: Files without ECS resources.
        failed: Files that could not be read.
    """
    rows: list[tuple[str, ...]] = [("KIND", "FOUND", "CLEAN", "WITH CONDITIONS", "REFUSED")]
    conditions: Counter[str] = Counter()
    for kind, resources in counted:
        refused = sum(_has(each, REFUSED) for each in resources)
        noted = sum(_has(each, CONDITION) and not _has(each, REFUSED) for each in resources)
        rows.append((kind, *(str(n) for n in (len(resources), len(resources) - refused - noted, noted, refused))))
        for each in resources:
            conditions.update({remark.reason for remark in each if remark.severity == CONDITION})
    text = table(rows) + f"{skipped} without ECS resources, {failed} unreadable\n"
    if conditions:
        common = [
            (name, str(count)) for name, count in sorted(conditions.items(), key=lambda each: (-each[1], each[0]))
        ]
        text += "\n" + table([("CONDITION", "RESOURCES"), *common])
    return text


def _has(remarks: Iterable[Remark], severity: Severity) -> bool:
    return any(each.severity == severity for each in remarks)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their cells; the last one is not padded or cut."""
    cut = [[*(_cut(cell) for cell in row[:-1]), " ".join(row[-1].split())] for row in rows]
    widths = [max(len(row[index]) for row in cut) for index in range(len(cut[0]) - 1)]
    lines = (
        "  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in cut
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _cut(cell: str) -> str:
    line = " ".join(cell.split())
    return line if len(line) <= _LONGEST_CELL else f"{line[: _LONGEST_CELL - 1]}…"
