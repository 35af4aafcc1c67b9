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
