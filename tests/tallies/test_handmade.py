"""Workbooks made by hand, with the report's tables one a sheet, are read like the tool's own forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from inboxes import check
from nerima_report.edition import Edition
from nerima_report.edition.tables import CountTable
from nerima_report.tallies.submission import Inbox, Submission, load_submissions

pytestmark = pytest.mark.thorough

Rows = list[list[object]]


def columns_inserted(rows: Rows) -> Rows:
    """A number column in front, and an empty column before each number."""
    wide: Rows = []
    for number, row in enumerate(rows):
        spread = [cell for value in row[1:] for cell in (None, value)]
        wide.append([f"({number})" if number else "番号", row[0], *spread])
    return wide


def rows_reordered(rows: Rows) -> Rows:
    """The rows from the last to the first; the total stays below."""
    heading, *body = rows
    total = [row for row in body if "合計" in row]
    return [heading, *reversed([row for row in body if "合計" not in row]), *total]


def lower_on_the_sheet(rows: Rows) -> Rows:
    """Some remarks above the table, and below it, where no list could go on."""
    below: Rows = [[], ["(備考) 数字は3月末に確かめたもの。"]] if "合計" in [row[0] for row in rows] else []
    return [["作成: 担当"], [], [None, "※ 令和4年度分"], [], [], *rows, *below]


@pytest.mark.parametrize("shape", [columns_inserted, rows_reordered, lower_on_the_sheet])
def test_a_workbook_made_by_hand_is_read_like_a_form(
    shape: Callable[[Rows], Rows], sample_inbox: Inbox, edition: Edition, tmp_path: Path
) -> None:
    form = next(s for s in sample_inbox.submissions if s.section == "区民部国保年金課" and not s.ward)
    path = tmp_path / "手作り.xlsx"
    book = Workbook()
    book.remove(book.worksheets[0])
    _copy_cover(form, book.create_sheet("表紙"))
    number = 0
    for table_id, table in edition.tables.items():
        if table.reported_by == "section":
            number += isinstance(table, CountTable)
            # A sheet is named 表1 and captioned, or named after the table; never like the tool's own form.
            captioned = isinstance(table, CountTable) and "{" not in table.title
            sheet = book.create_sheet(f"表{number}" if captioned else table.key)
            rows = shape(list(_rows(form, table_id)))
            for row in ([[f"表{number}　{table.title}"], []] if captioned else []) + rows:
                sheet.append(row)
    book.save(path)

    inbox = load_submissions([path], edition)
    assert (inbox.unidentified, inbox.unreadable) == ((), ())
    handmade = next(iter(inbox.submissions))
    others = tuple(s for s in sample_inbox.submissions if s is not form)
    collection, findings = check(Inbox((*others, handmade)), edition)
    remarks = {"N219"} if shape is lower_on_the_sheet else set()  # texts that no form has are named, no more
    assert {finding.code for finding in findings} == remarks
    expected, _ = check(sample_inbox, edition)
    assert collection.totals.values == expected.totals.values
    assert len(collection.tallies.entries["個人.事務処理ミス"]) == 21


def _copy_cover(form: Submission, sheet: Worksheet) -> None:
    cover = next(s for s in form.workbook.sheets if s.name == "表紙")
    for (row, column), value in cover.cells.items():
        sheet.cell(row + 3, column + 1, value)


def _rows(form: Submission, table_id: str) -> Iterator[list[object]]:
    """The rows of a table as the form holds them, from the headings to the total, without 検算 and 数え方."""
    sheet = next(s for s in form.workbook.sheets if s.name == table_id)
    header = 4
    width = max(column for (row, column), value in sheet.cells.items() if row == header and value != "数え方")
    for row in range(header, max(r for r, _ in sheet.cells) + 1):
        values = [sheet.cells.get((row, column)) for column in range(1, width + 1)]
        if "検算" not in values and any(value is not None for value in values):
            yield list(values)
