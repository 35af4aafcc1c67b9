"""Tallies: every cell and every entry that a 課 filled in, with the file, sheet and cell it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from nerima_report.places import CellKey, Place
from nerima_report.tallies.cell_values import Reading
from nerima_report.tallies.layout import CountLayout, EntryLayout
from nerima_report.tallies.submission import Submission
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
