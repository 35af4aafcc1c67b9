"""What a person sees in a workbook, and what is read of it: formats, strike-through, colours, hidden rows, texts."""

from __future__ import annotations

import io
import tomllib
import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import pytest

from nerima_report.tallies.cell_values import says
from nerima_report.workbooks import CellValue, Sheet
from nerima_report.workbooks.cleaning import clean, not_for_print, unified
from nerima_report.workbooks.formulas import refers_to_other_workbook, summed_ranges
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read import read_sheets
from nerima_report.workbooks.read.number_format import number_format
from nerima_report.workbooks.transfer import read_answer, write_answer

FORMATS = tomllib.loads((Path(__file__).parents[1] / "cases" / "number_formats.toml").read_text(encoding="utf-8"))
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
SHAPES = 'xmlns:x="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def read(sheet: str, **written: str) -> Sheet:
    """A workbook of one sheet, made of what stands in its parts, as the program gets it from the worker."""
    styles, shared, theme, names, drawn = (written.get(n, "") for n in ("styles", "shared", "theme", "names", "drawn"))
    content = io.BytesIO()
    targets = {"sheet1": "worksheet", "styles": "styles", "sharedStrings": "sharedStrings"}
    relations = "".join(f'<Relationship Id="{n}" Type="{OFFICE}/{k}" Target="{n}.xml"/>' for n, k in targets.items())
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/workbook.xml" '
        f'ContentType="{SPREADSHEET}.sheet.main+xml"/><Override PartName="/sheet1.xml" '
        f'ContentType="{SPREADSHEET}.worksheet+xml"/></Types>',
        "_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        "workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="表" r:id="sheet1"/></sheets>'
        f"{names}</workbook>",
        "sheet1.xml": f"<worksheet {MAIN}>{sheet}</worksheet>",
        "styles.xml": f"<styleSheet {MAIN}>{styles}</styleSheet>",
        "sharedStrings.xml": f"<sst {MAIN}>{shared}</sst>",
        "_rels/sheet1.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="d" '
        f'Type="{OFFICE}/drawing" Target="drawing1.xml"/></Relationships>',
        "drawing1.xml": f"<x:wsDr {DRAWING} {SHAPES}>{drawn}</x:wsDr>",
        "theme.xml": f"<a:theme {DRAWING}><a:clrScheme>{theme}</a:clrScheme></a:theme>",
    }
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    workbook = read_answer(write_answer(read_sheets(content.getvalue()), ""), Path("表.xlsx"))
    return workbook.sheets[0]  # type: ignore[union-attr] # it is no refusal


def row(*cells: str, **attributes: str) -> str:
    names = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<sheetData><row{names}>{''.join(cells)}</row></sheetData>"


def value_of(text: str) -> CellValue:
    if text.lstrip("-").isdecimal():
        return int(text)
    return date.fromisoformat(text) if text[:1].isdecimal() else text


def seen_otherwise(code: str, value: CellValue) -> str | None:
    display = number_format(code).display(value)
    same = display is None or (isinstance(value, int | float) and says(display, value))
    return None if same else display


@pytest.mark.parametrize("code", FORMATS["same"])
def test_formats_that_show_the_value(code: str) -> None:
    values = FORMATS["same"][code]
    assert [seen_otherwise(code, value) for value in values] == [None] * len(values)


@pytest.mark.parametrize("code", FORMATS["differs"])
def test_formats_that_show_something_else(code: str) -> None:
    expected = FORMATS["differs"][code]
    assert {value: seen_otherwise(code, value_of(value)) for value in expected} == expected


def test_no_format_and_no_number_stops_the_reader() -> None:
    codes = ("0" * 999_999, "0." + "0" * 999_999, "0" + "%" * 99_999, "0" + "," * 99_999, '"' * 99_999, "[>9" * 99_999)
    for code in (*codes, "[<1e999]0", "[", "\\", "*", "_", ";" * 99_999, "0a" * 99_999):
        for value in (1e300, -1e-300, 10**400, float("nan"), float("-inf"), 0, 26, "文"):
            number_format(code).display(value)


