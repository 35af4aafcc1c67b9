"""Tallies: every cell and every entry that a 課 filled in, with the file, sheet and cell it came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from nerima_report.places import CellKey, Place
from nerima_report.tallies.cell_values import Reading
from nerima_report.tallies.layout import CountLayout, EntryLayout
from nerima_report.tallies.submission import Submission
from nerima_report.workbooks import CellValue, Position, Sheet, address, is_blank


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
    """A 合計 or 検算 cell of a form: what it says is compared, never read as data. A typed one has no `formula`."""

    kind: Literal["total", "verification"]
    key: CellKey
    found: CellValue
    place: Place
    unit: str = ""
    formula: str | None = None


@dataclass(frozen=True)
class EntryFault:
    """A field of an entry that is unreadable, read from another spelling, or blank although it is required."""

    reading: Reading
    found: str
    place: Place


@dataclass(frozen=True, eq=False)
class _Located:
    """A table of a submission and the sheets that hold it: one, or none or several, and then nothing was read."""

    submission: Submission
    table_id: str
    sheets: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether exactly one sheet holds the table."""
        return len(self.sheets) == 1

    @property
    def not_applicable(self) -> bool:
        """Whether the cover marks the table, or its part, as 該当なし."""
        return self.submission.says_not_applicable(self.table_id)

    @cached_property
    def sheet(self) -> Sheet | None:
        """The sheet that holds the table, if there is exactly one."""
        sheets = [sheet for sheet in self.submission.workbook.sheets if (sheet.name,) == self.sheets]
        return sheets[0] if len(sheets) == 1 else None

    def place(self, position: Position | None = None, group: str = "", row: str = "", column: str = "") -> Place:
        """A place in the table, on the first sheet that holds it."""
        sheet = self.sheets[0] if self.sheets else ""
        cell = address(position) if position else ""
        return Place(self.submission.section, self.submission.file, sheet, cell, self.table_id, group, row, column)


@dataclass(frozen=True, eq=False)
class LocatedCounts(_Located):
    """A table of counts and where its cells stand."""

    layout: CountLayout


@dataclass(frozen=True, eq=False)
class LocatedEntries(_Located):
    """A list-like table or a register, and where its fields and rows stand."""

    layout: EntryLayout


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """A row of a list-like table or of a register: what it says by label of field, and who said it in which row.

    `located` is the table in which the row was read; None where the entry comes from a record, or was made up.
    An entry of a register that is a case of a list stands in that list as well, and is still located in the register.
    """

    values: Mapping[str, Any]
    section: str
    row: int
    located: LocatedEntries | None = None

    def __getitem__(self, label: str) -> Any:
        """What the entry says in a field; None where it says nothing."""
        return self.values[label]

    @property
    def file(self) -> str:
        """The file, as findings name it."""
        return self.located.submission.file if self.located else ""

    @property
    def sheet(self) -> str:
        """The name of the sheet."""
        return self.located.sheets[0] if self.located else ""

    @property
    def as_written(self) -> dict[str, Any]:
        """What the entry says by label of field; where that could not be understood, what stands in the cell."""
        if self.located is None or self.located.sheet is None:
            return dict(self.values)
        columns, cells = self.located.layout.columns, self.located.sheet.cells
        said = {label: self.values.get(label) for label in columns}
        said |= {label: cells.get((self.row, columns[label])) for label, value in said.items() if value is None}
        return {label: value for label, value in said.items() if not is_blank(value)}

    def place(self, label: str, row: str = "") -> Place:
        """The cell of a field, without a cell where its heading was left out. `row` is the label of the row, if any."""
        if self.located is None:
            return Place(self.section, row=row, column=label)
        column = self.located.layout.columns.get(label)
        return self.located.place((self.row, column) if column else None, row=row, column=label)


Entries = Mapping[str, Sequence[Entry]]  # by id of the table


@dataclass(frozen=True)
class RegisterTally:
    """What the entries of a register make in a cell of the report (件 or 人), and what the 課 wrote there itself."""

    register: LocatedEntries
    value: int
    cell: FilledCell


@dataclass(frozen=True)
class Tallies:
    """All that was handed in for a year.

    `entries` has those of each list-like table and each register, in the order in which they were read.
    """

    cells: tuple[FilledCell, ...]
    entries: Entries
    stated: tuple[StatedCell, ...]
    entry_faults: tuple[EntryFault, ...]
    located: tuple[LocatedCounts | LocatedEntries, ...]
    register_tallies: tuple[RegisterTally, ...] = ()

    @property
    def lists(self) -> Iterator[LocatedEntries]:
        """The list-like tables and registers of all submissions."""
        return (located for located in self.located if isinstance(located, LocatedEntries))

    def located_in(self, file: str) -> Sequence[LocatedCounts | LocatedEntries]:
        """The tables of one workbook, by the name that findings give it."""
        return self._located_by_file.get(file, ())

    @cached_property
    def _located_by_file(self) -> Mapping[str, Sequence[LocatedCounts | LocatedEntries]]:
        tables: dict[str, list[LocatedCounts | LocatedEntries]] = defaultdict(list)
        for located in self.located:
            tables[located.submission.file].append(located)
        return tables

    def entries_of(self, located: LocatedEntries) -> Sequence[Entry]:
        """The entries that stand in one table of one submission."""
        return self._entries_by_table.get(located, ())

    @cached_property
    def _entries_by_table(self) -> Mapping[LocatedEntries, Sequence[Entry]]:
        found: dict[LocatedEntries, list[Entry]] = defaultdict(list)
        for table_id, entries in self.entries.items():
            for entry in entries:
                if entry.located is not None and entry.located.table_id == table_id:
                    found[entry.located].append(entry)
        return found
