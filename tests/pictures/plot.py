"""Draws panels, two in a row as on the dashboard: lines, bars of states, or a heat map of a histogram's buckets."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from PIL import Image

COLUMNS = 2
WIDTH, HEIGHT = 6.4, 2.3  # inches of a panel
DPI = 75
COLOURS = 128  # of the file, which keeps it small
LEGENDS = 14  # the first ones are named, the rest only drawn
SETTINGS: Any = {  # of matplotlib
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e7eb",
    "svg.hashsalt": "kubecs",
}
_SUFFIXES = {"s": " s", "ops": "/s", "reqps": "/s"}


@dataclass(frozen=True)
class Line:
    """One series: its name in the legend, seconds since the beginning, and values."""

    name: str
    at: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Drawn:
    """A panel with its data.

    Attributes:
        title: Its title.
        unit: Grafana's name of the unit.
        lines: The series; of a heat map one for each bucket, named by its upper bound.
        kind: Grafana's name of how it is drawn.
    """

    title: str
    unit: str
    lines: tuple[Line, ...]
    kind: str = "timeseries"


def draw(title: str, panels: list[Drawn], seconds: float, path: Path) -> None:
    """Writes a picture of a dashboard over so many seconds."""
    rows = -(-len(panels) // COLUMNS)
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH * COLUMNS, HEIGHT * rows + 0.4), layout="constrained")
        figure.suptitle(title, fontsize=11, fontweight="bold", x=0.01, ha="left")
        axes = list(figure.subplots(rows, COLUMNS, squeeze=False).flat)
        for panel, axis in zip(panels, axes, strict=False):
            _KINDS[panel.kind](axis, panel)
            axis.set_title(panel.title, loc="left")
            axis.set_xlim(0, seconds)
            axis.xaxis.set_major_formatter(FuncFormatter(_minutes))
            axis.xaxis.set_major_locator(MaxNLocator(6, steps=[3, 6]))
        for axis in axes[len(panels) :]:
            axis.set_visible(False)
        whole = BytesIO()
        figure.savefig(whole, dpi=DPI)
    Image.open(whole).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def _lines(axis: Any, panel: Drawn) -> None:
    for index, line in enumerate(panel.lines):
        values = np.ma.masked_invalid(line.values)
        name = line.name if index < LEGENDS else None
        axis.plot(line.at, values, linewidth=1.3, label=name, drawstyle="steps-post" if panel.unit == "short" else None)
    if not panel.lines:
        axis.text(0.5, 0.5, "No data", transform=axis.transAxes, ha="center", color="#7b8794")
    else:
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=6.5, frameon=False, labelspacing=0.25)
    top = max((value for line in panel.lines for value in line.values if value == value), default=0)  # noqa: PLR0124 - NaN
    axis.set_ylim(0, top * 1.1 or 1)
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _worded(value, panel.unit)))
    axis.yaxis.set_major_locator(MaxNLocator(5, integer=panel.unit == "short"))


def _heat_map(axis: Any, panel: Drawn) -> None:
    """Buckets count what is below their bound; the difference to the one below is what is in them."""
    ordered = sorted(panel.lines, key=lambda line: float(line.name.replace("+Inf", "inf")))
    if not ordered:
        return
    below = np.nan_to_num(np.array([line.values for line in ordered]))
    inside = np.clip(np.diff(below, axis=0, prepend=0), 0, None)
    mesh = axis.pcolormesh(ordered[0].at, range(len(ordered)), inside, cmap="Blues", shading="nearest")
    axis.figure.colorbar(mesh, ax=axis, format=lambda value, _: f"{value:.2g}/s")
    axis.set_yticks(range(len(ordered)), [line.name.removesuffix(".0") for line in ordered], fontsize=6)
    axis.grid(visible=False)


def _states(axis: Any, panel: Drawn) -> None:
    """A bar for each series, for as long as there is one."""
    for row, line in enumerate(reversed(panel.lines)):
        step = min((later - at for at, later in pairwise(line.at)), default=1.0)
        spans = [(at, step) for at, value in zip(line.at, line.values, strict=True) if value > 0]
        axis.broken_barh(spans, (row - 0.4, 0.8), linewidth=0, facecolors=f"C{row % 10}")
    axis.set_yticks(range(len(panel.lines)), [line.name for line in reversed(panel.lines)], fontsize=6)
    axis.set_ylim(-0.6, max(len(panel.lines), 1) - 0.4)
    axis.grid(visible=False)


_KINDS = {"timeseries": _lines, "heatmap": _heat_map, "state-timeline": _states}


def _minutes(seconds: float, _: int) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _worded(value: float, unit: str) -> str:
    if unit == "percentunit":
        return f"{value:.0%}"
    if value >= 1_000_000:
        return f"{value / 2**20:.0f} Mi"
    if unit == "s" and 0 < value < 0.1:
        return f"{value * 1000:g} ms"
    return f"{value:g}{_SUFFIXES.get(unit, '')}"
