"""The published year before → its numbers beside those of a year, as far as the two can be compared.

What each 課 reported in that year also serves to rank likely corrections.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from nerima_report.edition import Edition
from nerima_report.edition.definition import fill
from nerima_report.edition.part import Break
from nerima_report.edition.tables import CountTable
from nerima_report.errors import CannotProceed
from nerima_report.places import CellKey
from nerima_report.records.file import read_record
from nerima_report.records.model import Record, recorded_figure
from nerima_report.records.years import Year, declared_breaks, rule_of, year_of
from nerima_report.tallies.figures import Share
from nerima_report.workspace import Workspace


@dataclass(frozen=True)
class Comparison:
    """The year before under the names of today.

    `broken` are the ids of the tables that cannot be compared with it, each with the reason; `tables` are the others.
    `cut` are the breaks that are about single cells of a table, with its id.
    """

    previous: Year
    broken: Mapping[str, str]
    tables: Mapping[str, CountTable]
    cut: tuple[tuple[str, Break], ...] = ()

    def compares(self, table_id: str) -> bool:
        """Whether the year before published the table, and no break in the series came since."""
        return table_id in self.previous.tables and table_id not in self.broken

    def breaks_of(self, key: CellKey) -> list[Break]:
        """The breaks because of which a number cannot be compared; without a row it is the sum of a column."""
        return [rule for table_id, rule in self.cut if table_id == key.table and rule.cuts(key)]

    def goes_on(self, key: CellKey) -> bool:
        """Whether a number can be compared with that of the year before."""
        return self.compares(key.table) and not self.breaks_of(key)

    def value(self, key: CellKey) -> int | None:
        """The number of a cell in the year before; None if unknown."""
        return self.previous.known.get(key) if self.goes_on(key) else None

    def total(self, table_id: str, column: str) -> int | None:
        """The total of a column in the year before."""
        if not self.goes_on(CellKey(table_id, "", "", column)):
            return None
        return self.previous.total(table_id, column, self.tables.get(table_id))

    def rows(self, table_id: str, column: str) -> dict[tuple[str, str], int]:
        """The numbers of a column in the year before, by group and row."""
        return {
            (key.group, key.row): value
            for key, value in self.previous.known.items()
            if (key.table, key.column) == (table_id, column) and self.compares(table_id)
        }

    def share(self, key: str, share: Share) -> Decimal | None:
        """A figure (公開.公開率) as published for the year before; None where it was computed by another rule."""
        before = next((figure for figure in self.previous.record.figures if figure.figure == key), None)
        if before is None or before.value is None:
            return None
        rule = rule_of(recorded_figure(key, share))
        is_as_before = not rule.changes(self.previous.rules[key])
        goes_on = all(map(self.compares, rule.tables)) and not any(map(self.breaks_of, rule.cells))
        return Decimal(before.value) if is_as_before and goes_on else None


def compare_with(record: Record, file: str, edition: Edition, fiscal_year: int) -> Comparison:
    """Compare the record of the year before (in `file`) with a fiscal year of the edition."""
    previous, parts = year_of(record, file, edition, fiscal_year), edition.parts_for(fiscal_year)
    breaks = [
        (part.table_id(rule.table), rule) for part, rule in declared_breaks(parts, record.fiscal_year, fiscal_year)
    ]
    broken = {table_id: rule.reason for table_id, rule in breaks if not rule.cells}
    cut = tuple((table_id, rule) for table_id, rule in breaks if rule.cells)
    tables = {
        part.table_id(key): table
        for part in parts
        for key, table in part.tables.items()
        if isinstance(table, CountTable) and part.table_id(key) not in broken
    }
    changed = dict(_changed_units(tables, previous, edition.years.compare.unit_changed))
    return Comparison(previous, broken | changed, tables, cut)


def _changed_units(tables: Mapping[str, CountTable], previous: Year, reason: str) -> Iterable[tuple[str, str]]:
    for table_id, table in tables.items():
        for column in table.columns:
            before = previous.units.get((table_id, column.label), column.unit)
            if before != column.unit:
                yield table_id, fill(reason, {"列": column.label, "前の単位": before, "単位": column.unit})


def reported_before(workspace: Workspace, edition: Edition, fiscal_year: int) -> dict[str, dict[CellKey, int]]:
    """What each 課, and the ward (区全体), reported in the last recorded year before, under the names of today.

    `edition` has all its parts. Tables that cannot be compared with that year are left out. A record that cannot be
    used gives nothing; `build` and `check` report it.
    """
    files = [file for file in workspace.records if int(file.stem) < fiscal_year]
    if not files:
        return {}
    try:
        comparison = compare_with(read_record(files[-1], edition=edition), files[-1].as_posix(), edition, fiscal_year)
    except CannotProceed:
        return {}
    reported = {**comparison.previous.tallies, edition.words.whole: comparison.previous.known}
    return {
        owner: {key: number for key, number in cells.items() if comparison.goes_on(key)}
        for owner, cells in reported.items()
    }