STYLES = """<numFmts><numFmt numFmtId="180" formatCode="0&quot;0&quot;"/></numFmts>
<fonts><font/><font><strike/></font><font><strike val="0"/><color rgb="FFFFFFFF"/></font><font><color theme="0"/></font>
<font><color indexed="9"/></font><font><color rgb="FFD9D9D9"/></font></fonts>
<fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FFFFF8DC"/></patternFill></fill>
<fill><patternFill patternType="solid"><fgColor theme="4" tint="0.5"/></patternFill></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FF000000"/></patternFill></fill></fills>
<borders><border><left><color rgb="FFFFFFFF"/></left></border></borders>
<cellXfs><xf/><xf fontId="1"/><xf fontId="2"/><xf fontId="3"/><xf fontId="4"/><xf fontId="5"/>
<xf fontId="2" fillId="2"/>
<xf fontId="2" fillId="3"/><xf fillId="4"/><xf numFmtId="180"/><xf numFmtId="9"/><xf fontId="2" fillId="4"/></cellXfs>
<dxfs><dxf><font><strike/></font></dxf></dxfs>"""


def test_looks_of_cells() -> None:
    cells = (f'<c s="{style}"><v>12</v></c>' for style in range(12))
    facts = read(row(*cells), styles=STYLES).facts
    assert facts.struck == {(1, 2)}
    assert facts.unseen == {(1, 3), (1, 4), (1, 5), (1, 7), (1, 9)}
    assert facts.displays == {(1, 10): "120", (1, 11): "1200%"}


LOOKS = """<numFmts><numFmt numFmtId="181" formatCode="[白]0"/><numFmt numFmtId="182" formatCode="[Color8]0"/></numFmts>
<fonts><font/><font><sz val="1"/></font><font><color rgb="FFFFFFFF"/></font><font><color theme="2"/></font>
<font><color theme="3" tint="0.9"/></font></fonts>
<fills><fill><patternFill/></fill><fill/>
<fill><gradientFill><stop><color rgb="FFFFFFFF"/></stop><stop><color theme="0"/></stop></gradientFill></fill>
<fill><gradientFill><stop><color rgb="FFFFFFFF"/></stop><stop><color rgb="FF0000FF"/></stop></gradientFill></fill>
<fill><patternFill patternType="solid"><fgColor theme="2"/></patternFill></fill></fills>
<borders><border/><border diagonalUp="1"><diagonal style="thin"/></border>
<border diagonalDown="1"><diagonal/></border><border><diagonal style="thin"/></border></borders>"""
THEME = "".join(f'<a:srgbClr val="{colour}"/>' for colour in ("000000", "FFFFFF", "1F497D", "EEECE1", "4F81BD"))


@pytest.mark.parametrize(
    ("style", "looks"),
    [
        ('fontId="1"', {"unseen"}),
        ('fontId="2" fillId="2"', {"unseen"}),
        ('fontId="2" fillId="3"', set()),
        ('fontId="3"', {"unseen"}),
        ('fontId="2" fillId="4"', {"unseen"}),
        ('fontId="4"', {"unseen"}),
        ('borderId="1"', {"struck"}),
        ('borderId="2"', set()),
        ('borderId="3"', set()),
        ('numFmtId="181"', {"displays"}),
        ('numFmtId="182"', set()),
        ('numFmtId="182" fillId="4"', {"displays"}),
        ('numFmtId="11"', {"displays"}),
        ('><alignment horizontal="fill"/', {"displays"}),
        ('><alignment horizontal="right"/', set()),
    ],
)
def test_looks_by_which_a_value_is_not_seen(style: str, looks: set[str]) -> None:
    styles = f"{LOOKS}<cellXfs><xf {style}></xf></cellXfs>"
    facts = read(row("<c><v>12</v></c>"), styles=styles, theme=THEME).facts
    assert {name for name in ("unseen", "struck", "displays") if getattr(facts, name)} == looks


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("yyyy/m/d", None),
        ("[Red]yyyy/m/d", None),
        ("[Color10]ggge年m月d日;@", None),
        ("yyyy&quot;頃&quot;m", "2022頃6"),
        ("&quot;約&quot;yyyy/m/d", "約2022/6/27"),
        ("[White]yyyy/m/d", ""),
        ("[DBNum1]yyyy年m月d日", "2022年6月27日"),
        ("bbbb/m/d", "2565/6/27"),
    ],
)
@pytest.mark.parametrize("number", ["44739", "44739.5"])
def test_days_of_a_workbook_as_their_format_shows_them(code: str, shown: str | None, number: str) -> None:
    formats = f'<numFmts><numFmt numFmtId="181" formatCode="{code}"/></numFmts>'
    sheet = read(row(f'<c s="0"><v>{number}</v></c>'), styles=f'{formats}<cellXfs><xf numFmtId="181"/></cellXfs>')
    assert sheet.facts.displays.get((1, 1)) == shown
    assert str(sheet.cells[1, 1]).startswith("2022-06-27")


