"""Submissions + layout → Tallies: every cell that a 課 filled in, with the file, sheet and cell it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from nerima_report.cell_values import BLANK, NO_SAVED_RESULT, Reading, read_count, read_field, shown
from nerima_report.definitions import CellKey, Column, CountTable
from nerima_report.edition import Edition
from nerima_report.entry_definitions import EntryField, EntryTable
from nerima_report.findings import Place
from nerima_report.layout import CountLayout, EntryLayout, find_sheets, locate_counts, locate_entries
from nerima_report.registers import submitted
from nerima_report.registers.definition import TRACE
from nerima_report.submissions import Submission
from nerima_report.workbooks import CellValue, Position, Sheet, address


@dataclass(frozen=True)
class FilledCell:
    """An expected cell of a table of counts: what was read from it (件 or 人), as it stood, and where.

    `place.cell` is '' where the sheet or the row is missing; the checks of the shape complain about that.
    `counted_on` names the sheet of a register whose entries say what the cell leaves blank.
    """

    fiscal_year: int
    ward: bool
    key: CellKey
    reading: Reading
    found: str
    place: Place
    counted_on: str = ""

    @property
    def value(self) -> int:
        """The count; 0 for what is blank, 該当なし or unreadable."""
        return self.reading.value if isinstance(self.reading.value, int) else 0

    @property
    def known(self) -> bool:
        """Whether the cell says something to count with: a number, or 該当なし."""
        return self.reading.status in ("reported", "not applicable")


@dataclass(frozen=True)
class StatedCell:
    """A 合計 or 検算 cell of a form: what it says is compared, never read as data. `computed`: by a formula."""

    kind: Literal["total", "verification"]
    key: CellKey
    found: CellValue
    place: Place
    unit: str = ""
    computed: bool = False


@dataclass(frozen=True)
class EntryFault:
    """A field of an entry that is unreadable, read from another spelling, or blank although it is required."""

    reading: Reading
    found: str
    place: Place


@dataclass(frozen=True)
class LocatedTable:
    """A table of a submission and where it was found: its layout, unless no sheet or several may hold it."""

    submission: Submission
    table_id: str
    sheets: tuple[str, ...]
    layout: CountLayout | EntryLayout | None

    @property
    def not_applicable(self) -> bool:
        """Whether the cover marks the table, or its part, as 該当なし."""
        return self.submission.says_not_applicable(self.table_id)

    @property
    def sheet(self) -> Sheet | None:
        """The sheet that holds the table, if there is exactly one."""
        sheets = [sheet for sheet in self.submission.workbook.sheets if (sheet.name,) == self.sheets]
        return sheets[0] if len(sheets) == 1 else None

    @property
    def unfound_fields(self) -> list[str]:
        """The fields of a list-like table, required or not, whose heading is not on the sheet."""
        return self.layout.unfound_fields if isinstance(self.layout, EntryLayout) else []

    def place(self, position: Position | None = None, group: str = "", row: str = "", column: str = "") -> Place:
        """A place in the table, on the first sheet that holds it."""
        sheet = self.sheets[0] if self.sheets else ""
        cell = address(position) if position else ""
        return Place(self.submission.section, self.submission.file, sheet, cell, self.table_id, group, row, column)


@dataclass(frozen=True)
class RegisterTally:
    """What the entries of a register make in a cell of the report (件 or 人), and what the 課 wrote there itself."""

    register: LocatedTable
    value: int
    cell: FilledCell


@dataclass(frozen=True)
class Tallies:
    """All that was handed in for a year.

    entries: for each list-like table and each register a frame with a column a field, and section, file, sheet,
    row. Entries of registers that are cases of a list stand in that list as well.
    """

    cells: tuple[FilledCell, ...]
    entries: Mapping[str, pd.DataFrame]
    stated: tuple[StatedCell, ...]
    entry_faults: tuple[EntryFault, ...]
    located: tuple[LocatedTable, ...]
    register_tallies: tuple[RegisterTally, ...] = ()

    @cached_property
    def counts(self) -> pd.DataFrame:
        """A row for each cell, value as Int64 (件 or 人).

        Columns: fiscal_year, section, ward, part, table, group, row, column, value, status (reported,
        blank, not applicable, unreadable), file, sheet, cell.
        """
        rows = [
            {
                "fiscal_year": cell.fiscal_year,
                "section": cell.place.section,
                "ward": cell.ward,
                "part": cell.place.part,
                **cell.key._asdict(),
                "value": cell.reading.value,
                "status": cell.reading.status,
                "file": cell.place.file,
                "sheet": cell.place.sheet,
                "cell": cell.place.cell,
            }
            for cell in self.cells
        ]
        columns = ["fiscal_year", "section", "ward", "part", *CellKey._fields, "value", "status", "file", "sheet"]
        return pd.DataFrame(rows, columns=[*columns, "cell"]).astype({"value": "Int64", "ward": bool})


def each_entry(entries: pd.DataFrame) -> list[dict[str, Any]]:
    """The entries of a list-like table one by one, with their values by label.

    DataFrame.to_dict("records") asks of every value whether it is one of numpy's, which takes ten times as long.
    """
    labels = [str(label) for label in entries.columns]
    return [dict(zip(labels, values, strict=True)) for values in entries.itertuples(index=False, name=None)]


def load_tallies(submissions: Sequence[Submission], edition: Edition) -> Tallies:
    """Read every table that each submission should hold. Never raises for bad data."""
    gathered = _Gathered(edition)
    for submission in submissions:
        begun = len(gathered.cells)
        for table_id, columns in edition.collected_counts(submission.ward).items():
            gathered.read_counts(submission, table_id, columns)
        for table_id, table in edition.collected_entries(submission.ward).items():
            gathered.read_entries(submission, table_id, table)
        gathered.read_registers(submission, begun)
    entries = {
        table_id: pd.DataFrame(rows, columns=gathered.fields[table_id], dtype=object)
        for table_id, rows in gathered.entries.items()
    }
    return Tallies(
        tuple(gathered.cells),
        entries,
        tuple(gathered.stated),
        tuple(gathered.faults),
        tuple(gathered.located),
        tuple(gathered.register_tallies),
    )


class _Gathered:
    """What has been read so far."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.cells: list[FilledCell] = []
        self.stated: list[StatedCell] = []
        self.faults: list[EntryFault] = []
        self.located: list[LocatedTable] = []
        self.register_tallies: list[RegisterTally] = []
        tables = edition.collected_entries(ward=False) | edition.collected_entries(ward=True) | edition.register_tables
        self.entries: dict[str, list[tuple[object, ...]]] = {table_id: [] for table_id in tables}
        self.fields = {
            table_id: [*(f.label for f in table.fields), "section", "file", "sheet", "row"]
            for table_id, table in tables.items()
        }
        self.all_tables: dict[str, CountTable | EntryTable] = {**edition.tables, **tables}

    def read_counts(self, submission: Submission, table_id: str, columns: Sequence[Column]) -> None:
        table = self.edition.count_tables[table_id]
        sheets = find_sheets(submission.workbook, table_id, self.all_tables)
        sheet = sheets[0] if len(sheets) == 1 else Sheet("", {})
        layout = locate_counts(sheet, table_id, table, columns)
        located = LocatedTable(submission, table_id, _names(sheets), layout if len(sheets) == 1 else None)
        self.located.append(located)
        for row in table.rows:
            unused = located.not_applicable or row.group in layout.missing_groups
            for column in columns:
                key = CellKey(table_id, row.group, row.label, column.label)
                self._add_count(located, sheet, key, (layout.cells.get(key), column.unit, unused))
        for key, position in layout.totals.items():
            place = located.place(position, row=table.total, column=key.column)
            unit = next(column.unit for column in columns if column.label == key.column)
            computed = position in sheet.facts.formulas
            self.stated.append(StatedCell("total", key, sheet.cells.get(position), place, unit, computed))
        for key, position in layout.verifications.items():
            place = located.place(position, row="検算", column=key.column)
            self.stated.append(StatedCell("verification", key, sheet.cells.get(position), place))

    def _add_count(
        self, located: LocatedTable, sheet: Sheet, key: CellKey, where: tuple[Position | None, str, bool]
    ) -> None:
        position, unit, unused = where
        raw = sheet.cells.get(position) if position else None
        reading = NO_SAVED_RESULT if position in sheet.facts.uncached else read_count(raw, unit)
        if unused and reading.status == "blank":
            reading = Reading(None, "not applicable")
        place = located.place(position, key.group, key.row, key.column)
        submission = located.submission
        found = "" if raw is None else shown(raw)
        self.cells.append(FilledCell(submission.fiscal_year, submission.ward, key, reading, found, place))

    def read_entries(self, submission: Submission, table_id: str, table: EntryTable) -> None:
        sheets = find_sheets(submission.workbook, table_id, self.all_tables)
        layout = locate_entries(sheets[0], table) if len(sheets) == 1 else None
        located = LocatedTable(submission, table_id, _names(sheets), layout)
        self.located.append(located)
        if layout is not None and table_id in self.edition.registers:
            # Without 廃止日 an entry would count that has ended: a register has all its headings.
            layout.missing_fields = [label for label in layout.unfound_fields if label != TRACE]
        if layout is None or layout.missing_fields:
            return
        columns = [_read_column(f, layout.columns.get(f.label), sheets[0], layout.rows) for f in table.fields]
        values = list(zip(*([reading.value for reading in column] for column in columns), strict=True))
        said = (submission.section, submission.file, sheets[0].name)
        self.entries[table_id] += [(*own, *said, row) for own, row in zip(values, layout.rows, strict=True)]
        labels = [field.label for field in table.fields]
        for place, number in sorted(_doubtful(table.fields, columns)):
            field, reading = table.fields[number], columns[number][place]
            entry = dict(zip(labels, values[place], strict=True))
            missing = reading.status != "reported" and field.is_required(entry)
            if missing or reading.status == "unreadable" or reading.respelled:
                where = (layout.rows[place], layout.columns.get(field.label))
                self._add_fault(located, sheets[0], where, field.label, reading)

    def read_registers(self, submission: Submission, begun: int) -> None:
        """Read the registers of a section, where the workbook has their sheets; its counts stand from `begun` on."""
        year = submission.fiscal_year
        made: dict[CellKey, tuple[LocatedTable, int]] = {}
        for table_id, register in self.edition.registers.items() if not submission.ward else ():
            if not find_sheets(submission.workbook, table_id, self.all_tables):
                continue
            before = len(self.entries[table_id])
            self.read_entries(submission, table_id, register.table)
            rows = [dict(zip(self.fields[table_id], e, strict=True)) for e in self.entries[table_id][before:]]
            part, located = self.edition.part_of(table_id), self.located[-1]
            for key, value in submitted.counts(part, register, rows, year) if rows else ():
                made[key] = (located, made[key][1] + value if key in made else value)
            if register.feeds is not None:
                listed = part.table_id(register.feeds.table)
                cases = submitted.cases(register, self.edition.entry_tables[listed], rows, year)
                self.entries[listed] += [tuple(case[label] for label in self.fields[listed]) for case in cases]
        for number in range(begun, len(self.cells)) if made else ():
            cell = self.cells[number]
            if cell.key in made:
                located, value = made[cell.key]
                self.register_tallies.append(RegisterTally(located, value, cell))
                if cell.reading.status == "blank":
                    reading = Reading(value, "reported")
                    self.cells[number] = replace(cell, reading=reading, counted_on=located.place().sheet)

    def _add_fault(
        self, located: LocatedTable, sheet: Sheet, where: tuple[int, int | None], label: str, reading: Reading
    ) -> None:
        position = (where[0], where[1]) if where[1] is not None else None
        raw = sheet.cells.get(position) if position else None
        found = "" if raw is None else shown(raw)
        self.faults.append(EntryFault(reading, found, located.place(position, column=label)))


