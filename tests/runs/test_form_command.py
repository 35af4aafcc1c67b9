"""`nerima-report form`: blank workbooks for the 課 of the roster, filled in as a clerk would, and read back."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from conftest import SAMPLE, Command
from consistent import Counts, Entries, consistent
from form_cells import caption_row, cell, sheet_of, stands_on, table
from nerima_report.checks import run_checks
from nerima_report.edition import Edition
from nerima_report.examination import examine
from nerima_report.fiscal_year import Month
from nerima_report.forms import EarlierFigures, Filling, FormCover, render_form, write_form
from nerima_report.forms.recipients import load_earlier
from nerima_report.places import CellKey
from nerima_report.tallies.submission import load_submissions

OFFICE = FormCover(2022, "福祉部", "管理課")
few = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fill_in(path: Path, counts: Mapping[CellKey, int], entries: Entries) -> None:
    """Type numbers and entries into the cells that are not locked, found by what a clerk reads, and save."""
    book = load_workbook(path)
    for key, count in counts.items():
        if stands_on(book, key.table):
            type_into(sheet_of(book, key.table), cell(book, key).coordinate, count)
    for table_id, rows in entries.items():
        first = 6 if book[table_id]["A5"].value == "記入例" else 5
        for number, entry in enumerate(rows, start=first):
            for place, heading in enumerate(book[table_id][4], start=1):
                value = entry.get(str(heading.value).partition("(")[0])
                address = book[table_id].cell(number, place).coordinate
                if heading.value:
                    type_into(book[table_id], address, value.full if isinstance(value, Month) else value)
        if not rows:
            mark(book, table_id)
    book.save(path)


def type_into(sheet: Worksheet, address: str, value: Any) -> None:
    assert not sheet[address].protection.locked, (sheet.title, address)
    sheet[address] = value


def mark(book: Workbook, key: str) -> None:
    row = next(r for r in range(12, 60) if book["表紙"].cell(r, 1).value == key)
    type_into(book["表紙"], f"D{row}" if "." in key else f"C{row}", "該当なし" if "." in key else "所管外")


def codes(path: Path, edition: Edition) -> list[str]:
    """What the checks say of one workbook by itself."""
    inbox = load_submissions([path], edition)
    collection = examine(inbox, edition, 2022, None)
    return [finding.code for finding in run_checks(collection)]


def set_roster(workdir: Path, section: str, form: str | None) -> str:
    """Write into the column 様式 of the roster; returns the cell."""
    book = load_workbook(workdir / "roster.xlsx")
    sheet = book["名簿"]
    row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 3).value == section)
    sheet.cell(row, 4).value = form
    book.save(workdir / "roster.xlsx")
    return f"D{row}"


# ---- which forms ----


def test_everybody_on_the_roster_gets_a_form_and_so_does_the_ward(command: Command, workdir: Path) -> None:
    run = command("-C", workdir, "form", "R4")
    forms = sorted(path.name for path in (workdir / "forms" / "2022").iterdir())
    assert run.code == 0
    assert len(forms) == 6
    assert {
        "03_福祉部管理課_令和4年度.xlsx",
        "05_土木部管理課_令和4年度.xlsx",
        "00_区全体_情報公開課_令和4年度.xlsx",
    } < set(forms)
    assert all(name in run.out for name in forms)
    assert "6 ファイル作りました" in run.out


def test_the_same_forms_are_the_same_bytes_and_are_left_alone(command: Command, workdir: Path) -> None:
    command("-C", workdir, "form", "2022")
    command("-C", workdir, "form", "2022", "--out", "again")
    for path in (workdir / "forms" / "2022").iterdir():
        assert path.read_bytes() == (workdir / "again" / path.name).read_bytes()
    assert "作っていません" in command("-C", workdir, "form", "2022").out


def test_some_sections_only(command: Command, workdir: Path) -> None:
    run = command(
        "-C", workdir, "form", "2022", "--section", "国保年金課", "--section", "福祉部管理課", "--section", "区全体"
    )
    assert run.code == 0
    assert sorted(path.name for path in (workdir / "forms" / "2022").iterdir()) == [
        "00_区全体_情報公開課_令和4年度.xlsx",
        "02_区民部国保年金課_令和4年度.xlsx",
        "03_福祉部管理課_令和4年度.xlsx",
    ]


@pytest.mark.parametrize(
    ("name", "told"), [("管理課", "土木部管理課"), ("国保年金科", "もしかして: 国保年金課"), ("どこにもない", "名簿に")]
)
def test_a_section_that_is_not_clear_is_told(name: str, told: str, command: Command, workdir: Path) -> None:
    run = command("-C", workdir, "form", "2022", "--section", name)
    assert run.code == 2
    assert told in run.err
    assert not (workdir / "forms").exists()


@pytest.mark.parametrize("words", ["公開", "公文書の公開状況", "公開、公文書の公開状況"])
def test_a_section_gets_the_parts_that_the_roster_names(
    words: str, command: Command, workdir: Path, edition: Edition, sample_counts: Counts
) -> None:
    set_roster(workdir, "保健予防課", words)
    command("-C", workdir, "form", "2022", "--section", "保健予防課")
    path = next((workdir / "forms" / "2022").iterdir())
    book = load_workbook(path)
    assert not [name for name in book.sheetnames if name.startswith("個人")]
    row = next(r for r in range(12, 60) if book["表紙"].cell(r, 1).value == "個人")
    assert book["表紙"].cell(row, 4).value == "該当なし"
    assert book["表紙"].cell(row, 4).protection.locked
    fill_in(path, {key: 0 for key in sample_counts if key.table.startswith("公開")}, {})
    assert set(codes(path, edition)) == {"N402"}  # openpyxl saves no results of formulas


@pytest.mark.parametrize("words", ["個人、公開", "すべて", None])
def test_all_parts_may_be_named_or_nothing(words: str | None, command: Command, workdir: Path) -> None:
    set_roster(workdir, "保健予防課", words)
    command("-C", workdir, "form", "2022", "--section", "保健予防課")
    assert len(load_workbook(next((workdir / "forms" / "2022").iterdir())).sheetnames) == 6


def test_a_form_that_does_not_exist_is_told_with_its_cell(command: Command, workdir: Path) -> None:
    cell = set_roster(workdir, "保健予防課", "公開、こじん")
    run = command("-C", workdir, "form", "2022")
    assert run.code == 2
    for told in ("roster.xlsx", f"名簿 {cell}", "「こじん」", "すべて、公開（公文書の公開状況）、個人（"):
        assert told in run.err
    assert not (workdir / "forms").exists()


def test_a_year_after_the_ordinance_has_the_part_under_the_act(command: Command, tmp_path: Path) -> None:
    command("init", tmp_path, "--year", "2026")
    assert command("-C", tmp_path, "form", "R8", "--section", "福祉部管理課").code == 0
    book = load_workbook(tmp_path / "forms" / "2026" / "12_福祉部管理課_令和8年度.xlsx")
    assert book["表紙"]["B4"].value == "令和8年度"
    assert {name.partition(".")[0] for name in book.sheetnames} == {"表紙", "記入要領", "公開", "個人"}
    assert table(book, "個人.開示等請求")[1] == ["区民"]
    assert "個人.利活用" in book.sheetnames
    with pytest.raises(StopIteration):
        table(book, "個人.請求状況")


# ---- what is there already ----


def test_a_form_that_was_filled_in_is_not_replaced(command: Command, workdir: Path) -> None:
    command("-C", workdir, "form", "2022")
    filled = workdir / "forms" / "2022" / "03_福祉部管理課_令和4年度.xlsx"
    fill_in(filled, {CellKey("公開.内容別", "", "教育", "件数"): 3}, {})
    (workdir / "forms" / "2022" / "05_土木部管理課_令和4年度.xlsx").unlink()
    before = filled.read_bytes()
    run = command("-C", workdir, "form", "2022")
    assert run.code == 2
    assert filled.name in run.err
    assert "--force" in run.err
    assert filled.read_bytes() == before
    assert len(list((workdir / "forms" / "2022").iterdir())) == 5  # nothing was written at all
    assert command("-C", workdir, "form", "2022", "--force").code == 0
    assert filled.read_bytes() != before


# ---- figures of an earlier year ----


def test_earlier_figures_stand_beside_the_cells(command: Command, workdir: Path) -> None:
    book = load_workbook(workdir / "roster.xlsx")
    book["名簿"].append(["令和5年度", "新しい部", "新しい課", "すべて"])
    book.save(workdir / "roster.xlsx")
    run = command("-C", workdir, "form", "2023", "--previous", "inbox")
    assert run.code == 0
    assert re.search("前の年度の集計が見つからないので、数を載せていません: .*新しい部新しい課", run.out)
    sample = load_workbook(next((workdir / "inbox" / "2022").glob("12_*")), data_only=True)
    form = load_workbook(workdir / "forms" / "2023" / "03_福祉部管理課_令和5年度.xlsx")
    headings, *rows = table(form, "公開.処理状況")
    assert headings[2] == "前年度（令和4年度）\n件数(件)"
    assert [row[1] for row in rows[:6]] == [sample["公開.処理状況"].cell(r, 2).value for r in range(5, 11)]
    before = cell(form, CellKey("公開.処理状況", "", "全部公開", "件数")).offset(0, 2)  # 請求者 has two columns
    assert before.value == rows[0][1]
    assert before.font.color.rgb == "FF7F7F7F"
    assert before.protection.locked
    ward = load_workbook(workdir / "forms" / "2023" / "00_区全体_情報公開課_令和5年度.xlsx")
    assert sum(int(str(row[1])) for row in table(ward, "公開.請求者")[1:5]) == 212


def test_the_latest_earlier_workbook_of_a_section_counts(
    edition: Edition, whole_edition: Edition, tmp_path: Path
) -> None:
    def hand_in(name: str, year: int, number: int, count: int) -> None:
        cover = FormCover(year, "福祉部", "管理課", submission=number, not_applicable=frozenset({"個人"}))
        write_form(tmp_path / name, edition, cover, {CellKey("公開.内容別", "", "教育", "件数"): count}, {})

    hand_in("a.xlsx", 2021, 3, 1)
    hand_in("b.xlsx", 2022, 2, 2)
    hand_in("c.xlsx", 2022, 1, 3)
    hand_in("d.xlsx", 2023, 1, 4)
    (tmp_path / "e.xlsx").write_bytes(b"")
    earlier = load_earlier(tmp_path, whole_edition, 2023)
    figures = earlier.of(FormCover(2023, "福祉部", "管理課"))
    assert figures is not None
    assert figures.fiscal_year == 2022
    assert figures.counts[CellKey("公開.内容別", "", "教育", "件数")] == 2
    assert figures.counts[CellKey("個人.登録など", "", "業務の委託", "件数")] == "該当なし"
    assert [path.name for path in earlier.unusable] == ["e.xlsx"]
    only = load_earlier(tmp_path / "a.xlsx", whole_edition, 2023).of(OFFICE)
    assert only is not None
    assert only.fiscal_year == 2021


@pytest.mark.parametrize("place", ["inbox/2022", "nowhere", "roster.xlsx"])
def test_no_earlier_figures_are_told(place: str, command: Command, workdir: Path) -> None:
    run = command("-C", workdir, "form", "2022", "--previous", place)
    assert run.code == 2
    assert "令和4年度より前の集計" in run.err
    assert not (workdir / "forms").exists()


# ---- filled in and read back ----


@pytest.fixture(scope="module")
def sample_counts(edition: Edition) -> Counts:
    """Every cell of a section's form, with 1 in it."""
    return {
        row.key(table_id, column.label): 1
        for table_id, columns in edition.collected_counts(ward=False).items()
        for row in edition.count_tables[table_id].rows
        for column in columns
    }


