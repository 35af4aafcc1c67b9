"""The series of several years → the Report 年度別の推移: for each series a chart, a table, and notes on its breaks.

The sentences on years and series, in print and in the terminal, come from trend.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby

from nerima_report.edition import Edition
from nerima_report.edition.definition import ROUNDING_NAMES, fill
from nerima_report.edition.municipality import Printing
from nerima_report.fiscal_year import Calendar, full_name
from nerima_report.records.model import RecordedCells, RecordedFigure
from nerima_report.records.series import MOST_LINES, Point, Series, SeriesLine, Trend
from nerima_report.report.blocks import (
    Block,
    Bullets,
    Cell,
    Heading,
    Paragraph,
    Picture,
    Report,
    Table,
    TableColumn,
    TableNote,
)
from nerima_report.report.wording import NOTHING_TO_COUNT, UNKNOWN

Draw = Callable[[Series, Sequence[int], Mapping[int, str], Iterable[int], Calendar], bytes]
PICTURE_WIDTH = 160  # mm
YEAR_WIDTH, UNIT_WIDTH = 10, 3  # shares of the width of a table
LINE_WIDTHS = {1: 12, 2: 8, 3: 7}  # of each of so many lines, and of each of more:
LINE_WIDTH = 4


def compose_trend(trend: Trend, draw: Draw | None) -> Report:
    """The appendix; `draw` makes the picture of a series, None leaves the pictures out."""
    municipality, last = trend.edition.municipality, trend.years[-1]
    by = municipality.coordinator(last)
    span = f"{trend.year(trend.years[0])}から{trend.year(last)}まで"
    author = f"{municipality.name}{by.department}{by.section}"
    title = f"{'・'.join(trend.parts.values())} {trend.edition.trend.title}"
    blocks: list[Block] = [Paragraph(source_sentence(trend)), *_remarks(trend, charts=draw is not None)]
    pictures, tables = count(1), count(1)
    for _, of_part in groupby(trend.series, key=lambda series: series.part.key):
        numbers = count(1)
        for place, together in enumerate(_tables_of(list(of_part))):
            blocks += [Heading(1, together.series[0].part.definition.title)] if place == 0 else []
            if draw is None:
                blocks.append(Heading(2, f"{next(numbers)} {together.heading}"))
            else:
                marks = together.marks(trend)
                for series in together.series:
                    blocks.append(Heading(2, f"{next(numbers)} {series.heading}"))
                    blocks.append(_picture(series, trend, next(pictures), marks[series.key], draw))
                    blocks += map(Paragraph, together.notes_of(series, trend))
            blocks += _tables(together, trend, tables)
    return Report(
        fiscal_year=last,
        title=f"{title}（{span}）",
        author=author,
        published=municipality.publication(last),
        cover=(
            Heading(1, trend.edition.trend.title),
            Bullets((span, *trend.parts.values())),
            Paragraph(author),
        ),
        blocks=tuple(blocks),
        draft=any(source.record.draft for source in trend.sources.values()),
    )


def _remarks(trend: Trend, *, charts: bool) -> Iterator[Block]:
    """The remarks that apply to the whole appendix; how to read the charts only where there are any."""
    words = trend.edition.trend
    items = remarks_on_years(trend)
    items += [words.axis_zero] if charts and any(not series.is_share for series in trend.series) else []
    items += [words.axis_percent] if charts and any(series.is_share for series in trend.series) else []
    if any(series.breaks for series in trend.series):
        items.append(words.breaks if charts else words.breaks_of_tables)
    items += [words.no_record_band] if charts and _gaps(trend) else []
    items += [legend] if (legend := sign_legend(trend, trend.series)) else []
    yield Bullets(tuple(items))


def _gaps(trend: Trend) -> list[int]:
    return [year for year in trend.years if year not in trend.sources]


@dataclass(frozen=True)
class _Together:
    """Series whose numbers stand beside each other: several of one line, or the pieces of one with many lines."""

    series: tuple[Series, ...]

    @property
    def heading(self) -> str:
        """The titles of all of them."""
        return "、".join(dict.fromkeys(one.title for one in self.series))

    def notes(self, trend: Trend) -> dict[str, str]:
        """Each sentence on a break with its mark."""
        sentences = (text for one in self.series for texts in break_sentences(one, trend).values() for text in texts)
        return {text: f"注{number}" for number, text in enumerate(dict.fromkeys(sentences), start=1)}

    def marks(self, trend: Trend) -> dict[str, dict[int, str]]:
        """For each series the marks of its notes, by the year before which the break is."""
        marks = self.notes(trend)
        return {
            one.key: {y: "・".join(marks[text] for text in texts) for y, texts in break_sentences(one, trend).items()}
            for one in self.series
        }

    def notes_of(self, series: Series, trend: Trend) -> list[str]:
        """The notes under a chart; none under the last one, because the table with its notes follows."""
        if series is self.series[-1]:
            return []
        of_series = {text for texts in break_sentences(series, trend).values() for text in texts}
        return [f"{mark} {text}" for text, mark in self.notes(trend).items() if text in of_series]


def _tables_of(series: Sequence[Series]) -> Iterator[_Together]:
    """Series of one line that follow each other and were counted in the same years; others by themselves."""

    def alike(one: Series) -> tuple[object, ...]:
        alone = one.key if len(one.lines) > 1 or one.piece or len(units_of(one)) > 1 else ""
        return alone, alone or tuple(filter(one.lines[0].is_counted, one.lines[0].points))

    for _, run in groupby(series, key=alike):
        yield _Together(tuple(run))


@dataclass(frozen=True)
class _Span:
    """Years in which the same lines were counted, and those lines: what one table shows."""

    years: tuple[int, ...]
    lines: tuple[tuple[Series, SeriesLine], ...]


def _spans(together: _Together, trend: Trend) -> Iterator[_Span]:
    """The tables: another one where other lines are counted, and where there are too many lines for one."""
    lines = [(one, line) for one in together.series for line in one.lines]
    years: list[int] = []
    counted: list[tuple[Series, SeriesLine]] = []
    for year in trend.years:
        now = [(one, line) for one, line in lines if line.is_counted(year)] if year in trend.sources else counted
        if now != counted:
            yield from _pieces(years, counted)
            years, counted = [], now
        years.append(year)
    yield from _pieces(years, counted)


def _pieces(years: Sequence[int], lines: Sequence[tuple[Series, SeriesLine]]) -> Iterator[_Span]:
    for place in range(0, len(lines), MOST_LINES):
        yield _Span(tuple(years), tuple(lines[place : place + MOST_LINES]))


def _picture(series: Series, trend: Trend, number: int, marks: Mapping[int, str], draw: Draw) -> Picture:
    return Picture(
        number=number,
        title=f"{series.heading}の推移",
        alt=_alt(series, trend.edition),
        file=f"figure-{number:02}.png",
        content=draw(series, trend.years, marks, _gaps(trend), trend.edition.printing.calendar),
        width=PICTURE_WIDTH,
    )


def _alt(series: Series, edition: Edition) -> str:
    """The alternative text of a chart; the numbers are in the table below it."""
    words = edition.trend
    ends = "、".join(_ends(line, series, edition.printing) for line in series.lines)
    broken = "、".join(dict.fromkeys(edition.printing.year(each.year) for each in series.breaks))
    breaks = fill(words.chart_broken, {"年度": broken}) if broken else ""
    return fill(words.chart, {"題名": series.heading, "値": ends, "切れ目": breaks})


def _ends(line: SeriesLine, series: Series, printing: Printing) -> str:
    first, last = min(line.known), max(line.known)
    name = f"「{line.label}」は" if len(series.lines) > 1 else ""
    until = f"から{printing.year(last)}の{line.known[last]:,}{series.units[last]}まで" if last > first else ""
    return f"{name}{printing.year(first)}の{line.known[first]:,}{series.units[first]}{until}"


def _tables(together: _Together, trend: Trend, numbers: Iterator[int]) -> Iterator[Table]:
    """The tables of series: each with the notes that its rows carry, the last one with all that is left to say."""
    spans = list(_spans(together, trend))
    notes = together.notes(trend)
    for place, span in enumerate(spans, start=1):
        table = _table(together, span, trend, next(numbers))
        if len({span.years for span in spans}) > 1:
            table = replace(table, title=f"{table.title}（{runs_of_years(span.years, trend.year)}）")
        carried = {mark for row in table.rows for mark in row[0].mark.split("・")}
        own = {text: mark for text, mark in notes.items() if mark in carried or place == len(spans)}
        notes = {text: mark for text, mark in notes.items() if text not in own}
        definitions = _definitions(together, trend) if place == len(spans) else ()
        yield replace(table, notes=(*(TableNote(text, mark) for text, mark in own.items()), *definitions))


def _table(together: _Together, span: _Span, trend: Trend, number: int) -> Table:
    """A table with a row for each year, so that thirty years are as easy to read as five."""
    first = together.series[0]
    each_unit = len({first.units[year] for year in span.years if year in first.units}) > 1
    headings = [line.label if each_unit else f"{line.label}({_unit(one, span)})" for one, line in span.lines]
    width = LINE_WIDTHS.get(len(span.lines), LINE_WIDTH)
    return Table(
        id=f"{first.part.key}.{first.key}",
        number=number,
        title=f"{together.heading}の推移",
        columns=(
            TableColumn("年度", weight=YEAR_WIDTH),
            *([TableColumn("単位", weight=UNIT_WIDTH)] if each_unit else []),
            *(TableColumn(heading, numeric=True, weight=width) for heading in headings),
        ),
        rows=tuple(_row(year, together, span, trend, each_unit=each_unit) for year in span.years),
    )


def _unit(series: Series, span: _Span) -> str:
    """The unit of the last of the years that has one."""
    return next((series.units[year] for year in reversed(span.years) if year in series.units), series.unit)


def _row(year: int, together: _Together, span: _Span, trend: Trend, *, each_unit: bool) -> tuple[Cell, ...]:
    marks = [of_series[year] for of_series in together.marks(trend).values() if year in of_series]
    unit = [Cell(together.series[0].units.get(year, UNKNOWN))] if each_unit else []
    numbers = (Cell(shown_point(line.points[year])) for _, line in span.lines)
    name = f"{trend.year(year)}（{year}）" if trend.edition.printing.calendar == "era" else trend.year(year)
    return Cell(name, "・".join(dict.fromkeys(marks))), *unit, *numbers


def _definitions(together: _Together, trend: Trend) -> Iterator[TableNote]:
    for one in together.series:
        name = f"{one.title}は、" if len(together.series) > 1 else ""
        yield from (TableNote(f"{name}{text}") for text in definitions_of(one, trend))


def source_sentence(trend: Trend) -> str:
    """The sentence on the source of the numbers."""
    years = {"最初の年度": trend.year(trend.years[0]), "最後の年度": trend.year(trend.years[-1])}
    return fill(trend.edition.trend.source, years)


def remarks_on_years(trend: Trend) -> list[str]:
    """The remarks on single years: without a record, not yet published, drafts, copied from print."""
    words = trend.edition.trend
    sources = trend.sources.items()
    remarks = (
        (words.missing, trend.missing),
        (words.unpublished, [year for year, source in sources if not source.published]),
        (words.draft, [year for year, source in sources if source.record.draft]),
        (words.imported, [year for year, source in sources if source.record.origin == "imported"]),
    )
    return [fill(text, {"名前": runs_of_years(years, trend.year)}) for text, years in remarks if years]


def runs_of_years(years: Iterable[int], name: Callable[[int], str] = full_name) -> str:
    """Years in words, those that follow each other together.

    >>> runs_of_years([2018, 2020, 2021, 2022])
    '平成30年度、令和2年度から令和4年度まで'
    """
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return "、".join(name(run[0]) if len(run) == 1 else f"{name(run[0])}から{name(run[-1])}まで" for run in runs)


def break_sentences(series: Series, trend: Trend) -> dict[int, list[str]]:
    """The sentences on the breaks of a series, by the year before which the break is."""
    sentences: dict[int, list[str]] = {}
    for each in series.breaks:
        what = f"「{each.line}」だけのこと。{each.what}" if each.line else each.what
        values = {"年度": trend.year(each.year), "変更": what, "理由": each.reason}
        sentences.setdefault(each.year, []).append(fill(trend.edition.trend.broken, values))
    return sentences


def shown_point(point: Point) -> str:
    """A point as printed: 2,199; － where the denominator is zero, … if it is unknown, nothing if none was counted.

    >>> from decimal import Decimal
    >>> [shown_point(Point("known", Decimal(value))) for value in ("2199", "97.50")], shown_point(Point("no record"))
    (['2,199', '97.50'], '…')
    """
    if point.value is not None:
        return f"{'△' if point.value < 0 else ''}{abs(point.value):,}"
    signs = {"incomputable": NOTHING_TO_COUNT, "not counted": ""}
    return signs.get(point.status, UNKNOWN)


def sign_legend(trend: Trend, series: Iterable[Series]) -> str:
    """The explanation of the signs that occur in these series; '' where none occurs."""
    words = trend.edition.trend
    texts = {shown_point(point) for one in series for line in one.lines for point in line.points.values()}
    meanings = [words.signs.incomputable] if NOTHING_TO_COUNT in texts else []
    meanings += [words.signs.unknown] if UNKNOWN in texts else []
    meanings += [words.signs.minus] if any(text.startswith("△") for text in texts) else []
    return fill(words.sign_legend, {"符号": "、".join(meanings)}) if meanings else ""


def definitions_of(series: Series, trend: Trend) -> list[str]:
    """The rule by which a share was computed: a sentence for each group of years with the same rule."""
    years_of: dict[str, list[int]] = {}
    for year, figure in series.figures.items():
        years_of.setdefault(_definition(figure, "{年度}", trend), []).append(year)
    alone = len(years_of) == 1
    rules = [
        text.replace("{年度}", "" if alone else f"{runs_of_years(years, trend.year)}: ")
        for text, years in years_of.items()
    ]
    return [*rules, *_printed_otherwise(series, trend)]


def _printed_otherwise(series: Series, trend: Trend) -> Iterator[str]:
    """The years that printed another share than their numbers give."""
    for year, figure in series.figures.items():
        recomputed = trend.sources[year].record.recomputed.get(figure.figure)
        if recomputed not in (None, figure.value):
            words = {"年度": trend.year(year), "値": f"{figure.value}%", "計算": f"{recomputed}%"}
            yield fill(trend.edition.trend.printed, words)


def _definition(figure: RecordedFigure, years: str, trend: Trend) -> str:
    words, of = trend.edition.trend, figure.denominator_of
    digits = f"小数第{figure.digits}位まで" if figure.digits else "整数"
    denominator = _cells(of, of.rows)
    values = {"年度": years, "分母": denominator, "除く行": _quoted(figure.excluded_rows), "桁数": digits}
    values["丸め"] = ROUNDING_NAMES[figure.rounding]
    if figure.numerator_of is None:
        return fill(words.definition_largest, values)
    counted = figure.numerator_of
    values["分子"] = _quoted([f"{counted.group} {row}".strip() for row in counted.rows]) or _cells(counted, ())
    return fill(words.definition if figure.excluded_rows else words.definition_all, values)


def _cells(cells: RecordedCells, rows: Sequence[str]) -> str:
    named = "".join(f"{_quoted(names)}の" for names in ([cells.group] if cells.group else [], rows) if names)
    return f"{cells.table}の表の{named}{cells.column}"


def _quoted(names: Iterable[str]) -> str:
    return "と".join(f"「{name}」" for name in names)


def units_of(series: Series) -> list[str]:
    """The units of the numbers, in their order."""
    known = {year for line in series.lines for year in line.known}
    return list(dict.fromkeys(unit for year, unit in series.units.items() if year in known))
