"""年度別の推移 on the screen: a table with a row for each line and a column for each year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from nerima_report.fiscal_year import full_name
from nerima_report.records.series import Trend
from nerima_report.report.trend import (
    break_sentences,
    remarks_on_years,
    shown_point,
    sign_legend,
    source_sentence,
    units_of,
)
from nerima_report.text import fold, printable

BREAK = "‖"
WIDEST_LABEL = 32  # columns of the terminal
_BORDER = 3  # columns of the terminal that a column of the table takes besides its text


def print_trend(console: Console, trend: Trend) -> None:
    """Print the table, split into several where the terminal is too narrow for all years; no number is split."""
    rows = list(_rows(trend))
    label = min(WIDEST_LABEL, console.width // 2, max(cell_len(row[0]) for row in rows))
    widths = {year: _width(year, place, rows) for place, year in enumerate(trend.years, start=1)}
    for years in _blocks(trend.years, widths, console.width - label - _BORDER - 1):
        console.print(_table(rows, years, trend.years[0], label))
    console.print()
    remarks = [source_sentence(trend), *remarks_on_years(trend), *_files(trend), sign_legend(trend, trend.series)]
    for line in [*remarks, *_breaks(trend)]:
        for text in fold(printable(line), console.width):
            console.print(text, highlight=False, markup=False)


def _files(trend: Trend) -> Iterator[str]:
    """The files from which records were typed in: for the office, not for print."""
    copied = (source.record for source in trend.sources.values() if source.record.origin == "imported")
    files = [f"{record.name} {file.file}" for record in copied for file in record.inputs]
    if files:
        yield f"書き写したもとのファイル: {'、'.join(files)}"


def _rows(trend: Trend) -> Iterator[list[str]]:
    """The label and the text of each year; a heading has no texts."""
    part = ""
    for series in trend.series:
        if series.part.key != part:
            part = series.part.key
            yield [f"■{series.part.definition.title}"]
        several, units = len(series.lines) > 1, "→".join(units_of(series))
        if several:
            yield [f"{series.heading}（{units}）"]
        for line in series.lines:
            broken = {one.year for one in series.breaks if one.cuts(line.label)}
            texts = [f"{BREAK} " * (year in broken) + shown_point(line.points[year]) for year in trend.years]
            yield [f"  {line.label}" if several else f"{series.title}（{units}）", *texts]


def _year(year: int) -> tuple[str, str]:
    return full_name(year).removesuffix("年度"), str(year)


def _width(year: int, place: int, rows: Sequence[Sequence[str]]) -> int:
    return max(cell_len(text) for text in (*_year(year), *(row[place] for row in rows if len(row) > 1)))


def _blocks(years: range, widths: dict[int, int], width: int) -> Iterator[list[int]]:
    """The years in blocks: as many beside each other as there is room for, at least one."""
    block: list[int] = []
    for year in years:
        if block and sum(widths[one] + _BORDER for one in (*block, year)) > width:
            yield block
            block = []
        block.append(year)
    yield block


def _table(rows: Sequence[Sequence[str]], years: Sequence[int], first: int, label: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    table.add_column("年度", width=label, overflow="fold")
    for year in years:
        table.add_column("\n".join(_year(year)), justify="right", no_wrap=True)
    for name, *texts in rows:
        shown_texts = [texts[year - first] for year in years] if texts else []
        table.add_row(printable(name), *shown_texts, style="" if texts else "bold")
    return table


def _breaks(trend: Trend) -> Iterator[str]:
    """Each break once, with the series that it breaks."""
    broken_by: dict[str, list[str]] = {}
    for series in trend.series:
        for sentences in break_sentences(series, trend).values():
            for sentence in sentences:
                broken_by.setdefault(sentence, []).append(f"{series.part.key}の{series.heading}")
    for sentence, names in broken_by.items():
        yield f"{BREAK} {'、'.join(names)}: {sentence}"
