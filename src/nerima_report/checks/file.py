"""1xx: the files themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nerima_report.files import is_submission, names_in_zip
from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.tallies.collection import Collection
from nerima_report.text import is_garbled, label_of, printable
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
# Files that are not read, by what files.toml says they are.
KINDS = {"documents": "N123", "pointers": "N125", "unfinished": "N126"}
MOST_RELATED, MOST_NAMES = 20, 5
_WORKBOOK_PART = "xl/workbook.xml"  # lies in every .xlsx, whatever the file is called
# What there is too much of, by the name of the limit.
LIMIT_NAMES = {
    "parts": "ファイルの中の部品",
    "elements": "ファイルの中の要素",
    "sheets": "シート",
    "rows": "行",
    "columns": "列",
    "cells": "セル",
    "merges": "結合したセル",
    "comments": "一つのシートのコメント",
    "text": "一つのセルの文字",
    "texts": "文字",
    "accents": "一つの文字に重ねた記号",
}


def files_are_readable(collection: Collection) -> Iterator[Finding]:
    """Every file is a workbook that can be read."""
    for unreadable in collection.inbox.unreadable:
        yield _finding(unreadable)


def names_are_text(collection: Collection) -> Iterator[Finding]:
    """Every name is text: one in another encoding comes from an archive that was unpacked on another system."""
    inbox = collection.inbox
    paths = [submission.workbook.path for submission in inbox.submissions]
    paths += [workbook.path for workbook in inbox.unidentified]
    paths += [workbook.path for workbook in inbox.unreadable]
    for path in dict.fromkeys([*paths, *inbox.skipped]):
        if is_garbled(path):
            yield Finding("N134", Place(file=label_of(path)))


def files_are_read(collection: Collection) -> Iterator[Finding]:
    """Every file in a folder that was searched was read, or is named; debris all together, once."""
    debris = []
    for path in collection.inbox.skipped:
        kind = collection.edition.files.kind_of(path)
        if kind == "debris":
            debris.append(Place(file=label_of(path)))
        else:
            yield _passed_over(path, kind)
    if debris:
        yield Finding("N107", debris[0], found=len(debris), related=tuple(debris[1:MOST_RELATED]))


def _passed_over(path: Path, kind: str) -> Finding:
    place = Place(file=label_of(path))
    if kind in KINDS:
        return Finding(KINDS[kind], place)
    if is_submission(path):
        return Finding("N124", place)
    names = names_in_zip(path)
    if _WORKBOOK_PART in names:
        return Finding("N128", place, details={"likely": "中身は Excel ブックのようです。"})
    inside = [name for name in names if is_submission(Path(name)) or name.lower().endswith(".zip")]
    if inside:
        shown = "、".join(f"「{printable(name)}」" for name in inside[:MOST_NAMES])
        return Finding("N127", place, found=len(inside), details={"what": shown})
    return Finding("N123" if names else "N128", place)


def _finding(unreadable: Unreadable) -> Finding:
    place = Place(file=label_of(unreadable.path), sheet=unreadable.sheet, cell=unreadable.cell)
    if unreadable.limit:
        about = {"what": LIMIT_NAMES[unreadable.limit]}
        return Finding(CODES[unreadable.reason], place, expected=LIMITS[unreadable.limit], details=about)
    seconds = int(SECONDS) if unreadable.reason == "timed-out" else None
    return Finding(CODES[unreadable.reason], place, expected=seconds)
