"""Proving a marked copy: what is read of it, and whether another program opens it."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from nerima_report.workbooks.mark.order import Mark
from nerima_report.workbooks.read import read_sheets
from nerima_report.workbooks.read.days import openpyxl
from nerima_report.workbooks.transfer import write_answer
from nerima_report.workbooks.values import INDEX_TITLE, REMARK_BEGINNING, Sheet, position_of


class SheetDigest(NamedTuple):
    """The name of a sheet, a digest of what is read on it, and whether it begins as an index does."""

    name: str
    digest: str
    is_index: bool


def digests_of(content: bytes, marks: Sequence[Mark]) -> list[SheetDigest]:
    """The sheets of a workbook in order, each with a digest of all that is read but for what marks change.

    Marks give cells another ground, so nothing is asked of what can be seen on it.
    Raises Refused where the workbook cannot be read.
    """
    rows: defaultdict[str, set[int]] = defaultdict(set)
    for mark in marks:
        for cell in (mark, *mark["related"], *mark["suggested"]):
            if cell["cell"]:
                rows[cell["sheet"]].add(position_of(cell["cell"])[0])
    return [
        SheetDigest(sheet.name, _digest(sheet, rows[sheet.name]), sheet.cells.get((1, 1)) == INDEX_TITLE)
        for sheet in read_sheets(content, in_colour=False)
    ]


def _digest(sheet: Sheet, marked_rows: Collection[int]) -> str:
    """A digest of a sheet. A row that a mark adds may be one of those that are hidden.

    Of a comment the white space around an earlier remark changes, and a remark without its end goes as a whole.
    """
    written = {cell: text.split() for cell, text in sheet.facts.comments.items() if REMARK_BEGINNING not in text}
    facts = replace(
        sheet.facts,
        hidden_rows=sheet.facts.hidden_rows.difference(marked_rows),
        comments={cell: "".join(words) for cell, words in written.items()},
    )
    return hashlib.sha256(write_answer((replace(sheet, facts=facts),), "")).hexdigest()


def opens_elsewhere(content: bytes) -> bool:
    """Whether openpyxl opens a workbook, whose XML was scanned before."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            openpyxl().load_workbook(io.BytesIO(content), read_only=True, keep_links=False).close()
    except MemoryError:
        raise
    except Exception:  # whatever the library makes of the content
        return False
    return True