RAISED, SMALL = '<rPr><vertAlign val="superscript"/></rPr>', '<rPr><sz val="1"/></rPr>'
WHITE, BLACK = '<rPr><color rgb="FFFFFFFF"/></rPr>', '<rPr><color theme="1"/></rPr>'


@pytest.mark.parametrize(
    ("looks", "part", "unseen"),
    [
        (("", RAISED), "2", False),
        ((BLACK, RAISED.replace("super", "sub")), "2", False),
        ((BLACK, RAISED.replace("superscript", "baseline")), "", False),
        ((RAISED, RAISED), "", False),
        ((WHITE, ""), "9", False),
        ((WHITE, BLACK), "9", False),
        ((WHITE, WHITE), "", True),
        ((BLACK, SMALL), "2", False),
    ],
)
def test_parts_of_a_text_that_look_otherwise(looks: tuple[str, str], part: str, unseen: bool) -> None:
    runs = "".join(f"<r>{look}<t>{text}</t></r>" for look, text in zip(looks, ("9", "2"), strict=True))
    sheet = read(row(f'<c t="inlineStr"><is>{runs}</is></c>', '<c t="s"><v>0</v></c>'), shared=f"<si>{runs}</si>")
    both = {(1, 1), (1, 2)}
    assert sheet.cells == dict.fromkeys(both, "92")
    assert sheet.facts.partly_seen == (dict.fromkeys(both, part) if part else {})
    assert sheet.facts.unseen == (both if unseen else set())


@pytest.mark.parametrize(
    ("text", "value", "struck"), [("撤\u0336回\u0336", "撤\u0336回\u0336", True), ("9\u033612", "12", False)]
)
def test_strokes_of_their_own_delete_as_well(text: str, value: str, struck: bool) -> None:
    sheet = read(row(f'<c t="inlineStr"><is><t>{text}</t></is></c>'))
    assert (sheet.cells[1, 1], bool(sheet.facts.struck)) == (value, struck)
    assert bool(sheet.facts.partly_struck) != struck


@pytest.mark.parametrize(
    "cell", ["<c><v>92</v><v>93</v></c>", '<c t="inlineStr"><is><t>a</t></is><is><t>b</t></is></c>']
)
def test_two_values_of_one_cell(cell: str) -> None:
    assert read(row(cell)).facts.duplicates == {(1, 1)}


def test_zeros_that_the_sheet_hides() -> None:
    views = '<sheetViews><sheetView showZeros="0"/></sheetViews>'
    assert read(views + row("<c><v>0</v></c>", "<c><v>1</v></c>")).facts.displays == {(1, 1): ""}


STRUCK, PLAIN = "<r><rPr><strike/></rPr><t>3人</t></r>", "<r><rPr><b/></rPr><t>4人</t></r>"


@pytest.mark.parametrize(
    ("text", "style", "value", "struck", "part"),
    [
        (STRUCK + PLAIN, 0, "4人", False, "3人4人"),
        (PLAIN + STRUCK, 0, "4人", False, "4人3人"),
        (STRUCK, 0, "3人", True, ""),
        (STRUCK.replace("<strike/>", '<strike val="0"/>') + PLAIN, 0, "3人4人", False, ""),
        ("<t>3人</t>", 1, "3人", True, ""),
        (PLAIN, 1, "4人", False, ""),
        (f"<r><t>5人</t></r>{PLAIN}", 1, "5人4人", True, ""),
        (f"{STRUCK}{PLAIN}<rPh><t>ヨニン</t></rPh>", 0, "4人", False, "3人4人"),
    ],
)
def test_struck_parts_of_a_text_are_not_joined(text: str, style: int, value: str, struck: bool, part: str) -> None:
    cells = f'<c s="{style}" t="s"><v>0</v></c>', f'<c s="{style}" t="inlineStr"><is>{text}</is></c>'
    sheet = read(row(*cells), styles=STYLES, shared=f"<si>{text}</si>")
    both = {(1, 1), (1, 2)}
    assert sheet.cells == dict.fromkeys(both, value)
    assert sheet.facts.struck == (both if struck else set())
    assert sheet.facts.partly_struck == (dict.fromkeys(both, part) if part else {})


