"""One problem is one block: at the cell that is likely wrong, with every check that failed because of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from inboxes import Ward, cell_name
from nerima_report.edition.catalogue import Notice
from nerima_report.examination import Examination, examine, judge
from nerima_report.notices.excerpt import Excerpts
from nerima_report.notices.grouping import WorkbookNotices, by_problem, by_workbook
from nerima_report.notices.returned import marks_for
from nerima_report.tallies.submission import Inbox

FILE = "12_"


def examination(ward: Ward, *cells: tuple[str, Any]) -> Examination:
    sets = [dict(zip(("sheet", "cell"), name.split("!"), strict=True), value=value) for name, value in cells]
    inbox = ward.changed(FILE, sets).inbox
    collection = examine(inbox, ward.edition, 2022, None)
    # The totals of the changed sheets are formulas with stale results: findings of their own.
    findings = tuple(finding for finding in judge(collection, ()) if finding.code != "N407")
    return Examination(ward.edition, inbox, (collection,), findings)


def block(examined: Examination) -> Notice:
    (notice,) = by_problem(examined.notices)
    return notice


SLIPPED = ("公開.内容別!B5", 62)  # 26


def test_all_checks_that_failed_are_told_once_at_the_suspect_cell(ward: Ward) -> None:
    examined = examination(ward, SLIPPED)
    notice = block(examined)
    assert len(examined.notices) > 2
    assert sorted(map(id, notice.evidence)) == sorted(map(id, examined.notices))
    assert cell_name(notice.place) == "公開.内容別!B5"
    assert (notice.finding.expected, notice.finding.found, notice.finding.difference) == (26, 62, 36)


def test_the_excerpt_and_the_marks_point_at_that_cell_alone(ward: Ward) -> None:
    examined = examination(ward, SLIPPED)
    excerpt = Excerpts(examined).around(block(examined))
    assert excerpt is not None
    faulty = [cell.text for row in excerpt.rows for cell in row.cells if cell.kind == "faulty"]
    (mark,) = marks_for(examined, block(examined).place.file)
    assert faulty == ["62"]
    assert (mark["sheet"], mark["cell"], mark["expected"], mark["found"]) == ("公開.内容別", "B5", "26", "62")
    assert all(check.message in mark["message"] for check in examined.notices)


@pytest.mark.parametrize("cell", ["公開.請求方法!B5", "公開.請求方法!B6"])
def test_where_nothing_decides_no_cell_is_marked_and_no_number_asked_for(cell: str, ward: Ward) -> None:
    before = examination(ward)
    value = next(c.value for c in before.years[0].tallies.cells if cell_name(c.place) == cell and FILE in c.place.file)
    examined = examination(ward, (cell, value + 1))
    notice = block(examined)
    (mark,) = marks_for(examined, notice.place.file)
    assert notice.finding.advice.alike
    assert (mark["cell"], mark["expected"], mark["suggested"]) == ("", "", [])


def test_two_problems_are_two_blocks(ward: Ward) -> None:
    examined = examination(ward, SLIPPED, ("個人.請求状況!C5", 90))
    notices = by_problem(examined.notices)
    assert sorted(cell_name(notice.place) for notice in notices) == ["個人.請求状況!C5", "公開.内容別!B5"]
    assert sum(len(notice.evidence) for notice in notices) == len(examined.notices)


# Said once


def grouped(ward: Ward, files: Sequence[str], *cells: tuple[str, Any]) -> list[WorkbookNotices]:
    for file in files:
        sets = [dict(zip(("sheet", "cell"), name.split("!"), strict=True), value=value) for name, value in cells]
        ward = ward.changed(file, sets)
    collection = examine(ward.inbox, ward.edition, 2022, None)
    examined = Examination(ward.edition, ward.inbox, (collection,), tuple(judge(collection, ())))
    return by_workbook(examined.notices, ward.edition.words, examined.wards)


def codes(group: WorkbookNotices) -> list[str]:
    return [notice.code for sheet in group.sheets for notice in sheet.notices]


def test_what_three_workbooks_share_is_one_notice_with_their_names(ward: Ward) -> None:
    (group,) = grouped(ward, ["07_", "10_", "12_"], ("表紙!B8", "0"), ("表紙!F30", "メモ"))
    assert codes(group) == ["N209", "N219"]
    assert set(group.owners) == {"総務部情報公開課", "区民部国保年金課", "福祉部管理課"}
    assert [len(notice.alike) for sheet in group.sheets for notice in sheet.notices] == [3, 3]


@pytest.mark.parametrize("files", [["07_", "10_"], ["12_"]])
def test_what_one_or_two_share_stands_with_each(files: list[str], ward: Ward) -> None:
    groups = grouped(ward, files, ("表紙!B8", "0"))
    assert [codes(group) for group in groups] == [["N209"]] * len(files)


def test_what_differs_in_a_number_or_a_cell_is_not_shared(ward: Ward) -> None:
    other = ward.changed("07_", [{"sheet": "表紙", "cell": "B8", "value": "9"}])
    other = other.changed("23_", [{"sheet": "表紙", "cell": "F31", "value": "メモ"}])
    groups = grouped(other, ["10_", "12_"], ("表紙!B8", "0"), ("表紙!F30", "メモ"))
    assert all(not group.owners for group in groups)
    assert len(groups) == 4


def test_the_ward_and_its_coordinators_own_workbook_have_different_headings(ward: Ward) -> None:
    titles = [group.title for group in grouped(ward, ["00_", "07_"], ("表紙!F30", "メモ"))]
    own, whole = sorted(titles, key=lambda title: title.startswith("区全体"))
    assert own.startswith("総務部情報公開課（")
    assert whole.startswith("区全体（総務部情報公開課、")


def test_who_is_missing_is_said_once(ward: Ward) -> None:
    gone = ("10_", "12_", "16_")
    left = [s for s in ward.inbox.submissions if not s.workbook.path.name.startswith(gone)]
    findings = replace(ward, inbox=Inbox(tuple(left))).check()
    groups = by_workbook(ward.edition.catalogue.notices(findings), ward.edition.words)
    assert groups[0].owners == ("区民部国保年金課", "福祉部管理課", "健康部保健予防課")
    assert codes(groups[0]) == ["N601"]
    assert "区民部国保年金課" not in groups[0].sheets[0].notices[0].message
