"""The collection workbooks, read back with openpyxl: once as formulas, once as the stored results."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet.worksheet import Worksheet

from form_cells import caption_row, cell, sheet_of, table
from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryTable
from nerima_report.fiscal_year import Month
from nerima_report.forms import EarlierFigures, Filling, FormCover, render_form, write_form
from nerima_report.forms.form import fingerprint
from nerima_report.places import CellKey

SECTION = FormCover(2022, "総務部", "情報公開課")
WARD = FormCover(2022, "総務部", "情報公開課", ward=True)
Entries = Mapping[str, Sequence[Mapping[str, object]]]


def written(
    folder: Path, edition: Edition, cover: FormCover, counts: Mapping[CellKey, int], entries: Entries
) -> tuple[Workbook, Workbook]:
    """The same form twice: with its formulas, and with their stored results."""
    path = folder / "form.xlsx"
    write_form(path, edition, cover, counts, entries)
    return load_workbook(path), load_workbook(path, data_only=True)


def rows(sheet: Worksheet) -> list[tuple[object, ...]]:
    return [row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)]


def instruction(book: Workbook, table_id: str) -> Any:
    """The cell below the caption of a table."""
    own = table_id in book.sheetnames
    return sheet_of(book, table_id).cell(2 if own else caption_row(book, table_id) + 1, 1)


def beside(sheet: Worksheet, label: str) -> object:
    return next(row[1].value for row in sheet.iter_rows() if row[0].value == label)


def captions(sheet: Worksheet) -> list[str]:
    return [str(cell.value).partition("　")[0] for cell in sheet["A"] if "　" in str(cell.value) and cell.font.b]


def test_a_section_gets_a_sheet_for_the_counts_of_each_part_and_one_for_each_list(
    tmp_path: Path, edition: Edition
) -> None:
    form, _ = written(tmp_path, edition, SECTION, {}, {})
    assert form.sheetnames == ["表紙", "記入要領", "公開", "個人", "個人.第三者点検", "個人.事務処理ミス"]
    keys = ("内容別", "請求者", "請求方法", "目的別", "処理状況", "非公開理由", "決定期間")
    assert captions(form["公開"]) == [f"公開.{key}" for key in keys]
    privacy = ("請求状況", "処理状況", "決定期間", "登録など", "利用と提供")
    assert captions(form["個人"]) == [f"個人.{key}" for key in privacy]


def test_the_ward_gets_persons_its_own_tables_and_adjustments(tmp_path: Path, edition: Edition) -> None:
    form, _ = written(tmp_path, edition, WARD, {}, {})
    assert form.sheetnames == ["表紙", "記入要領", "公開", "個人", "調整"]
    assert captions(form["公開"]) == ["公開.請求者", "公開.請求方法", "公開.審査請求", "公開.処理中"]
    assert captions(form["個人"]) == ["個人.請求状況", "個人.処理中"]
    assert table(form, "公開.請求者")[0] == ["区分", "請求者数(人)", "数え方"]
    assert "課の中で" not in str(instruction(form, "公開.請求者").value)


def test_the_cover_says_whose_form_it_is(tmp_path: Path, edition: Edition) -> None:
    cover = FormCover(2022, "福祉部", "管理課", submission=2, remark="=1+1 は計算しない", deadline=date(2023, 5, 12))
    form, _ = written(tmp_path, edition, cover, {}, {})
    sheet = form["表紙"]
    values = [beside(sheet, label) for label in ("年度", "様式", "部", "課", "様式の版", "提出回", "備考")]
    assert values == ["令和4年度", "課の集計", "福祉部", "管理課", "2", 2, "=1+1 は計算しない"]
    assert beside(sheet, "提出期限") == "令和5年5月12日"
    assert [beside(sheet, label) for label in ("担当者", "内線", "記入日")] == [None] * 3
    assert next(cell for cell in sheet["B"] if cell.value == "=1+1 は計算しない").data_type == "s"


def test_the_cover_lists_what_can_be_marked_as_not_applicable(tmp_path: Path, edition: Edition) -> None:
    cover = FormCover(2022, "総務部", "情報公開課", not_applicable=frozenset({"公開", "個人.第三者点検"}))
    form, _ = written(tmp_path, edition, cover, {}, {})
    listed = {row[0]: row[1:] for row in rows(form["表紙"])}
    assert listed["シート"][:3] == ("内容", "請求の有無", "該当なし")
    assert listed["公開"][:3] == ("公文書の公開状況のすべての表", "所管外", None)
    assert listed["公開.内容別"][:3] == ("公開請求の内容別件数", None, None)
    assert listed["個人.第三者点検"][:3] == ("第三者点検", None, "該当なし")


def test_the_cover_asks_of_parts_that_count_requests_whether_there_were_any(tmp_path: Path, edition: Edition) -> None:
    form = blank(tmp_path, edition, SECTION)
    rules = [r for r in form["表紙"].data_validations.dataValidation if r.promptTitle == "請求の有無"]
    assert {str(form["表紙"][f"A{str(rule.sqref)[1:]}"].value) for rule in rules} == {"公開", "個人"}
    assert {rule.formula1 for rule in rules} == {'"請求あり,請求なし（すべて0）,所管外"'}
    of_ward = blank(tmp_path, edition, WARD)["表紙"].data_validations.dataValidation
    assert not [rule for rule in of_ward if rule.promptTitle == "請求の有無"]
    marked = replace(SECTION, not_applicable=frozenset({f"個人.{k}" for k in ("請求状況", "処理状況", "決定期間")}))
    rules = blank(tmp_path, edition, marked)["表紙"].data_validations.dataValidation
    assert sum(rule.promptTitle == "請求の有無" for rule in rules) == 1


def test_no_requests_are_shown_as_zeros_by_formulas(tmp_path: Path, edition: Edition) -> None:
    cover = replace(SECTION, no_requests=frozenset({"公開"}))
    formulas, results = written(tmp_path, edition, cover, {}, {})
    first = CellKey("公開.内容別", "", "区政一般", "件数")
    assert cell(formulas, first).value == '=IF(\'表紙\'!$C$17="請求なし（すべて0）",0,"")'
    assert cell(results, first).value == 0
    assert cell(results, first._replace(row="合計")).value == 0
    assert cell(results, first._replace(row="検算")).value == "✓"
    assert instruction(results, "公開.内容別").value == "請求なし（表紙で選択）。どの行も 0 です。"
    assert cell(results, CellKey("個人.請求状況", "", "区民", "件数")).value in (None, "")
    assert cell(formulas, CellKey("個人.登録など", "", "業務の委託", "件数")).value is None
    states = {row[0]: row[4] for row in rows(results["表紙"]) if len(row) > 4}
    assert (states["公開.内容別"], states["個人.請求状況"]) == ("記入済み", "空欄あり 4")


def test_headings_carry_units_and_groups_are_repeated(tmp_path: Path, edition: Edition) -> None:
    form, _ = written(tmp_path, edition, SECTION, {}, {})
    headings, first, second, *_ = table(form, "個人.処理状況")
    assert headings == ["請求の種類", "開示等請求処理状況", "件数(件)", "数え方"]
    assert first == ["開示請求", "全部開示"]
    assert second == ["開示請求", "部分開示"]
    merged = {(r.min_row, r.max_row, r.min_col) for r in form["個人"].merged_cells.ranges}
    captioned = (caption_row(form, key) for key in captions(form["個人"]))
    assert merged == {(row + 1, row + 1, 1) for row in captioned}  # the instructions only


def test_totals_are_formulas_with_their_results(tmp_path: Path, edition: Edition) -> None:
    key = CellKey("公開.処理状況", "", "合計", "件数")
    counts = {key._replace(row="全部公開"): 986, key._replace(row="非公開"): 44}
    formulas, results = written(tmp_path, edition, SECTION, counts, {})
    first, last = (cell(formulas, key._replace(row=row)).row for row in ("全部公開", "取下げ"))
    assert cell(formulas, key).value == f"=SUM($B${first}:$B${last})"
    assert cell(results, key).value == 1030
    assert cell(results, key._replace(row="不存在")).value in (None, "")
    assert "合計" not in [row[0] for row in table(results, "公開.非公開理由")]


CHECK = CellKey("公開.目的別", "", "検算", "件数")


@pytest.mark.parametrize(("purposes", "shown"), [(3, "✓"), (5, "公開.内容別より2多い"), (0, "公開.内容別より3少ない")])
def test_linked_totals_show_a_tick_or_the_difference(
    tmp_path: Path, edition: Edition, purposes: int, shown: str
) -> None:
    counts = {
        CellKey("公開.内容別", "", "教育", "件数"): 3,
        CellKey("公開.目的別", "", "営業活動", "件数"): purposes,
    }
    formulas, results = written(tmp_path, edition, SECTION, counts, {})
    first = cell(formulas, CHECK._replace(row="営業活動")).row
    formula = str(cell(formulas, CHECK).value)
    assert formula.startswith(f'=IF(COUNT($B${first}:$B${first + 4})=0,"",IF(SUM($B${first}:$B${first + 4})-SUM($B$6:')
    assert "'" not in formula  # both tables stand on this sheet
    assert cell(results, CHECK).value == shown


def test_an_empty_form_has_not_been_found_in_agreement(tmp_path: Path, edition: Edition) -> None:
    _, results = written(tmp_path, edition, SECTION, {}, {})
    assert cell(results, CHECK).value in (None, "")


def test_of_several_links_the_first_difference_is_shown(tmp_path: Path, edition: Edition) -> None:
    counts = {
        CellKey("公開.内容別", "", "教育", "件数"): 3,
        CellKey("公開.請求者", "", "区民", "件数"): 3,
        CellKey("公開.目的別", "", "営業活動", "件数"): 5,
    }
    _, results = written(tmp_path, edition, SECTION, counts, {})
    assert cell(results, CHECK._replace(table="公開.内容別")).value == "公開.目的別より2少ない"


def test_entries_keep_their_types(tmp_path: Path, edition: Edition) -> None:
    entries = {
        "個人.第三者点検": [{"評価の区分": "全項目再評価", "点検実施日": date(2022, 6, 27)}],
        "個人.事務処理ミス": [{"種別": "紛失", "年月": Month(2022, 7), "内容": "-1 で始まる文", "人数": 9}],
    }
    form, _ = written(tmp_path, edition, SECTION, {}, entries)
    incidents, inspections = form["個人.事務処理ミス"], form["個人.第三者点検"]
    assert [cell.value for cell in incidents[4]] == [
        None,
        "種別",
        "年月",
        "事業者",
        "内容",
        "人数(人)",
        "原因",
        "所管",
        "並び順",
    ]
    assert [cell.value for cell in incidents[6]][:6] == [None, "紛失", "令和4年7月", None, "-1 で始まる文", 9]
    assert inspections["E6"].value == datetime(2022, 6, 27)
    assert inspections["E6"].number_format == "yyyy-mm-dd"


def test_lists_begin_with_an_example_of_the_year(tmp_path: Path, whole_edition: Edition) -> None:
    form = blank(tmp_path, whole_edition.for_year(2026), FormCover(2026, "福祉部", "管理課"))
    marked = [sheet.title for sheet in form if sheet["A5"].value == "記入例"]
    assert marked == ["個人.利活用", "個人.第三者点検", "個人.事務処理ミス"]  # 点検 has its lines written in front
    example = form["個人.事務処理ミス"][5]
    assert [cell.value for cell in example][1:3] == ["誤交付", "令和8年7月"]
    assert all(cell.protection.locked for cell in example)
    said = [str(c.value) for sheet in form for row in sheet.iter_rows() for c in row if c.value]
    said += [f"{r.prompt}{r.error}" for sheet in form for r in sheet.data_validations.dataValidation]
    assert not [text for text in said if re.search("例.*令和[0-7]年", text)]


def test_an_empty_list_is_left_out_of_print(tmp_path: Path, edition: Edition) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(render_form(edition, SECTION, Filling()))
    with ZipFile(path) as archive:
        names = re.findall(r'Print_Area" localSheetId="(\d)">([^<]*)<', archive.read("xl/workbook.xml").decode())
    printed = {int(sheet): html.unescape(area) for sheet, area in names}
    assert printed[5] == (
        "IF(COUNTA('個人.事務処理ミス'!$B$6:$I$1004)=0,'個人.事務処理ミス'!$K$1,'個人.事務処理ミス'!$A$1:INDEX("
        "'個人.事務処理ミス'!$I$1:$I$1004,SUMPRODUCT(MAX(('個人.事務処理ミス'!$B$6:$I$1004<>\"\")"
        "*ROW('個人.事務処理ミス'!$B$6:$I$1004)))))"
    )
    assert set(printed) == {1, 4, 5}  # the guide is printed without the choices below it


def test_what_does_not_apply_stays_empty(tmp_path: Path, edition: Edition) -> None:
    cover = FormCover(2022, "監査委員", "監査事務局", not_applicable=frozenset({"個人"}))
    counts = {CellKey("個人.請求状況", "", "区民", "件数"): 3}
    form, results = written(tmp_path, edition, cover, counts, {"個人.事務処理ミス": [{"種別": "紛失"}]})
    assert table(results, "個人.請求状況")[1:4] == [["区民"], ["区民以外"], ["合計", 0, 0]]
    assert rows(form["個人.事務処理ミス"])[-1][0] == "記入例"


def test_sheets_are_ready_for_use_and_print(tmp_path: Path, edition: Edition) -> None:
    form, _ = written(tmp_path, edition, SECTION, {}, {})
    sheet = form["公開"]
    assert str(sheet.page_setup.paperSize) == str(sheet.PAPERSIZE_A4)
    assert sheet["B6"].font.name == "BIZ UDゴシック"
    assert sheet["B6"].fill.fgColor.rgb != sheet["A6"].fill.fgColor.rgb
    assert form["個人.事務処理ミス"].page_setup.orientation == "landscape"
    assert form["個人.事務処理ミス"].freeze_panes == "B6"


@pytest.mark.parametrize("year", [2022, 2023])
def test_counts_print_on_few_pages_that_can_be_read(tmp_path: Path, whole_edition: Edition, year: int) -> None:
    edition = whole_edition.for_year(year)
    form = blank(tmp_path, edition, FormCover(year, "福祉部", "管理課"))
    for part in ("公開", "個人"):
        sheet = form[part]
        assert sheet.page_setup.orientation == "portrait"
        scale = int(str(sheet.page_setup.scale))
        assert scale >= 70
        assert not getattr(
            sheet.sheet_properties.pageSetUpPr, "fitToPage", None
        )  # otherwise Excel would ignore the page breaks
        begun = [0, *(entry.id for entry in sheet.row_breaks.brk)]
        assert set(begun[1:]) <= {caption_row(form, key) - 1 for key in captions(sheet)}
        heights = [sheet.row_dimensions[row].height or 18 for row in range(1, sheet.max_row + 1)]
        pages = [sum(heights[a:b]) for a, b in zip(begun, [*begun[1:], len(heights)], strict=True)]
        assert len(pages) <= 2
        assert max(pages) * scale / 100 < 842 - 86  # points of A4 between the margins


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, edition: Edition) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_form(tmp_path / name, edition, SECTION, {CellKey("公開.内容別", "", "教育", "件数"): 1}, {})
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


@pytest.mark.parametrize("row", ["区政いっぱん", ""])
def test_a_cell_that_is_not_on_the_form_is_refused(tmp_path: Path, edition: Edition, row: str) -> None:
    with pytest.raises(ValueError, match="not on this form"):
        write_form(tmp_path / "form.xlsx", edition, SECTION, {CellKey("公開.内容別", "", row, "件数"): 1}, {})
    assert not (tmp_path / "form.xlsx").exists()


# ---- hard to fill in wrongly ----


def blank(folder: Path, edition: Edition, cover: FormCover, earlier: EarlierFigures | None = None) -> Workbook:
    path = folder / "blank.xlsx"
    path.write_bytes(render_form(edition, cover, Filling(earlier=earlier)))
    return load_workbook(path)


def rule_for(sheet: Worksheet, cell: str) -> Any:
    return next(rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref)


def properties_of(book: Any) -> dict[str, object]:
    return {entry.name: entry.value for entry in book.custom_doc_props.props}


@pytest.mark.parametrize("cover", [SECTION, WARD], ids=["課", "区全体"])
def test_only_what_is_to_be_filled_in_is_open_and_it_is_tinted(
    tmp_path: Path, edition: Edition, cover: FormCover
) -> None:
    form = blank(tmp_path, edition, cover)
    for sheet in form:
        assert sheet.protection.sheet, sheet.title
        assert sheet.protection.password is None
        for row in sheet.iter_rows(max_row=24):
            for each in row:
                tinted = each.fill.fgColor.rgb == "FFFFF8DC"
                assert tinted == (not each.protection.locked), (sheet.title, each.coordinate)
    opened = {c.coordinate for row in form["表紙"].iter_rows() for c in row if not c.protection.locked}
    assert {"B9", "B11", "B12", "B13", "B14"} < opened
    assert not {"B4", "B5", "B6", "B7", "B8", "B10"} & opened
    assert not any(not c.protection.locked for row in form["記入要領"].iter_rows() for c in row)


@pytest.mark.parametrize("cover", [SECTION, WARD], ids=["課", "区全体"])
def test_every_input_cell_says_what_it_takes_within_the_limits_of_excel(
    tmp_path: Path, edition: Edition, cover: FormCover
) -> None:
    for sheet in blank(tmp_path, edition, cover):
        rules = sheet.data_validations.dataValidation
        for row in sheet.iter_rows(max_row=24):
            for each in row:
                covering = [rule for rule in rules if each.coordinate in rule.sqref]
                assert len(covering) == (not each.protection.locked), (sheet.title, each.coordinate)
        for rule in rules:
            assert 0 < len(rule.promptTitle) <= 32
            assert 0 < len(rule.prompt) <= 255
            assert len(rule.errorTitle or "") <= 32
            assert len(rule.error or "") <= 255
            assert len(rule.formula1 or "") <= 257  # a list of 255 characters in quotation marks
            assert rule.type is None or rule.error
            assert rule.errorStyle in (None, "stop")


def test_what_a_cell_takes_follows_its_type(tmp_path: Path, edition: Edition) -> None:
    form = blank(tmp_path, edition, SECTION)
    count = rule_for(form["公開"], cell(form, CellKey("公開.請求者", "", "区民", "請求者数")).coordinate)
    assert (count.type, count.formula1, count.formula2) == ("whole", "0", "1000000000")
    assert count.promptTitle == "請求者数(人)"
    incidents = form["個人.事務処理ミス"]
    assert rule_for(incidents, "B6").formula1 == '"誤交付,誤送付,誤廃棄,紛失,誤送信,消失,その他"'
    months = rule_for(incidents, "C600").formula1.strip('"').split(",")
    assert (len(months), months[0], months[-1]) == (12, "令和4年4月", "令和5年3月")
    assert rule_for(incidents, "I6").formula1 == "1"
    day = rule_for(form["個人.第三者点検"], "E6")
    first, last = (from_excel(float(number)) for number in (day.formula1, day.formula2))
    assert (day.type, first, last) == ("date", datetime(2022, 4, 1), datetime(2023, 3, 31))
    assert "令和4年4月1日から令和5年3月31日まで" in day.prompt
    assert rule_for(form["表紙"], "B9").formula1 == "1"
    assert rule_for(form["表紙"], "D18").formula1 == '"該当なし"'
    assert rule_for(blank(tmp_path, edition, WARD)["調整"], "F6").formula1 == "-1000000000"


@pytest.mark.parametrize("choices", [tuple(f"選択肢その{n:03}" for n in range(60)), ("a,b", "c")])
def test_choices_that_a_cell_cannot_list_stand_on_the_guide(
    tmp_path: Path, edition: Edition, choices: tuple[str, ...]
) -> None:
    part = edition.parts[1]
    incidents = part.tables["事務処理ミス"]
    assert isinstance(incidents, EntryTable)
    kind = incidents.fields[0].model_copy(update={"choices": choices})
    tables = {**part.tables, incidents.key: incidents.model_copy(update={"fields": (kind, *incidents.fields[1:])})}
    form = blank(tmp_path, replace(edition, parts=(edition.parts[0], replace(part, tables=tables))), SECTION)
    sheet, cells = rule_for(form["個人.事務処理ミス"], "B6").formula1.split("!")
    assert sheet.strip("'") == "記入要領"
    assert tuple(row[0].value for row in form["記入要領"][cells.replace("$", "")]) == choices
    assert form["記入要領"].sheet_state == "visible"


def test_what_does_not_apply_is_said_and_greyed_on_the_sheet(tmp_path: Path, edition: Edition) -> None:
    cover = FormCover(2022, "監査委員", "監査事務局", not_applicable=frozenset({"個人", "公開.目的別"}))
    formulas, results = written(tmp_path, edition, cover, {}, {})
    for table_id in ("公開.目的別", "個人.登録など", "個人.事務処理ミス"):
        assert instruction(results, table_id).value == "該当なし（表紙で選択）"
    assert str(instruction(results, "公開.内容別").value).startswith("請求1件を")
    said = instruction(formulas, "公開.目的別")
    assert str(said.value).startswith("=IF(OR('表紙'!$C$17=\"所管外\",'表紙'!$D$21<>\"\"),")
    conditions = [rule.formula[0] for rules in formulas["公開"].conditional_formatting for rule in rules.rules]
    first = cell(formulas, CellKey("公開.目的別", "", "営業活動", "件数")).coordinate
    marked = f'LEFT($A${said.row},11)="該当なし（表紙で選択）"'
    assert {f'AND({marked},{first}<>"")', marked} < set(conditions)
    states = {row[0]: row[4] for row in rows(results["表紙"]) if len(row) > 4}
    assert (states["公開.内容別"], states["公開.目的別"], states["個人.事務処理ミス"]) == ("空欄あり 9", "－", "－")


def test_the_cover_says_how_far_each_table_is_filled_in(tmp_path: Path, edition: Edition) -> None:
    counts = {
        CellKey("公開.請求方法", "", row, "請求者数"): 0 for row in ("インターネット", "窓口", "ファクシミリ", "郵送")
    }
    _, results = written(
        tmp_path, edition, SECTION, counts, {"個人.事務処理ミス": [{"種別": "紛失"}, {"種別": "紛失"}]}
    )
    states = {row[0]: row[4] for row in rows(results["表紙"]) if len(row) > 4}
    assert states["公開.請求方法"] == "記入済み"
    assert states["個人.処理状況"] == "空欄あり 13"
    assert (states["個人.事務処理ミス"], states["個人.第三者点検"]) == ("2件", "未記入")


def test_the_guide_says_what_this_section_is_asked_for(tmp_path: Path, edition: Edition) -> None:
    said = "\n".join(str(c) for row in rows(blank(tmp_path, edition, SECTION)["記入要領"]) for c in row if c)
    for table_id, asked in edition.tables.items():
        assert (table_id in said) == (asked.reported_by == "section")
        assert asked.instruction in said or asked.reported_by != "section"
    assert not any(link.why in said for part in edition.parts for link in part.links)
    assert "総務部情報公開課に聞いてください" in said
    assert "{" not in said
    of_ward = "\n".join(str(c) for row in rows(blank(tmp_path, edition, WARD)["記入要領"]) for c in row if c)
    assert "「調整」のシート" in of_ward
    outside = replace(SECTION, not_applicable=frozenset({"個人.登録など"}))
    of_other = "\n".join(str(c) for row in rows(blank(tmp_path, edition, outside)["記入要領"]) for c in row if c)
    assert "個人.登録など" not in of_other


@pytest.mark.parametrize("year", [2022, 2023])
def test_the_guide_is_printed_on_one_page(tmp_path: Path, whole_edition: Edition, year: int) -> None:
    sheet = blank(tmp_path, whole_edition.for_year(year), FormCover(year, "福祉部", "管理課"))["記入要領"]
    last = int(str(sheet.print_area).rpartition("$")[2])
    wide = sum(sheet.column_dimensions[letter].width * 6 + 4 for letter in "AB")
    height = sum(sheet.row_dimensions[row].height or 18 for row in range(1, last + 1))
    assert height * (595 - 72) / wide < 842 - 86


def test_earlier_figures_are_headed_with_their_year(tmp_path: Path, edition: Edition) -> None:
    earlier = EarlierFigures(2019, {CellKey("公開.内容別", "", "教育", "件数"): 8}, {"個人.事務処理ミス": 2})
    form = blank(tmp_path, edition, SECTION, earlier)
    assert table(form, "公開.内容別")[0] == ["公文書の内容", "件数(件)", "前回（令和元年度）\n件数(件)", "数え方"]
    assert [row[1:] for row in table(form, "公開.内容別")[1:4]] == [[], [], [8]]
    assert table(form, "公開.目的別")[0] == ["請求目的", "件数(件)", "数え方"]
    assert "前回（令和元年度）は 2件でした。" in form["個人.事務処理ミス"]["A2"].value


def test_the_form_says_what_it_was_made_from(tmp_path: Path, edition: Edition, whole_edition: Edition) -> None:
    form = blank(tmp_path, edition, SECTION)
    made_from = fingerprint(edition.on_forms_of(2022))
    assert properties_of(form) == {"様式の版": "2", "定義のハッシュ": made_from}
    assert rows(form["表紙"])[-1][0] == f"様式の版 2、定義 {made_from[:12]} から作りました。"
    renamed = edition.form_texts.model_copy(update={"title": "集計"})
    assert fingerprint(replace(edition, own_form_texts=renamed)) != fingerprint(edition)
    assert fingerprint(whole_edition.for_year(2026)) != fingerprint(edition)
