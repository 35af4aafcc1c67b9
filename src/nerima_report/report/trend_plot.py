"""A series as a line chart: PNG, the same bytes each time, readable without colours.

This module alone imports matplotlib, and is itself imported only where a chart is drawn.
"""

from __future__ import annotations

import logging
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO
from math import ceil
from typing import Any, NamedTuple

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it would print messages about its cache of fonts

import matplotlib_fontja  # noqa: E402 (registers a Japanese font, so that the machine needs none)
from matplotlib import rc_context  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: E402

from nerima_report.fiscal_year import Calendar, era_year, full_name  # noqa: E402
from nerima_report.records.series import Series, SeriesLine  # noqa: E402

FONT = matplotlib_fontja.matplotlib_fontja.FONT_NAME
WIDTH, HEIGHT, HIGHER = 160, 54, 86  # mm; higher where lines have labels beside them
LEFT, RIGHT, TOP, BOTTOM = 15, 6, 9, 13  # mm
LABEL_COLUMN = 42  # mm
TICK = 12  # mm, the width of the name of a year
DOTS_PER_INCH, MM = 200, 25.4
MOST_VALUES = 12  # years up to which the numbers stand at the points
LINE_OF_LABEL = 3.6  # mm
LETTERS_OF_LABEL = 11


class _Style(NamedTuple):
    """How a line is drawn: its colour, the mark at its points, and its stroke as matplotlib names it."""

    colour: str
    mark: str
    stroke: object

    @property
    def line(self) -> dict[str, Any]:
        """The same as keywords of matplotlib."""
        return {"color": self.colour, "marker": self.mark, "linestyle": self.stroke, "linewidth": 1.3}


# Dark enough to be read on white, and distinguished by mark and stroke alone.
STYLES = (
    _Style("#1a1a1a", "o", "-"),
    _Style("#0b5394", "s", (0, (6, 2))),
    _Style("#a61c00", "^", (0, (2, 1.5))),
    _Style("#38761d", "D", (0, (8, 2, 2, 2))),
    _Style("#674ea7", "v", "-"),
    _Style("#7f6000", "P", (0, (4, 3))),
    _Style("#0c6b6b", "X", (0, (1, 1))),
)
GREY, BAND = "#595959", "#e6e6e6"


def draw(
    series: Series, years: Sequence[int], marks: Mapping[int, str], gaps: Iterable[int], calendar: Calendar = "era"
) -> bytes:
    """The chart of a series over the years: `marks` stand at the breaks before these years, `gaps` lack a record."""
    several = len(series.lines) > 1
    height = HIGHER if several else HEIGHT
    picture = BytesIO()
    with rc_context({"font.family": FONT, "font.size": 8, "axes.linewidth": 0.6}):
        figure = Figure(figsize=(WIDTH / MM, height / MM), dpi=DOTS_PER_INCH)
        panels = _panels(series, years)
        for panel, (begin, width) in zip(panels, _places(panels, LABEL_COLUMN if several else RIGHT), strict=True):
            axes = figure.add_axes((begin / WIDTH, BOTTOM / height, width / WIDTH, (height - TOP - BOTTOM) / height))
            _set_axes(axes, series, panel, width, calendar)
            _mark(axes, panel, marks, gaps)
            for line, style in zip(series.lines, STYLES, strict=False):
                runs = [run for run in line.runs(series.breaks) if run[0] in panel.years]
                _draw_line(axes, line, style, runs)
            if not several and len(years) <= MOST_VALUES:
                _label_values(axes, series.lines[0], panel)
        if several:
            _label_lines(axes, series.lines, width, height - TOP - BOTTOM, calendar)
        axes.annotate("(年度)", (1, 0), (0, -25), xycoords="axes fraction", textcoords="offset points",
                      ha="right", va="top", fontsize=7)  # fmt: skip
        FigureCanvasAgg(figure)
        figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


class _Panel(NamedTuple):
    """Years with the same unit. Each panel has axes of its own, because two units have no common scale."""

    unit: str
    years: list[int]
    largest: float
    least: float


def _panels(series: Series, years: Sequence[int]) -> list[_Panel]:
    known = {year for line in series.lines for year in line.known}
    runs: list[tuple[str, list[int]]] = []
    for year in years:
        unit = series.units[year] if year in known else runs[-1][0] if runs else series.units[min(known)]
        if not runs or runs[-1][0] != unit:
            runs.append((unit, []))
        runs[-1][1].append(year)
    return [_Panel(unit, of_unit, *_bounds(series, of_unit)) for unit, of_unit in runs]


def _bounds(series: Series, years: Sequence[int]) -> tuple[float, float]:
    values = [float(line.known[year]) for line in series.lines for year in years if year in line.known]
    return max(values, default=1), min(values, default=0)


def _places(panels: Sequence[_Panel], right: float) -> list[tuple[float, float]]:
    """Where each panel begins and how wide it is (mm), with room before it for the numbers of its axis."""
    before = [LEFT + max(0, len(f"{panel.largest:,.0f}") - 6) * 1.6 for panel in panels]
    room = WIDTH - right - sum(before)
    count = sum(len(panel.years) for panel in panels)
    places, begin = [], 0.0
    for panel, edge in zip(panels, before, strict=True):
        width = room * len(panel.years) / count
        places.append((begin + edge, width))
        begin += edge + width
    return places


