"""Cells of forms, found as a clerk finds them: by the caption of a table, its headings and the label of the row."""

from __future__ import annotations

from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from nerima_report.places import CellKey
from nerima_report.tallies.submission import is_zero_formula


def sheet_of(book: Workbook, table_id: str) -> Worksheet:
    """The sheet of a table: its own, or that of its part."""
    return book[table_id if table_id in book.sheetnames else table_id.partition(".")[0]]


def stands_on(book: Workbook, table_id: str) -> bool:
    """Whether a form has a table of counts."""
    part = table_id.partition(".")[0]
    return part in book.sheetnames and any(str(each.value).startswith(f"{table_id}　") for each in book[part]["A"])


def caption_row(book: Workbook, table_id: str) -> int:
    """The row of the caption of a table of counts."""
    captions = (cell for cell in sheet_of(book, table_id)["A"] if str(cell.value).startswith(f"{table_id}　"))
    return int(next(captions).row)


def table(book: Workbook, table_id: str) -> list[list[Any]]:
    """What is written in a table of counts from its headings on, row by row up to the gap below it."""
    rows = sheet_of(book, table_id).iter_rows(min_row=caption_row(book, table_id) + 2, values_only=True)
    found: list[list[Any]] = []
    for row in rows:
        filled = [value for value in row if value is not None and not is_zero_formula(str(value))]
        if not filled:
            break
        found.append(filled)
    return found


def cell(book: Workbook, key: CellKey) -> Cell:
    """The cell of a count; 合計 and 検算 are rows as well."""
    sheet, header = sheet_of(book, key.table), caption_row(book, key.table) + 2
    column = next(int(c.column or 0) for c in sheet[header] if str(c.value).partition("(")[0] == key.column)
    labels = [text for text in (key.group, key.row) if text]
    for row in range(header + 1, header + 40):
        before = [sheet.cell(row, c).value for c in range(1, column)]
        if all(label in before for label in labels):
            found = sheet.cell(row, column)
            assert isinstance(found, Cell)
            return found
    raise LookupError(key)
