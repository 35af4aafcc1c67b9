"""Nothing that stands in a workbook passes in silence: cases/unread.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from inboxes import Ward
from nerima_report.checks import run_checks
from nerima_report.examination import examine
from nerima_report.tallies.submission import Inbox
from nerima_report.workbooks import address

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "unread.toml").read_text(encoding="utf-8"))["case"]
SHEET = "公開.処理状況"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_stands_in_a_workbook_is_read_or_named(case: dict[str, Any], ward: Ward) -> None:
    sheet = case.get("sheet", SHEET)
    copies = [{"sheet": sheet, "copy": case["copy"]}] if "copy" in case else []
    cells = [{"sheet": case.get("copy", sheet), "cell": cell, "value": v} for cell, v in case["cells"].items()]
    inbox = ward.changed("12_", [*copies, *cells]).inbox
    alone = Inbox(tuple(s for s in inbox.submissions if s.section == "福祉部管理課"))
    findings = run_checks(examine(alone, ward.edition, 2022, None))
    severity = ward.edition.catalogue.severity
    assert [[f.code, severity(f), f.place.cell] for f in findings] == case.get("finds", [])
    for finding in findings:
        assert ward.edition.catalogue.notice(finding).message


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
    lost = ward.changed("12_", [*joined, {"sheet": "表2と3", "cell": "B18", "value": 5}]).check()
    assert [(finding.code, finding.place.table, finding.place.cell) for finding in lost] == [("N207", first, "B18")]
