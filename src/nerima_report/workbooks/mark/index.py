"""The index sheet 「確認結果」 of a returned workbook: one row a finding, with a link to its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from nerima_report.workbooks.mark.order import (
    COLOURS,
    INDEX_HEADER_ROW,
    INDEX_HEADINGS,
    INDEX_LEGEND,
    Mark,
    advice_in,
    index_lines,
)
from nerima_report.workbooks.mark.xml import MAIN, Element, M, add, parse, serialise
from nerima_report.workbooks.values import INDEX_SHEET, INDEX_TITLE, address

_COLUMNS = tuple(zip(INDEX_HEADINGS, (6, 10, 24, 48, 12, 12, 8, 44, 22, 8), strict=True))
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

_WIDTHS = "".join(
    f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, (_, width) in enumerate(_COLUMNS, start=1)
)
_EMPTY = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
    '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView showGridLines="0" tabSelected="1" '
    f'workbookViewId="0"><pane ySplit="{INDEX_HEADER_ROW}" topLeftCell="A{INDEX_HEADER_ROW + 1}" '
    f'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{_WIDTHS}</cols><sheetData/><hyperlinks/>'
    '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
    f"<headerFooter><oddFooter>&amp;L{INDEX_SHEET}&amp;R&amp;P / &amp;N</oddFooter></headerFooter></worksheet>"
).encode()


def index_sheet(
    marks: Sequence[Mark], sheets: Mapping[str, str], looks: Mapping[str, int], notes: Sequence[str]
) -> bytes:
    """The worksheet as XML. `sheets` are those to which a link can lead: their names in the file, by those in marks."""
    root = parse(_EMPTY)
    rows, links = root.find(f"{M}sheetData"), root.find(f"{M}hyperlinks")
    for at, cells in (*_top(len(marks), notes), _headings()):
        _write_row(rows, at, cells, looks)
    for number, mark in enumerate(marks, start=1):
        at, target = INDEX_HEADER_ROW + number, _target(mark, sheets)
        cells = _finding(number, mark, bool(target))
        _write_row(rows, at, cells, looks, ht=_height(cells), customHeight="1")
        if target:
            add(links, "hyperlink", ref=address((at, 3)), location=target)
    if not len(links):
        root.remove(links)
    return serialise(root)


_Cells = list[tuple[str, str]]


def _top(findings: int, notes: Sequence[str]) -> list[tuple[int, _Cells]]:
    """What stands above the list."""
    lines = [*index_lines(findings), *notes]
    legend = [("text", COLOURS), *INDEX_LEGEND]
    top: list[tuple[int, _Cells]] = [(1, [("title", INDEX_TITLE)])]
    top += [(row, [("text", line)]) for row, line in enumerate([*lines, ""][:4], start=2)]
    return [*top, (6, [("text", ""), *legend[1:]])]


def _headings() -> tuple[int, _Cells]:
    return INDEX_HEADER_ROW, [("heading", name) for name, _ in _COLUMNS]


def _finding(number: int, mark: Mark, linked: bool) -> _Cells:
    message = mark["message"]
    if mark["related_names"]:
        message += "\n比べたセル: " + "、".join(mark["related_names"])
    if advice := advice_in(mark):
        message += f"\n{advice}"
    return [
        ("cell", str(number)),
        (mark["severity"], mark["severity_name"]),
        ("link" if linked else "cell", _place(mark)),
        ("cell", message),
        *(("cell", mark[key]) for key in ("expected", "found", "difference", "hint", "basis", "code")),
    ]


def _place(mark: Mark) -> str:
    if not mark["sheet"]:
        return "ブック全体"
    return f"「{mark['sheet']}」" + (f"の {mark['cell']}" if mark["cell"] else "シート")


def _target(mark: Mark, sheets: Mapping[str, str]) -> str:
    if mark["sheet"] not in sheets:
        return ""
    name = sheets[mark["sheet"]].replace("'", "''")
    return f"'{name}'!{mark['anchor'] or 'A1'}"


def _write_row(rows: Element, at: int, cells: _Cells, looks: Mapping[str, int], **attributes: str) -> None:
    """Add a row: texts as they are, never a formula."""
    row = add(rows, "row", r=str(at), **attributes)
    for column, (look, content) in enumerate(cells, start=1):
        cell = add(row, "c", r=address((at, column)), s=str(looks[look]), t="inlineStr")
        add(add(cell, "is"), "t", content).set(_SPACE, "preserve")


def _height(cells: _Cells) -> str:
    """The height that the texts of a row need: not every program works it out when it opens a file."""
    lines = max(
        sum(ceil(max(1, _width(line)) / width) for line in content.splitlines())
        for (_, content), (_, width) in zip(cells, _COLUMNS, strict=True)
    )
    return str(min(13 * lines + 4, 400))


def _width(line: str) -> float:
    """The width of a text in digits of the standard font, somewhat generously."""
    return sum(1.1 if ord(character) < 0x500 else 2.1 for character in line)
