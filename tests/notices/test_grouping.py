"""One problem is one block: at the cell that is likely wrong, with every check that failed because of it."""

from __future__ import annotations

from typing import Any

import pytest

from inboxes import Ward, cell_name
from nerima_report.edition.catalogue import Notice
from nerima_report.examination import Examination, examine, judge
from nerima_report.notices.excerpt import Excerpts
from nerima_report.notices.grouping import by_problem
from nerima_report.notices.returned import marks_for

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
