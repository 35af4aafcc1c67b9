"""1xx: the files themselves."""

from __future__ import annotations

from collections.abc import Iterator

from nerima_report.files import is_lock_file, is_spreadsheet
from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.tallies.collection import Collection
from nerima_report.text import label_of
from nerima_report.workbooks import Reason, Unreadable
from nerima_report.workbooks.limits import LIMITS, SECONDS

CODES: dict[Reason, str] = {
    "missing": "N101",
    "empty": "N102",
    "too-large": "N103",
    "not-xlsx": "N104",
    "old-or-encrypted": "N105",
    "broken": "N106",
    "encrypted": "N108",
    "rights-managed": "N133",
    "old-excel": "N109",
    "html": "N110",
    "pdf": "N111",
    "text": "N112",
    "suspicious-archive": "N113",
    "suspicious-xml": "N114",
    "beyond-limit": "N115",
    "timed-out": "N116",
    "crashed": "N117",
    "strict": "N118",
    "no-worksheet": "N119",
    "sheet-missing": "N120",
    "not-a-file": "N121",
    "out-of-order": "N122",
    "changed": "N132",
}
# What there is too much of, by the name of the limit.
LIMIT_NAMES = {
    "parts": "ファイルの中の部品",
    "elements": "ファイルの中の要素",
    "sheets": "シート",
    "rows": "行",
    "columns": "列",
    "cells": "セル",
    "merges": "結合したセル",
    "text": "一つのセルの文字",
    "texts": "文字",
    "accents": "一つの文字に重ねた記号",
}


def files_are_readable(collection: Collection) -> Iterator[Finding]:
    """Every file is a workbook that can be read; lock files that Excel left, and other documents, are passed over."""
    for unreadable in collection.inbox.unreadable:
        yield _finding(unreadable)
    for path in collection.inbox.skipped:
        kind = "N107" if is_lock_file(path) else "N124" if is_spreadsheet(path) else "N123"
        yield Finding(kind, Place(file=label_of(path)))


def _finding(unreadable: Unreadable) -> Finding:
    place = Place(file=label_of(unreadable.path), sheet=unreadable.sheet, cell=unreadable.cell)
    if unreadable.limit:
        about = {"what": LIMIT_NAMES[unreadable.limit]}
        return Finding(CODES[unreadable.reason], place, expected=LIMITS[unreadable.limit], details=about)
    seconds = int(SECONDS) if unreadable.reason == "timed-out" else None
    return Finding(CODES[unreadable.reason], place, expected=seconds)
