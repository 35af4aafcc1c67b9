"""Records of several years → the years side by side, under the names of today, and where their series break."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from nerima_report.edition import Edition
from nerima_report.edition.part import Break, Part, Renamed
from nerima_report.edition.tables import CountTable
from nerima_report.places import CellKey
from nerima_report.records.change_statistics import restlessness
from nerima_report.records.lines import RecordLines, RecordPlaces
from nerima_report.records.model import Record, RecordedCells, RecordedFigure
from nerima_report.tallies.totals import Totals, has_unpublished_rows, with_sums

_NO_LINES = RecordLines()
_ALL_ROWS = ""


class Rule(NamedTuple):
    """The rule of a figure.

    A cell with an empty row stands for all rows of its column, a cell without a group for its row in every group.
    Where several rows became one and only one of them was counted, the name says so (全部公開のうち一部公開).
    """

    kind: str
    numerator: frozenset[CellKey]
    denominator: frozenset[CellKey]
    excluded: frozenset[CellKey]
    digits: int
    rounding: str

    @property
    def cells(self) -> frozenset[CellKey]:
        """All cells that decide what the figure is, those that are left out among them."""
        return self.numerator | self.denominator | self.excluded

    @property
    def tables(self) -> frozenset[str]:
        """The ids of the tables whose numbers the figure is computed from."""
        return frozenset(key.table for key in (*self.numerator, *self.denominator))

    def changes(self, other: Rule) -> list[str]:
        """The Japanese names of what differs from another rule; empty where both compute the same share."""
        names = ("種類", "分子", "分母", "除く行", "桁数", "端数の処理")
        return [name for name, here, others in zip(names, self, other, strict=True) if here != others]


def rule_of(
    figure: RecordedFigure, later: Callable[[CellKey], CellKey] = lambda key: key, recorded: Iterable[CellKey] = ()
) -> Rule:
    """The rule of a figure; `later` gives the names of its cells in the other year.

    `recorded` are the cells of the year of the figure. They show in which groups a row stands, and which rows have
    become one since. They are not needed where no name changes.
    """
    part, known = figure.figure.partition(".")[0], tuple(recorded)

    def cells(of: RecordedCells, rows: Sequence[str]) -> frozenset[CellKey]:
        table = f"{part}.{of.table}"
        column = [k for k in known if (k.table, k.column) == (table, of.column) and of.group in ("", k.group)]
        counted = {row: [k for k in column if row in (_ALL_ROWS, k.row)] for row in rows}
        not_counted = {later(key) for key in set(known).difference(*counted.values())}
        names = set()
        for row, keys in counted.items():
            became_one = any(later(key) in not_counted for key in keys)
            for key in keys if row and keys else [CellKey(table, of.group, row, of.column)]:
                name = later(key)._replace(group=of.group)
                names.add(name._replace(row=f"{name.row}のうち{row}") if became_one else name)
        return frozenset(names)

    numerator, denominator = figure.numerator_of, figure.denominator_of
    return Rule(
        figure.kind,
        cells(numerator, numerator.rows or [_ALL_ROWS]) if numerator else frozenset(),
        cells(denominator, denominator.rows or [_ALL_ROWS]),
        cells(denominator, figure.excluded_rows),
        figure.digits,
        figure.rounding,
    )


@dataclass(frozen=True)
class Year:
    """A year under the names of today, with the units (件, 人) in which it was published.

    `printed` are the totals of columns (keys without row) of which not all rows were published.
    """

    record: Record
    places: RecordPlaces
    values: Mapping[CellKey, int | None]
    units: Mapping[tuple[str, str], str]
    tallies: Mapping[str, Mapping[CellKey, int]]
    rules: Mapping[str, Rule]
    printed: Mapping[CellKey, int] = field(default_factory=dict)

    @property
    def fiscal_year(self) -> int:
        """The fiscal year."""
        return self.record.fiscal_year

    @cached_property
    def known(self) -> Mapping[CellKey, int]:
        """The numbers that were published."""
        return {key: value for key, value in self.values.items() if value is not None}

    @cached_property
    def tables(self) -> dict[str, None]:
        """The tables of which something was published, in their order."""
        return dict.fromkeys(key.table for key in (*self.known, *self.printed))

    def total(self, table_id: str, column: str, table: CountTable | None = None) -> int | None:
        """The total of a column as printed, or as `total_of_column` adds it up."""
        return total_of_column(CellKey(table_id, "", "", column), table, self.values, self.printed)


@dataclass(frozen=True)
class YearEvidence:
    """A year and those before it, in their order. `edition` has all its parts.

    `published` is the record of the same year, where `current` is one that was built anew.
    """

    edition: Edition
    current: Year
    earlier: tuple[Year, ...]
    published: Year | None = None

    @property
    def fiscal_year(self) -> int:
        """The year that is compared with those before it."""
        return self.current.fiscal_year

    @property
    def previous(self) -> Year | None:
        """The last year before it of which there is a record."""
        return self.earlier[-1] if self.earlier else None

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the report of the year."""
        return self.edition.parts_for(self.fiscal_year)

    def new_parts(self, year: Year) -> list[Part]:
        """The parts whose key belonged to another part in that year (another law, other tables)."""
        before = {part.key: part.folder for part in self.edition.parts_for(year.fiscal_year)}
        return [part for part in self.parts if before.get(part.key, part.folder) != part.folder]

    def breaks(self, year: Year) -> list[tuple[Part, Break]]:
        """The declared breaks in series between that year and this one."""
        return declared_breaks(self.parts, year.fiscal_year, self.fiscal_year)

    def compares(self, table_id: str, year: Year) -> bool:
        """Whether the numbers of a table can be compared with those of that year, apart from single cells."""
        return all(part.table_id(rule.table) != table_id or rule.cells for part, rule in self.breaks(year))

    def compares_cell(self, key: CellKey, year: Year) -> bool:
        """Whether a number can be compared with that of the year; without a row it is the sum of a column."""
        return not any(part.table_id(rule.table) == key.table and rule.cuts(key) for part, rule in self.breaks(year))

    @cached_property
    def stocks(self) -> frozenset[CellKey]:
        """The cells that hold a number at the end of the year."""
        return frozenset(
            CellKey(part.table_id(stock.table), "", stock.closing, stock.column)
            for part in self.parts
            for stock in part.definition.stocks
        )

    @cached_property
    def restlessness(self) -> float:
        """How much the changes since the year before differ between the numbers of the year."""
        if self.previous is None:
            return restlessness(())
        before, now = self.previous.known, self.current.known
        compared = (key for key in now if key in before and self.compares_cell(key, self.previous))
        return restlessness((before[key], now[key]) for key in compared if key not in self.stocks)

    def series(self, key: CellKey) -> list[int]:
        """The earlier numbers of a cell up to the year before, as far back as there is no gap and no break."""
        return self.series_of([key])

    def series_of(self, keys: Sequence[CellKey]) -> list[int]:
        """The earlier sums of some cells of a column, as far back as all of them are known."""
        about = keys[0] if len(keys) == 1 else CellKey(keys[0].table, "", "", keys[0].column)
        sums: list[int] = []
        expected = self.previous.fiscal_year if self.previous else 0
        for year in reversed(self.earlier):
            values = [year.known[key] for key in keys if key in year.known]
            if year.fiscal_year != expected or len(values) < len(keys) or not self.compares_cell(about, year):
                break
            sums.append(sum(values))
            expected -= 1
        return sums[::-1]


