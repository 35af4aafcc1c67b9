"""The collection workbooks, read back with openpyxl: once as formulas, once as the stored results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from nerima_report.definitions import CellKey
from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.fiscal_year import Month
from nerima_report.forms import FormCover, write_form

SECTION = FormCover(2022, "総務部", "情報公開課")
WARD = FormCover(2022, "総務部", "情報公開課", ward=True)
Entries = Mapping[str, Sequence[Mapping[str, object]]]


@pytest.fixture(scope="module")
def edition() -> Edition:
    return load_edition(find_edition("nerima")).for_year(2022)


def written(
    folder: Path, edition: Edition, cover: FormCover, counts: Mapping[CellKey, int], entries: Entries
) -> tuple[Workbook, Workbook]:
    """The same form twice: with its formulas, and with their stored results."""
    path = folder / "form.xlsx"
    write_form(path, edition, cover, counts, entries)
    return load_workbook(path), load_workbook(path, data_only=True)


def rows(sheet: Worksheet) -> list[tuple[object, ...]]:
    return [row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)]


def beside(sheet: Worksheet, label: str) -> object:
    return next(row[1].value for row in sheet.iter_rows() if row[0].value == label)


def test_a_section_gets_the_cover_and_a_sheet_for_each_table(tmp_path: Path, edition: Edition) -> None:
    form, _ = written(tmp_path, edition, SECTION, {}, {})
    assert form.sheetnames == [
        "表紙",
        "記入要領",
        *(
            "公開.内容別",
            "公開.請求者",
            "公開.請求方法",
            "公開.目的別",
            "公開.処理状況",
            "公開.非公開理由",
            "公開.決定期間",
        ),
        *("個人.請求状況", "個人.処理状況", "個人.決定期間", "個人.登録など", "個人.利用と提供"),
        *("個人.第三者点検", "個人.事務処理ミス"),
    ]


def test_the_ward_gets_persons_its_own_tables_and_adjustments(tmp_path: Path, edition: Edition) -> None:
    form, _ = written(tmp_path, edition, WARD, {}, {})
    assert form.sheetnames == [
        "表紙", "記入要領",
        "公開.請求者", "公開.請求方法", "公開.審査請求", "公開.処理中", "個人.請求状況", "個人.処理中", "調整",
    ]  # fmt: skip
    assert [cell.value for cell in form["公開.請求者"][4]] == ["区分", "請求者数(人)", "数え方"]
    assert "課の中で" not in form["公開.請求者"]["A2"].value


def test_the_cover_says_whose_form_it_is(tmp_path: Path, edition: Edition) -> None:
    cover = FormCover(2022, "福祉部", "管理課", submission=2, remark="=1+1 は計算しない")
    form, _ = written(tmp_path, edition, cover, {}, {})
    sheet = form["表紙"]
    values = [beside(sheet, label) for label in ("年度", "様式", "部", "課", "様式の版", "提出回", "備考")]
    assert values == ["令和4年度", "課の集計", "福祉部", "管理課", "1", 2, "=1+1 は計算しない"]
    assert next(cell for cell in sheet["B"] if cell.value == "=1+1 は計算しない").data_type == "s"


def test_the_cover_lists_what_can_be_marked_as_not_applicable(tmp_path: Path, edition: Edition) -> None:
    cover = FormCover(2022, "総務部", "情報公開課", not_applicable=frozenset({"公開", "個人.第三者点検"}))
    form, _ = written(tmp_path, edition, cover, {}, {})
    listed = {row[0]: row[1:] for row in rows(form["表紙"])}
    assert listed["キー"][:2] == ("内容", "該当なし")
    assert listed["公開"][:2] == ("公文書の公開状況のすべての表", "該当なし")
    assert listed["公開.内容別"][:2] == ("公開請求の内容別件数", None)
    assert listed["個人.第三者点検"][:2] == ("第三者点検", "該当なし")


def test_headings_carry_units_and_groups_are_repeated(tmp_path: Path, edition: Edition) -> None:
    form, _ = written(tmp_path, edition, SECTION, {}, {})
    sheet = form["個人.処理状況"]
    assert [cell.value for cell in sheet[4]] == ["請求の種類", "開示等請求処理状況", "件数(件)", "数え方"]
    assert [cell.value for cell in sheet[5]][:2] == ["開示請求", "全部開示"]
    assert [cell.value for cell in sheet[6]][:2] == ["開示請求", "部分開示"]
    assert not any(worksheet.merged_cells.ranges for worksheet in form)


def test_totals_are_formulas_with_their_results(tmp_path: Path, edition: Edition) -> None:
    counts = {CellKey("公開.処理状況", "", "全部公開", "件数"): 986, CellKey("公開.処理状況", "", "非公開", "件数"): 44}
    formulas, results = written(tmp_path, edition, SECTION, counts, {})
    assert beside(formulas["公開.処理状況"], "合計") == "=SUM($B$5:$B$10)"
    assert beside(results["公開.処理状況"], "合計") == 1030
    assert beside(results["公開.処理状況"], "不存在") is None
    assert "合計" not in [row[0] for row in rows(results["公開.非公開理由"])]


@pytest.mark.parametrize(("purposes", "shown"), [(3, "✓"), (5, 2), (0, -3)])
def test_linked_totals_show_a_tick_or_the_difference(
    tmp_path: Path, edition: Edition, purposes: int, shown: int | str
) -> None:
    counts = {
        CellKey("公開.内容別", "", "教育", "件数"): 3,
        CellKey("公開.目的別", "", "営業活動", "件数"): purposes,
    }
    formulas, results = written(tmp_path, edition, SECTION, counts, {})
    difference = "SUM($B$5:$B$9)-SUM('公開.内容別'!$B$5:$B$13)"
    assert beside(formulas["公開.目的別"], "検算") == f'=IF({difference}<>0,{difference},"✓")'
    assert beside(results["公開.目的別"], "検算") == shown


def test_of_several_links_the_first_difference_is_shown(tmp_path: Path, edition: Edition) -> None:
    counts = {
        CellKey("公開.内容別", "", "教育", "件数"): 3,
        CellKey("公開.請求者", "", "区民", "件数"): 3,
        CellKey("公開.目的別", "", "営業活動", "件数"): 5,
    }
    _, results = written(tmp_path, edition, SECTION, counts, {})
    assert beside(results["公開.内容別"], "検算") == -2


def test_entries_keep_their_types(tmp_path: Path, edition: Edition) -> None:
    entries = {
        "個人.第三者点検": [{"評価の区分": "全項目再評価", "点検実施日": date(2022, 6, 27)}],
        "個人.事務処理ミス": [{"種別": "紛失", "年月": Month(2022, 7), "内容": "-1 で始まる文", "人数": 9}],
    }
    form, _ = written(tmp_path, edition, SECTION, {}, entries)
    incidents, inspections = form["個人.事務処理ミス"], form["個人.第三者点検"]
    assert [cell.value for cell in incidents[4]] == [
        "種別",
        "年月",
        "事業者",
        "内容",
        "人数(人)",
        "原因",
        "所管",
        "並び順",
    ]
    assert [cell.value for cell in incidents[5]][:5] == ["紛失", "令和4年7月", None, "-1 で始まる文", 9]
    assert inspections["D5"].value == datetime(2022, 6, 27)
    assert inspections["D5"].number_format == "yyyy-mm-dd"


def test_what_does_not_apply_stays_empty(tmp_path: Path, edition: Edition) -> None:
    cover = FormCover(2022, "監査委員", "監査事務局", not_applicable=frozenset({"個人"}))
    counts = {CellKey("個人.請求状況", "", "区民", "件数"): 3}
    form, results = written(tmp_path, edition, cover, counts, {"個人.事務処理ミス": [{"種別": "紛失"}]})
    assert rows(results["個人.請求状況"])[3:5] == [("区民", None, None, None), ("区民以外", None, None, None)]
    assert rows(results["個人.請求状況"])[5][:3] == ("合計", 0, 0)
    assert rows(form["個人.事務処理ミス"])[-1][0] == "種別"


def test_sheets_are_ready_for_use_and_print(tmp_path: Path, edition: Edition) -> None:
    form, _ = written(tmp_path, edition, SECTION, {}, {})
    sheet = form["公開.内容別"]
    assert sheet.freeze_panes == "A5"
    assert str(sheet.page_setup.paperSize) == str(sheet.PAPERSIZE_A4)
    assert sheet["B5"].font.name == "BIZ UDゴシック"
    assert sheet["B5"].fill.fgColor.rgb != sheet["A5"].fill.fgColor.rgb
    assert form["個人.事務処理ミス"].page_setup.orientation == "landscape"


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, edition: Edition) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_form(tmp_path / name, edition, SECTION, {CellKey("公開.内容別", "", "教育", "件数"): 1}, {})
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


@pytest.mark.parametrize("row", ["区政いっぱん", ""])
def test_a_cell_that_is_not_on_the_form_is_refused(tmp_path: Path, edition: Edition, row: str) -> None:
    with pytest.raises(ValueError, match="not on this form"):
        write_form(tmp_path / "form.xlsx", edition, SECTION, {CellKey("公開.内容別", "", row, "件数"): 1}, {})
    assert not (tmp_path / "form.xlsx").exists()