@pytest.mark.thorough
@few
@given(data=st.data())
def test_any_consistent_numbers_give_no_finding(data: st.DataObject, edition: Edition, tmp_path: Path) -> None:
    counts, entries = data.draw(consistent(edition))
    before, _ = data.draw(consistent(edition))
    none = frozenset(table for table, rows in entries.items() if not rows)
    cover = FormCover(2022, "福祉部", "管理課", not_applicable=none)
    write_form(tmp_path / "form.xlsx", edition, cover, counts, entries)
    assert codes(tmp_path / "form.xlsx", edition) == []

    blank = Filling(earlier=EarlierFigures(2021, before, {}))
    path = tmp_path / "form-typed.xlsx"
    path.write_bytes(render_form(edition, OFFICE, blank))
    fill_in(path, counts, entries)
    # A program that is not Excel saves no results of formulas: that is all that is noticed.
    assert set(codes(path, edition)) <= {"N402"}
    inbox = load_submissions([path], edition)
    collection = examine(inbox, edition, 2022, None)
    assert {cell.key: cell.value for cell in collection.tallies.cells} == counts
    assert {key: len(collection.tallies.entries[key]) for key in entries} == {
        key: len(rows) for key, rows in entries.items()
    }


def test_a_blank_form_with_earlier_figures_is_read_as_blank(
    edition: Edition, tmp_path: Path, sample_counts: Counts
) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(render_form(edition, OFFICE, Filling(earlier=EarlierFigures(2021, sample_counts, {}))))
    collection = examine(load_submissions([path], edition), edition, 2022, None)
    assert {cell.reading.status for cell in collection.tallies.cells} == {"blank"}
    assert {f.code for f in run_checks(collection)} == {"N311", "N318"}


