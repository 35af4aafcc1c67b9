"""The marked copy of a workbook: marks, comments and index are added, and nothing that a person typed changes."""

from __future__ import annotations

import hashlib
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from conftest import SAMPLE
from faulty import rewrite
from nerima_report.workbooks import (
    Mark,
    MarkOrder,
    Sheet,
    Unreadable,
    address,
    column_number,
    read_workbook,
    shared_reader,
)
from nerima_report.workbooks import Workbook as ReadWorkbook
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.mark.copy import marked_copy
from nerima_report.workbooks.mark.styles import FILLS, StyleSheet
from nerima_report.workbooks.mark.xml import RowByRow, parse, serialise
from nerima_report.workbooks.values import REMARK_BEGINNING

AUTHOR = "総務部情報公開課"
INDEX = "確認結果"
# The order in which ECMA-376 wants the children of a worksheet, as far as they occur here.
ORDER = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection", "autoFilter"),
    *("mergeCells", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins"),
    *("pageSetup", "headerFooter", "rowBreaks", "drawing", "legacyDrawing", "controls", "tableParts", "extLst"),
)


def mark(sheet: str, cell: str, **facts: Any) -> Mark:
    base: dict[str, Any] = {
        "code": "N301",
        "severity": "error",
        "severity_name": "エラー",
        "sheet": sheet,
        "cell": cell,
        "anchor": cell,
        "message": "「部分公開」の件数が空欄です。",
        "expected": "",
        "found": "",
        "difference": "",
        "hint": "なかったときは 0 と書いてください。",
        "basis": "集計様式",
        "related": [],
        "related_names": [],
        "advice": [],
        "suggested": [],
    }
    return base | facts  # type: ignore[return-value]


def write_copy(source: Path, target: Path, marks: list[Mark]) -> None:
    """Write the marked copy of a workbook beside it."""
    target.write_bytes(marked_copy(source.read_bytes(), marks, AUTHOR))