@pytest.mark.parametrize(
    ("form", "attributes", "hidden"),
    [
        ("", {"hidden": "1"}, True),
        ("", {"hidden": " true "}, True),
        ("", {"hidden": "0"}, False),
        ("", {"ht": "0"}, True),
        ("", {"ht": "0.0"}, True),
        ("", {"ht": "0.75", "customHeight": "1"}, True),
        ("", {"ht": "2"}, True),
        ("", {"ht": "15"}, False),
        ('<sheetFormatPr zeroHeight="1"/>', {}, True),
        ('<sheetFormatPr zeroHeight="1"/>', {"ht": "15"}, False),
        ('<sheetFormatPr defaultRowHeight="0"/>', {}, True),
        ('<sheetFormatPr defaultRowHeight="15"/>', {}, False),
    ],
)
def test_hidden_rows_however_they_are_spelled(form: str, attributes: dict[str, str], hidden: bool) -> None:
    assert read(form + row("<c><v>1</v></c>", **attributes)).facts.hides((1, 1)) == hidden


@pytest.mark.parametrize(
    ("form", "column", "hidden"),
    [
        ("", 'hidden="1"', True),
        ("", 'hidden=" true "', True),
        ("", 'width="0.0"', True),
        ("", 'width="0.08" customWidth="1"', True),
        ("", 'width="0.7"', True),
        ("", 'width="8"', False),
        ('<sheetFormatPr defaultColWidth="0"/>', 'width="8"', False),
        ('<sheetFormatPr defaultColWidth="0"/>', "", True),
    ],
)
def test_hidden_columns_however_they_are_spelled(form: str, column: str, hidden: bool) -> None:
    columns = f'<cols><col min="1" max="1" {column}/></cols>' if column else ""
    assert read(form + columns + row("<c><v>1</v></c>")).facts.hides((1, 1)) == hidden


def test_formulas_also_where_cells_share_one() -> None:
    cells = (
        '<c><f t="shared" ref="A1:B1" si="0">SUM(A2:A$9)</f><v>3</v></c>',
        '<c><f t="shared" si="0"/><v>4</v></c>',
        '<c t="str"><f>"a"</f><v></v></c>',
        "<c><f>[1]集計!B5</f></c>",
    )
    facts = read(row(*cells)).facts
    texts = {(1, 1): "SUM(A2:A$9)", (1, 2): "SUM(B2:B$9)", (1, 3): '"a"', (1, 4): "[1]集計!B5"}
    assert facts.formulas == texts  # also where no result was saved
    assert facts.uncached == {(1, 4)}


def test_texts_outside_of_cells() -> None:
    runs = "".join(f"<a:p>{'<a:r><a:t>9</a:t></a:r><a:r><a:t>3</a:t></a:r>' * number}</a:p>" for number in (1, 0))
    header = '&amp;L&amp;"ＭＳ 明朝,標準"&amp;12単位：千件&amp;R&amp;P / &amp;N'
    pages = f"<headerFooter><oddHeader>{header}</oddHeader><oddFooter>&amp;A</oddFooter></headerFooter>"
    sheet = read(f"{row('<c><v>1</v></c>')}{pages}", drawn=f"<x:sp><x:txBody>{runs}</x:txBody></x:sp>")
    assert [" ".join(text.split()) for text in sheet.facts.outside] == ["単位：千件 /", "93"]
    assert sheet.cells == {(1, 1): 1}


def test_names_for_cells_of_other_workbooks() -> None:
    names = {"旧集計": "[1]集計!$B$5", "今": "表!$B$5"}
    defined = "".join(f'<definedName name="{name}">{formula}</definedName>' for name, formula in names.items())
    cells = "<c><f>旧集計</f><v>3</v></c>", "<c><f>今+1</f><v>3</v></c>"
    facts = read(row(*cells), names=f"<definedNames>{defined}</definedNames>").facts
    assert facts.formulas == {(1, 1): "[1]集計!$B$5", (1, 2): "今+1"}


