"""The values that the scan reads are those that openpyxl reads, whatever program wrote them and in whatever way.

Texts are cleaned; openpyxl leaves them as they are.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import SAMPLE
from nerima_report.workbooks import CellValue, Position
from nerima_report.workbooks.cleaning import clean
from nerima_report.workbooks.read import read_sheets

Values = Mapping[str, Mapping[Position, CellValue]]
SAMPLES = sorted((SAMPLE / "inbox").rglob("*.xlsx"))[::12]


def by_the_scan(data: bytes) -> Values:
    return {sheet.name: dict(sheet.cells) for sheet in read_sheets(data)}


def by_openpyxl(data: bytes) -> Values:
    found: dict[str, dict[Position, Any]] = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets:
        sheet.reset_dimensions()
        rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        found[sheet.title] = {
            (row, column): clean(value).text if isinstance(value, str) else value
            for row, values in rows
            for column, value in enumerate(values, start=1)
            if value is not None
        }
    return found


def same(data: bytes) -> bool:
    ours, theirs = by_the_scan(data), by_openpyxl(data)
    types = [{p: type(v) for p, v in cells.items()} for told in (ours, theirs) for cells in told.values()]
    return ours == theirs and types[: len(types) // 2] == types[len(types) // 2 :]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_values_of_the_sample(path: Path) -> None:
    assert same(path.read_bytes())


VALUES = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.datetimes(datetime(1900, 3, 1), datetime(2200, 1, 1)),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1, max_size=40),
)


@given(values=st.lists(st.lists(VALUES, max_size=4), max_size=6), from_1904=st.booleans())
@settings(max_examples=40, deadline=None)
def test_values_of_any_workbook(values: list[list[object]], from_1904: bool) -> None:
    content = io.BytesIO()
    options = {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss", "date_1904": from_1904}
    workbook = xlsxwriter.Workbook(content, options | {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = workbook.add_worksheet()
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            sheet.write(row, column, value)
    workbook.close()
    assert same(content.getvalue())


def test_values_written_by_openpyxl() -> None:
    """It writes texts into the cells, and days and durations as numbers."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    row = ["課", " 前後に空白 ", "二行\n目", 1, 1.5, True, date(2023, 3, 31), datetime(2023, 3, 31, 9, 30), time(9, 30)]
    sheet.append([*row, timedelta(hours=30)])
    content = io.BytesIO()
    book.save(content)
    assert same(content.getvalue())


# What spreadsheet programs write, and what other programs write though none should.
CELLS = {
    "数": "<c><v>12</v></c>",
    "小数": "<c><v>1.50</v></c>",
    "指数": "<c><v>1E3</v></c>",
    "空の値": "<c><v></v></c>",
    "空白のある数": "<c><v> 12 </v></c>",
    "書式だけ": '<c s="0"/>',
    "共有の文": '<c t="s"><v>0</v></c>',
    "飾りのある共有の文": '<c t="s"><v>1</v></c>',
    "ふりがなのある共有の文": '<c t="s"><v>2</v></c>',
    "空の共有の文": '<c t="s"><v>3</v></c>',
    "セルの中の文": '<c t="inlineStr"><is><t>中の文</t></is></c>',
    "飾りのあるセルの中の文": '<c t="inlineStr"><is><r><rPr/><t>中</t></r><r><t> の文</t></r></is></c>',
    "空のセルの中の文": '<c t="inlineStr"><is><t/></is></c>',
    "文のないセルの中の文": '<c t="inlineStr"><is/></c>',
    "文でないものに中の文": "<c><is><t>読まない</t></is></c>",
    "計算した文": '<c t="str"><f>"a"</f><v>計算 </v></c>',
    "計算した空の文": '<c t="str"><f>""</f><v></v></c>',
    "計算した数": "<c><f>1+1</f><v>2</v></c>",
    "結果のない計算": "<c><f>1+1</f></c>",
    "真偽": '<c t="b"><v>1</v></c>',
    "誤り": '<c t="e"><v>#REF!</v></c>',
    "日付の文字": '<c t="d"><v>2023-03-31</v></c>',
    "値が二つ": "<c><v>1</v><v>2</v></c>",
    "字下げ": "<c>\n  <v>\n12\n</v>\n</c>",
    "実体参照": '<c t="str"><v>A&amp;B&#x8ab2;</v></c>',
}
SHARED = """<si><t>課</t></si><si><r><t>飾り</t></r><r><rPr><b/></rPr><t>の文</t></r></si>
<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si><si><t/></si>"""


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_values_however_they_are_written(cell: str) -> None:
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    workbook.add_worksheet().write(0, 0, "so that there are shared texts")
    workbook.close()
    with zipfile.ZipFile(content) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = f"<worksheet {main}><sheetData><row>{cell}</row></sheetData></worksheet>"
    parts |= {
        "xl/worksheets/sheet1.xml": sheet.encode(),
        "xl/sharedStrings.xml": f"<sst {main}>{SHARED}</sst>".encode(),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert same(packed.getvalue())


def test_a_sheet_that_comes_before_its_texts_is_understood() -> None:
    """Nothing says in which order a package holds its parts, or where sheets must lie."""
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    workbook.add_worksheet("表").write_row(0, 0, ["課", 12])
    workbook.close()
    source = zipfile.ZipFile(content)
    moved = io.BytesIO()
    with zipfile.ZipFile(moved, "w") as archive:
        for name in sorted(source.namelist(), key=lambda name: "sheet1" not in name):
            text = source.read(name).decode().replace("worksheets/sheet1.xml", "a.xml")
            archive.writestr(name.replace("worksheets/sheet1.xml", "a.xml"), text)
    assert by_the_scan(moved.getvalue()) == {"表": {(1, 1): "課", (1, 2): 12}}
