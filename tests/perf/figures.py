"""Measured values, held beside each other: medians, spreads, ratios, and the table that a person reads."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """Values of one thing, measured several times.

    Attributes:
        values: In the order in which they were measured.
        unit: Of all of them.
    """

    values: tuple[float, ...]
    unit: str

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    def __str__(self) -> str:
        """The median, and from where to where the middle four fifths lie."""
        if len(self.values) == 1:
            return f"{_short(self.median)} {self.unit}"
        low, high = _quantile(self.values, 0.1), _quantile(self.values, 0.9)
        return f"{_short(self.median)} ({_short(low)} to {_short(high)}) {self.unit}"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        name: B0 to B6, register, or translate.
        what: What was measured.
        ours: How it went; None where only the native thing is measured.
        native: How it went without kubecs, in the same run.
        target: The largest ratio, or without `native` the largest value, that is good enough; None for no target.
    """

    name: str
    what: str
    ours: Sample | None
    native: Sample | None = None
    target: float | None = None

    @property
    def measured(self) -> float | None:
        """What the target is about: the ratio of the medians, or the median."""
        if self.ours is None:
            return None
        return self.ours.median / self.native.median if self.native else self.ours.median

    @property
    def met(self) -> bool:
        """Whether it is good enough."""
        return self.target is None or self.measured is None or self.measured <= self.target

    @property
    def missed_by_half(self) -> bool:
        """Whether it is so far off that it can't stay so."""
        return not self.met and self.measured is not None and self.measured > 1.5 * (self.target or 0)

    @property
    def cells(self) -> tuple[str, ...]:
        """As in HEADER."""
        ratio = f"{self.measured:.2f}" if self.native and self.measured is not None else ""
        target = "" if self.target is None else f"at most {_short(self.target)}"
        verdict = "" if self.target is None else "yes" if self.met else "NO"
        return (self.name, self.what, str(self.ours or ""), str(self.native or ""), ratio, target, verdict)


HEADER = ("", "what", "kubecs", "native", "ratio", "target", "met")


def table(rows: Sequence[Row]) -> str:
    """A Markdown table, its columns aligned."""
    cells = [HEADER, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADER))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _quantile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    position = part * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
