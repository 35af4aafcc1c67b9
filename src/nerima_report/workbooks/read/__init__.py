"""The worksheets of a file with their values; formulas give their saved result.

    preflight → package_scan → sheet_scan → sheets

Only the worker imports this folder: nothing here is heavy, but what is read may be hostile.
"""

from __future__ import annotations

import os
import sys
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from functools import cache

from nerima_report.workbooks import limits
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read.package_scan import scan_archive
from nerima_report.workbooks.read.preflight import open_archive
from nerima_report.workbooks.read.sheet_scan import ScannedSheet
from nerima_report.workbooks.values import Sheet, address

# What openpyxl takes along where it is installed, and nothing here needs: it doubles the start and the memory.
_NOT_NEEDED = ("numpy", "lxml", "PIL")


def read_sheets(data: bytes) -> tuple[Sheet, ...]:
    """The worksheets in a file. Raises Refused, or whatever the library raises for a file that is at fault."""
    with open_archive(data) as archive:
        return tuple(_sheets(scan_archive(archive)))


def _sheets(scanned: Mapping[str, ScannedSheet]) -> Iterator[Sheet]:
    length = 0
    for name, noted in scanned.items():
        if limit := _exceeded(name):
            raise Refused("beyond-limit", limit=limit)
        for position, value in noted.cells.items():
            if isinstance(value, str):
                length += len(value)
                if limit := _exceeded(value) or ("texts" if length > limits.MAX_TEXTS else ""):
                    raise Refused("beyond-limit", sheet=name, cell=address(position), limit=limit)
        yield Sheet(name, noted.cells, noted.facts())


def import_library() -> None:
    """Import of openpyxl what is needed here, without what it takes along; called once, in the worker."""
    os.environ["OPENPYXL_LXML"] = "False"
    for name in _NOT_NEEDED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # Python's way to say: not to be had
    warnings.simplefilter("ignore")
    import openpyxl.styles.numbers
    import openpyxl.utils.datetime  # noqa: F401

    if sys.modules["lxml"] is None:
        del sys.modules["lxml"]  # marking needs it, and openpyxl has done without it by now


def _exceeded(text: str) -> str:
    """The limit that a text exceeds, or ''."""
    if len(text) <= limits.MAX_ACCENTS:
        return ""
    if len(text) > limits.MAX_TEXT:
        return "text"
    accents = 0
    if not text.isascii():
        for char in text:
            accents = accents + 1 if _is_accent(char) else 0
            if accents > limits.MAX_ACCENTS:
                return "accents"
    return ""


@cache
def _is_accent(char: str) -> bool:
    """Whether a character stands on the one before it when texts are compared, as the half-width ﾞ does."""
    return all(unicodedata.combining(part) for part in unicodedata.normalize("NFKD", char))