def total_of_column(
    name: CellKey, table: CountTable | None, values: Mapping[CellKey, int | None], printed: Mapping[CellKey, int]
) -> int | None:
    """The total of a column of a published year, by its name; None where nothing of it was published.

    It is the printed one, or the sum over the rows that `table` counts: a row of which nothing was published was no row
    of that year's table. The total of a column with `sum_of` is that of its columns, where one of them has more than
    its rows say; it is not known where a row has only some of them.
    """
    if name in printed:
        return printed[name]
    if table and has_unpublished_rows(name, table, printed):
        parts = {part._replace(group="", row=""): None for part in table.parts_of(name)}
        totals = [total_of_column(part, table, values, printed) for part in parts]
        return None if None in totals else sum(filter(None, totals))
    own = {
        key: value
        for key, value in values.items()
        if (key.table, key.column) == (name.table, name.column)
        if table is None or table.is_counted(key.group, key.row)
    }
    known = [value for value in own.values() if value is not None]
    unknown = (key for key, value in own.items() if value is None)
    if table and any(values.get(part) is not None for key in unknown for part in table.parts_of(key)):
        return None
    return sum(known) if known else None


def declared_breaks(parts: Iterable[Part], earlier: int, fiscal_year: int) -> list[tuple[Part, Break]]:
    """The breaks in series that the parts of a fiscal year declare since an earlier one."""
    return [(part, rule) for part in parts for rule in part.definition.breaks if earlier < rule.year <= fiscal_year]