def picture() -> BytesIO:
    """A PNG of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return BytesIO(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(4))) + chunk(b"IEND", b""))


def rich_workbook(path: Path) -> Path:
    """A workbook with all that a 課 may have put into it, and with formulas whose results are stored."""
    book = xlsxwriter.Workbook(path)
    sheet, other = book.add_worksheet("公開.処理状況"), book.add_worksheet("写真'2枚")
    tinted = book.add_format({"bg_color": "#FFF8DC", "locked": False, "num_format": "#,##0", "border": 1})
    sheet.write_row(3, 0, ["処理状況", "件数(件)"])
    for row, value in enumerate((986, 700, 44.5, "12件", None), start=4):
        sheet.write(row, 1, value, tinted)
    sheet.write_formula("B10", "=SUM(B5:B9)", tinted, 1730.5)
    sheet.write_formula("C10", '=IF(B10=1730.5,"✓","違う")', None, "✓")
    sheet.write_comment("B5", "所管課のメモ\n2行目", {"author": "担当者"})
    sheet.write_comment("D1", "触れないコメント")
    sheet.data_validation("B5:B9", {"validate": "integer", "criteria": ">=", "value": 0, "error_message": "整数"})
    sheet.conditional_format("B5:B9", {"type": "cell", "criteria": "<", "value": 0, "format": tinted})
    sheet.protect("", {"select_locked_cells": True})
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.repeat_rows(3)
    sheet.print_area("A1:C10")
    sheet.set_footer("&L令和4年度&R&P")
    sheet.merge_range("A12:C12", "結合したセル")
    sheet.set_row(20, 30)
    sheet.freeze_panes(4, 0)
    sheet.insert_button("E5", {"caption": "ボタン"})
    other.insert_image("B2", "印.png", {"image_data": picture()})
    other.insert_textbox("D2", "図形の文字")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "='公開.処理状況'!$B$5:$B$7"})
    other.insert_chart("B10", chart)
    book.define_name("件数", "='公開.処理状況'!$B$5:$B$9")
    other.activate()
    book.close()
    return path


def contents(path: Path, **options: Any) -> dict[str, dict[str, tuple[object, str]]]:
    book = load_workbook(path, **options)
    return {
        sheet.title: {cell.coordinate: (cell.value, cell.data_type) for row in sheet.iter_rows() for cell in row
                      if cell.value is not None}
        for sheet in book.worksheets if not sheet.title.startswith(INDEX)
    }  # fmt: skip


def without_styles(sheet: bytes) -> bytes:
    """The data of a sheet without styles and without the empty cells and rows that only carry one."""
    data = re.search(rb"<sheetData/>|<sheetData>.*?</sheetData>", sheet, re.DOTALL)
    assert data is not None
    bare = re.sub(rb'(<c\b[^>]*?) s="\d+"', rb"\1", data[0])
    return re.sub(rb'<c r="[A-Z]+\d+"/>', b"", bare)


@pytest.fixture
def marked(tmp_path: Path) -> tuple[Path, Path]:
    source, target = rich_workbook(tmp_path / "届いた.xlsx"), tmp_path / "返却_届いた.xlsx"
    related: list[Any] = [{"sheet": "公開.処理状況", "cell": cell} for cell in ("B5", "B6", "B7")]
    write_copy(
        source,
        target,
        [
            mark("公開.処理状況", "B9"),
            mark("公開.処理状況", "B5", code="N302", found="986<&>"),
            mark("公開.処理状況", "B10", severity="warning", severity_name="警告", related=related),
            mark("写真'2枚", "Z30"),
            mark("", "", code="N201"),
        ],
    )
    return source, target


def test_what_was_typed_and_what_was_computed_stays(marked: tuple[Path, Path]) -> None:
    source, target = marked
    assert contents(source) == contents(target)
    assert contents(source, data_only=True) == contents(target, data_only=True)
    assert contents(target, data_only=True)["公開.処理状況"]["B10"] == (1730.5, "n")
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target) as after:
        for number in (1, 2):
            name = f"xl/worksheets/sheet{number}.xml"
            bare = re.sub(rb'<row r="30"></row>', b"", without_styles(after.read(name)))
            assert bare == without_styles(before.read(name)).replace(b"<sheetData/>", b"<sheetData></sheetData>")


def test_all_parts_come_along_and_only_few_are_touched(marked: tuple[Path, Path]) -> None:
    source, target = marked
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target) as after:
        assert set(before.namelist()) <= set(after.namelist())
        assert len(set(after.namelist())) == len(after.namelist())
        changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
        kept = {
            name for name in before.namelist() if re.search("media|chart|drawings/drawing|sharedStrings|theme", name)
        }
    assert len(kept) >= 5  # the picture, the chart, the shapes
    assert changed.isdisjoint(kept)
    assert changed <= {
        *("[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/comments1.xml"),
        *("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/drawings/vmlDrawing1.vml"),
        "xl/worksheets/_rels/sheet2.xml.rels",
    }


def test_cells_are_coloured_and_commented(marked: tuple[Path, Path]) -> None:
    book = load_workbook(marked[1])
    sheet = book["公開.処理状況"]
    colours = {name: sheet[name].fill.fgColor.rgb for name in ("B5", "B6", "B7", "B9", "B10")}
    error, warning, related = FILLS["error"], FILLS["warning"], FILLS["related"]
    assert colours == {"B5": error, "B6": related, "B7": related, "B9": error, "B10": warning}
    assert sheet["B8"].fill.fgColor.rgb == "FFFFF8DC"
    for name in colours:
        assert (sheet[name].number_format, sheet[name].border.left.style) == ("#,##0", "thin")
    comments = {c.coordinate: c.comment for row in sheet.iter_rows() for c in row if c.comment}
    assert set(comments) == {"B5", "B9", "B10", "D1"}
    assert comments["B9"].author == AUTHOR
    for text in ("【確認結果】", "N301", "空欄です", "0 と書いて", "集計様式"):
        assert text in comments["B9"].text
    assert "所管課のメモ\n2行目" in comments["B5"].text
    assert "986<&>" in comments["B5"].text
    assert comments["D1"].text == "触れないコメント"
    assert book["写真'2枚"]["Z30"].comment is not None


def test_an_index_in_front_leads_to_each_cell(marked: tuple[Path, Path]) -> None:
    book = load_workbook(marked[1])
    assert book.sheetnames == [INDEX, "公開.処理状況", "写真'2枚"]
    assert book.active is not None
    assert book.active.title == INDEX
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_view.tabSelected] == [INDEX]
    index = book[INDEX]
    links = {cell.hyperlink.location for row in index.iter_rows() for cell in row if cell.hyperlink}
    assert links == {"'公開.処理状況'!B9", "'公開.処理状況'!B5", "'公開.処理状況'!B10", "'写真''2枚'!Z30"}
    assert index.max_row == 8 + 5
    assert (index.page_setup.paperSize, index.page_setup.orientation) == (9, "landscape")
    assert index.print_title_rows == "$8:$8"
    assert all(cell.data_type != "f" for row in index.iter_rows() for cell in row)


def test_lists_protection_print_set_up_and_names_survive(marked: tuple[Path, Path]) -> None:
    before, after = (load_workbook(path) for path in marked)
    assert set(before.defined_names) <= set(after.defined_names)
    for old in before.worksheets:
        new = after[old.title]
        assert len(new.data_validations.dataValidation) == len(old.data_validations.dataValidation)
        assert len(new.conditional_formatting) == len(old.conditional_formatting)
        assert new.protection.sheet == old.protection.sheet
        assert (new.print_area, new.print_title_rows) == (old.print_area, old.print_title_rows)
        assert (new.page_setup.orientation, new.page_setup.paperSize) == (
            old.page_setup.orientation,
            old.page_setup.paperSize,
        )
        assert str(new.oddFooter) == str(old.oddFooter)
        assert new.merged_cells.ranges == old.merged_cells.ranges
        assert new.freeze_panes == old.freeze_panes
    assert not after["公開.処理状況"]["B9"].protection.locked


def test_the_parts_are_in_the_order_of_the_standard(marked: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(marked[1]) as archive:
        for name in (n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")):
            children = [child.tag.rpartition("}")[2] for child in ElementTree.fromstring(archive.read(name))]
            assert [ORDER.index(child) for child in children] == sorted(ORDER.index(child) for child in children)
        types = archive.read("[Content_Types].xml").decode()
        for name in archive.namelist():
            assert f'PartName="/{name}"' in types or f'Extension="{name.rpartition(".")[2]}"' in types
        vml = archive.read("xl/drawings/vmlDrawing1.vml")
    ids = re.findall(rb'id="(_x0000_s\d+)"', vml)
    assert len(ids) == len(set(ids)) == 5  # the button, two comments of the 課, two new ones
    assert vml.count(b"<x:Locked>False</x:Locked>") == 2  # the new ones can be answered on a protected sheet


@pytest.mark.parametrize("path", [*sorted((SAMPLE / "inbox" / "2022").glob("*.xlsx"))[::6]], ids=lambda path: path.stem)
def test_what_is_read_from_a_copy_is_what_was_read_before(path: Path, tmp_path: Path) -> None:
    before = read_workbook(path)
    assert isinstance(before, ReadWorkbook)
    marks = [mark(sheet.name, address(cell)) for sheet in before.sheets[::2] for cell in [*sheet.cells][-2:]]
    marks += [mark(sheet.name, "Z900") for sheet in before.sheets[::2]]
    write_copy(path, tmp_path / "a.xlsx", marks)
    after = read_workbook(tmp_path / "a.xlsx")
    assert isinstance(after, ReadWorkbook)
    assert [sheet.name for sheet in after.sheets] == [INDEX, *(sheet.name for sheet in before.sheets)]
    for old, new in zip(before.sheets, after.sheets[1:], strict=True):
        assert (list(new.cells.items()), new.facts) == (list(old.cells.items()), old.facts)


def test_a_sheet_without_a_mark_is_the_same_to_the_byte(marked: tuple[Path, Path], tmp_path: Path) -> None:
    source, _ = marked
    write_copy(source, tmp_path / "a.xlsx", [mark("写真'2枚", "B2")])
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(tmp_path / "a.xlsx") as after:
        for name in ("xl/worksheets/sheet1.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"):
            assert after.read(name) == before.read(name)


def test_the_same_marks_give_the_same_bytes_and_the_source_stays(marked: tuple[Path, Path], tmp_path: Path) -> None:
    source, _ = marked
    before = source.read_bytes()
    for name in ("a.xlsx", "b.xlsx"):
        write_copy(source, tmp_path / name, [mark("公開.処理状況", "B9")])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert source.read_bytes() == before


def test_a_copy_that_comes_back_is_marked_anew(marked: tuple[Path, Path], tmp_path: Path) -> None:
    _, first = marked
    again = tmp_path / "again.xlsx"
    write_copy(first, again, [mark("公開.処理状況", "B6", code="N303")])
    book = load_workbook(again)
    assert book.sheetnames == [INDEX, "公開.処理状況", "写真'2枚"]
    assert book[INDEX].max_row == 8 + 1
    sheet = book["公開.処理状況"]
    colours = {name: sheet[name].fill.fgColor.rgb for name in ("B5", "B6", "B7", "B9", "B10")}
    assert colours == dict.fromkeys(colours, "FFFFF8DC") | {"B6": FILLS["error"]}
    comments = {c.coordinate: c.comment.text for row in sheet.iter_rows() for c in row if c.comment}
    assert set(comments) == {"B5", "B6", "D1"}
    assert "確認結果" not in comments["B5"]
    assert "N303" in comments["B6"]
    assert book["写真'2枚"]["Z30"].comment is None
    with zipfile.ZipFile(again) as archive:
        assert len(re.findall(rb'ObjectType="Note"', archive.read("xl/drawings/vmlDrawing1.vml"))) == 3


def test_a_sheet_of_the_same_name_is_left_alone(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].title = INDEX
    book.worksheets[0]["A1"] = "課の書いたもの"
    book.save(tmp_path / "a.xlsx")
    write_copy(tmp_path / "a.xlsx", tmp_path / "b.xlsx", [mark(INDEX, "A1")])
    after = load_workbook(tmp_path / "b.xlsx")
    assert after.sheetnames == [f"{INDEX}(2)", INDEX]
    assert after[INDEX]["A1"].value == "課の書いたもの"


@settings(max_examples=25, deadline=None)
@given(
    cells=st.dictionaries(st.tuples(st.integers(1, 12), st.integers(1, 30)), st.integers(0, 999), max_size=12),
    faulty=st.sets(st.tuples(st.integers(1, 14), st.integers(1, 32)), min_size=1, max_size=6),
)
def test_any_cell_can_be_marked_whether_it_stands_in_the_file_or_not(
    cells: dict[tuple[int, int], int], faulty: set[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("marks")
    book = Workbook()
    for (row, column), value in cells.items():
        book.worksheets[0].cell(row, column, value)
    book.save(folder / "a.xlsx")
    marks = [mark("Sheet", address((row, column))) for row, column in faulty]
    write_copy(folder / "a.xlsx", folder / "b.xlsx", marks)
    sheet = load_workbook(folder / "b.xlsx")["Sheet"]
    assert {(c.row, c.column): c.value for row in sheet.iter_rows() for c in row if c.value is not None} == cells
    coloured = {(c.row, c.column) for row in sheet.iter_rows() for c in row if c.fill.fgColor.rgb == FILLS["error"]}
    assert coloured == faulty
    with zipfile.ZipFile(folder / "b.xlsx") as archive:
        written = archive.read("xl/worksheets/sheet1.xml").decode()
    positions = [(int(row), column_number(name)) for name, row in re.findall(r'<c r="([A-Z]+)(\d+)"', written)]
    assert positions == sorted(positions)


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def bare_workbook(path: Path, sheet: bytes) -> Path:
    """A package with prefixes, without styles, as programs other than Excel write them."""
    types = (
        f'<ct:Types xmlns:ct="{PACKAGE}/content-types"><ct:Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<ct:Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument'
        '.spreadsheetml.sheet.main+xml"/><ct:Override PartName="/xl/a.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></ct:Types>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        for name, kind, target in (
            ("_rels/.rels", "officeDocument", "/xl/workbook.xml"),
            ("xl/_rels/workbook.xml.rels", "worksheet", "a.xml"),
        ):
            relation = f'<p:Relationship Id="r1" Type="{RELATIONS}/{kind}" Target="{target}"/>'
            root = f'<p:Relationships xmlns:p="{PACKAGE}/relationships">'
            archive.writestr(name, f"{root}{relation}</p:Relationships>")
        workbook = f'<x:workbook xmlns:x="{MAIN}" xmlns:q="{RELATIONS}"><x:sheets>'
        sheets = '<x:sheet name="集計" sheetId="7" q:id="r1"/></x:sheets></x:workbook>'
        archive.writestr("xl/workbook.xml", workbook + sheets)
        archive.writestr("xl/a.xml", sheet)
    return path


X14AC = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"
EXTENDED = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<!-- 前 --><x:worksheet xmlns:x="{MAIN}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac xr" '
    f'xmlns:x14ac="{X14AC}" xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" xr:uid="{{1}}">'
    '<x:sheetData><x:row r="1" x14ac:dyDescent="0.4"><x:c r="A1"><x:v>1.50E+3</x:v></x:c>'
    '<x:c r="B1" t="str"><x:f>"a"&amp;"&lt;"</x:f><x:v><![CDATA[a<]]></x:v></x:c></x:row></x:sheetData>'
    '<mc:AlternateContent><mc:Choice Requires="x14"><x:controls/></mc:Choice></mc:AlternateContent>'
    '<x:extLst><x:ext uri="{2}" xmlns:x14="urn:unknown"><x14:thing a="x14:b"> 　 </x14:thing></x:ext></x:extLst>'
    "</x:worksheet>"
)


def test_what_is_not_known_stays_as_it_was_written(tmp_path: Path) -> None:
    source = bare_workbook(tmp_path / "a.xlsx", EXTENDED.encode())
    write_copy(source, tmp_path / "b.xlsx", [mark("集計", "A1")])
    with zipfile.ZipFile(tmp_path / "b.xlsx") as archive:
        written = archive.read("xl/a.xml").decode()
    declaration, _, rest = written.partition("\n")
    assert declaration.replace("'", '"') == EXTENDED.partition("\n")[0]
    style, drawing = re.search(r' s="\d+"', rest), re.search("<x:legacyDrawing [^>]*/>", rest)
    assert style is not None
    assert drawing is not None
    assert rest.index("</x:sheetData>") < drawing.start() < rest.index("<mc:AlternateContent>")
    assert words(rest.replace(style[0], "").replace(drawing[0], "")) == words(EXTENDED.partition("\n")[2])


def words(xml: str) -> list[str]:
    """The words of some XML, in an order in which that of namespaces does not matter."""
    return sorted(re.sub("([</>])", r" \1 ", xml).split(" "))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_prefixes_missing_references_and_other_encodings(encoding: str, tmp_path: Path) -> None:
    named = encoding[:6].removesuffix("-")
    sheet = (
        f'<?xml version="1.0" encoding="{named}"?><x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row>'
        '<x:c><x:v>1</x:v></x:c><x:c t="inlineStr"><x:is><x:t>件数</x:t></x:is></x:c></x:row><x:row/>'
        "</x:sheetData></x:worksheet>"
    ).encode(encoding)
    source = bare_workbook(tmp_path / "a.xlsx", sheet)
    marks = [mark("集計", cell) for cell in ("B1", "C1", "A2", "A9")]
    write_copy(source, tmp_path / "b.xlsx", marks)
    after = load_workbook(tmp_path / "b.xlsx")["集計"]
    assert (after["A1"].value, after["B1"].value) == (1, "件数")
    coloured = {c.coordinate for row in after.iter_rows() for c in row if c.fill.fgColor.rgb == FILLS["error"]}
    assert coloured == {"B1", "C1", "A2", "A9"}
    assert {c.coordinate for row in after.iter_rows() for c in row if c.comment} == coloured


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>', "suspicious-xml"),
        (b"<worksheet><sheetData></worksheet>", "broken"),
        (b"", "sheet-missing"),
    ],
    ids=["文書型", "壊れたXML", "空"],
)
def test_what_cannot_be_marked_is_said_and_leaves_nothing(sheet: bytes, reason: str, tmp_path: Path) -> None:
    source = bare_workbook(tmp_path / "a.xlsx", sheet)
    order = MarkOrder(hashlib.sha256(source.read_bytes()).hexdigest(), [mark("集計", "B1")], AUTHOR)
    copy = shared_reader().mark(source, order)
    assert isinstance(copy, Unreadable)
    assert copy.reason == reason
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_an_old_comment_written_as_plain_text_stays(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0]["B2"] = 3
    book.worksheets[0]["B2"].comment = Comment("前からのコメント", "某")
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        part = next(name for name in archive.namelist() if "comment" in name.lower() and name.endswith(".xml"))
        assert b"<t" in archive.read(part)
    write_copy(tmp_path / "a.xlsx", tmp_path / "b.xlsx", [mark("Sheet", "B2")])
    comment = load_workbook(tmp_path / "b.xlsx")["Sheet"]["B2"].comment
    assert comment is not None
    assert comment.text.startswith("前からのコメント\n\n【確認結果】")


def repacked(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A copy of a workbook with some parts changed: `change` gets the name and the content of each."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target


def prefixed(name: str, content: bytes) -> bytes:
    """The styles with a namespace prefix, as Open XML SDK writes them."""
    if name != "xl/styles.xml":
        return content
    return re.sub(rb"<(/?)(\w)", rb"<\1x:\2", content).replace(b" xmlns=", b" xmlns:x=")


def typed_by_name(name: str, content: bytes) -> bytes:
    """No type by ending: the type of each part of relations by its name."""
    type_ = rb"application/vnd.openxmlformats-package.relationships\+xml"
    if name != "[Content_Types].xml":
        return content
    sheets = [b"xl/worksheets/_rels/sheet%d.xml.rels" % number for number in (1, 2)]
    parts = [b"_rels/.rels", b"xl/_rels/workbook.xml.rels", b"xl/drawings/_rels/drawing1.xml.rels", *sheets]
    overrides = b"".join(
        b'<Override PartName="/%s" ContentType="%s"/>' % (part, type_.replace(b"\\", b"")) for part in parts
    )
    return re.sub(rb'<Default Extension="rels" ContentType="%s"/>' % type_, overrides, content)


def in_utf_16(name: str, content: bytes) -> bytes:
    """The parts that marks change in UTF-16 without a byte order mark."""
    if not name.startswith(("xl/styles", "xl/workbook", "xl/worksheets/sheet", "xl/comments")):
        return content
    return content.decode().replace("UTF-8", "UTF-16").encode("utf-16-le")


def lacking(*lists: str) -> Callable[[str, bytes], bytes]:
    def change(name: str, content: bytes) -> bytes:
        for one in lists if name == "xl/styles.xml" else ():
            content = re.sub(rb"<%s\b.*?</%s>" % (one.encode(), one.encode()), b"", content, flags=re.DOTALL)
        return content

    return change


WRITTEN_OTHERWISE = [prefixed, typed_by_name, in_utf_16, lacking("borders"), lacking("cellStyleXfs")]


@pytest.mark.parametrize("change", WRITTEN_OTHERWISE, ids=lambda change: change.__name__)
def test_copies_of_copies_are_sound_however_the_workbook_is_written(
    change: Callable[[str, bytes], bytes], tmp_path: Path
) -> None:
    source = repacked(rich_workbook(tmp_path / "a.xlsx"), tmp_path / "0.xlsx", change)
    for number in range(3):
        marks = [mark("公開.処理状況", cell) for cell in ("B5", f"C{number + 20}")] + [mark("写真'2枚", "Z30")]
        copy = tmp_path / f"{number + 1}.xlsx"
        write_copy(tmp_path / f"{number}.xlsx", copy, marks)
        assert contents(copy) == contents(tmp_path / "a.xlsx")
        sheet = load_workbook(copy)["公開.処理状況"]
        coloured = {c.coordinate for row in sheet.iter_rows() for c in row if c.fill.fgColor.rgb == FILLS["error"]}
        assert coloured == {"B5", f"C{number + 20}"}
        assert_sound(copy)
    with zipfile.ZipFile(source) as first, zipfile.ZipFile(copy) as last:
        assert first.read("xl/drawings/drawing1.xml") == last.read("xl/drawings/drawing1.xml")


def assert_sound(path: Path) -> None:
    """What Excel repairs: parts without a type, numbers of styles that are not there, lists that are miscounted."""
    with zipfile.ZipFile(path) as archive:
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    known = {one.get("PartName") for one in types} | {one.get("Extension") for one in types}
    assert not [
        name for name in archive.namelist() if not {f"/{name}", name.rpartition(".")[2]} & known and "[" not in name
    ]
    lists = {name: styles.find(f"{{{MAIN}}}{name}") for name in ("fonts", "fills", "borders", "cellXfs")}
    assert [*styles.iter(f"{{{MAIN}}}styleSheet")] == [styles]
    children = [one.tag.partition("}")[2] for one in styles]
    assert children == sorted(children, key=STYLES.index)
    for found in lists.values():
        assert found is not None
        assert len({one.tag for one in found}) == 1
        assert found.get("count") == str(len(found))
    for style in lists["cellXfs"] or ():
        for one, name in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
            assert int(style.get(one) or 0) < len(lists[name] or ())
    used = {int(number) for sheet in sheets for number in re.findall(rb' s="(\d+)"', sheet)}
    assert max(used) < len(lists["cellXfs"] or ())


STYLES = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles")


def test_a_copy_that_says_something_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = rich_workbook(tmp_path / "a.xlsx").read_bytes()
    marks = [mark("公開.処理状況", "B9")]
    with monkeypatch.context() as patch:
        patch.setattr(RowByRow, "serialise", lambda sheet: serialise(sheet.root))  # the rows get lost
        with pytest.raises(Refused, match="broken"):
            marked_copy(content, marks, AUTHOR)
    with monkeypatch.context() as patch:
        patch.setattr("nerima_report.workbooks.mark.copy.index_sheet", lambda *_: BROKEN_SHEET)
        with pytest.raises(Refused, match="broken"):
            marked_copy(content, marks, AUTHOR)
    assert marked_copy(content, marks, AUTHOR)


# A ground that hides what stands on it, in each way in which a file can say so; a mark covers it.
HIDING_GROUNDS: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "白で書く書式": ({"num_format": "[White]0"}, [12]),
    "負の数だけ白": ({"num_format": '0;[White]-0;"-"'}, [-3, 0, 5]),
    "番号の色の書式": ({"num_format": "[Color2]#,##0"}, [1000]),
    "黒い地に黒で書く書式": ({"num_format": "[Black]0.0", "bg_color": "#000000"}, [1.5]),
    "印の色で書く字": ({"font_color": "#FFC1B7"}, [7]),
    "白い字": ({"font_color": "#FFFFFF"}, [7, "文"]),
    "白い地の色の書式": ({"num_format": "[White]yyyy/m/d"}, [44739]),
    "条件で白": ({"num_format": "[White][>5]0;0"}, [3, 9]),
    "字も白の書式": ({"num_format": '[White]"秘"@'}, ["文"]),
    "隠す塗り": ({"bg_color": "#FFFF00", "num_format": "[Yellow]0"}, [4]),
}


@pytest.mark.parametrize("way", HIDING_GROUNDS)
def test_what_cannot_be_seen_on_its_ground_is_no_difference_when_a_mark_covers_it(way: str, tmp_path: Path) -> None:
    look, values = HIDING_GROUNDS[way]
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    book.add_worksheet("集計").write_column(0, 0, values, book.add_format(look))
    book.close()
    cells = [address((row, 1)) for row in range(1, len(values) + 1)]
    write_copy(tmp_path / "a.xlsx", tmp_path / "b.xlsx", [mark("集計", cell) for cell in cells])
    write_copy(tmp_path / "b.xlsx", tmp_path / "c.xlsx", [mark("集計", "C9")])  # the marks go again
    assert contents(tmp_path / "c.xlsx") == contents(tmp_path / "a.xlsx")


@pytest.mark.parametrize("colour", ["FFFFFFFF", "FFFFC1B7"])
def test_a_part_of_a_text_in_the_colour_of_a_ground_is_no_difference(colour: str, tmp_path: Path) -> None:
    runs = f'<r><t>件数</t></r><r><rPr><color rgb="{colour}"/></rPr><t>秘</t></r>'
    row = f'<row><c t="inlineStr"><is>{runs}</is></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>'
    source = bare_workbook(tmp_path / "a.xlsx", sheet.encode())
    write_copy(source, tmp_path / "b.xlsx", [mark("集計", "A1")])
    write_copy(tmp_path / "b.xlsx", tmp_path / "c.xlsx", [mark("集計", "C9")])


# The reader asks for no dimension; openpyxl wants one that it understands.
BROKEN_SHEET = f'<worksheet xmlns="{MAIN}"><dimension ref="nowhere"/><sheetData/></worksheet>'.encode()


def test_a_row_that_a_mark_adds_to_a_sheet_that_hides_others_is_no_difference(tmp_path: Path) -> None:
    hidden = f'<worksheet xmlns="{MAIN}"><sheetFormatPr defaultRowHeight="15" zeroHeight="1"/><sheetData>'
    source = bare_workbook(tmp_path / "a.xlsx", f'{hidden}<row r="2"/></sheetData></worksheet>'.encode())
    write_copy(source, tmp_path / "b.xlsx", [mark("集計", cell) for cell in ("A1", "A3")])
    with zipfile.ZipFile(tmp_path / "b.xlsx") as archive:
        assert re.findall(rb'<row r="(\d)"', archive.read("xl/a.xml")) == [b"1", b"2", b"3"]


def test_numbers_that_are_empty_are_the_usual_ones(tmp_path: Path) -> None:
    row = '<row r="" s=""><c r="" s=""><v>1</v></c><c t="" s=""><v>2</v></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>'
    write_copy(bare_workbook(tmp_path / "a.xlsx", sheet.encode()), tmp_path / "b.xlsx", [mark("集計", "B1")])
    assert (tmp_path / "b.xlsx").exists()
    styles = StyleSheet(
        parse(f'<styleSheet xmlns="{MAIN}"><cellXfs><xf fillId="" fontId=""/></cellXfs></styleSheet>'.encode())
    )
    assert styles.marked(0, "error") == 1
    assert styles.unmarked(1) == 2


def test_a_sheet_without_a_name_is_no_index(tmp_path: Path) -> None:
    """No program writes one, but a broken file may have one; it stays what it is."""
    source, copy, again = (tmp_path / f"{name}.xlsx" for name in "abc")
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row><c><v>12</v></c></row></sheetData></worksheet>'
    bare_workbook(source, sheet.encode())
    nameless = {"xl/workbook.xml": lambda data: data.replace('name="集計"'.encode(), b'name=""')}
    rewrite(source, nameless)
    write_copy(source, copy, [mark("集計", "A1")])
    write_copy(copy, again, [mark("集計", "A1")])
    for file in (copy, again):
        with zipfile.ZipFile(file) as archive:
            assert b"<v>12</v>" in archive.read("xl/a.xml")
            assert archive.read("xl/workbook.xml").count(b":sheet ") == 2


def test_another_sheet_to_which_the_name_of_the_index_has_come_is_not_overwritten(
    marked: tuple[Path, Path], tmp_path: Path
) -> None:
    """Excel takes a name along when its cell is cut out and put into another sheet."""
    moved = tmp_path / "moved.xlsx"
    shutil.copy(marked[1], moved)
    index, sheet = f"'{INDEX}'!$A$1<".encode(), "'公開.処理状況'!$A$1<".encode()
    rewrite(moved, {"xl/workbook.xml": lambda data: data.replace(index, sheet)})
    assert moved.read_bytes() != marked[1].read_bytes()
    with pytest.raises(Refused, match="broken"):
        marked_copy(moved.read_bytes(), [mark("公開.処理状況", "B9")], AUTHOR)


def test_a_package_that_names_no_workbook_is_refused(tmp_path: Path) -> None:
    source = bare_workbook(tmp_path / "a.xlsx", f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode())
    rewrite(source, {"_rels/.rels": lambda data: data.replace(b'officeDocument" Target', b'other" Target')})
    with pytest.raises(Refused, match="broken"):
        marked_copy(source.read_bytes(), [mark("集計", "A1")], AUTHOR)


def test_rows_pass_and_are_not_kept() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (number, number) for number in range(1, 5001))
    content = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + rows + b"</sheetData></worksheet>"
    sheet = RowByRow(BytesIO(content))
    most = max(len(sheet.data) for _ in sheet.rows() if sheet.data is not None)
    assert most < 2_000
    assert rows in sheet.serialise()


def test_a_remark_that_another_program_cut_into_runs_goes_as_a_whole(marked: tuple[Path, Path], tmp_path: Path) -> None:
    cut, again = tmp_path / "cut.xlsx", tmp_path / "again.xlsx"
    with zipfile.ZipFile(marked[1]) as archive, zipfile.ZipFile(cut, "w") as target:
        for name in archive.namelist():
            content = archive.read(name).decode() if "comments" in name.lower() else archive.read(name)
            if isinstance(content, str):
                content = content.replace(REMARK_BEGINNING, f'{REMARK_BEGINNING}</t></r><r><t xml:space="preserve">')
            target.writestr(name, content)
    write_copy(cut, again, [mark("公開.処理状況", "B6")])
    comments = {cell.coordinate: cell.comment.text for row in load_workbook(again)["公開.処理状況"].iter_rows()
                for cell in row if cell.comment}  # fmt: skip
    assert {cell for cell, text in comments.items() if REMARK_BEGINNING in text} == {"B6"}
    assert set(comments) == {"B5", "B6", "D1"}
    assert not any("N301" in text for cell, text in comments.items() if cell != "B6")


@pytest.mark.thorough
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_another_program_opens_it_and_what_it_saves_is_known_again(marked: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "saved"
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    run = [*command, "--convert-to", "xlsx", "--outdir", str(out), str(marked[1])]
    subprocess.run(run, check=True, capture_output=True, timeout=120)
    saved = out / marked[1].name
    assert contents(saved, data_only=True)["公開.処理状況"]["B8"] == ("12件", "s")
    again = tmp_path / "again.xlsx"
    write_copy(saved, again, [mark("公開.処理状況", "B6")])
    book = load_workbook(again)
    assert book.sheetnames == [INDEX, "公開.処理状況", "写真'2枚"]
    assert book[INDEX].max_row == 8 + 1
    read = read_workbook(again)
    assert not isinstance(read, Unreadable)
    assert isinstance(read.sheets[0], Sheet)
