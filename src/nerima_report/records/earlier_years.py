"""The published years before a year → their numbers under the names of today, as a table of years shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from nerima_report.edition import Edition
from nerima_report.edition.definition import fill
from nerima_report.edition.links import Cells, cell_keys
from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable
from nerima_report.files import read_file, sha256
from nerima_report.places import CellKey
from nerima_report.records.file import read_record
from nerima_report.records.model import RecordedFigure
from nerima_report.records.series import INCOMPUTABLE, NO_RECORD, NOT_COUNTED, NOT_PUBLISHED, Point
from nerima_report.records.years import (
    Year,
    declared_breaks,
    rule_of,
    total_of_column,
    year_of,
)
from nerima_report.tallies.totals import has_unpublished_rows
from nerima_report.workspace import Workspace


class EarlierNumber(NamedTuple):
    """A number of an earlier year, or why there is none.

    `broken` are the sentences on why it cannot be compared with the present year, `defined` one on the other rule by
    which a share was computed then. `figure` is the share as recorded.
    """

    point: Point
    broken: tuple[str, ...] = ()
    defined: str = ""
    figure: RecordedFigure | None = None


@dataclass(frozen=True)
class EarlierYears:
    """The recorded years before a fiscal year, and the edition of that year with all its rows.

    `digests` are the SHA-256 of the records.
    """

    edition: Edition
    fiscal_year: int
    years: Mapping[int, Year] = field(default_factory=dict)
    digests: Mapping[int, str] = field(default_factory=dict)

    def part(self, key: str) -> Part:
        """The part of the present year, with all its tables, rows and columns."""
        return next(part for part in self.edition.parts_for(self.fiscal_year) if part.key == key)

    def count(self, part: Part, cells: Cells, year: int) -> EarlierNumber:
        """The sum of some cells in an earlier year; all rows are those that the table had in that year."""
        known = self.years.get(year)
        if known is None:
            return EarlierNumber(NO_RECORD)
        table_id, table = part.count_table(cells.table)
        named = [
            CellKey(table_id, cells.group, row, column) for row in cells.rows or ("",) for column in cells.column_labels
        ]
        point = published_sum(table_id, table, cells, known.values, known.printed)
        return EarlierNumber(point, self._broken(part, named, known))

    def share(self, part: Part, now: RecordedFigure, year: int) -> EarlierNumber:
        """A figure as it was published for an earlier year; `now` is that of the present year."""
        known = self.years.get(year)
        if known is None:
            return EarlierNumber(NO_RECORD)
        before = next((one for one in known.record.figures if one.figure == now.figure), None)
        if before is None:
            return EarlierNumber(NOT_PUBLISHED)
        if before.value is not None:
            point = Point("known", Decimal(before.value))
        else:
            point = INCOMPUTABLE if before.denominator == 0 else NOT_PUBLISHED
        rule = rule_of(now)
        changes = "、".join(rule.changes(known.rules[now.figure]))
        defined = fill(self.edition.trend.definition_changed, {"変更": changes}) if changes else ""
        return EarlierNumber(point, self._broken(part, sorted(rule.cells), known), defined, before)

    def _broken(self, part: Part, keys: Sequence[CellKey], year: Year) -> tuple[str, ...]:
        """The sentences on the breaks between an earlier year and this one; a key may stand for a sum of rows."""
        words = self.edition.trend
        rules = [
            rule
            for of_part, rule in declared_breaks([part], year.fiscal_year, self.fiscal_year)
            if any(of_part.table_id(rule.table) == key.table and rule.cuts(key) for key in keys)
        ]
        said = [
            fill(words.broken, {"年度": self.edition.printing.year(rule.year), "変更": rule.what, "理由": rule.reason})
            for rule in sorted(rules, key=lambda rule: rule.year)
        ]
        for table_id, column in dict.fromkeys((key.table, key.column) for key in keys if not said):
            table = part.count_table(table_id.partition(".")[2])[1]
            now = table.column(column)
            before = year.units.get((table_id, column))
            if now is not None and before not in (None, now.unit):
                said.append(fill(words.unit_changed, {"前": str(before), "後": now.unit}))
        return tuple(dict.fromkeys(said))


def published_sum(
    table_id: str,
    table: CountTable,
    cells: Cells,
    values: Mapping[CellKey, int | None],
    printed: Mapping[CellKey, int],
) -> Point:
    """The sum of some cells of a published year; `printed` are its totals of which not all rows were published.

    All rows are those that were published, unless the total shows that there were others: then the sum of all is that
    total, and the sum of a group with such a row is not known.
    """
    columns = [CellKey(table_id, "", "", column) for column in cells.column_labels]
    has_more = any(has_unpublished_rows(name, table, printed) for name in columns)
    keys = keys_shown(table_id, table, cells, values)
    if not (cells.rows or cells.group) and (has_more or any(key in values for key in keys)):
        totals = [total_of_column(name, table, values, printed) for name in columns]
        known = [total for total in totals if total is not None]
        return Point("known", Decimal(sum(known))) if len(known) == len(totals) else NOT_PUBLISHED
    if has_more and any(values.get(key, 0) is None for key in keys):
        return NOT_PUBLISHED
    return sum_of(values, keys, every=bool(cells.rows))


def keys_shown(table_id: str, table: CountTable, cells: Cells, values: Mapping[CellKey, int | None]) -> list[CellKey]:
    """The cells that are added up for a year with these values.

    All rows are those that the total of the year adds up, also such as only that year had. Of a row or a column that is
    itself a sum they are its parts, unless the year has only the sum.
    """
    recorded = dict.fromkeys((key.group, key.row) for key in values if key.table == table_id)
    former = [name for name in recorded if table.row(*name) is None and name[1] != table.group_total]
    if not cells.rows:
        others = [(group, row) for group, row in former if cells.group in ("", group)]
        kept = [CellKey(table_id, *name, column) for name in others for column in cells.column_labels]
        return [*cell_keys(table_id, table, cells), *(key for key in kept if key in values)]
    names = [*((row.group, row.label) for row in table.rows), *former]
    rows = [(group, row) for group, row in names if row in cells.rows and cells.group in ("", group)]
    named = [CellKey(table_id, *name, column) for name in rows for column in cells.column_labels]
    return named if any(values.get(key) is not None for key in named) else cell_keys(table_id, table, cells)


def sum_of(values: Mapping[CellKey, int | None], keys: Sequence[CellKey], *, every: bool) -> Point:
    """The sum of cells of a year: of those of each column that are known, or only where `every` one of them is."""
    there = [key for key in keys if key in values]
    if not there or (every and len(there) < len(keys)):
        return NOT_COUNTED
    known = {key: value for key in there if (value := values[key]) is not None}
    columns = {key.column for key in there} == {key.column for key in known}
    if not columns or (every and len(known) < len(there)):
        return NOT_PUBLISHED
    return Point("known", Decimal(sum(known[key] for key in there if key in known)))


def with_records(earlier: EarlierYears, workspace: Workspace, edition: Edition) -> EarlierYears:
    """The same with the published years that tables of years show; `edition` has all its parts.

    Raises RecordError for a record that cannot be used.
    """
    fiscal_year = earlier.fiscal_year
    years, digests = {}, {}
    for year in years_asked(edition, fiscal_year):
        file = workspace.record(year)
        if file.exists():
            record = read_record(file, year, edition)
            years[year] = year_of(record, file.as_posix(), edition, fiscal_year)
            digests[year] = sha256(read_file(file))
    return replace(earlier, years=years, digests=digests)


def years_asked(edition: Edition, fiscal_year: int) -> list[int]:
    """The earlier years that the tables of years of a fiscal year show; `edition` may have all its parts."""
    tables = (table for part in edition.parts_for(fiscal_year) for table in part.years_tables.values())
    return sorted({year for table in tables for year in table.years_of(fiscal_year)} - {fiscal_year})
