"""A faulty cell with the rows and columns around it, as they stand in the sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from nerima_report.edition.catalogue import Notice
from nerima_report.examination import Examination
from nerima_report.places import Place
from nerima_report.tallies.cell_values import shown
from nerima_report.workbooks import Position, Sheet, address, column_number

CellKind = Literal["", "faulty", "related", "heading"]
AROUND = 2  # rows above and below a faulty cell
MOST_ROWS = 14
MOST_COLUMNS = 6
LONGEST = 40  # characters of a cell


@dataclass(frozen=True)
class ExcerptCell:
    """The text of a cell, and whether it is the faulty one or one that it was compared with."""

    text: str
    kind: CellKind


@dataclass(frozen=True)
class ExcerptRow:
    """A row of a sheet: its number and cells, and whether rows above it are left out."""

    number: int
    cells: tuple[ExcerptCell, ...]
    after_gap: bool = False


@dataclass(frozen=True)
class Excerpt:
    """A part of a sheet, with the letters of its columns."""

    columns: tuple[str, ...]
    rows: tuple[ExcerptRow, ...]


class Excerpts:
    """Cuts excerpts out of the workbooks of an examination."""

    def __init__(self, examination: Examination) -> None:
        self._sheets = {
            (submission.file, sheet.name): sheet
            for submission in examination.inbox.submissions
            for sheet in submission.workbook.sheets
        }
        self._first_rows: dict[tuple[str, str], int] = {}
        for collection in examination.years:
            for located in collection.tallies.located:
                for sheet in located.sheets:
                    self._first_rows[located.submission.file, sheet] = located.layout.first_row

    def around(self, notice: Notice) -> Excerpt | None:
        """The rows around the cell of a notice, or around the cells compared; None where it has neither on a sheet."""
        key = (notice.place.file, notice.place.sheet)
        sheet = self._sheets.get(key)
        faulty = _positions([notice.place], notice.place)
        related = _positions(notice.finding.related, notice.place)
        if sheet is None or not (faulty or related):
            return None
        kinds: dict[Position, CellKind] = {**dict.fromkeys(related, "related"), **dict.fromkeys(faulty, "faulty")}
        rows = _rows(faulty, related)
        columns = _columns(sheet, rows, [column for _, column in (faulty or related)])
        heading = _heading(sheet, self._first_rows.get(key, 0), (faulty or related)[0][1])
        if heading:
            rows = [heading, *(row for row in rows if row > heading)]
        cut = []
        for row, before in zip(rows, [rows[0] - 1, *rows], strict=False):
            cells = _cells(sheet, row, columns, kinds, row == heading)
            cut.append(ExcerptRow(row, cells, after_gap=row > before + 1))
        return Excerpt(tuple(address((1, column))[:-1] for column in columns), tuple(cut))


def _cells(
    sheet: Sheet, row: int, columns: Sequence[int], kinds: Mapping[Position, CellKind], heading: bool
) -> tuple[ExcerptCell, ...]:
    return tuple(
        ExcerptCell(_text(sheet, (row, column)), kinds.get((row, column), "heading" if heading else ""))
        for column in columns
    )


def _text(sheet: Sheet, position: Position) -> str:
    value = sheet.cells.get(position)
    text = "" if value is None else shown(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _positions(places: Iterable[Place], beside: Place) -> list[Position]:
    """The cells of the places that are on the sheet of another place; a whole row (5行) stands for its first cell."""
    positions = []
    for place in places:
        matched = re.fullmatch(r"([A-Z]{0,3})(\d+)行?", place.cell)
        if matched and (place.file, place.sheet) == (beside.file, beside.sheet):
            positions.append((int(matched[2]), column_number(matched[1]) if matched[1] else 1))
    return positions


def _rows(faulty: Sequence[Position], related: Sequence[Position]) -> list[int]:
    """All rows from the first to the last cell if they are few; otherwise those around the first one."""
    numbers = [row for row, _ in (*faulty, *related)]
    if len(numbers) > 1 and max(numbers) - min(numbers) < MOST_ROWS:
        return list(range(min(numbers), max(numbers) + 1))
    middle = (faulty or related)[0][0]
    return list(range(max(1, middle - AROUND), middle + AROUND + 1))


def _columns(sheet: Sheet, rows: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """The wanted columns, those with the labels, and the nearest filled ones."""
    filled = {column for row, column in sheet.cells if rows[0] <= row <= rows[-1]}
    focus = wanted[0]
    near = sorted(filled - set(wanted), key=lambda column: (column > 2 or column > focus, abs(column - focus)))
    chosen = list(dict.fromkeys(wanted))[:MOST_COLUMNS]
    return sorted([*chosen, *near[: MOST_COLUMNS - len(chosen)]])


def _heading(sheet: Sheet, first_row: int, column: int) -> int:
    """The row of the headings above the first row of a table; 0 where there is none."""
    above = range(first_row - 1, max(0, first_row - 5), -1)
    return next((row for row in above if isinstance(sheet.cells.get((row, column)), str)), 0)