def test_a_form_is_read_without_its_properties_and_without_its_guide(
    edition: Edition, tmp_path: Path, sample_counts: Counts
) -> None:
    path = tmp_path / "form.xlsx"
    write_form(path, edition, OFFICE, dict.fromkeys(sample_counts, 0), {})
    book: Any = load_workbook(path)
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]
    del book["記入要領"]
    line = next(each for each in book["表紙"]["A"] if str(each.value).startswith("様式の版 2、定義 "))
    line.value = None
    for table_id in ("個人.第三者点検", "個人.事務処理ミス"):
        mark(book, table_id)
    book.save(path)
    assert set(codes(path, edition)) == {"N402"}


def test_a_table_that_is_missing_is_not_found_in_the_guide(edition: Edition, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(render_form(edition, OFFICE, Filling()))
    book = load_workbook(path)
    first = caption_row(book, "公開.目的別")
    book["公開"].unmerge_cells(start_row=first + 1, end_row=first + 1, start_column=1, end_column=4)
    book["公開"].delete_rows(first, caption_row(book, "公開.処理状況") - first)
    book.save(path)
    assert codes(path, edition).count("N203") == 1


# ---- as a spreadsheet program computes it ----


def recalculated(path: Path, folder: Path) -> Workbook:
    """The workbook as LibreOffice computes it; skips where it is not installed."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    arguments = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    subprocess.run(
        [*arguments, "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", folder / "out", path],
        capture_output=True,
        timeout=120,
    )
    if not (folder / "out" / path.name).is_file():
        pytest.skip("LibreOffice cannot open workbooks here")
    return load_workbook(folder / "out" / path.name, data_only=True)


@pytest.mark.thorough
def test_typed_numbers_are_added_up_and_compared(edition: Edition, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(render_form(edition, OFFICE, Filling()))
    counts = {
        CellKey("公開.内容別", "", "教育", "件数"): 7,
        CellKey("公開.請求者", "", "区民", "件数"): 7,
        CellKey("公開.目的別", "", "営業活動", "件数"): 5,
        CellKey("公開.処理状況", "", "全部公開", "件数"): 7,
        CellKey("個人.登録など", "", "電算結合", "件数"): 1,
    }
    fill_in(path, counts, {"個人.事務処理ミス": [{"種別": "紛失"}], "個人.第三者点検": []})
    typed = load_workbook(path)
    mark(typed, "個人")
    typed.save(path)
    book = recalculated(path, tmp_path)
    assert cell(book, CellKey("公開.内容別", "", "合計", "件数")).value == 7
    assert cell(book, CellKey("公開.請求者", "", "検算", "件数")).value == "✓"
    assert cell(book, CellKey("公開.目的別", "", "検算", "件数")).value == "公開.内容別より2少ない"
    assert cell(book, CellKey("公開.内容別", "", "検算", "件数")).value == "公開.目的別より2多い"
    states = {row[0].value: row[4].value for row in book["表紙"].iter_rows(min_row=17, max_col=5)}
    assert states["公開.内容別"] == "空欄あり 8"
    assert states["個人.登録など"] == "－"
    said = {key: book["公開"].cell(caption_row(book, key) + 1, 1).value for key in ("公開.処理状況", "公開.内容別")}
    assert said["公開.処理状況"] is None
    assert str(said["公開.内容別"]).startswith("請求1件を")
    said = {key: book["個人"].cell(caption_row(book, key) + 1, 1).value for key in ("個人.請求状況", "個人.登録など")}
    assert said["個人.請求状況"] == "該当なし（表紙で選択）"
    assert str(said["個人.登録など"]).startswith("該当なし（表紙で選択）　書いてある数や文を消すか")
    assert book["個人.事務処理ミス"]["A2"].value.startswith("該当なし（表紙で選択）　書いてある")


@pytest.mark.thorough
def test_stored_results_are_those_that_a_spreadsheet_program_computes(tmp_path: Path) -> None:
    for pattern in ("00_*", "12_*"):
        path = next((SAMPLE / "inbox" / "2022").glob(pattern))
        stored, computed = load_workbook(path, data_only=True), recalculated(path, tmp_path)
        for sheet in stored:
            assert values(sheet) == values(computed[sheet.title]), sheet.title


def values(sheet: Worksheet) -> Sequence[tuple[str, object]]:
    return [(each.coordinate, each.value) for row in sheet.iter_rows() for each in row if each.value not in (None, "")]
