"""Submissions + layout → Tallies: what stands in the cells and entries where the layout found them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from functools import partial

from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.edition.registers import TRACE
from nerima_report.edition.tables import Column
from nerima_report.places import CellKey
from nerima_report.tallies import register_counts
from nerima_report.tallies.cell_values import (
    BLANK,
    DOES_NOT_APPLY,
    NO_SAVED_RESULT,
    ZERO,
    Reading,
    read_count,
    read_field,
    shown,
)
from nerima_report.tallies.layout import ALL_ROWS, EntryLayout, Region, TableFinder, locate_counts, locate_entries
from nerima_report.tallies.model import (
    Entry,
    EntryFault,
    FilledCell,
    LocatedCounts,
    LocatedEntries,
    RegisterTally,
    StatedCell,
    Tallies,
)
from nerima_report.tallies.submission import Submission, is_zero_formula
from nerima_report.workbooks import CellValue, Sheet


def load_tallies(submissions: Sequence[Submission], edition: Edition, tallying: Container[str] = ()) -> Tallies:
    """Read every table that each submission should hold. Never raises for bad data.

    What the ledger counts is read where it stands all the same, and expected of the 課 in `tallying`.
    """
    gathered = _Gathered(edition)
    for submission in submissions:
        begun = len(gathered.cells)
        own = gathered.edition = edition if submission.ward else edition.of_section(submission.section)
        for table_id, columns in own.collected_counts(submission.ward).items():
            gathered.read_counts(submission, table_id, columns)
        for table_id, columns in edition.counted_by_ledger(submission.ward).items():
            if submission.section in tallying or gathered.finder.find(submission.workbook, table_id):
                gathered.read_counts(submission, table_id, columns)
        for table_id, table in edition.collected_entries(submission.ward).items():
            gathered.read_entries(submission, table_id, table)
        gathered.read_registers(submission, begun)
    return Tallies(
        tuple(gathered.cells),
        {table_id: tuple(entries) for table_id, entries in gathered.entries.items()},
        tuple(gathered.stated),
        tuple(gathered.faults),
        tuple(gathered.located),
        tuple(gathered.register_tallies),
    )


# Where a table stands that no sheet holds, or several do.
_NOWHERE = Region(Sheet("", {}), ALL_ROWS)


class _Gathered:
    """What has been read so far."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.cells: list[FilledCell] = []
        self.stated: list[StatedCell] = []
        self.faults: list[EntryFault] = []
        self.located: list[LocatedCounts | LocatedEntries] = []
        self.register_tallies: list[RegisterTally] = []
        tables = edition.collected_entries(ward=False) | edition.collected_entries(ward=True) | edition.register_tables
        self.entries: dict[str, list[Entry]] = {table_id: [] for table_id in tables}
        self.finder = TableFinder({**edition.tables, **tables})

    def read_counts(self, submission: Submission, table_id: str, columns: Sequence[Column]) -> None:
        table = self.edition.count_tables[table_id]
        regions = self.finder.find(submission.workbook, table_id)
        if not regions and not table.is_asked(submission.fiscal_year):
            return
        sheet, rows = regions[0] if len(regions) == 1 else _NOWHERE
        layout = locate_counts(sheet, table_id, table, columns)
        layout.region = rows
        located = LocatedCounts(submission, table_id, _names(regions), layout)
        self.located.append(located)
        none = table.counts_requests and submission.says_no_requests(table_id) and not located.not_applicable
        for row in table.filled_rows:
            unused = located.not_applicable or row.group in layout.missing_groups
            for column in (column for column in columns if not column.sum_of):
                key = row.key(table_id, column.label)
                position = layout.cells.get(key)
                raw = sheet.cells.get(position) if position else None
                if position and is_zero_formula(sheet.facts.formulas.get(position, "")):
                    raw = None  # the cover says what it shows, be its result saved or not
                    reading = BLANK
                else:
                    reading = NO_SAVED_RESULT if position in sheet.facts.uncached else read_count(raw, column.unit)
                if reading.status == "blank" and none and position:
                    reading = ZERO
                elif reading.status == "blank" and unused:
                    reading = DOES_NOT_APPLY
                place = located.place(position, key.group, key.row, key.column)
                found = "" if raw is None else shown(raw)
                self.cells.append(FilledCell(submission.fiscal_year, submission.ward, key, reading, found, place))
        for key, position in layout.totals.items():
            place = located.place(position, key.group, key.row or table.total, key.column)
            unit = next(column.unit for column in columns if column.label == key.column)
            formula = sheet.facts.formulas.get(position)
            self.stated.append(StatedCell("total", key, sheet.cells.get(position), place, unit, formula))
        for key, position in layout.verifications.items():
            place = located.place(position, row="検算", column=key.column)
            formula = sheet.facts.formulas.get(position)
            self.stated.append(StatedCell("verification", key, sheet.cells.get(position), place, formula=formula))

    def read_entries(self, submission: Submission, table_id: str, table: EntryTable) -> LocatedEntries:
        regions = self.finder.find(submission.workbook, table_id)
        sheet, rows = regions[0] if len(regions) == 1 else _NOWHERE
        is_end = partial(self.edition.files.beside.names, "ends")
        year = submission.fiscal_year
        layout = locate_entries(sheet, table, is_end) if sheet.name else EntryLayout()
        layout.region = rows
        located = LocatedEntries(submission, table_id, _names(regions), layout)
        if regions or table.is_asked(year):  # otherwise nobody asked for it
            self.located.append(located)
        # Without 廃止日 an entry would count that has ended: a register has all its headings.
        wanted = layout.unfound_headings if table_id in self.edition.registers else layout.missing_headings
        optional = {TRACE, *(field.label for field in table.fields if field.since > year)}
        layout.missing_headings = [label for label in wanted if label not in optional]
        if not located.found or layout.missing_headings:
            return located
        columns = list(_read_columns(table.fields, layout, sheet))
        labels = [field.label for field in table.fields]
        values_of_rows = zip(layout.rows, *([r.value for r in column] for column in columns), strict=True)
        entries = [
            Entry(table.with_computed(dict(zip(labels, values, strict=True))), submission.section, row, located)
            for row, *values in values_of_rows
        ]
        self.entries[table_id] += entries
        for place, number in sorted(_doubtful(table.fields, columns)):
            field, reading = table.fields[number], columns[number][place]
            missing = reading.status != "reported" and field.is_required(entries[place].values, year)
            if missing or reading.status == "unreadable" or reading.remark:
                self._add_fault(sheet, entries[place], field.label, reading)
        return located

    def read_registers(self, submission: Submission, begun: int) -> None:
        """Read the registers of a section, where the workbook has their sheets; its counts stand from `begun` on."""
        year = submission.fiscal_year
        made: dict[CellKey, tuple[LocatedEntries, int]] = {}
        for table_id, register in self.edition.registers.items() if not submission.ward else ():
            if not self.finder.find(submission.workbook, table_id):
                continue
            before = len(self.entries[table_id])
            located = self.read_entries(submission, table_id, register.table)
            entries = self.entries[table_id][before:]
            part, values = self.edition.part_of(table_id), [entry.values for entry in entries]
            for key, value in register_counts.counts(part, register, values, year) if entries else ():
                made[key] = (located, made[key][1] + value if key in made else value)
            if register.feeds is not None:
                listed = part.table_id(register.feeds.table)
                self.entries[listed] += register_counts.cases(
                    register, self.edition.entry_tables[listed], entries, year
                )
        for number in range(begun, len(self.cells)) if made else ():
            cell = self.cells[number]
            if cell.key in made:
                located, value = made[cell.key]
                self.register_tallies.append(RegisterTally(located, value, cell))
                if cell.reading.status == "blank":
                    reading = Reading(value, "reported")
                    self.cells[number] = replace(cell, reading=reading, counted_on=located.place().sheet)

    def _add_fault(self, sheet: Sheet, entry: Entry, label: str, reading: Reading) -> None:
        column = entry.located.layout.columns.get(label) if entry.located else None
        raw = sheet.cells.get((entry.row, column)) if column else None
        self.faults.append(EntryFault(reading, "" if raw is None else shown(raw), entry.place(label)))


