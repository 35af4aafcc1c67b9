"""Step 4: the values of a workbook as it was last saved, read with openpyxl; formulas give their saved result.

Only the worker imports this module: nothing here is heavy, but what is read may be hostile.
"""

from __future__ import annotations

import io
import os
import sys
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import IO, Any

from nerima_report.workbooks import limits
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.preflight import open_archive
from nerima_report.workbooks.scan import scan_archive
from nerima_report.workbooks.sheet_scan import ScannedSheet
from nerima_report.workbooks.style_scan import ScannedStyles
from nerima_report.workbooks.values import CellValue, Position, Sheet, address

_PLAIN = (int, float, str, datetime, date, time, timedelta)
# What openpyxl takes along where it is installed, and nothing here needs: it doubles the start and the memory.
_NOT_NEEDED = ("numpy", "lxml", "PIL")


def read_sheets(data: bytes) -> tuple[Sheet, ...]:
    """The worksheets in a file. Raises Refused, or whatever the library raises for a file that is at fault."""
    with open_archive(data) as archive:
        scanned, styles = scan_archive(archive)
    book = _open_book(io.BytesIO(data), styles)
    return tuple(_read_sheets(book, scanned))


def _read_sheets(book: Any, scanned: Mapping[str, ScannedSheet]) -> Iterator[Sheet]:
    length = 0
    for name, noted in scanned.items():
        if name not in book.sheetnames:
            raise Refused("sheet-missing", sheet=name)
        if limit := _exceeded(name):
            raise Refused("beyond-limit", limit=limit)
        cells, characters = _read_cells(book[name], noted.last_row)
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


def _open_book(file: IO[bytes], styles: ScannedStyles) -> Any:
    """The workbook as load_workbook(read_only, data_only, keep_links=False) gives it, but for what is no value.

    Faults in properties, defined names, colours or charts would make good values unreadable.
    """
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format

    class ValuesReader(ExcelReader):
        """Reads the shared texts and finds the sheets."""

        def read(self) -> None:
            self.read_manifest()
            self.read_strings()
            self.read_workbook()
            book: Any = self.wb
            book._date_formats, book._timedelta_formats = styles.shown_as(is_date_format, is_timedelta_format)
            self.read_worksheets()

        def read_chartsheet(self, sheet: object, rel: object) -> None:
            """There is nothing to read on a chart."""

    reader = ValuesReader(file, read_only=True, data_only=True, keep_links=False)
    reader.read()
    return reader.wb


def _read_cells(worksheet: Any, last_row: int) -> tuple[dict[Position, CellValue], int]:
    """The filled cells of a sheet down to its last row, and how many characters their texts have together.

    What follows the rows in the file (validations, conditional formats) is not even parsed.
    """
    worksheet.reset_dimensions()  # a file may lie about its size, and cells would be dropped
    name, length = worksheet.title, 0
    cells: dict[Position, CellValue] = {}
    rows = islice(worksheet.iter_rows(values_only=True), last_row)
    for row, values in enumerate(rows, start=1):
        for column, value in enumerate(values[: limits.MAX_COLUMNS], start=1):
            if value is None:
                continue
            if isinstance(value, str):
                length += len(value)
                if limit := _exceeded(value) or ("texts" if length > limits.MAX_TEXTS else ""):
                    raise Refused("beyond-limit", sheet=name, cell=address((row, column)), limit=limit)
            cells[row, column] = value if isinstance(value, _PLAIN) else str(value)
    return cells, length


def _exceeded(text: str) -> str:
    """The limit that a text exceeds, or ''."""
    if len(text) > limits.MAX_TEXT:
        return "text"
    accents = 0
    if len(text) > limits.MAX_ACCENTS and not text.isascii():
        for char in text:
            accents = accents + 1 if _is_accent(char) else 0
            if accents > limits.MAX_ACCENTS:
                return "accents"
    return ""


@cache
def _is_accent(char: str) -> bool:
    """Whether a character stands on the one before it when texts are compared, as the half-width ﾞ does."""
    return all(unicodedata.combining(part) for part in unicodedata.normalize("NFKD", char))
