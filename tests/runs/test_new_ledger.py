"""`ledger new`: a ledger of its year, with what was open in that of the year before, and never over another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from conftest import Command, copy_templates
from ledgers import Lists, example_ledgers, write_ledgers
from nerima_report.edition import Edition
from nerima_report.edition.ledger import COUNTED, STATE
from nerima_report.tallies.ledger import load_ledger, open_book

REQUESTS = "公開.請求台帳"


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """The shipped definitions, with room for a few rows: 20,000 take seconds to write."""
    folder = tmp_path / "templates"
    copy_templates(folder)
    texts = folder / "ledgers.toml"
    texts.write_text(texts.read_text(encoding="utf-8").replace("room = 20000", "room = 40"), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path, whole_edition: Edition) -> Path:
    """A working folder with the ledger of 2021."""
    folder = tmp_path / "work"
    write_ledgers(folder, whole_edition, {2021: example_ledgers()[2021]})
    return folder


def rows(file: Path, edition: Edition, year: int) -> dict[str, list[dict[str, object]]]:
    """What the lists of a ledger say."""
    entries = open_book(file, edition, year).tallies.entries
    return {table_id: [entry.as_written for entry in own] for table_id, own in entries.items()}


def places(sheet: Worksheet) -> dict[str, int]:
    """The column of each heading."""
    return {str(cell.value): cell.column or 0 for cell in sheet[4]}


def test_open_cases_go_on_under_their_numbers(
    folder: Path, templates: Path, whole_edition: Edition, command: Command
) -> None:
    run = command("-C", folder, "--templates", templates, "ledger", "new", "2022")
    assert (run.code, run.err) == (0, "")
    before = rows(folder / "ledger" / "2021.xlsx", whole_edition, 2021)
    after = rows(folder / "ledger" / "2022.xlsx", whole_edition, 2022)
    waiting = {key: [row for row in own if "処理" not in row] for key, own in before.items() if "請求台帳" in key}
    assert [row["受付番号"] for row in waiting[REQUESTS]] == ["公開-0003", "公開-0007"]
    assert {key: after[key] for key in waiting} == waiting
    cover = load_workbook(folder / "ledger" / "2022.xlsx")["表紙"]
    said = [str(cell.value) for row in cover for cell in row if cell.value]
    number = sum(map(len, waiting.values()))
    assert any("ledger/2021.xlsx" in text and f"{number}件" in text for text in said)
    assert "ledger/2021.xlsx" in run.out


def test_what_is_carried_over_counts_once(
    folder: Path, templates: Path, whole_edition: Edition, command: Command
) -> None:
    command("-C", folder, "--templates", templates, "ledger", "new", "2022")
    file = folder / "ledger" / "2022.xlsx"
    book = load_workbook(file)
    sheet = book[REQUESTS]
    columns = places(sheet)
    numbers = {sheet.cell(row, columns["受付番号"]).value: row for row in range(5, 8)}
    sheet.cell(numbers["公開-0003"], columns["処理"]).value = "全部公開"
    sheet.cell(numbers["公開-0003"], columns["決定・取下げ日"]).value = datetime(2022, 4, 8)
    book.save(file)
    files = {year: folder / "ledger" / f"{year}.xlsx" for year in (2021, 2022)}
    counted = []
    for year in files:
        ledger = load_ledger(files, whole_edition, year)
        assert ledger is not None
        cases = [case for case in ledger.cases[REQUESTS] if case.values[STATE] == COUNTED]
        counted += [(year, case["受付番号"]) for case in cases if case["受付番号"] == "公開-0003"]
    assert counted == [(2022, "公開-0003")]


def test_a_ledger_that_is_there_stays(folder: Path, templates: Path, command: Command) -> None:
    file = folder / "ledger" / "2021.xlsx"
    before = file.read_bytes()
    run = command("-C", folder, "--templates", templates, "ledger", "new", "2021")
    assert run.code == 2
    assert str(Path("ledger") / "2021.xlsx") in run.err
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["2021.xlsx"]


def test_the_first_ledger_carries_nothing_over(tmp_path: Path, templates: Path, command: Command) -> None:
    run = command("-C", tmp_path, "--templates", templates, "ledger", "new", "R8")
    assert (run.code, run.err) == (0, "")
    assert "引き継" not in run.out
    assert (tmp_path / "ledger" / "2026.xlsx").is_file()


def test_what_could_not_be_read_is_carried_over_as_it_stands(
    folder: Path, templates: Path, whole_edition: Edition, command: Command
) -> None:
    file = folder / "ledger" / "2021.xlsx"
    book = load_workbook(file)
    sheet = book[REQUESTS]
    columns = places(sheet)
    row = next(row for row in range(5, 9) if sheet.cell(row, columns["受付番号"]).value == "公開-0003")
    sheet.cell(row, columns["区分"]).value = "区民か区外か、あとで確かめる"
    sheet.cell(row, columns["枝番"]).value = 1.5
    book.save(file)
    command("-C", folder, "--templates", templates, "ledger", "new", "2022")
    carried = rows(folder / "ledger" / "2022.xlsx", whole_edition, 2022)[REQUESTS]
    row_after = next(row for row in carried if row["受付番号"] == "公開-0003")
    assert (row_after["区分"], row_after["枝番"]) == ("区民か区外か、あとで確かめる", 1.5)


@pytest.mark.parametrize("change", ["no sheet", "no heading", "no ledger"])
def test_nothing_is_written_where_something_open_might_be_lost(
    change: str, folder: Path, templates: Path, command: Command
) -> None:
    file = folder / "ledger" / "2021.xlsx"
    book = load_workbook(file)
    if change == "no sheet":
        book[REQUESTS].title = "ほかのシート"
    elif change == "no heading":
        next(cell for cell in book[REQUESTS][4] if cell.value == "受付番号").value = "番号"
    else:
        book["表紙"]["B5"].value = "課の集計"
    book.save(file)
    run = command("-C", folder, "--templates", templates, "ledger", "new", "2022")
    assert run.code == 2
    assert "2021.xlsx" in run.err
    assert not (folder / "ledger" / "2022.xlsx").exists()


def test_an_appeal_that_is_not_over_is_carried_over(
    tmp_path: Path, templates: Path, whole_edition: Edition, command: Command
) -> None:
    day = datetime(2025, 9, 1).date()
    appeal: Mapping[str, object] = {"審査請求日": day, "審査請求人": "請求者", "受付番号": "公開-0001"}
    over = {**appeal, "受付番号": "公開-0002", "取下げ日": day}
    lists: Lists = {"公開.審査請求一覧": [appeal, over]}
    write_ledgers(tmp_path, whole_edition, {2025: lists})
    assert command("-C", tmp_path, "--templates", templates, "ledger", "new", "2026").code == 0
    after = rows(tmp_path / "ledger" / "2026.xlsx", whole_edition, 2026)
    assert after["公開.審査請求一覧"] == [appeal]
