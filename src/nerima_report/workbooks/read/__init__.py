"""The worksheets of a file with their values; formulas give their saved result.

    preflight → package_scan → style_scan (days, number_format), sheet_scan (text_scan),
    outside_scan, comment_scan → sheets

Only the worker imports this folder: nothing here is heavy, but what is read may be hostile.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain

from nerima_report.workbooks import limits
from nerima_report.workbooks.cleaning import clean_name
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read.package_scan import scan_archive
from nerima_report.workbooks.read.preflight import open_archive
from nerima_report.workbooks.read.sheet_scan import ScannedSheet
from nerima_report.workbooks.values import Sheet, address


def read_sheets(data: bytes, *, in_colour: bool = True) -> tuple[Sheet, ...]:
    """The worksheets in a file. Raises Refused, or whatever else a file that is at fault may cause.

    Unless `in_colour`, everything is read as if its colour could be seen on every ground.
    """
    with open_archive(data) as archive:
        return tuple(_sheets(scan_archive(archive, in_colour=in_colour)))


def _sheets(scanned: Mapping[str, ScannedSheet]) -> Iterator[Sheet]:
    length = 0
    for name, noted in scanned.items():
        if limit := _exceeded(name):
            raise Refused("beyond-limit", limit=limit)
        for position, value in chain(noted.cells.items(), noted.comments.items()):
            if isinstance(value, str):
                length += len(value)
                if limit := _exceeded(value) or ("texts" if length > limits.MAX_TEXTS else ""):
                    raise Refused("beyond-limit", sheet=name, cell=address(position), limit=limit)
        yield Sheet(clean_name(name), noted.cells, noted.facts())


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
