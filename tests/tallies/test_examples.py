"""The row 記入例 of a list is never read, wherever its mark stands; an entry written into it is not lost in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inboxes import Ward
from nerima_report.tallies.layout import locate_entries
from nerima_report.workbooks import CellValue, Sheet

INCIDENTS = "個人.事務処理ミス"
HEADINGS = ("種別", "年月", "事業者", "内容", "人数(人)", "原因", "所管", "並び順")
ENTRY = ("紛失", "令和4年7月", None, "別の人の書類を渡した。", 9, "確認の不足", "区民部戸籍住民課", None)


def sheet(*rows: tuple[CellValue, ...]) -> Sheet:
    cells = {(r, c): v for r, row in enumerate(rows, start=4) for c, v in enumerate(row, start=1) if v is not None}
    return Sheet(INCIDENTS, cells)


@pytest.mark.parametrize("mark", ["記入例", "（記入例）", "【記入例】", "※記入例", "記 入 例"])
def test_a_marked_row_is_skipped(ward: Ward, mark: str) -> None:
    table = ward.edition.entry_tables[INCIDENTS]
    in_front = locate_entries(sheet((None, *HEADINGS), (mark, *ENTRY), (None, *ENTRY)), table)
    behind = locate_entries(sheet(HEADINGS, (*ENTRY, mark), ENTRY), table)
    assert (in_front.rows, behind.rows) == ([6], [6])
    assert in_front.examples == behind.examples == {5}


@pytest.mark.parametrize("text", ["記入例のとおり", "例", "記入", "この記入例は誤り"])
def test_other_texts_mark_nothing(ward: Ward, text: str) -> None:
    layout = locate_entries(sheet((None, *HEADINGS), (text, *ENTRY)), ward.edition.entry_tables[INCIDENTS])
    assert layout.rows == [5]


def check(ward: Ward, row: tuple[CellValue, ...]) -> list[tuple[str, str]]:
    """What is said of a list with this row marked 記入例 and an entry below it."""
    inbox = ward.inbox
    submissions = []
    for submission in inbox.submissions:
        if submission.workbook.path.name.startswith("10_"):
            own = [s for s in submission.workbook.sheets if s.name != INCIDENTS]
            made = sheet((None, *HEADINGS), ("記入例", *row), (None, *ENTRY[:-1], 1))
            workbook = replace(submission.workbook, sheets=(*own, made))
            submission = replace(submission, workbook=workbook)
            submission.__dict__.pop("file", None)
        submissions.append(submission)
    findings = replace(ward, inbox=replace(inbox, submissions=tuple(submissions))).check()
    return [(f.code, f.place.cell) for f in findings if f.place.table == INCIDENTS or f.place.sheet == INCIDENTS]


def test_the_example_of_the_form_is_passed_over_and_an_entry_in_it_is_told(ward: Ward) -> None:
    fields = {f.label: f.example or None for f in ward.edition.entry_tables[INCIDENTS].fields}
    example = (*(fields[heading.partition("(")[0]] for heading in HEADINGS[:-1]), None)
    assert check(ward, example) == []
    assert check(ward, (*example[:3], "住民票を別の人に渡した。", *example[4:])) == [("N344", "E5")]