def _read_column(field: EntryField, column: int | None, sheet: Sheet, rows: Sequence[int]) -> list[Reading]:
    """The readings of a field in these rows; all blank where its heading may be, and was, left out.

    What was read once is remembered: choices, dates and blanks come again and again.
    """
    if column is None:
        return [BLANK] * len(rows)
    known: dict[tuple[type, CellValue], Reading] = {}
    readings = []
    cells, uncached = sheet.cells, sheet.facts.uncached
    for row in rows:
        value = cells.get((row, column))
        reading = known.get((type(value), value))
        if reading is None:
            reading = known[type(value), value] = read_field(field, value)
        readings.append(NO_SAVED_RESULT if uncached and (row, column) in uncached else reading)
    return readings


def _doubtful(fields: Sequence[EntryField], columns: Sequence[Sequence[Reading]]) -> Iterator[tuple[int, int]]:
    """Which readings (place of the row, number of the field) may be missing, or are not as they should be said."""
    for number, (field, readings) in enumerate(zip(fields, columns, strict=True)):
        fine = ("reported",) if field.required or field.required_when else ("reported", "blank")
        for place, (_, status, _, respelled) in enumerate(readings):
            if status not in fine or respelled:
                yield place, number


def _names(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    return tuple(sheet.name for sheet in sheets)
