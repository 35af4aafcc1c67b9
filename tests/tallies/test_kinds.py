"""The kinds of places (課, 図書館, 小学校): what a school is asked for, and nothing else, whatever form it used."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from nerima_report.checks import run_checks
from nerima_report.edition import Edition
from nerima_report.examination import Examination, examine
from nerima_report.findings import Finding
from nerima_report.forms import Filling, FormCover, render_form
from nerima_report.forms.recipients import all_covers
from nerima_report.forms.style import width_of
from nerima_report.notices.matrix import handed_in, make_matrices
from nerima_report.notices.status import in_words
from nerima_report.places import CellKey
from nerima_report.tallies.roster import RosterSection
from nerima_report.tallies.submission import load_submissions

SCHOOL = RosterSection(2023, "教育委員会", "見本小学校", kind="小学校")
ITEMS = ("記録媒体", "処理経路", "保管方法", "委託先の確認", "教育研修")
INSPECTED = [{"点検の項目": item, "結果": "適"} for item in ITEMS]


def findings(filling: Filling, cover: FormCover, section: RosterSection, folder: Path, edition: Edition) -> set[str]:
    """The codes of all findings on the workbook of a section."""
    path = folder / "見本.xlsx"
    path.write_bytes(render_form(edition, cover, filling))
    collection = examine(load_submissions([path], edition), edition, 2023, [section])
    found: list[Finding] = run_checks(collection)
    return {finding.code for finding in found if finding.place.file}


def test_a_school_gets_only_what_concerns_it_and_is_done_with_that(tmp_path: Path, act_edition: Edition) -> None:
    cover, _ = all_covers([SCHOOL], act_edition)
    cover = FormCover(2023, cover.department, cover.section, withheld=cover.withheld,
                      not_applicable=frozenset({"個人.事務処理ミス"}))  # fmt: skip
    assert findings(Filling(entries={"個人.点検": INSPECTED}), cover, SCHOOL, tmp_path, act_edition) == set()
    assert findings(Filling(), cover, SCHOOL, tmp_path, act_edition)


def test_what_the_cover_says_of_a_table_that_is_not_asked_can_be_read(tmp_path: Path, act_edition: Edition) -> None:
    cover, _ = all_covers([SCHOOL], act_edition)
    path = tmp_path / "見本.xlsx"
    path.write_bytes(render_form(act_edition, cover, Filling()))
    sheet = load_workbook(path)["表紙"]
    heights = {str(cell.value): sheet.row_dimensions[row].height for row, cell in enumerate(sheet["B"], start=1)}
    one_line = min(height for height in heights.values() if height)
    wrapped = [height for text, height in heights.items() if width_of(text) > sheet.column_dimensions["B"].width]
    assert len(wrapped) > 3
    assert all(height and height > one_line for height in wrapped)


@pytest.mark.parametrize(
    ("kind", "said", "asked"),
    [
        ("小学校", {}, False),
        ("課", {}, True),
        ("", {}, True),
        ("小学校", {CellKey("公開.内容別", "", "教育", "件数"): 1}, True),  # what it wrote all the same is looked at
    ],
)
def test_a_school_is_asked_for_nothing_else_on_the_form_of_a_section(
    kind: str, said: dict[CellKey, int], asked: bool, tmp_path: Path, act_edition: Edition
) -> None:
    section = RosterSection(2023, "教育委員会", "見本小学校", kind=kind)
    cover = FormCover(2023, section.department, section.section_name, not_applicable=frozenset({"個人.事務処理ミス"}))
    filling = Filling(said, {"個人.点検": INSPECTED})
    assert bool(findings(filling, cover, section, tmp_path, act_edition)) == asked


def test_places_are_counted_in_their_own_words(act_edition: Edition) -> None:
    kinds = ("課", "図書館", "小学校", "中学校", "幼稚園", "")
    roster = [RosterSection(2023, "見本部", f"見本{number}", kind=kind) for number, kind in enumerate(kinds)]
    collection = examine(load_submissions([], act_edition), act_edition, 2023, roster)
    examination = Examination(act_edition, collection.inbox, (collection,), ())
    assert in_words(handed_in(examination)).startswith("3課、2校、1園のうち0が提出、未提出 6。")
    missing = {
        (row.name, column)
        for matrix in make_matrices(examination)
        for row in matrix.rows
        for column, cell in zip(matrix.columns, row.cells, strict=True)
        if cell.status == "missing" and column
    }
    assert {column for name, column in missing if name == "見本部見本2"} == {"個人.点検", "個人.事務処理ミス"}
    assert ("見本部見本1", "公開.内容別") in missing
