"""A workbook as plain values: its sheets, each a mapping from position to value.

Nothing in a file can raise: what cannot be read becomes an Unreadable with the reason.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

# python-docx brings lxml along; the standard parser is the one that openpyxl guards against bad XML.
os.environ.setdefault("OPENPYXL_LXML", "False")

PLAIN = (int, float, str, datetime, date, time, timedelta)
CellValue = int | float | str | bool | datetime | date | time | timedelta | None
Reason = Literal["missing", "empty", "too-large", "not-xlsx", "old-or-encrypted", "broken"]

MAX_FILE_BYTES = 20 * 2**20
MAX_UNPACKED_BYTES = 128 * 2**20
MAX_COLUMNS = 1_000
MAX_ROWS = 20_000


@dataclass(frozen=True)
class Sheet:
    """One worksheet: its name and its filled cells by (row, column), both counted from 1."""

    name: str
    cells: Mapping[tuple[int, int], CellValue]


@dataclass(frozen=True)
class Workbook:
    """One workbook and its worksheets in order."""

    path: Path
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True)
class Unreadable:
    """A file that is not a workbook the tool can read, and why."""

    path: Path
    reason: Reason


def read_workbook(path: Path) -> Workbook | Unreadable:
    """Read the values of a workbook as it was last saved; formulas give their saved result."""
    if reason := _look_at_container(path):
        return Unreadable(path, reason)
    try:
        return Workbook(path, _read_sheets(path))
    except Exception:  # whatever a hostile or broken file makes the library raise, the file is at fault
        return Unreadable(path, "broken")


def is_blank(value: CellValue) -> bool:
    """Whether nothing is written in the cell; spaces (also full-width ones) are nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def address(position: tuple[int, int]) -> str:
    """A position as Excel shows it: (6, 3) is C6."""
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(position[1])}{position[0]}"


def _look_at_container(path: Path) -> Reason | None:
    try:
        size = path.stat().st_size
        head = path.open("rb").read(8) if path.is_file() else b""
    except OSError:
        return "missing"
    if not path.is_file():
        return "missing"
    if size == 0:
        return "empty"
    if size > MAX_FILE_BYTES:
        return "too-large"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "old-or-encrypted"
    if not head.startswith(b"PK"):
        return "not-xlsx"
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                return "too-large"
            return None if "[Content_Types].xml" in archive.namelist() else "not-xlsx"
    except (zipfile.BadZipFile, OSError, ValueError):
        return "broken"


def _read_sheets(path: Path) -> tuple[Sheet, ...]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        sheets = []
        for worksheet in book.worksheets:
            worksheet.reset_dimensions()  # a file may lie about its size, and cells would be dropped
            cells: dict[tuple[int, int], CellValue] = {}
            rows = worksheet.iter_rows(max_row=MAX_ROWS, values_only=True)
            for row, values in enumerate(rows, start=1):
                for column, value in enumerate(values[:MAX_COLUMNS], start=1):
                    if value is not None:
                        cells[row, column] = value if isinstance(value, PLAIN) else str(value)
            sheets.append(Sheet(worksheet.title, cells))
        if not sheets:
            raise ValueError("no worksheet")
        return tuple(sheets)
    finally:
        book.close()