def _read_columns(fields: Sequence[EntryField], layout: EntryLayout, sheet: Sheet) -> Iterator[list[Reading]]:
    """The readings of each field in the rows of a list; all blank where its heading may be, and was, left out."""
    places = {row: place for place, row in enumerate(layout.rows)}
    values: dict[int, list[CellValue]] = {column: [None] * len(places) for column in layout.columns.values()}
    for (
        row,
        column,
    ), value in sheet.cells.items():  # in their order, because a long list is slow to be asked at random
        if column in values and row in places:
            values[column][places[row]] = value
    for field in fields:
        column = layout.columns.get(field.label, 0)
        readings = _read_values(field, values[column]) if column else [BLANK] * len(places)
        for row, uncached in sheet.facts.uncached:
            if uncached == column and row in places:
                readings[places[row]] = NO_SAVED_RESULT
        yield readings


def _read_values(field: EntryField, values: Sequence[CellValue]) -> list[Reading]:
    """The readings of a field. What is the same is read once: choices, dates and blanks come again and again."""
    if len(set(map(type, values)) - {type(None)}) > 1:  # 1, 1.0 and TRUE would be the same
        return [read_field(field, value) for value in values]
    known = {value: read_field(field, value) for value in set(values)}
    return [known[value] for value in values]


def _doubtful(fields: Sequence[EntryField], columns: Sequence[Sequence[Reading]]) -> Iterator[tuple[int, int]]:
    """Which readings (place of the row, number of the field) may be missing, or are not as they should be said."""
    for number, (field, readings) in enumerate(zip(fields, columns, strict=True)):
        fine = ("reported",) if field.required or field.required_when else ("reported", "blank")
        for place, (_, status, _, remark) in enumerate(readings):
            if status not in fine or remark:
                yield place, number


def _names(regions: Sequence[Region]) -> tuple[str, ...]:
    return tuple(region.sheet.name for region in regions)