def year_of(record: Record, file: str, edition: Edition, fiscal_year: int, lines: RecordLines = _NO_LINES) -> Year:
    """A recorded year under the names that its cells have in `fiscal_year`, with their places in its file."""
    later = later_names(edition, record.fiscal_year, fiscal_year)
    cells, filled = [cell.key for cell in record.cells], [tally.key for tally in record.tallies]
    names = {key: later(key) for key in {*cells, *filled}}
    values: dict[CellKey, int | None] = {}
    units: dict[tuple[str, str], str] = {}
    for published, cell in zip(cells, record.cells, strict=True):
        key = names[published]
        before = values.get(key, 0)  # two rows may have become one since
        values[key] = None if before is None or cell.value is None else before + cell.value
        units[key.table, key.column] = cell.unit
    printed = {later(total.key): total.value for total in record.printed_totals}
    units |= {(later(total.key).table, later(total.key).column): total.unit for total in record.printed_totals}
    of_year = replace(edition, parts=edition.parts_for(fiscal_year))
    for key, value in with_sums(Totals(values), of_year).values.items():
        if key not in values:  # a sum that the definitions had not yet
            values[key] = value
            column = of_year.count_tables[key.table].column(key.column)
            units.setdefault((key.table, key.column), column.unit if column else "")
    tallies: dict[str, dict[CellKey, int]] = {}
    for published, tally in zip(filled, record.tallies, strict=True):
        if not tally.ward and tally.value is not None:
            of_section = tallies.setdefault(tally.section, {})
            key = names[published]
            of_section[key] = of_section.get(key, 0) + tally.value
    rules = {figure.figure: rule_of(figure, later, cells) for figure in record.figures}
    places = RecordPlaces(record, file, names, edition.words.whole, lines)
    return Year(record, places, values, units, tallies, rules, printed)


def later_names(edition: Edition, since: int, until: int) -> Callable[[CellKey], CellKey]:
    """A function from the name of a cell in the fiscal year `since` to its name in `until`."""
    renamed = sorted(
        (
            (rule.year, number, part, rule)
            for number, part in enumerate(edition.parts_for(until))
            for rule in part.definition.renamed
            if since < rule.year <= until
        ),
        key=lambda item: item[:2],
    )

    def later(key: CellKey) -> CellKey:
        for _, _, part, rule in renamed:
            key = _renamed(key, part, rule)
        return key

    return later


def _renamed(key: CellKey, part: Part, rule: Renamed) -> CellKey:
    if rule.row:
        same = (key.table, key.row) == (part.table_id(rule.table), rule.before) and key.group == rule.group
        return key._replace(row=rule.row) if same else key
    if rule.group:
        same = (key.table, key.group) == (part.table_id(rule.table), rule.before)
        return key._replace(group=rule.group) if same else key
    if rule.column:
        same = (key.table, key.column) == (part.table_id(rule.table), rule.before)
        return key._replace(column=rule.column) if same else key
    return key._replace(table=part.table_id(rule.table)) if key.table == part.table_id(rule.before) else key
