"""Step 4: the values of a workbook as it was last saved, read with openpyxl; formulas give their saved result.

Only the worker imports this module: nothing here is heavy, but what is read may be hostile.
"""

from __future__ import annotations

import os
import sys
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from nerima_report.workbooks import limits
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.preflight import open_archive, read_bytes
from nerima_report.workbooks.scan import scan_archive
from nerima_report.workbooks.sheet_scan import ScannedSheet
from nerima_report.workbooks.values import CellValue, Position, Sheet, address

_PLAIN = (int, float, str, datetime, date, time, timedelta)
# What openpyxl takes along where it is installed, and nothing here needs: it doubles the start and the memory.
_NOT_NEEDED = ("numpy", "lxml", "PIL")


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """The worksheets of a file. Raises Refused, or whatever the library raises for a file that is at fault."""
    with open_archive(read_bytes(path)) as archive:
        scanned = scan_archive(archive)
        return tuple(_read_sheets(archive, scanned))


def _read_sheets(archive: zipfile.ZipFile, scanned: Mapping[str, ScannedSheet]) -> Iterator[Sheet]:
    book = _open_book(archive)
    length = 0
    for name, noted in scanned.items():
        if name not in book.sheetnames:
            raise Refused("sheet-missing", sheet=name)
        cells, characters = _read_cells(book[name], name)
        length += characters
        if length > limits.MAX_TEXTS:
            raise Refused("beyond-limit", sheet=name, limit="texts")
        uncached = frozenset(position for position in noted.formulas if position not in cells)
        yield Sheet(name, cells, noted.facts(uncached))


def import_library() -> None:
    """Import openpyxl without what it does not need here; called once, in the worker."""
    os.environ["OPENPYXL_LXML"] = "False"  # the standard parser is the one whose limits are known
    for name in _NOT_NEEDED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # Python's way to say: not to be had
    warnings.simplefilter("ignore")
    import openpyxl  # noqa: F401


def _open_book(archive: zipfile.ZipFile) -> Any:
    """The workbook as openpyxl's load_workbook(read_only, data_only) opens it, without what is no value."""
    from openpyxl.reader.excel import ExcelReader

    class ValuesReader(ExcelReader):
        """Passes over properties, theme and charts: faults in them would make good values unreadable."""

        def read_properties(self) -> None: ...
        def read_custom(self) -> None: ...
        def read_theme(self) -> None: ...
        def read_chartsheet(self, sheet: object, rel: object) -> None: ...

    reader = ValuesReader(archive.fp, read_only=True, data_only=True, keep_links=False)
    reader.read()
    return reader.wb


def _read_cells(worksheet: Any, name: str) -> tuple[dict[Position, CellValue], int]:
    """The filled cells of a sheet, and how many characters their texts have together."""
    worksheet.reset_dimensions()  # a file may lie about its size, and cells would be dropped
    cells: dict[Position, CellValue] = {}
    length = 0
    rows = worksheet.iter_rows(max_row=limits.MAX_ROWS, values_only=True)
    for row, values in enumerate(rows, start=1):
        for column, value in enumerate(values[: limits.MAX_COLUMNS], start=1):
            if value is None:
                continue
            if isinstance(value, str):
                length += len(value)
                if len(value) > limits.MAX_TEXT:
                    raise Refused("beyond-limit", sheet=name, cell=address((row, column)), limit="text")
                if length > limits.MAX_TEXTS:
                    raise Refused("beyond-limit", sheet=name, cell=address((row, column)), limit="texts")
            cells[row, column] = value if isinstance(value, _PLAIN) else str(value)
    return cells, length
