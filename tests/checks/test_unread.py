"""Nothing that stands in a workbook passes in silence: cases/unread.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from inboxes import Ward
from nerima_report.checks import run_checks
from nerima_report.examination import examine
from nerima_report.findings import Finding
from nerima_report.tallies.submission import Inbox
from nerima_report.workbooks import address
from nerima_report.workbooks.mark.order import index_lines

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "unread.toml").read_text(encoding="utf-8"))["case"]
SHEET = "公開.処理状況"


def findings_on(ward: Ward, changes: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """What the checks say of the workbook of one 課 alone, when it is changed."""
    inbox = ward.changed("12_", changes).inbox
    alone = Inbox(tuple(s for s in inbox.submissions if s.section == "福祉部管理課"))
    return run_checks(examine(alone, ward.edition, 2022, None))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_stands_in_a_workbook_is_read_or_named(case: dict[str, Any], ward: Ward) -> None:
    sheet = case.get("sheet", SHEET)
    copies = [{"sheet": sheet, "copy": case["copy"]}] if "copy" in case else []
    cells = [{"sheet": case.get("copy", sheet), "cell": cell, "value": v} for cell, v in case["cells"].items()]
    findings = findings_on(ward, [*copies, *cells])
    severity = ward.edition.catalogue.severity
    assert [[f.code, severity(f), f.place.cell] for f in findings] == case.get("finds", [])
    for finding in findings:
        assert ward.edition.catalogue.notice(finding).message


def test_a_numeral_in_the_name_of_a_school_is_no_number(ward: Ward) -> None:
    """The page 記入要領 says whose form it is: only the name on the cover is expected there."""
    named = [{"sheet": "表紙", "cell": "B7", "value": "第一小学校"}]
    for name, codes in (("第一小学校", []), ("第二小学校", ["N218"])):
        line = {"sheet": "記入要領", "cell": "A2", "value": f"令和4年度 福祉部 {name}"}
        findings = ward.changed("12_", [*named, line]).check()
        assert [finding.code for finding in findings if finding.place.sheet == "記入要領"] == codes


def test_tables_on_one_sheet_are_accounted_for_by_their_captions(ward: Ward) -> None:
    """The second table stands below the first, with a total of its own; a number beside it is named once."""
    first, second = "公開.請求者", "公開.請求方法"
    workbook = next(s.workbook for s in ward.inbox.submissions if s.section == "福祉部管理課")
    cells = next(sheet for sheet in workbook.sheets if sheet.name == second).cells.items()
    moved = [{"sheet": "表2と3", "cell": address((row + 20, c)), "value": value} for (row, c), value in cells]
    joined: list[dict[str, Any]] = [{"sheet": first, "copy": "表2と3"}, {"sheet": first}, {"sheet": second}, *moved]
    assert ward.changed("12_", joined).check() == []
    beside = ward.changed("12_", [*joined, {"sheet": "表2と3", "cell": "F26", "value": 5}]).check()
    assert [(finding.code, finding.place.table, finding.place.cell) for finding in beside] == [("N217", second, "F26")]
    struck = ward.changed("12_", [*joined, {"sheet": "表2と3", "facts": {"struck": ["B26"]}}]).check()
    assert [(finding.code, finding.place.table, finding.place.cell) for finding in struck] == [("N322", second, "B26")]
    lost = ward.changed("12_", [*joined, {"sheet": "表2と3", "cell": "B18", "value": 5}]).check()
    assert [(finding.code, finding.place.table, finding.place.cell) for finding in lost] == [("N207", first, "B18")]


NOT_APPLICABLE = [
    ("個人.利用と提供", [("C26", "該当なし")], [("B4", "")], "B4"),
    ("個人.登録など", [("C25", "該当なし")], [("B4", "数")], "B4"),
    ("個人.事務処理ミス", [("C28", "該当なし")], [(f"{column}4", "") for column in "ABCDEFGH"], ""),
]


@pytest.mark.parametrize(("sheet", "marks", "cells", "heading"), NOT_APPLICABLE, ids=lambda value: str(value)[:12])
def test_a_mark_excuses_no_table_that_is_filled_in_below_lost_headings(
    sheet: str, marks: list[tuple[str, str]], cells: list[tuple[str, str]], heading: str, ward: Ward
) -> None:
    changes = [{"sheet": "表紙", "cell": cell, "value": value} for cell, value in marks]
    changes += [{"sheet": sheet, "cell": cell, "value": value} for cell, value in cells]
    findings = findings_on(ward, changes)
    lost = [finding for finding in findings if finding.code == "N205" and finding.place.sheet == sheet]
    assert lost, heading
    assert all(ward.edition.catalogue.severity(finding) == "error" for finding in lost)


def test_what_is_typed_on_the_index_of_a_returned_copy_is_named(ward: Ward) -> None:
    written = {
        "A1": "集計の確認結果",
        "A2": index_lines(1)[0],
        "A6": "色の意味:",
        "B6": "エラー",
        "A8": "番号",
        "J8": "コード",
    }
    finding = {"A9": "1", "B9": "エラー", "C9": "「公開.処理状況」の B5", "E9": "43", "F9": "42", "J9": "N401"}
    sheet: list[dict[str, Any]] = [{"sheet": SHEET, "copy": "確認結果 (2)"}]
    blank = [{"sheet": "確認結果 (2)", "fill": "A1:D20", "value": None}]
    page = [{"sheet": "確認結果 (2)", "cell": c, "value": v} for c, v in (written | finding).items()]
    assert findings_on(ward, [*sheet, *blank, *page]) == []
    answers = [
        {"sheet": "確認結果 (2)", "cell": c, "value": v} for c, v in {"E9": 43, "A11": "43に訂正", "B7": "済"}.items()
    ]
    found = findings_on(ward, [*sheet, *blank, *page, *answers])
    assert [(f.code, f.place.cell, [p.cell for p in f.related]) for f in found] == [
        ("N218", "E9", ["A11"]),
        ("N219", "B7", []),
    ]


def test_a_formula_without_a_result_is_a_number_that_nobody_read(ward: Ward) -> None:
    facts = {"sheet": "内訳", "facts": {"uncached": ["B1"]}}
    sheet: list[dict[str, Any]] = [
        {"sheet": SHEET, "copy": "内訳"},
        {"sheet": "内訳", "fill": "A1:D20", "value": None},
        facts,
    ]
    found = findings_on(ward, sheet)
    assert [(f.code, ward.edition.catalogue.severity(f), f.place.sheet) for f in found] == [("N212", "warning", "内訳")]


@pytest.mark.parametrize("answer", ["○", "ok", "OK", "－", "済", "確認済", "合致", "✔", "☑"])
def test_a_typed_verification_may_agree_in_words(answer: str, ward: Ward) -> None:
    assert findings_on(ward, [{"sheet": SHEET, "cell": "B12", "value": answer}]) == []


@pytest.mark.parametrize("ditto", ["″", "仝", "↓", "〃", "同左"])
def test_a_text_that_points_to_another_cell_is_no_entry(ditto: str, ward: Ward) -> None:
    found = findings_on(ward, [{"sheet": "個人.事務処理ミス", "cell": "G5", "value": ditto}])
    assert [(f.code, f.place.cell) for f in found] == [("N317", "G5")]


def test_a_zero_that_is_computed_below_a_table_only_compares(ward: Ward) -> None:
    facts = {"sheet": SHEET, "facts": {"formulas": {"B15": "B11-B5"}}}
    found = findings_on(ward, [facts, {"sheet": SHEET, "cell": "B15", "value": 0, "computed": True}])
    assert [(f.code, f.place.cell) for f in found] == [("N219", "B15")]


def test_a_blank_cell_of_a_copy_is_called_blank(ward: Ward) -> None:
    found = findings_on(ward, [{"sheet": "表紙", "copy": "表紙 "}, {"sheet": "表紙 ", "cell": "B10"}])
    assert [(f.code, f.place.cell, f.found) for f in found] == [("N220", "B10", "空欄")]
