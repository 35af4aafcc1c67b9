"""A working folder with one 課 that keeps registers, whose forms are filled in as a clerk would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl import load_workbook

from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryField
from nerima_report.fiscal_year import full_name
from nerima_report.tallies.roster import SHEET

SECTION = "福祉部管理課"
Entry = Mapping[str, Any]  # what a clerk writes into a row, by label
Answer = Callable[[str], Entry]  # what is written into a row that is there, by its number


def make_workspace(
    folder: Path, years: range, department: str = "福祉部", section: str = "管理課", form: str = "すべて"
) -> Path:
    """A working folder with registers/, and one 課 in the roster of each year."""
    for name in ("inbox", "records", "out", "registers"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(folder / "roster.xlsx")) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.write_row(0, 0, ("年度", "部", "課", "様式"))
        for row, year in enumerate(years, start=1):
            sheet.write_row(row, 0, (full_name(year), department, section, form))
    return folder


def example(edition: Edition, table_id: str, fiscal_year: int, **said: Any) -> dict[str, Any]:
    """A new entry of a register: every field that it requires says something, and `said` what matters here."""
    new = {"確認": "新規", "登録日": date(fiscal_year, 6, 1), **said}
    return answered(edition.registers[table_id].written, new, fiscal_year)


def answered(fields: Sequence[EntryField], given: Entry, fiscal_year: int) -> dict[str, Any]:
    """An entry with an answer in every field that is required of it, be it only of later years, or due."""
    entry = dict(given)
    for field in fields:
        asked = field.is_required(entry, max(fiscal_year, field.since)) or field.is_due(entry)
        if asked and field.label not in entry:
            entry[field.label] = _example(field, date(fiscal_year, 6, 1))
    return entry


def fill_registers(
    form: Path, target: Path, new: Mapping[str, list[Entry]], answer: Answer = lambda number: {}, **cover: Any
) -> Path:
    """Answer every row that is there, write new ones below, mark what is empty as 該当なし, and hand the form in."""
    book = load_workbook(form)
    for sheet in book.worksheets[2:]:
        headings = {str(cell.value).partition("(")[0]: cell.column for cell in sheet[4] if cell.value}
        if "確認" not in headings:
            continue
        row = 5
        while (number := sheet.cell(row, headings["番号"]).value) is not None:
            _write(sheet, row, headings, {"確認": "変更なし", **_yearly(headings), **answer(str(number))})
            row += 1
        for entry in new.get(sheet.title, []):
            _write(sheet, row, headings, entry)
            row += 1
        if row == 5:
            _mark(book, sheet.title)
    for key in ("個人.第三者点検", "個人.事務処理ミス", *cover.get("marks", ())):
        _mark(book, key)
    if "section" in cover:
        book["表紙"]["B7"] = cover["section"]
    if "number" in cover:
        book["表紙"]["B9"] = cover["number"]
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def _example(field: EntryField, day: date) -> Any:
    match field.type:
        case "choice":
            return field.choices[0]
        case "date":
            return day
        case "count":
            return 1500
        case _:
            return f"架空の{field.label}"


def _yearly(headings: Mapping[str, int]) -> dict[str, Any]:
    return {"延べ人数": 100} if "延べ人数" in headings else {}


def _write(sheet: Any, row: int, headings: Mapping[str, int], said: Entry) -> None:
    for label, value in said.items():
        cell = sheet.cell(row, headings[label])
        assert not cell.protection.locked, (sheet.title, cell.coordinate)
        cell.value = value


def _mark(book: Any, key: str) -> None:
    cover = book["表紙"]
    rows = [row for row in range(12, 70) if cover.cell(row, 1).value == key]
    if rows:
        cover.cell(rows[0], 4).value = "該当なし"
