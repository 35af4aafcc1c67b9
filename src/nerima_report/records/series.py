"""Records of several years → the series of 年度別の推移 (the years, the lines, where they break), also as open data.

The charts.toml of the part that served a year says what is drawn of that year, so a chart goes on when another part
takes over. Names are mapped as between any two years (years.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

from nerima_report.data_table import DataField, DataTable, Value
from nerima_report.edition import Edition
from nerima_report.edition.definition import fill
from nerima_report.edition.part import Break, Chart, Part
from nerima_report.fiscal_year import LAST_YEAR, full_name
from nerima_report.places import CellKey
from nerima_report.records.model import Record, RecordedFigure
from nerima_report.records.years import Rule, Year, later_names, year_of
from nerima_report.tallies.totals import has_unpublished_rows

PointStatus = Literal["known", "not published", "incomputable", "no record", "not counted"]
MOST_LINES = 7  # more cannot be distinguished in a chart, or placed beside each other in a table
STATUSES: dict[PointStatus, str] = {
    "known": "値あり",
    "not published": "公表なし",
    "incomputable": "計算できない",
    "no record": "記録なし",
    "not counted": "その年度に数えていない区分",
}
FIELDS = (
    DataField("全国地方公共団体コード", required=True),
    DataField("西暦年度", "year", required=True),
    DataField("和暦年度", required=True),
    DataField("部", required=True),
    DataField("項目", required=True),
    DataField("区分"),
    DataField("値", "number"),
    DataField("単位", required=True),
    DataField("状態", required=True, choices=tuple(STATUSES.values())),
    DataField("系列番号", "integer", "同じ番号の値は比べられる。系列が切れると、次の番号になる。", required=True),
    DataField("公表", choices=("公表済み", "公表前")),
)


class Point(NamedTuple):
    """The number of a year (件, 人 or %), or why there is none.

    "not counted" is what the tables of the year had no row for.
    """

    status: PointStatus
    value: Decimal | None = None


NO_RECORD, NOT_PUBLISHED, NOT_COUNTED = Point("no record"), Point("not published"), Point("not counted")
INCOMPUTABLE = Point("incomputable")


@dataclass(frozen=True)
class SeriesLine:
    """One line: its label, and a point for each year of the trend."""

    label: str
    points: Mapping[int, Point]

    @property
    def known(self) -> dict[int, Decimal]:
        """The numbers that there are."""
        return {year: point.value for year, point in self.points.items() if point.value is not None}

    def is_counted(self, year: int) -> bool:
        """Whether there could be a number of the year, as far as its record says."""
        return self.points[year].status not in ("not counted", "no record")

    def runs(self, breaks: Sequence[SeriesBreak]) -> list[list[int]]:
        """The runs of years that are joined by a line: without a gap and without a break between them."""
        broken = {each.year for each in breaks if each.cuts(self.label)}
        runs: list[list[int]] = []
        for year in self.known:
            if runs and runs[-1][-1] == year - 1 and year not in broken:
                runs[-1].append(year)
            else:
                runs.append([year])
        return runs


class SeriesBreak(NamedTuple):
    """A break of a series: before which fiscal year it is, what changed and why; `line`: only that one breaks."""

    year: int
    what: str
    reason: str
    line: str = ""

    def cuts(self, line: str) -> bool:
        """Whether the line of this label is broken."""
        return self.line in ("", line)


@dataclass(frozen=True)
class Series:
    """A chart over the years. `units` and `figures` (the definition of a share) are those of each year.

    `piece` is the number of the chart where the lines are too many for one chart: （1/2）.
    """

    part: Part
    key: str
    title: str
    lines: tuple[SeriesLine, ...]
    units: Mapping[int, str]
    breaks: tuple[SeriesBreak, ...]
    figures: Mapping[int, RecordedFigure]
    piece: str = ""

    @property
    def heading(self) -> str:
        """The title with the number of the piece."""
        return self.title + self.piece

    @property
    def unit(self) -> str:
        """The unit of the last year."""
        return self.units[max(self.units)]

    @property
    def is_share(self) -> bool:
        """Whether it shows percents."""
        return bool(self.figures)


@dataclass(frozen=True)
class Source:
    """The record of a year, its file, and whether it is published (in records/)."""

    record: Record
    file: str
    published: bool


@dataclass(frozen=True)
class Trend:
    """The series between the first and the last recorded year, and the years asked for that have no record."""

    edition: Edition
    sources: Mapping[int, Source]
    missing: tuple[int, ...]
    series: tuple[Series, ...]

    @property
    def years(self) -> range:
        """All years from the first to the last."""
        return range(min(self.sources), max(self.sources) + 1)

    def year(self, fiscal_year: int) -> str:
        """A fiscal year as the body prints it."""
        return self.edition.printing.year(fiscal_year)

    @cached_property
    def parts(self) -> dict[str, str]:
        """The titles of the parts by key."""
        return {series.part.key: series.part.definition.title for series in self.series}


class _ChartName(NamedTuple):
    """What identifies a chart over the years: the place and the key of its part, and its own key."""

    order: int
    part: str
    chart: str


class _YearOfChart(NamedTuple):
    """What a year contributes to a chart. `counted` is the unit of what was counted: 件, also for a share in %."""

    part: Part
    chart: Chart
    points: Mapping[str, Point]
    unit: str
    counted: str
    figure: RecordedFigure | None
    rule: Rule | None

    @property
    def tables(self) -> frozenset[str]:
        return self.rule.tables if self.rule else frozenset({self.part.table_id(self.chart.table)})


def make_trend(edition: Edition, sources: Mapping[int, Source], missing: Sequence[int]) -> Trend:
    """The series of the recorded years; `edition` has all its parts."""
    last = max(sources)
    charts: dict[_ChartName, dict[int, _YearOfChart]] = {}
    defined: dict[_ChartName, set[int]] = {}
    for year, source in sources.items():
        for part in edition.parts_for(year):
            # Under the names that the cells have in the last year of the part.
            named = year_of(source.record, source.file, edition, part.definition.last_year or LAST_YEAR)
            for chart in part.charts:
                points = _figure(part, chart, named) if chart.figure else _counts(part, chart, named, edition, last)
                name = _ChartName(part.definition.order, part.key, chart.key)
                defined.setdefault(name, set()).add(year)
                if points:
                    charts.setdefault(name, {})[year] = points
    span = range(min(sources), last + 1)

    def without_number(name: _ChartName, year: int) -> Point:
        """What stands for a year that gives the chart no number."""
        if year not in sources:
            return NO_RECORD
        return NOT_PUBLISHED if year in defined[name] else NOT_COUNTED

    series = [
        piece
        for name in _in_order(charts)
        for piece in _split(
            _series(edition, dict(sorted(charts[name].items())), {y: without_number(name, y) for y in span}, last)
        )
        if piece.lines
    ]
    return Trend(edition, dict(sorted(sources.items())), tuple(missing), tuple(series))


def _in_order(charts: Mapping[_ChartName, dict[int, _YearOfChart]]) -> list[_ChartName]:
    """Part by part; in a part in the order of its last year, then what only earlier years have."""

    def place(name: _ChartName) -> tuple[int, str, int, int]:
        year = max(charts[name])
        keys = [chart.key for chart in charts[name][year].part.charts]
        return name.order, name.part, -year, keys.index(name.chart)

    return sorted(charts, key=place)


def _figure(part: Part, chart: Chart, year: Year) -> _YearOfChart | None:
    name = f"{part.key}.{chart.figure}"
    figure = next((figure for figure in year.record.figures if figure.figure == name), None)
    if figure is None:
        return None
    if figure.value is not None:
        point = Point("known", Decimal(figure.value))
    else:
        point = NOT_PUBLISHED if figure.denominator is None else INCOMPUTABLE
    rule = year.rules[name]
    counted = {year.units.get((key.table, key.column), "") for key in (*rule.numerator, *rule.denominator)}
    return _YearOfChart(part, chart, {"": point}, figure.unit, "・".join(sorted(counted)), figure, rule)


def _counts(part: Part, chart: Chart, year: Year, edition: Edition, last: int) -> _YearOfChart | None:
    """The counts of a year, also those of rows that the definitions no longer have."""
    table_id, table = part.count_table(chart.table)
    values = {
        key: value
        for key, value in year.values.items()
        if (key.table, key.column) == (table_id, chart.column)
        and (not chart.group or key.group == chart.group)
        and (key.row in chart.rows if chart.rows else table.is_counted(key.group, key.row))
    }
    if not values:
        return None
    if chart.each_row:
        order = [(row.group, row.label) for row in table.rows]
        keys = sorted(values, key=lambda k: order.index(k[1:3]) if k[1:3] in order else len(order))
        later = later_names(edition, part.definition.last_year or LAST_YEAR, last)
        points = {_label(later(key), chart): _point(values[key]) for key in keys}
    else:
        known = {key: value for key, value in values.items() if value is not None}
        named = set(chart.rows)
        if not (named or chart.group):
            points = {"": _point(year.total(table_id, chart.column, table))}
        else:
            has_more = has_unpublished_rows(CellKey(table_id, "", "", chart.column), table, year.printed)
            lacking = not {key.row for key in known} >= named
            lacking = lacking or (len(known) < len(values) and bool(named or has_more))
            points = {"": _point(None if lacking or not known else sum(known.values()))}
    unit = year.units[table_id, chart.column]
    return _YearOfChart(part, chart, points, unit, unit, None, None)


def _label(key: CellKey, chart: Chart) -> str:
    return key.row if chart.group else f"{key.group} {key.row}".strip()


def _point(value: int | None) -> Point:
    return NOT_PUBLISHED if value is None else Point("known", Decimal(value))


def _series(edition: Edition, years: Mapping[int, _YearOfChart], others: Mapping[int, Point], last: int) -> Series:
    """The series of a chart; `others` has the point of each year of the trend that is not among `years`."""
    latest = years[max(years)]
    labels = dict.fromkeys(label for year in sorted(years, reverse=True) for label in years[year].points)

    def point(label: str, year: int) -> Point:
        return years[year].points.get(label, NOT_COUNTED) if year in years else others[year]

    lines = [SeriesLine(label or latest.chart.title, {year: point(label, year) for year in others}) for label in labels]
    known = {year for line in lines for year in line.known}
    return Series(
        part=latest.part,
        key=latest.chart.key,
        title=latest.chart.title,
        lines=tuple(line for line in lines if line.known),
        units={year: one.unit for year, one in years.items()},
        breaks=tuple(_breaks(edition, {year: one for year, one in years.items() if year in known}, last)),
        figures={year: one.figure for year, one in years.items() if one.figure is not None and year in known},
    )


def _breaks(edition: Edition, years: Mapping[int, _YearOfChart], last: int) -> Iterator[SeriesBreak]:
    """The breaks between years with numbers: those that part.toml declares, or else those that the records show."""
    for before, after in pairwise(years):
        declared = list(_declared(edition, (years[before], years[after]), range(before + 1, after + 1)))
        yield from declared or _undeclared(edition, after, years[before], years[after])
    if years and max(years) < last:
        yield from _declared(edition, (years[max(years)],), range(max(years) + 1, last + 1))


def _declared(edition: Edition, beside: Sequence[_YearOfChart], years: range) -> Iterator[SeriesBreak]:
    """The breaks that part.toml declares: `table` is the table of today, `before` begins with the earlier table."""
    key, tables = beside[0].part.key, {table for one in beside for table in one.tables}
    rules = {
        SeriesBreak(rule.year, rule.what, rule.reason, line): None
        for part in edition.parts_for(years[-1])
        for rule in part.definition.breaks
        if part.key == key and rule.year in years
        if part.table_id(rule.table) in tables or rule.before.partition("（")[0] in tables
        for line in (_lines_cut(beside[-1], part, rule) if rule.cells else [""])
    }
    yield from sorted(rules)


def _lines_cut(year: _YearOfChart, part: Part, rule: Break) -> list[str]:
    """The lines of a chart that a break of single cells of a table cuts: '' for the only one."""
    chart, table_id = year.chart, part.table_id(rule.table)
    if year.rule is not None:
        return [""] if any(key.table == table_id and rule.cuts(key) for key in year.rule.cells) else []
    rows = [row for row in part.count_table(rule.table)[1].rows if chart.group in ("", row.group)]
    if chart.each_row:
        keys = [row.key(table_id, chart.column) for row in rows if row.label in (chart.rows or [row.label])]
        return [_label(key, chart) for key in keys if rule.cuts(key)]
    summed = [CellKey(table_id, chart.group, row, chart.column) for row in chart.rows or ("",)]
    return [""] if any(map(rule.cuts, summed)) else []


def _undeclared(edition: Edition, year: int, before: _YearOfChart, after: _YearOfChart) -> Iterator[SeriesBreak]:
    """The breaks that the records of two years show: another unit, other rows, another rule of the share."""
    words = edition.trend
    if before.counted != after.counted:
        what = fill(words.unit_changed, {"前": before.counted, "後": after.counted})
        yield SeriesBreak(year, what, words.undeclared)
    if after.chart.each_row and (changes := _other_rows(before, after)):
        yield SeriesBreak(year, fill(words.rows_changed, {"変更": changes}), words.undeclared)
    if before.rule and after.rule and (changed := after.rule.changes(before.rule)):
        yield SeriesBreak(year, fill(words.definition_changed, {"変更": "、".join(changed)}), words.undeclared)


def _other_rows(before: _YearOfChart, after: _YearOfChart) -> str:
    """Which rows disappeared and appeared: their counts are probably part of another row."""
    rows = [[label for label, point in one.points.items() if point.value is not None] for one in (before, after)]
    gone, come = [row for row in rows[0] if row not in rows[1]], [row for row in rows[1] if row not in rows[0]]
    changes = ((what, "、".join(names)) for what, names in (("なくなったもの", gone), ("加わったもの", come)) if names)
    return "、".join(f"{what}「{names}」" for what, names in changes)


def _split(series: Series) -> Iterator[Series]:
    """A series in pieces of at most MOST_LINES lines: first the rows of the last year, then former ones."""
    if len(series.lines) <= MOST_LINES:
        yield series
        return
    last = max(year for line in series.lines for year in line.known)
    now = [line for line in series.lines if last in line.known]
    former = [line for line in series.lines if last not in line.known]
    pieces = [piece for lines in (now, former) for piece in _pieces(lines)]
    for number, lines in enumerate(pieces, start=1):
        yield replace(series, piece=f"（{number}/{len(pieces)}）", lines=lines)


def _pieces(lines: Sequence[SeriesLine]) -> Iterator[tuple[SeriesLine, ...]]:
    """The lines in pieces of about the same size."""
    count = -(-len(lines) // MOST_LINES)
    size = -(-len(lines) // max(count, 1))
    for number in range(count):
        yield tuple(lines[number * size : (number + 1) * size])


def series_data(trend: Trend) -> DataTable:
    """All points of all series, a number in each row."""
    rows = (row for series in trend.series for line in series.lines for row in _rows(trend, series, line))
    return DataTable("trend", trend.edition.trend.title, FIELDS, tuple(rows))


def _rows(trend: Trend, series: Series, line: SeriesLine) -> Iterator[tuple[Value, ...]]:
    code = trend.edition.municipality.code
    broken = sorted({one.year for one in series.breaks if one.cuts(line.label)})
    label = line.label if len(series.lines) > 1 or line.label != series.title else ""
    for year, point in line.points.items():
        source = trend.sources.get(year)
        yield (
            code,
            year,
            full_name(year),
            series.part.definition.title,
            series.title,
            label,
            point.value,
            series.units.get(year, series.unit),
            STATUSES[point.status],
            1 + sum(year_of_break <= year for year_of_break in broken),
            ("公表済み" if source.published else "公表前") if source else "",
        )