def test_a_long_formula_is_kept_in_short() -> None:
    long = "+".join(f"B{row}" for row in range(5, 200))
    (kept,) = read(row(f"<c><f>{long}</f><v>3</v></c>")).facts.formulas.values()
    assert (kept[-1], summed_ranges(kept), len(summed_ranges(long) or ())) == ("…", None, 195)
    (foreign,) = read(row(f"<c><f>{long}+[1]集計!B5</f><v>3</v></c>")).facts.formulas.values()
    assert refers_to_other_workbook(foreign)


@pytest.mark.parametrize("value", ["２６", "2_6", "٢٦", "nan", "1e٣", "0x1A"])
def test_only_ascii_digits_are_a_number(value: str) -> None:
    with pytest.raises(Refused, match="broken"):
        read(row(f"<c><v>{value}</v></c>"))


@pytest.mark.parametrize(
    "cells", ['<c t="s"><v>-1</v></c>', '<c t="s"><v>1</v></c>', '<c t="b"><v>2</v></c>', '<c t="e"><v>92</v></c>']
)
def test_what_is_no_place_and_no_truth_is_refused(cells: str) -> None:
    with pytest.raises(Refused, match="broken"):
        read(row(cells), shared="<si><t>区民</t></si>")


@pytest.mark.parametrize("number", ["5.5", "５", "1_0", "x"])
def test_row_numbers_are_whole(number: str) -> None:
    with pytest.raises(Refused, match="broken"):
        read(row("<c><v>1</v></c>", r=number))


@pytest.mark.parametrize(
    ("text", "cleaned", "changed"),
    [
        ("区⺠", "区民", "⺠"),
        ("⼾⽥", "戸田", "⼾⽥"),
        ("区政_x000D_\n一般", "区政\n一般", ""),
        ("_x005F_x000D_", "_x000D_", ""),
        ("_xD842__xDFB7_", "\U00020bb7", ""),
        ("か\u3099き\u3099ホ\u309a", "がぎポ", ""),
        ("\ufa19社か\u3099", "\ufa19社が", ""),
        ("辻\U000e0100", "辻\U000e0100", ""),
        ("\u202aみどり課\u202c", "みどり課", "\u202a\u202c"),
        ("総務\u200b課\ufeff", "総務課", "\u200b\ufeff"),
        ("総務_x001B_[31m課", "総務[31m課", "\x1b"),
        ("総務課\u2028二行", "総務課\n二行", ""),
        ("公開　内容 １", "公開　内容 １", ""),
    ],
)
def test_texts_are_cleaned_in_every_cell(text: str, cleaned: str, changed: str) -> None:
    cells = '<c t="s"><v>0</v></c>', f'<c t="inlineStr"><is><t>{text}</t></is></c>', f'<c t="str"><v>{text}</v></c>'
    sheet = read(row(*cells), shared=f"<si><t>{text}</t></si>")
    assert set(sheet.cells.values()) == {cleaned}
    assert set(sheet.facts.cleaned.values()) == ({changed} if changed else set())


def test_every_radical_has_its_character() -> None:
    """For the Kangxi radicals Unicode's file says what NFKC says, but for four; two others have no equivalent."""
    without = {0x2E80, 0x2E9A}
    assert all(unified(chr(code)) not in ("", chr(code)) for code in range(0x2E81, 0x2EF4) if code not in without)
    of_today = dict(zip("⼾⾭⿈⿊", "戸青黄黒", strict=True))
    assert {char: unified(char) for char in of_today} == of_today
    kangxi = [chr(code) for code in range(0x2F00, 0x2FD6) if chr(code) not in of_today]
    assert [unified(char) for char in kangxi] == [unicodedata.normalize("NFKC", char) for char in kangxi]
    assert {char: unified(char) for char in "⺠⻑⻄⻘⻯⻳"} == dict(zip("⺠⻑⻄⻘⻯⻳", "民長西青竜龟", strict=True))
    assert clean("⺀⺚").changed == ""


def test_characters_that_are_not_for_print() -> None:
    text = "外\ue001字\ufffd\uffff\U0001ffff\U000f0000\ufdd0"
    assert not_for_print(text) == text.replace("外", "").replace("字", "")
    assert not_for_print("練馬区\ufa19辻\U000e0100\U00020bb7①") == ""
