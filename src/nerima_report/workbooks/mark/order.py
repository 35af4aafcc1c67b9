"""What is said on the marked copy of a workbook: plain data, which travels to the worker that writes the copy.

The fixed texts of its index page stand here too: when the copy comes back, what else somebody typed there is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

from nerima_report.workbooks.values import INDEX_SHEET, INDEX_TITLE, Position, Sheet, is_blank

INDEX_HEADER_ROW = 8
INDEX_HEADINGS = (
    *("番号", "重さ", "場所", "何が起きているか", "あるべき値", "今の値"),
    *("差", "どうすればよいか", "よりどころ", "コード"),
)
INDEX_LEGEND = (("error", "エラー"), ("warning", "警告"), ("notice", "お知らせ"), ("related", "比べたセル"))
COLOURS = "色の意味:"
SIGNED = "もとのブックの電子署名は、この写しでは無効になります。"
_INDEX_NAME = re.compile(rf"{INDEX_SHEET} ?(?:\([0-9]+\))?")
ADVICE = "考えられる直し"


class Cell(TypedDict):
    """A cell of the workbook: the name of its sheet, and B5 (or '' for the sheet itself)."""

    sheet: str
    cell: str


class SuggestedMark(TypedDict):
    """What is said to a cell that may be the cause of a finding."""

    sheet: str
    cell: str
    message: str


class Mark(TypedDict):
    """A finding as the returned workbook shows it; all texts are for the 課 to read.

    severity: error, warning or notice; sheet and cell are '' where the finding is on the workbook itself.
    anchor is the cell to which the remark is pinned: the faulty one, or the first of those that together differ.
    related are the cells that the check compared, related_names the same in words (B5〜B13). advice are sentences
    on what may be the cause, suggested the cells at fault then.
    """

    code: str
    severity: str
    severity_name: str
    sheet: str
    cell: str
    anchor: str
    message: str
    expected: str
    found: str
    difference: str
    hint: str
    basis: str
    related: list[Cell]
    related_names: list[str]
    advice: list[str]
    suggested: list[SuggestedMark]


def advice_in(mark: Mark) -> str:
    """What may be the cause, a line for each sentence; '' where nothing is said."""
    return "\n・".join([f"{ADVICE}:", *mark["advice"]]) if mark["advice"] else ""


@dataclass(frozen=True)
class MarkOrder:
    """What to write on the copy of a workbook, and under whose name the comments stand.

    `sha256` is the hash (hexadecimal) of the file as it was read: a file that has changed since is not marked.
    """

    sha256: str
    marks: Sequence[Mark]
    author: str


def index_lines(findings: int) -> list[str]:
    """What stands above the list on the index page. No text is only the name of a table: it would be taken for one."""
    return [
        f"確かめていただきたいところが {findings}件 あります。お手数ですが、直して、もう一度お送りください。",
        "色の付いたセルが、そのセルです。セルの値は、いただいたときのまま変えていません。「場所」を押すと、セルに移ります。",
        "直したあとは、表紙の「提出回」を一つ増やしてください。このシートは、消しても、残したままでもかまいません。",
    ]


def is_index(sheet: Sheet) -> bool:
    """Whether a sheet is the page that the tool put in front of a copy that went back."""
    return _INDEX_NAME.fullmatch(sheet.name) is not None and sheet.cells.get((1, 1)) == INDEX_TITLE


def typed_on_index(sheet: Sheet) -> Iterator[Position]:
    """The cells of an index page that the tool did not write: it writes texts only, and numbers its rows itself."""
    rows = [row for row, column in sheet.cells if column == 1 and row > INDEX_HEADER_ROW]
    written = {str(sheet.cells[row, 1]): row for row in rows}
    findings = next((n for n in range(len(rows), -1, -1) if written.get(str(n)) == INDEX_HEADER_ROW + n), 0)
    above = {INDEX_TITLE, SIGNED, COLOURS, *index_lines(findings), *(name for _, name in INDEX_LEGEND), *INDEX_HEADINGS}
    for (row, column), value in sorted(sheet.cells.items()):
        in_list = INDEX_HEADER_ROW < row <= INDEX_HEADER_ROW + findings and column <= len(INDEX_HEADINGS)
        ours = isinstance(value, str) and (in_list or (row <= INDEX_HEADER_ROW and value in above))
        if not (ours or is_blank(value)):
            yield row, column