def _set_axes(axes: Axes, series: Series, panel: _Panel, width: float, calendar: Calendar) -> None:
    """Counts begin at zero, shares go from zero to a hundred; as many years are named as there is room for."""
    years = panel.years
    axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    axes.set_ylim(min(0, panel.least), 105 if series.is_share else max(1, panel.largest) * 1.12)
    step = ceil(len(years) / max(1, width // TICK))
    named = [year for year in years if (years[-1] - year) % step == 0]
    axes.set_xticks(named, [_tick(year, calendar) for year in named])
    axes.set_xticks(years, minor=True)
    axes.tick_params(axis="x", which="major", length=4, pad=2)
    axes.tick_params(axis="x", which="minor", length=2)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=2))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.grid(axis="y", color="#d0d0d0", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.annotate(f"({panel.unit})", (0, 1), (-4, 6), xycoords="axes fraction", textcoords="offset points",
                  ha="right", va="bottom")  # fmt: skip


def _tick(year: int, calendar: Calendar) -> str:
    """A year below the axis; in the calendar of eras and in both it stands in two lines."""
    return str(year) if calendar == "western" else f"{era_year(date(year, 12, 31))}\n({year})"


def _mark(axes: Axes, panel: _Panel, marks: Mapping[int, str], gaps: Iterable[int]) -> None:
    """A grey band for each year without a record, a broken line with the mark of its note for each break."""
    for year in (year for year in gaps if year in panel.years):
        axes.axvspan(year - 0.5, year + 0.5, color=BAND, linewidth=0, zorder=0)
    for year, mark in marks.items():
        if panel.years[0] < year <= panel.years[-1] + 1:  # one at the end stands before the next panel
            axes.axvline(year - 0.5, color=GREY, linewidth=0.9, linestyle=(0, (3, 3)), zorder=1, clip_on=False)
            axes.annotate(mark, (year - 0.5, 1), (0, 2), xycoords=("data", "axes fraction"), ha="center",
                          textcoords="offset points", va="bottom", color=GREY, fontsize=7.5)  # fmt: skip


def _draw_line(axes: Axes, line: SeriesLine, style: _Style, runs: Iterable[Sequence[int]]) -> None:
    """Draw each run of years that are joined to each other."""
    size = 4.0 if len(line.points) <= 2 * MOST_VALUES else 2.8
    for run in runs:
        values = [float(line.known[year]) for year in run]
        axes.plot(run, values, **style.line, markersize=size, clip_on=False, zorder=3)


def _label_values(axes: Axes, line: SeriesLine, panel: _Panel) -> None:
    for year, value in ((year, value) for year, value in line.known.items() if year in panel.years):
        axes.annotate(f"{value:,}", (year, float(value)), (0, 5), textcoords="offset points", ha="center", va="bottom",
                      fontsize=7.5, zorder=4, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip


def _label_lines(axes: Axes, lines: Sequence[SeriesLine], width: float, height: float, calendar: Calendar) -> None:
    """The names beside the ends of the lines, with a piece of the line, moved apart where they would overlap.

    `width` and `height` are those of the axes, in mm.
    """
    last = max(max(line.points) for line in lines)
    names = ["\n".join(_name(line, last, calendar)) for line in lines]
    top = axes.get_ylim()[1]
    wanted = [float(list(line.known.values())[-1]) / top for line in lines]
    heights = [(name.count("\n") + 1) * LINE_OF_LABEL / height for name in names]
    begin, end = 1 + 5 / width, 1 + 11 / width
    for line, name, style, place in zip(lines, names, STYLES, _apart(wanted, heights), strict=False):
        if last in line.known:
            edge = axes.transAxes + axes.transData.inverted()
            goal = edge.transform((begin, place))
            axes.plot([last, goal[0]], [float(line.known[last]), goal[1]], color=GREY, linewidth=0.4, clip_on=False)
        sample = Line2D([begin, (begin + end) / 2, end], [place] * 3, **style.line, markersize=4, markevery=[1])
        sample.set(transform=axes.transAxes, clip_on=False)
        axes.add_line(sample)
        axes.text(end + 1 / width, place, name, transform=axes.transAxes, va="center", ha="left", color=style.colour,
                  fontsize=7.5, linespacing=1.05)  # fmt: skip


def _name(line: SeriesLine, last: int, calendar: Calendar) -> list[str]:
    """The label, and until when there are numbers if that is not the last year, in short lines."""
    end = max(line.known)
    until = [] if end == last else [f"（{full_name(end, calendar)}まで）"]
    lines = ceil(len(line.label) / LETTERS_OF_LABEL)
    return [*textwrap.wrap(line.label, ceil(len(line.label) / lines)), *until]


def _apart(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Where to put labels of these heights, near to where they are wanted, so that none covers another.

    >>> [round(place, 2) for place in _apart([0.0, 0.01, 0.9], [0.1, 0.1, 0.1])]
    [0.05, 0.15, 0.9]
    """
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    places = [0.0] * len(wanted)
    floor = 0.0
    for number in order:
        places[number] = max(wanted[number], floor + heights[number] / 2)
        floor = places[number] + heights[number] / 2
    ceiling = max(1.0, sum(heights))
    for number in reversed(order):
        places[number] = min(places[number], ceiling - heights[number] / 2)
        ceiling = places[number] - heights[number] / 2
    return places
